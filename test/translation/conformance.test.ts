import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import independent from 'mgrs'
import t from 'tap'
import { isJsonObject } from '../../src/kit/kit.ts'
import { readDtg } from '../../src/translation/date-time-group.ts'
import { referenceOf } from '../../src/translation/grid.ts'
import { readReference } from '../../src/translation/mgrs-reference.ts'
import { charactersOf, digitsOf, POLICE_SYMBOLS } from '../../src/translation/unit-symbols.ts'
import { conformanceFolder, hasConformanceData, jsonFile, schemas, textOf } from './support.ts'

const options = hasConformanceData ? {} : { skip: 'the independent test data is not here' }

function rowsOf(path: string, separator: string): readonly (readonly string[])[] {
  const [, ...rows] = readFileSync(join(conformanceFolder, path), 'utf8').trim().split('\n')
  return rows.map(row => row.trim().split(separator))
}

/** Metres between two references with ten digits; undefined where they lie in different squares of 100 km. */
function metresApart(a: string, b: string): number | undefined {
  if (a.slice(0, 5) !== b.slice(0, 5)) return undefined
  const [east, north] = [5, 10].map(at => Number(a.slice(at, at + 5)) - Number(b.slice(at, at + 5)))
  return Math.max(Math.abs(east ?? 0), Math.abs(north ?? 0))
}

/** Metres on the ground between a point and the centre of a reference, near enough for neighbours. */
function metresFrom(lat: number, lon: number, reference: string): number {
  const square = readReference(reference)
  const centre = square.kind === 'square' ? square.centre : { lat: 90, lon: 0 }
  const east = (((centre.lon - lon + 540) % 360) - 180) * Math.cos((lat * Math.PI) / 180) * 111_320
  return Math.hypot(east, (centre.lat - lat) * 111_320)
}

void t.test('MGRS agrees with GEOTRANS within one metre', options, async t => {
  let [checked, refused, wrong, exact] = [0, 0, 0, 0]
  for (const [, latText, lonText, , expected = ''] of rowsOf('mgrs/geotrans39-geo-to-mgrs.tsv', '\t')) {
    const [lat, lon] = [Number(latText), Number(lonText)]
    const reference = referenceOf({ lat, lon }, 5)
    if (/^[ABYZ]/.test(expected)) {
      refused++
      if (reference !== undefined) wrong++
      continue
    }
    checked++
    if (reference === expected) exact++
    const apart = reference === undefined ? undefined : metresApart(reference, expected)
    if (apart === undefined ? metresFrom(lat, lon, expected) > 2 : apart > 1) wrong++
  }
  t.equal(wrong, 0, 'no row is wrong')
  t.ok(checked > 8000 && refused > 50, `${checked} rows on the grid, ${refused} polar rows refused`)
  t.ok(exact / checked > 0.99, `${exact} identical`)
})

void t.test('fewer digits are the same digits cut off', options, async t => {
  let wrong = 0
  for (const [, latText, lonText, , expected = ''] of rowsOf('mgrs/geotrans39-geo-to-mgrs.tsv', '\t')) {
    if (/^[ABYZ]/.test(expected)) continue
    const point = { lat: Number(latText), lon: Number(lonText) }
    const full = referenceOf(point, 5) ?? ''
    for (const digits of [4, 3, 2, 1, 0] as const) {
      const cut = full.slice(0, 5) + full.slice(5, 5 + digits) + full.slice(10, 10 + digits)
      if (referenceOf(point, digits) !== cut) wrong++
    }
  }
  t.equal(wrong, 0, 'never rounded up')
})

