import type { X509Certificate } from 'node:crypto'
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
import { readScheme, type SignatureScheme } from './signature-algorithm.ts'

/** What Node's X509Certificate does not tell, or tells as text that a hostile name could forge; read from the DER. */
export interface CertificateFields {
  /** 3 for X.509 v3. */
  readonly version: number
  /** The content octets of the INTEGER, sign octet included. */
  readonly serial: Uint8Array
  /** Undefined where the signature is of a weak or unknown kind. */
  readonly scheme: SignatureScheme | undefined
  /** The subject as DER. */
  readonly subject: Uint8Array
  /** URI subject alternative names; undefined entries are not printable ASCII. */
  readonly uris: readonly (string | undefined)[]
  /** True for a CA. */
  readonly authority: boolean
  /** The names of the key usage bits that are set; undefined where the extension is missing. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined
  /** The OIDs of the extended key usage; undefined where the extension is missing. */
  readonly extendedKeyUsage: ReadonlySet<string> | undefined
  readonly subjectKeyId: Uint8Array | undefined
  /** True where an extension occurs twice, which RFC 5280 §4.2 forbids. */
  readonly repeated: boolean
}

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof KEY_USAGES)[number]

/** The fields of a certificate (RFC 5280 §4.1), or undefined where it is not the DER that the standard describes. */
export function fieldsOf(certificate: X509Certificate): CertificateFields | undefined {
  try {
    return readCertificateFields(certificate.raw)
  } catch (error) {
    if (error instanceof DerFault) return undefined
    throw error
  }
}

function readCertificateFields(der: Uint8Array): CertificateFields {
  const [body, algorithm] = sequence(readDer(der))
  const fields = [...sequence(body)]
  const version = fields[0]?.tag === contextTag(0) ? readVersion(fields.shift()) : 1
  const [serial, , , , subject] = fields
  const { extensions, repeated } = readExtensions(fields.find(field => field.tag === contextTag(3)))
  return {
    version,
    serial: expectTag(serial, TAG.integer).content,
    scheme: readScheme(algorithm),
    subject: expectTag(subject, TAG.sequence).whole,
    uris: readUris(extensions.get('2.5.29.17')),
    authority: readAuthority(extensions.get('2.5.29.19')),
    keyUsage: readKeyUsage(extensions.get('2.5.29.15')),
    extendedKeyUsage: readExtendedKeyUsage(extensions.get('2.5.29.37')),
    subjectKeyId: readKeyId(extensions.get('2.5.29.14')),
    repeated,
  }
}

function readVersion(value: Der | undefined): number {
  const [number] = children(expectTag(value, contextTag(0)))
  return (expectTag(number, TAG.integer).content[0] ?? 0) + 1
}

export interface Extension {
  readonly critical: boolean
  /** The DER inside the OCTET STRING. */
  readonly value: Uint8Array
}

/** Reads `[n] EXPLICIT Extensions`, by OID. @throws DerFault */
export function readExtensions(tagged: Der | undefined): {
  readonly extensions: ReadonlyMap<string, Extension>
  readonly repeated: boolean
} {
  const extensions = new Map<string, Extension>()
  const list = tagged ? sequence(children(tagged)[0]) : []
  for (const entry of list) {
    const parts = sequence(entry)
    const [, flag] = parts
    const critical = flag?.tag === TAG.boolean && flag.content[0] !== 0
    const value = expectTag(parts.at(-1), TAG.octetString).content
    extensions.set(readOid(parts[0]), { critical, value })
  }
  return { extensions, repeated: extensions.size !== list.length }
}

const URI_NAME = 0x86

function readUris(extension: Extension | undefined): readonly (string | undefined)[] {
  if (!extension) return []
  return sequence(readDer(extension.value))
    .filter(name => name.tag === URI_NAME)
    .map(({ content }) => {
      const text = Buffer.from(content).toString('latin1')
      return /^[\x21-\x7e]{1,255}$/.test(text) ? text : undefined
    })
}

function readAuthority(extension: Extension | undefined): boolean {
  if (!extension) return false
  const [first] = sequence(readDer(extension.value))
  return first?.tag === TAG.boolean && first.content[0] !== 0
}

function readKeyUsage(extension: Extension | undefined): ReadonlySet<KeyUsage> | undefined {
  if (!extension) return undefined
  const { content } = expectTag(readDer(extension.value), TAG.bitString)
  const isSet = (bit: number) => ((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0
  return new Set(KEY_USAGES.filter((_, bit) => isSet(bit)))
}

function readExtendedKeyUsage(extension: Extension | undefined): ReadonlySet<string> | undefined {
  return extension && new Set(sequence(readDer(extension.value)).map(readOid))
}

function readKeyId(extension: Extension | undefined): Uint8Array | undefined {
  if (!extension) return undefined
  const id = readDer(extension.value)
  if (id.tag !== TAG.octetString) throw new DerFault('expected a key identifier')
  return id.content
}
