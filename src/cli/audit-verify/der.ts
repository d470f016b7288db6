/** One value of DER (X.690): its tag, what is inside, and all of it as it stands, which is what signatures cover. */
export interface Value {
  readonly tag: number
  readonly inside: Buffer
  readonly whole: Buffer
}

/** Thrown while a time stamp is taken apart, and caught where that began: the bytes are not what they have to be. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}

export const INTEGER = 0x02
export const OCTETS = 0x04
export const OID = 0x06
export const GENERALIZED_TIME = 0x18
export const SEQUENCE = 0x30
export const SET = 0x31
/** `[0]`, constructed. */
export const FIRST = 0xa0

/** The values that stand one behind the other, up to the last byte. @throws Malformed */
export function readValues(bytes: Buffer): readonly Value[] {
  const values: Value[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const value = readFirst(rest)
    values.push(value)
    rest = rest.subarray(value.whole.length)
  }
  return values
}

/** A tag of one byte and a definite length in its shortest form: DER has no other for what is read here. */
function readFirst(bytes: Buffer): Value {
  const [tag = 0x1f, short = 0x80] = bytes
  const digits = short > 0x80 ? short - 0x80 : 0
  if ((tag & 0x1f) === 0x1f || short === 0x80 || digits > 4 || bytes.length < 2 + digits)
    throw new Malformed('a tag or a length is not in order')
  const length = digits === 0 ? short : bytes.readUIntBE(2, digits)
  if (digits > 0 && (length < 0x80 || length < 2 ** (8 * (digits - 1))))
    throw new Malformed('a length is not in its shortest form')
  const end = 2 + digits + length
  if (bytes.length < end) throw new Malformed('a value is cut short')
  return { tag, inside: bytes.subarray(2 + digits, end), whole: bytes.subarray(0, end) }
}

/** What is inside a value that must be there and have this tag. @throws Malformed */
export function bytesIn(value: Value | undefined, tag: number): Buffer {
  if (value?.tag !== tag) throw new Malformed(`a value with the tag ${tag} is not there`)
  return value.inside
}

/** The values inside a value that must be there and have this tag. @throws Malformed */
export function valuesIn(value: Value | undefined, tag: number): readonly Value[] {
  return readValues(bytesIn(value, tag))
}

/** The one value inside a value that must be there and have this tag. @throws Malformed */
export function oneIn(value: Value | undefined, tag: number): Value {
  const [one, ...others] = valuesIn(value, tag)
  if (one === undefined || others.length > 0) throw new Malformed('there is not exactly one value')
  return one
}

/** A small INTEGER that is not negative. @throws Malformed */
export function numberIn(value: Value | undefined): number {
  const [number = 0x80, ...others] = bytesIn(value, INTEGER)
  if (number >= 0x80 || others.length > 0) throw new Malformed('a number is out of range')
  return number
}

/** An OBJECT IDENTIFIER as dotted text. @throws Malformed */
export function oidIn(value: Value | undefined): string {
  const bytes = bytesIn(value, OID)
  if (bytes.length === 0 || bytes.length > 32 || (bytes.at(-1) ?? 0) >= 0x80)
    throw new Malformed('an object identifier has no end')
  const arcs = [0n]
  for (const byte of bytes) {
    arcs.push(((arcs.pop() ?? 0n) << 7n) | BigInt(byte & 0x7f))
    if (byte < 0x80) arcs.push(0n)
  }
  const [first = 0n, ...others] = arcs.slice(0, -1)
  const top = first < 80n ? first / 40n : 2n
  return [top, first - top * 40n, ...others].join('.')
}

/** A GeneralizedTime in UTC, with or without fractions of a second (RFC 3161 §2.4.2), in ms since 1970. @throws Malformed */
export function timeIn(value: Value | undefined): number {
  const text = bytesIn(value, GENERALIZED_TIME).toString('latin1')
  const seconds = text.replace(
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d*[1-9])?Z$/,
    '$1-$2-$3T$4:$5:$6.000Z',
  )
  const at = Date.parse(seconds)
  if (Number.isNaN(at) || new Date(at).toISOString() !== seconds) throw new Malformed('a time is not one')
  const [fraction = ''] = /\.\d+/.exec(text) ?? []
  return at + Math.floor(Number(`0${fraction}`) * 1000)
}
