import { unreachable } from '../kit/kit.ts'
import { numbered, whole } from './numbers.ts'
import { wholeMetres } from './plane-tiles.ts'
import { fromPlane, toPlane } from './transverse-mercator.ts'

/** A point on WGS 84, degrees. */
export interface Point {
  readonly lat: number
  readonly lon: number
}

/** How many digits for each axis: 0 is the 100 km square, 5 the square metre. */
export type Digits = 0 | 1 | 2 | 3 | 4 | 5

const SIDES: readonly number[] = [100_000, 10_000, 1_000, 100, 10, 1]

/** The side of the square that a reference with so many digits for each axis names, in metres. */
export function sideOf(digits: Digits): number {
  return SIDES[digits] ?? 1
}

/** The most digits whose square is not finer than `metres`; undefined beyond 100 km. */
export function digitsFor(metres: number): Digits | undefined {
  if (metres <= 1) return 5
  if (metres <= 10) return 4
  if (metres <= 100) return 3
  if (metres <= 1_000) return 2
  if (metres <= 10_000) return 1
  return metres <= 100_000 ? 0 : undefined
}

/** A square of the grid: its zone and band, and its south-west corner in whole sides from the false origin. */
export interface Cell {
  readonly zone: number
  /** From 0, band C, to 19, band X. */
  readonly band: number
  readonly column: number
  readonly row: number
  /** Metres. */
  readonly side: number
}

/** Letters of bands, from the south. */
export const BANDS = 'CDEFGHJKLMNPQRSTUVWX'
/** Letters of 100 km rows; those of even zones begin at F. */
export const ROWS = 'ABCDEFGHJKLMNPQRSTUV'
/** Letters of 100 km columns, by the zone modulo three. */
export const COLUMNS = ['STUVWXYZ', 'ABCDEFGH', 'JKLMNPQR'] as const
const FALSE_EAST = 500_000
/** What is added to northings south of the equator. */
const FALSE_NORTH = 10_000_000

/** A square metre of the grid: its zone and band, and whole metres from the false origin. */
interface Metre {
  readonly zone: number
  readonly band: number
  readonly east: number
  readonly north: number
}

/** Undefined outside 80° S to 84° N, where the polar grid begins, and for what is no point. */
function metreOf({ lat, lon }: Point): Metre | undefined {
  if (!(lat >= -80 && lat < 84 && lon >= -180 && lon <= 180)) return undefined
  const band = bandOf(lat)
  const zone = zoneOf(lon, band)
  const fromMeridian = lon - meridianOf(zone) + (lon === 180 ? -360 : 0)
  const metres = wholeMetres(lat, fromMeridian)
  if (metres) {
    const { east, north } = metres
    return { zone, band, east: east + FALSE_EAST, north: north + (isSouthern(band) ? FALSE_NORTH : 0) }
  }
  const { east, north } = toPlane(lat, fromMeridian)
  // Just south of the equator a northing may round up to the equator itself, which is in the band above.
  const northing = isSouthern(band) ? Math.min(north + FALSE_NORTH, FALSE_NORTH - 1e-6) : Math.max(north, 0)
  return { zone, band, east: whole(east + FALSE_EAST), north: whole(northing) }
}

function cellOf(point: Point, digits: Digits): Cell | undefined {
  const metre = metreOf(point)
  if (metre === undefined) return undefined
  const { zone, band, east, north } = metre
  const side = sideOf(digits)
  return { zone, band, column: Math.floor(east / side), row: Math.floor(north / side), side }
}

/** The longitude may lie a little beyond 180°, where a square of the last zone does. */
export function centreOf({ zone, band, column, row, side }: Cell): Point {
  const east = (column + 0.5) * side - FALSE_EAST
  const north = (row + 0.5) * side - (isSouthern(band) ? FALSE_NORTH : 0)
  const { lat, lon } = fromPlane({ east, north })
  return { lat, lon: lon + meridianOf(zone) }
}

export function isSouthern(band: number): boolean {
  return band < 10
}

function bandOf(lat: number): number {
  return 10 + Math.min(whole(Math.floor(lat / 8)), lat < 0 ? -1 : 9)
}

function meridianOf(zone: number): number {
  return zone * 6 - 183
}

/** The bands of southern Norway and of Svalbard. */
const NORWAY = BANDS.indexOf('V')
const SVALBARD = BANDS.indexOf('X')

/** The zone of a meridian; southern Norway and Svalbard have their own (NGA.STND.0037 §3). */
function zoneOf(lon: number, band: number): number {
  // Whole degrees first: a sum just below a border would be rounded across it.
  const degrees = lon === 180 ? -180 : whole(Math.floor(lon))
  if (band === NORWAY && degrees >= 3 && degrees < 12) return 32
  if (band === SVALBARD && degrees >= 0 && degrees < 42) return 2 * whole((degrees + 183) / 12) + 1
  return whole((degrees + 186) / 6)
}

/**
 * The MGRS reference of the square in which a point lies (NGA.STND.0037): truncated, never rounded, zone padded to two
 * digits. Undefined outside 80° S to 84° N, where the polar grid begins, and for what is no point.
 */
export function referenceOf(point: Point, digits: Digits): string | undefined {
  const metre = metreOf(point)
  if (metre === undefined) return undefined
  const { zone, band, east, north } = metre
  const column = whole(east / 100_000)
  const row = whole(north / 100_000)
  const square = squaresOf(zone, band)[(column - 1) * 20 + (row % 20)] ?? ''
  return digits === 0 ? square : square + cut(east - column * 100_000, north - row * 100_000, digits)
}

