/**
 * Transverse Mercator by the series of Krüger to the sixth order of the third flattening (C. F. F. Karney, Transverse Mercator
 * with an accuracy of a few nanometers, Journal of Geodesy 85, 2011, equations 7 to 36). Places are cut to squares at both
 * gateways for every exchange, so the way to the plane is short: between a place and its meridian all angles are small, a few
 * terms of a series give them to the last digit of a double, and the functions of a double angle follow from those of the single
 * one. The sixth term of the series is left out: it is a tenth of a nanometre, less than the last digit of a northing.
 * test/translation/grid.test.ts holds it to another library.
 */

import { whole } from './numbers.ts'

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
]
const FROM_PLANE: Series = [
  [-1 / 2, 2 / 3, -37 / 96, 1 / 360, 81 / 512, -96_199 / 604_800],
  [0, -1 / 48, -1 / 15, 437 / 1_440, -46 / 105, 1_118_711 / 3_870_720],
  [0, 0, -17 / 480, 37 / 840, 209 / 4_480, -5_569 / 90_720],
  [0, 0, 0, -4_397 / 161_280, 11 / 504, 830_251 / 7_257_600],
  [0, 0, 0, 0, -4_583 / 161_280, 108_847 / 3_991_680],
]

type Row = readonly number[]
type Series = readonly [Row, Row, Row, Row, Row]
type Factors = readonly [number, number, number, number, number]

function seriesOf([first, second, third, fourth, fifth]: Series, flattening: number): Factors {
  const sumOf = (row: Row) => row.reduce((sum, factor, at) => sum + factor * flattening ** (at + 1), 0)
  return [sumOf(first), sumOf(second), sumOf(third), sumOf(fourth), sumOf(fifth)]
}

export function transverseMercator({ semiMajor, flattening, scale }: Ellipsoid): Projection {
  const third = flattening / (2 - flattening)
  const squared = flattening * (2 - flattening)
  // Of the circle that is as long as a meridian, times the scale
  const radius = (scale * semiMajor * (1 + third ** 2 / 4 + third ** 4 / 64 + third ** 6 / 256)) / (1 + third)
  const [there, back] = [seriesOf(TO_PLANE, third), seriesOf(FROM_PLANE, third)]
  const near = toPlaneNear({ squared, factors: there, radius })
  return {
    toPlane: (lat, lon) =>
      Math.abs(lon) < NEAR ? near(lat, lon) : along(there, onSphere(lat, lon, squared), radius),
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
  const [sine, cosine] = [Math.sin(lat * RADIAN), Math.cos(lat * RADIAN)]
  const eccentricity = Math.sqrt(squared)
  const sigma = Math.sinh(eccentricity * Math.atanh(eccentricity * sine))
  const up = sine * Math.sqrt(1 + sigma * sigma) - sigma
  const out = cosine * Math.cos(lon * RADIAN)
  return doubled(
    Math.atan2(up, out),
    Math.asinh((cosine * Math.sin(lon * RADIAN)) / Math.sqrt(up * up + out * out)),
  )
}

/** z + Σ factors[j] · sin(2(j+1)z) over the complex z = north + i·east, summed after Clenshaw; both parts times `scale`. */
function along(factors: Factors, at: Doubled, scale: number): PlanePoint {
  const { north, east, sine, cosine, sinh, cosh } = at
  const [real, imaginary] = [2 * cosine * cosh, -2 * sine * sinh]
  let [b, c, before, beforeC] = [0, 0, 0, 0]
  for (const factor of factors.toReversed()) {
    const next = real * b - imaginary * c - before + factor
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

/** Up to this many degrees from the meridian, all but the whole of the widest zones, every angle is small. */
const NEAR = 3.01

/** The sines of -90° to 90°. */
const SINES = Float64Array.from({ length: 181 }, (_, at) => Math.sin((at - 90) * RADIAN))

/**
 * {@link onSphere} and {@link along} for places near the meridian, in one piece, so that no number leaves the registers of the
 * machine: the sine of a latitude from that of its whole degree, and of every small angle `x` as many terms of its series as
 * change a double, in powers of `xx`, its square.
 */
function toPlaneNear(figure: { squared: number; factors: Factors; radius: number }): Projection['toPlane'] {
  const { squared, radius } = figure
  const [first, second, third, fourth, fifth] = figure.factors
  return (lat, lon) => {
    const degree = whole(Math.round(lat))
    const x = (lat - degree) * RADIAN
    const xx = x * x
    const restSine = x - x * xx * (1 / 6 - xx * (1 / 120 - xx * (1 / 5_040)))
    const restCosine = 1 - xx * (1 / 2 - xx * (1 / 24 - xx * (1 / 720)))
    const wholeSine = SINES[degree + 90] ?? 0
    const wholeCosine = SINES[180 - Math.abs(degree)] ?? 0
    const sine = wholeSine * restCosine + wholeCosine * restSine
    const cosine = wholeCosine * restCosine - wholeSine * restSine

    // sinh(e · artanh(e · sine)), of which the conformal latitude is made
    const ee = squared * sine * sine
    const e4 = ee * ee
    const e = squared * sine * (1 + ee * (1 / 3 + ee * (1 / 5) + e4 * (1 / 7 + ee * (1 / 9) + e4 * (1 / 11))))
    const sigma = e * (1 + e * e * (1 / 6 + e * e * (1 / 120)))
    const ss = sigma * sigma

    const l = lon * RADIAN
    const ll = l * l
    const lonSine = l - l * ll * (1 / 6 - ll * (1 / 120 - ll * (1 / 5_040)))
    const lonCosine = 1 - ll * (1 / 2 - ll * (1 / 24 - ll * (1 / 720 - ll * (1 / 40_320))))

    const up = sine * (1 + ss * (1 / 2 - ss * (1 / 8 - ss * (1 / 16)))) - sigma
    const out = cosine * lonCosine
    const radiusSquared = up * up + out * out
    const inverse = 1 / radiusSquared
    const shrunk = inverse * Math.sqrt(radiusSquared)

    // The conformal latitude, turned by the longitude, less the geodetic one: an arc sine
    const n = (up * cosine - out * sine) * shrunk
    const nn = n * n
    const north = lat * RADIAN + n * (1 + nn * (1 / 6 + nn * (3 / 40 + nn * (15 / 336))))
    // An area sine
    const y = cosine * lonSine * shrunk
    const yy = y * y
    const east =
      y - y * yy * (1 / 6 - yy * (3 / 40 - yy * (15 / 336 - yy * (105 / 3_456 - yy * (945 / 42_240)))))

    const sine2 = 2 * up * out * inverse
    const cosine2 = (out * out - up * up) * inverse
    const sinh2 = 2 * y * Math.sqrt(1 + yy)
    const cosh2 = 1 + 2 * yy
    const real = 2 * cosine2 * cosh2
    const imaginary = -2 * sine2 * sinh2
    const b4 = real * fifth + fourth
    const c4 = imaginary * fifth
    const b3 = real * b4 - imaginary * c4 - fifth + third
    const c3 = real * c4 + imaginary * b4
    const b2 = real * b3 - imaginary * c3 - b4 + second
    const c2 = real * c3 + imaginary * b3 - c4
    const b = real * b2 - imaginary * c2 - b3 + first
    const c = real * c2 + imaginary * b2 - c3
    const sumReal = sine2 * cosh2
    const sumImaginary = cosine2 * sinh2
    return {
      north: radius * (north + b * sumReal - c * sumImaginary),
      east: radius * (east + b * sumImaginary + c * sumReal),
    }
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
