import {
  BANDS,
  COLUMNS,
  centreOf,
  type Digits,
  digitsFor,
  edgesOf,
  isSouthern,
  type Point,
  ROWS,
} from './grid.ts'
import { fromPlane, toPlane } from './transverse-mercator.ts'

/** A reference that was read and found good: normalised text, centre of its square, and the side in metres. */
export interface Square {
  readonly kind: 'square'
  readonly reference: string
  readonly centre: Point
  readonly side: number
}

/**
 * Why a text is no reference that can be read: `bare-digits` may be of any grid, `letter` is an I or an O, `polar` begins as
 * the polar grid does (UPS, which is not read here), `no-such-square` are letters that never meet on the ground.
 */
export type ReferenceFault =
  | 'form'
  | 'bare-digits'
  | 'letter'
  | 'polar'
  | 'zone'
  | 'band'
  | 'column'
  | 'row'
  | 'odd-digits'
  | 'too-many-digits'
  | 'no-such-square'

export type ReferenceReading = Square | { readonly kind: 'refused'; readonly why: ReferenceFault }

const REFERENCE = /^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(\d{0,10})$/
const LONGEST_TEXT = 32

/**
 * Reads an MGRS reference (NGA.STND.0037): any case, spaces allowed, a one-digit zone is padded. Everything is judged: zone,
 * band, the letters I and O, the column set of the zone, paired digits, and that the 100 km square touches its band.
 */
export function readReference(text: string): ReferenceReading {
  if (text.length > LONGEST_TEXT) return refused('form')
  const found = REFERENCE.exec(text) ?? REFERENCE.exec(plainOf(text))
  if (!found) return refused(faultOf(plainOf(text)))
  const [, zoneText = '', letter = '', column = '', row = '', digits = ''] = found
  const zone = Number(zoneText)
  const band = BANDS.indexOf(letter)
  if (zone < 1 || zone > 60) return refused('zone')
  if (digits.length % 2 !== 0) return refused('odd-digits')
  if (letter === 'X' && (zone === 32 || zone === 34 || zone === 36)) return refused('zone')
  const bigColumn = COLUMNS[(zone % 3) as 0 | 1 | 2].indexOf(column) + 1
  if (bigColumn === 0) return refused('column')
  const bigRow = rowOf(band, ROWS.indexOf(row) - (zone % 2 === 0 ? 5 : 0))
  const half = digits.length / 2
  const side = 100_000 / 10 ** half
  const across = 10 ** half
  const cell = {
    zone,
    band,
    column: bigColumn * across + Number(digits.slice(0, half)),
    row: bigRow * across + Number(digits.slice(half)),
    side,
  }
  const centre = wrapped(centreOf(cell))
  if (!isInBand(centre.lat, band) && !touches(band, bigColumn, bigRow)) return refused('no-such-square')
  return {
    kind: 'square',
    reference: zoneText.padStart(2, '0') + letter + column + row + digits,
    centre,
    side,
  }
}

function plainOf(text: string): string {
  return text.replaceAll(' ', '').toUpperCase()
}

function wrapped({ lat, lon }: Point): Point {
  if (lon > 180) return { lat, lon: lon - 360 }
  return { lat, lon: lon < -180 ? lon + 360 : lon }
}

function refused(why: ReferenceFault): ReferenceReading {
  return { kind: 'refused', why }
}

/** What is wrong with a text that has not the form of a reference. */
function faultOf(text: string): ReferenceFault {
  if (/^\d+$/.test(text)) return 'bare-digits'
  if (/^[ABYZ][A-Z]{2}\d*$/.test(text)) return 'polar'
  const found = /^(\d*)([A-Z])([A-Z])([A-Z])(\d*)$/.exec(text)
  if (!found) return 'form'
  const [, zone = '', band = '', column = '', row = '', digits = ''] = found
  if (/[IO]/.test(band + column + row)) return 'letter'
  if (zone === '' || zone.length > 2) return 'zone'
  if (!BANDS.includes(band)) return 'band'
  if (!ROWS.includes(row)) return 'row'
  return digits.length > 10 ? 'too-many-digits' : 'form'
}

/** Where the middle of each band lies on the central meridian, in rows of 100 km from the false origin. */
const MIDDLES: readonly number[] = Array.from(BANDS, (_, band) => {
  const { south, north } = edgesOf(band)
  return toPlane((south + north) / 2, 0).north / 100_000 + (isSouthern(band) ? 100 : 0)
})

/** Row letters come round every 2000 km and no band is as high: the row meant is the one nearest to the middle of the band. */
function rowOf(band: number, letter: number): number {
  const middle = (MIDDLES[band] ?? 0) - 0.5
  return letter + 20 * Math.round((middle - letter) / 20)
}

function isInBand(lat: number, band: number): boolean {
  const { south, north } = edgesOf(band)
  return lat >= south && lat < north
}

/** Whether any of a square of 100 km lies in its band: its highest and its lowest latitude are at corners. */
function touches(band: number, column: number, row: number): boolean {
  const { south, north } = edgesOf(band)
  const below = row - (isSouthern(band) ? 100 : 0)
  let [lowest, highest] = [90, -90]
  for (const east of [column - 5, column - 4])
    for (const up of [below, below + 1]) {
      const { lat } = fromPlane({ east: east * 100_000, north: up * 100_000 })
      lowest = Math.min(lowest, lat)
      highest = Math.max(highest, lat)
    }
  return highest > south && lowest < north
}

/** The largest part of a reference that names a square with at least this side: fewer digits, never other ones. */
export function squareOfReference(text: string, sideMetres: number): string | undefined {
  const square = readReference(text)
  const wanted: Digits | undefined = digitsFor(sideMetres)
  if (square.kind === 'refused' || wanted === undefined) return undefined
  const head = square.reference.slice(0, 5)
  const digits = square.reference.slice(5)
  const half = digits.length / 2
  const kept = Math.min(wanted, half)
  return head + digits.slice(0, kept) + digits.slice(half, half + kept)
}
