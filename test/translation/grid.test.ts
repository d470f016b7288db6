import fc from 'fast-check'
import geographicGrid from 'geographiclib-mgrs'
import t from 'tap'
import { type Digits, type Point, referenceOf, sideOf } from '../../src/translation/grid.ts'
import { readReference } from '../../src/translation/mgrs-reference.ts'
import { wholeMetres } from '../../src/translation/plane-tiles.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { fromPlane, toPlane } from '../../src/translation/transverse-mercator.ts'

/** Of a tile, degrees. */
const SIDE = 0.25

/** Where grids go wrong: borders of zones and bands, Norway and Svalbard, the equator, the antimeridian. */
const lat = fc.oneof(
  fc.double({ min: -80, max: 83.999999, noNaN: true }),
  fc.double({ min: 55, max: 65, noNaN: true }),
  fc.double({ min: 71, max: 83.999, noNaN: true }),
  fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
  fc.constantFrom(-80, 0, 8, 56, 64, 72, 83.99999),
)
const lon = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ min: -1, max: 43, noNaN: true }),
  fc.integer({ min: -30, max: 30 }).map(zone => zone * 6),
  fc.constantFrom(3, 9, 21, 33, 179.9999999, 179.99999999999997),
)
const point = fc.record({ lat, lon }).filter(place => !Object.is(place.lat, -0))
const digits = fc.constantFrom<Digits>(0, 1, 2, 3, 4, 5)

void t.test('a reference is the one that GeographicLib gives', t => {
  fc.assert(
    fc.property(point, digits, (place, many) => {
      return referenceOf(place, many) === geographicGrid.forward([place.lon, place.lat], many)
    }),
    { numRuns: 20_000 },
  )
  t.end()
})

/** Places that lie close together, most of them where a tile has been worked out after the first ones. */
const together = fc
  .record({
    at: point,
    places: fc.array(
      fc.record({
        up: fc.double({ min: 0, max: 0.2, noNaN: true }),
        across: fc.double({ min: 0, max: 0.2, noNaN: true }),
      }),
      { minLength: 200, maxLength: 200 },
    ),
  })
  .map(({ at, places }) =>
    places.map(({ up, across }) => ({
      lat: Math.min(at.lat + up, 83.9999),
      lon: Math.min(at.lon + across, 180),
    })),
  )

void t.test('so are the references of many places that lie close together', t => {
  fc.assert(
    fc.property(together, digits, (places, many) =>
      places.every(
        place => referenceOf(place, many) === geographicGrid.forward([place.lon, place.lat], many),
      ),
    ),
    { numRuns: 300 },
  )
  t.end()
})

void t.test('a tile has no answer at the border of a metre, and is right everywhere else', t => {
  const within = fc.double({ min: 0, max: SIDE, noNaN: true, maxExcluded: true })
  const corner = fc.record({ lat: fc.integer({ min: -79, max: 82 }), lon: fc.integer({ min: -3, max: 2 }) })
  let answers = 0
  fc.assert(
    fc.property(
      corner,
      fc.array(fc.tuple(within, within), { minLength: 60, maxLength: 60 }),
      ({ lat, lon }, places) =>
        places.every(([up, across]) => {
          const metres = wholeMetres(lat + up, lon + across)
          const { east, north } = toPlane(lat + up, lon + across)
          if (metres) answers++
          return !metres || (metres.east === Math.floor(east) && metres.north === Math.floor(north))
        }),
    ),
    { numRuns: 1_000 },
  )
  t.ok(answers > 10_000, 'tiles have answered')
  // On the edge of a metre, or a little beside it
  const edge = fc.constantFrom(0, 1e-9, -1e-9, 1e-6, -1e-6, 2e-5, -2e-5)
  fc.assert(
    fc.property(
      fc.integer({ min: 300_000, max: 320_000 }),
      fc.integer({ min: 5_700_000, max: 5_720_000 }),
      edge,
      (e, n, off) => {
        const { lat, lon } = fromPlane({ east: e - 500_000 + off, north: n + off })
        const metres = wholeMetres(lat, lon)
        return metres === undefined
      },
    ),
    { numRuns: 5_000 },
  )
  t.end()
})

void t.test('the centre of a square is where GeographicLib finds it, and lies in that square', t => {
  fc.assert(
    fc.property(point, fc.constantFrom<Digits>(1, 2, 3, 4), (place, many) => {
      const centre = squareOf(place, sideOf(many))
      const reference = referenceOf(place, many) ?? ''
      const read = readReference(reference)
      if (centre === undefined || read.kind === 'refused') return false
      if (referenceOf(centre, many) !== reference) return near(centre, place, 2 * sideOf(many))
      return near(centre, read.centre, 0.2) || near(centre, place, 2 * sideOf(many))
    }),
    { numRuns: 5_000 },
  )
  t.end()
})

void t.test('a square that another zone cuts off in the north or south has a centre in its own', t => {
  // Where bands U, V and W, or W and X, meet with other zones, and just beside
  const corner = fc.tuple(fc.constantFrom(56, 64, 72), fc.double({ min: 0, max: 42, noNaN: true }))
  const beside = fc.double({ min: -2e-3, max: 2e-3, noNaN: true })
  fc.assert(
    fc.property(
      corner,
      fc.oneof(fc.constant(0), beside),
      fc.constantFrom<Digits>(1, 2, 3, 4, 5),
      ([at, lon], off, many) => {
        const place = { lat: at + off, lon }
        const centre = squareOf(place, sideOf(many))
        return centre !== undefined && near(centre, place, 2 * sideOf(many) + 1)
      },
    ),
    { numRuns: 20_000 },
  )
  t.end()
})

void t.test('a square at the antimeridian stays there', t => {
  for (const place of [
    { lat: -41, lon: -179.9999 },
    { lat: 5.44, lon: 179.9999999 },
  ])
    for (const side of [100, 1_000, 10_000, 100_000]) {
      const centre = squareOf(place, side)
      t.ok(centre && near(centre, place, 2 * side), `${side} m at ${place.lon}`)
    }
  t.end()
})

void t.test('the plane and back again is the same place to a nanodegree', t => {
  const offMeridian = fc.double({ min: -9, max: 9, noNaN: true })
  fc.assert(
    fc.property(lat, offMeridian, (latitude, longitude) => {
      const back = fromPlane(toPlane(latitude, longitude))
      return Math.abs(back.lat - latitude) < 1e-9 && Math.abs(back.lon - longitude) < 1e-9
    }),
    { numRuns: 5_000 },
  )
  t.end()
})

/** Whether two points are at most so many metres apart, on a sphere and to a part in a hundred. */
function near(one: Point, other: Point, metres: number): boolean {
  const degrees = 111_320
  const around = ((one.lon - other.lon + 540) % 360) - 180
  const east = around * degrees * Math.cos((one.lat * Math.PI) / 180)
  return Math.hypot((one.lat - other.lat) * degrees, east) <= metres * 1.01
}
