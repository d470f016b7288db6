import fc from 'fast-check'
import t from 'tap'
import { formatsOf } from '../../src/formats/formats.ts'
import { decimalsFor, reachOf } from '../../src/formats/place.ts'
import { isJsonObject, type Json, type JsonObject, readJsonText } from '../../src/kit/kit.ts'
import { squareNamed } from '../../src/translation/translation.ts'
import { dig } from '../support/dig.ts'
import { hasConformanceData } from '../translation/support.ts'
import { example, formatOf, parts, plainly, registry, written } from './support.ts'

function geoJson(resource: string, document: JsonObject): Json {
  const reading = readJsonText(written(resource, 'geojson', plainly(document)))
  if (!reading.ok) throw new Error('not JSON')
  return reading.value
}

void t.test('a position is a feature: longitude first, as exact as its square, marked', t => {
  const feature = geoJson('army.positionReport', {
    track: 'T.1',
    mgrs: '30UVG20399166',
    timestamp: '2021-11-06T12:04:31Z',
    altitudeM: { value: 22, datum: 'HAE' },
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
    realm: 'EXERCISE',
  })
  t.same(feature, {
    type: 'Feature',
    id: 'T.1',
    geometry: { type: 'Point', coordinates: [-4.27195, 55.86391] },
    properties: {
      track: 'T.1',
      mgrs: '30UVG20399166',
      timestamp: '2021-11-06T12:04:31Z',
      realm: 'EXERCISE',
      accuracyM: 7.08,
      marking: 'OFFICIAL-SENSITIVE',
    },
  })
  t.end()
})

void t.test('an exercise is told on the map, by a word or by a symbol alone', t => {
  const track = (symbols: JsonObject) =>
    dig(
      geoJson('army.positionReport', { track: 'T.1', mgrs: '30UVG2091', ...symbols }),
      'properties',
      'realm',
    )
  t.equal(track({ sidc: '10131000142007001400' }), 'EXERCISE')
  t.equal(track({ sidc: '10231000142007001400' }), 'EXERCISE', 'a simulation as well')
  t.equal(track({ sidc: '10031000142007001400', sidc15: 'SDGPUULC---D---' }), 'EXERCISE')
  t.equal(track({ sidc15: 'SDGPUULC---D---' }), 'EXERCISE')
  t.equal(track({ sidc: '10031000142007001400', sidc15: 'SFGPUULC---D---' }), undefined)
  const unit = { type: 'Point', coordinates: [-4.27, 55.86] }
  for (const [resource, place] of [
    ['police.unitPosition', { unitId: 'PSU-1', position: unit }],
    ['police.unitDeployment', { id: 'd-1', unitId: 'PSU-1', location: { geometry: unit } }],
  ] as const)
    for (const realm of ['REAL', 'EXERCISE', 'TEST'])
      t.match(JSON.stringify(geoJson(resource, { ...place, realm })), `"realm":"${realm}"`, resource)
  const partner = { unitId: '1EX.A', position: unit, sidc: '10131000142007001400' }
  const said = (realm: string) =>
    dig(geoJson('police.unitPosition', { ...partner, realm }), 'properties', 'realm')
  t.same([said('TEST'), said('REAL')], ['TEST', 'EXERCISE'], 'a symbol of an exercise outweighs a realm')
  const units = [
    { id: 'A', mgrs: '30UVG2091', sidc: '10131000142007001400' },
    { id: 'B', mgrs: '30UVG2091' },
  ]
  const drawn = JSON.stringify(geoJson('army.taskOrg', { id: 't-1', units }))
  t.equal(drawn.match(/"realm":"EXERCISE"/g)?.length, 1, 'of each unit by its own symbol')
  t.end()
})

void t.test('a place of the police keeps its accuracy and gets no more digits from anywhere', t => {
  const at = (position: Json) => geoJson('police.unitPosition', { unitId: 'PSU-1', position })
  const exact = at({ lat: 55.863912345, lon: -4.271912345, accuracyM: 10 })
  t.same(dig(exact, 'geometry', 'coordinates'), [-4.27191, 55.86391])
  t.equal(dig(exact, 'properties', 'accuracyM'), 10)
  const coarse = at({ type: 'Point', coordinates: [-4.271912, 55.863912], cell: '1km', accuracyM: 5 })
  t.same(dig(coarse, 'geometry', 'coordinates'), [-4.272, 55.864])
  t.equal(dig(coarse, 'properties', 'accuracyM'), 707.2, 'the square counts, where it is larger')
  t.same(dig(at({ lat: 55.8639, lon: -4.2719 }), 'geometry', 'coordinates'), [-4.2719, 55.8639])
  t.equal(dig(at(null), 'geometry'), null, 'a place that is not known is told as such')
  t.same(formatOf('police.unitPosition', 'geojson').one(plainly({ unitId: 'PSU-1' })), {
    kind: 'unwritable',
    lacks: 'place',
  })
  t.end()
})

