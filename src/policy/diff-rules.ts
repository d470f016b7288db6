import { type Change, change, directionOf, judgeDoors, type Rule, type Side } from './diff-change.ts'
import { type Inclusion, isWithheld, type NamedCondition } from './resolved.ts'
import { asClause, stopWords } from './words.ts'

/** One resource that both revisions cover. */
export interface Both {
  readonly name: string
  readonly before: Side
  readonly after: Side
}

/** What stands around the table of one resource: gates, red lines, which entries may go, and when a purpose applies. */
export function diffRules(both: Both): readonly Change[] {
  const { before, after } = both
  return [
    ...diffGuards(both, 'gate', guardsBefore(before), guardsBefore(after)),
    ...[...after.resource.include.keys()].flatMap(list =>
      diffGuards(both, 'red-line', dropsOf(before, list), dropsOf(after, list)),
    ),
    ...diffNevers(both),
    ...diffInclude(both),
    ...diffWindows(both),
  ]
}

/** A gate, or a red line that drops: what it guards may pass where its condition has the right truth. */
interface Guard {
  readonly id: string
  readonly says: string
  readonly condition: NamedCondition
  readonly passes: boolean
}

function guardsBefore({ resource }: Side): readonly Guard[] {
  return resource.gates
}

function dropsOf({ resource }: Side, list: string): readonly Guard[] {
  return (resource.drops.get(list) ?? []).map(({ stays, ...drop }) => ({ ...drop, passes: stays }))
}

/** Guards are paired by id, and those left over by what they test: one that only got another id guards as before. */
function diffGuards(
  { name, before, after }: Both,
  kind: 'gate' | 'red-line',
  old: readonly Guard[],
  now: readonly Guard[],
): readonly Change[] {
  const known = new Map(now.map(guard => [guard.id, guard]))
  const added = now.filter(({ id }) => !old.some(guard => guard.id === id))
  const testOf = ({ reading }: Side, { condition, passes }: Guard) =>
    `${reading.resolved.draft.conditions.get(condition.name)?.written ?? ''} ${passes}`
  const changes: Change[] = []
  for (const guard of old) {
    const same = added.findIndex(one => testOf(after, one) === testOf(before, guard))
    const other = known.get(guard.id) ?? (same < 0 ? undefined : added.splice(same, 1)[0])
    if (other) changes.push(...diffGuard({ name, before, after }, kind, guard, other))
    else changes.push(guardChange(name, kind, guard, undefined, 'looser'))
  }
  return [...changes, ...added.map(guard => guardChange(name, kind, undefined, guard, 'tighter'))]
}

function diffGuard(
  { name, before, after }: Both,
  kind: 'gate' | 'red-line',
  old: Guard,
  now: Guard,
): readonly Change[] {
  const rule = (side: Side, { condition, passes }: Guard): Rule<boolean> => {
    return { side, conditions: [condition], decide: scene => condition.test(scene) === passes }
  }
  const { strictness, because } = judgeDoors(rule(before, old), rule(after, now))
  if (strictness === 'same' && old.id === now.id && guardWords(old) === guardWords(now)) return []
  return [{ ...guardChange(name, kind, old, now, directionOf(strictness)), because }]
}

function guardChange(
  resource: string,
  kind: 'gate' | 'red-line',
  old: Guard | undefined,
  now: Guard | undefined,
  direction: Change['direction'],
): Change {
  return change({
    ...{ direction, kind, resource, subject: old?.id ?? now?.id ?? '' },
    before: old && guardWords(old),
    after: now && guardWords(now),
    restsOn: [old, now].flatMap(guard => (guard ? [guard.condition.name] : [])),
  })
}

function guardWords({ says, condition, passes }: Guard): string {
  return `${says}: stopped ${stopWords(condition.says, passes)}`
}

