import type { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { TimestampsConfig } from '../config.ts'
import { digestOf, randomKey, sha256 } from '../kit/kit.ts'
import type { Anchor, SavedCheckpoint } from '../ledger/ledger.ts'
import { requestOnce } from '../links/links.ts'
import { checkTimestamp, makeTimestampQuery, readAuthority } from '../seal/seal.ts'
import { type Problem, ProblemsError } from '../terms/terms.ts'
import type { Foundation } from './foundation.ts'

/** Has checkpoints stamped by an authority that has no part in the exchange (RFC 3161). Nothing ever waits for it. */
export interface Anchoring {
  /** Begins to ask; ends with what it returns. */
  start(): Disposable
  /** Has the newest checkpoint stamped, if it is time. Calls never overlap; never rejects. */
  tick(): Promise<void>
  /** Since the last stamp, or since the start before the first; undefined where no authority is configured. */
  ageSeconds(): number | undefined
}

export type AnchoringParts = Pick<Foundation, 'clock' | 'log' | 'store' | 'leaves'> & {
  readonly config: Pick<Foundation['config'], 'timestamps'>
}

const TICK_MS = 1_000
/** After a failure it is tried again as soon as this, or when the next stamp is due. */
const AGAIN_MS = 60_000
const TIMEOUT_MS = 10_000
const REPLY_BYTES = 65_536
/** How far the authority's clock may be from ours. */
const TOLERANCE_MS = 300_000

/** @throws ProblemsError where the certificate of the authority cannot be read */
export async function prepareAnchoring(parts: AnchoringParts): Promise<Anchoring> {
  const { timestamps } = parts.config
  if (timestamps === undefined)
    return {
      start: () => ({ [Symbol.dispose]: () => undefined }),
      tick: async () => {},
      ageSeconds: () => undefined,
    }
  const authority = authorityIn(timestamps.certificate)
  const newest = (await parts.store.logs()).length
  // The last checkpoint of the log before may not have been stamped before we ended.
  const from = Math.max(1, newest - 1)
  const [last, before] = [await parts.store.lastAnchor(), await parts.store.lastAnchor(from)]
  return makeAnchoring(parts, timestamps, authority, {
    log: from,
    size: before?.size,
    at: (last ?? before)?.at,
  })
}

function authorityIn(file: string): X509Certificate {
  const authority = readAuthority(textOf(file))
  if (authority !== undefined) return authority
  const says = 'is not the certificate of a time-stamping authority in PEM'
  throw new ProblemsError([
    { file, line: 0, column: 0, code: 'certificate-unreadable', says } satisfies Problem,
  ])
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function makeAnchoring(
  parts: AnchoringParts,
  timestamps: TimestampsConfig,
  authority: X509Certificate,
  last: { readonly log: number; readonly size: number | undefined; readonly at: number | undefined },
): Anchoring {
  const { clock, log, store } = parts
  const everyMs = timestamps.everyMinutes * 60_000
  const from = clock.now()
  const state = { ...last, nextAt: (last.at ?? -everyMs) + everyMs, closedAt: 0 }
  let running: Promise<void> | undefined
  let failing = false

  async function run(): Promise<void> {
    try {
      const now = clock.now()
      // The last checkpoint of a log that was closed does not wait for its time, and the next log waits for it.
      const closed = state.log < (await store.logs()).length
      const due = closed ? 'closedAt' : 'nextAt'
      if (now < state[due]) return
      state[due] = now + Math.min(AGAIN_MS, everyMs)
      const checkpoint = await store.log(state.log).latestCheckpoint()
      if (checkpoint !== undefined && checkpoint.size > (state.size ?? 0)) {
        const { at, size } = await stamp(parts, { timestamps, authority, log: state.log, checkpoint })
        Object.assign(state, { at, size, nextAt: now + everyMs })
        failing = false
      }
      if (!closed) return
      const size = (await store.lastAnchor(state.log + 1))?.size
      Object.assign(state, { log: state.log + 1, size, closedAt: 0 })
    } catch (fault) {
      if (!failing)
        log.warn('timestamp-missing', { says: fault instanceof Error ? fault.message : 'no answer' })
      failing = true
    }
  }
  function tick(): Promise<void> {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }
  return {
    tick,
    start() {
      const timer = setInterval(() => void tick(), TICK_MS).unref()
      return { [Symbol.dispose]: () => clearInterval(timer) }
    },
    ageSeconds: () => Math.max(0, clock.now() - (state.at ?? from)) / 1_000,
  }
}

interface Stamping {
  readonly timestamps: TimestampsConfig
  readonly authority: X509Certificate
  /** The number of the log whose checkpoint it is. */
  readonly log: number
  readonly checkpoint: SavedCheckpoint
}

/** Asks, checks, keeps. @throws where there is no stamp that holds */
async function stamp(
  { store, clock, leaves }: AnchoringParts,
  { timestamps: { url }, authority, log, checkpoint: { size, root, note } }: Stamping,
): Promise<Anchor> {
  const [digest, nonce] = [sha256(note), randomKey(16)]
  const asked = clock.now()
  const { origin: server, pathname, search } = new URL(url)
  const { status, body } = await requestOnce(
    server,
    `${pathname}${search}`,
    {},
    {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: makeTimestampQuery(digest, nonce),
      timeoutMs: TIMEOUT_MS,
      replyBytes: REPLY_BYTES,
    },
  )
  if (status !== 200) throw new Error(`the authority answers ${status}`)
  const window = { notBefore: asked - TOLERANCE_MS, notAfter: clock.now() + TOLERANCE_MS }
  const reading = checkTimestamp(body, { digest, nonce, authority, ...window })
  if (!reading.ok) throw new Error(`the stamp does not hold: ${reading.why}`)
  const anchor: Anchor = { size, kind: 'rfc3161', token: body, at: reading.at }
  const facts = {
    by: new URL(url).host,
    origin: note.slice(0, note.indexOf('\n')),
    size,
    env: digestOf(body),
  }
  const leaf = leaves.write('anchored', { ...facts, root: Buffer.from(root).toString('base64') }).text
  await store.saveAnchor(anchor, leaf, log)
  return anchor
}
