import forge from 'node-forge'
import type { Clock } from '../kit/kit.ts'
import type { CrlEntry } from './crl.ts'
import { type Issued, signingKey } from './example-pki.ts'

const { asn1, pki } = forge
const { Class, Type } = asn1

const NEXT_UPDATE_MS = 30 * 86_400_000

/** As for certificates: a list is good from five minutes before it was made. */
const BACKDATED_MS = 300_000

/**
 * A CRL of an example CA (RFC 5280 §5, version 2, 30 days), PEM. forge has no call for it, so the ASN.1 is put together
 * here:
 *
 * ```
 * CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }
 * TBSCertList     ::= SEQUENCE { version v2, signature, issuer, thisUpdate, nextUpdate, revoked OPTIONAL, [0] extensions }
 * ```
 */
export function makeExampleCrl(
  ca: Issued,
  { number, revoked }: { readonly number: bigint; readonly revoked: readonly CrlEntry[] },
  clock: Clock,
): string {
  const authority = pki.certificateFromPem(ca.certificate)
  const entries = revoked.map(entry => sequence([integer(entry.serial), time(entry.revokedAt)]))
  const body = sequence([
    integer('01'),
    signatureAlgorithm(),
    pki.distinguishedNameToAsn1(authority.subject),
    time(clock.now() - BACKDATED_MS),
    time(clock.now() + NEXT_UPDATE_MS),
    ...(entries.length > 0 ? [sequence(entries)] : []),
    asn1.create(Class.CONTEXT_SPECIFIC, 0, true, [sequence([authorityKeyId(authority), crlNumber(number)])]),
  ])
  const digest = forge.md.sha256.create()
  digest.update(asn1.toDer(body).getBytes())
  const signature = signingKey(ca.key).sign(digest)
  const list = sequence([body, signatureAlgorithm(), universal(Type.BITSTRING, `\0${signature}`)])
  return forge.pem.encode({ type: 'X509 CRL', body: asn1.toDer(list).getBytes() })
}

function sequence(values: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values)
}

function universal(type: forge.asn1.Type, value: string): forge.asn1.Asn1 {
  return asn1.create(Class.UNIVERSAL, type, false, value)
}

/** A positive INTEGER of hexadecimal digits, in its shortest form. */
function integer(hex: string): forge.asn1.Asn1 {
  const digits = hex.replace(/^0+(?=.)/, '')
  const octets = digits.length % 2 === 0 ? digits : `0${digits}`
  const bytes = forge.util.hexToBytes(octets)
  return universal(Type.INTEGER, bytes.charCodeAt(0) >= 0x80 ? `\0${bytes}` : bytes)
}

/** UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 §5.1.2.4). */
function time(milliseconds: number): forge.asn1.Asn1 {
  const date = new Date(milliseconds)
  return date.getUTCFullYear() < 2050
    ? universal(Type.UTCTIME, asn1.dateToUtcTime(date))
    : universal(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date))
}

function oid(name: string): forge.asn1.Asn1 {
  return universal(Type.OID, asn1.oidToDer(name).getBytes())
}

function signatureAlgorithm(): forge.asn1.Asn1 {
  return sequence([oid('1.2.840.113549.1.1.11'), universal(Type.NULL, '')])
}

function extension(name: string, value: forge.asn1.Asn1): forge.asn1.Asn1 {
  return sequence([oid(name), universal(Type.OCTETSTRING, asn1.toDer(value).getBytes())])
}

function authorityKeyId(authority: forge.pki.Certificate): forge.asn1.Asn1 {
  const id = authority.generateSubjectKeyIdentifier().getBytes()
  return extension('2.5.29.35', sequence([asn1.create(Class.CONTEXT_SPECIFIC, 0, false, id)]))
}

function crlNumber(number: bigint): forge.asn1.Asn1 {
  return extension('2.5.29.20', integer(number.toString(16)))
}
