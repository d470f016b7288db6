import { crc32 } from 'node:zlib'
import { Inflate } from 'fflate'
import type { Offences } from './offences.ts'
import { shown } from './offences.ts'

/** Bounds of what is unpacked: a table of an agreement is a hundredth of this. */
const MOST_BYTES = 8 * 1024 * 1024
const MOST_ENTRIES = 200
const MOST_UNPACKED = 32 * 1024 * 1024
const MOST_RATIO = 200
/** Below this a part may be packed as tightly as it likes. */
const SMALL = 256 * 1024

interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  readonly offset: number
}

/**
 * Unpacks a ZIP archive (APPNOTE 6.3) of untrusted bytes. Refused is whatever two programs could read differently: entries that
 * overlap, that stand twice or differ from their own headers, bytes between them, before them or after them.
 *
 * @returns the parts by name; undefined where the archive cannot be trusted at all, with the reasons noted
 */
export function unpack(bytes: Uint8Array, offences: Offences): ReadonlyMap<string, Uint8Array> | undefined {
  const refuse = (code: string, says: string): undefined => offences.note({}, code, says)
  if (bytes.length > MOST_BYTES)
    return refuse('sheet-too-large', `the file is larger than ${MOST_BYTES} bytes`)
  if (isOle(bytes))
    return refuse(
      'sheet-encrypted',
      'the file is encrypted or of an older kind; save it as .xlsx without a password',
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = readDirectory(view, bytes)
  if (typeof entries === 'string') return refuse('sheet-not-a-package', entries)
  const fault = faultOf(view, bytes, entries)
  if (fault) return refuse(fault.code, fault.says)
  return inflateAll(bytes, view, entries, refuse)
}

/** A Compound File: what an encrypted workbook or an old `.xls` is. */
function isOle(bytes: Uint8Array): boolean {
  return [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].every((byte, index) => bytes[index] === byte)
}

/** The entries as the central directory has them, or what is wrong with it. */
function readDirectory(view: DataView, bytes: Uint8Array): readonly Entry[] | string {
  const end = bytes.length - 22
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50 || view.getUint16(end + 20, true) !== 0)
    return 'the file is no spreadsheet package (.xlsx), or something follows it'
  const count = view.getUint16(end + 10, true)
  const [size, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  const oneDisk = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === count
  if (!oneDisk || start + size !== end) return 'the directory of the package does not add up'
  if (count > MOST_ENTRIES) return `the package has more than ${MOST_ENTRIES} parts`
  const entries: Entry[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50)
      return 'the directory of the package is broken'
    const length = view.getUint16(at + 28, true)
    entries.push({
      name: Buffer.from(bytes.subarray(at + 46, at + 46 + length)).toString('latin1'),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return at === end ? entries : 'the directory of the package is broken'
}

interface Fault {
  readonly code: string
  readonly says: string
}

function faultOf(view: DataView, bytes: Uint8Array, entries: readonly Entry[]): Fault | undefined {
  const names = new Set<string>()
  for (const entry of entries) {
    const { name, flags, method, packed, unpacked } = entry
    const fault = (code: string, says: string): Fault => ({ code, says: `part ${shown(name)} ${says}` })
    if (!isPartName(name)) return fault('sheet-part-name', 'has a name that leads outside of the package')
    if (names.has(name.toLowerCase())) return fault('sheet-not-a-package', 'stands twice')
    names.add(name.toLowerCase())
    if ((flags & 0x2041) !== 0) return fault('sheet-encrypted', 'is encrypted')
    if (method !== 0 && method !== 8)
      return fault('sheet-not-a-package', 'is packed in a way that is not known here')
    if (unpacked > SMALL && unpacked > packed * MOST_RATIO)
      return fault('sheet-too-large', `would grow more than ${MOST_RATIO} times when unpacked`)
  }
  if (entries.reduce((sum, { unpacked }) => sum + unpacked, 0) > MOST_UNPACKED)
    return { code: 'sheet-too-large', says: `the package would grow beyond ${MOST_UNPACKED} bytes` }
  return isSeamless(view, bytes, entries)
    ? undefined
    : { code: 'sheet-not-a-package', says: 'the parts of the package overlap, or differ from its directory' }
}

/** Names as the Open Packaging Conventions allow them, in ASCII. */
function isPartName(name: string): boolean {
  if (!/^[\x21-\x7e]+(?: [\x21-\x7e]+)*\/?$/.test(name) || /[\\:*?"<>|]/.test(name)) return false
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/')
  return segments.every(segment => segment !== '' && !/^\.+$/.test(segment))
}

/** Room for the descriptor that follows a part which was packed as a stream. */
const DESCRIPTOR = 24

/** Whether the entries lie one after the other from the first byte to the directory, each as its own header says. */
function isSeamless(view: DataView, bytes: Uint8Array, entries: readonly Entry[]): boolean {
  let at = 0
  let slack = 0
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    const data = dataStart(view, bytes, entry)
    if (data === undefined || entry.offset < at || entry.offset > at + slack) return false
    at = data + entry.packed
    slack = (entry.flags & 8) === 0 ? 0 : DESCRIPTOR
  }
  const directory = view.getUint32(bytes.length - 6, true)
  return at <= directory && directory <= at + slack
}

function dataStart(view: DataView, bytes: Uint8Array, entry: Entry): number | undefined {
  const { offset, name, flags, method } = entry
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== 0x04034b50) return undefined
  const length = view.getUint16(offset + 26, true)
  const written = Buffer.from(bytes.subarray(offset + 30, offset + 30 + length)).toString('latin1')
  const same =
    written === name &&
    view.getUint16(offset + 6, true) === flags &&
    view.getUint16(offset + 8, true) === method
  const start = offset + 30 + length + view.getUint16(offset + 28, true)
  return same && start + entry.packed <= bytes.length ? start : undefined
}

function inflateAll(
  bytes: Uint8Array,
  view: DataView,
  entries: readonly Entry[],
  refuse: (code: string, says: string) => undefined,
): ReadonlyMap<string, Uint8Array> | undefined {
  const parts = new Map<string, Uint8Array>()
  for (const entry of entries) {
    const start = dataStart(view, bytes, entry) ?? 0
    const packed = bytes.subarray(start, start + entry.packed)
    const data = entry.method === 0 ? packed : inflated(packed, entry.unpacked)
    if (data?.length !== entry.unpacked || crc32(data) !== entry.crc)
      return refuse(
        'sheet-not-a-package',
        `part ${shown(entry.name)} is not what the directory of the package says`,
      )
    if (!entry.name.endsWith('/')) parts.set(entry.name, data)
    else if (data.length > 0) return refuse('sheet-part-name', `folder ${shown(entry.name)} holds bytes`)
  }
  return parts
}

/** Bytes that are fed at once, so that what comes out is counted before there is much of it. */
const CHUNK = 4096

/** What a deflated part (RFC 1951) holds; undefined where it is broken or longer than it says. */
function inflated(packed: Uint8Array, length: number): Uint8Array | undefined {
  const out = new Uint8Array(length)
  let at = 0
  let fits = true
  const stream = new Inflate(chunk => {
    fits &&= at + chunk.length <= length
    if (fits) out.set(chunk, at)
    at += chunk.length
  })
  try {
    for (let from = 0; fits && from < packed.length; from += CHUNK)
      stream.push(packed.subarray(from, from + CHUNK), from + CHUNK >= packed.length)
  } catch {
    return undefined
  }
  return fits && at === length ? out : undefined
}
