import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api, components } from '../contract/contract.ts'
import type { SharedRow } from '../delivery/delivery.ts'
import type { Caller, Exchange, PushedTo, PushRequest } from '../exchange/exchange.ts'
import { mapInPieces, readJsonText, timestamp } from '../kit/kit.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import { type KeptReport, readReport } from '../translation/translation.ts'
import { type Operation, readJsonBody } from './door.ts'
import '@fastify/sse'
import { problemOf } from './problems.ts'
import { chooseFormat, type SharedFormatsParts, writeShared, writeSharedPage } from './shared-formats.ts'

type Schemas = components['schemas']

export interface InnerParts extends SharedFormatsParts {
  readonly exchange: Exchange
  readonly api: Api
  readonly callerOf: (request: FastifyRequest) => Caller
  readonly bytesOf: (request: FastifyRequest) => Uint8Array
  readonly limits: { readonly documentBytes: number; readonly batchBytes: number }
  /** Throws the refusal overloaded when too much waits for one of the recipients. */
  readonly admitTo: (recipients: readonly AgencyId[]) => void
  /** Aborted when the gateway closes: live streams and waits for receipts end. */
  readonly closing: AbortSignal
}

const MAX_WAIT_SECONDS = 60
/** The door gives up a connection on which nothing moves; one that waits for a receipt gets its whole time. */
const GRACE_MS = 10_000
const MAX_BATCH_LINES = 2_000
const NEWLINE = 0x0a

/** The operations of the inner door. */
export function innerOperations(parts: InnerParts): Record<string, Operation> {
  return {
    pushExchange: {
      handler: (request, reply) => pushExchange(parts, request, reply),
      bodyLimit: parts.limits.documentBytes,
    },
    pushBatch: {
      handler: (request, reply) => pushBatch(parts, request, reply),
      bodyLimit: parts.limits.batchBytes,
    },
    readExchange: { handler: request => readExchange(parts, request) },
    listShared: { handler: (request, reply) => listShared(parts, request, reply) },
    readShared: { handler: (request, reply) => readShared(parts, request, reply) },
    streamShared: {
      handler: (request, reply) => streamShared(parts, request, reply),
      sse: { kind: 'manual' },
    },
  }
}

async function pushExchange(
  parts: InnerParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const push = request.body as PushRequest
  parts.admitTo(recipientsOf(push))
  const idempotencyKey = headerOf(request, 'idempotency-key')
  const waitMs = waitOf(headerOf(request, 'prefer'))
  if (waitMs > 0) request.raw.socket.setTimeout(waitMs + GRACE_MS)
  const pushed = await parts.exchange.push(parts.callerOf(request), push, {
    idempotencyKey,
    body: parts.bytesOf(request),
    waitMs,
    signal: parts.closing,
    answer: to => JSON.stringify({ exchanges: to.map(printPushed) }),
  })
  reply.type('application/json')
  if (pushed.kind === 'repeated')
    return reply.status(202).header('idempotency-replayed', 'true').send(pushed.answer)
  const settled = pushed.to.every(one => one.state !== 'queued')
  const [only, ...others] = pushed.to
  if (only !== undefined && others.length === 0) reply.header('location', statusUrl(only.id))
  if (waitMs > 0) reply.header('preference-applied', 'wait')
  return reply
    .status(settled && waitMs > 0 ? 201 : 202)
    .send(JSON.stringify({ exchanges: pushed.to.map(printPushed) }))
}

async function pushBatch(parts: InnerParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const lines = await mapInPieces(splitLines(request.body as Uint8Array), line => readLine(parts, line))
  const results = await parts.exchange.pushMany(parts.callerOf(request), lines)
  const text = results.map((result, index) => {
    const line = index + 1
    if (result.kind === 'refused') return `${JSON.stringify({ line, problem: problemOf(result.refusal) })}\n`
    return `${JSON.stringify({ line, exchanges: result.to.map(printPushed) })}\n`
  })
  return reply.type('application/x-ndjson').send(text.join(''))
}

/** One line of a batch: a push as the contract describes it, or why it is none. */
function readLine(parts: InnerParts, line: Uint8Array): PushRequest | Refusal {
  try {
    if (line.length > parts.limits.documentBytes) return new Refusal('body-too-large')
    const value = readJsonBody(line)
    const violation = parts.api.check('Push', value)
    if (violation !== undefined) return new Refusal('request-invalid', { violations: [violation] })
    const push = value as PushRequest
    parts.admitTo(recipientsOf(push))
    return push
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown
    throw thrown
  }
}

function splitLines(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(NEWLINE, start)
    const end = found === -1 ? body.length : found
    if (end > start) lines.push(body.subarray(start, end))
    if (lines.length > MAX_BATCH_LINES)
      throw new Refusal('body-too-large', { rule: `${MAX_BATCH_LINES} lines` })
    start = end + 1
  }
  if (lines.length === 0)
    throw new Refusal('request-invalid', { violations: [{ pointer: '', says: 'no line' }] })
  return lines
}

async function readExchange(parts: InnerParts, request: FastifyRequest): Promise<Schemas['Exchange']> {
  const { id } = request.params as { id: string }
  const { row, resource, purpose, digest, agreement, explanation } = await parts.exchange.status(
    parts.callerOf(request),
    id,
  )
  return {
    id: row.id,
    to: row.peer,
    state: row.state,
    purpose,
    resource,
    agreement: { id: agreement?.id ?? '', revision: agreement?.revision ?? 0, digest },
    releasedAt: timestamp(row.releasedAt),
    ...(row.settledAt === undefined ? {} : { settledAt: timestamp(row.settledAt) }),
    ...(row.receipt === undefined ? {} : { receipt: read<Schemas['Receipt']>(row.receipt) }),
    explanation: explanation as unknown as Schemas['Explanation'][],
  }
}

