/** The square that a grid reference names: its centre on WGS 84 in degrees, and its side in metres. */
export interface GridSquare {
  readonly centre: { readonly lat: number; readonly lon: number }
  readonly side: number
}

/** Reads a grid reference; undefined for what is none. Handed in: who translates knows the grids. */
export type FindSquare = (reference: string) => GridSquare | undefined

/** Half the diagonal of a square with side 1, rounded up so that an accuracy never claims too much. */
const HALF_DIAGONAL = 0.7072

/** How far from the centre of a square with this side a point of it may lie, in metres with two decimals. */
export function reachOf(side: number): number {
  return Math.ceil(side * HALF_DIAGONAL * 100) / 100
}

const METRES_PER_DEGREE = 111_320

/** The fewest decimals of a degree whose last step is not coarser than this accuracy: a further one would only look exact. */
export function decimalsFor(accuracyM: number): number {
  const wanted = Math.ceil(Math.log10(METRES_PER_DEGREE / Math.max(accuracyM, 0.01)))
  return Math.min(Math.max(wanted, 0), 7)
}

/** Rounds to so many decimals; never minus zero. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) + 0
}
