import { unreachable } from '../kit/kit.ts'
import type { Agreement, ApprovalPath, SignatureParts } from '../policy/policy.ts'
import { type AgencyId, Refusal, type Violation } from '../terms/terms.ts'
import type { ActOf, KeptAct } from './act.ts'
import { adopt, propose, refuseOverlap } from './begin.ts'
import { applyInterruption } from './interruptions.ts'
import { type Lives, type Revision, revisionOf, withRevision } from './lives.ts'
import { isApprovedByProvider, isOpen, missingOf } from './state.ts'
import { approvedBy, asSignature, differenceIn } from './stated.ts'

/** What the rules about acts need from outside. */
export interface RuleParts {
  readonly agency: AgencyId
  readonly signatures: SignatureParts
  /**
   * Compiles a sharing policy and runs its worked examples.
   *
   * @throws ProblemsError
   */
  readonly compile: (source: string) => Agreement
  /** The highest revision of an agreement that was ever in force here, as far as it was before the start. */
  readonly inForceOnce: (
    agreement: string,
  ) => { readonly revision: number; readonly digest: string } | undefined
  /** Which approvals a revision needs that follows another one. */
  readonly pathOf: (previous: Agreement | undefined, agreement: Agreement) => ApprovalPath
  /** The keys of the changes that an approver has to acknowledge. */
  readonly toAcknowledge: (previous: Agreement | undefined, agreement: Agreement) => readonly string[]
}

/**
 * What an act makes of the lives of all agreements. The same rules hold for our own acts and for those of a peer, when they
 * come and when they are read again after a restart, so both gateways come to the same state.
 *
 * @throws Refusal where the act does not count: agreement-unfit, agreement-conflict, approval-invalid,
 * acknowledgement-missing, act-invalid, act-out-of-turn, not-found, overloaded, urgent-not-allowed, urgent-review-due
 */
export function applyAct(parts: RuleParts, lives: Lives, kept: KeptAct): Lives {
  const { act } = kept
  switch (act.kind) {
    case 'adopted':
      return adopt(parts, lives, act, kept)
    case 'proposed':
      return propose(parts, lives, act, kept)
    case 'approved':
    case 'verified':
    case 'declined':
    case 'rejected':
    case 'withdrawn':
      return advance(parts, lives, act, kept)
    case 'suspended':
    case 'resumed':
    case 'urgent-opened':
    case 'urgent-reviewed':
      return applyInterruption(parts, lives, act, kept.recordedAt)
    default:
      return unreachable(act)
  }
}

type Advance = ActOf<'approved' | 'verified' | 'declined' | 'rejected' | 'withdrawn'>

function advance(parts: RuleParts, lives: Lives, act: Advance, kept: KeptAct): Lives {
  const found = revisionOf(lives, act.digest)
  // What this gateway declined because it cannot become an agreement here has no life here.
  if (found === undefined && act.kind === 'declined' && act.from === parts.agency) return lives
  if (found?.life.id !== act.agreement) throw new Refusal('not-found')
  const { life, revision } = found
  const { provider, recipient } = revision.agreement
  if (act.from !== provider && act.from !== recipient) throw new Refusal('act-invalid', { rule: 'parties' })
  const open = isOpen(life, revision, kept.recordedAt, parts.signatures)
  if (!open || act.proposal !== revision.proposal) throw new Refusal('act-out-of-turn')
  const advanced = { ...advancedBy(parts, revision, act), acts: [...revision.acts, kept] }
  return withRevision(lives, settled(parts, lives, advanced, kept.recordedAt))
}

function advancedBy(parts: RuleParts, revision: Revision, act: Advance): Revision {
  const { provider, recipient } = revision.agreement
  switch (act.kind) {
    case 'approved':
      return approve(parts, revision, act)
    case 'verified':
      return verify(revision, act)
    case 'declined':
      if (act.from !== recipient) throw new Refusal('act-invalid', { rule: 'parties' })
      return { ...revision, ended: act }
    case 'withdrawn':
      if (act.from !== provider) throw new Refusal('act-invalid', { rule: 'parties' })
      return { ...revision, ended: act }
    case 'rejected':
      return { ...revision, ended: act }
    default:
      return unreachable(act)
  }
}

function approve(parts: RuleParts, revision: Revision, act: ActOf<'approved'>): Revision {
  const { agreement, previous } = revision
  if (act.from === agreement.recipient && !isApprovedByProvider(revision, parts.signatures))
    throw new Refusal('act-out-of-turn')
  const acknowledged = new Set(act.acknowledged)
  const left = parts.toAcknowledge(previous, agreement).filter(key => !acknowledged.has(key))
  if (left.length > 0) throw new Refusal('acknowledgement-missing', { violations: left.map(unacknowledged) })
  return approvedBy(parts, revision, asSignature(act.approval), act.from, 'approver')
}

function unacknowledged(key: string): Violation {
  return { pointer: '/acknowledged', says: `\`${key}\` is missing` }
}

function verify(revision: Revision, act: ActOf<'verified'>): Revision {
  if (revision.verified.has(act.from)) throw new Refusal('act-out-of-turn')
  const differs = differenceIn(revision.agreement, act.statement)
  if (differs !== undefined) throw new Refusal('act-invalid', { rule: differs })
  if (act.path !== revision.path) throw new Refusal('act-invalid', { rule: 'path' })
  return { ...revision, verified: new Map(revision.verified).set(act.from, act) }
}

/** Agreed as soon as nobody is missing, unless another agreement has come in its way since it was proposed. */
function settled(parts: RuleParts, lives: Lives, revision: Revision, recordedAt: number): Revision {
  if (revision.ended || missingOf(revision, parts.signatures).length > 0) return revision
  refuseOverlap(lives, revision.agreement, recordedAt)
  return { ...revision, agreedAt: recordedAt }
}
