import { X509Certificate } from 'node:crypto'
import {
  bytesIn,
  FIRST,
  INTEGER,
  Malformed,
  numberIn,
  OCTETS,
  oidIn,
  oneIn,
  readValues,
  SEQUENCE,
  SET,
  timeIn,
  type Value,
  valuesIn,
} from './der.ts'

/** Thrown while a time stamp is taken apart: it may be right, but is made with what is not known here. */
export class Unknown extends Error {
  override readonly name = 'Unknown'
}

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** Which keys sign so, and over which digest; undefined for the one that the signer names beside it. */
const SIGNATURES: ReadonlyMap<string, { readonly key: string; readonly digest: string | undefined }> =
  new Map([
    ['1.2.840.113549.1.1.1', { key: 'rsa', digest: undefined }],
    ['1.2.840.113549.1.1.11', { key: 'rsa', digest: 'sha256' }],
    ['1.2.840.113549.1.1.12', { key: 'rsa', digest: 'sha384' }],
    ['1.2.840.113549.1.1.13', { key: 'rsa', digest: 'sha512' }],
    ['1.2.840.10045.4.3.2', { key: 'ec', digest: 'sha256' }],
    ['1.2.840.10045.4.3.3', { key: 'ec', digest: 'sha384' }],
    ['1.2.840.10045.4.3.4', { key: 'ec', digest: 'sha512' }],
    ['1.3.101.112', { key: 'ed25519', digest: undefined }],
  ])

/** A SignedData over a TSTInfo (RFC 5652 §5.1), with its one signer. */
export interface Token {
  readonly content: Buffer
  readonly certificates: readonly X509Certificate[]
  /** IssuerAndSerialNumber of the signer, what is inside; undefined where a key identifier stands for it. */
  readonly signer: Buffer | undefined
  readonly digestName: string
  readonly messageDigest: Buffer
  /** The digest of the signer's certificate, and what it was made with. */
  readonly named: { readonly digestName: string; readonly digest: Buffer }
  /** The signed attributes as the signature covers them. */
  readonly covered: Buffer
  readonly algorithm: { readonly key: string; readonly digest: string | undefined }
  readonly signature: Buffer
}

/** @throws Malformed, Unknown */
export function readToken(token: Value): Token {
  const [type, wrapped, ...more] = valuesIn(token, SEQUENCE)
  if (oidIn(type) !== SIGNED_DATA || more.length > 0) throw new Malformed('it is not signed data')
  const [version, digests, encapsulated, ...rest] = valuesIn(oneIn(wrapped, FIRST), SEQUENCE)
  const [contentType, content] = valuesIn(encapsulated, SEQUENCE)
  if (numberIn(version) !== 3 || oidIn(contentType) !== TST_INFO)
    throw new Malformed('it signs something else')
  const [certificates] = rest.filter(({ tag }) => tag === FIRST)
  const signer = readSigner(oneIn(rest.at(-1), SET))
  const declared = valuesIn(digests, SET).map(digestNameIn)
  if (!declared.includes(signer.digestName)) throw new Malformed('the digest is not declared')
  return {
    ...signer,
    content: bytesIn(oneIn(content, FIRST), OCTETS),
    certificates: certificates ? readValues(certificates.inside).flatMap(readCertificate) : [],
  }
}

function readCertificate({ whole }: Value): readonly X509Certificate[] {
  try {
    return [new X509Certificate(whole)]
  } catch {
    return []
  }
}

/** A SignerInfo (RFC 5652 §5.3). The signature covers its attributes as the SET OF that they are, whatever tag they have (§5.4). */
function readSigner(info: Value): Omit<Token, 'content' | 'certificates'> {
  const [version, id, digest, signed, algorithm, signature] = valuesIn(info, SEQUENCE)
  const byIssuer = id?.tag === SEQUENCE
  if (numberIn(version) !== (byIssuer ? 1 : 3)) throw new Malformed('the signer is of another version')
  const attributes = readAttributes(valuesIn(signed, FIRST))
  if (oidIn(attributes.get(CONTENT_TYPE)) !== TST_INFO) throw new Malformed('it is signed as something else')
  const known = SIGNATURES.get(oidIn(valuesIn(algorithm, SEQUENCE)[0]))
  if (!known) throw new Unknown('the algorithm of its signature is not known')
  return {
    signer: byIssuer ? id.inside : undefined,
    digestName: digestNameIn(digest),
    messageDigest: bytesIn(attributes.get(MESSAGE_DIGEST), OCTETS),
    named: readNamed(attributes),
    covered: Buffer.concat([Buffer.of(SET), signed?.whole.subarray(1) ?? Buffer.alloc(0)]),
    algorithm: known,
    signature: bytesIn(signature, OCTETS),
  }
}

/** Each attribute may be there once, with one value (RFC 5652 §11). */
function readAttributes(values: readonly Value[]): ReadonlyMap<string, Value> {
  const pairs = values.map(value => {
    const [type, set] = valuesIn(value, SEQUENCE)
    return [oidIn(type), oneIn(set, SET)] as const
  })
  const attributes = new Map(pairs)
  if (attributes.size < pairs.length) throw new Malformed('an attribute is there twice')
  return attributes
}

/** The first certificate that is named is the signer's; where version 2 names no digest, it is SHA-256 (RFC 5035 §3, §4). */
function readNamed(attributes: ReadonlyMap<string, Value>): Token['named'] {
  const second = attributes.get(SIGNING_CERTIFICATE_V2)
  const [list] = valuesIn(second ?? attributes.get(SIGNING_CERTIFICATE), SEQUENCE)
  const [id] = valuesIn(list, SEQUENCE)
  const [one, other] = valuesIn(id, SEQUENCE)
  if (second && one?.tag === SEQUENCE)
    return { digestName: digestNameIn(one), digest: bytesIn(other, OCTETS) }
  return { digestName: second ? 'sha256' : 'sha1', digest: bytesIn(one, OCTETS) }
}

function digestNameIn(algorithm: Value | undefined): string {
  const name = DIGESTS.get(oidIn(valuesIn(algorithm, SEQUENCE)[0]))
  if (name === undefined) throw new Unknown('a digest that it uses is not known')
  return name
}

/** A TSTInfo (RFC 3161 §2.4.2). Its imprint is SHA-256, with which the gateway asks. @throws Malformed, Unknown */
export function readInfo(content: Buffer): { readonly at: number; readonly imprint: Buffer } {
  const [version, policy, imprint, serial, time] = valuesIn(single(readValues(content)), SEQUENCE)
  oidIn(policy)
  bytesIn(serial, INTEGER)
  const [algorithm, digest] = valuesIn(imprint, SEQUENCE)
  if (numberIn(version) !== 1) throw new Malformed('it is of another version')
  if (digestNameIn(algorithm) !== 'sha256') throw new Malformed('its imprint is not by SHA-256')
  return { at: timeIn(time), imprint: bytesIn(digest, OCTETS) }
}

/** @throws Malformed */
export function single(values: readonly Value[]): Value {
  const [value, ...others] = values
  if (value === undefined || others.length > 0) throw new Malformed('something stands behind it')
  return value
}
