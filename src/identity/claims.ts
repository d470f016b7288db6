import { isJsonObject, type JsonObject } from '../kit/kit.ts'
import { Refusal } from '../terms/terms.ts'
import { invalidToken } from './token-form.ts'

/** What a token says, once every claim has its form. Times in milliseconds. */
export interface Claims {
  readonly person: string
  readonly role: string
  readonly purposes: readonly string[]
  readonly tokenId: string
  readonly issuedAt: number
  readonly notBefore: number
  readonly expiresAt: number
}

/** What a token must say to be meant for this gateway and this client. */
export interface ClaimExpectations {
  readonly issuer: string
  readonly audience: string
  /** Of the certificate that was presented. */
  readonly thumbprint: string
  /** The system that presented it. */
  readonly system: string
  /** Milliseconds. */
  readonly now: number
}

/** How far the issuer's clock and ours may differ. */
export const SKEW_MS = 30_000

/** A token that lives longer is not taken, so that a revoked one need not be remembered for ever. */
export const MAX_TOKEN_LIFE_MS = 86_400_000

const NAME = /^[\x21-\x7e]{1,128}$/
const WORD = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/
const MAX_PURPOSES = 64

/**
 * Reads the claims of a token whose signature is good: issuer, the one audience, person, role, purposes, id, window, and
 * the binding to the certificate (RFC 8705 §3.1).
 *
 * @throws Refusal `token-invalid`, `token-expired` or `token-unbound`
 */
export function readClaims(payload: JsonObject, expected: ClaimExpectations): Claims {
  if (payload['iss'] !== expected.issuer) throw invalidToken('iss')
  if (!isFor(payload['aud'], expected.audience)) throw invalidToken('aud')
  const claims: Claims = {
    person: textClaim(payload, 'sub', NAME),
    role: textClaim(payload, 'role', WORD),
    purposes: purposesOf(payload),
    tokenId: textClaim(payload, 'jti', NAME),
    issuedAt: timeClaim(payload, 'iat'),
    notBefore: timeClaim(payload, 'nbf'),
    expiresAt: timeClaim(payload, 'exp'),
  }
  if (claims.expiresAt - claims.issuedAt > MAX_TOKEN_LIFE_MS) throw invalidToken('exp')
  checkWindow(claims, expected.now)
  checkBinding(payload, expected)
  return claims
}

/** One audience and no other: a token that is also good elsewhere can be replayed from there. */
function isFor(aud: unknown, audience: string): boolean {
  return aud === audience || (Array.isArray(aud) && aud.length === 1 && aud[0] === audience)
}

function textClaim(payload: JsonObject, name: string, form: RegExp): string {
  const value = payload[name]
  if (typeof value === 'string' && form.test(value)) return value
  throw invalidToken(name)
}

function timeClaim(payload: JsonObject, name: string): number {
  const seconds = payload[name]
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds > 0 && seconds < 1e11)
    return seconds * 1000
  throw invalidToken(name)
}

function purposesOf(payload: JsonObject): readonly string[] {
  const list = payload['purposes']
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_PURPOSES) throw invalidToken('purposes')
  if (!list.every(purpose => typeof purpose === 'string' && WORD.test(purpose)))
    throw invalidToken('purposes')
  return Object.freeze([...list])
}

function checkWindow({ issuedAt, notBefore, expiresAt }: Claims, now: number): void {
  if (now >= expiresAt + SKEW_MS) throw new Refusal('token-expired', { rule: 'exp' })
  if (now < notBefore - SKEW_MS) throw new Refusal('token-expired', { rule: 'nbf' })
  if (now < issuedAt - SKEW_MS) throw new Refusal('token-expired', { rule: 'iat' })
}

function checkBinding(payload: JsonObject, { thumbprint, system }: ClaimExpectations): void {
  const confirmation = payload['cnf']
  if (!isJsonObject(confirmation) || confirmation['x5t#S256'] !== thumbprint)
    throw new Refusal('token-unbound', { rule: 'cnf' })
  const client = payload['client_id']
  if (client !== undefined && client !== system) throw new Refusal('token-unbound', { rule: 'client_id' })
}
