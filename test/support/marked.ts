import type { Json, JsonObject } from '../../src/kit/kit.ts'
import type { Catalogue, Leaf } from '../../src/terms/terms.ts'
import type { Place } from './table.ts'

/** One value of a marked document. */
export interface Mark extends Place {
  /** Where it stands: member names and indexes. */
  readonly at: readonly (string | number)[]
  readonly leaf: Leaf
  readonly value: Json
  /** True where the value was given and says nothing by itself. */
  readonly given: boolean
}

export interface Marked {
  readonly document: JsonObject
  /** Every value in it, one for each leaf of the catalogue and entry of its lists. */
  readonly marks: readonly Mark[]
}

/** Values that decide whether and how a document may go; for a list, one for each entry. */
export type Fixed = Readonly<Record<string, Json | readonly Json[]>>

const ENTRIES = 2

/**
 * A document of a schema in which every leaf that a system may send has a value, and every value that can be is one that occurs nowhere else.
 *
 * @param number counts values over all documents; it is where their marks come from
 */
export function markDocument(catalogue: Catalogue, fixed: Fixed, number: () => number): Marked {
  const document: Tree = {}
  const planted: { at: (string | number)[]; leaf: Leaf; given: boolean }[] = []
  for (const leaf of catalogue.leaves.values()) {
    if (leaf.derived) continue
    for (const at of placesOf(leaf.path, fixed)) {
      const values = fixed[leaf.path]
      const given = Array.isArray(values) ? values[lastIndex(at)] : values
      plant(document, at, given ?? valueFor(leaf, number()))
      planted.push({ at, leaf, given: given !== undefined })
    }
  }
  const whole = document as JsonObject
  const marks = planted.map(({ at, leaf, given }): Mark => {
    return {
      at,
      leaf,
      given,
      path: leaf.path,
      document: whole,
      entries: entriesAround(whole, at),
      value: find(whole, at),
    }
  })
  return { document: whole, marks }
}

/** A copy of a document with other values at some places; undefined takes the value away. */
export function changed(
  document: JsonObject,
  changes: readonly { readonly at: readonly (string | number)[]; readonly value: Json | undefined }[],
): JsonObject {
  const copy = structuredClone(document) as Tree
  for (const { at, value } of changes) plant(copy, at, value)
  return copy as JsonObject
}

interface Tree {
  [name: string]: Tree | Json | undefined
}

/** Every place of a leaf: a list of objects has as many entries as it has fixed values, or two; a list of values has two. */
function placesOf(path: string, fixed: Fixed): (string | number)[][] {
  let places: (string | number)[][] = [[]]
  let soFar = ''
  for (const step of path.split('.')) {
    soFar = soFar === '' ? step : `${soFar}.${step}`
    const name = step.replace(/\[\]$/, '')
    if (name === step) places = places.map(place => [...place, name])
    else {
      const count = entriesOf(soFar, fixed)
      places = places.flatMap(place => Array.from({ length: count }, (_, index) => [...place, name, index]))
    }
  }
  return places
}

function entriesOf(list: string, fixed: Fixed): number {
  const lengths = Object.entries(fixed)
    .filter(([path]) => path === list || path.startsWith(`${list}.`))
    .map(([, values]) => (Array.isArray(values) ? values.length : 0))
  return Math.max(ENTRIES, ...lengths)
}

function lastIndex(at: readonly (string | number)[]): number {
  return Number(at.findLast(step => typeof step === 'number') ?? 0)
}

function plant(tree: Tree, at: readonly (string | number)[], value: Json | undefined): void {
  const [step = '', ...rest] = at
  if (rest.length === 0) {
    if (value === undefined) delete tree[step]
    else tree[step] = value
    return
  }
  tree[step] ??= typeof rest[0] === 'number' ? ([] as unknown as Tree) : {}
  plant(tree[step] as Tree, rest, value)
}

function find(value: Json, at: readonly (string | number)[]): Json {
  return at.reduce<Json>((found, step) => (found as Record<string | number, Json>)[step] ?? null, value)
}

function entriesAround(document: JsonObject, at: readonly (string | number)[]): JsonObject[] {
  return at.flatMap((step, index) =>
    typeof step === 'number' && index < at.length - 1
      ? [find(document, at.slice(0, index + 1)) as JsonObject]
      : [],
  )
}

/** A value that fits the leaf, as unmistakable as the leaf lets it be. */
export function valueFor(leaf: Leaf, number: number): Json {
  const fitting = candidates(leaf, number).find(value => leaf.valid(value))
  if (fitting === undefined) throw new Error(`no value is known that fits \`${leaf.path}\``)
  return fitting
}

function candidates({ type, values }: Leaf, number: number): Json[] {
  if (values !== undefined) return [values[number % values.length] ?? '']
  switch (type) {
    case 'bool':
      return [number % 2 === 0]
    case 'count':
      return [60_000 + number, 6_000 + number, 500 + (number % 500), 100 + (number % 100), 1 + (number % 3)]
    case 'number':
      return [6_000.5 + number, 200 + (number % 97) + 0.31, 40 + (number % 31) + 0.37]
    case 'time':
      return [timeMark(number)]
    case 'place':
      return placeMarks(number)
    case 'phone':
      return [`+4477${String(10_000_000 + number * 7_919).slice(-8)}`]
    default:
      return [textMark(number), `1003${String(10 ** 15 + number * 7_919).slice(-16)}`]
  }
}

/** Eight characters that occur in nothing else. */
function textMark(number: number): string {
  return `ZQ${(number * 7_919).toString(36).toUpperCase().padStart(5, '0')}X`
}

/** Each on a day of its own, far from today. */
function timeMark(number: number): string {
  return new Date(Date.UTC(2035, 0, 1 + number, 13, 47, 11)).toISOString().replace('.000', '')
}

/** Each in a square kilometre of its own, and after 241 of them at least some metres from those before. */
function placeMarks(number: number): Json[] {
  const round = Math.floor(number / 241) * 0.000_031
  const lat = Number((54.000_1 + (number % 251) * 0.020_137_7 + round).toFixed(7))
  const lon = Number((-4.100_1 + (number % 241) * 0.010_331_9 + round).toFixed(7))
  return [
    { type: 'Point', coordinates: [lon, lat] },
    { lat, lon, accuracyM: 12, source: 'MACHINE.GPS' },
  ]
}

/**
 * How a value would be recognised in any text: as it is, and as the army would write it. Empty where the value could be any
 * other, such as an enumeration or a small number.
 *
 * @param outcome what the table says of it; of a treated value only what the treatment takes away counts
 */
export function needlesOf({ leaf, value, given }: Mark, outcome: string): readonly string[] {
  if (given || leaf.values !== undefined) return []
  if (leaf.type === 'time') return timeNeedles(String(value), outcome)
  if (leaf.type === 'place')
    return [...JSON.stringify(value).matchAll(/-?\d+\.\d{5,}/g)].map(([found]) => found)
  return typeof value === 'string' && value.length >= 8 ? [value] : []
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

function timeNeedles(instant: string, outcome: string): readonly string[] {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)/.exec(instant) ?? []
  const group = `${day}1347Z${MONTHS[Number(month) - 1]}${year.slice(2)}`
  return outcome === 'quarter-hour' ? [instant.slice(0, 16), group] : [instant.slice(0, 10), group]
}
