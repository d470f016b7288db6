import fc from 'fast-check'
import t from 'tap'
import { cotTypeOf } from '../../src/formats/cot-type.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { squareNamed } from '../../src/translation/translation.ts'
import { hasConformanceData } from '../translation/support.ts'
import { cotSchema, example, formatOf, hasXmllint, plainly, violations, written, xmlIn } from './support.ts'

const RESOURCE = 'army.positionReport'

const REPORT: JsonObject = {
  track: 'GMP.PSU-GMP-021',
  unit: 'PSU-GMP-021',
  shortName: 'GOLF 21',
  sidc: '10031000142007001400',
  sidc15: 'SFGPUULC---D---',
  timestamp: '2021-11-06T12:04:31Z',
  mgrs: '30UVG20399166',
  altitudeM: { value: 22.5, datum: 'HAE' },
  bearingMils: 1636,
  speedKmh: 4,
  alert: false,
  source: 'MACHINE.GPS',
  originatorLabel: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
  label: { policy: 'UK-GSC', classification: 'OFFICIAL' },
}

function event(report: JsonObject): string {
  return written(RESOURCE, 'cot', plainly(report))
}

function attribute(xml: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(xml)?.[1]
}

void t.test('a report becomes an event', t => {
  const xml = event(REPORT)
  for (const [name, value] of Object.entries({
    uid: 'GMP.PSU-GMP-021',
    type: 'a-f-G-U-U-L-C',
    how: 'm-g',
    time: '2021-11-06T12:04:31Z',
    start: '2021-11-06T12:04:31Z',
    stale: '2021-11-06T12:06:31Z',
    qos: '1-r-c',
    opex: 'o',
    access: 'OFFICIAL-SENSITIVE, OFFICIAL',
    callsign: 'GOLF 21',
    hae: '22.5',
    ce: '7.08',
    le: '9999999',
    course: '92.03',
    speed: '1.11',
  }))
    t.equal(attribute(xml, name), value, name)
  t.notMatch(xml, 'remarks')
  t.end()
})

void t.test('what it does not know it does not make up', t => {
  const cot = formatOf(RESOURCE, 'cot')
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(REPORT).filter(([name]) => !names.includes(name)))
  t.same(cot.one(plainly(without('mgrs'))), { kind: 'unwritable', lacks: 'place' })
  t.same(cot.one(plainly({ ...REPORT, mgrs: '30UIG2039' })), { kind: 'unwritable', lacks: 'place' })
  t.same(cot.one(plainly(without('timestamp'))), { kind: 'unwritable', lacks: 'time' })
  t.same(cot.one(plainly({ ...without('timestamp'), dtg: 'NOV21' })), { kind: 'unwritable', lacks: 'time' })
  t.equal(attribute(event({ ...without('timestamp'), dtg: '061204ZNOV21' }), 'time'), '2021-11-06T12:04:00Z')
  t.equal(attribute(event({ ...REPORT, timestamp: '2016-12-31T23:59:60Z' }), 'time'), '2016-12-31T23:59:59Z')
  t.equal(attribute(event(without('altitudeM')), 'hae'), '9999999')
  const overSea = { ...REPORT, altitudeM: { value: 22.5, datum: 'MSL' } }
  t.equal(
    attribute(event(overSea), 'hae'),
    '9999999',
    'a height over the sea is no height over the ellipsoid',
  )
  t.notMatch(event(without('bearingMils')), '<track', 'a speed without a course')
  t.equal(attribute(event(without('source')), 'how'), 'm-r')
  t.equal(attribute(event(without('sidc', 'sidc15')), 'type'), 'a-u-G')
  t.equal(attribute(event(without('sidc', 'sidc15')), 'opex'), undefined)
  t.equal(attribute(event(without('shortName')), 'callsign'), 'PSU-GMP-021')
  const page = cot.list?.([plainly(REPORT), plainly(without('mgrs')), plainly(REPORT)])
  t.match(page, { kind: 'written', leftOut: 1 })
  t.equal(page?.kind === 'written' && page.text.match(/<event /g)?.length, 2)
  t.end()
})

