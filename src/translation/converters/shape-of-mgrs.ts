import { isJsonObject, type Json } from '../../kit/kit.ts'
import { blocked, type Converted, type Converter, made, type Site, unmapped } from '../converter.ts'
import { type ReferenceFault, readReference, type Square } from '../mgrs-reference.ts'
import { centreManners } from './mgrs.ts'
import { pointAt } from './point.ts'

/** The widest square, in metres, whose centre can be a point of a line or an area: nothing in those tells how exact they are. */
const WIDEST = 10

/** How few points make a line and an area. */
const FEWEST = { LINE: 2, AREA: 3 } as const

/**
 * MGRS references (NGA.STND.0037) → a point, a line or an area (GeoJSON, RFC 7946) through the centres of their squares: a single
 * reference as in `point-of-mgrs`, those along a line, or those of the corners of an area in order, closed at its end. Squares of a
 * line or an area are of 10 m at most, for a line does not tell how exact it is.
 *
 * Slots: `value` (place), `form` (enum, optional: `POINT`, `LINE`, `AREA`). Gives: place. Loss: APPROXIMATED with half the diagonal of
 * the widest square; UNMAPPED where the form does not fit the references or is not told, for squares that are too wide, and where
 * the target takes fewer points. Refuses: as `place-of-mgrs`.
 */
export const shapeOfMgrs: Converter = {
  slots: [
    { name: 'value', types: ['place'] },
    { name: 'form', types: ['enum'], optional: true },
  ],
  gives: ['place'],
  parameters: [],
  compile({ room, rule }: Site) {
    const manners = centreManners(`${rule}.centre`)
    const unformed = unmapped(`${rule}.form`, 'not told whether it is a point, a line or an area')
    const wide = unmapped(`${rule}.wide`, 'too inexact for a point, a line or an area')
    const long = unmapped(`${rule}.long`, 'more points than there is room for')
    return ([value, form]): Converted | undefined => {
      if (value === undefined) return undefined
      const squares = squaresOf(value)
      if (typeof squares === 'string') return blocked(`${rule}.${squares}`)
      const kind = formOf(form, squares)
      if (kind === undefined) return unformed
      const place = placeOf(kind, squares)
      if (place === undefined) return wide
      if (!room.accepts(place)) return long
      return made(place, manners(Math.max(...squares.map(({ side }) => side))))
    }
  },
}

function squaresOf(value: Json): readonly Square[] | ReferenceFault {
  const squares: Square[] = []
  for (const reference of Array.isArray(value) ? value : [value]) {
    const square = readReference(typeof reference === 'string' ? reference : '')
    if (square.kind === 'refused') return square.why
    squares.push(square)
  }
  return squares
}

type Form = 'POINT' | 'LINE' | 'AREA'

/** The form that is told, if there are as many references as it needs; one reference of which nothing is told is a point. */
function formOf(form: Json | undefined, { length }: readonly Square[]): Form | undefined {
  if (form === undefined || form === 'POINT') return length === 1 ? 'POINT' : undefined
  if (form !== 'LINE' && form !== 'AREA') return undefined
  return length >= FEWEST[form] ? form : undefined
}

/** Undefined where a square is too wide. */
function placeOf(form: Form, squares: readonly Square[]): Json | undefined {
  const [first] = squares
  if (form === 'POINT') return first && pointAt(first)
  const positions = squares.map(square => (square.side <= WIDEST ? positionAt(square) : undefined))
  const known = positions.filter(position => position !== undefined)
  if (known.length < positions.length) return undefined
  if (form === 'LINE') return { type: 'LineString', coordinates: known }
  return { type: 'Polygon', coordinates: [[...known, ...known.slice(0, 1)]] }
}

function positionAt(square: Square): Json | undefined {
  const point = pointAt(square)
  return isJsonObject(point) ? point['coordinates'] : undefined
}
