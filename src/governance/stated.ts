import type { Json } from '../kit/kit.ts'
import {
  type Agreement,
  differingMembers,
  judgeApprovals,
  type OfficerSignature,
  statementOf,
} from '../policy/policy.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import type { ActOf } from './act.ts'
import type { Revision } from './lives.ts'
import type { RuleParts } from './rules.ts'

/** A revision with one approval more. @throws Refusal approval-invalid */
export function approvedBy(
  parts: RuleParts,
  revision: Revision,
  approval: OfficerSignature,
  party: AgencyId,
  role: 'author' | 'approver',
): Revision {
  if (approval.party !== party || approval.role !== role)
    throw new Refusal('approval-invalid', { rule: 'approval-role' })
  const approvals = [...revision.approvals, approval]
  const [fault] = judgeApprovals(revision.agreement, approvals, revision.path, parts.signatures).faults
  if (fault) throw new Refusal('approval-invalid', { rule: fault.code })
  return { ...revision, approvals }
}

/** Where a statement that came is not the one computed here; undefined where it is. A name that we do not know is not repeated. */
export function differenceIn(
  agreement: Agreement,
  stated: Readonly<Record<string, unknown>>,
): string | undefined {
  const computed = statementOf(agreement)
  const [name] = differingMembers(computed, asStatement(stated))
  if (name === undefined) return undefined
  return Object.hasOwn(computed, name) ? `statement.${name}` : 'statement'
}

/** The contract has judged what an act holds; what it calls a text may be an agency's id. */
export function asSignature(signature: ActOf<'proposed'>['approval']): OfficerSignature {
  return signature
}

export function asStatement(statement: Readonly<Record<string, unknown>>) {
  return statement as Readonly<Record<string, Json>>
}