void t.test('a call for help, an end and a marking arrive', t => {
  const xml = event({ ...REPORT, alert: true, validTo: '2021-11-06T12:05:01Z' })
  t.equal(attribute(xml, 'qos'), '9-r-g')
  t.match(xml, '<emergency type="911 Alert"/>')
  t.equal(attribute(xml, 'stale'), '2021-11-06T12:05:01Z')
  const early = event({ ...REPORT, validTo: '2021-11-06T11:00:00Z' })
  t.equal(attribute(early, 'stale'), attribute(early, 'start'), 'it never ends before it begins')
  const shared = written(RESOURCE, 'cot', {
    ...plainly(REPORT),
    label: { policy: 'UK-GSC', classification: 'SECRET' },
    caveats: ['NOT FOR PRESS', 'a "quoted" <caveat> & more'],
    releasableTo: ['army-1div'],
  })
  t.equal(attribute(shared, 'access'), 'SECRET, OFFICIAL-SENSITIVE, OFFICIAL')
  t.equal(attribute(shared, 'releaseableTo'), 'army-1div')
  const categories = [{ tag: 'Releasable To', type: 'PERMISSIVE', values: ['GBR', 'NLD'] }]
  const nato = { policy: 'NATO', classification: 'SECRET', categories }
  t.equal(
    attribute(event({ ...REPORT, label: nato }), 'access'),
    'OFFICIAL-SENSITIVE, NATO SECRET (Releasable To: GBR, NLD)',
  )
  const reading = xmlIn(shared)
  const detail = reading.ok ? reading.root.children.find(({ name }) => name === 'detail') : undefined
  t.equal(detail?.attributes.get('caveat'), 'NOT FOR PRESS; a "quoted" <caveat> & more')
  t.end()
})

const TYPES: readonly (readonly [
  digits: string | undefined,
  characters: string | undefined,
  type: string,
  opex?: string,
])[] = [
  ['10031000141211000000', 'SFGPUCI----E---', 'a-f-G-U-C-I', 'o'],
  ['10031000142007001400', 'SFGPUULC---D---', 'a-f-G-U-U-L-C', 'o'],
  ['10031000141211000000', undefined, 'a-f-G', 'o'],
  [undefined, 'SFGPUSM--------', 'a-f-G-U-S-M'],
  ['10131000141211000000', 'SFGPUCI----E---', 'a-f-G-U-C-I', 'e'],
  ['10231000141211000000', 'SFGPUCI----E---', 'a-f-G-U-C-I', 's'],
  ['10031000141211000000', 'SDGPUCI----E---', 'a-f-G-U-C-I', 'e'],
  [undefined, 'SDGPUCI----E---', 'a-f-G-U-C-I', 'e'],
  [undefined, 'SGGPUCI----E---', 'a-p-G-U-C-I', 'e'],
  [undefined, 'SWGPUCI----E---', 'a-u-G-U-C-I', 'e'],
  [undefined, 'SMGPUCI----E---', 'a-a-G-U-C-I', 'e'],
  [undefined, 'SLGPUCI----E---', 'a-n-G-U-C-I', 'e'],
  [undefined, 'SJGPUCI----E---', 'a-j-G-U-C-I', 'e'],
  [undefined, 'SKGPUCI----E---', 'a-k-G-U-C-I', 'e'],
  ['10161000141211000000', undefined, 'a-k-G', 'e'],
  ['10151000141211000000', undefined, 'a-j-G', 'e'],
  ['10060100001101000000', 'SHAPMF---------', 'a-h-A-M-F', 'o'],
  ['10031000141211000000', 'SFFPGS---------', 'a-f-G', 'o'],
  [undefined, 'SFFPGS---------', 'a-f-G'],
  ['10041100001104000000', 'ONGP-----------', 'a-n-G', 'o'],
  ['10061100001104000000', undefined, 'a-u-G', 'o'],
  ['10034000001101100000', undefined, 'a-u-G', 'o'],
  [undefined, 'OHOPD----------', 'a-u-G'],
  [undefined, 'EFOPDA-----E---', 'a-f-G'],
  ['nonsense', 'nonsense', 'a-u-G'],
]

void t.test('symbols to types: an exercise stays one, a crowd is neither friend nor hostile', t => {
  for (const [digits, characters, type, opex] of TYPES)
    t.same(cotTypeOf({ digits, characters }), { type, opex }, `${digits} ${characters}`)
  // Domain model 3.3: the 15 characters are found where the report has only digits.
  const { sidc15: _old, ...digitsOnly } = REPORT
  for (const [sidc, type] of [
    ['10031000142007001400', 'a-f-G-U-U-L-C'],
    ['10031000151211000000', 'a-f-G-U-C-I'],
    ['10031000131412000000', 'a-f-G-U-U-L-M'],
    ['10031000141613000000', 'a-f-G-U-S-M'],
    ['10041100001104000000', 'a-n-G'],
    ['10034000001201000000', 'a-u-G'],
  ] as const)
    t.equal(attribute(event({ ...digitsOnly, sidc }), 'type'), type, sidc)
  t.equal(attribute(event({ ...REPORT, realm: 'EXERCISE' }), 'opex'), 'e')
  t.equal(attribute(event({ ...REPORT, realm: 'TEST' }), 'opex'), 'e-test')
  const played = { ...REPORT, realm: 'REAL', sidc: '10131000142007001400' }
  t.equal(attribute(event(played), 'opex'), 'e', 'a symbol of an exercise outweighs a realm')
  t.end()
})