/** The first digits of two numbers of five. */
function cut(east: number, north: number, digits: Exclude<Digits, 0>): string {
  switch (digits) {
    case 1:
      return TWO[whole(east / 10_000) * 10 + whole(north / 10_000)] ?? ''
    case 2:
      return FOUR[whole(east / 1_000) * 100 + whole(north / 1_000)] ?? ''
    case 3:
      return (THREE[whole(east / 100)] ?? '') + (THREE[whole(north / 100)] ?? '')
    case 4:
      return (FOUR[whole(east / 10)] ?? '') + (FOUR[whole(north / 10)] ?? '')
    case 5:
      return (
        (TWO[whole(east / 1_000)] ?? '') +
        (THREE[east % 1_000] ?? '') +
        (TWO[whole(north / 1_000)] ?? '') +
        (THREE[north % 1_000] ?? '')
      )
    default:
      return unreachable(digits)
  }
}

/** The names of all zones with all bands, from zone 0, which is none. */
const ZONES = numbered(61, 2).flatMap(zone => Array.from(BANDS, band => zone + band))

/**
 * The letters of 100 km squares, column by column: rows begin anew after 2000 km. Columns and the first row differ by zone, and come
 * round after six of them.
 */
const LETTERS: readonly (readonly string[])[] = [0, 1, 2, 3, 4, 5].map(zone =>
  Array.from(COLUMNS[(zone % 3) as 0 | 1 | 2]).flatMap(column =>
    Array.from(ROWS, (_, row) => column + ROWS.charAt((row + (zone % 2 === 0 ? 5 : 0)) % ROWS.length)),
  ),
)

/** The names of all 100 km squares of a zone and band, put together when the first of them is needed. */
const squares: (readonly string[] | undefined)[] = ZONES.map(() => undefined)

function squaresOf(zone: number, band: number): readonly string[] {
  const at = zone * 20 + band
  const known = squares[at]
  if (known) return known
  const named = (LETTERS[zone % 6] ?? []).map(letters => (ZONES[at] ?? '') + letters)
  squares[at] = named
  return named
}

/** All numbers of so many digits, with leading zeros. */
const [TWO, THREE, FOUR] = [numbered(100, 2), numbered(1_000, 3), numbered(10_000, 4)]

const EDGE = 2e-6
const STEPS = 8

/**
 * The centre of the MGRS square with this side in which a point lies, so that all points of the square become one. A square
 * that a zone border cuts has its centre moved inside its zone. The result is a fixed point: asked about itself, rounded to
 * six decimals, it answers itself.
 *
 * @param sideMetres 1, 10, 100, 1000, 10000 or 100000
 * @returns undefined outside the grid or for another side
 */
export function squareOf(point: Point, sideMetres: number): Point | undefined {
  const digits = digitsFor(sideMetres)
  if (digits === undefined || sideOf(digits) !== sideMetres) return undefined
  let place = point
  let cell = cellOf(place, digits)
  for (let step = 0; step < STEPS && cell; step++) {
    const centre = centreInZone(cell)
    if (centre.lat === place.lat && centre.lon === place.lon) return centre
    if (isWellInside(centre, cell)) return centre
    const next = cellOf(centre, digits)
    if (next && isSame(cell, next)) return centre
    place = centre
    cell = next
  }
  return undefined
}

/**
 * Whether the centre surely lies in its own square, so that nothing has to be worked out again: it was not moved at a border, and
 * six decimals of a degree are little beside the square. The zones of Norway and Svalbard are narrower in some bands.
 */
function isWellInside({ lat, lon }: Point, { zone, side }: Cell): boolean {
  const west = zone * 6 - 186
  const regular = side >= 100 && (zone < 31 || zone > 37)
  return regular && Math.abs(lat) < 79 && lon > west + 2 * EDGE && lon < west + 6 - 2 * EDGE
}

function isSame(one: Cell, other: Cell): boolean {
  return (
    one.column === other.column && one.row === other.row && one.zone === other.zone && one.band === other.band
  )
}

function centreInZone(cell: Cell): Point {
  const { lat, lon } = centreOf(cell)
  const { west, east } = zoneLimits(cell.zone, cell.band)
  const inside = Math.min(Math.max(lon, west + EDGE), east - EDGE)
  const { south, north } = isAcross(lat, inside, cell) ? edgesOf(cell.band) : { south: -80, north: 84 }
  return {
    lat: micro(Math.min(Math.max(lat, south + EDGE), north - EDGE)),
    lon: micro(inside),
  }
}

/** Whether a place has another zone than its square because it has another band: at the corners of Norway and Svalbard. */
function isAcross(lat: number, lon: number, { band, zone }: Cell): boolean {
  const other = bandOf(lat)
  return other !== band && zoneOf(lon, other) !== zone
}

/** South and north edge of a band, degrees. Band X reaches to 84° N. */
export function edgesOf(band: number): { south: number; north: number } {
  const south = band * 8 - 80
  return { south, north: south === 72 ? 84 : south + 8 }
}

/** Six decimals of a degree; never minus zero. */
function micro(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6 + 0
}

/** The meridians between which a zone lies; southern Norway and Svalbard have their own (NGA.STND.0037 §3). */
function zoneLimits(zone: number, band: number): { west: number; east: number } {
  const west = zone * 6 - 186
  if (band === NORWAY && zone === 31) return { west: 0, east: 3 }
  if (band === NORWAY && zone === 32) return { west: 3, east: 12 }
  const svalbard = band === SVALBARD ? WIDE.get(zone) : undefined
  return svalbard ?? { west, east: west + 6 }
}

const WIDE: ReadonlyMap<number, { west: number; east: number }> = new Map([
  [31, { west: 0, east: 9 }],
  [33, { west: 9, east: 21 }],
  [35, { west: 21, east: 33 }],
  [37, { west: 33, east: 42 }],
])
