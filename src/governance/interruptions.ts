import { unreachable } from '../kit/kit.ts'
import { judgeSignature, type OfficerSignature, repeatedSigners, type Signed } from '../policy/policy.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import type { ActOf } from './act.ts'
import { type Life, type Lives, newestAgreed, newLife, type Revision, revisionOf, withLife } from './lives.ts'
import type { RuleParts } from './rules.ts'
import { currentOf, isReviewed, openSuspensions } from './state.ts'
import {
  RESUMPTION_TYPE,
  REVIEW_TYPE,
  resumptionStatement,
  reviewStatement,
  URGENT_TYPE,
} from './statements.ts'

type Interruption = ActOf<'suspended' | 'resumed' | 'urgent-opened' | 'urgent-reviewed'>

/** How many suspensions of one agreement by one agency may be open at once; beyond them it may only stop the whole. */
const MAX_OPEN = 64

/** How long before it is recorded a statement about urgent use may have been signed. */
const FRESH_MS = 3_600_000

/** What suspends an agreement, lets it go on, or lets it be used urgently. @throws Refusal */
export function applyInterruption(parts: RuleParts, lives: Lives, act: Interruption, now: number): Lives {
  const life = lives.get(act.agreement)
  const newest = newestAgreed(life)
  if (!life || !newest) throw new Refusal('not-found')
  if (act.from !== newest.agreement.provider && act.from !== newest.agreement.recipient)
    throw new Refusal('act-invalid', { rule: 'parties' })
  switch (act.kind) {
    case 'suspended':
      refuseIdle(life, act)
      return withSuspension(lives, act, now)
    case 'resumed':
      return withLife(lives, resume(parts, life, act))
    case 'urgent-opened':
      return withLife(lives, openUse(parts, lives, life, act, now))
    case 'urgent-reviewed':
      return withLife(lives, reviewUse(parts, life, act, now))
    default:
      return unreachable(act)
  }
}

/** A stop is never refused; but each takes two signatures to lift, so one that stops nothing more has to have an end. */
function refuseIdle(life: Life, { from, purposes }: ActOf<'suspended'>): void {
  const open = openSuspensions(life).filter(({ act }) => act.from === from)
  if (open.length < MAX_OPEN) return
  if (purposes || open.some(({ act }) => act.purposes === undefined)) throw new Refusal('overloaded')
}

/** The lives of all agreements with one of them stopped, even where nothing else is known of it. */
export function withSuspension(lives: Lives, act: ActOf<'suspended'>, recordedAt: number): Lives {
  const life = lives.get(act.agreement) ?? newLife(act.agreement)
  return withLife(lives, {
    ...life,
    suspensions: [...life.suspensions, { act, recordedAt, resumedBy: [] }],
  })
}

function resume(parts: RuleParts, life: Life, act: ActOf<'resumed'>): Life {
  const suspension = life.suspensions.find(one => one.act.act === act.suspension)
  if (!suspension) throw new Refusal('not-found')
  if (suspension.resumedBy.includes(act.from)) throw new Refusal('act-out-of-turn')
  const statement = resumptionStatement(life.id, act.suspension)
  signedBy(parts, RESUMPTION_TYPE, statement, act.signature, { party: act.from, role: 'approver' })
  const resumed = { ...suspension, resumedBy: [...suspension.resumedBy, act.from] }
  return {
    ...life,
    suspensions: life.suspensions.map(one => (one === suspension ? resumed : one)),
  }
}

function openUse(parts: RuleParts, lives: Lives, life: Life, act: ActOf<'urgent-opened'>, now: number): Life {
  const { statement } = act
  const revision = revisionOf(lives, statement.digest)?.revision
  if (revision === undefined || revision !== currentOf(life, now) || statement.policy !== life.id)
    throw new Refusal('agreement-conflict')
  const urgent = revision.agreement.purposes.get(statement.purpose)?.urgent
  if (urgent === undefined) throw new Refusal('urgent-not-allowed')
  if (life.urgentUses.some(use => use.act.statement.nonce === statement.nonce))
    throw new Refusal('act-out-of-turn')
  if (life.urgentUses.some(use => !isReviewed(use))) throw new Refusal('urgent-review-due')
  checkPersons(parts, revision, act, { people: urgent.people, now })
  const use = { act, recordedAt: now, until: now + urgent.lastsMs, reviewedBy: [] }
  return { ...life, urgentUses: [...life.urgentUses, use] }
}

/** The roles of those who may open an urgent use. */
const MAY_OPEN: ReadonlySet<string> = new Set(['operator', 'approver', 'dpo'])

/** Distinct persons with distinct keys, at least one of the agency whose data it is. */
function checkPersons(
  parts: RuleParts,
  { agreement }: Revision,
  { statement, signatures }: ActOf<'urgent-opened'>,
  { people, now }: { readonly people: number; readonly now: number },
): void {
  const { provider, recipient } = agreement
  const signed = signatures.map(signature => {
    const age = now - Date.parse(signature.at)
    if (!(Math.abs(age) <= FRESH_MS)) throw new Refusal('approval-invalid', { rule: 'approval-stale' })
    if (!MAY_OPEN.has(signature.role)) throw new Refusal('approval-invalid', { rule: 'approval-role' })
    return signedBy(parts, URGENT_TYPE, { ...statement }, signature, {})
  })
  const [repeated] = repeatedSigners(signed)
  if (repeated) throw new Refusal('approval-invalid', { rule: repeated.code })
  if (signed.some(({ officer: { agency } }) => agency !== provider && agency !== recipient))
    throw new Refusal('approval-invalid', { rule: 'approval-stranger' })
  const fewer = signed.length < people || !signed.some(({ officer: { agency } }) => agency === provider)
  if (fewer) throw new Refusal('approval-invalid', { rule: 'approval-missing' })
}

function reviewUse(parts: RuleParts, life: Life, act: ActOf<'urgent-reviewed'>, now: number): Life {
  const use = life.urgentUses.find(one => one.act.statement.nonce === act.use)
  if (!use) throw new Refusal('not-found')
  if (now < use.until || use.reviewedBy.includes(act.from)) throw new Refusal('act-out-of-turn')
  const statement = reviewStatement(life.id, act.use, act.finding)
  signedBy(parts, REVIEW_TYPE, statement, act.signature, { party: act.from, role: 'dpo' })
  const reviewed = { ...use, reviewedBy: [...use.reviewedBy, act.from] }
  return { ...life, urgentUses: life.urgentUses.map(one => (one === use ? reviewed : one)) }
}

/** @throws Refusal approval-invalid */
function signedBy(
  { signatures }: RuleParts,
  type: string,
  statement: Parameters<typeof judgeSignature>[1],
  signature: OfficerSignature,
  expected: { readonly party?: AgencyId | string; readonly role?: string },
): Signed {
  const { party = signature.party, role = signature.role } = expected
  if (signature.party !== party || signature.role !== role)
    throw new Refusal('approval-invalid', { rule: 'approval-role' })
  const judged = judgeSignature(type, statement, signature, signatures)
  if ('code' in judged) throw new Refusal('approval-invalid', { rule: judged.code })
  return judged
}