async function listShared(parts: InnerParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { resource } = request.params as { resource: string }
  const { purpose, after, limit = 50 } = request.query as { purpose: string; after?: string; limit?: number }
  const asked = { resource, purpose, after: Number(after ?? 0), limit: Number(limit) }
  const format = chooseFormat(parts, headerOf(request, 'accept'), { resource, many: true })
  const { rows, more } = await parts.exchange.consult.list(parts.callerOf(request), asked)
  const next = more ? rows.at(-1)?.row : undefined
  if (format) {
    const { text, leftOut } = writeSharedPage(parts, format, rows)
    if (leftOut > 0) reply.header('concordat-left-out', String(leftOut))
    const following = `/v1/shared/${resource}?purpose=${purpose}&after=${next}&limit=${limit}`
    if (next !== undefined) reply.header('link', `<${following}>; rel="next"`)
    return sendTagged(request, reply, { type: format.mediaType, body: text })
  }
  const body = `{"items":[${rows.map(printShared).join(',')}]${next === undefined ? '' : `,"next":"${next}"`}}`
  return sendTagged(request, reply, { type: 'application/json', body })
}

async function readShared(parts: InnerParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { resource, id } = request.params as { resource: string; id: string }
  const { purpose } = request.query as { purpose: string }
  const format = chooseFormat(parts, headerOf(request, 'accept'), { resource, many: false })
  const row = await parts.exchange.consult.one(parts.callerOf(request), { resource, id, purpose })
  const answer = format
    ? { type: format.mediaType, body: writeShared(parts, format, row) }
    : { type: 'application/json', body: printShared(row) }
  return sendTagged(request, reply, answer)
}

async function streamShared(parts: InnerParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { purpose, resource } = request.query as { purpose: string; resource?: string }
  const last = headerOf(request, 'last-event-id')
  if (!takesEvents(request.headers.accept)) throw new Refusal('request-invalid', { rule: 'accept' })
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const caller = parts.callerOf(request)
  // Nobody is told more than a token of now would be: the stream ends with the token, and goes on with a new one.
  const outlived = AbortSignal.timeout(Math.max(0, caller.expiresAt - parts.clock.now()))
  const signal = AbortSignal.any([gone.signal, parts.closing, outlived])
  setMaxListeners(0, signal)
  const asked = { purpose, resource, after: last === undefined ? undefined : Number(last) }
  const rows = parts.exchange.consult.live(caller, asked, signal)
  const first = rows.next()
  // A refusal must be answered as a problem: nothing is sent before the caller is known to be allowed.
  await Promise.race([first, new Promise(resolve => setImmediate(resolve))])
  reply.sse.sendHeaders()
  // Without this they would leave with the first event only, and until then nobody could tell that the stream stands.
  reply.raw.flushHeaders()
  for (let row = await first; !row.done && !signal.aborted; row = await rows.next())
    await reply.sse.send({ id: String(row.value.row), event: 'shared', data: read(printShared(row.value)) })
}

/** Whether an `Accept` header admits server-sent events (RFC 9110 §12.5.1); without one, everything is admitted. */
function takesEvents(accept: string | undefined): boolean {
  return accept === undefined || /(?:^|[\s,])(?:text\/event-stream|text\/\*|\*\/\*)(?:$|[\s,;])/i.test(accept)
}

/** The ETag covers what this caller is shown for this purpose, and nothing that was withheld from it. */
function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, body }: { readonly type: string; readonly body: string },
): unknown {
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`
  reply.header('etag', tag).header('vary', 'authorization, accept')
  if (headerOf(request, 'if-none-match') === tag) return reply.status(304).send()
  return reply.type(type).send(body)
}

function printPushed({ id, to, state, receipt, refusal }: PushedTo): Schemas['PushedTo'] {
  if (refusal !== undefined) return { id, to, state, refusal: problemOf(refusal) }
  const answered = receipt === undefined ? {} : { receipt: read<Schemas['Receipt']>(receipt) }
  return { id, to, state, status: statusUrl(id), ...answered }
}

/** A shared document as JSON text; the document is printed already. */
function printShared(row: SharedRow): string {
  const { translation, ...about } = read<Record<string, unknown> & { translation: KeptReport }>(row.about)
  const { id, resource, version, purpose } = row
  const deleteAt = row.deleteAt === undefined ? {} : { deleteAt: timestamp(row.deleteAt) }
  const head = {
    id,
    cursor: String(row.row),
    resource,
    version,
    purpose,
    ...about,
    translation: readReport(translation),
    ...deleteAt,
    partialView: true,
  }
  return `${JSON.stringify(head).slice(0, -1)},"document":${row.document}}`
}

/** Reads JSON that this gateway has written itself. */
function read<Shape>(text: string): Shape {
  const reading = readJsonText(text)
  if (!reading.ok) throw new Error('a stored text is not JSON')
  return reading.value as Shape
}

function recipientsOf({ to }: PushRequest): readonly AgencyId[] {
  return typeof to === 'string' ? [to] : to
}

function statusUrl(id: string): string {
  return `/v1/exchanges/${id}`
}

/** `Prefer: wait=N` (RFC 7240 §4.3), in milliseconds; other preferences are ignored, as the RFC asks. */
function waitOf(prefer: string | undefined): number {
  const seconds = Number(/(?:^|[,;\s])wait=(\d{1,3})(?:$|[,;\s])/.exec(prefer ?? '')?.[1] ?? 0)
  return Math.min(seconds, MAX_WAIT_SECONDS) * 1_000
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
