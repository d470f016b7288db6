import { isJsonObject, type Json } from '../../kit/kit.ts'
import type { Findings } from '../findings.ts'
import { readChoice, readRecord } from '../read.ts'
import type { Source } from '../source.ts'
import { CELLS, type Cell, type Place, readPlace } from './place.ts'
import type { PreparedTreatment, Treatment, TreatmentFamily, Workshop } from './treatment.ts'

/** How many digits of an MGRS reference name a square of that side: easting and northing together. */
const DIGITS = { '100m': 6, '1km': 4, '10km': 2 } as const

type Coordinates = Extract<Place, { form: 'point' | 'pair' }>

/**
 * The square of the military grid in which the place lies: its centre, or its shorter reference. Never a random shift: asked
 * often enough, that averages out. A place that is already coarser keeps its own square. How exact and how found a place was
 * does not leave with it.
 */
export const generalisePlace: TreatmentFamily = {
  prepare(findings: Findings, source: Source): PreparedTreatment {
    const { grid } = readRecord(findings, source, { what: '`generalisePlace`', keys: { grid: 'required' } })
    const cell = readChoice(findings, grid, { what: '`grid`', choices: ['10km', '1km', '100m'] })
    return {
      terms: { grid: cell },
      reads: [],
      fits: type => type === 'place',
      forLeaf: (_, workshop) => makeGrid(cell, workshop),
    }
  },
}

function makeGrid(cell: Cell, { squareOf }: Workshop): Treatment {
  const digits = DIGITS[cell]
  const snap = (place: Coordinates, side: Cell): Json | undefined => {
    const centre = squareOf({ lon: place.lon, lat: place.lat }, CELLS[side])
    if (!centre) return undefined
    const [lon, lat] = [round(centre.lon), round(centre.lat)]
    const point: Json = { type: 'Point', coordinates: [lon, lat], cell: side }
    const snapped = place.form === 'point' ? point : { lat, lon, cell: side }
    return readPlace(snapped) ? snapped : undefined
  }
  return {
    apply: value => {
      const place = readPlace(value)
      if (!place) return undefined
      return place.form === 'mgrs' ? shorten(place, digits) : snap(place, coarser(cell, place.cell))
    },
    accepts: value => {
      const place = readPlace(value)
      if (!place) return false
      if (place.form === 'mgrs') return place.digits.length <= digits
      const { cell: side } = place
      return side !== undefined && coarser(cell, side) === side && isSame(value, snap(place, side))
    },
  }
}

function shorten({ square, digits }: Extract<Place, { form: 'mgrs' }>, most: number): string {
  const half = digits.length / 2
  const kept = Math.min(half, most / 2)
  return square + digits.slice(0, kept) + digits.slice(half, half + kept)
}

/** Whether a received place has the members of a snapped one and stands where it does: snapping again moves nothing. */
function isSame(value: Json, snapped: Json | undefined): boolean {
  if (!isJsonObject(value) || !isJsonObject(snapped)) return false
  if (Object.keys(value).length !== 3) return false
  const [a, b] = [readPlace(value), readPlace(snapped)]
  if (!a || !b || a.form === 'mgrs' || b.form === 'mgrs') return false
  return a.form === b.form && a.lon === b.lon && a.lat === b.lat
}

function coarser(cell: Cell, known: Cell | undefined): Cell {
  return known !== undefined && CELLS[known] > CELLS[cell] ? known : cell
}

/** Six decimals of a degree, about a tenth of a metre; never minus zero, which JSON cannot carry back. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6 + 0
}
