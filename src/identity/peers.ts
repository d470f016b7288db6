import type { Clock } from '../kit/kit.ts'
import { type AgencyId, type CertificateFacts, Refusal } from '../terms/terms.ts'

/** A program of our own agency, once its certificate has shown who it is. */
export interface System {
  readonly id: string
  /** Of the certificate it came with; tokens are bound to it. */
  readonly thumbprint: string
}

/** Another agency's gateway, once its certificate has shown who it is. */
export interface Peer {
  readonly agency: AgencyId
  readonly thumbprint: string
}

/** How a system or a peer is recognised: by its one URI SAN, under the authority pinned for it. */
export interface Recognition {
  readonly uri: string
  /** Base64url SHA-256 of the certificates of the CAs that may issue for it. */
  readonly issuers: readonly string[]
}

export interface RegisteredSystem extends Recognition {
  readonly id: string
}
export interface RegisteredPeer extends Recognition {
  readonly agency: AgencyId
}

export interface RegisterParts {
  readonly clock: Clock
  readonly systems: readonly RegisteredSystem[]
  readonly peers: readonly RegisteredPeer[]
  /** What the revocation lists in force say; `unknown` where none is current. */
  readonly standingOf: (issuerFingerprint: string, serial: string) => 'good' | 'revoked' | 'unknown'
}

/**
 * Tells who a certificate belongs to. Facts are made once for a connection; asking again on a later request notices what
 * has changed since: a revocation, an expiry. A no is a value here, because a connection is judged where no walk has
 * begun and nobody would catch it.
 */
export interface Register {
  /** Refusals: `certificate-unfit`, `certificate-unknown`, `certificate-revoked`. */
  identifySystem(facts: CertificateFacts): System | Refusal
  /** As above. */
  identifyPeer(facts: CertificateFacts): Peer | Refusal
}

/** @throws TypeError where two entries share a URI, or one has no issuer: an error of configuration. */
export function makeRegister(parts: RegisterParts): Register {
  const systems = indexByUri(parts.systems)
  const peers = indexByUri(parts.peers)
  return {
    identifySystem(facts) {
      const found = recognise(facts, systems, parts)
      return found instanceof Refusal ? found : { id: found.id, thumbprint: facts.thumbprint }
    },
    identifyPeer(facts) {
      const found = recognise(facts, peers, parts)
      return found instanceof Refusal ? found : { agency: found.agency, thumbprint: facts.thumbprint }
    },
  }
}

function indexByUri<T extends Recognition>(entries: readonly T[]): ReadonlyMap<string, T> {
  const index = new Map<string, T>()
  for (const entry of entries) {
    if (index.has(entry.uri)) throw new TypeError(`two entries of the register share the URI ${entry.uri}`)
    if (entry.issuers.length === 0) throw new TypeError(`no issuer is pinned for ${entry.uri}`)
    index.set(entry.uri, entry)
  }
  return index
}

function recognise<T extends Recognition>(
  facts: CertificateFacts,
  known: ReadonlyMap<string, T>,
  { clock, standingOf }: RegisterParts,
): T | Refusal {
  const unfit = facts.findings.find(finding => finding.weight === 'unfit')
  if (unfit) return new Refusal('certificate-unfit', { rule: unfit.code })
  const now = clock.now()
  if (!(facts.notBefore <= now && now <= facts.notAfter))
    return new Refusal('certificate-unfit', { rule: 'expired' })
  const [uri, ...more] = facts.uris
  const entry = uri === undefined || more.length > 0 ? undefined : known.get(uri)
  const issuer = facts.issuerFingerprint
  if (!entry || issuer === undefined || !entry.issuers.includes(issuer))
    return new Refusal('certificate-unknown')
  const standing = standingOf(issuer, facts.serial)
  if (standing === 'revoked') return new Refusal('certificate-revoked')
  return standing === 'good' ? entry : new Refusal('certificate-unfit', { rule: 'crl-stale' })
}
