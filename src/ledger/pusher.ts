import type { Clock, Log } from '../kit/kit.ts'
import { findCosignature } from './cosignature.ts'
import type { LedgerReader, LedgerStore, SavedCheckpoint } from './ledger-store.ts'
import { type NoteKey, splitNote } from './note.ts'
import { printAddCheckpoint } from './witness.ts'
import type { SavedCosignature, WitnessStore } from './witness-store.ts'

/** What a witness answered, as far as a log looks at it. */
export interface PushAnswer {
  readonly status: number
  readonly body: string
}

export interface PusherParts {
  readonly store: Pick<LedgerStore, 'logs' | 'log'> &
    Pick<WitnessStore, 'lastCosignature' | 'saveCosignature'>
  readonly witness: NoteKey
  readonly clock: Clock
  readonly log: Log
  /** Posts a body of `add-checkpoint`. @throws where no answer came */
  readonly send: (body: string) => Promise<PushAnswer>
  /** How long to wait between two heads on the link that carries at present, ms. */
  readonly intervalMs: () => number
  /** How long a head may wait that holds nothing but our own cosigning of others, ms. */
  readonly quietMs: number
  /**
   * Asks the witness what it has of us and compares; ends the gateway where the store turns out to be an older copy.
   *
   * @returns whether the store has all that the witness has seen
   * @throws where no answer came
   */
  readonly confirm: () => Promise<boolean>
  /** True where the store was compared with the witness before anything was appended. */
  readonly confirmed: boolean
}

/**
 * Has the heads of our logs cosigned by one witness, one log after the other: a log that was closed stays the one that is shown
 * until its last head is cosigned, or the witness will not have it. While the witness cannot be reached nothing waits for that.
 */
export interface Pusher {
  /** Shows the newest checkpoint to the witness, if it is time. Calls never overlap; never rejects. */
  tick(): Promise<void>
  /** Nothing is begun any more; what is under way is given up without a word. */
  stop(): void
  /** When the witness has last cosigned a head of ours, ms; undefined before the first time. */
  readonly cosignedAt: number | undefined
  /** False as long as nobody has compared the store with what the witness has seen. */
  readonly confirmed: boolean
}

/** @returns a pusher that knows what this witness has cosigned before */
export async function makePusher(parts: PusherParts): Promise<Pusher> {
  const { store, witness, clock, log } = parts
  // The last head of the log before may not have been shown before we ended.
  let shown = await openShown(parts, Math.max(1, (await store.logs()).length - 1))
  let cosignedAt = (await store.lastCosignature(witness.name))?.at ?? shown.last?.at
  let confirmed = parts.confirmed
  let nextAt = 0
  let running: Promise<void> | undefined
  let reached = true
  let stopped = false

  async function run(): Promise<void> {
    const now = clock.now()
    if (stopped || now < nextAt) return
    nextAt = now + parts.intervalMs()
    try {
      confirmed ||= await parts.confirm()
      await show()
      reached = true
    } catch (fault) {
      if (reached && !stopped)
        log.warn('witness-unreached', { witness: witness.name, says: messageOf(fault) })
      reached = false
    }
  }

  async function show(): Promise<void> {
    while (confirmed) {
      const closed = shown.number < (await store.logs()).length
      const checkpoint = closed ? await lastHead(shown) : await shown.log.latestCheckpoint()
      const due = checkpoint && (closed || (await isDue(parts, shown, checkpoint)))
      const done = !due || (await push(checkpoint, shown.last?.size ?? 0, true))
      if (!closed || !done) return
      shown = await openShown(parts, shown.number + 1)
    }
  }

  /** @returns whether this head is done with: it is cosigned, or never will be */
  async function push(checkpoint: SavedCheckpoint, old: number, again: boolean): Promise<boolean> {
    const { size, note } = checkpoint
    const proof = old === 0 || old === size ? [] : await shown.log.consistency(old, size)
    const { status, body } = await parts.send(printAddCheckpoint({ old, proof, note }))
    if (status === 200) return await take(checkpoint, body)
    const theirs = status === 409 ? readSize(body) : undefined
    if (theirs !== undefined && theirs !== old && theirs <= size && again)
      return await push(checkpoint, theirs, false)
    log.warn('witness-refused', { witness: witness.name, status, size, old, theirs })
    // It has seen more of this log than we have, or something else: before anything is shown to it again, we compare.
    if (status === 409 || status === 422) confirmed = await parts.confirm()
    return status < 500 && status !== 429
  }

  async function take({ size, note }: SavedCheckpoint, lines: string): Promise<boolean> {
    const found = findCosignature(splitNote(note)?.text ?? '', lines, witness)
    if (found === undefined) log.warn('cosignature-invalid', { witness: witness.name, size })
    else {
      const at = clock.now()
      await store.saveCosignature({ size, witness: witness.name, line: found.line, at }, shown.number)
      shown = { ...shown, last: { size, at } }
      cosignedAt = at
    }
    return true
  }

  return {
    tick() {
      running ??= run().finally(() => {
        running = undefined
      })
      return running
    },
    stop() {
      stopped = true
    },
    get cosignedAt() {
      return cosignedAt
    },
    get confirmed() {
      return confirmed
    },
  }
}

/** The log whose heads are shown at present. */
interface Shown {
  readonly number: number
  readonly log: LedgerReader
  /** The newest of its heads that the witness has cosigned. */
  readonly last: Pick<SavedCosignature, 'size' | 'at'> | undefined
}

async function openShown({ store, witness }: PusherParts, number: number): Promise<Shown> {
  return { number, log: store.log(number), last: await store.lastCosignature(witness.name, number) }
}

/**
 * The head of a closed log, where it was not cosigned; undefined where nobody closed it: a log that was lost ends somewhere before
 * what its witnesses have seen.
 */
async function lastHead({ log, last }: Shown): Promise<SavedCheckpoint | undefined> {
  const checkpoint = await log.latestCheckpoint()
  if (checkpoint === undefined || checkpoint.size === last?.size) return undefined
  const [leaf] = await log.leaves(checkpoint.size - 1, checkpoint.size)
  return leaf?.includes('"kind":"log.close"') ? checkpoint : undefined
}

/**
 * Whether a head is worth showing. Each cosigning of the other's head is a leaf of ours, whose head the other would cosign in
 * turn, and so on without end; a head with nothing else in it waits.
 */
async function isDue(
  { clock, quietMs }: PusherParts,
  { log, last }: Shown,
  { size }: SavedCheckpoint,
): Promise<boolean> {
  if (last === undefined || clock.now() - last.at >= quietMs) return true
  if (size <= last.size) return false
  if (size - last.size > MANY_LEAVES) return true
  const leaves = await log.leaves(last.size, size)
  return leaves.some(leaf => !leaf.includes('"kind":"witness.cosigned"'))
}

const MANY_LEAVES = 64

function readSize(body: string): number | undefined {
  const [, digits] = /^(0|[1-9][0-9]{0,15})\n$/.exec(body) ?? []
  return digits === undefined ? undefined : Number(digits)
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : 'no answer'
}