void t.test('an order is a collection of what is on its map', t => {
  const measure = (id: string, mgrs: Json) => ({ id, name: `measure ${id}`, kind: 'ROUTE', mgrs })
  const order = {
    id: 'o-1',
    exerciseOrOperation: { kind: 'EXERCISE', name: 'DRY RUN' },
    p2Mission: { task: 'SUPPORT', where: '30UVG2091' },
    p3Execution: {
      tasks: [{ unit: 'A', task: 'CORDON', mgrs: '30UVG203916' }, { unit: 'B' }],
      coordinatingInstructions: {
        controlMeasures: [
          measure('m-1', '30UVG20399166'),
          measure('m-2', ['30UVG203916', '30UVG2091', '30UVG2191']),
          measure('m-3', ['30UVG203916', 'not a reference']),
        ],
      },
    },
  }
  t.equal(registry.get('army.opord')?.check(order)?.pointer.includes('controlMeasures/2'), true)
  const features = dig(geoJson('army.opord', order), 'features')
  const list = Array.isArray(features) ? features.filter(isJsonObject) : []
  const of = (id: string) => list.find(feature => feature['id'] === id)
  t.equal(list.length, 5)
  t.ok(
    list.every(feature => dig(feature, 'properties', 'realm') === 'EXERCISE'),
    'each says that it is an exercise',
  )
  t.same(of('m-1')?.['geometry'], { type: 'Point', coordinates: [-4.27195, 55.86391] })
  t.equal(dig(of('m-2') ?? null, 'geometry', 'type'), 'LineString')
  t.equal(
    dig(of('m-2') ?? null, 'properties', 'accuracyM'),
    reachOf(1_000),
    'the coarsest square of a line counts',
  )
  t.same(dig(of('m-2') ?? null, 'geometry', 'coordinates', 0), [-4.273, 55.864])
  t.equal(of('m-3')?.['geometry'], null, 'half a line is none')
  t.match(of('A'), { properties: { unit: 'A', task: 'CORDON', mgrs: '30UVG203916' } })
  t.end()
})

void t.test('every schema with a place can be drawn, and no other', t => {
  const withPlaces = [...registry.values()].filter(({ catalogue }) =>
    [...catalogue.leaves.values()].some(({ type }) => type === 'place'),
  )
  const drawn = [...registry.values()].filter(({ catalogue }) =>
    formatsOf(catalogue, parts).some(({ name }) => name === 'geojson'),
  )
  t.same(
    drawn.map(({ resource }) => resource),
    withPlaces.map(({ resource }) => resource),
  )
  if (!hasConformanceData) t.comment('no examples on this machine')
  else
    for (const resource of ['police.operation', 'army.opord', 'army.positionReport', 'police.unitPosition']) {
      const text = JSON.stringify(geoJson(resource, example(resource)))
      t.match(text, '"coordinates":[', resource)
      for (const [, lon, lat] of text.matchAll(/\[(-?[\d.]+),(-?[\d.]+)\]/g))
        t.ok(
          Math.abs(Number(lon)) < 10 && Math.abs(Number(lat) - 55.86) < 1,
          `${resource}: Glasgow lies at ${lon}, ${lat}`,
        )
    }
  t.end()
})

void t.test('digits follow accuracy', t => {
  for (const [accuracy, decimals] of [
    [0.71, 6],
    [7.08, 5],
    [70.72, 4],
    [707.2, 3],
    [7_072, 2],
    [70_720, 1],
    [1e9, 0],
    [0, 7],
  ] as const)
    t.equal(decimalsFor(accuracy), decimals, String(accuracy))
  const references = fc
    .tuple(
      fc.constantFrom('30UVG', '36SYC', '56HLH', '31NAA'),
      fc.integer({ min: 0, max: 5 }),
      fc.nat(99_999),
      fc.nat(99_999),
    )
    .map(
      ([square, digits, east, north]) =>
        square + [east, north].map(n => String(n).padStart(5, '0').slice(0, digits)).join(''),
    )
    .filter(reference => squareNamed(reference) !== undefined)
  fc.assert(
    fc.property(references, reference => {
      const square = squareNamed(reference)
      const coordinates = dig(
        geoJson('army.positionReport', { track: 'x', mgrs: reference }),
        'geometry',
        'coordinates',
      )
      const [lon, lat] = Array.isArray(coordinates) ? coordinates.map(Number) : []
      if (!square || lon === undefined || lat === undefined) return false
      const north = Math.abs(lat - square.centre.lat) * 111_320
      const east = Math.abs(lon - square.centre.lon) * 111_320 * Math.cos((lat * Math.PI) / 180)
      return north <= square.side / 2 && east <= square.side / 2
    }),
    { numRuns: 1_000 },
  )
  t.pass('1,000 points lie in their squares')
  t.end()
})
