import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject, readJson } from '../kit/kit.ts'
import { type AgencyId, isAgencyId, type Problem } from '../terms/terms.ts'

/** One signature algorithm for each kind of key (RFC 7518, RFC 8037); the key decides, never the message. */
export type SignatureAlgorithm = 'EdDSA' | 'ES256' | 'PS256'

/** A public key as an agency publishes it. */
export interface PublishedKey {
  readonly kid: string
  readonly algorithm: SignatureAlgorithm
  readonly key: KeyObject
  /** Whose key it is, where it is an officer's. */
  readonly holder: KeyHolder | undefined
}

export interface KeyHolder {
  readonly agency: AgencyId
  readonly person: string
  readonly roles: readonly string[]
}

/** What reading a JWK Set gave: every key that can be used, and a problem for each that cannot. */
export interface JwksReading {
  readonly keys: readonly PublishedKey[]
  readonly problems: readonly Problem[]
}

/** The keys as a JWK Set (RFC 7517), two spaces deep, for people and programs. */
export function printJwks(keys: readonly PublishedKey[]): string {
  const printed = keys.map(({ kid, algorithm, key, holder }) => ({
    ...key.export({ format: 'jwk' }),
    kid,
    alg: algorithm,
    use: 'sig',
    ...holder,
  }))
  return `${JSON.stringify({ keys: printed }, null, 2)}\n`
}

/**
 * Reads a JWK Set of public signature keys: Ed25519, P-256, or RSA of at least 2048 bits.
 *
 * @param file only names the place in problems
 * @returns codes `jwks-form`, `jwk-form`, `jwk-private`, `jwk-unfit`, `jwk-repeated`; no problem quotes a key
 */
export function readJwks(bytes: Uint8Array, file: string): JwksReading {
  const reading = readJson(bytes)
  const list = reading.ok && isJsonObject(reading.value) ? reading.value['keys'] : undefined
  if (!Array.isArray(list))
    return {
      keys: [],
      problems: [{ file, line: 0, column: 0, code: 'jwks-form', says: 'expected a JWK Set' }],
    }
  const keys = new Map<string, PublishedKey>()
  const problems: Problem[] = []
  list.forEach((entry: Json, index) => {
    const key = readJwk(entry)
    const fault = typeof key === 'string' ? key : keys.has(key.kid) ? 'jwk-repeated' : undefined
    if (typeof key !== 'string' && fault === undefined) keys.set(key.kid, key)
    if (fault)
      problems.push({ file, line: 0, column: 0, code: fault, says: `${SAYS[fault]} at key ${index + 1}` })
  })
  return { keys: [...keys.values()], problems }
}

const SAYS = {
  'jwk-form': 'expected a public key with a `kid`',
  'jwk-private': 'a private or secret key is published',
  'jwk-unfit':
    'the key is not Ed25519, P-256 or RSA of at least 2048 bits, or its `alg` or `use` does not fit',
  'jwk-repeated': 'the `kid` occurs twice',
} as const
type JwkFault = keyof typeof SAYS

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function readJwk(entry: Json): PublishedKey | JwkFault {
  if (!isJsonObject(entry)) return 'jwk-form'
  if (PRIVATE_MEMBERS.some(name => Object.hasOwn(entry, name))) return 'jwk-private'
  const kid = entry['kid']
  if (typeof kid !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(kid)) return 'jwk-form'
  const holder = readHolder(entry)
  if (holder === 'jwk-form') return 'jwk-form'
  const key = importKey(entry)
  const algorithm = key && algorithmOf(key)
  if (!key || !algorithm) return 'jwk-unfit'
  if ((entry['alg'] ?? algorithm) !== algorithm || (entry['use'] ?? 'sig') !== 'sig') return 'jwk-unfit'
  return { kid, algorithm, key, holder }
}

function importKey(entry: JsonObject): KeyObject | undefined {
  const { kty, crv, x, y, n, e } = entry
  try {
    return createPublicKey({ key: { kty, crv, x, y, n, e } as webcrypto.JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

/** The one algorithm a public key is used with, or undefined where it is not used here at all. */
export function algorithmOf(key: KeyObject): SignatureAlgorithm | undefined {
  const details = key.asymmetricKeyDetails
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return 'EdDSA'
    case 'ec':
      return details?.namedCurve === 'prime256v1' ? 'ES256' : undefined
    case 'rsa':
      return (details?.modulusLength ?? 0) >= 2048 ? 'PS256' : undefined
    default:
      return undefined
  }
}

function readHolder(entry: JsonObject): KeyHolder | undefined | 'jwk-form' {
  const { agency, person, roles } = entry
  if (agency === undefined && person === undefined && roles === undefined) return undefined
  if (typeof agency !== 'string' || !isAgencyId(agency)) return 'jwk-form'
  if (typeof person !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(person)) return 'jwk-form'
  if (!Array.isArray(roles) || !roles.every(role => typeof role === 'string')) return 'jwk-form'
  return { agency, person, roles }
}
