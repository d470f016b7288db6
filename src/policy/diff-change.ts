import type { Scene } from './condition.ts'
import type { Reading } from './reading.ts'
import type { NamedCondition, ResolvedResource } from './resolved.ts'
import { casesOf, type Tested } from './scenes.ts'
import type { Strictness } from './strictness.ts'

/** `other`: changed, but nothing more or less flows because of it. */
export type Direction = Exclude<Strictness, 'same'> | 'other'

/** One thing in which a revision differs from another one. */
export interface Change {
  readonly direction: Direction
  readonly kind:
    | 'cell'
    | 'red-line'
    | 'gate'
    | 'include'
    | 'window'
    | 'requesters'
    | 'obligation'
    | 'condition'
    | 'treatment'
    | 'purpose'
    | 'resource'
    | 'dates'
    | 'derived'
    | 'notice'
    | 'marking'
    | 'parties'
    | 'paper'
  /** Undefined where it holds for every resource. */
  readonly resource: string | undefined
  /** Undefined where it holds for every purpose. */
  readonly purpose: string | undefined
  /** The item, list, gate, name or member that changed. */
  readonly subject: string
  /** In words; undefined where there was, or is, nothing. */
  readonly before: string | undefined
  readonly after: string | undefined
  /** Why it counts as what it does, such as a case in which it is looser; undefined where that is plain. */
  readonly because: string | undefined
  /** Names of the conditions and treatments that take part, before or after. */
  readonly restsOn: readonly string[]
}

/** A change with what is plain left out. */
export function change(
  made: Pick<Change, 'direction' | 'kind' | 'subject' | 'before' | 'after'> & Partial<Change>,
): Change {
  return { resource: undefined, purpose: undefined, because: undefined, restsOn: [], ...made }
}

/** One resource of one revision. */
export interface Side {
  readonly reading: Reading
  readonly resource: ResolvedResource
}

/** A rule of one side as a function of the case, with the conditions that it looks at. */
export interface Rule<Outcome> {
  readonly side: Side
  readonly conditions: readonly NamedCondition[]
  readonly decide: (scene: Scene) => Outcome
}

export interface Judgement {
  readonly strictness: Strictness
  readonly because: string | undefined
}

/**
 * Compares two rules in every case that their conditions can tell apart. What cannot be gone through counts as looser: nobody has
 * shown that it is not.
 */
export function judge<Outcome>(
  before: Rule<Outcome>,
  after: Rule<Outcome>,
  compare: (before: Outcome, after: Outcome) => Strictness,
): Judgement {
  const cases = casesOf([...testedOf(before), ...testedOf(after)])
  if (!cases) return { strictness: 'looser', because: 'not proven equal or stricter: too many cases' }
  const found = new Map<Strictness, string>()
  for (const { scene, says } of cases) {
    const strictness = compare(before.decide(scene), after.decide(scene))
    if (strictness !== 'same' && !found.has(strictness)) found.set(strictness, says)
  }
  const order = ['looser', 'not-comparable', 'tighter'] as const
  const [worst, ...rest] = order.filter(strictness => found.has(strictness))
  if (worst === undefined) return { strictness: 'same', because: 'proven equal in every case' }
  return { strictness: worst, because: cases.length > 1 ? reasons(found, [worst, ...rest]) : undefined }
}

function reasons(found: ReadonlyMap<Strictness, string>, order: readonly Strictness[]): string {
  return order
    .map(strictness => `${strictness.replace('-', ' ')} where ${found.get(strictness) ?? ''}`)
    .join('; ')
}

function testedOf({ side, conditions }: Rule<unknown>): readonly Tested[] {
  return conditions.flatMap(({ name }) => {
    const expression = side.reading.resolved.draft.conditions.get(name)?.expression
    return expression ? [{ expression, catalogue: side.resource.catalogue }] : []
  })
}

/** Compares two rules that either let something through or not. */
export function judgeDoors(before: Rule<boolean>, after: Rule<boolean>): Judgement {
  return judge(before, after, (old, now) => {
    if (old === now) return 'same'
    return now ? 'looser' : 'tighter'
  })
}

export function directionOf(strictness: Strictness): Direction {
  return strictness === 'same' ? 'other' : strictness
}

/** The keys of two maps, those of the older first. */
export function namesOf(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
}
