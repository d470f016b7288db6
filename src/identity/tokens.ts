import { hash, type KeyObject } from 'node:crypto'
import type { Clock, JsonObject } from '../kit/kit.ts'
import { Refusal } from '../terms/terms.ts'
import { MAX_TOKEN_LIFE_MS, readClaims, SKEW_MS } from './claims.ts'
import type { System } from './peers.ts'
import { invalidToken, MAX_TOKEN_BYTES, readToken, type TokenAlgorithm } from './token-form.ts'

/** Who asks: a person in a role, through a system, for certain purposes, until the token ends. */
export interface Caller {
  readonly person: string
  readonly role: string
  readonly purposes: readonly string[]
  /** The id of the system whose certificate carried the token. */
  readonly system: string
  readonly tokenId: string
  /** Milliseconds. */
  readonly expiresAt: number
}

/** A key of the configured issuer. The algorithm belongs to the key; a token cannot choose it. */
export interface TokenKey {
  readonly alg: TokenAlgorithm
  readonly key: KeyObject
}

export interface TokenKeeperParts {
  readonly clock: Clock
  readonly issuer: string
  readonly audience: string
  /** By `kid`. */
  readonly keys: ReadonlyMap<string, TokenKey>
  /**
   * Verifies the signature of a compact token with that key and that algorithm and no other; rejects where it does not
   * hold. Only whether it holds is used: the claims are read here, by one strict reader. It need not look at times.
   */
  readonly verify: (compact: string, key: TokenKey) => Promise<unknown>
}

export interface TokenKeeper {
  /**
   * Who a token stands for, when that system presents it. A token is verified once and remembered until it ends.
   *
   * @throws Refusal `token-invalid`, `token-expired` or `token-unbound`
   */
  accept(compact: string, system: System): Promise<Caller>

  /** Refuses the token with this id from now on, remembered or not. */
  revoke(tokenId: string): void
}

/** How many tokens are remembered; the oldest gives way. */
const MAX_REMEMBERED = 10_000

export function makeTokenKeeper(parts: TokenKeeperParts): TokenKeeper {
  const { clock, keys, verify } = parts
  const remembered = new Map<string, Caller>()
  /** Token id to the time after which no token of that id can be good any more, in milliseconds. */
  const revoked = new Map<string, number>()

  async function firstTime(compact: string, system: System): Promise<Caller> {
    const { header, payload } = readToken(compact)
    const key = keys.get(header.kid)
    if (!key) throw invalidToken('kid')
    if (key.alg !== header.alg) throw invalidToken('alg')
    if (!(await holds(compact, key))) throw invalidToken('signature')
    return callerOf(payload, system)
  }

  async function holds(compact: string, key: TokenKey): Promise<boolean> {
    try {
      await verify(compact, key)
      return true
    } catch {
      return false
    }
  }

  function callerOf(payload: JsonObject, system: System): Caller {
    const { issuer, audience } = parts
    const expected = { issuer, audience, thumbprint: system.thumbprint, system: system.id, now: clock.now() }
    const { person, role, purposes, tokenId, expiresAt } = readClaims(payload, expected)
    if (revoked.has(tokenId)) throw invalidToken('revoked')
    return Object.freeze({ person, role, purposes, system: system.id, tokenId, expiresAt })
  }

  return {
    async accept(compact, system) {
      if (compact.length > MAX_TOKEN_BYTES) throw invalidToken('size')
      const name = hash('sha256', `${system.thumbprint}.${compact}`, 'base64')
      const known = remembered.get(name)
      if (known && clock.now() < known.expiresAt + SKEW_MS) return known
      if (known) {
        remembered.delete(name)
        throw new Refusal('token-expired', { rule: 'exp' })
      }
      const caller = await firstTime(compact, system)
      if (remembered.size >= MAX_REMEMBERED) forgetOldest(remembered)
      remembered.set(name, caller)
      return caller
    },

    revoke(tokenId) {
      const now = clock.now()
      for (const [id, until] of revoked) if (until < now) revoked.delete(id)
      revoked.set(tokenId, now + MAX_TOKEN_LIFE_MS + 2 * SKEW_MS)
      for (const [name, caller] of remembered) if (caller.tokenId === tokenId) remembered.delete(name)
    },
  }
}

/** A Map keeps the order of insertion. */
function forgetOldest(remembered: Map<string, Caller>): void {
  const [oldest] = remembered.keys()
  if (oldest !== undefined) remembered.delete(oldest)
}
