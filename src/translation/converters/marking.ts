import { isJsonObject, type Json } from '../../kit/kit.ts'
import { checkMember } from '../bounds.ts'
import { blocked, type Converted, type Converter, choiceOf, made, type Site } from '../converter.ts'
import type { LossOutcome, Manner } from '../mapping.ts'
import {
  type Category,
  isWithin,
  joinMarkings,
  type Level,
  type Marking,
  type MarkingPolicy,
  printMarking,
  raisedTo,
  readMarking,
  remarkOf,
} from '../markings.ts'

const TOP_SECRET = 5
const OFFICIAL = 1

interface Use {
  readonly rule: string
  readonly to: MarkingPolicy
  /** Whether an approver has decided that OFFICIAL may be shown as NATO UNCLASSIFIED. */
  readonly released: boolean
}

/**
 * A protective marking → the marking of another policy; never a lower one. An originator's own label comes back byte for byte,
 * unless what was said meanwhile asks for more than it: then both hold.
 *
 * Slots: `value` (group or label), `original` (group, optional: the originator's label that travelled along). Parameters `to`:
 * `UK-GSC` or `NATO`; `official: released` where an approver of the agency has decided that OFFICIAL is NATO UNCLASSIFIED, else
 * it is raised to RESTRICTED. Gives: group. Loss: EXACT, APPROXIMATED, WIDENED for a raised one, NARROWED for remarks. Refuses:
 * `form`, `policy`, `classification`, `category` (a restriction that the other policy, or the target, cannot say), `descriptor` (the
 * same of that word), `top-secret`.
 */
export const marking: Converter = {
  slots: [
    { name: 'value', types: ['group', 'label'] },
    { name: 'original', types: ['group', 'label'], optional: true },
  ],
  gives: ['group'],
  parameters: ['to', 'official'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['UK-GSC', 'NATO'])
    const official = site.parameters.has('official')
      ? choiceOf(site, 'official', ['raised', 'released'])
      : 'raised'
    const use: Use = { rule: site.rule, to, released: official === 'released' }
    checkLevels(site, to)
    return ([value, original]) => (value === undefined ? undefined : held(answer(value, original, use), site))
  },
}

const LEVELS: readonly Level[] = [0, 1, 2, 3, 4]

/** Complains of every word of the policy that the target does not take. */
function checkLevels(site: Site, policy: MarkingPolicy): void {
  for (const level of new Set(LEVELS.map(one => raisedTo(policy, one))))
    for (const [name, word] of Object.entries(printMarking({ policy, level, categories: [] })))
      if (typeof word === 'string' || typeof word === 'boolean') checkMember(site, name, [word])
}

/** Stops where the target has no place for a word of the marking. */
function held(converted: Converted, { rule, target }: Site): Converted {
  if (converted.kind !== 'value' || !isJsonObject(converted.value)) return converted
  const lost = Object.keys(converted.value).find(name => target.values?.includes(name) === false)
  if (lost === undefined) return converted
  return blocked(`${rule}.${lost === 'categories' ? 'category' : lost}`)
}

function answer(value: Json, original: Json | undefined, use: Use): Converted {
  const reading = readMarking(value)
  if (reading.kind === 'refused') return blocked(`${use.rule}.${reading.why}`)
  if (reading.marking.level === TOP_SECRET) return blocked(`${use.rule}.top-secret`)
  const carried = translated(reading.marking, use)
  if (carried === undefined) return blocked(`${use.rule}.category`)
  const own = original === undefined ? undefined : readMarking(original)
  if (own?.kind !== 'marking' || original === undefined || own.marking.policy !== use.to)
    return made(printMarking(carried.marking), carried.manner)
  const { policy } = reading.marking
  const abroad = policy === use.to ? own : away(own.marking, policy, use)
  if (abroad !== undefined && isWithin(reading.marking, abroad.marking))
    return made(original, { outcome: 'EXACT', rule: `${use.rule}.originator` })
  const both = joinMarkings(own.marking, carried.marking)
  return made(printMarking(both), {
    outcome: 'WIDENED',
    rule: `${use.rule}.raised`,
    note: 'raised since it left',
  })
}

/** What the originator's label became on its way, by the same decision as here. */
function away(own: Marking, to: MarkingPolicy, use: Use): { marking: Marking } | undefined {
  return translated(own, { ...use, to })
}

function translated(from: Marking, use: Use): { marking: Marking; manner: Manner } | undefined {
  const { to, rule } = use
  if (from.policy === to) return { marking: from, manner: { outcome: 'EXACT', rule } }
  const categories = from.categories.map(category => categoryIn(to, category))
  const known = categories.filter(category => category !== undefined)
  if (known.length < categories.length) return undefined
  const told = [...known, ...remarkOf(from.descriptor)]
  const decided = use.released && to === 'NATO' && from.level === OFFICIAL
  const level: Level = decided ? 0 : raisedTo(to, from.level)
  const remarked = told.some(({ type }) => type === 'INFORMATIVE')
  return {
    marking: { policy: to, level, categories: told },
    manner: mannerOf({ from, level, remarked, rule }),
  }
}

function mannerOf(about: { from: Marking; level: Level; remarked: boolean; rule: string }): Manner {
  const { from, level, remarked, rule } = about
  const notes = [
    ...(level > from.level ? ['raised: the other policy has no such level'] : []),
    ...(level < from.level ? ['by decision of the agency'] : []),
    ...(remarked ? ['handling remarks as text'] : []),
  ]
  const outcome = remarked && level === from.level ? 'NARROWED' : outcomeOf(from.level, level)
  return notes.length === 0 ? { outcome, rule } : { outcome, rule, note: notes.join('; ') }
}

/** Only secret is the same in both. */
function outcomeOf(from: Level, to: Level): LossOutcome {
  if (to > from) return 'WIDENED'
  return from === 4 ? 'EXACT' : 'APPROXIMATED'
}

/** A category in the words of the other policy; undefined for a restriction that it cannot say. */
function categoryIn(to: MarkingPolicy, category: Category): Category | undefined {
  const { tag, type, values } = category
  if (type === 'INFORMATIVE')
    return to === 'NATO' ? { tag: 'Administrative', type, values: [tag, ...values] } : category
  if (tag === 'Releasable To' && type === 'PERMISSIVE') return category
  if (to === 'NATO')
    return tag === 'UK EYES ONLY' ? { tag: 'Only', type: 'RESTRICTIVE', values: ['GBR'] } : undefined
  const ours = tag === 'Only' && values.length === 1 && values[0] === 'GBR'
  return ours ? { tag: 'UK EYES ONLY', type: 'RESTRICTIVE', values: [] } : undefined
}
