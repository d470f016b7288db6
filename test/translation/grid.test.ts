import fc from 'fast-check'
import geographicGrid from 'geographiclib-mgrs'
import t from 'tap'
import { type Digits, type Point, referenceOf, sideOf } from '../../src/translation/grid.ts'
import { readReference } from '../../src/translation/mgrs-reference.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { fromPlane, toPlane } from '../../src/translation/transverse-mercator.ts'

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
