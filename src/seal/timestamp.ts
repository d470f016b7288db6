import { hash, verify, X509Certificate } from 'node:crypto'
import {
  children,
  contextTag,
  type Der,
  DerFault,
  expectTag,
  readDer,
  readOid,
  sequence,
  TAG,
} from './der.ts'

const SHA256_OID = Buffer.from('0609608648016503040201', 'hex')
const NULL = Buffer.of(0x05, 0x00)
const SET = 0x31

/**
 * A TimeStampReq (RFC 3161 §2.4.1) that asks for a token over a digest, with the certificate of its signer.
 *
 * @param digest SHA-256, 32 bytes
 * @param nonce what the answer has to repeat; at least eight random bytes
 */
export function makeTimestampQuery(digest: Uint8Array, nonce: Uint8Array): Buffer {
  const version = der(TAG.integer, Buffer.of(1))
  const algorithm = der(TAG.sequence, SHA256_OID, NULL)
  const imprint = der(TAG.sequence, algorithm, der(TAG.octetString, digest))
  const certReq = der(TAG.boolean, Buffer.of(0xff))
  return der(TAG.sequence, version, imprint, der(TAG.integer, positive(nonce)), certReq)
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  if (content.length > 0x7f) throw new RangeError('a query is shorter than that')
  return Buffer.concat([Buffer.of(tag, content.length), content])
}

/** The shortest two's complement of an unsigned number (X.690 §8.3). */
function positive(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex(byte => byte !== 0)
  const digits = Buffer.from(start < 0 ? Buffer.of(0) : bytes.subarray(start))
  return (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits
}

export interface TimestampExpectations {
  /** SHA-256 of what was to be stamped. */
  readonly digest: Uint8Array
  /** As it was sent; undefined where a stored token is looked at again. */
  readonly nonce: Uint8Array | undefined
  /** The certificate that the authority signs tokens with. */
  readonly authority: X509Certificate
  /** Between which moments it must have been stamped, ms. */
  readonly notBefore: number
  readonly notAfter: number
}

export type TimestampReading =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly why: TimestampFault }

export type TimestampFault =
  | 'malformed'
  | 'not-granted'
  | 'other-imprint'
  | 'other-nonce'
  | 'other-signer'
  | 'invalid-signature'
  | 'authority-unfit'
  | 'implausible-time'

/**
 * Checks a TimeStampResp (RFC 3161 §2.4.2): granted, over this digest, for this query, signed by this authority (CMS SignedData,
 * RFC 5652; the signer named by ESSCertID, RFC 5816), at a plausible time within the life of its certificate.
 *
 * @param response DER as it came
 * @returns the time in the token, ms
 */
export function checkTimestamp(response: Uint8Array, expected: TimestampExpectations): TimestampReading {
  try {
    const [statusInfo, token] = sequence(readDer(response))
    const [status] = sequence(statusInfo)
    if (![0, 1].includes(numberIn(status)) || token === undefined) return refuse('not-granted')
    const signed = readSigned(token)
    const stamp = readStamp(signed.content)
    const why = faultOf(signed, stamp, expected)
    return why === undefined ? { ok: true, at: stamp.at } : refuse(why)
  } catch (fault) {
    if (fault instanceof DerFault) return refuse('malformed')
    throw fault
  }
}

function refuse(why: TimestampFault): TimestampReading {
  return { ok: false, why }
}

