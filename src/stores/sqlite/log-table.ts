import { leafHash, type TreeSource } from '../../ledger/ledger.ts'
import { bytesOf, type Database, numberOf, optionalNumberOf, textOf } from './database.ts'

/** One log of a store: its leaves have the numbers from `first` up to but not including `end` of the store. */
export interface LogExtent {
  readonly id: number
  readonly first: number
  /** Undefined for the log that still grows. */
  readonly end: number | undefined
}

/** The logs of a store, oldest first; as they are each time it is asked. There is always one. */
export function openLogs(db: Database): () => readonly LogExtent[] {
  const all = db.prepare('SELECT id, first, lead(first) OVER (ORDER BY id) AS next FROM log ORDER BY id')
  return () =>
    all.all().map(row => ({
      id: numberOf(row, 'id'),
      first: numberOf(row, 'first'),
      end: optionalNumberOf(row, 'next'),
    }))
}

/** The log that grows. */
export function newestOf(logs: readonly LogExtent[]): LogExtent {
  const newest = logs.at(-1)
  if (newest === undefined) throw new Error('the store has no log')
  return newest
}

/** How many leaves a log has. */
export function openSizes(db: Database): (log: LogExtent) => number {
  const end = db.prepare('SELECT max(seq) + 1 AS size FROM leaf')
  return ({ first, end: next }) =>
    Math.max((next ?? optionalNumberOf(end.get() ?? { size: null }, 'size') ?? first) - first, 0)
}

/** Stored leaf hashes and tiles of one log, as the tree functions ask for them. */
export function openSources(db: Database): (log: LogExtent) => TreeSource {
  const leaf = db.prepare('SELECT text FROM leaf WHERE seq = ?')
  const tile = db.prepare('SELECT hashes FROM tile WHERE log = ? AND level = ? AND idx = ?')
  return ({ id, first }) => ({
    leafHash(index) {
      const row = leaf.get(first + index)
      if (!row) throw new Error(`leaf ${index} is missing`)
      return leafHash(textOf(row, 'text'))
    },
    tile(level, index) {
      const row = tile.get(id, level, index)
      return row ? bytesOf(row, 'hashes') : undefined
    },
  })
}
