import { canonicalJson, type JsonObject } from '../kit/kit.ts'
import { addPeriod } from './draft-duties.ts'
import type { Outcome } from './resolved.ts'
import { plainValue } from './words.ts'

/** How a new rule stands to the one it replaces. An honest `not-comparable` is better than a rule nobody can recite. */
export type Strictness = 'same' | 'looser' | 'tighter' | 'not-comparable'

const GRAVITY = { looser: 3, 'not-comparable': 2, tighter: 1, same: 0 } satisfies Record<Strictness, number>

/** What several comparisons come to: one looser part makes the whole looser. */
export function worstOf(parts: readonly Strictness[]): Strictness {
  return parts.reduce<Strictness>((worst, part) => (GRAVITY[part] > GRAVITY[worst] ? part : worst), 'same')
}

/** Whether more of something is looser or tighter. */
export function byAmount(before: number, after: number, more: 'looser' | 'tighter'): Strictness {
  if (before === after) return 'same'
  return after > before === (more === 'looser') ? 'looser' : 'tighter'
}

/** As {@link byAmount} for sets: neither within the other is not comparable. */
export function bySet(
  before: readonly unknown[],
  after: readonly unknown[],
  more: 'looser' | 'tighter',
): Strictness {
  const [old, now] = [new Set(before), new Set(after)]
  const [grown, shrunk] = [!now.isSubsetOf(old), !old.isSubsetOf(now)]
  if (grown && shrunk) return 'not-comparable'
  return byAmount(old.size, now.size, more)
}

/** As {@link byAmount} for periods of ISO 8601. `P1M` and `P30D` are not comparable: it depends on the month. */
export function byPeriod(before: string, after: string, longer: 'looser' | 'tighter'): Strictness {
  const found = new Set<Strictness>()
  const day = 86_400_000
  for (let from = Date.UTC(2027, 0, 1); from < Date.UTC(2031, 0, 1); from += day) {
    found.add(byAmount(addPeriod(from, before) ?? 0, addPeriod(from, after) ?? 0, longer))
  }
  return found.size === 1 ? ([...found][0] ?? 'same') : 'not-comparable'
}

/**
 * How an outcome stands to an earlier one: withholding is stricter than any treatment, any treatment stricter than sharing. The
 * same treatment is compared by its terms, two different treatments are not comparable.
 */
export function compareOutcomes(before: Outcome, after: Outcome): Strictness {
  const ranks = byAmount(rank(before), rank(after), 'tighter')
  if (ranks !== 'same' || rank(before) !== 1) return ranks
  if (before.kind !== after.kind) return 'not-comparable'
  return compareTerms(before.kind, before.prepared.terms, after.prepared.terms)
}

function rank({ kind }: Outcome): number {
  if (kind === 'share') return 0
  return kind === 'withhold' ? 2 : 1
}

function compareTerms(kind: Outcome['kind'], before: JsonObject, after: JsonObject): Strictness {
  if (canonicalJson(before) === canonicalJson(after)) return 'same'
  switch (kind) {
    case 'share':
    case 'withhold':
      return 'same'
    case 'mask':
      return compareMasks(before, after)
    case 'generalisePlace':
      return byAmount(side(before), side(after), 'tighter')
    case 'generaliseTime':
      return compareSteps(plainValue(before['to']), plainValue(after['to']))
    case 'band':
      return bySet(starts(before), starts(after), 'looser')
    case 'count':
      return compareFigures(before, after)
    case 'pseudonymise':
      return bySet(listOf(before['scope']), listOf(after['scope']), 'tighter')
  }
}

/** Only figures over the same entries and groups can be compared. Rounding is coarser where it is made of whole steps of the other. */
function compareFigures(before: JsonObject, after: JsonObject): Strictness {
  if (before['count'] !== after['count'] || before['by'] !== after['by']) return 'not-comparable'
  const of = (terms: JsonObject, name: string): number => Number(terms[name])
  const [old, now] = [of(before, 'roundTo'), of(after, 'roundTo')]
  const nested = Math.max(old, now) % Math.min(old, now) === 0
  const rounding = nested ? byAmount(old, now, 'tighter') : 'not-comparable'
  return worstOf([byAmount(of(before, 'hideBelow'), of(after, 'hideBelow'), 'tighter'), rounding])
}

/** To keep fewer characters is not tighter: a value too short for the longer mask stayed home, and now shows its end. */
function compareMasks(before: JsonObject, after: JsonObject): Strictness {
  for (const end of ['keepLast', 'keepFirst']) {
    const [old, now] = [before[end], after[end]]
    if (typeof old !== 'number' || typeof now !== 'number' || now < old) continue
    return now === old ? 'same' : 'looser'
  }
  return 'not-comparable'
}

const SIDES: ReadonlyMap<unknown, number> = new Map([
  ['100m', 100],
  ['1km', 1_000],
  ['10km', 10_000],
])

function side({ grid }: JsonObject): number {
  return SIDES.get(grid) ?? 0
}

const CALENDAR: readonly string[] = ['P1D', 'P1M', 'P1Y']

/** A step is coarser where it is made of whole steps of the other; ten minutes and a quarter of an hour are not comparable. */
function compareSteps(before: string, after: string): Strictness {
  const [old, now] = [CALENDAR.indexOf(before), CALENDAR.indexOf(after)]
  if (old >= 0 || now >= 0) return byAmount(old, now, 'tighter')
  const [oldLength, length] = [addPeriod(0, before) ?? 0, addPeriod(0, after) ?? 0]
  const nested = Math.max(oldLength, length) % Math.min(oldLength, length) === 0
  return nested ? byAmount(oldLength, length, 'tighter') : 'not-comparable'
}

/** Where bands begin: every one of them tells one size from another. */
function starts({ edges, hideBelow }: JsonObject): readonly unknown[] {
  return [...listOf(edges), hideBelow]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
