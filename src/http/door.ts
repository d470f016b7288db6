import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { fastifySSE } from '@fastify/sse'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { fastifyOpenapiGlue } from 'fastify-openapi-glue'
import type { Api, DoorName } from '../contract/contract.ts'
import { type Clock, isJsonObject, type JsonObject, type Log, readJson } from '../kit/kit.ts'
import { factsOf, type TlsSettings } from '../seal/seal.ts'
import { type CertificateFacts, jsonRefusal, Refusal } from '../terms/terms.ts'
import { problemOf, STATUS } from './problems.ts'

/** What every door needs. */
export interface DoorParts {
  readonly name: DoorName
  readonly api: Api
  readonly clock: Clock
  readonly log: Log
  /** Server options for `node:tls`: mutual TLS 1.3. */
  readonly tls: TlsSettings
  /** Certificates of the CAs of this door's clients. */
  readonly authorities: readonly X509Certificate[]
  readonly bodyLimit: number
  /**
   * Lets a request in, or throws a Refusal; before anything of its body is read.
   */
  admit(request: FastifyRequest, certificate: CertificateFacts): Promise<void>
  /** Records a refusal, or what turns out to be a fault, and returns what to answer. */
  refuse(request: FastifyRequest, thrown: unknown): Promise<Refusal>
  /** Told of each handshake that came to nothing, with what Node or OpenSSL calls the reason. */
  onHandshakeFailed(reason: string): void
}

/** What a handler of the contract is: the operation id names it. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** An operation and, where it needs them, its own limits. */
export interface Operation {
  readonly handler: Handler
  readonly bodyLimit?: number
  readonly sse?: { readonly kind: 'manual' }
}

export interface Door {
  readonly app: FastifyInstance
  /** The exact bytes of a JSON body, for a request that is being handled. */
  bytesOf(request: FastifyRequest): Uint8Array
  /** Installs new TLS material and ends every connection whose certificate has one of these serials. */
  renew(tls: TlsSettings, revoked: ReadonlySet<string>): void
  /** Takes nothing new, and resolves when what is under way has been answered. */
  close(): Promise<void>
}

/**
 * Opens nothing yet: builds the listener of one door with its limits, its strict reader and the operations of the contract.
 * Limits and their reasons: security.md 4.1.
 */
export async function makeDoor(
  parts: DoorParts,
  operations: Readonly<Record<string, Operation>>,
): Promise<Door> {
  const app = Fastify({
    https: {
      ...parts.tls,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 8_192,
      keepAliveTimeoutBuffer: 1_000,
      rejectNonStandardBodyWrites: true,
    } as never,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 15_000,
    // A certificate is judged again at every request, so a connection may last.
    maxRequestsPerSocket: 0,
    bodyLimit: parts.bodyLimit,
    exposeHeadRoutes: false,
    requestIdHeader: false,
    // What comes over a connection that is still open while the door closes is answered like any other.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    logger: false,
    frameworkErrors: (error, request, reply) => {
      void answerRefused(parts, error, request, reply)
    },
    clientErrorHandler: (_error, socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    },
  })
  const bytes = new WeakMap<FastifyRequest, Uint8Array>()
  const contract = parts.api.contractOf(parts.name)
  const mediaTypes = mediaTypesOf(contract)
  const certificates = makeCertificateReader(parts.authorities, parts.clock)
  const sockets = new Map<TLSSocket, string>()
  watchConnections(app, parts, sockets)
  readStrictly(app, bytes)
  answerStrictly(app, parts)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    refuseDuplicates(request.raw.rawHeaders)
    const socket = request.raw.socket as TLSSocket
    const certificate = certificates(socket)
    sockets.set(socket, certificate.serial)
    await parts.admit(request, certificate)
    refuseMediaType(request, mediaTypes)
  })
  await app.register(fastifySSE, { heartbeatInterval: HEARTBEAT_MS })
  await app.register(fastifyOpenapiGlue, {
    specification: contract,
    operationResolver: (operationId: string) => (operations[operationId] ?? missing(operationId)) as never,
  })
  return {
    app,
    bytesOf: request => bytes.get(request) ?? new Uint8Array(),
    renew(tls, revoked) {
      const server = app.server as unknown as { setSecureContext(options: object): void }
      server.setSecureContext(tls)
      for (const [socket, serial] of sockets) if (revoked.has(serial)) socket.destroy()
    },
    async close() {
      // What falls idle only after the door has begun to close would hold it open for as long as a connection may be kept.
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS)
      await app.close().finally(() => clearInterval(sweep))
    },
  }
}

/** A stream that is silent must not look like a connection that hangs. */
const HEARTBEAT_MS = 10_000

const SWEEP_MS = 50

function missing(operationId: string): never {
  throw new Error(`the contract has an operation without a handler: ${operationId}`)
}

