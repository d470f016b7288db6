import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import type { LedgerReader } from './ledger-store.ts'
import { type NoteKey, openNote } from './note.ts'

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
  /** The names of all logs of the store, oldest first; the last is the one that grows. */
  readonly origins: readonly string[]
  /** The key of our log, under each of its names. */
  readonly keyUnder: (origin: string) => NoteKey | undefined
  readonly store: Pick<LedgerReader, 'size' | 'rootAt'>
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
      const how = head && (await howLost(head, own))
      if (head && how)
        lost.push({ ...head, witness, kept: how === 'missing' ? 0 : await own.store.size(), how })
    }
  // The last log that we have opened is the one to go on from.
  return lost.sort((a, b) => gravity(b) - gravity(a) || b.size - a.size)[0]
}

function gravity({ how }: LostHead): number {
  return how === 'missing' ? 1 : 0
}

function readOwn(note: string, { keyUnder }: OwnLogs): Checkpoint | undefined {
  const named = readCheckpoint(note.slice(0, note.indexOf('\n\n') + 1))
  const key = named && keyUnder(named.origin)
  const opened = key && openNote(note, [key])
  return opened?.ok === true ? readCheckpoint(opened.text) : undefined
}

async function howLost(
  { origin, size, root }: Checkpoint,
  { origins, store }: OwnLogs,
): Promise<LostHead['how'] | undefined> {
  if (!origins.includes(origin)) return 'missing'
  // A log that was ended may have been ended because leaves of it were lost.
  if (origin !== origins.at(-1) || size === 0) return undefined
  if (size > (await store.size())) return 'behind'
  return Buffer.compare(await store.rootAt(size), root) === 0 ? undefined : 'forked'
}
