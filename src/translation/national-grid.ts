import type { Digits, Point } from './grid.ts'
import { sideOf } from './grid.ts'
import { transverseMercator } from './transverse-mercator.ts'

/**
 * The British National Grid on Airy 1830, reached from WGS 84 by one shift of seven parameters (Ordnance Survey, A Guide to
 * Coordinate Systems in Great Britain, 6.6 and annex C). Without the OSTN15 grid of corrections the result is good to
 * {@link SHIFT_ERROR} metres, which every report says.
 */
const PLANE = transverseMercator({
  semiMajor: 6_377_563.396,
  flattening: 1 - 6_356_256.909 / 6_377_563.396,
  scale: 0.9996012717,
})
const ORIGIN = { lat: 49, lon: -2 }
const FALSE_EAST = 400_000
const FALSE_NORTH = -100_000 - PLANE.toPlane(ORIGIN.lat, 0).north

/** How far a shift without OSTN15 may be off, in metres: the most over the test points of OSTN15 is 4.94. */
export const SHIFT_ERROR = 5

interface Figure {
  readonly semiMajor: number
  readonly eccentricity2: number
}

const WGS84: Figure = { semiMajor: 6_378_137, eccentricity2: 0.0066943799901413165 }
const AIRY: Figure = {
  semiMajor: 6_377_563.396,
  eccentricity2: 1 - (6_356_256.909 * 6_356_256.909) / (6_377_563.396 * 6_377_563.396),
}
const RADIAN = Math.PI / 180
const SECOND = RADIAN / 3600
/** WGS 84 → OSGB 36: metres, radians, and a factor. */
const SHIFT = {
  x: -446.448,
  y: 125.157,
  z: -542.06,
  rx: -0.1502 * SECOND,
  ry: -0.247 * SECOND,
  rz: -0.8421 * SECOND,
  grow: 20.4894e-6,
}

/** A point of one figure as a point of the other, at height zero. `way` is 1 from WGS 84, −1 back. */
function shifted({ lat, lon }: Point, from: Figure, to: Figure, way: 1 | -1): Point {
  const [sine, cosine] = [Math.sin(lat * RADIAN), Math.cos(lat * RADIAN)]
  const radius = from.semiMajor / Math.sqrt(1 - from.eccentricity2 * sine * sine)
  const x = radius * cosine * Math.cos(lon * RADIAN)
  const y = radius * cosine * Math.sin(lon * RADIAN)
  const z = radius * (1 - from.eccentricity2) * sine
  const grown = 1 + way * SHIFT.grow
  const [rx, ry, rz] = [way * SHIFT.rx, way * SHIFT.ry, way * SHIFT.rz]
  return surface(
    way * SHIFT.x + x * grown - y * rz + z * ry,
    way * SHIFT.y + x * rz + y * grown - z * rx,
    way * SHIFT.z - x * ry + y * rx + z * grown,
    to,
  )
}

/** The point of a figure below a point of space near it; five steps reach a hundredth of a millimetre. */
function surface(x: number, y: number, z: number, { semiMajor, eccentricity2 }: Figure): Point {
  const flat = Math.hypot(x, y)
  let lat = Math.atan2(z, flat * (1 - eccentricity2))
  for (let step = 0; step < 5; step++) {
    const sine = Math.sin(lat)
    const radius = semiMajor / Math.sqrt(1 - eccentricity2 * sine * sine)
    lat = Math.atan2(z + eccentricity2 * radius * sine, flat)
  }
  return { lat: lat / RADIAN, lon: Math.atan2(y, x) / RADIAN }
}

/** Metres from the false origin south-west of the Isles of Scilly. */
export interface Eastings {
  readonly east: number
  readonly north: number
}

/** What the letters of the grid can name: 700 km by 1300 km. */
function isOnGrid({ east, north }: Eastings): boolean {
  return east >= 0 && east < 700_000 && north >= 0 && north < 1_300_000
}

