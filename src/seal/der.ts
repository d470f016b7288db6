/** One value of DER (X.690): tag, content, and the bytes of the whole, which signatures cover. */
export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  readonly whole: Uint8Array
}

/** Thrown inside the readers of certificates and CRLs and caught at their edge: the bytes are not the DER expected. */
export class DerFault extends Error {
  override readonly name = 'DerFault'
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const

/** The tag of a context-specific, constructed value: `[n]`. */
export function contextTag(number: number): number {
  return 0xa0 | number
}

/** Reads exactly one value. @throws DerFault */
export function readDer(bytes: Uint8Array): Der {
  const value = readAt(bytes, 0)
  if (value.whole.length !== bytes.length) throw new DerFault('bytes follow the value')
  return value
}

/** The values inside a constructed value, in order. @throws DerFault */
export function children(value: Der): readonly Der[] {
  const found: Der[] = []
  for (let at = 0; at < value.content.length; ) {
    const child = readAt(value.content, at)
    found.push(child)
    at += child.whole.length
  }
  return found
}

/** The value, where it has the tag. @throws DerFault */
export function expectTag(value: Der | undefined, tag: number): Der {
  if (value?.tag !== tag) throw new DerFault(`expected tag ${tag}`)
  return value
}

/** The children of a SEQUENCE. @throws DerFault */
export function sequence(value: Der | undefined): readonly Der[] {
  return children(expectTag(value, TAG.sequence))
}

/** Tags of one byte, definite lengths in their shortest form: DER has no other reading. */
function readAt(bytes: Uint8Array, start: number): Der {
  const tag = byteAt(bytes, start)
  if ((tag & 0x1f) === 0x1f) throw new DerFault('a long tag')
  const { length, size } = readLength(bytes, start + 1)
  const from = start + 1 + size
  if (from + length > bytes.length) throw new DerFault('the value is cut short')
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(start, from + length) }
}

function readLength(bytes: Uint8Array, at: number): { readonly length: number; readonly size: number } {
  const first = byteAt(bytes, at)
  if (first < 0x80) return { length: first, size: 1 }
  const count = first & 0x7f
  if (count === 0 || count > 4) throw new DerFault('a length out of range')
  let length = 0
  for (let index = 1; index <= count; index++) length = length * 256 + byteAt(bytes, at + index)
  if (length < 0x80 || length < 256 ** (count - 1)) throw new DerFault('a length in a long form')
  return { length, size: 1 + count }
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new DerFault('the value is cut short')
  return byte
}

/** An OBJECT IDENTIFIER as dotted text. @throws DerFault */
export function readOid(value: Der | undefined): string {
  const { content } = expectTag(value, TAG.oid)
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new DerFault('an arc out of range')
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first] = arcs
  if (first === undefined || (content.at(-1) ?? 0x80) >= 0x80) throw new DerFault('an unfinished arc')
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...arcs.slice(1)].join('.')
}

/** A UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 allows them, in milliseconds. @throws DerFault */
export function readTime(value: Der | undefined): number {
  const text = Buffer.from(value?.content ?? []).toString('latin1')
  const form = value?.tag === TAG.utcTime ? /^(\d\d)(\d{10})Z$/ : /^(\d{4})(\d{10})Z$/
  const match = form.exec(text)
  if (!match || (value?.tag !== TAG.utcTime && value?.tag !== TAG.generalizedTime))
    throw new DerFault('expected a time')
  const [, digits = '', rest = ''] = match
  const year = digits.length === 4 ? digits : `${Number(digits) < 50 ? '20' : '19'}${digits}`
  const iso = `${year}-${rest.slice(0, 2)}-${rest.slice(2, 4)}T${rest.slice(4, 6)}:${rest.slice(6, 8)}:${rest.slice(8)}Z`
  const time = Date.parse(iso)
  if (Number.isNaN(time)) throw new DerFault('expected a time')
  return time
}

/** Upper case hexadecimal of an INTEGER without leading zero octets, as certificates' serials are written. */
export function hexOf(integer: Uint8Array): string {
  const hex = Buffer.from(integer).toString('hex').toUpperCase()
  return hex.replace(/^(?:00)+(?=..)/, '')
}

/** The bytes of a PEM block of the given name, or the bytes themselves where they are not PEM. */
export function unwrapPem(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1')
  if (!text.includes('-----BEGIN ')) return bytes
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g)]
  const [block] = blocks
  return blocks.length === 1 && block?.[1] === name ? Buffer.from(block[2] ?? '', 'base64') : undefined
}
