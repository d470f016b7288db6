import { sha256 } from '../kit/kit.ts'

/** Hashes of one level in a tile, and how many bytes each has (C2SP tlog-tiles; SHA-256). */
export const TILE_WIDTH = 256
export const HASH_BYTES = 32
/** A tile level is eight tree levels high: 2^8 = {@link TILE_WIDTH}. */
const TILE_HEIGHT = 8

/** The hash of one leaf: SHA-256(0x00 ‖ leaf) (RFC 6962 §2.1). A text is hashed as its UTF-8 bytes. */
export function leafHash(leaf: string | Uint8Array): Buffer {
  if (typeof leaf === 'string') return sha256(`\u0000${leaf}`)
  const bytes = Buffer.allocUnsafe(leaf.length + 1)
  bytes[0] = 0
  bytes.set(leaf, 1)
  return sha256(bytes)
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * HASH_BYTES)
  bytes[0] = 1
  bytes.set(left, 1)
  bytes.set(right, 1 + HASH_BYTES)
  return sha256(bytes)
}

/** The root of the tree without leaves: SHA-256 of nothing. */
export function emptyRoot(): Buffer {
  return sha256('')
}

/** The root over given subtree hashes of one height, oldest first (RFC 6962 §2.1, MTH). */
export function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  const [first, second] = hashes
  if (first === undefined) return emptyRoot()
  if (second === undefined) return first
  const split = largestPowerBelow(hashes.length)
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)))
}

/** The largest power of two smaller than `count`, for a count of two or more. */
export function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/** A full tile, ready to be written once: {@link TILE_WIDTH} hashes one after the other. */
export interface FullTile {
  readonly level: number
  readonly index: number
  readonly hashes: Buffer
}

/** The unfinished tile of each level, from level 0 up: what must be known to append. */
export type Edge = readonly (readonly Uint8Array[])[]

/** A tree that grows at its right edge and keeps only that edge in memory. */
export interface GrowingTree {
  readonly size: number
  /** Adds one leaf. Costs one hash on average. */
  append(hash: Uint8Array): void
  root(): Uint8Array
  edge(): Edge
}

interface Peak {
  readonly height: number
  readonly hash: Uint8Array
}

/**
 * A tree of `size` leaves that goes on from a known edge.
 *
 * @param size how many leaves the edge stands for
 * @param edge the hashes of each level's unfinished tile; see `edgeOf`
 * @param onTile is given each tile that becomes full, lower levels first
 */
export function growTree(size: number, edge: Edge, onTile: (tile: FullTile) => void): GrowingTree {
  const pending = edge.map(level => [...level])
  const peaks = peaksOf(edge)
  let leaves = size

  function keep(level: number, hash: Uint8Array, count: number): void {
    const row = pending[level] ?? []
    pending[level] = row
    row.push(hash)
    if (row.length < TILE_WIDTH) return
    onTile({ level, index: count / TILE_WIDTH - 1, hashes: Buffer.concat(row) })
    pending[level] = []
  }

  function append(hash: Uint8Array): void {
    leaves += 1
    keep(0, hash, leaves)
    let carry: Peak = { height: 0, hash }
    for (let last = peaks.at(-1); last?.height === carry.height; last = peaks.at(-1)) {
      peaks.pop()
      carry = { height: carry.height + 1, hash: nodeHash(last.hash, carry.hash) }
      if (carry.height % TILE_HEIGHT === 0)
        keep(carry.height / TILE_HEIGHT, carry.hash, leaves / 2 ** carry.height)
    }
    peaks.push(carry)
  }

  return {
    get size() {
      return leaves
    },
    append,
    root: () => foldPeaks(peaks.map(peak => peak.hash)),
    edge: () => pending.map(level => [...level]),
  }
}

/** The root over complete subtrees of falling height: the last two are joined first. */
export function foldPeaks(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1)
  if (last === undefined) return emptyRoot()
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last)
}

/** The complete subtrees that an edge holds, highest first. */
function peaksOf(edge: Edge): Peak[] {
  return edge.toReversed().flatMap((row, above) => peaksOfLevel(row, edge.length - 1 - above))
}

function peaksOfLevel(row: readonly Uint8Array[], level: number): Peak[] {
  const peaks: Peak[] = []
  let from = 0
  for (let bit = TILE_HEIGHT - 1; bit >= 0; bit--) {
    const width = 2 ** bit
    if ((row.length & width) === 0) continue
    peaks.push({ height: level * TILE_HEIGHT + bit, hash: rootOf(row.slice(from, from + width)) })
    from += width
  }
  return peaks
}

/** What is stored of a tree: leaf hashes by index, and the full tiles written so far. */
export interface TreeSource {
  leafHash(index: number): Uint8Array
  /** The bytes of a full tile, or undefined where it is not stored. */
  tile(level: number, index: number): Uint8Array | undefined
}

/** Hash `index` of a tile level: the root of the complete subtree over its 256^level leaves. */
export function hashAt(source: TreeSource, level: number, index: number): Uint8Array {
  const tile = source.tile(level, Math.floor(index / TILE_WIDTH))
  if (tile) return hashInTile(tile, index % TILE_WIDTH)
  if (level === 0) return source.leafHash(index)
  const below = source.tile(level - 1, index)
  if (!below) throw new Error(`tile ${level - 1}/${index} is missing`)
  return rootOf(hashesOfTile(below))
}

/** The right edge of the first `size` leaves, read back from storage. */
export function edgeOf(size: number, source: TreeSource): Edge {
  const edge: Uint8Array[][] = []
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const from = count - (count % TILE_WIDTH)
    edge.push(Array.from({ length: count - from }, (_, at) => hashAt(source, level, from + at)))
  }
  return edge
}

/** The root of the first `size` leaves, from storage. */
export function rootAt(size: number, source: TreeSource): Uint8Array {
  return foldPeaks(peaksOf(edgeOf(size, source)).map(peak => peak.hash))
}

export function hashInTile(tile: Uint8Array, at: number): Uint8Array {
  return tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
}

export function hashesOfTile(tile: Uint8Array): Uint8Array[] {
  return Array.from({ length: tile.length / HASH_BYTES }, (_, at) => hashInTile(tile, at))
}
