import type { X509Certificate } from 'node:crypto'
import { type Extension, fieldsOf, readExtensions } from './certificate-fields.ts'
import {
  contextTag,
  type Der,
  DerFault,
  expectTag,
  hexOf,
  readDer,
  readOid,
  readTime,
  sequence,
  TAG,
  unwrapPem,
} from './der.ts'
import { bitsOf, readScheme, type SignatureScheme, signatureHolds } from './signature-algorithm.ts'

/** A complete certificate revocation list (RFC 5280 §5), read but not yet believed: see {@link checkCrl}. */
export interface Crl {
  readonly number: bigint
  /** Milliseconds. */
  readonly thisUpdate: number
  readonly nextUpdate: number
  /** Serials, upper case hexadecimal without leading zero octets. A certificate on hold counts as revoked. */
  readonly revoked: ReadonlySet<string>
  /** The same with their dates, in the order of the list. */
  readonly entries: readonly CrlEntry[]
  /** The issuer's name as DER. */
  readonly issuer: Uint8Array
  readonly signed: SignedPart
}

export interface CrlEntry {
  readonly serial: string
  /** Milliseconds. */
  readonly revokedAt: number
}

interface SignedPart {
  readonly scheme: SignatureScheme | undefined
  readonly data: Uint8Array
  readonly signature: Uint8Array
}

/**
 * Reads a CRL from PEM or DER. Only complete lists in version 2 with a number and a next update are read: delta,
 * partial and indirect lists would leave certificates out unseen.
 *
 * @returns undefined where the bytes are no such list
 */
export function readCrl(bytes: Uint8Array): Crl | undefined {
  const der = unwrapPem(bytes, 'X509 CRL')
  try {
    return der && readDerCrl(der)
  } catch (error) {
    if (error instanceof DerFault) return undefined
    throw error
  }
}

function readDerCrl(der: Uint8Array): Crl | undefined {
  const [body, algorithm, signature] = sequence(readDer(der))
  const [version, , issuer, thisUpdate, nextUpdate, ...rest] = sequence(body)
  const list = rest.find(field => field.tag === TAG.sequence)
  const { extensions, repeated } = readExtensions(rest.find(field => field.tag === contextTag(0)))
  const number = extensions.get(CRL_NUMBER)
  if (expectTag(version, TAG.integer).content[0] !== 1 || repeated || !number || !understood(extensions))
    return undefined
  if (!body || !signature) return undefined
  const entries = (list ? sequence(list) : []).map(readEntry)
  return {
    number: BigInt(`0x${hexOf(expectTag(readDer(number.value), TAG.integer).content) || '0'}`),
    thisUpdate: readTime(thisUpdate),
    nextUpdate: readTime(nextUpdate),
    revoked: new Set(entries.map(entry => entry.serial)),
    entries,
    issuer: expectTag(issuer, TAG.sequence).whole,
    signed: { scheme: readScheme(algorithm), data: body.whole, signature: bitsOf(signature) },
  }
}

const CRL_NUMBER = '2.5.29.20'
const AUTHORITY_KEY_ID = '2.5.29.35'

/** No critical extension is understood here: delta and issuing point indicators are critical and change what a list says. */
function understood(extensions: ReadonlyMap<string, Extension>): boolean {
  return [...extensions].every(([oid, { critical }]) => !critical || oid === AUTHORITY_KEY_ID)
}

const REASON_CODE = '2.5.29.21'
const REMOVE_FROM_CRL = 8

function readEntry(entry: Der): CrlEntry {
  const [serial, date, extensions] = sequence(entry)
  for (const extension of extensions ? sequence(extensions) : []) {
    const [oid, ...parts] = sequence(extension)
    const [flag] = parts
    if (flag?.tag === TAG.boolean) throw new DerFault('a critical extension of an entry')
    const value = readDer(expectTag(parts.at(-1), TAG.octetString).content)
    if (readOid(oid) === REASON_CODE && value.content[0] === REMOVE_FROM_CRL)
      throw new DerFault('an entry of a delta list')
  }
  return { serial: hexOf(expectTag(serial, TAG.integer).content), revokedAt: readTime(date) }
}

/** One reason why a list is not taken over. */
export type CrlFinding =
  | 'crl-issuer'
  | 'crl-signature'
  | 'crl-not-yet-valid'
  | 'crl-stale'
  | 'crl-number-lower'

/**
 * Checks a CRL before it is installed: from this authority, signed by it, current, and not older than the one before.
 *
 * @param previous the list it would replace
 * @param now milliseconds
 */
export function checkCrl(
  crl: Crl,
  authority: X509Certificate,
  { previous, now }: { readonly previous: Crl | undefined; readonly now: number },
): readonly CrlFinding[] {
  const findings: CrlFinding[] = []
  if (!issuedBy(crl, authority)) findings.push('crl-issuer')
  if (!crl.signed.scheme || !signatureHolds(crl.signed.scheme, authority.publicKey, crl.signed))
    findings.push('crl-signature')
  if (now < crl.thisUpdate) findings.push('crl-not-yet-valid')
  if (now > crl.nextUpdate) findings.push('crl-stale')
  if (previous && crl.number < previous.number) findings.push('crl-number-lower')
  return findings
}

function issuedBy(crl: Crl, authority: X509Certificate): boolean {
  const fields = fieldsOf(authority)
  if (!fields?.authority || fields.keyUsage?.has('cRLSign') === false) return false
  return Buffer.compare(fields.subject, crl.issuer) === 0
}
