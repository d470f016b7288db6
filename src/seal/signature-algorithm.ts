import { constants, type KeyObject, verify } from 'node:crypto'
import { children, contextTag, type Der, DerFault, readOid, sequence } from './der.ts'

/** The hash of each signature algorithm that certificates and CRLs may be signed with; MD5 and SHA-1 are not here. */
const HASH_OF: ReadonlyMap<string, string | null> = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.3.101.112', null],
  ['1.3.101.113', null],
])

const RSASSA_PSS = '1.2.840.113549.1.1.10'

const HASHES: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** How a signature is verified; `hash` is null where the algorithm brings its own (Ed25519, Ed448). */
export interface SignatureScheme {
  readonly hash: string | null
  readonly pss: boolean
}

/**
 * The scheme an AlgorithmIdentifier names, or undefined where it is weak or unknown. RSASSA-PSS without a named hash
 * means SHA-1 (RFC 4055 §3.1) and is weak.
 *
 * @throws DerFault
 */
export function readScheme(identifier: Der | undefined): SignatureScheme | undefined {
  const [algorithm, parameters] = sequence(identifier)
  const oid = readOid(algorithm)
  if (oid !== RSASSA_PSS) {
    const hash = HASH_OF.get(oid)
    return hash === undefined ? undefined : { hash, pss: false }
  }
  const named = parameters && sequence(parameters).find(entry => entry.tag === contextTag(0))
  const hash = named && HASHES.get(readOid(sequence(children(named)[0])[0]))
  return hash === undefined ? undefined : { hash, pss: true }
}

/** Whether the signature over the bytes is that key's. Never throws: a key of another kind verifies nothing. */
export function signatureHolds(
  scheme: SignatureScheme,
  key: KeyObject,
  { data, signature }: { readonly data: Uint8Array; readonly signature: Uint8Array },
): boolean {
  const padding = scheme.pss ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {}
  try {
    return verify(scheme.hash, data, { key, ...padding }, signature)
  } catch {
    return false
  }
}

/** The octets of a BIT STRING with no unused bits. @throws DerFault */
export function bitsOf(value: Der): Uint8Array {
  if (value.tag !== 0x03 || value.content[0] !== 0) throw new DerFault('expected whole octets of bits')
  return value.content.subarray(1)
}
