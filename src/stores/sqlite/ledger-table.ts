import {
  edgeOf,
  type FullTile,
  type GrowingTree,
  growTree,
  type Head,
  leafHash,
  MAX_ENTRY_BYTES,
  rootAt,
  type SavedCheckpoint,
  TILE_WIDTH,
  type TreeSource,
} from '../../ledger/ledger.ts'
import { type Problem, ProblemsError } from '../../terms/terms.ts'
import type { TurnCommand } from './command.ts'
import { bytesOf, type Database, MAIN_FILE, numberOf } from './database.ts'
import { type LogExtent, newestOf, openLogs, openSizes, openSources } from './log-table.ts'

/** Leaves, tiles and checkpoints inside the transaction of the writing thread. */
export interface LedgerTable {
  /** Gives the leaves the next numbers of the store and lets the tree grow over them. Returns the number of the first. */
  append(leaves: readonly string[]): number
  /** Ends the log as it is and begins another one with these leaves. */
  openLog(leaves: readonly string[]): void
  /**
   * Ends the log with a last leaf under a last checkpoint, and begins another one.
   *
   * @throws Error where the checkpoint is not that of the whole log; the transaction is to be undone
   */
  turnLog(command: TurnCommand): void
  /** The head, or what it would be with one more leaf. */
  head(leaf?: string): Head
  /** Null where it was kept, else the reason why not. */
  saveCheckpoint(checkpoint: SavedCheckpoint): string | null
  /** Forgets what was appended since the last commit: the tree is read again from what is durable. */
  reload(): void
}

/**
 * Opens the ledger and checks that it is the one we last signed: the right edge is rebuilt from stored tiles and leaves,
 * and the root at the size of the newest checkpoint must be the root in it.
 *
 * @throws ProblemsError `ledger-damaged`, `ledger-rolled-back` or `ledger-changed`
 */
export function openLedgerTable(db: Database): LedgerTable {
  const insertLeaf = db.prepare('INSERT INTO leaf (seq, text) VALUES (?, ?)')
  const insertTile = db.prepare('INSERT INTO tile (log, level, idx, hashes) VALUES (?, ?, ?, ?)')
  const insertCheckpoint = db.prepare(
    'INSERT INTO checkpoint (log, size, root, note, vkey, at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const insertLog = db.prepare('INSERT INTO log (first) VALUES (?)')
  const [logs, sizes, sources] = [openLogs(db), openSizes(db), openSources(db)]
  let log = newestOf(logs())

  function load(): GrowingTree {
    log = newestOf(logs())
    const size = sizes(log)
    return growTree(size, edgeOf(size, sources(log)), keep)
  }
  function keep({ level, index, hashes }: FullTile): void {
    insertTile.run(log.id, level, index, hashes)
  }

  const problem = findDamage(db, log, sizes(log), sources(log))
  if (problem) throw new ProblemsError([problem])
  let tree = load()

  function append(leaves: readonly string[]): number {
    const first = log.first + tree.size
    for (const leaf of leaves) {
      if (Buffer.byteLength(leaf) > MAX_ENTRY_BYTES)
        throw new Error('a leaf is longer than the ledger can hold')
      insertLeaf.run(log.first + tree.size, leaf)
      tree.append(leafHash(leaf))
    }
    return first
  }

  function openLog(leaves: readonly string[]): void {
    insertLog.run(log.first + tree.size)
    tree = load()
    append(leaves)
  }

  function saveCheckpoint({ size, root, note, vkey, at }: SavedCheckpoint): string | null {
    const last = lastCheckpoint(db, log)
    if (last && size <= last.size) return 'a checkpoint of this size or a larger one is kept already'
    if (size > tree.size) return 'the checkpoint is larger than the ledger'
    const own = size === tree.size ? tree.root() : rootAt(size, sources(log))
    if (Buffer.compare(own, root) !== 0) return 'the ledger has another root at this size'
    insertCheckpoint.run(log.id, size, root, note, vkey, at)
    return null
  }

  return {
    append,
    openLog,
    turnLog({ closing, checkpoint, leaves }) {
      append([closing])
      const refused =
        checkpoint.size === tree.size ? saveCheckpoint(checkpoint) : 'the log has grown meanwhile'
      if (refused !== null) throw new Error(refused)
      openLog(leaves)
    },
    head: leaf => headOf(leaf === undefined ? tree : grownBy(leaf, tree)),
    saveCheckpoint,
    reload() {
      tree = load()
    },
  }
}

function headOf(tree: GrowingTree): Head {
  return { size: tree.size, root: tree.root() }
}

/** The tree with one more leaf; the one it is made from stays as it is. */
function grownBy(leaf: string, tree: GrowingTree): GrowingTree {
  const grown = growTree(tree.size, tree.edge(), () => undefined)
  grown.append(leafHash(leaf))
  return grown
}

function lastCheckpoint(db: Database, { id }: LogExtent): Head | undefined {
  const row = db.prepare('SELECT size, root FROM checkpoint WHERE log = ? ORDER BY size DESC LIMIT 1').get(id)
  return row && { size: numberOf(row, 'size'), root: bytesOf(row, 'root') }
}

function findDamage(db: Database, log: LogExtent, size: number, source: TreeSource): Problem | undefined {
  const signed = lastCheckpoint(db, log)
  if (signed && signed.size > size) {
    return problem(
      'ledger-rolled-back',
      `the ledger ends at leaf ${size}, but a checkpoint over ${signed.size} leaves was signed: this is an older copy`,
    )
  }
  try {
    if (!agreesWithTile(Math.floor(size / TILE_WIDTH) - 1, source))
      return problem('ledger-changed', 'the newest full tile does not hold the hashes of its leaves')
    if (signed && Buffer.compare(rootAt(signed.size, source), signed.root) !== 0) {
      const says = `the root over the first ${signed.size} leaves is not the one in the checkpoint that was signed`
      return problem('ledger-changed', says)
    }
    rootAt(size, source)
    return undefined
  } catch (fault) {
    return problem('ledger-damaged', fault instanceof Error ? fault.message : 'the ledger cannot be read')
  }
}

/** Whether a full tile of level 0 holds the hashes of its leaves. There is none before the first 256 leaves. */
function agreesWithTile(index: number, source: TreeSource): boolean {
  if (index < 0) return true
  const hashes = Array.from({ length: TILE_WIDTH }, (_, at) => source.leafHash(index * TILE_WIDTH + at))
  return Buffer.compare(source.tile(0, index) ?? Buffer.alloc(0), Buffer.concat(hashes)) === 0
}

function problem(code: string, says: string): Problem {
  return { file: MAIN_FILE, line: 0, column: 0, code, says }
}
