import { type Clock, isJsonObject, type JsonObject } from '../kit/kit.ts'
import type { Agreement } from '../policy/policy.ts'
import { digestMatches, type Manifest, readLine } from '../seal/seal.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import type { AgreementBook } from './agreement-book.ts'

const rechecked: unique symbol = Symbol('rechecked')

/** A document of a peer that holds nothing beyond the agreement it cites, which is the one in force here. */
export interface Rechecked {
  readonly [rechecked]: true
  readonly peer: AgencyId
  readonly manifest: Manifest
  readonly agreement: Agreement
  readonly document: JsonObject
}

/**
 * Room *recheck*. In: one manifest and its line, still unread. Out: a Rechecked. The peer's signature proves who sent it, not
 * that it was right to: what the agreement does not allow is refused all the same.
 * Refuses: exchange-expired, digest-mismatch, agreement-mismatch, agreement-not-yet-in-force, agreement-expired,
 * purpose-unknown, schema-mismatch, json-…, batch-malformed, beyond-agreement.
 */
export function makeRecheck(parts: {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly agreements: AgreementBook
}): (peer: AgencyId, manifest: Manifest, line: Uint8Array) => Rechecked {
  return (peer, manifest, line) => {
    const now = parts.clock.now()
    if (manifest.expiresAt <= now) throw new Refusal('exchange-expired')
    if (!digestMatches(line, manifest)) throw new Refusal('digest-mismatch')
    const agreement = parts.agreements.byDigest(manifest.agreement)
    if (agreement?.provider !== peer || agreement.recipient !== parts.agency)
      throw new Refusal('agreement-mismatch')
    checkTerms(agreement, manifest, now)
    const { document } = readLine(line)
    if (!isJsonObject(document)) throw new Refusal('batch-malformed')
    const [excess] = agreement.recheck(manifest.resource, manifest.purpose, document)
    if (excess !== undefined) throw new Refusal('beyond-agreement', { rule: excess.path })
    return { [rechecked]: true, peer, manifest, agreement, document }
  }
}

function checkTerms(agreement: Agreement, manifest: Manifest, now: number): void {
  if (now < agreement.effectiveFrom) throw new Refusal('agreement-not-yet-in-force')
  if (now >= agreement.expiresAt) throw new Refusal('agreement-expired')
  if (!agreement.purposes.has(manifest.purpose)) throw new Refusal('purpose-unknown')
  const schema = agreement.resources.get(manifest.resource)
  if (schema === undefined) throw new Refusal('resource-unknown')
  if (schema.version !== manifest.version) throw new Refusal('schema-mismatch')
}
