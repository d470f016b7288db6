import type { Catalogue } from '../terms/terms.ts'
import type { Source } from './builder.ts'
import type { Slot, Spot } from './converter.ts'
import { getterOf, joinPath, leavesUnder, namesOf, sourcePathOf, spotAt } from './paths.ts'
import type { Place, Placed, Reader } from './reader.ts'
import type { MappingSource, RuleSource } from './source.ts'
import type { Sayings } from './spoken-report.ts'

/** What the linker looks things up in, and what it has seen. */
export interface Linking {
  readonly reader: Reader
  readonly mapping: MappingSource
  readonly from: Catalogue
  readonly to: Catalogue
  readonly sayings: Sayings
  /** Source leaves that a rule reads. */
  readonly covered: Set<string>
  readonly rules: Set<string>
}

/** Where the linker stands: the lists that it has entered on both sides. */
export interface Scope {
  readonly source: string
  readonly target: string
}

/** Something that a rule can read: what it is, and how. */
export interface Lookup {
  readonly spot: Spot
  readonly source: Source
  /** Where that is a member, the way to it; undefined where there is more to it. */
  readonly way: Way | undefined
}

/** The members on the way from the scope of a rule, or from the top of the document, to what it reads. */
export interface Way {
  readonly from: 'scope' | 'root'
  readonly names: readonly string[]
}

/** What can be read of the exchange itself. */
const CONTEXT: ReadonlyMap<string, Lookup> = new Map([
  ['$provider', contextSpot('$provider', 'agency', (_, { context }) => context.provider)],
  ['$exchange', contextSpot('$exchange', 'id', (_, { context }) => context.exchangeId)],
  ['$receivedAt', contextSpot('$receivedAt', 'instant', (_, { context }) => context.receivedAt)],
  ['$label', contextSpot('$label', 'label', (_, { context }) => ({ ...context.label }))],
])

function contextSpot(path: string, type: Spot['type'], source: Source): Lookup {
  return { spot: { path, type, values: undefined }, source, way: undefined }
}

/** A slot reads one path, or the first of several that holds something: `a | b`. */
export function linkSlot(
  linking: Linking,
  { rule, slot, scope }: { rule: RuleSource; slot: Slot; scope: Scope },
): Lookup | undefined {
  const written = rule.from.get(slot.name)
  if (!written) {
    if (slot.optional !== true)
      linking.reader.complain(
        rule.id.place,
        'source-missing',
        `\`${rule.convert.value}\` needs \`${slot.name}\``,
      )
    return undefined
  }
  const found = written.value
    .split(' | ')
    .flatMap(path => linkSource(linking, { rule, slot, scope, written: { ...written, value: path } }))
  return found.length === 0 ? undefined : found.reduce(firstOf)
}

function firstOf(one: Lookup, other: Lookup): Lookup {
  const values = one.spot.values && [...one.spot.values, ...(other.spot.values ?? [])]
  return {
    spot: { ...one.spot, values },
    source: (scope, run) => one.source(scope, run) ?? other.source(scope, run),
    way: undefined,
  }
}

function linkSource(
  linking: Linking,
  { rule, slot, scope, written }: { rule: RuleSource; slot: Slot; scope: Scope; written: Placed<string> },
): readonly Lookup[] {
  const members = slot.members?.map(name => rule.with.get(name)?.value ?? '')
  const found = written.value.startsWith('$')
    ? CONTEXT.get(written.value)
    : sourceAt(linking, written, { scope, members })
  if (!found) {
    linking.reader.complain(written.place, 'source-unknown', `the source has no \`${written.value}\``)
    return []
  }
  if (!slot.types.includes(found.spot.type)) {
    const says = `\`${rule.convert.value}\` does not read what \`${found.spot.path}\` holds (${found.spot.type})`
    linking.reader.complain(written.place, 'type-mismatch', says)
  }
  return [found]
}

/** What a broken rule names counts as read, so that one mistake is one problem. */
export function coverAll(linking: Linking, written: Placed<string>, scope: Scope): void {
  for (const path of written.value.split(' | ')) sourceAt(linking, { ...written, value: path }, { scope })
}

/** What stands at a source; its leaves count as read, or only those of the members that are read of it. */
function sourceAt(
  linking: Linking,
  written: Placed<string>,
  { scope, members = ['.'] }: { scope: Scope; members?: readonly string[] | undefined },
): Lookup | undefined {
  const { from, below, path } = sourcePathOf(scope.source, written.value)
  const spot = spotAt(linking.from, path)
  const inner = below.replace(/\[\]$/, '').includes('[]')
  if (!spot || inner) return undefined
  for (const member of members)
    for (const leaf of leavesUnder(linking.from, joinPath(path, member))) linking.covered.add(leaf)
  const get = getterOf(below)
  const names = namesOf(below)
  return {
    spot,
    source: from === 'root' ? (_, { root }) => get(root) : get,
    way: names.length === 0 ? undefined : { from, names },
  }
}

export function isList(catalogue: Catalogue, path: string): boolean {
  return path.endsWith('[]') && (catalogue.items.has(path) || catalogue.leaves.has(path))
}

export function targetAt(linking: Linking, written: Placed<string>, scope: Scope): Spot | undefined {
  const path = joinPath(scope.target, written.value)
  const spot = spotAt(linking.to, path)
  const listed = written.value.includes('[]')
  if (spot && !listed) return spot
  linking.reader.complain(written.place, 'target-unknown', `the target has no \`${path}\``)
  return undefined
}

export function noteRule(linking: Linking, id: Placed<string>): void {
  if (!/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(id.value))
    linking.reader.complain(
      id.place,
      'rule-id',
      `\`${id.value}\` is not a rule id: lower case words with dots or hyphens`,
    )
  if (linking.rules.has(id.value))
    linking.reader.complain(id.place, 'rule-twice', `there are two rules \`${id.value}\``)
  linking.rules.add(id.value)
}

/** Complains of every source leaf that no rule reads and that is neither declared unmapped nor blocked. */
export function checkCoverage(linking: Linking, place: Place): void {
  const { from, mapping, reader, covered } = linking
  for (const { from: path } of [...mapping.unmapped, ...mapping.blocked]) {
    const leaves = leavesUnder(from, path.value)
    if (leaves.length === 0)
      reader.complain(path.place, 'source-unknown', `the source has no \`${path.value}\``)
    for (const leaf of leaves) covered.add(leaf)
  }
  for (const leaf of from.leaves.keys())
    if (!covered.has(leaf))
      reader.complain(
        place,
        'source-uncovered',
        `\`${leaf}\` has no rule and is not declared unmapped or blocked`,
      )
}
