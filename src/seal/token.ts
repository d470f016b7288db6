import { type Clock, uuidv7 } from '../kit/kit.ts'
import { signJws } from './jws.ts'
import type { Signer } from './keys.ts'

/** What an access token grants, and to whom. */
export interface TokenGrant {
  readonly person: string
  readonly role: string
  readonly purposes: readonly string[]
  readonly system: string
  /** Of the certificate it works with: base64url SHA-256. */
  readonly thumbprint: string
  readonly ttlSeconds: number
}

/**
 * An access token (RFC 9068) signed with EdDSA and bound to a client certificate (RFC 8705 §3.1). For examples and
 * tests: an agency's own issuer makes tokens of the same form.
 */
export function mintToken(
  { signer, clock, issuer, audience }: { signer: Signer; clock: Clock; issuer: string; audience: string },
  grant: TokenGrant,
): string {
  const now = Math.floor(clock.now() / 1000)
  const claims = {
    iss: issuer,
    aud: audience,
    sub: grant.person,
    client_id: grant.system,
    role: grant.role,
    purposes: grant.purposes,
    jti: uuidv7(clock),
    iat: now,
    nbf: now,
    exp: now + grant.ttlSeconds,
    cnf: { 'x5t#S256': grant.thumbprint },
  }
  return signJws(signer, 'at+jwt', JSON.stringify(claims))
}
