import type { Json } from '../../kit/kit.ts'
import { checkRange } from '../bounds.ts'
import { blocked, type Converted, type Converter, exactly, made, type Site, unmapped } from '../converter.ts'
import { CELLS, metresOf } from '../exactness.ts'
import { readReference, type Square } from '../mgrs-reference.ts'
import { centreManners, placeAt } from './mgrs.ts'

/** The widest square that can be a point: beyond it nothing could mark how inexact the point is. */
const WIDEST = 10_000

/**
 * MGRS (NGA.STND.0037) → the centre of its square as a GeoJSON point (RFC 7946: longitude, latitude). Squares of 100 m and more are
 * named beside it (`cell`), so that the point never looks finer than it is. The references of a line or an area are no point, and
 * none of them is taken for the whole.
 *
 * Slots: `value` (place or text), `form` (enum, optional: `POINT`, `LINE`, `AREA`). Gives: place. Loss: APPROXIMATED with half the
 * diagonal; UNMAPPED for a line or an area, and for a square wider than 10 km. Refuses: as `place-of-mgrs`.
 */
export const pointOfMgrs: Converter = {
  slots: [
    { name: 'value', types: ['place', 'text'] },
    { name: 'form', types: ['enum'], optional: true },
  ],
  gives: ['place'],
  parameters: [],
  compile({ room, rule }: Site) {
    const manners = centreManners(`${rule}.centre`)
    const no = unmapped(`${rule}.shape`, 'a line or an area is no single place')
    const wide = unmapped(`${rule}.wide`, 'too inexact for a point')
    return ([value, form]): Converted | undefined => {
      if (value === undefined) return undefined
      if (typeof value !== 'string' || (form !== undefined && form !== 'POINT')) return no
      const square = readReference(value)
      if (square.kind === 'refused') return blocked(`${rule}.${square.why}`)
      const point = pointAt(square)
      return point !== undefined && room.accepts(point) ? made(point, manners(square.side)) : wide
    }
  },
}

const CELL_OF: ReadonlyMap<number, string> = new Map(
  Object.entries(CELLS).map(([name, side]): [number, string] => [side, name]),
)

/** The centre of a square as a GeoJSON point, named as wide as it is; undefined where it is too wide for a point. */
export function pointAt(square: Square): Json | undefined {
  if (square.side > WIDEST) return undefined
  const { lat, lon } = placeAt(square, { more: 0, source: undefined })
  const point = { type: 'Point', coordinates: [lon ?? null, lat ?? null] }
  const cell = CELL_OF.get(square.side)
  return cell === undefined ? point : { ...point, cell }
}

/**
 * How exact the place of an MGRS reference is, in metres: half the diagonal of its square, or the stated accuracy where that is
 * larger.
 *
 * Slots: `value` (place or text), `accuracy` (number, optional). Gives: number. Loss: EXACT; UNMAPPED where a stated accuracy has no
 * upper end. Refuses: as `place-of-mgrs`.
 */
export const accuracyOfMgrs: Converter = {
  slots: [
    { name: 'value', types: ['place', 'text'] },
    { name: 'accuracy', types: ['number', 'count'], optional: true },
  ],
  gives: ['number'],
  parameters: [],
  compile(site: Site) {
    const { room, rule } = site
    checkRange(site, { minimum: 0, maximum: Math.max(100_000, room.reads[1]?.maximum ?? 0) })
    const exact = exactly(rule)
    const no = unmapped(rule, 'how exact the place is has no upper end')
    return ([value, accuracy]): Converted | undefined => {
      if (value === undefined) return undefined
      const square = readReference(typeof value === 'string' ? value : '')
      if (square.kind === 'refused') return blocked(`${rule}.${square.why}`)
      const { accuracyM } = placeAt(square, { more: 0, source: undefined })
      const metres = Math.max(metresOf(accuracy) ?? 0, typeof accuracyM === 'number' ? accuracyM : 0)
      return Number.isFinite(metres) ? made(metres, exact) : no
    }
  },
}
