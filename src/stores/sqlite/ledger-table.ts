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
import { bytesOf, type Database, MAIN_FILE, numberOf, textOf } from './database.ts'

/** Leaves, tiles and checkpoints inside the transaction of the writing thread. */
export interface LedgerTable {
  /** Gives the leaves the next numbers and lets the tree grow over them. */
  append(leaves: readonly string[]): void
  head(): Head
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
  const insertTile = db.prepare('INSERT INTO tile (level, idx, hashes) VALUES (?, ?, ?)')
  const insertCheckpoint = db.prepare(
    'INSERT INTO checkpoint (size, root, note, vkey, at) VALUES (?, ?, ?, ?, ?)',
  )
  const source = sourceOf(db)

  function load(): GrowingTree {
    const size = sizeOf(db)
    return growTree(size, edgeOf(size, source), keep)
  }
  function keep({ level, index, hashes }: FullTile): void {
    insertTile.run(level, index, hashes)
  }

  const problem = findDamage(db, source)
  if (problem) throw new ProblemsError([problem])
  let tree = load()

  return {
    append(leaves) {
      for (const leaf of leaves) {
        if (Buffer.byteLength(leaf) > MAX_ENTRY_BYTES)
          throw new Error('a leaf is longer than the ledger can hold')
        insertLeaf.run(tree.size, leaf)
        tree.append(leafHash(leaf))
      }
    },
    head: () => ({ size: tree.size, root: tree.root() }),
    saveCheckpoint({ size, root, note, vkey, at }) {
      const last = lastCheckpoint(db)
      if (last && size <= last.size) return 'a checkpoint of this size or a larger one is kept already'
      if (size > tree.size) return 'the checkpoint is larger than the ledger'
      const own = size === tree.size ? tree.root() : rootAt(size, source)
      if (Buffer.compare(own, root) !== 0) return 'the ledger has another root at this size'
      insertCheckpoint.run(size, root, note, vkey, at)
      return null
    },
    reload() {
      tree = load()
    },
  }
}

/** Stored leaf hashes and tiles, as the tree functions ask for them. */
function sourceOf(db: Database): TreeSource {
  const leaf = db.prepare('SELECT text FROM leaf WHERE seq = ?')
  const tile = db.prepare('SELECT hashes FROM tile WHERE level = ? AND idx = ?')
  return {
    leafHash(index) {
      const row = leaf.get(index)
      if (!row) throw new Error(`leaf ${index} is missing`)
      return leafHash(textOf(row, 'text'))
    },
    tile(level, index) {
      const row = tile.get(level, index)
      return row ? bytesOf(row, 'hashes') : undefined
    },
  }
}

function sizeOf(db: Database): number {
  return numberOf(db.prepare('SELECT coalesce(max(seq) + 1, 0) AS size FROM leaf').get() ?? {}, 'size')
}

function lastCheckpoint(db: Database): Head | undefined {
  const row = db.prepare('SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1').get()
  return row && { size: numberOf(row, 'size'), root: bytesOf(row, 'root') }
}

function findDamage(db: Database, source: TreeSource): Problem | undefined {
  const size = sizeOf(db)
  const signed = lastCheckpoint(db)
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
