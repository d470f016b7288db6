import { type Json, unreachable } from '../kit/kit.ts'
import type { Requirement } from '../terms/terms.ts'
import type { Linking, Scope } from './lookup.ts'
import { joinPath } from './paths.ts'
import type { Place } from './reader.ts'
import type { ListSource, MappingSource, StepSource } from './source.ts'

/** How far the rules of a mapping reach into the target. */
interface Reach {
  /** The objects that they put together, with the place of the first rule that makes a part of each. */
  readonly objects: Map<string, Place>
  /** What they make or make a part of, lists without their mark. */
  readonly made: Set<string>
  /** What always comes, and with which value. */
  readonly fixed: Map<string, Json>
}

/**
 * Complains where no document that the rules make can meet the target schema: `target-unreached` for a member that an object has to
 * hold and no rule makes, `list-too-short` for a list that cannot come to as many entries as it needs. The document itself always
 * comes about; an object in it, and an entry of a list, does where a rule makes a part of it.
 *
 * A rule is enough, even one that can be silent. Most can: policy may withhold any source, one that its schema requires too, and
 * converters leave out what they cannot say. So whether the member comes is a matter of each document, and one that lacks it is
 * refused as `target-invalid`, with the name of the member. A table without a counterpart for any value is no such rule: it never
 * speaks.
 *
 * Not judged: what a converter puts into an object that it makes whole, such as a label, and what is required only where another
 * member has some value, if that value is one of the document and not of the mapping.
 *
 * @param place of the mapping, for what the document itself lacks
 */
export function checkReach(linking: Linking, place: Place): void {
  const { mapping, reader, to } = linking
  const reach: Reach = { objects: new Map([['', place]]), made: new Set(), fixed: new Map() }
  trace(linking, { reach, steps: mapping.rules, scope: { source: '', target: '' } })
  for (const [path, at] of reach.objects) {
    const requirement = to.requirements.get(path)
    const gaps = requirement === undefined ? [] : gapsIn(requirement, path, reach)
    const holder = path === '' ? 'the document' : `\`${path}\``
    for (const gap of new Set(gaps))
      reader.complain(at, 'target-unreached', `${holder} has to hold ${gap}, and no rule makes it`)
  }
}

function trace(
  linking: Linking,
  { reach, steps, scope }: { reach: Reach; steps: readonly StepSource[]; scope: Scope },
): void {
  for (const step of steps) {
    if (isMute(linking.mapping, step)) continue
    const path = noteMade(reach, step, scope.target)
    if (step.kind === 'fixed') reach.fixed.set(path, step.value.value)
    if (step.kind !== 'list') continue
    checkFewest(linking, step, scope)
    const within = {
      source: step.each.value === '.' ? scope.source : joinPath(scope.source, step.each.value),
      target: joinPath(scope.target, step.to.value),
    }
    const whole = step.rules.some(({ to }) => to.value === '.')
    if (!whole) reach.objects.set(within.target, step.to.place)
    trace(linking, { reach, steps: step.rules, scope: within })
  }
}

/** What never makes anything: a table without a counterpart for any value, a list of entries that nothing is put into. */
function isMute(mapping: MappingSource, step: StepSource): boolean {
  if (step.kind === 'list') return step.rules.every(rule => isMute(mapping, rule))
  if (step.kind !== 'rule' || step.convert.value !== 'table') return false
  const rows = [...(mapping.tables.get(step.with.get('table')?.value ?? '')?.values() ?? [])]
  return rows.length > 0 && rows.every(({ outcome }) => outcome === 'UNMAPPED')
}

/** Notes the target of a rule and the objects on the way to it; gives its path, a list without its mark. */
function noteMade({ objects, made }: Reach, { to }: StepSource, base: string): string {
  let path = base
  for (const name of to.value.replace(/\[\]$/, '').split('.').filter(Boolean)) {
    if (path !== base && !objects.has(path)) objects.set(path, to.place)
    path = joinPath(path, name)
    made.add(path)
  }
  return path
}

function checkFewest({ from, to, reader }: Linking, { each, to: written }: ListSource, scope: Scope): void {
  const target = joinPath(scope.target, written.value)
  const needed = to.fewest.get(target)
  const most = each.value === '.' ? 1 : from.lengths.get(joinPath(scope.source, each.value))
  if (needed === undefined || most === undefined || most >= needed) return
  const says = `a list of ${most} entries at most can come, and \`${target}\` needs ${needed}`
  reader.complain(written.place, 'list-too-short', says)
}

/** The members that an object has to hold and no rule makes; of several ways to meet the schema, all that they lack together. */
function gapsIn(requirement: Requirement, object: string, reach: Reach): readonly string[] {
  switch (requirement.kind) {
    case 'member': {
      const path = joinPath(object, requirement.name)
      return reach.made.has(path) ? [] : [`\`${path}\``]
    }
    case 'all':
      return requirement.of.flatMap(one => gapsIn(one, object, reach))
    case 'any':
      return gapOfEach(requirement.of, object, reach)
    case 'if': {
      const { holds, fails } = requirement
      const held = isHeld(requirement, object, reach)
      if (held === undefined) return gapOfEach([holds, fails], object, reach)
      return gapsIn(held ? holds : fails, object, reach)
    }
    default:
      return unreachable(requirement)
  }
}

function gapOfEach(ways: readonly Requirement[], object: string, reach: Reach): readonly string[] {
  const gaps = ways.map(one => gapsIn(one, object, reach))
  return gaps.some(({ length }) => length === 0) ? [] : [gaps.map(one => one.join(' and ')).join(', or ')]
}

/** Whether the condition holds for every document that is made; undefined where that depends on the document. */
function isHeld(
  { member, values }: Extract<Requirement, { kind: 'if' }>,
  object: string,
  { made, fixed }: Reach,
): boolean | undefined {
  const path = joinPath(object, member)
  if (!made.has(path)) return false
  const value = fixed.get(path)
  if (value === undefined) return undefined
  return values === undefined || values.includes(value)
}
