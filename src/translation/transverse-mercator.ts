/**
 * Transverse Mercator by the series of Krüger to the sixth order of the third flattening (C. F. F. Karney, Transverse Mercator
 * with an accuracy of a few nanometers, Journal of Geodesy 85, 2011, equations 7 to 36). Places are cut to squares at both
 * gateways for every exchange, so the way to the plane is short: between a place and its meridian all angles are small, a few
 * terms of a series give them to the last digit of a double, and the functions of a double angle follow from those of the single
 * one. test/translation/grid.test.ts holds it to another library.
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
  const squared = flattening * (2 - flattening)
  // Of the circle that is as long as a meridian, times the scale
  const radius = (scale * semiMajor * (1 + third ** 2 / 4 + third ** 4 / 64 + third ** 6 / 256)) / (1 + third)
  const [there, back] = [seriesOf(TO_PLANE, third), seriesOf(FROM_PLANE, third)]
  return {
    toPlane: (lat, lon) => along(there, onSphere(lat, lon, squared), radius),
    fromPlane({ east, north }) {
      const sphere = along(back, doubled(north / radius, east / radius), 1)
      const [sine, cosine] = [Math.sinh(sphere.east), Math.cos(sphere.north)]
      const tangent = Math.sin(sphere.north) / Math.sqrt(sine * sine + cosine * cosine)
      return {
        lat: Math.atan(geodetic(tangent, Math.sqrt(squared))) / RADIAN,
        lon: Math.atan2(sine, cosine) / RADIAN,
      }
    },
  }
}

const UTM = transverseMercator({ semiMajor: 6_378_137, flattening: 1 / 298.257223563, scale: 0.9996 })

/** The projection of UTM: WGS 84 with a scale of 0.9996 on the meridian. Arguments as in {@link Projection}. */
export const { toPlane, fromPlane } = UTM

/** A place on the plane of a sphere, radians, with the functions of both coordinates doubled. */
interface Doubled extends PlanePoint {
  readonly sine: number
  readonly cosine: number
  readonly sinh: number
  readonly cosh: number
}

function doubled(north: number, east: number): Doubled {
  return {
    north,
    east,
    sine: Math.sin(2 * north),
    cosine: Math.cos(2 * north),
    sinh: Math.sinh(2 * east),
    cosh: Math.cosh(2 * east),
  }
}

/** Latitude and longitude, degrees, on the sphere of the conformal latitude, which lies on its side. */
function onSphere(lat: number, lon: number, squared: number): Doubled {
  const whole = Math.round(lat)
  const rest = (lat - whole) * RADIAN
  const [fullSine, fullCosine] = [SINES[whole + 90] ?? 0, SINES[180 - Math.abs(whole)] ?? 0]
  const sine = fullSine * smallCosine(rest) + fullCosine * smallSine(rest)
  const cosine = fullCosine * smallCosine(rest) - fullSine * smallSine(rest)
  const isNear = Math.abs(lon) < NEAR
  const angle = lon * RADIAN
  const sigma = flattened(squared, sine)
  const up = sine * Math.sqrt(1 + sigma * sigma) - sigma
  const out = cosine * (isNear ? smallCosine(angle) : Math.cos(angle))
  const inverse = 1 / (up * up + out * out)
  const shrunk = Math.sqrt(inverse)
  const east = cosine * (isNear ? smallSine(angle) : Math.sin(angle)) * shrunk
  return {
    north: isNear ? lat * RADIAN + smallArcSine((up * cosine - out * sine) * shrunk) : Math.atan2(up, out),
    east: Math.abs(east) < 0.105 ? smallAreaSine(east) : Math.asinh(east),
    sine: 2 * up * out * inverse,
    cosine: (out * out - up * up) * inverse,
    sinh: 2 * east * Math.sqrt(1 + east * east),
    cosh: 1 + 2 * east * east,
  }
}

/** Up to this many degrees from the meridian an angle is small. */
const NEAR = 6

/** The sines of -90° to 90°. */
const SINES = Float64Array.from({ length: 181 }, (_, at) => Math.sin((at - 90) * RADIAN))

/** sin x, |x| ≤ 0.105 */
function smallSine(x: number): number {
  const s = x * x
  return x * (1 - s * (1 / 6) * (1 - s * (1 / 20) * (1 - s * (1 / 42) * (1 - s * (1 / 72)))))
}

/** cos x, |x| ≤ 0.105 */
function smallCosine(x: number): number {
  const s = x * x
  return 1 - s * (1 / 2) * (1 - s * (1 / 12) * (1 - s * (1 / 30) * (1 - s * (1 / 56) * (1 - s * (1 / 90)))))
}

/** arcsin x, |x| ≤ 0.01: how far the conformal latitude, turned by the longitude, is from the geodetic one. */
function smallArcSine(x: number): number {
  const s = x * x
  return x * (1 + s * (1 / 6 + s * (3 / 40 + s * (15 / 336))))
}

/** arsinh x, |x| ≤ 0.105 */
function smallAreaSine(x: number): number {
  const s = x * x
  const tail = 105 / 3_456 - s * (945 / 42_240 - s * (10_395 / 599_040 - s * (135_135 / 9_676_800)))
  return x * (1 - s * (1 / 6 - s * (3 / 40 - s * (15 / 336 - s * tail))))
}

/** sinh(e · artanh(e · sine)), of which the conformal latitude is made; e² ≤ 0.0068, so that both are small. */
function flattened(squared: number, sine: number): number {
  const s = squared * sine * sine
  const tail = 1 / 7 + s * (1 / 9 + s * (1 / 11 + s * (1 / 13)))
  const x = squared * sine * (1 + s * (1 / 3 + s * (1 / 5 + s * tail)))
  return x * (1 + x * x * (1 / 6 + x * x * (1 / 120)))
}

/** z + Σ factors[j] · sin(2(j+1)z) over the complex z = north + i·east, summed after Clenshaw; both parts times `scale`. */
function along(factors: readonly number[], at: Doubled, scale: number): PlanePoint {
  const { north, east, sine, cosine, sinh, cosh } = at
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