void t.test('MGRS agrees with another library both ways', async t => {
  let wrong = 0
  for (let step = 0; step < 4000; step++) {
    const [lat, lon] = [-79 + ((step * 7.31) % 162), -179.9 + ((step * 13.7) % 359.8)]
    const reference = referenceOf({ lat, lon }, 4) ?? ''
    const [otherLon, otherLat] = independent.toPoint(reference)
    const square = readReference(reference)
    const centre = square.kind === 'square' ? square.centre : undefined
    if (
      !centre ||
      Math.abs(centre.lat - otherLat) > 2e-4 ||
      Math.abs(centre.lon - otherLon) > 2e-4 / Math.cos((lat * Math.PI) / 180)
    )
      wrong++
    const [mine, theirs] = [referenceOf({ lat, lon }, 5) ?? '', independent.forward([lon, lat], 5)]
    if ((metresApart(mine, theirs) ?? 0) > 1) wrong++
  }
  t.equal(wrong, 0)
})

void t.test('what is not a reference is refused', async t => {
  for (const text of [
    '',
    '30UVG123',
    '30UVG2039916',
    '61UVG2039',
    '00UVG20',
    '0UVG20',
    '30IVG2039',
    '30OVG2039',
    '30UIG20',
    '30UVO20',
    '30UVI20',
    'ZAB1234',
    'AAN1234',
    'YZB',
    'BFA12',
    '2039916612',
    '30U',
    '30UVG20399166123456',
    '30UAG2039',
    '30UVG20 3x',
    '32XMF12',
    '30UVG-1-2',
    '30CVG12',
    '1/30UVG20',
  ])
    t.equal(readReference(text).kind, 'refused', JSON.stringify(text))
  t.match(
    readReference('4qfj 1234 5678'),
    { reference: '04QFJ12345678' },
    'padded, upper case, without spaces',
  )
  t.equal(referenceOf({ lat: 84, lon: 0 }, 5), undefined, 'polar')
  t.equal(referenceOf({ lat: -80.1, lon: 0 }, 5), undefined, 'polar')
  t.equal(referenceOf({ lat: Number.NaN, lon: 0 }, 5), undefined)
})

void t.test('emitted references and symbols have the form of NIEM', options, async t => {
  const codes = jsonFile(join(conformanceFolder, 'niem/niem6-unit-and-deployment-codes.json'))['codes']
  if (!isJsonObject(codes)) throw new Error('no codes')
  const reference = new RegExp(`^(?:${textOf(codes['MGRSCoordinateStringSimpleType.pattern'])})$`)
  const symbol = new RegExp(`^(?:${textOf(codes['MILSTD2525-SIDC-SimpleType.pattern'])})$`)
  for (const [, latText, lonText] of rowsOf('mgrs/geotrans39-geo-to-mgrs.tsv', '\t').slice(0, 2000)) {
    const mgrs = referenceOf({ lat: Number(latText), lon: Number(lonText) }, 4)
    if (mgrs !== undefined && !reference.test(mgrs)) t.fail(mgrs)
  }
  for (const [name, unit] of Object.entries(POLICE_SYMBOLS)) t.match(charactersOf(unit, false), symbol, name)
})

void t.test('symbols are made of codes that the tables of JMSML have', options, async t => {
  const codesOf = (file: string) => new Set(rowsOf(`symbology/${file}.csv`, ',').map(row => row.at(-1)))
  const entities = codesOf('jmsml-Coded_Domain_Land_Unit_Entities')
  const modifiers = codesOf('jmsml-Coded_Domain_Land_Unit_Modifier_Ones')
  const echelons = codesOf('jmsml-Coded_Domain_Echelons')
  const old = new Map(
    rowsOf('symbology/jmsml-LegacyMappingTableCtoD.csv', ',').map(row => [
      `${row[2]}${row[3]}`,
      row[0] ?? '',
    ]),
  )
  for (const [name, unit] of Object.entries(POLICE_SYMBOLS)) {
    const sidc = digitsOf(unit, false)
    t.match(sidc, /^100310\d{14}$/, name)
    t.ok(
      entities.has(sidc.slice(10, 16)) && modifiers.has(sidc.slice(16, 18)),
      `${name}: entity and modifier`,
    )
    t.ok(unit.echelon === '00' || echelons.has(unit.echelon), `${name}: echelon`)
    const table = old.get(`10${unit.entity}`) ?? ''
    t.equal(unit.old.slice(4, 10), table.slice(4, 10), `${name}: function of the 15 characters`)
  }
})

