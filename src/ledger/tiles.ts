import { TILE_WIDTH } from './tree.ts'

/** What a bundle entry can hold: its length is written in two bytes. */
export const MAX_ENTRY_BYTES = 65_535

/**
 * Where a tile lies below the log's prefix (C2SP tlog-tiles): `tile/0/x001/067`, a partial one `tile/0/x001/067.p/5`.
 *
 * @param level `entries` for a bundle of leaves, else the tile level
 * @param width how many hashes or leaves it holds, 1 to 256
 */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`
  return `tile/${level}/${pathOfIndex(index)}${partial}`
}

/** Three digits to a path element, all but the last marked with `x`. */
function pathOfIndex(index: number): string {
  const last = String(index % 1000).padStart(3, '0')
  const above = Math.floor(index / 1000)
  if (above === 0) return last
  const digits = String(above)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  return `${padded.replace(/\d{3}/g, 'x$&/')}${last}`
}

/** Leaves as one entry bundle (C2SP tlog-tiles): each a big-endian uint16 length and its bytes. */
export function entryBundle(leaves: readonly string[]): Buffer {
  return Buffer.concat(leaves.flatMap(lengthAndBytes))
}

function lengthAndBytes(leaf: string): Buffer[] {
  const bytes = Buffer.from(leaf)
  if (bytes.length > MAX_ENTRY_BYTES) throw new RangeError('a leaf is longer than an entry bundle can hold')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return [length, bytes]
}

/** The leaves of a bundle as bytes, or undefined where the lengths do not add up. */
export function readEntryBundle(bundle: Uint8Array): Buffer[] | undefined {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.length)
  const leaves: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) return undefined
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) return undefined
    leaves.push(bytes.subarray(at + 2, end))
    at = end
  }
  return leaves
}
