import { isJsonObject, type Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import { blocked, type Converted, type Converter, exactly, made, type Site, unmapped } from '../converter.ts'
import { EXACTNESS_NOTE, makeExactness } from '../exactness.ts'
import { type Digits, digitsFor, referenceOf, sideOf } from '../grid.ts'
import type { Manner } from '../mapping.ts'
import { halfDiagonal, POINT_SLOTS, pointOf } from './mgrs.ts'

/** What stands on the map: one point, the points of a line, or the corners of an area in order; `open` where it has holes. */
interface Shape {
  readonly form: 'POINT' | 'LINE' | 'AREA'
  readonly points: readonly Json[]
  readonly open: boolean
}

/**
 * A point, a line or an area (GeoJSON, RFC 7946) → one MGRS reference, those along the line, or those of the corners in order (the
 * outer ring; its last point, which is the first again, is left out). Digits as in `mgrs`. No point stands for a whole line or
 * area, and none is thinned out.
 *
 * Slots: `value` (place), `accuracy` (number, optional). Parameter `accuracyM` as in `mgrs`. Gives: place. Loss: APPROXIMATED with
 * half the diagonal of the squares; WIDENED for an area with holes; UNMAPPED where there are more points than the target takes, or
 * where it is too inexact. Refuses: `form`, `polar`.
 */
export const shape: Converter = {
  slots: POINT_SLOTS,
  gives: ['place'],
  parameters: ['accuracyM'],
  compile(site: Site) {
    const { room, rule } = site
    const exactness = makeExactness(site)
    const long = unmapped(`${rule}.long`, 'more points than there is room for')
    return ([value, accuracy]): Converted | undefined => {
      if (value === undefined) return undefined
      const found = readShape(value)
      if (found === undefined) return blocked(`${rule}.form`)
      const { metres, said } = exactness(value, accuracy)
      const digits = digitsFor(metres)
      if (digits === undefined) return unmapped(rule, 'too inexact for a reference')
      const references = referencesOf(found, digits)
      if (typeof references === 'string') return blocked(`${rule}.${references}`)
      const told: Json = found.form === 'POINT' ? (references[0] ?? '') : references
      return room.accepts(told) ? made(told, mannerOf({ rule, digits, said, open: found.open })) : long
    }
  },
}

/**
 * Whether a place is a point, a line or an area (GeoJSON).
 *
 * Slot: `value` (place). Gives: enum `POINT`, `LINE`, `AREA`. Loss: EXACT. Refuses: `form`.
 */
export const formOfShape: Converter = {
  slots: [{ name: 'value', types: ['place'] }],
  gives: ['enum'],
  parameters: [],
  compile(site: Site) {
    const { rule } = site
    checkResults(site, ['POINT', 'LINE', 'AREA'])
    const exact = exactly(rule)
    return ([value = null]) => {
      const found = readShape(value)
      return found === undefined ? blocked(`${rule}.form`) : made(found.form, exact)
    }
  },
}

function mannerOf(about: { rule: string; digits: Digits; said: boolean; open: boolean }): Manner {
  const notes = [
    ...(about.said ? [] : [EXACTNESS_NOTE]),
    ...(about.open ? ['openings inside the area are left out'] : []),
  ]
  return {
    outcome: about.open ? 'WIDENED' : 'APPROXIMATED',
    rule: `${about.rule}.${about.digits * 2}`,
    error: { value: halfDiagonal(sideOf(about.digits)), unit: 'm' },
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
    ...(about.open ? { reversible: false } : {}),
  }
}

/** Undefined for what is no GeoJSON point, line string or polygon. */
function readShape(value: Json): Shape | undefined {
  if (!isJsonObject(value)) return undefined
  const { type, coordinates } = value
  if (type === undefined || type === 'Point')
    return pointOf(value) && { form: 'POINT', points: [value], open: false }
  if (!Array.isArray(coordinates)) return undefined
  if (type === 'LineString')
    return coordinates.length < 2
      ? undefined
      : { form: 'LINE', points: coordinates.map(asPoint), open: false }
  const [ring] = coordinates
  if (type !== 'Polygon' || !Array.isArray(ring) || ring.length < 4) return undefined
  if (JSON.stringify(ring[0]) !== JSON.stringify(ring.at(-1))) return undefined
  return { form: 'AREA', points: ring.slice(0, -1).map(asPoint), open: coordinates.length > 1 }
}

function asPoint(coordinates: Json): Json {
  return { type: 'Point', coordinates }
}

/** The references of all points, or why one of them has none. */
function referencesOf({ points }: Shape, digits: Digits): readonly string[] | 'form' | 'polar' {
  const references: string[] = []
  for (const one of points) {
    const point = pointOf(one)
    if (point === undefined) return 'form'
    const reference = referenceOf(point, digits)
    if (reference === undefined) return 'polar'
    references.push(reference)
  }
  return references
}