/** Items that a red line kept back whatever the table says, and the other way round. */
function diffNevers({ name, before, after }: Both): readonly Change[] {
  const lines = ({ resource }: Side) =>
    new Map(
      resource.items.flatMap(({ leaf, redLine }) => (redLine === undefined ? [] : [[leaf.path, redLine]])),
    )
  const [old, now] = [lines(before), lines(after)]
  const exists = new Set(after.resource.items.map(({ leaf }) => leaf.path))
  const lost = [...old].filter(([path]) => !now.has(path) && exists.has(path))
  const gained = [...now].filter(([path]) => !old.has(path))
  const ids = (paths: readonly (readonly [string, string])[]) => [...new Set(paths.map(([, id]) => id))]
  const of = (paths: readonly (readonly [string, string])[], id: string) =>
    `never leaves: ${paths.flatMap(([path, line]) => (line === id ? [`\`${path}\``] : [])).join(', ')}`
  const base = { kind: 'red-line', resource: name } as const
  return [
    ...ids(lost).map(id =>
      change({ ...base, direction: 'looser', subject: id, before: of(lost, id), after: undefined }),
    ),
    ...ids(gained).map(id =>
      change({ ...base, direction: 'tighter', subject: id, before: undefined, after: of(gained, id) }),
    ),
  ]
}

function sharedPurposes({ before, after }: Both): readonly string[] {
  const { purposes } = after.reading.resolved.draft
  return [...before.reading.resolved.draft.purposes.keys()].filter(purpose => purposes.has(purpose))
}

/** Lists that one revision does not know are left to the cells of their items. */
function diffInclude(both: Both): readonly Change[] {
  const { name, before, after } = both
  const lists = [...before.resource.include.keys()].filter(list => after.resource.include.has(list))
  return lists.flatMap(list =>
    sharedPurposes(both).flatMap(purpose => {
      const old = before.resource.include.get(list)?.get(purpose) ?? { kind: 'none' }
      const now = after.resource.include.get(list)?.get(purpose) ?? { kind: 'none' }
      const { strictness, because } = judgeDoors(inclusionRule(before, old), inclusionRule(after, now))
      const [wasSaid, isSaid] = [inclusionWords(old), inclusionWords(now)]
      if (strictness === 'same' && wasSaid === isSaid) return []
      const idle = strictness === 'same' ? false : isIdle(after, list, purpose)
      const note = idle ? 'nothing of these entries is shared for this purpose' : because
      const direction = idle ? 'other' : directionOf(strictness)
      const restsOn = [old, now].flatMap(one => (one.kind === 'condition' ? [one.condition.name] : []))
      const said = { before: wasSaid, after: isSaid, because: note, restsOn }
      return [change({ direction, kind: 'include', resource: name, purpose, subject: list, ...said })]
    }),
  )
}

function isIdle({ resource }: Side, list: string, purpose: string): boolean {
  return resource.items.every(({ leaf, cells }) => {
    const cell = cells.get(purpose)
    return !leaf.path.startsWith(`${list}.`) || cell === undefined || isWithheld(cell)
  })
}

function inclusionRule(side: Side, inclusion: Inclusion): Rule<boolean> {
  if (inclusion.kind !== 'condition')
    return { side, conditions: [], decide: () => inclusion.kind === 'every' }
  const { condition } = inclusion
  return { side, conditions: [condition], decide: scene => condition.test(scene) === true }
}

function inclusionWords(inclusion: Inclusion): string {
  if (inclusion.kind !== 'condition') return inclusion.kind === 'every' ? 'every entry' : 'no entry'
  return `entries of which can be said that ${asClause(inclusion.condition.says)}`
}

function diffWindows(both: Both): readonly Change[] {
  const { name, before, after } = both
  return sharedPurposes(both).flatMap(purpose => {
    const [old, now] = [before.resource.whilst.get(purpose), after.resource.whilst.get(purpose)]
    const { strictness, because } = judgeDoors(windowRule(before, old), windowRule(after, now))
    const said = { before: windowWords(old), after: windowWords(now) }
    if (strictness === 'same' && said.before === said.after) return []
    const restsOn = [old, now].flatMap(condition => (condition ? [condition.name] : []))
    const base = { direction: directionOf(strictness), kind: 'window', resource: name, purpose } as const
    return [change({ ...base, subject: 'whilst', ...said, because, restsOn })]
  })
}

function windowRule(side: Side, condition: NamedCondition | undefined): Rule<boolean> {
  if (!condition) return { side, conditions: [], decide: () => true }
  return { side, conditions: [condition], decide: scene => condition.test(scene) === true }
}

function windowWords(condition: NamedCondition | undefined): string {
  return condition ? `while ${asClause(condition.says)}` : 'always'
}
