import { digestOf } from '../kit/kit.ts'
import { type Agreement, APPROVAL_TYPE, judgeApprovals, judgeSignature } from '../policy/policy.ts'
import { type Problem, ProblemsError, Refusal, type Violation } from '../terms/terms.ts'
import type { ActOf, KeptAct } from './act.ts'
import { type Life, type Lives, newestAgreed, type Revision, withRevision } from './lives.ts'
import type { RuleParts } from './rules.ts'
import { currentOf, isOpen } from './state.ts'
import { approvedBy, asSignature, asStatement, differenceIn } from './stated.ts'

/** How many proposals of one agency to another may be open at once. */
const MAX_OPEN = 20

/** A revision that came as a file with the signatures of both parties. @throws Refusal */
export function adopt(parts: RuleParts, lives: Lives, act: ActOf<'adopted'>, kept: KeptAct): Lives {
  const agreement = compileFor(parts, act)
  const approvals = act.approvals.map(asSignature)
  const { faults, missing } = judgeApprovals(agreement, approvals, 'whole', parts.signatures)
  const [fault] = faults
  if (fault) throw new Refusal('approval-invalid', { rule: fault.code })
  if (missing.length > 0) throw new Refusal('approval-invalid', { rule: 'approval-missing' })
  const newest = newestAgreed(lives.get(agreement.id))
  if (newest && newest.agreement.revision >= agreement.revision) throw new Refusal('agreement-conflict')
  refuseOverlap(lives, agreement, kept.recordedAt)
  return withRevision(lives, {
    ...begun(parts, lives, agreement, act.source, kept),
    origin: 'file',
    path: 'whole',
    approvals,
    agreedAt: kept.recordedAt,
  })
}

/** Everything that can be told of a proposal before its text is looked at. @throws Refusal where it does not count */
export function refuseUnread(parts: RuleParts, lives: Lives, act: ActOf<'proposed'>, now: number): void {
  refuseUnvouched(parts, act)
  refuseCrowd(parts, lives, act, now)
  const known = lives.get(act.agreement)?.revisions[0]?.agreement
  if (known && (known.provider !== act.from || known.recipient !== act.to))
    throw new Refusal('agreement-conflict', { rule: 'parties' })
}

/** A revision that one gateway proposes to the other. @throws Refusal */
export function propose(parts: RuleParts, lives: Lives, act: ActOf<'proposed'>, kept: KeptAct): Lives {
  refuseUnread(parts, lives, act, kept.recordedAt)
  const life = lives.get(act.agreement)
  const agreement = compileFor(parts, act)
  if (agreement.provider !== act.from || agreement.recipient !== act.to)
    throw new Refusal('act-invalid', { rule: 'parties' })
  const differs = differenceIn(agreement, act.statement)
  if (differs !== undefined) throw new Refusal('agreement-unfit', { rule: differs })
  const same = life?.revisions.find(one => one.agreement.digest === agreement.digest)
  // What was withdrawn, rejected, declined or has lapsed may be proposed again as it is.
  if (life && same && (same.agreedAt !== undefined || isOpen(life, same, kept.recordedAt, parts.signatures)))
    throw new Refusal('act-out-of-turn')
  if (!follows(parts, life, agreement)) throw new Refusal('agreement-conflict', { rule: 'replaces' })
  refuseOverlap(lives, agreement, kept.recordedAt)
  const revision = begun(parts, lives, agreement, act.source, kept)
  return withRevision(lives, approvedBy(parts, revision, asSignature(act.approval), act.from, 'author'))
}

/**
 * Whether a revision follows the one that counts. The text of that one may no longer compile here, because it was written
 * against an older schema; then what is remembered of it is enough.
 */
function follows(
  parts: RuleParts,
  life: Life | undefined,
  { id, digest, revision, replaces }: Agreement,
): boolean {
  const newest = newestAgreed(life)?.agreement
  if (newest) return replaces === newest.digest && revision > newest.revision
  const once = parts.inForceOnce(id)
  if (once === undefined) return replaces === undefined
  return digest === once.digest || (replaces === once.digest && revision > once.revision)
}

/** To compile a text and to run its examples costs much: that is done only where an author of its provider stands behind it. */
function refuseUnvouched(parts: RuleParts, act: ActOf<'proposed'>): void {
  const { agreement, digest, source, statement, approval } = act
  const stated = asStatement(statement)
  const named =
    stated['policy'] === agreement &&
    stated['compiledDigest'] === digest &&
    stated['sourceDigest'] === digestOf(source)
  if (!named) throw new Refusal('act-invalid', { rule: 'statement' })
  if (approval.party !== act.from || approval.role !== 'author')
    throw new Refusal('approval-invalid', { rule: 'approval-role' })
  const judged = judgeSignature(APPROVAL_TYPE, stated, asSignature(approval), parts.signatures)
  if ('code' in judged) throw new Refusal('approval-invalid', { rule: judged.code })
}

function refuseCrowd({ signatures }: RuleParts, lives: Lives, act: ActOf<'proposed'>, now: number): void {
  const open = [...lives.values()].flatMap(life =>
    life.revisions.filter(one => {
      const { provider, recipient } = one.agreement
      return provider === act.from && recipient === act.to && isOpen(life, one, now, signatures)
    }),
  )
  if (open.length >= MAX_OPEN) throw new Refusal('overloaded')
}

/** Of two agreements over the same resource in the same direction nobody could say which one holds. */
export function refuseOverlap(
  lives: Lives,
  { id, provider, recipient, resources }: Agreement,
  now: number,
): void {
  for (const life of lives.values()) {
    if (life.id === id) continue
    for (const other of [currentOf(life, now)?.agreement, newestAgreed(life)?.agreement]) {
      if (other?.provider !== provider || other.recipient !== recipient) continue
      if ([...resources.keys()].some(resource => other.resources.has(resource)))
        throw new Refusal('agreement-conflict', { rule: other.id })
    }
  }
}

function begun(
  parts: RuleParts,
  lives: Lives,
  agreement: Agreement,
  source: string,
  kept: KeptAct,
): Revision {
  const previous = newestAgreed(lives.get(agreement.id))?.agreement
  return {
    proposal: kept.act.act,
    agreement,
    source,
    previous,
    origin: 'link',
    path: parts.pathOf(previous, agreement),
    proposedAt: kept.recordedAt,
    approvals: [],
    verified: new Map(),
    ended: undefined,
    agreedAt: undefined,
    acts: [kept],
  }
}

/** @throws Refusal agreement-unfit, with every problem as a violation; act-invalid where the text is not what the act names */
function compileFor(parts: RuleParts, act: { source: string; digest: string; agreement: string }): Agreement {
  let agreement: Agreement
  try {
    agreement = parts.compile(act.source)
  } catch (thrown) {
    if (!(thrown instanceof ProblemsError)) throw thrown
    throw unfit(thrown.problems)
  }
  if (agreement.id !== act.agreement || agreement.digest !== act.digest)
    throw new Refusal('agreement-unfit', { rule: 'statement.compiledDigest' })
  return agreement
}

/** The refusal of a text that cannot become an agreement here, with every problem as a violation. */
export function unfit(problems: readonly Problem[]): Refusal {
  return new Refusal('agreement-unfit', { violations: problems.map(violationOf) })
}

function violationOf({ line, column, code, says }: Problem): Violation {
  return { pointer: `/source/${line}/${column}`, says: `${code}: ${says}` }
}