/** Texts with what XML cannot hold, what it has to escape, and what looks like markup. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('"/><x a="', '&amp;<![CDATA[', '\u0000\u0008\ufffe', ']]>', '\t\n\r'),
)
const digit = fc.integer({ min: 0, max: 9 })
const sidc = fc
  .tuple(
    fc.constantFrom('100', '101', '102', '110', '139'),
    fc.array(digit, { minLength: 17, maxLength: 17 }),
  )
  .map(([head, tail]) => head + tail.join(''))
const sidc15 = fc.tuple(
  fc.constantFrom('S', 'O', 'E', 'G', 'I', 'W'),
  fc.constantFrom(...Array.from('PUAFNSHGWMDLJKX')),
  fc.constantFrom(...Array.from('PAGSUFXZ-')),
  fc.constantFrom('PUCI--', 'A------', 'P*-*-*-', 'PU12AB'),
)
const places = fc.constantFrom(
  '30UVG',
  '30UVG29',
  '30UVG2091',
  '30UVG203916',
  '30UVG20399166',
  '30UVG2039291663',
  '56HLH00',
  '36SYC3182353543',
)
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const reports = fc
  .record({
    track: texts.filter(text => text !== ''),
    unit: optional(texts),
    shortName: optional(texts),
    sidc: optional(sidc),
    sidc15: optional(sidc15.map(parts => parts.join('').padEnd(15, '-').slice(0, 15))),
    timestamp: fc
      .date({ min: new Date('1971-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map(at => at.toISOString()),
    validTo: optional(fc.constantFrom('2021-11-06T12:05:01.5+01:00', '2099-12-31T23:59:59Z')),
    mgrs: places,
    altitudeM: optional(
      fc.record({
        value: fc.double({ min: -500, max: 20000, noNaN: true }),
        datum: fc.constantFrom('HAE', 'MSL'),
      }),
    ),
    bearingMils: optional(fc.double({ min: 0, max: 6399.999, noNaN: true })),
    speedKmh: optional(fc.double({ min: 0, max: 2500, noNaN: true })),
    alert: optional(fc.boolean()),
    source: optional(fc.constantFrom('HUMAN', 'MACHINE.GPS', 'MACHINE.PREDICTED', 'GUESS')),
    realm: optional(fc.constantFrom('REAL', 'EXERCISE', 'TEST')),
    label: optional(fc.record({ policy: texts, classification: texts, sensitive: fc.boolean() })),
  })
  .map(record => JSON.parse(JSON.stringify(record)) as JsonObject)

void t.test('every event is valid against the public schema', t => {
  const base = cotSchema('Base-Event')
  const [contact, track] = [cotSchema('Contact'), cotSchema('Track')]
  if (!hasXmllint || !hasConformanceData || !base || !contact || !track) {
    t.comment('xmllint or the public schemas are not on this machine: validity is not judged')
    return t.end()
  }
  const events = fc.sample(reports, { numRuns: 300, seed: 7 }).map(event)
  events.push(event(REPORT), event(example(RESOURCE)))
  t.equal(violations(base, events), '')
  const parts = (name: string) => events.flatMap(xml => new RegExp(`<${name} [^>]*/>`).exec(xml)?.[0] ?? [])
  t.ok(parts('contact').length > 50 && parts('track').length > 50)
  t.equal(violations(contact, parts('contact')), '')
  t.equal(violations(track, parts('track')), '')
  t.not(violations(base, [event(REPORT).replace('lat="', 'lat="9')]), '', 'the judge finds a wrong one')
  t.end()
})

void t.test('a point lies in its square and has no more digits than that needs', t => {
  for (const reference of [
    '30UVG',
    '30UVG29',
    '30UVG2091',
    '30UVG203916',
    '30UVG20399166',
    '30UVG2039291663',
    '36SYC3182353543',
  ]) {
    const xml = event({ ...REPORT, mgrs: reference })
    const [lat = '', lon = ''] = [attribute(xml, 'lat'), attribute(xml, 'lon')]
    const square = squareNamed(reference)
    if (!square) throw new Error(reference)
    const metres =
      111_320 *
      Math.hypot(
        Number(lat) - square.centre.lat,
        (Number(lon) - square.centre.lon) * Math.cos((square.centre.lat * Math.PI) / 180),
      )
    t.ok(metres < Number(attribute(xml, 'ce')), `${reference} is ${metres.toFixed(2)} m off its centre`)
    const step = 111_320 / 10 ** (lat.split('.')[1]?.length ?? 0)
    t.ok(
      step > Number(attribute(xml, 'ce')) / 10,
      `${reference}: ${lat}, ${lon} are not more exact than the square`,
    )
  }
  t.end()
})

void t.test('whatever the texts are, the event is one event with one uid', t => {
  fc.assert(
    fc.property(reports, report => {
      const reading = xmlIn(event(report))
      if (!reading.ok) return false
      const { root } = reading
      const uid = String(report['track']).replaceAll(
        /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,
        '\ufffd',
      )
      return (
        root.name === 'event' &&
        root.attributes.get('uid') === uid &&
        root.children.map(({ name }) => name).join() === 'point,detail'
      )
    }),
    { numRuns: 500 },
  )
  t.pass('500 reports')
  t.end()
})
