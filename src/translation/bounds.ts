import type { Json } from '../kit/kit.ts'
import type { Bounds, Catalogue } from '../terms/terms.ts'
import type { Room, Site, Spot } from './converter.ts'
import type { Linking, Scope } from './lookup.ts'
import { joinPath, sourcePathOf } from './paths.ts'
import type { Placed } from './reader.ts'

/** Policy may put a code name in place of a text: up to nine characters before thirty-two digits. */
const LONGEST_CODE_NAME = 41
/** What can be read of the exchange itself: an agency is a DNS label at most, an exchange a UUID. */
const OF_THE_EXCHANGE: ReadonlyMap<string, Bounds> = new Map([
  ['$provider', { minLength: 1, maxLength: 64, pattern: '^[a-z0-9-]*$' }],
  ['$exchange', { minLength: 36, maxLength: 36, pattern: '^[a-f0-9-]*$' }],
])

/**
 * How large the values of one rule can be, at both ends.
 *
 * @param written what each slot reads, in the order of the slots: a path, or several, `a | b`
 */
export function roomOf(
  { from, to }: Linking,
  ends: { written: readonly (Placed<string> | undefined)[]; target: Spot | undefined; scope: Scope },
): Room {
  const { scope, written, target } = ends
  const paths = written.map(one => one?.value.split(' | ').map(path => placeOf(scope, path)) ?? [])
  const [first = ''] = paths[0] ?? []
  const leaf = target && to.leaves.get(target.path)
  const memberOf = (name: string) => to.leaves.get(joinPath(target?.path ?? '', name))
  return {
    reads: paths.map(choices => widest(choices.map(path => readAt(from, path)))),
    entries: from.lengths.get(first),
    readMember: name => from.leaves.get(joinPath(first, name))?.bounds ?? {},
    takes: leaf?.bounds ?? {},
    takesMember: name => memberOf(name)?.bounds ?? {},
    accepts: value => leaf?.valid(value) ?? true,
    acceptsMember: (name, value) => memberOf(name)?.valid(value) ?? false,
  }
}

function placeOf(scope: Scope, path: string): string {
  return path.startsWith('$') ? path : sourcePathOf(scope.source, path).path
}

function readAt({ leaves }: Catalogue, path: string): Bounds {
  const known = OF_THE_EXCHANGE.get(path)
  if (known) return known
  const leaf = leaves.get(path)
  if (leaf?.values) return ofWords(leaf.values)
  const bounds = leaf?.bounds ?? {}
  const named = leaf?.type === 'text' || leaf?.type === 'id'
  if (!named || bounds.maxLength === undefined) return bounds
  return { ...bounds, maxLength: Math.max(bounds.maxLength, LONGEST_CODE_NAME) }
}

/** No word of an enumeration needs a form of its own. */
function ofWords(words: readonly string[]): Bounds {
  const lengths = words.map(lengthOf)
  return { minLength: Math.min(...lengths), maxLength: Math.max(0, ...lengths) }
}

function widest([first = {}, ...others]: readonly Bounds[]): Bounds {
  return others.reduce(widened, first)
}

function widened(one: Bounds, other: Bounds): Bounds {
  const least = (name: 'minLength' | 'minimum') => extreme(Math.min, one[name], other[name])
  const most = (name: 'maxLength' | 'maximum' | 'accuracyM') => extreme(Math.max, one[name], other[name])
  const [minLength, minimum] = [least('minLength'), least('minimum')]
  const [maxLength, maximum, accuracyM] = [most('maxLength'), most('maximum'), most('accuracyM')]
  return {
    ...(minLength === undefined ? {} : { minLength }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(accuracyM === undefined ? {} : { accuracyM }),
    ...(one.pattern !== undefined && one.pattern === other.pattern ? { pattern: one.pattern } : {}),
    ...(one.banded || other.banded ? { banded: true as const } : {}),
  }
}

function extreme(
  choose: (one: number, other: number) => number,
  one: number | undefined,
  other: number | undefined,
): number | undefined {
  return one === undefined || other === undefined ? undefined : choose(one, other)
}

/** The characters of a text, counted as JSON Schema counts them. */
export function lengthOf(text: string): number {
  return Array.from(text).length
}

/** Complains where a text can be longer than the target takes. */
export function checkLength({ complain, room, target }: Site, longest: number | undefined): void {
  const { maxLength } = room.takes
  if (maxLength === undefined || (longest !== undefined && longest <= maxLength)) return
  const length = longest === undefined ? 'of any length' : `of ${longest} characters`
  complain('text-too-long', `a text ${length} can come, and \`${target.path}\` takes ${maxLength}`)
}

type Result = string | number | boolean

/** Complains of each value that a converter can give and the target does not take: no word of its list, too long, of another form. */
export function checkResults({ complain, room, target }: Site, results: Iterable<Json>): void {
  for (const result of new Set(results)) {
    const said = typeof result === 'string' ? result : JSON.stringify(result)
    const says = `\`${said}\` is not a value of \`${target.path}\``
    const listed = target.values === undefined || typeof result !== 'string' || target.values.includes(result)
    if (!listed) complain('enum-value', says)
    else if (!room.accepts(result)) complain('value-unfit', says)
  }
}

/** The same for one member of a group that a converter makes. */
export function checkMember(
  { complain, room, target }: Site,
  name: string,
  results: readonly Result[],
): void {
  for (const result of results)
    if (!room.acceptsMember(name, result))
      complain('value-unfit', `\`${String(result)}\` is not a value of \`${target.path}.${name}\``)
}

/**
 * Complains where a number can be smaller or larger than the target takes.
 *
 * @param range what can come, in the unit of the target
 */
export function checkRange(
  { complain, room, target }: Site,
  range: Bounds,
  takes: Bounds = room.takes,
): void {
  const below =
    takes.minimum !== undefined && !(range.minimum !== undefined && range.minimum >= takes.minimum)
  const above =
    takes.maximum !== undefined && !(range.maximum !== undefined && range.maximum <= takes.maximum)
  if (!below && !above) return
  const said = ({ minimum, maximum }: Bounds) => `${minimum ?? 'any'} to ${maximum ?? 'any'}`
  complain('number-too-wide', `${said(range)} can come, and \`${target.path}\` takes ${said(takes)}`)
}
