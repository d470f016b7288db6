import { type Clock, isJsonObject, type JsonObject } from '../kit/kit.ts'
import type { Acceptance, Agreement } from '../policy/policy.ts'
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
  /** What of the document this agency is willing to hold: all of it, or less. */
  readonly held: JsonObject
  /** How many items of it are held less exactly than they came, or not at all. */
  readonly cut: number
}

/**
 * Room *recheck*. In: one manifest and its line, still unread. Out: a Rechecked. The peer's signature proves who sent it, not
 * that it was right to: what the agreement does not allow is refused all the same, by item or by the gate or stage that stops
 * it.
 * Refuses: exchange-expired, digest-mismatch, agreement-mismatch, agreement-suspended, agreement-not-yet-in-force, agreement-expired,
 * purpose-unknown, schema-mismatch, json-…, batch-malformed, beyond-agreement.
 */
export function makeRecheck(parts: {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly agreements: AgreementBook
  /** What this agency is willing to hold under an agreement; undefined where it is all that comes. */
  readonly acceptanceOf: (agreement: Agreement) => Acceptance | undefined
}): (peer: AgencyId, manifest: Manifest, line: Uint8Array) => Rechecked {
  return (peer, manifest, line) => {
    const now = parts.clock.now()
    if (manifest.expiresAt <= now) throw new Refusal('exchange-expired')
    if (!digestMatches(line, manifest)) throw new Refusal('digest-mismatch')
    const agreement = parts.agreements.byDigest(manifest.agreement)
    if (agreement?.provider !== peer || agreement.recipient !== parts.agency)
      throw new Refusal('agreement-mismatch')
    const barrier = parts.agreements.barrier(agreement, manifest.purpose)
    if (barrier !== undefined) throw new Refusal(barrier)
    checkTerms(agreement, manifest, now)
    const { document } = readLine(line)
    if (!isJsonObject(document)) throw new Refusal('batch-malformed')
    const [excess] = agreement.recheck(manifest.resource, manifest.purpose, document)
    if (excess !== undefined) throw new Refusal('beyond-agreement', { rule: excess.path })
    const { resource, purpose, label } = manifest
    const urgent = parts.agreements.isUrgent(agreement, purpose, true)
    const stopped = agreement.regate({ resource, purpose, label, document, urgent })
    if (stopped !== undefined) throw new Refusal('beyond-agreement', { rule: stopped })
    const accepted = parts.acceptanceOf(agreement)?.cut(resource, purpose, document)
    const { document: held = document, cut = [] } = accepted ?? {}
    return { [rechecked]: true, peer, manifest, agreement, document, held, cut: cut.length }
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