function watchConnections(app: FastifyInstance, parts: DoorParts, sockets: Map<TLSSocket, string>): void {
  app.server.on('secureConnection', (socket: TLSSocket) => {
    socket.once('close', () => sockets.delete(socket))
  })
  app.server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    parts.onHandshakeFailed(String(socket.authorizationError ?? error.code ?? 'handshake'))
    socket.destroy()
  })
}

/** Reads the certificate of a connection once; the profile is judged then, revocation and expiry at each request. */
function makeCertificateReader(
  authorities: readonly X509Certificate[],
  clock: Clock,
): (socket: TLSSocket) => CertificateFacts {
  const known = new WeakMap<TLSSocket, CertificateFacts>()
  return socket => {
    const found = known.get(socket)
    if (found !== undefined) return found
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) throw new Refusal('certificate-unknown')
    const facts = factsOf(certificate, authorities, { usage: 'client', uri: undefined, now: clock.now() })
    known.set(socket, facts)
    return facts
  }
}

const ONCE = new Set([
  'host',
  'content-type',
  'content-length',
  'authorization',
  'idempotency-key',
  'prefer',
  'if-none-match',
  'last-event-id',
])

/** A header that two readers could read differently is refused. `rawHeaders` alternates names and values. */
function refuseDuplicates(rawHeaders: readonly string[]): void {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!ONCE.has(name)) continue
    if (seen.has(name)) throw new Refusal('header-duplicated', { rule: name })
    seen.add(name)
  }
}

/** The media types that each operation with a body reads, by method and path. */
function mediaTypesOf({ paths }: JsonObject): ReadonlyMap<string, readonly string[]> {
  const types = new Map<string, readonly string[]>()
  for (const [path, item] of Object.entries(isJsonObject(paths) ? paths : {}))
    for (const [method, operation] of Object.entries(isJsonObject(item) ? item : {})) {
      const body = isJsonObject(operation) ? operation['requestBody'] : undefined
      const content = isJsonObject(body) ? body['content'] : undefined
      if (isJsonObject(content)) types.set(`${method.toUpperCase()} ${path}`, Object.keys(content))
    }
  return types
}

/** What one operation reads, another must not be handed. */
function refuseMediaType(request: FastifyRequest, types: ReadonlyMap<string, readonly string[]>): void {
  const read = types.get(`${request.method} ${request.routeOptions.url}`)
  const [given = ''] = (request.headers['content-type'] ?? '').split(';')
  if (read !== undefined && !read.includes(given.trim().toLowerCase()))
    throw new Refusal('content-type-unsupported')
}

/** Reads one I-JSON text. @throws Refusal json-malformed, json-duplicate-key, json-too-deep */
export function readJsonBody(body: Uint8Array): unknown {
  const reading = readJson(body)
  if (reading.ok) return reading.value
  throw jsonRefusal(reading.fault)
}

function readStrictly(app: FastifyInstance, bytes: WeakMap<FastifyRequest, Uint8Array>): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      bytes.set(request, body)
      return readJsonBody(body)
    },
  )
  app.addContentTypeParser(
    ['application/x-ndjson', 'text/plain'],
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  )
}

function answerStrictly(app: FastifyInstance, parts: DoorParts): void {
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const check = parts.api.compile(schema, (httpPart ?? 'body') as 'body')
    return (value: unknown) => {
      const violation = check(value)
      if (violation === undefined) return { value }
      return { error: new Refusal('request-invalid', { violations: [violation] }) }
    }
  })
  app.setSerializerCompiler(() => value => JSON.stringify(value))
  app.setNotFoundHandler(async () => {
    throw new Refusal('not-found')
  })
  app.setErrorHandler((error: FastifyError | Refusal, request, reply) =>
    answerRefused(parts, error, request, reply),
  )
}

/** Records a no and answers it; also one that the framework says before any route is found. */
async function answerRefused(
  parts: DoorParts,
  error: FastifyError | Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const refusal = await settle(parts, request, refusalOf(error))
  if (reply.raw.headersSent) return reply.hijack()
  const status = STATUS[refusal.code]
  if (status === 503 || status === 429) reply.header('retry-after', '2')
  if (status === 401) reply.header('www-authenticate', `Bearer error="${refusal.code}"`)
  return reply
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(refusal)))
}

async function settle(parts: DoorParts, request: FastifyRequest, thrown: unknown): Promise<Refusal> {
  if (thrown instanceof Refusal && thrown.recordedAs !== undefined) return thrown
  try {
    return await parts.refuse(request, thrown)
  } catch (fault) {
    parts.log.error('refusal-unrecorded', fault)
    return new Refusal('store-unavailable')
  }
}

/** What fastify itself refuses, in our words; anything else stays what it is. */
function refusalOf(error: FastifyError | Refusal): unknown {
  if (error instanceof Refusal) return error
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('body-too-large')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('content-type-unsupported')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Refusal('json-malformed')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal('not-found')
    default:
      return error
  }
}
