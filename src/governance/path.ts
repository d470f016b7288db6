import { type Agreement, type ApprovalPath, type Change, diffAgreements } from '../policy/policy.ts'

/** What changes nothing that flows, and yet is not for one side alone to change. */
const FOR_BOTH: ReadonlySet<Change['kind']> = new Set(['parties', 'paper', 'marking', 'obligation'])

/** What has to change with every revision. */
const NUMBERING: ReadonlySet<string> = new Set(['revision', 'replaces'])

/**
 * Which approvals a revision needs. One that is nowhere looser takes the short path, so that safety is never slower than risk;
 * a first one, a looser one, and one that changes the paper, the parties, the marking or what the recipient has to do, needs both sides.
 */
export function pathOf(previous: Agreement | undefined, agreement: Agreement): ApprovalPath {
  if (previous === undefined) return 'whole'
  const changes = diffAgreements(previous, agreement)
  return changes.every(isForOne) ? 'tighter-only' : 'whole'
}

function isForOne({ direction, kind, subject }: Change): boolean {
  if (direction !== 'tighter' && direction !== 'other') return false
  return !FOR_BOTH.has(kind) || NUMBERING.has(subject)
}
