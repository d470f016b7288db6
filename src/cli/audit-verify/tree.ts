import { hash } from 'node:crypto'
import { type Files, splitBundle, tilePath, WIDTH } from './files.ts'
import type { Report } from './finding.ts'

const HASH_BYTES = 32
/** Levels of the tree in one level of tiles: 2^8 = 256. */
const TILE_HEIGHT = 8
/** Differences beyond these would tell nothing new. */
const MAX_DIFFERENCES = 1000

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer')
}

/** SHA-256(0x00 ‖ leaf) (RFC 6962 §2.1). */
export function leafHash(leaf: Uint8Array): Buffer {
  return sha256(Buffer.of(0), leaf)
}

/** SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.of(1), left, right)
}

interface Row {
  readonly level: number
  readonly index: number
  readonly hashes: readonly Buffer[]
}

/** A tree that grows leaf by leaf. `onRow` is given the hashes of each tile as it becomes full, and of the unfinished ones at the end. */
export function growTree(onRow: (row: Row) => void) {
  const peaks: { readonly height: number; readonly hash: Buffer }[] = []
  const rows: { index: number; hashes: Buffer[] }[] = []

  function keep(level: number, one: Buffer): void {
    const row = rows[level] ?? { index: 0, hashes: [] }
    rows[level] = row
    row.hashes.push(one)
    if (row.hashes.length < WIDTH) return
    onRow({ level, ...row })
    rows[level] = { index: row.index + 1, hashes: [] }
  }

  return {
    append(leaf: Buffer): void {
      keep(0, leaf)
      let top = { height: 0, hash: leaf }
      for (let left = peaks.at(-1); left?.height === top.height; left = peaks.at(-1)) {
        peaks.pop()
        top = { height: top.height + 1, hash: nodeHash(left.hash, top.hash) }
        if (top.height % TILE_HEIGHT === 0) keep(top.height / TILE_HEIGHT, top.hash)
      }
      peaks.push(top)
    },
    root(): Buffer {
      const [last, ...above] = peaks.map(peak => peak.hash).reverse()
      return last ? above.reduce((right, left) => nodeHash(left, right), last) : sha256()
    },
    finish(): void {
      for (const [level, { index, hashes }] of rows.entries())
        if (hashes.length > 0) onRow({ level, index, hashes })
    },
  }
}

/** Where a stored hash differs from the one that was computed: `count` leaves from `leaf` on may be meant. */
export interface Difference {
  readonly path: string
  readonly leaf: number
  readonly count: number
}

export interface Regrown {
  /** The root over the first leaves, for every size that was asked for and could be reached. */
  readonly roots: ReadonlyMap<number, Buffer>
  readonly differences: readonly Difference[]
}

/**
 * Grows the tree again from the stored leaves and compares every stored tile with it. A bundle that cannot be read is
 * replaced by the hashes in its tile, so that the rest can still be judged; where that is missing too, it ends there.
 *
 * @param sizes where the root is wanted, 0 < size; the largest is the size of the ledger
 * @param hear is told every leaf, in order
 */
export function regrow(
  files: Files,
  sizes: ReadonlySet<number>,
  hear: (leaf: Buffer, index: number) => void,
  report: Report,
): Regrown {
  const size = Math.max(0, ...sizes)
  const roots = new Map<number, Buffer>()
  const differences: Difference[] = []
  const tree = growTree(row => {
    const difference = compareTile(files, row, report)
    if (difference && differences.length < MAX_DIFFERENCES) differences.push(difference)
  })
  if (sizes.has(0)) roots.set(0, tree.root())
  for (let from = 0; from < size; from += WIDTH) {
    const width = Math.min(WIDTH, size - from)
    const hashes = readLeaves(files, { from, width }, hear, report) ?? hashesInTile(files, from, width)
    if (!hashes) return { roots, differences }
    for (const [index, leaf] of hashes.entries()) {
      tree.append(leaf)
      if (sizes.has(from + index + 1)) roots.set(from + index + 1, tree.root())
    }
  }
  tree.finish()
  return { roots, differences }
}

function compareTile(files: Files, { level, index, hashes }: Row, report: Report): Difference | undefined {
  const path = tilePath(level, index, hashes.length)
  const stored = files.bytes(path)
  if (!stored) {
    report('missing', 'tile-missing', `the file \`${path}\` is missing`)
    return undefined
  }
  if (stored.equals(Buffer.concat(hashes))) return undefined
  const at = hashes.findIndex((one, place) => !one.equals(hashAt(stored, place)))
  const count = WIDTH ** level
  return { path, leaf: (index * WIDTH + Math.max(at, 0)) * count, count }
}

function hashAt(tile: Buffer, at: number): Buffer {
  return tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
}

/** Hashes of the leaves of one bundle; undefined where it cannot be read. */
function readLeaves(
  files: Files,
  { from, width }: { readonly from: number; readonly width: number },
  hear: (leaf: Buffer, index: number) => void,
  report: Report,
): Buffer[] | undefined {
  const path = tilePath('entries', from / WIDTH, width)
  const bundle = files.bytes(path)
  if (!bundle) {
    report('missing', 'bundle-missing', `the file \`${path}\` is missing`)
    return undefined
  }
  const leaves = splitBundle(bundle)
  for (const [index, leaf] of leaves.entries()) hear(leaf, from + index)
  if (leaves.length === width) return leaves.map(leafHash)
  const says = `\`${path}\` holds ${leaves.length} whole leaves and not ${width}`
  const tile = files.bytes(tilePath(0, from / WIDTH, width)) ?? Buffer.alloc(0)
  const at = leaves.findIndex((leaf, index) => !leafHash(leaf).equals(hashAt(tile, index)))
  report('tampered', 'bundle-length', says, from + (at < 0 ? leaves.length : at))
  return undefined
}

function hashesInTile(files: Files, from: number, width: number): Buffer[] | undefined {
  const tile = files.bytes(tilePath(0, from / WIDTH, width))
  if (tile?.length !== width * HASH_BYTES) return undefined
  return Array.from({ length: width }, (_, at) => hashAt(tile, at))
}
