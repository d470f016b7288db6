import {
  foldPeaks,
  HASH_BYTES,
  hashAt,
  largestPowerBelow,
  nodeHash,
  rootOf,
  TILE_WIDTH,
  type TreeSource,
} from './tree.ts'

/** Leaves `from` up to but not including `to`; one node of the tree of a certain size. */
interface Range {
  readonly from: number
  readonly to: number
}

/**
 * The audit path of one leaf (RFC 6962 §2.1.1), nearest sibling first.
 *
 * @throws RangeError where the tree of `size` leaves has no leaf `index`
 */
export function inclusionProof(source: TreeSource, index: number, size: number): Uint8Array[] {
  if (!isSize(size) || !isIndex(index) || index >= size)
    throw new RangeError('no such leaf in a tree of that size')
  return pathTo(index, { from: 0, to: size }).map(range => rangeRoot(source, range))
}

/**
 * The proof that the tree of `size` leaves begins with the tree of `old` leaves (RFC 6962 §2.1.2).
 *
 * @throws RangeError unless 0 < old ≤ size
 */
export function consistencyProof(source: TreeSource, old: number, size: number): Uint8Array[] {
  if (!isSize(old) || !isSize(size) || old > size) throw new RangeError('sizes must be positive and not fall')
  return growthFrom(old, { from: 0, to: size }, true).map(range => rangeRoot(source, range))
}

function pathTo(index: number, { from, to }: Range): Range[] {
  if (to - from === 1) return []
  const middle = from + largestPowerBelow(to - from)
  if (index < middle) return [...pathTo(index, { from, to: middle }), { from: middle, to }]
  return [...pathTo(index, { from: middle, to }), { from, to: middle }]
}

/** `whole` is true while the old tree is the left end of the new one, so that its root is known to the verifier. */
function growthFrom(old: number, { from, to }: Range, whole: boolean): Range[] {
  if (old === to) return whole ? [] : [{ from, to }]
  const middle = from + largestPowerBelow(to - from)
  if (old <= middle) return [...growthFrom(old, { from, to: middle }, whole), { from: middle, to }]
  return [...growthFrom(old, { from: middle, to }, false), { from, to: middle }]
}

function rangeRoot(source: TreeSource, { from, to }: Range): Uint8Array {
  const peaks: Uint8Array[] = []
  for (let at = from; at < to; ) {
    const left = to - at
    const width = left === 1 ? 1 : largestPowerBelow(left + 1)
    peaks.push(subtreeRoot(source, at, width))
    at += width
  }
  return foldPeaks(peaks)
}

/** The root over `width` leaves from `first`, where `width` is a power of two that divides `first`. */
function subtreeRoot(source: TreeSource, first: number, width: number): Uint8Array {
  let level = 0
  let unit = 1
  while (unit * TILE_WIDTH <= width) {
    unit *= TILE_WIDTH
    level += 1
  }
  return rootOf(Array.from({ length: width / unit }, (_, at) => hashAt(source, level, first / unit + at)))
}

export interface InclusionClaim {
  readonly leafHash: Uint8Array
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
}

/** Whether a proof shows that the leaf is in the tree (RFC 9162 §2.1.3.2). Hashes that are not 32 bytes prove nothing. */
export function verifyInclusion(claim: InclusionClaim, proof: readonly Uint8Array[]): boolean {
  if (!isSize(claim.size) || !isIndex(claim.index) || claim.index >= claim.size) return false
  if (!areHashes([claim.leafHash, claim.root, ...proof])) return false
  const climb = makeClimb(claim.index, claim.size - 1)
  let root = claim.leafHash
  for (const sibling of proof) {
    const side = climb.next()
    if (side === undefined) return false
    root = side === 'left' ? nodeHash(sibling, root) : nodeHash(root, sibling)
  }
  return climb.atTop() && same(root, claim.root)
}

export interface ConsistencyClaim {
  readonly old: number
  readonly oldRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
}

/**
 * Whether a proof shows that the larger tree begins with the smaller one (RFC 9162 §2.1.4.2). Size 0 is refused: every
 * tree begins with the empty one, so a proof of it says nothing.
 */
export function verifyConsistency(claim: ConsistencyClaim, proof: readonly Uint8Array[]): boolean {
  if (!isSize(claim.old) || !isSize(claim.size) || claim.old > claim.size) return false
  if (!areHashes([claim.oldRoot, claim.root, ...proof])) return false
  if (claim.old === claim.size) return proof.length === 0 && same(claim.oldRoot, claim.root)
  if (proof.length === 0) return false
  const [start, ...path] = isPowerOfTwo(claim.old) ? [claim.oldRoot, ...proof] : proof
  if (start === undefined) return false
  const climb = makeClimb(claim.old - 1, claim.size - 1)
  climb.skipRightTurns()
  let oldRoot = start
  let root = start
  for (const sibling of path) {
    const side = climb.next()
    if (side === undefined) return false
    if (side === 'left') oldRoot = nodeHash(sibling, oldRoot)
    root = side === 'left' ? nodeHash(sibling, root) : nodeHash(root, sibling)
  }
  return climb.atTop() && same(oldRoot, claim.oldRoot) && same(root, claim.root)
}

/** Walks from a node towards the root and says on which side each sibling of a proof stands. */
function makeClimb(index: number, last: number) {
  let at = index
  let end = last
  function up(): void {
    at = Math.floor(at / 2)
    end = Math.floor(end / 2)
  }
  return {
    atTop: () => end === 0,
    skipRightTurns(): void {
      while (at % 2 === 1) up()
    },
    next(): 'left' | 'right' | undefined {
      if (end === 0) return undefined
      const side = at % 2 === 1 || at === end ? 'left' : 'right'
      if (side === 'left') while (at % 2 === 0 && at !== 0) up()
      up()
      return side
    },
  }
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every(hash => hash.length === HASH_BYTES)
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
