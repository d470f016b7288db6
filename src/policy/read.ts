import { type Digest, isDigest, type Json } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import { didYouMean, type Findings, type Place } from './findings.ts'
import type { Source } from './source.ts'

/**
 * The small readers that forms are made of. Each notes what is wrong and still gives a value, so that the rest of the file
 * is read as well; a file with any finding is never used.
 */

/** A name in the file that has to mean something elsewhere in it. */
export interface Reference {
  readonly name: string
  readonly place: Place
}

type Presence = 'required' | 'optional'

/**
 * The members of a map whose keys are known. Unknown keys are noted with the nearest known one, missing ones by name.
 *
 * @param what how a problem calls this map, such as `purpose debrief`
 */
export function readRecord<Key extends string>(
  findings: Findings,
  source: Source,
  { what, keys }: { readonly what: string; readonly keys: Readonly<Record<Key, Presence>> },
): Readonly<Record<Key, Source | undefined>> {
  const known = Object.keys(keys) as Key[]
  const members = new Map<string, Source>()
  for (const [name, { key, value }] of membersOf(findings, source, what)) {
    if (Object.hasOwn(keys, name)) members.set(name, value)
    else findings.note(key, 'unknown-key', `${what} has no member \`${name}\`${didYouMean(name, known)}`)
  }
  for (const name of known) {
    if (keys[name] === 'required' && source.kind === 'map' && !members.has(name)) {
      findings.note(source.place, 'missing-key', `${what} lacks \`${name}\``)
    }
  }
  return Object.fromEntries(known.map(name => [name, members.get(name)])) as Record<Key, Source | undefined>
}

/** The members of a map with free keys, each read by `each`, in the order of the file. */
export function readDictionary<Value>(
  findings: Findings,
  source: Source | undefined,
  { what, each }: { readonly what: string; readonly each: (value: Source, name: Reference) => Value },
): ReadonlyMap<string, Value> {
  if (!source) return new Map()
  const read = new Map<string, Value>()
  for (const [name, { key, value }] of membersOf(findings, source, what))
    read.set(name, each(value, { name, place: key }))
  return read
}

function membersOf(
  findings: Findings,
  source: Source,
  what: string,
): ReadonlyMap<string, { key: Place; value: Source }> {
  if (source.kind === 'map') return source.members
  findings.note(source.place, 'not-a-map', `${what} has to be a map`)
  return new Map()
}

export function readList<Value>(
  findings: Findings,
  source: Source | undefined,
  { what, each }: { readonly what: string; readonly each: (value: Source) => Value },
): readonly Value[] {
  if (!source) return []
  if (source.kind === 'list') return source.entries.map(each)
  findings.note(source.place, 'not-a-list', `${what} has to be a list`)
  return []
}

/** A sentence or a reference number: not empty, no white space around it. */
export function readText(findings: Findings, source: Source | undefined, what: string): string {
  if (!source) return ''
  if (source.kind === 'scalar' && typeof source.value === 'string' && source.value.trim() !== '')
    return source.value.trim()
  findings.note(source.place, 'not-a-text', `${what} has to be a text`)
  return ''
}

/** As {@link readText}, with undefined where nothing is written. */
export function readOptionalText(
  findings: Findings,
  source: Source | undefined,
  what: string,
): string | undefined {
  return source ? readText(findings, source, what) : undefined
}

export function readReference(findings: Findings, source: Source, what: string): Reference {
  return { name: readText(findings, source, what), place: source.place }
}

/** Notes a name that is not lower case words joined by hyphens. */
export function checkName(findings: Findings, { name, place }: Reference, what: string): void {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    findings.note(place, 'name-unfit', `${what} \`${name}\` has to be lower case words joined by hyphens`)
  }
}

export function readInteger(
  findings: Findings,
  source: Source | undefined,
  { what, least, most }: { readonly what: string; readonly least: number; readonly most: number },
): number {
  if (!source) return least
  const value = source.kind === 'scalar' ? source.value : undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  findings.note(source.place, 'not-in-range', `${what} has to be a whole number from ${least} to ${most}`)
  return least
}

export function readFlag(findings: Findings, source: Source | undefined, what: string): boolean | undefined {
  if (!source) return undefined
  if (source.kind === 'scalar' && typeof source.value === 'boolean') return source.value
  findings.note(source.place, 'not-a-flag', `${what} has to be \`true\` or \`false\``)
  return undefined
}

export function readChoice<Choice extends string>(
  findings: Findings,
  source: Source | undefined,
  { what, choices }: { readonly what: string; readonly choices: readonly [Choice, ...Choice[]] },
): Choice {
  if (!source) return choices[0]
  const written = readText(findings, source, what)
  const choice = choices.find(one => one === written)
  if (choice !== undefined) return choice
  const offer = choices.map(one => `\`${one}\``).join(', ')
  if (written !== '')
    findings.note(source.place, 'unknown-word', `${what} \`${written}\` is not one of ${offer}`)
  return choices[0]
}

export function readDigest(findings: Findings, source: Source | undefined, what: string): Digest | undefined {
  if (!source) return undefined
  const text = readText(findings, source, what)
  if (isDigest(text)) return text
  findings.note(source.place, 'not-a-digest', `${what} has to be \`sha256:\` and 64 hexadecimal digits`)
  return undefined
}

/** An instant in RFC 3339, UTC or with an offset, as milliseconds. */
export function readInstant(findings: Findings, source: Source | undefined, what: string): number {
  if (!source) return 0
  const instant = parseInstant(readText(findings, source, what))
  if (instant !== undefined) return instant
  findings.note(
    source.place,
    'not-an-instant',
    `${what} has to be an instant such as \`2026-05-01T06:00:00Z\``,
  )
  return 0
}

const RFC3339 =
  /^\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Milliseconds of an RFC 3339 date-time; undefined for anything else, also for a 30 February or a leap second. */
export function parseInstant(text: string): number | undefined {
  return isInstant(text) ? Date.parse(text) : undefined
}

/** Whether a text is an RFC 3339 date-time of an existing day. */
export function isInstant(text: string): boolean {
  return RFC3339.test(text) && beginsWithDay(text)
}

/** Whether a text is an existing day written `YYYY-MM-DD`. */
export function isCalendarDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && beginsWithDay(text)
}

const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether `YYYY-MM-DD`, with which a text begins, is a day of the Gregorian calendar (ISO 8601). */
function beginsWithDay(text: string): boolean {
  const [century, year, month, day] = [
    twoDigits(text, 0),
    twoDigits(text, 2),
    twoDigits(text, 5),
    twoDigits(text, 8),
  ]
  const leap = month === 2 && (year === 0 ? century % 4 === 0 : year % 4 === 0)
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0)
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}

/** Any value, as JSON: for samples and expected outcomes. */
export function readJsonValue(source: Source): Json {
  switch (source.kind) {
    case 'map':
      return Object.fromEntries([...source.members].map(([name, { value }]) => [name, readJsonValue(value)]))
    case 'list':
      return source.entries.map(readJsonValue)
    case 'scalar':
      return source.value
  }
}

/** A protective marking: `{ policy, classification, sensitive }`. */
export function readLabel(findings: Findings, source: Source | undefined, what: string): Label {
  const keys = { policy: 'required', classification: 'required', sensitive: 'optional' } as const
  const label = source ? readRecord(findings, source, { what, keys }) : undefined
  const policy = readText(findings, label?.policy, '`policy`')
  const classification = readText(findings, label?.classification, '`classification`')
  const sensitive = readFlag(findings, label?.sensitive, '`sensitive`')
  return sensitive === undefined ? { policy, classification } : { policy, classification, sensitive }
}