const anchor = Date.UTC(2016, 6, 25)

void t.test('published date-time groups', options, async t => {
  const published = jsonFile(join(conformanceFolder, 'dtg/published-examples.json'))['cases']
  if (!Array.isArray(published)) throw new Error('no cases')
  let seen = 0
  for (const example of published) {
    if (!isJsonObject(example) || typeof example['dtg'] !== 'string') continue
    seen++
    const reading = readDtg(example['dtg'], { anchor, zoneLast: true })
    t.equal(reading.kind === 'instant' && reading.at, Date.parse(textOf(example['iso'])), example['dtg'])
  }
  t.ok(seen >= 7)
  t.equal(
    readDtg('110834FEB19R', { anchor }).kind,
    'fault',
    'the zone at the end only where that is configured',
  )
})

void t.test('every zone of NIEM at every hour of the day on which clocks changed', options, async t => {
  for (const [code = '', offset = ''] of rowsOf('dtg/niem-time-zone-offset-codes.csv', ',')) {
    let wrong = 0
    for (let hour = 0; hour < 24; hour++) {
      const clock = String(hour).padStart(2, '0')
      const reading = readDtg(`31${clock}30${code}OCT21`, { anchor })
      const expected = Date.parse(`2021-10-31T${clock}:30:00${offset}`)
      if (reading.kind !== 'instant' || reading.at !== expected) wrong++
    }
    t.equal(wrong, 0, `${code} is ${offset}`)
  }
})

void t.test('date-time groups that name no moment are refused', async t => {
  for (const text of [
    '061204JNOV21',
    '310204ZFEB21',
    '062404ZNOV21',
    '061260ZNOV21',
    '061204NOV21',
    '061204ZNOU21',
    '61204ZNOV21',
    '',
    'H+2',
    '000000ZNOV21',
    '290000ZFEB21',
    '061204XDNOV21',
    '2021-11-06',
  ])
    t.equal(readDtg(text, { anchor }).kind, 'fault', JSON.stringify(text))
  t.same(readDtg('061204JNOV21', { anchor }), { kind: 'fault', fault: 'local-zone' })
})

void t.test('date-time groups in their other forms', async t => {
  const at = (text: string, from = anchor) => {
    const reading = readDtg(text, { anchor: from })
    return reading.kind === 'instant' ? new Date(reading.at).toISOString() : reading.kind
  }
  t.equal(at('06 1204 Z nov 21'), '2021-11-06T12:04:00.000Z', 'spaces and any case')
  t.equal(at('06120431ZNOV2021'), '2021-11-06T12:04:31.000Z', 'seconds and four digits of the year')
  t.equal(at('0612042NOV21'), '2021-11-06T06:34:00.000Z', 'NIEM code for +05:30')
  t.equal(at('010030Z', Date.UTC(2021, 10, 30, 12)), '2021-12-01T00:30:00.000Z', 'the nearest month')
  t.equal(at('061204ZNOV75'), '1975-11-06T12:04:00.000Z', 'a year within fifty of the anchor')
  const start = Date.parse(at('302200AOCT21'))
  t.equal(
    (Date.parse(at('310600ZOCT21')) - start) / 3_600_000,
    9,
    'a night in which clocks go back has nine hours',
  )
})

void t.test('the example documents meet their schemas', options, async t => {
  const registry = schemas()
  for (const resource of [
    'police.operation',
    'police.unitDeployment',
    'police.unitPosition',
    'army.opord',
    'army.taskOrg',
    'army.positionReport',
  ]) {
    const document = jsonFile(join(conformanceFolder, `domain-examples/${resource}.json`))
    const schema = registry.get(resource)
    t.equal(schema?.check(document), undefined, resource)
    t.not(schema?.check({ ...document, surprise: 1 }), undefined, `${resource} is closed`)
  }
})
