import type { components } from '../contract/contract.ts'
import type { Digest } from '../kit/kit.ts'
import { judgeApprovals, type SignatureParts } from '../policy/policy.ts'
import { type Life, newestAgreed, type Revision, type Suspension, type UrgentUse } from './lives.ts'

export type AgreementState = components['schemas']['AgreementState']

/** A proposal that nobody has completed by then goes no further. */
export const PROPOSAL_LIFE_MS = 30 * 86_400_000

/**
 * Where a revision stands at an instant.
 *
 * ```
 * proposed ─provider approves→ approved ─both signed and verified→ scheduled ─its date→ in-force ─next revision→ superseded
 *    │ declined | rejected | withdrawn | lapsed after 30 days | outdated by another      in-force ⇄ suspended     ─its end→ expired
 * ```
 */
export function stateOf(life: Life, revision: Revision, now: number, parts: SignatureParts): AgreementState {
  if (revision.agreedAt !== undefined) return agreedState(life, revision, now)
  if (revision.ended) return revision.ended.kind
  if (now - revision.proposedAt > PROPOSAL_LIFE_MS) return 'lapsed'
  const newest = newestAgreed(life)
  if (newest && newest.agreement.digest !== revision.agreement.replaces) return 'outdated'
  return isApprovedByProvider(revision, parts) ? 'approved' : 'proposed'
}

function agreedState(life: Life, revision: Revision, now: number): AgreementState {
  const { effectiveFrom, expiresAt } = revision.agreement
  if (currentOf(life, now)?.agreement.digest !== revision.agreement.digest)
    return now < effectiveFrom ? 'scheduled' : 'superseded'
  if (now < effectiveFrom) return 'scheduled'
  if (now >= expiresAt) return 'expired'
  return openSuspensions(life).some(({ act }) => act.purposes === undefined) ? 'suspended' : 'in-force'
}

/** Whether a revision can still be approved, verified, declined, rejected or withdrawn. */
export function isOpen(life: Life, revision: Revision, now: number, parts: SignatureParts): boolean {
  const state = stateOf(life, revision, now, parts)
  return state === 'proposed' || state === 'approved'
}

/** Whether an author and another approver of the provider have signed. */
export function isApprovedByProvider({ agreement, approvals }: Revision, parts: SignatureParts): boolean {
  const { faults, missing } = judgeApprovals(agreement, approvals, 'tighter-only', parts)
  return faults.length === 0 && missing.length === 0
}

/** Who or what has still to act before a revision is agreed, in words. */
export function missingOf(revision: Revision, parts: SignatureParts): readonly string[] {
  const { agreement, approvals, path, verified, agreedAt } = revision
  if (agreedAt !== undefined) return []
  const { missing } = judgeApprovals(agreement, approvals, path, parts)
  const gateways = [agreement.provider, agreement.recipient].filter(agency => !verified.has(agency))
  return [...missing, ...gateways.map(agency => `the gateway of \`${agency}\``)]
}

/** When a revision began, or begins, to hold: its date, but not before everybody had signed. */
export function beginsAt({ agreement, agreedAt = Number.POSITIVE_INFINITY }: Revision): number {
  return Math.max(agreement.effectiveFrom, agreedAt)
}

/**
 * The revision that counts: of those that have begun the highest, and before the first has begun the first that will. An older
 * one never comes back, even where a newer one has expired.
 */
export function currentOf(life: Life, now: number): Revision | undefined {
  const agreed = life.revisions.filter(({ agreedAt }) => agreedAt !== undefined)
  const byRevision = agreed.toSorted((a, b) => a.agreement.revision - b.agreement.revision)
  return byRevision.findLast(one => beginsAt(one) <= now) ?? byRevision[0]
}

export function openSuspensions(life: Life): readonly Suspension[] {
  return life.suspensions.filter(({ resumedBy }) => resumedBy.length < 2)
}

/** Whether an agreement lets nothing through for a purpose. */
export function isSuspended(life: Life, purpose: string): boolean {
  return openSuspensions(life).some(({ act: { purposes } }) => purposes?.includes(purpose) ?? true)
}

/** The urgent use under which a purpose is free of who and when, at an instant. */
export function openUrgentUse(
  life: Life,
  digest: Digest,
  purpose: string,
  now: number,
): UrgentUse | undefined {
  return life.urgentUses.find(
    ({ act: { statement }, until }) =>
      statement.digest === digest && statement.purpose === purpose && now < until,
  )
}

/** Whether both agencies have reviewed an urgent use. */
export function isReviewed({ reviewedBy }: UrgentUse): boolean {
  return reviewedBy.length === 2
}
