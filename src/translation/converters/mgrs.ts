import { isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import {
  alsoTelling,
  blocked,
  type Convert,
  type Converted,
  type Converter,
  exactly,
  made,
  type Site,
  type Slot,
  unmapped,
} from '../converter.ts'
import { EXACTNESS_NOTE, makeExactness } from '../exactness.ts'
import { type Digits, digitsFor, type Point, referenceOf, sideOf } from '../grid.ts'
import type { Manner } from '../mapping.ts'
import { readReference } from '../mgrs-reference.ts'

/** A place, and how exact it is where a member of its own says so. */
export const POINT_SLOTS: readonly Slot[] = [
  { name: 'value', types: ['place'] },
  { name: 'accuracy', types: ['number', 'count'], optional: true },
]

/**
 * A place → MGRS (NGA.STND.0037), cut (never rounded) to the digits that its accuracy or its generalised cell supports: 1 m ten
 * digits, 10 m eight, 100 m six, 1 km four.
 *
 * Slots: `value` (place), `accuracy` (number or band, optional). Parameter `accuracyM`: what a place is taken for where neither the
 * document nor its schema says how exact it is, 100 m if it is not written. Gives: place. Loss: APPROXIMATED with half the diagonal
 * of the square; UNMAPPED for a line or an area, of which no point is the whole. Refuses: `form`; `polar` beyond 80° S and 84° N.
 */
export const mgrs: Converter = {
  slots: POINT_SLOTS,
  gives: ['place'],
  parameters: ['accuracyM'],
  compile(site: Site) {
    checkResults(site, REFERENCES)
    return onGrid(site, {
      referenceOf,
      manners: squareManners(site.rule),
      outside: blocked(`${site.rule}.polar`),
    })
  },
}

const ALL_DIGITS: readonly Digits[] = [0, 1, 2, 3, 4, 5]

/** A reference of each length, from the first zone and the last: what all of them look like. */
const REFERENCES: readonly string[] = [
  { lat: -79.9, lon: -179.9 },
  { lat: 83.9, lon: 179.9 },
].flatMap(point => ALL_DIGITS.map(digits => referenceOf(point, digits)).filter(one => one !== undefined))

/** A grid as a place is cut to it. */
interface Grid {
  readonly referenceOf: (point: Point, digits: Digits) => string | undefined
  readonly manners: (digits: Digits, said: boolean) => Manner
  /** The answer for a point that the grid does not reach. */
  readonly outside: Converted
}

/** A point becomes its reference on a grid, cut to the digits that its exactness supports; a line or an area is no single place. */
export function onGrid(site: Site, { referenceOf, manners, outside }: Grid): Convert {
  const exactness = makeExactness(site)
  const shape = unmapped(`${site.rule}.shape`, 'a line or an area is no single place')
  return ([value, accuracy]) => {
    if (value === undefined) return undefined
    const point = pointOf(value)
    if (point === undefined) return isShape(value) ? shape : blocked(`${site.rule}.form`)
    const { metres, said } = exactness(value, accuracy)
    const digits = digitsFor(metres)
    if (digits === undefined) return unmapped(site.rule, 'too inexact for a reference')
    const reference = referenceOf(point, digits)
    return reference === undefined ? outside : made(reference, manners(digits, said))
  }
}

/** Half the diagonal of the square, in metres with one decimal: how far a point may be from the centre. */
export function halfDiagonal(side: number): number {
  return Math.round(side * Math.SQRT1_2 * 10) / 10
}

function squareManners(rule: string): (digits: Digits, said: boolean) => Manner {
  const said = ([0, 1, 2, 3, 4, 5] as const).map(
    (digits): Manner => ({
      outcome: 'APPROXIMATED',
      rule: `${rule}.${digits * 2}`,
      error: { value: halfDiagonal(sideOf(digits)), unit: 'm' },
    }),
  )
  const notSaid = said.map((manner): Manner => ({ ...manner, note: EXACTNESS_NOTE }))
  const finest = said[5] ?? exactly(rule)
  return (digits, isSaid) => (isSaid ? said : notSaid)[digits] ?? finest
}

/** A line or an area (GeoJSON). */
export function isShape(value: Json): boolean {
  return isJsonObject(value) && (value['type'] === 'LineString' || value['type'] === 'Polygon')
}

/** A GeoJSON point, or latitude and longitude. */
export function pointOf(value: Json): Point | undefined {
  if (!isJsonObject(value)) return undefined
  const coordinates = value['coordinates']
  const isList = Array.isArray(coordinates)
  const lon: unknown = isList ? coordinates[0] : value['lon']
  const lat: unknown = isList ? coordinates[1] : value['lat']
  if (typeof lon !== 'number' || typeof lat !== 'number') return undefined
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined
}

/** Half the diagonal of a square with side 1, rounded up so that the accuracy never claims too much. */
const HALF_DIAGONAL = 0.7072

/** A square as a place: its centre, how far from it the point may be, and how the place was found where that is known. */
export function placeAt(
  square: { readonly centre: Point; readonly side: number },
  { more, source }: { more: number; source: Json | undefined },
): JsonObject {
  const { lat, lon } = square.centre
  const accuracyM = Math.round((square.side * HALF_DIAGONAL + more) * 100) / 100
  const place = { lat: round(lat), lon: round(lon), accuracyM }
  return typeof source === 'string' ? { ...place, source } : place
}

/**
 * MGRS (NGA.STND.0037) → the centre of its square, with the accuracy that a square allows and how the place was found.
 *
 * Slots: `value` (place or text), `source` (enum, optional; what is no word of its list is left out, and said so). Gives: place.
 * Loss: APPROXIMATED with half the diagonal. Refuses: `form`, `bare-digits`, `letter` (I and O), `polar`, `zone`, `band`, `column`,
 * `row`, `odd-digits`, `too-many-digits`, `no-such-square`.
 */
export const placeOfMgrs: Converter = {
  slots: [
    { name: 'value', types: ['place', 'text'] },
    { name: 'source', types: ['enum'], optional: true },
  ],
  gives: ['place'],
  parameters: [],
  compile(site: Site) {
    const manners = centreManners(`${site.rule}.centre`)
    const words = site.sources[1]?.values
    checkResults(site, placesFrom(words ?? []))
    return ([value, source]): Converted | undefined => {
      if (value === undefined) return undefined
      const square = readReference(typeof value === 'string' ? value : '')
      if (square.kind === 'refused') return blocked(`${site.rule}.${square.why}`)
      const manner = manners(square.side)
      const isWord = typeof source !== 'string' || words?.includes(source) !== false
      return isWord
        ? made(placeAt(square, { more: 0, source }), manner)
        : made(placeAt(square, { more: 0, source: undefined }), alsoTelling(manner, manner.outcome, UNSAID))
    }
  },
}

const UNSAID = 'no such way of finding a place here'

/** A place of each accuracy, and one for each way in which a place can have been found. */
function placesFrom(words: readonly string[]): readonly Json[] {
  const centre = { lat: 55.8639, lon: -4.2719 }
  const square = (digits: Digits) => ({ centre, side: sideOf(digits) })
  return [
    ...ALL_DIGITS.map(digits => placeAt(square(digits), { more: 0, source: undefined })),
    ...words.map(source => placeAt(square(5), { more: 0, source })),
  ]
}

/** How the centre of a square is told, by its side in metres. */
export function centreManners(rule: string): (side: number) => Manner {
  const manners = new Map(
    ([0, 1, 2, 3, 4, 5] as const).map((digits): [number, Manner] => {
      const error = { value: halfDiagonal(sideOf(digits)), unit: 'm' }
      return [sideOf(digits), { outcome: 'APPROXIMATED', rule, error, note: 'centre of the square' }]
    }),
  )
  return side => manners.get(side) ?? { outcome: 'APPROXIMATED', rule }
}

/**
 * How a place was found, as a value of its own.
 *
 * Slot: `value` (place). Gives: enum. Loss: EXACT; UNMAPPED where the target has no such way.
 */
export const sourceOfPlace: Converter = {
  slots: [{ name: 'value', types: ['place'] }],
  gives: ['enum'],
  parameters: [],
  compile(site: Site) {
    const known = new Set(site.target.values)
    const exact = exactly(site.rule)
    return ([value]) => {
      const source = isJsonObject(value) ? value['source'] : undefined
      if (typeof source !== 'string') return undefined
      return known.has(source)
        ? made(source, exact)
        : unmapped(site.rule, 'no such way of finding a place here')
    }
  },
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6 + 0
}
