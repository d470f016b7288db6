import type { GatewayConfig } from '../config.ts'
import type { Clock, Log } from '../kit/kit.ts'
import {
  type LeafWriter,
  type LedgerStore,
  type LogSigner,
  originOfYear,
  signCheckpoint,
  yearOf,
} from '../ledger/ledger.ts'
import { openingLeaf } from './own-log.ts'

/** What the turn of a year needs. */
export interface YearParts {
  readonly clock: Clock
  readonly log: Log
  readonly config: Pick<GatewayConfig, 'ledgerOrigin'>
  readonly store: LedgerStore
  readonly leaves: LeafWriter
  /** Whether a witness has found since the start that nothing of our logs is missing in the store, or there is none to ask. */
  readonly confirmed: () => boolean
  /** Shows the last checkpoint of the log that was closed to the world. */
  readonly publish: (note: string) => void
  /** What a new log begins with behind its first leaf. */
  readonly beginning: () => readonly string[]
}

/**
 * A log is closed when its year is over: its last leaf names the log that goes on, whose first leaf names the last head of the old
 * one. Both are written in one transaction, with the checkpoint between them; what else is recorded at that moment goes into the new
 * log. So nothing stands behind a closing leaf, and wherever we die there is one log that grows: the old one, whose turn comes at the
 * next start, or the new one.
 *
 * A clock that goes back over the end of the year changes nothing: a log never goes on in an earlier year.
 *
 * A store that was brought back from before New Year would close its log where it was not closed, and open the next one a second time.
 * So the year waits for a witness, and meanwhile the log of the old year grows.
 *
 * @returns the signer of the log that goes on
 */
export async function turnYear(parts: YearParts, signer: LogSigner): Promise<LogSigner> {
  const { clock, log, store, leaves } = parts
  const next = { ...signer, name: originNow(signer.name, parts) }
  if (next.name === signer.name || !parts.confirmed() || (await store.size()) === 0) return signer
  const closing = leaves.write('log.close', { origin: signer.name, to: next.name }).text
  let note = ''
  await store.turnLog(closing, async head => {
    const checkpoint = await signCheckpoint(signer, head, clock.now())
    note = checkpoint.note
    const opening = openingLeaf(leaves, next, { origin: signer.name, ...head, why: 'year' })
    return { checkpoint, leaves: [opening, ...parts.beginning()] }
  })
  parts.publish(note)
  log.info('ledger-opened', { origin: next.name, was: signer.name })
  return next
}

/** The name under which a log goes on at this time: its own, unless it is that of a year that is over. */
export function originNow(origin: string, { config, clock }: Pick<YearParts, 'config' | 'clock'>): string {
  const year = yearOf(origin)
  const now = new Date(clock.now()).getUTCFullYear()
  return config.ledgerOrigin !== undefined || year === undefined || year >= now
    ? origin
    : originOfYear(origin, now)
}

/**
 * The turn of the year for a gateway that runs: to be called about once a second, by a timer that does not look at the clock.
 *
 * A log that has taken the name of a year keeps it, so a clock that is a year ahead for a minute would close a year too early, and for
 * good. Therefore a clock that has jumped is not believed at once: only after an hour of calls without another jump. A clock that walks
 * over midnight is believed on the spot. (At a start there is nothing to compare the clock with, and it is believed.)
 */
export function makeYearTurn(parts: YearParts): (signer: LogSigner) => Promise<LogSigner> {
  let before = parts.clock.now()
  let doubtful = 0
  return async signer => {
    const now = parts.clock.now()
    const jumped = Math.abs(now - before) > JUMP_MS
    before = now
    doubtful = jumped ? DOUBTFUL_CALLS : Math.max(0, doubtful - 1)
    return doubtful > 0 ? signer : await turnYear(parts, signer)
  }
}

/** More than a slow disk or a busy machine lets pass between two calls. */
const JUMP_MS = 60_000
/** An hour of seconds. */
const DOUBTFUL_CALLS = 3_600
