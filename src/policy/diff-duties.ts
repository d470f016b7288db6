import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { type Change, change, directionOf } from './diff-change.ts'
import type { UrgentDraft } from './draft-urgent.ts'
import type { Reading } from './reading.ts'
import { byAmount, byPeriod, bySet, type Strictness, worstOf } from './strictness.ts'
import { dutyWords, plainValue, urgentWords } from './words.ts'

/** What the recipient has to do otherwise, for one purpose of both revisions, and what an emergency relaxes. Less duty is looser. */
export function diffDuties(before: Reading, after: Reading, purpose: string): readonly Change[] {
  return [...diffForces(before, after, purpose), ...diffUrgent(before, after, purpose)]
}

function diffForces(before: Reading, after: Reading, purpose: string): readonly Change[] {
  return (['must', 'should'] as const).flatMap(force => {
    const old = dutiesOf(before, purpose, force)
    const now = dutiesOf(after, purpose, force)
    const lost = unmatched(old, now)
    const gained = unmatched(now, old)
    const kinds = [...new Set([...lost, ...gained].map(nameOf))]
    return kinds.flatMap(kind => {
      const of = (duties: readonly JsonObject[]) => duties.filter(duty => nameOf(duty) === kind)
      return diffKind({ purpose, force, kind }, of(lost), of(gained))
    })
  })
}

/** Urgent use that becomes possible, lasts longer, or takes fewer people is looser. */
function diffUrgent(before: Reading, after: Reading, purpose: string): readonly Change[] {
  const of = ({ resolved }: Reading) => resolved.draft.purposes.get(purpose)?.urgent
  const [old, now] = [of(before), of(after)]
  if (!old && !now) return []
  const strictness = compareUrgent(old, now)
  if (strictness === 'same') return []
  const said = { before: old && urgentWords(old), after: now && urgentWords(now) }
  return [
    change({ direction: directionOf(strictness), kind: 'purpose', purpose, subject: 'urgent', ...said }),
  ]
}

function compareUrgent(old: UrgentDraft | undefined, now: UrgentDraft | undefined): Strictness {
  if (!old || !now) return byAmount(old ? 1 : 0, now ? 1 : 0, 'looser')
  return worstOf([
    byAmount(old.people, now.people, 'tighter'),
    byAmount(old.lastsMs, now.lastsMs, 'looser'),
    bySet(old.tell, now.tell, 'tighter'),
  ])
}

function dutiesOf({ duties }: Reading, purpose: string, force: 'must' | 'should'): readonly JsonObject[] {
  const signed = duties.signed(purpose)[force]
  return Array.isArray(signed) ? signed.filter(isJsonObject) : []
}

/** The duties of one list that have no equal in the other, each counted once. */
function unmatched(duties: readonly JsonObject[], others: readonly JsonObject[]): readonly JsonObject[] {
  const left = others.map(duty => canonicalJson(duty))
  return duties.filter(duty => {
    const at = left.indexOf(canonicalJson(duty))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

function nameOf(duty: JsonObject): string {
  return Object.keys(duty)[0] ?? ''
}

interface About {
  readonly purpose: string
  readonly force: 'must' | 'should'
  readonly kind: string
}

function diffKind(
  about: About,
  lost: readonly JsonObject[],
  gained: readonly JsonObject[],
): readonly Change[] {
  const [old, now] = [lost[0], gained[0]]
  if (old && now && lost.length === 1 && gained.length === 1) {
    return [dutyChange(about, old, now, compareDuties(about.kind, old[about.kind], now[about.kind]))]
  }
  return [
    ...lost.map(duty => dutyChange(about, duty, undefined, 'looser')),
    ...gained.map(duty => dutyChange(about, undefined, duty, 'tighter')),
  ]
}

function dutyChange(
  { purpose, force, kind }: About,
  old: JsonObject | undefined,
  now: JsonObject | undefined,
  strictness: Strictness,
): Change {
  const said = { before: old && dutyWords(old), after: now && dutyWords(now) }
  const subject = `${force} ${kind}`
  return change({ direction: directionOf(strictness), kind: 'obligation', purpose, subject, ...said })
}

function compareDuties(kind: string, before: Json | undefined, after: Json | undefined): Strictness {
  const [old, now] = [isJsonObject(before) ? before : {}, isJsonObject(after) ? after : {}]
  switch (kind) {
    case 'onward':
      return after === 'not-allowed' ? 'tighter' : 'looser'
    case 'correct':
      return periods(old, now, 'within', 'looser')
    case 'log':
      return worstOf([byAmount(detail(old), detail(now), 'tighter'), periods(old, now, 'keep', 'tighter')])
    case 'feedback':
      return worstOf([sameOrNot(old['to'], now['to']), bySet(listOf(old), listOf(now), 'tighter')])
    case 'notify':
      return worstOf([
        sameOrNot(old['who'], now['who']),
        bySet(listOf(old), listOf(now), 'tighter'),
        periods(old, now, 'within', 'looser'),
      ])
    case 'deleteAfter':
      return worstOf([sameOrNot(old['from'], now['from']), periods(old, now, 'period', 'looser')])
    default:
      return 'not-comparable'
  }
}

function periods(old: JsonObject, now: JsonObject, member: string, longer: 'looser' | 'tighter'): Strictness {
  return byPeriod(plainValue(old[member]), plainValue(now[member]), longer)
}

/** How exactly a log says who looked: the person, the role, or only the system. */
function detail({ who }: JsonObject): number {
  return ['system', 'role', 'person'].indexOf(plainValue(who))
}

function sameOrNot(old: Json | undefined, now: Json | undefined): Strictness {
  return canonicalJson(old ?? null) === canonicalJson(now ?? null) ? 'same' : 'not-comparable'
}

function listOf({ on }: JsonObject): readonly unknown[] {
  return Array.isArray(on) ? on : []
}
