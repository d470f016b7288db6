import { hash, verify, type X509Certificate } from 'node:crypto'
import { FIRST, Malformed, numberIn, readValues, SEQUENCE, valuesIn } from './der.ts'
import type { Finding } from './finding.ts'
import { readInfo, readToken, single, type Token, Unknown } from './token.ts'

/** A time stamp that holds. */
export interface Stamp {
  /** ms since 1970. */
  readonly at: number
  /** Of the authority that has signed it. */
  readonly certificate: X509Certificate
}

export type StampFault = Pick<Finding, 'kind' | 'code' | 'says'>

/**
 * Judges a TimeStampResp (RFC 3161 §2.4.2): granted, over these bytes, and signed (CMS SignedData, RFC 5652) by the certificate
 * that it names by ESSCertID or ESSCertIDv2 (RFC 5816), which is for time stamping alone and was valid at that time.
 *
 * @param response DER
 * @param stamped what its imprint is the SHA-256 of
 * @param authorities one of these must have signed; undefined to believe the certificate in the response
 */
export function judgeStamp(
  response: Buffer,
  stamped: Buffer,
  authorities: readonly X509Certificate[] | undefined,
): Stamp | StampFault {
  try {
    const [statusInfo, token, ...rest] = valuesIn(single(readValues(response)), SEQUENCE)
    if (numberIn(valuesIn(statusInfo, SEQUENCE)[0]) > 1 || token === undefined || rest.length > 0)
      return tampered('stamp-not-granted', 'is not one that was granted')
    return judgeToken(readToken(token), stamped, authorities)
  } catch (fault) {
    if (fault instanceof Unknown) return missing('stamp-algorithm', `cannot be judged: ${fault.message}`)
    if (fault instanceof Malformed)
      return tampered('stamp-malformed', `is not a time stamp: ${fault.message}`)
    throw fault
  }
}

function judgeToken(
  token: Token,
  stamped: Buffer,
  authorities: readonly X509Certificate[] | undefined,
): Stamp | StampFault {
  const { at, imprint } = readInfo(token.content)
  if (!hash('sha256', stamped, 'buffer').equals(imprint))
    return tampered('stamp-imprint', 'is a stamp of something else')
  const certificate = [...token.certificates, ...(authorities ?? [])].find(one => isNamed(one, token))
  if (certificate === undefined && authorities === undefined)
    return missing('stamp-signer-missing', 'does not hold the certificate of its signer')
  if (!certificate || authorities?.every(one => !one.raw.equals(certificate.raw)))
    return tampered('stamp-authority', 'is not signed by the authority whose certificate was given')
  if (
    !hash(token.digestName, token.content, 'buffer').equals(token.messageDigest) ||
    !isSigned(token, certificate)
  )
    return tampered('stamp-signature', 'is not signed by the certificate that it names')
  if (certificate.keyUsage?.join() !== TIME_STAMPING)
    return tampered('stamp-signer-unfit', 'is signed by a certificate that is not for time stamping alone')
  if (at < certificate.validFromDate.getTime() || at > certificate.validToDate.getTime())
    return tampered('stamp-signer-unfit', 'is signed by a certificate that was not valid at that time')
  return { at, certificate }
}

function tampered(code: string, says: string): StampFault {
  return { kind: 'tampered', code, says }
}

function missing(code: string, says: string): StampFault {
  return { kind: 'missing', code, says }
}

/** id-kp-timeStamping (RFC 3161 §2.3). */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

/** A token names its signer twice: by the digest of its certificate, and by its issuer and serial number. */
function isNamed(certificate: X509Certificate, { named, signer }: Token): boolean {
  if (!hash(named.digestName, certificate.raw, 'buffer').equals(named.digest)) return false
  if (signer === undefined) return true
  const [body] = valuesIn(single(readValues(certificate.raw)), SEQUENCE)
  const [serial, , issuer] = valuesIn(body, SEQUENCE).filter(({ tag }) => tag !== FIRST)
  return (
    serial !== undefined && issuer !== undefined && signer.equals(Buffer.concat([issuer.whole, serial.whole]))
  )
}

function isSigned(
  { algorithm, digestName, covered, signature }: Token,
  { publicKey }: X509Certificate,
): boolean {
  if (publicKey.asymmetricKeyType !== algorithm.key) return false
  const digest = algorithm.key === 'ed25519' ? null : (algorithm.digest ?? digestName)
  try {
    return verify(digest, covered, publicKey, signature)
  } catch {
    return false
  }
}
