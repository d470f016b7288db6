/**
 * Transverse Mercator by the series of Krüger to the sixth order of the third flattening (C. F. F. Karney, Transverse Mercator
 * with an accuracy of a few nanometers, Journal of Geodesy 85, 2011, equations 7 to 36). Places are cut to squares at both
 * gateways for every exchange, so it allocates nothing on the way; test/translation/grid.test.ts holds it to another library.
 */

/** Metres on the plane: east of the meridian, north of the equator. */
export interface PlanePoint {
  readonly east: number
  readonly north: number
}

/** A figure of the earth and the scale on the central meridian. */
export interface Ellipsoid {
  /** Metres. */
  readonly semiMajor: number
  readonly flattening: number
  readonly scale: number
}

/** One projection from an ellipsoid to the plane and back. */
export interface Projection {
  /**
   * @param lat degrees, not at a pole
   * @param lon degrees east of the meridian, at most 60 either way
   */
  toPlane(lat: number, lon: number): PlanePoint
  /** @returns degrees, the longitude from the meridian */
  fromPlane(point: PlanePoint): { readonly lat: number; readonly lon: number }
}

const RADIAN = Math.PI / 180

/** Coefficients of the third flattening, from its first to its sixth power, for each term of a series. */
const TO_PLANE: Series = [
  [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7_891 / 37_800],
  [0, 13 / 48, -3 / 5, 557 / 1_440, 281 / 630, -1_983_433 / 1_935_360],
  [0, 0, 61 / 240, -103 / 140, 15_061 / 26_880, 167_603 / 181_440],
  [0, 0, 0, 49_561 / 161_280, -179 / 168, 6_601_661 / 7_257_600],
  [0, 0, 0, 0, 34_729 / 80_640, -3_418_889 / 1_995_840],
  [0, 0, 0, 0, 0, 212_378_941 / 319_334_400],
]
const FROM_PLANE: Series = [
  [-1 / 2, 2 / 3, -37 / 96, 1 / 360, 81 / 512, -96_199 / 604_800],
  [0, -1 / 48, -1 / 15, 437 / 1_440, -46 / 105, 1_118_711 / 3_870_720],
  [0, 0, -17 / 480, 37 / 840, 209 / 4_480, -5_569 / 90_720],
  [0, 0, 0, -4_397 / 161_280, 11 / 504, 830_251 / 7_257_600],
  [0, 0, 0, 0, -4_583 / 161_280, 108_847 / 3_991_680],
  [0, 0, 0, 0, 0, -20_648_693 / 638_668_800],
]

type Series = readonly (readonly number[])[]

function seriesOf(rows: Series, third: number): readonly number[] {
  return rows.map(row => row.reduce((sum, factor, at) => sum + factor * third ** (at + 1), 0))
}

export function transverseMercator({ semiMajor, flattening, scale }: Ellipsoid): Projection {
  const third = flattening / (2 - flattening)
  const eccentricity = Math.sqrt(flattening * (2 - flattening))
  // Of the circle that is as long as a meridian, times the scale
  const radius = (scale * semiMajor * (1 + third ** 2 / 4 + third ** 4 / 64 + third ** 6 / 256)) / (1 + third)
  const [there, back] = [seriesOf(TO_PLANE, third), seriesOf(FROM_PLANE, third)]
  return {
    toPlane(lat, lon) {
      const tangent = conformal(Math.tan(lat * RADIAN), eccentricity)
      const [sine, cosine] = [Math.sin(lon * RADIAN), Math.cos(lon * RADIAN)]
      const east = Math.asinh(sine / Math.sqrt(tangent * tangent + cosine * cosine))
      return along(there, Math.atan2(tangent, cosine), east, radius)
    },
    fromPlane({ east, north }) {
      const sphere = along(back, north / radius, east / radius, 1)
      const [sine, cosine] = [Math.sinh(sphere.east), Math.cos(sphere.north)]
      const tangent = Math.sin(sphere.north) / Math.sqrt(sine * sine + cosine * cosine)
      return {
        lat: Math.atan(geodetic(tangent, eccentricity)) / RADIAN,
        lon: Math.atan2(sine, cosine) / RADIAN,
      }
    },
  }
}

const UTM = transverseMercator({ semiMajor: 6_378_137, flattening: 1 / 298.257223563, scale: 0.9996 })

/** The projection of UTM: WGS 84 with a scale of 0.9996 on the meridian. Arguments as in {@link Projection}. */
export const { toPlane, fromPlane } = UTM

/** z + Σ factors[j] · sin(2(j+1)z) over the complex z = north + i·east, summed after Clenshaw; both parts times `scale`. */
function along(factors: readonly number[], north: number, east: number, scale: number): PlanePoint {
  const [sine, cosine] = [Math.sin(2 * north), Math.cos(2 * north)]
  const [sinh, cosh] = [Math.sinh(2 * east), Math.cosh(2 * east)]
  const [real, imaginary] = [2 * cosine * cosh, -2 * sine * sinh]
  let [b, c, before, beforeC] = [0, 0, 0, 0]
  for (let at = factors.length - 1; at >= 0; at--) {
    const next = real * b - imaginary * c - before + (factors[at] ?? 0)
    const nextC = real * c + imaginary * b - beforeC
    before = b
    beforeC = c
    b = next
    c = nextC
  }
  const [sumReal, sumImaginary] = [sine * cosh, cosine * sinh]
  return {
    north: scale * (north + b * sumReal - c * sumImaginary),
    east: scale * (east + b * sumImaginary + c * sumReal),
  }
}

/** The tangent of the conformal latitude, from that of the geodetic one. */
function conformal(tangent: number, eccentricity: number): number {
  const secant = Math.sqrt(1 + tangent * tangent)
  const sigma = Math.sinh(eccentricity * Math.atanh((eccentricity * tangent) / secant))
  return tangent * Math.sqrt(1 + sigma * sigma) - sigma * secant
}

/** The other way round, by Newton's method: the third step no longer moves a double. */
function geodetic(tangent: number, eccentricity: number): number {
  const polar = 1 - eccentricity * eccentricity
  let found = tangent / polar
  for (let step = 0; step < 3; step++) {
    const reached = conformal(found, eccentricity)
    const slope = (1 + polar * found * found) / (polar * Math.sqrt(1 + found * found))
    found += ((tangent - reached) / Math.sqrt(1 + reached * reached)) * slope
  }
  return found
}
