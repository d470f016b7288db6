import { whole } from './numbers.ts'
import { toPlane } from './transverse-mercator.ts'

/**
 * Whole metres on the plane where many places lie close together. A tile of a quarter of a degree has a polynomial for each coordinate,
 * which meets the projection at sixteen places of the tile (the zeros of a Chebyshev polynomial either way) and takes a third of its
 * time. It is off by a few micrometres. Where that could matter, at the border of a metre, there is no answer, and the projection itself
 * has to be asked: so a place is never in another square than the projection says.
 */

/** Degrees. */
const SIDE = 0.25
/** How far tiles reach from the meridian either way, degrees. */
const REACH = 4
const ACROSS = (2 * REACH) / SIDE
const TILES = (180 / SIDE) * ACROSS
/** So many places come before a tile is worked out, which takes as long as forty projections. */
const WORTH = 40
/** How far from the border of a metre an answer is sure, in metres. A tile that may be off by a tenth of it has no answers. */
const SURE = 1e-4

/** The coefficients of both polynomials, row by row: powers of the longitude in each of the powers of the latitude. */
interface Tile {
  readonly east: Float64Array
  readonly north: Float64Array
}

/** One for each place beside a meridian, whichever meridian it is: some 12 MB if places come from everywhere. */
const tiles: (Tile | undefined)[] = Array.from({ length: TILES }, () => undefined)
const visits = new Uint8Array(TILES)

/** Whole metres, cut off towards south and west. */
export interface Metres {
  readonly east: number
  readonly north: number
}

/**
 * @param lat degrees, not at the north pole
 * @param lon degrees east of the meridian
 * @returns undefined where the projection has to be asked
 */
export function wholeMetres(lat: number, lon: number): Metres | undefined {
  if (!(lon > -REACH && lon < REACH)) return undefined
  const row = whole((lat + 90) / SIDE)
  const column = whole((lon + REACH) / SIDE)
  const tile = tiles[row * ACROSS + column]
  if (tile === undefined) {
    visit(row, column)
    return undefined
  }
  const y = (lat + 90) * (2 / SIDE) - 2 * row - 1
  const x = (lon + REACH) * (2 / SIDE) - 2 * column - 1
  const east = valueAt(tile.east, x, y)
  const north = valueAt(tile.north, x, y)
  const wholeEast = whole(Math.floor(east))
  const wholeNorth = whole(Math.floor(north))
  const isAnswer = isSure(east - wholeEast) && isSure(north - wholeNorth)
  return isAnswer ? { east: wholeEast, north: wholeNorth } : undefined
}

function isSure(fraction: number): boolean {
  return fraction > SURE && fraction < 1 - SURE
}

function valueAt(factors: Float64Array, x: number, y: number): number {
  const rowAt = (at: number) => {
    const beyond = (factors[at + 1] ?? 0) + x * ((factors[at + 2] ?? 0) + x * (factors[at + 3] ?? 0))
    return (factors[at] ?? 0) + x * beyond
  }
  return rowAt(0) + y * (rowAt(4) + y * (rowAt(8) + y * rowAt(12)))
}

function visit(row: number, column: number): void {
  const at = row * ACROSS + column
  const come = visits[at] ?? WORTH
  if (come === WORTH) return
  visits[at] = come + 1
  if (come + 1 === WORTH) tiles[at] = tileAt(row, column)
}

/** Where a polynomial of the third degree meets a function: zeros of the Chebyshev polynomial of the fourth, between -1 and 1. */
const NODES = [1, 3, 5, 7].map(at => Math.cos((at * Math.PI) / 8))

/** For each node the polynomial that is 1 there and 0 at all others (Lagrange), by its coefficients. */
const BASIS: readonly (readonly number[])[] = NODES.map(node => {
  let factors = [1]
  for (const other of NODES) {
    if (other === node) continue
    const scale = 1 / (node - other)
    factors = [0, 1, 2, 3].map(at => scale * ((factors[at - 1] ?? 0) - other * (factors[at] ?? 0)))
  }
  return factors
})

/** Undefined where the polynomials do not come close enough: then the projection is asked every time. */
function tileAt(row: number, column: number): Tile | undefined {
  const placed = (x: number, y: number) => {
    return toPlane((row + (y + 1) / 2) * SIDE - 90, (column + (x + 1) / 2) * SIDE - REACH)
  }
  const tile = { east: new Float64Array(16), north: new Float64Array(16) }
  for (const [inRow, y] of NODES.entries())
    for (const [inColumn, x] of NODES.entries()) {
      const { east, north } = placed(x, y)
      for (let at = 0; at < 16; at++) {
        const share = (BASIS[inRow]?.[whole(at / 4)] ?? 0) * (BASIS[inColumn]?.[at % 4] ?? 0)
        tile.east[at] = (tile.east[at] ?? 0) + share * east
        tile.north[at] = (tile.north[at] ?? 0) + share * north
      }
    }
  const isClose = (x: number, y: number) => {
    const { east, north } = placed(x, y)
    const off = Math.max(
      Math.abs(valueAt(tile.east, x, y) - east),
      Math.abs(valueAt(tile.north, x, y) - north),
    )
    return off < SURE / 10
  }
  const trials = [-1, -0.6, 0, 0.6, 1]
  return trials.every(x => trials.every(y => isClose(x, y))) ? tile : undefined
}
