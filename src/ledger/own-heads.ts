import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import type { LedgerReader } from './ledger-store.ts'
import { type NoteKey, openNote } from './note.ts'
import { compareOrigins } from './origin.ts'

/** What a witness keeps of us: heads of our logs as we have signed them. */
export interface WitnessedHeads {
  readonly witness: string
  /** The checkpoints, one for each log. */
  readonly notes: readonly string[]
}

/** A head of ours that a witness has and the store has not. */
export interface LostHead extends Checkpoint {
  readonly witness: string
  /** How many leaves the store has of this log. */
  readonly kept: number
  /**
   * `behind`: the store ends before it. `forked`: the store went on in another way. `missing`: the store does not know the log
   * at all.
   */
  readonly how: 'behind' | 'forked' | 'missing'
}

export interface OwnLogs {
  /** All logs of the store, oldest first; the last is the one that grows. */
  readonly logs: readonly OwnLog[]
  /** The key of our log, under each of its names. */
  readonly keyUnder: (origin: string) => NoteKey | undefined
}

export interface OwnLog {
  readonly origin: string
  /** Whether it was opened because leaves of a log before it were lost. */
  readonly restored: boolean
  /** Undefined where it was dropped, and its leaves cannot be compared any more. */
  readonly leaves: Pick<LedgerReader, 'size' | 'rootAt'> | undefined
}

/**
 * Finds the head that shows that the store is an older copy, or a branch, of what we have signed before. Only what carries our
 * own signature counts: no witness can stop us by inventing something.
 *
 * @returns undefined where the store has everything that the witnesses have seen
 */
export async function findLostHead(
  heads: readonly WitnessedHeads[],
  own: OwnLogs,
): Promise<LostHead | undefined> {
  const lost: LostHead[] = []
  for (const { witness, notes } of heads)
    for (const note of notes) {
      const head = readOwn(note, own)
      const loss = head && (await lossOf(head, own))
      if (head && loss) lost.push({ ...head, witness, ...loss })
    }
  // The last log that we have opened is the one to go on from.
  return lost.sort((a, b) => compareOrigins(b.origin, a.origin) || b.size - a.size)[0]
}

function readOwn(note: string, { keyUnder }: OwnLogs): Checkpoint | undefined {
  const named = readCheckpoint(note.slice(0, note.indexOf('\n\n') + 1))
  const key = named && keyUnder(named.origin)
  const opened = key && openNote(note, [key])
  return opened?.ok === true ? readCheckpoint(opened.text) : undefined
}

async function lossOf(
  { origin, size, root }: Checkpoint,
  { logs }: OwnLogs,
): Promise<Pick<LostHead, 'how' | 'kept'> | undefined> {
  // A log that was opened because leaves were lost says so in its first leaf: that they are missing is no news.
  if (logs.some(log => log.restored && compareOrigins(origin, log.origin) < 0)) return undefined
  const log = logs.find(one => one.origin === origin)
  if (log === undefined) return { how: 'missing', kept: 0 }
  if (log.leaves === undefined || size === 0) return undefined
  const kept = await log.leaves.size()
  if (size > kept) return { how: 'behind', kept }
  return Buffer.compare(await log.leaves.rootAt(size), root) === 0 ? undefined : { how: 'forked', kept }
}
