import type { KeyObject, X509Certificate } from 'node:crypto'
import { sha256 } from '../kit/kit.ts'
import type { CertificateFacts, CertificateFinding, CertificateFindingCode } from '../terms/terms.ts'
import { type CertificateFields, fieldsOf } from './certificate-fields.ts'
import { hexOf } from './der.ts'

/** What a certificate is presented as. */
export interface ProfileExpectations {
  /** Which side of a connection it stands on; a gateway's certificate serves as both. */
  readonly usage: 'client' | 'server' | 'both'
  /** The URI it must carry, or undefined where a register decides afterwards who that is. */
  readonly uri: string | undefined
  /** Milliseconds. */
  readonly now: number
}

/**
 * Checks a certificate against the profile, after the chain was verified by TLS: X.509 v3, one URI SAN, no CA, the right
 * usages, a strong key and signature, in its window, a positive serial of at most 20 octets (RFC 5280; SPIFFE
 * X.509-SVID 2 to 5 for the URI). All findings are told; none quotes the certificate.
 */
export function checkProfile(
  certificate: X509Certificate,
  expected: ProfileExpectations,
): readonly CertificateFinding[] {
  const fields = fieldsOf(certificate)
  if (!fields) return [unfit('unreadable', 'the certificate is not DER as RFC 5280 describes it')]
  return [
    ...checkForm(fields),
    ...checkUri(fields, expected.uri),
    ...checkUsage(fields, expected.usage),
    ...checkKey(certificate),
    ...checkWindow(certificate, expected.now),
  ]
}

function unfit(code: CertificateFindingCode, says: string): CertificateFinding {
  return { code, weight: 'unfit', says }
}

function checkForm(fields: CertificateFields): readonly CertificateFinding[] {
  const findings: CertificateFinding[] = []
  const { serial } = fields
  if (fields.version !== 3) findings.push(unfit('version', 'expected an X.509 version 3 certificate'))
  if (serial.length > 20 || (serial[0] ?? 0x80) >= 0x80 || serial.every(octet => octet === 0))
    findings.push(unfit('serial-form', 'expected a positive serial of at most 20 octets'))
  if (!fields.scheme) findings.push(unfit('signature-weak', 'the signature is of a weak or unknown kind'))
  if (fields.repeated) findings.push(unfit('extension-repeated', 'an extension occurs twice'))
  if (fields.authority) findings.push(unfit('authority', 'a certificate authority does not speak for itself'))
  return findings
}

function checkUri({ uris }: CertificateFields, expected: string | undefined): readonly CertificateFinding[] {
  const [uri] = uris
  if (uris.length === 0) return [unfit('uri-missing', 'expected one URI as subject alternative name')]
  if (uris.length > 1) return [unfit('uri-several', 'expected only one URI as subject alternative name')]
  if (uri === undefined || !/^[A-Za-z][A-Za-z0-9+.-]*:[^\s"'<>\\^`{|}]+$/.test(uri))
    return [unfit('uri-form', 'the subject alternative name is not a plain URI')]
  if (expected !== undefined && uri !== expected)
    return [unfit('uri-unexpected', 'the certificate belongs to someone else')]
  return []
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const PURPOSES_OF = {
  client: [CLIENT_AUTH],
  server: [SERVER_AUTH],
  both: [SERVER_AUTH, CLIENT_AUTH],
} as const

function checkUsage(
  { keyUsage, extendedKeyUsage }: CertificateFields,
  usage: ProfileExpectations['usage'],
): readonly CertificateFinding[] {
  const findings: CertificateFinding[] = []
  if (!keyUsage?.has('digitalSignature'))
    findings.push(unfit('key-usage', 'expected the key usage `digitalSignature`'))
  if (keyUsage?.has('keyCertSign') || keyUsage?.has('cRLSign'))
    findings.push(unfit('key-usage', 'the key may sign certificates or CRLs'))
  if (!PURPOSES_OF[usage].every(purpose => extendedKeyUsage?.has(purpose)))
    findings.push(unfit('extended-key-usage', `expected the extended key usage for ${usage}`))
  return findings
}

const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
const KEY_TYPE = 'expected RSA, ECDSA on P-256, P-384 or P-521, Ed25519 or Ed448'

function checkKey(certificate: X509Certificate): readonly CertificateFinding[] {
  const key = publicKeyOf(certificate)
  const details = key?.asymmetricKeyDetails
  switch (key?.asymmetricKeyType) {
    case 'ed25519':
    case 'ed448':
      return []
    case 'ec':
      return CURVES.has(details?.namedCurve) ? [] : [unfit('key-type', KEY_TYPE)]
    case 'rsa':
    case 'rsa-pss':
      return checkRsa(details?.modulusLength ?? 0, details?.publicExponent ?? 0n)
    default:
      return [unfit('key-type', KEY_TYPE)]
  }
}

function checkRsa(modulusBits: number, exponent: bigint): readonly CertificateFinding[] {
  if (modulusBits < 2048 || exponent < 65_537n)
    return [
      unfit('key-small', 'expected an RSA key of at least 2048 bits with an exponent of at least 65537'),
    ]
  if (modulusBits >= 3072) return []
  return [{ code: 'key-small', weight: 'advice', says: 'an RSA key of at least 3072 bits is recommended' }]
}

/** OpenSSL throws on a key it cannot use. */
function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey
  } catch {
    return undefined
  }
}

function checkWindow(certificate: X509Certificate, now: number): readonly CertificateFinding[] {
  if (!(now >= Date.parse(certificate.validFrom)))
    return [unfit('not-yet-valid', 'the certificate is not yet valid')]
  if (!(now <= Date.parse(certificate.validTo))) return [unfit('expired', 'the certificate has expired')]
  return []
}

/** Base64url SHA-256 of the certificate's DER: `x5t#S256` (RFC 8705 §3.1). */
export function thumbprint(certificate: X509Certificate): string {
  return sha256(certificate.raw).toString('base64url')
}

/**
 * What identity needs to know of a certificate whose chain TLS has verified.
 *
 * @param authorities the certificates of the pinned CAs, root and issuing ones; the one that signed is found among them
 */
export function factsOf(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  expected: ProfileExpectations,
): CertificateFacts {
  const fields = fieldsOf(certificate)
  const issuer = authorities.find(authority => signedBy(certificate, authority))
  return {
    uris: (fields?.uris ?? []).filter(uri => uri !== undefined),
    thumbprint: thumbprint(certificate),
    serial: hexOf(fields?.serial ?? new Uint8Array()),
    issuerFingerprint: issuer && thumbprint(issuer),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    findings: checkProfile(certificate, expected),
  }
}

function signedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  const key = publicKeyOf(authority)
  return key !== undefined && certificate.checkIssued(authority) && certificate.verify(key)
}