/** WGS 84 → eastings and northings; undefined beyond the grid. */
export function eastingsOf(point: Point): Eastings | undefined {
  if (!(point.lat > 49 && point.lat < 62 && point.lon > -10 && point.lon < 4)) return undefined
  const { lat, lon } = shifted(point, WGS84, AIRY, 1)
  const { east, north } = PLANE.toPlane(lat, lon - ORIGIN.lon)
  const found = { east: east + FALSE_EAST, north: north + FALSE_NORTH }
  return isOnGrid(found) ? found : undefined
}

/** Eastings and northings → WGS 84. */
export function pointOf({ east, north }: Eastings): Point {
  const { lat, lon } = PLANE.fromPlane({ east: east - FALSE_EAST, north: north - FALSE_NORTH })
  return shifted({ lat, lon: lon + ORIGIN.lon }, AIRY, WGS84, -1)
}

const LETTERS = 'ABCDEFGHJKLMNOPQRSTUVWXYZ'

/** The reference of the square in which a point lies: two letters, then digits cut off, never rounded: `NS 57916 65747`. */
export function gridReferenceOf(point: Point, digits: Digits): string | undefined {
  const found = eastingsOf(point)
  if (found === undefined) return undefined
  const [column, row] = [Math.floor(found.east / 100_000), Math.floor(found.north / 100_000)]
  const letters =
    letterAt(Math.floor(column / 5) + 2, Math.floor(row / 5) + 1) + letterAt(column % 5, row % 5)
  if (digits === 0) return letters
  const print = (metres: number) =>
    String(Math.floor((metres % 100_000) / sideOf(digits))).padStart(digits, '0')
  return `${letters} ${print(found.east)} ${print(found.north)}`
}

/** Letters run from A in the north-west to Z in the south-east, five to a row. */
function letterAt(column: number, row: number): string {
  return LETTERS.charAt((4 - row) * 5 + column)
}

/** Why a text is no reference of the National Grid: `letter` is an I, `no-such-square` lies beyond the grid. */
export type GridFault =
  | 'form'
  | 'bare-digits'
  | 'letter'
  | 'odd-digits'
  | 'too-many-digits'
  | 'no-such-square'

export type GridReading =
  | {
      readonly kind: 'square'
      /** Two letters, and two groups of digits if there are any. */
      readonly reference: string
      readonly centre: Point
      /** Metres. */
      readonly side: number
    }
  | { readonly kind: 'refused'; readonly why: GridFault }

const REFERENCE = /^([A-Z])([A-Z])(\d*)$/
const LONGEST_TEXT = 32

/** Reads a reference with letters: any case, spaces allowed, paired digits. Bare digits may be of any grid and are refused. */
export function readGridReference(text: string): GridReading {
  if (text.length > LONGEST_TEXT) return refused('form')
  const plain = text.replaceAll(' ', '').toUpperCase()
  if (/^\d+(?:,\d+)?$/.test(plain)) return refused('bare-digits')
  const found = REFERENCE.exec(plain)
  if (!found) return refused('form')
  const [, first = '', second = '', digits = ''] = found
  if (first === 'I' || second === 'I') return refused('letter')
  if (digits.length % 2 !== 0) return refused('odd-digits')
  if (digits.length > 10) return refused('too-many-digits')
  const [big, small] = [LETTERS.indexOf(first), LETTERS.indexOf(second)]
  const column = ((big % 5) - 2) * 5 + (small % 5)
  const row = (3 - Math.floor(big / 5)) * 5 + 4 - Math.floor(small / 5)
  const half = digits.length / 2
  const side = 100_000 / 10 ** half
  const east = column * 100_000 + (Number(digits.slice(0, half)) + 0.5) * side
  const north = row * 100_000 + (Number(digits.slice(half)) + 0.5) * side
  if (!isOnGrid({ east, north })) return refused('no-such-square')
  const groups = half === 0 ? '' : ` ${digits.slice(0, half)} ${digits.slice(half)}`
  return { kind: 'square', reference: first + second + groups, centre: pointOf({ east, north }), side }
}

function refused(why: GridFault): GridReading {
  return { kind: 'refused', why }
}