function faultOf(signed: Signed, stamp: Stamp, expected: TimestampExpectations): TimestampFault | undefined {
  const { authority, nonce, digest } = expected
  if (!isSame(stamp.digest, digest)) return 'other-imprint'
  if (nonce && !(stamp.nonce && isSame(stamp.nonce, positive(nonce)))) return 'other-nonce'
  if (!isSame(hash(signed.certificate.algorithm, authority.raw, 'buffer'), signed.certificate.digest))
    return 'other-signer'
  if (!isSame(hash(signed.algorithm, signed.content, 'buffer'), signed.messageDigest))
    return 'invalid-signature'
  if (!holds(signed, authority)) return 'invalid-signature'
  if (!isFit(authority, stamp.at)) return 'authority-unfit'
  const inTime = stamp.at >= expected.notBefore && stamp.at <= expected.notAfter
  return inTime ? undefined : 'implausible-time'
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

/** RSA with PKCS#1 1.5, ECDSA and Ed25519; the signature covers the attributes as a SET OF (RFC 5652 §5.4). */
function holds({ algorithm, attributes, signature }: Signed, { publicKey }: X509Certificate): boolean {
  const covered = Buffer.from(attributes)
  covered[0] = SET
  const type = publicKey.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ec' && type !== 'ed25519') return false
  return verify(type === 'ed25519' ? null : algorithm, covered, publicKey, signature)
}

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

/** The certificate is for time stamping alone, and was valid at that time (RFC 3161 §2.3). */
function isFit({ keyUsage, validFrom, validTo }: X509Certificate, at: number): boolean {
  const [purpose, ...others] = keyUsage ?? []
  if (purpose !== TIME_STAMPING || others.length > 0) return false
  return at >= Date.parse(validFrom) && at <= Date.parse(validTo)
}

type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** What a signer has signed, and which certificate it names. */
interface Signed {
  readonly content: Uint8Array
  readonly algorithm: HashName
  /** As they stand in the token, whole. */
  readonly attributes: Uint8Array
  readonly messageDigest: Uint8Array
  readonly certificate: { readonly algorithm: HashName; readonly digest: Uint8Array }
  readonly signature: Uint8Array
}

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'

const HASHES: ReadonlyMap<string, HashName> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** A CMS SignedData over a TSTInfo with exactly one signer. @throws DerFault */
function readSigned(token: Der): Signed {
  const [type, wrapped] = sequence(token)
  if (readOid(type) !== SIGNED_DATA) throw new DerFault('not signed')
  const [, , inner, ...rest] = sequence(onlyChild(wrapped, contextTag(0)))
  const [innerType, innerWrapped] = sequence(inner)
  if (readOid(innerType) !== TST_INFO) throw new DerFault('not a time stamp')
  const { content } = expectTag(onlyChild(innerWrapped, contextTag(0)), TAG.octetString)
  const signer = sequence(onlyChild(rest.at(-1), SET))
  const [, , digestAlgorithm, signedAttributes, , signature] = signer
  const attributes = expectTag(signedAttributes, contextTag(0))
  const found = readAttributes(attributes)
  if (readOid(found.get(CONTENT_TYPE)) !== TST_INFO) throw new DerFault('another content type')
  return {
    content,
    algorithm: readHash(digestAlgorithm),
    attributes: attributes.whole,
    messageDigest: expectTag(found.get(MESSAGE_DIGEST), TAG.octetString).content,
    certificate: readCertificateId(found),
    signature: expectTag(signature, TAG.octetString).content,
  }
}

function onlyChild(value: Der | undefined, tag: number): Der {
  const [child, ...others] = children(expectTag(value, tag))
  if (child === undefined || others.length > 0) throw new DerFault('expected one value')
  return child
}

/** Each attribute once, with one value. */
function readAttributes(attributes: Der): ReadonlyMap<string, Der> {
  const found = new Map<string, Der>()
  for (const attribute of children(attributes)) {
    const [type, values] = sequence(attribute)
    const name = readOid(type)
    if (found.has(name)) throw new DerFault('an attribute twice')
    found.set(name, onlyChild(values, SET))
  }
  return found
}

/** The first certificate that the signer names is its own; v2 names its hash, where that is not SHA-256 (RFC 5035 §3). */
function readCertificateId(found: ReadonlyMap<string, Der>): Signed['certificate'] {
  const newer = found.get(SIGNING_CERTIFICATE_V2)
  const [list] = sequence(newer ?? found.get(SIGNING_CERTIFICATE))
  const [first] = sequence(list)
  const [one, other] = sequence(first)
  if (newer === undefined) return { algorithm: 'sha1', digest: expectTag(one, TAG.octetString).content }
  if (one?.tag === TAG.octetString) return { algorithm: 'sha256', digest: one.content }
  return { algorithm: readHash(one), digest: expectTag(other, TAG.octetString).content }
}

function readHash(algorithm: Der | undefined): HashName {
  const name = HASHES.get(readOid(sequence(algorithm)[0]))
  if (name === undefined) throw new DerFault('a hash that is not known')
  return name
}

interface Stamp {
  readonly digest: Uint8Array
  readonly at: number
  readonly nonce: Uint8Array | undefined
}

/** A TSTInfo (RFC 3161 §2.4.2) over SHA-256. @throws DerFault */
function readStamp(content: Uint8Array): Stamp {
  const [version, , imprint, , time, ...rest] = sequence(readDer(content))
  const [algorithm, digest] = sequence(imprint)
  if (numberIn(version) !== 1 || readHash(algorithm) !== 'sha256') throw new DerFault('another form')
  return {
    digest: expectTag(digest, TAG.octetString).content,
    at: readMoment(time),
    nonce: rest.find(({ tag }) => tag === TAG.integer)?.content,
  }
}

/** A GeneralizedTime, which may have fractions of a second here. */
function readMoment(value: Der | undefined): number {
  const text = Buffer.from(expectTag(value, TAG.generalizedTime).content).toString('latin1')
  const [, date, hour, minute, second] = /^(\d{8})(\d\d)(\d\d)(\d\d(?:\.\d{0,8}[1-9])?)Z$/.exec(text) ?? []
  const day = date && `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
  const at = Date.parse(`${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at)) throw new DerFault('expected a time')
  return at
}

function numberIn(value: Der | undefined): number {
  const { content } = expectTag(value, TAG.integer)
  return content.length === 1 ? (content[0] ?? -1) : -1
}

/** The one certificate in a PEM text; undefined where there is none that can be read. */
export function readAuthority(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
