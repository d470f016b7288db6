import { isJsonObject, type Json } from '../../kit/kit.ts'
import {
  blocked,
  type Converted,
  type Converter,
  exactly,
  made,
  numberOf,
  type Site,
  unmapped,
} from '../converter.ts'
import { type Digits, digitsFor, type Point, readReference, referenceOf, sideOf } from '../grid.ts'
import type { Manner } from '../mapping.ts'

const CELLS: ReadonlyMap<unknown, number> = new Map([
  ['100m', 100],
  ['1km', 1_000],
  ['10km', 10_000],
])

/**
 * A place → MGRS, cut (never rounded) to the digits that its accuracy or its generalised cell supports. A place that says
 * nothing of its accuracy is taken to be as exact as the parameter `accuracyM`.
 */
export const mgrs: Converter = {
  slots: [
    { name: 'value', types: ['place'] },
    { name: 'accuracy', types: ['number', 'count'], optional: true },
  ],
  gives: ['place'],
  parameters: ['accuracyM'],
  compile(site: Site) {
    const assumed = numberOf(site, 'accuracyM', { least: 1, most: 10_000 }) ?? 10
    const manners = squareManners(site.rule)
    return ([value, accuracy]) => {
      if (value === undefined) return undefined
      const point = pointOf(value)
      if (point === undefined) return blocked(site.rule)
      const digits = digitsFor(coarseness(value, accuracy) ?? assumed)
      if (digits === undefined) return unmapped(site.rule, 'too inexact for a reference')
      const reference = referenceOf(point, digits)
      return reference === undefined ? blocked(`${site.rule}.polar`) : made(reference, manners(digits))
    }
  },
}

/** Half the diagonal of the square, in metres with one decimal: how far a point may be from the centre. */
export function halfDiagonal(side: number): number {
  return Math.round(side * Math.SQRT1_2 * 10) / 10
}

function squareManners(rule: string): (digits: Digits) => Manner {
  const manners = ([0, 1, 2, 3, 4, 5] as const).map(
    (digits): Manner => ({
      outcome: 'APPROXIMATED',
      rule: `${rule}.${digits * 2}`,
      error: { value: halfDiagonal(sideOf(digits)), unit: 'm' },
    }),
  )
  const finest = manners[5] ?? exactly(rule)
  return digits => manners[digits] ?? finest
}

/** A GeoJSON point, or latitude and longitude. */
function pointOf(value: Json): Point | undefined {
  if (!isJsonObject(value)) return undefined
  const coordinates = value['coordinates']
  const [lon, lat] = Array.isArray(coordinates) ? coordinates : [value['lon'], value['lat']]
  if (typeof lon !== 'number' || typeof lat !== 'number') return undefined
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined
}

/** The larger of the stated accuracy and the side of the cell, in metres. */
function coarseness(value: Json, accuracy: Json | undefined): number | undefined {
  if (!isJsonObject(value)) return undefined
  const stated = typeof accuracy === 'number' ? accuracy : value['accuracyM']
  const cell = CELLS.get(value['cell'])
  if (typeof stated !== 'number') return cell
  return cell === undefined ? stated : Math.max(stated, cell)
}

/** Half the diagonal of a square with side 1, rounded up so that the accuracy never claims too much. */
const HALF_DIAGONAL = 0.7072

/**
 * MGRS → the centre of its square, with the accuracy that a square allows and how the place was found. What is not a reference
 * is blocked before any library sees it: polar, odd digits, letters of another zone.
 */
export const placeOfMgrs: Converter = {
  slots: [
    { name: 'value', types: ['place', 'text'] },
    { name: 'source', types: ['enum'], optional: true },
  ],
  gives: ['place'],
  parameters: [],
  compile(site: Site) {
    return ([value, source]): Converted | undefined => {
      if (value === undefined) return undefined
      const square = typeof value === 'string' ? readReference(value) : undefined
      if (square === undefined) return blocked(site.rule)
      const place = {
        lat: round(square.centre.lat),
        lon: round(square.centre.lon),
        accuracyM: Math.round(square.side * HALF_DIAGONAL * 100) / 100,
      }
      const error = { value: halfDiagonal(square.side), unit: 'm' }
      const manner: Manner = {
        outcome: 'APPROXIMATED',
        rule: `${site.rule}.centre`,
        error,
        note: 'centre of the square',
      }
      return made(typeof source === 'string' ? { ...place, source } : place, manner)
    }
  },
}

/** How a place was found, as a value of its own. */
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
