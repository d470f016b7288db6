import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { LETTER_CODES } from '../../src/translation/codes/app6-letters.ts'
import { CIVIL_EVENTS, GUARDED_EVENTS } from '../../src/translation/codes/jc3iedm-events.ts'
import type { Converted } from '../../src/translation/converter.ts'
import {
  isWithin,
  joinMarkings,
  type Marking,
  printMarking,
  readMarking,
} from '../../src/translation/markings.ts'
import { realmOf } from '../../src/translation/realm.ts'
import { readDigits } from '../../src/translation/symbol-digits.ts'
import {
  complaintsOf,
  convert,
  metresBetween,
  outcomeOf,
  resultOf,
  type Written,
} from './converter-support.ts'

const RUNS = { numRuns: 1_000 }

/** A value and what was said of it; fails where there is none. */
function made(converted: Converted | undefined): { value: Json; error: number; exact: boolean } {
  if (converted?.kind !== 'value') throw new Error(`no value: ${outcomeOf(converted)}`)
  const { outcome, error } = converted.manner
  return { value: converted.value, error: error?.value ?? 0, exact: outcome === 'EXACT' }
}

function pointIn(place: Json): { lat: number; lon: number; accuracyM: number } {
  if (!isJsonObject(place)) throw new Error('no place')
  const { lat, lon, accuracyM } = place
  if (typeof lat !== 'number' || typeof lon !== 'number' || typeof accuracyM !== 'number')
    throw new Error('no place')
  return { lat, lon, accuracyM }
}

const accuracyM = fc.oneof(fc.constantFrom(1, 10, 100, 1_000), fc.double({ min: 0.5, max: 900, noNaN: true }))

void t.test('a place through MGRS and back is off by no more than is said', async t => {
  const lat = fc.double({ min: -79.99, max: 83.99, noNaN: true })
  const lon = fc.double({ min: -180, max: 180, noNaN: true })
  fc.assert(
    fc.property(lat, lon, accuracyM, (latitude, longitude, accuracy) => {
      const place = { lat: latitude, lon: longitude, accuracyM: accuracy }
      const there = made(convert('mgrs', { value: place }))
      const back = pointIn(made(convert('place-of-mgrs', { value: there.value })).value)
      const off = metresBetween(back, place)
      // A sphere is a part in a hundred off, and six decimals are a tenth of a metre
      return off <= (there.error + 0.2) * 1.02 && off <= (back.accuracyM + 0.2) * 1.02
    }),
    RUNS,
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 99_999 }),
      fc.integer({ min: 0, max: 99_999 }),
      fc.integer({ min: 0, max: 5 }),
      (east, north, digits) => {
        const cut = (metres: number) => String(metres).padStart(5, '0').slice(0, digits)
        const reference = `30UVG${cut(east)}${cut(north)}`
        const place = made(convert('place-of-mgrs', { value: reference })).value
        return digits === 0 || resultOf('mgrs', place) === reference
      },
    ),
    RUNS,
  )
  t.pass()
})

void t.test('a place through the National Grid and back is off by no more than is said', async t => {
  fc.assert(
    fc.property(
      fc.double({ min: 50, max: 60, noNaN: true }),
      fc.double({ min: -6, max: 1.5, noNaN: true }),
      accuracyM,
      (lat, lon, accuracy) => {
        const place = { lat, lon, accuracyM: accuracy }
        const there = made(convert('osgr', { value: place }))
        const back = pointIn(made(convert('place-of-osgr', { value: there.value })).value)
        const both = made(convert('mgrs-of-osgr', { value: there.value }))
        const again = made(convert('osgr-of-mgrs', { value: both.value }))
        const last = pointIn(made(convert('place-of-osgr', { value: again.value })).value)
        return (
          metresBetween(back, place) <= there.error * 1.02 &&
          metresBetween(back, place) <= back.accuracyM * 1.02 &&
          metresBetween(last, place) <= (there.error + both.error + again.error) * 1.02
        )
      },
    ),
    RUNS,
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 99_999 }), (east, north) => {
      const print = (metres: number) => String(metres).padStart(5, '0')
      const reference = `NS ${print(east)} ${print(north)}`
      const { lat, lon } = pointIn(made(convert('place-of-osgr', { value: reference })).value)
      return resultOf('osgr', { lat, lon, accuracyM: 1 }) === reference
    }),
    RUNS,
  )
  t.pass()
})

const moment = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2060, 0) })

void t.test('a time through a date-time group and back is off by no more than is said', async t => {
  fc.assert(
    fc.property(moment, fc.integer({ min: -48, max: 56 }), fc.boolean(), (at, quarters, seconds) => {
      const clock = new Date(at + quarters * 900_000).toISOString().slice(0, 19)
      const hours = String(Math.floor(Math.abs(quarters) / 4)).padStart(2, '0')
      const offset = `${quarters < 0 ? '-' : '+'}${hours}:${String((Math.abs(quarters) % 4) * 15).padStart(2, '0')}`
      const written = seconds ? { with: { seconds: 'keep' } } : {}
      const there = made(convert('dtg', { value: clock + offset }, written))
      const back = made(convert('instant', { dtg: there.value }))
      const off = (Date.parse(clock + offset) - Date.parse(String(back.value))) / 1000
      return off >= 0 && off <= there.error && (seconds ? off === 0 && back.exact : true)
    }),
    RUNS,
  )
  fc.assert(
    fc.property(moment, moment, (from, to) => {
      const [start, end] = [from, to].map(at => `${new Date(at).toISOString().slice(0, 16)}:00Z`)
      const period = made(convert('dtg-range', { from: start ?? '', to: end ?? '' })).value
      const read = (end_: string) =>
        made(convert('instant-of-range', { value: period }, { with: { end: end_ } })).value
      return read('from') === start && read('to') === end
    }),
    RUNS,
  )
  t.pass()
})

const letters = fc
  .record({
    code: fc.constantFrom(
      ...LETTER_CODES.flatMap(({ codes }) =>
        [...codes.matchAll(/([A-Z0-9]+)[=~]/g)].map(([, code = '']) => code),
      ),
    ),
    identity: fc.constantFrom(...Array.from('PUAFNSHGWMDLJK')),
    status: fc.constantFrom(...Array.from('PACDXF')),
    size: fc.constantFrom('--', 'A-', '-A', '-E', 'BH', 'EN', 'F-', 'MO', 'MY', 'NS', 'NL', 'H-', 'HB'),
    country: fc.constantFrom('--', '--', '--', 'GB'),
    battle: fc.constantFrom('-', '-', 'X', 'G'),
  })
  .map(({ code, identity, status, size, country, battle }) => {
    const head = code.charAt(0) + identity + code.charAt(1) + status
    return head + code.slice(2).padEnd(6, '-') + size + country + battle
  })

const digitFields = fc.record({
  context: fc.constantFrom('0', '1', '2'),
  identity: fc.constantFrom(...Array.from('0123456')),
  set: fc.constantFrom('01', '10', '11', '15', '20', '25', '40', '50'),
  status: fc.constantFrom(...Array.from('012345')),
  hq: fc.constantFrom(...Array.from('01234567')),
  amplifier: fc.constantFrom('00', '11', '14', '18', '26', '31', '52', '61'),
  entity: fc.constantFrom(
    '000000',
    '110000',
    '110300',
    '110400',
    '120100',
    '121100',
    '200700',
    '201300',
    '110110',
    '140102',
  ),
  modifiers: fc.constantFrom('0000', '1400', '2000', '0057', '7557'),
  extension: fc.constantFrom('', '0000000000', '1234567890'),
})
const digits = digitFields.map(
  ({ context, identity, set, status, hq, amplifier, entity, modifiers, extension }) =>
    `10${context}${identity}${set}${status}${hq}${amplifier}${entity}${modifiers}${extension}`,
)

void t.test('a symbol comes back as it was, or the loss is told', async t => {
  let [exact, told] = [0, 0]
  const trip = (names: readonly [string, string], value: string): boolean => {
    const there = convert(names[0], { value })
    if (there?.kind !== 'value') return true
    const back = convert(names[1], { value: there.value })
    if (back?.kind !== 'value') return false
    if (there.manner.outcome === 'EXACT' && back.manner.outcome === 'EXACT') {
      exact++
      return back.value === value
    }
    told++
    return back.value !== value || back.manner.outcome !== 'EXACT'
  }
  fc.assert(
    fc.property(letters, value => trip(['sidc-of-sidc15', 'sidc15-of-sidc'], value)),
    { numRuns: 3_000 },
  )
  fc.assert(
    fc.property(digits, value => trip(['sidc15-of-sidc', 'sidc-of-sidc15'], value)),
    { numRuns: 3_000 },
  )
  t.ok(exact > 100 && told > 100, `${exact} came back whole, ${told} with a loss`)
})

void t.test(
  'no symbol makes a crowd friend or hostile, shows anybody as hostile, or an exercise as real',
  async t => {
    let passed = 0
    const judge = (name: string, value: string, realm: string | undefined): boolean => {
      const converted = convert(name, { value, ...(realm !== undefined && { realm }) })
      if (converted?.kind !== 'value') return true
      passed++
      const text = String(converted.value)
      const twenty = text.length === 15 ? String(resultOf('sidc-of-sidc15', text)) : text
      const reading = readDigits(twenty)
      if (reading.kind !== 'symbol') return false
      const { identity, set, entity, context } = reading.fields
      const crowd = set === '11' || (set === '40' && (entity.startsWith('12') || entity === '110110'))
      const before = resultOf('realm', value, { target: ['REAL', 'EXERCISE', 'SIMULATION'] })
      return (
        identity < '5' &&
        (!crowd || identity === '1' || identity === '4') &&
        (context !== '0' || (before === 'REAL' && realm !== 'EXERCISE'))
      )
    }
    const realm = fc.constantFrom('REAL', 'EXERCISE', undefined)
    for (const name of ['sidc-kept', 'sidc15-of-sidc'])
      fc.assert(
        fc.property(digits, realm, (value, said) => judge(name, value, said)),
        { numRuns: 2_000 },
      )
    for (const name of ['sidc15-kept', 'sidc-of-sidc15'])
      fc.assert(
        fc.property(letters, realm, (value, said) => judge(name, value, said)),
        { numRuns: 2_000 },
      )
    t.ok(passed > 500, `${passed} passed`)
  },
)

const WORDS = [
  'REAL',
  'OPERATION',
  'OPERATIONS/REALITY',
  'OPER',
  'Actual',
  'EXERCISE',
  'EXER',
  'TRAINING',
  'SIMULATION',
  'RECONSTRUCTION',
  'TEST',
  'System',
]

void t.test('nothing becomes more real than it was, in any two lists', async t => {
  fc.assert(
    fc.property(fc.constantFrom(...WORDS), fc.subarray(WORDS, { minLength: 1 }), (word, target) => {
      if (complaintsOf('realm', { target }).length > 0) return true
      const result = String(resultOf('realm', word, { target }))
      return target.includes(result) && (realmOf(result) === 'real') === (realmOf(word) === 'real')
    }),
    RUNS,
  )
  for (const [type, name] of [
    ['PSU', 'sidc'],
    ['PSU', 'sidc15'],
    ['COMMAND', 'sidc'],
  ] as const)
    for (const realm of ['EXERCISE', 'TEST', 'SIMULATION']) {
      const symbol = made(convert(name, { type, realm })).value
      t.not(resultOf('realm', symbol, { target: ['REAL', 'EXERCISE'] }), 'REAL', `${name} ${realm}`)
    }
  const told = (name: string, slots: JsonObject, written?: Written) => {
    const converted = convert(name, slots, written)
    return converted?.kind === 'value' ? `${converted.manner.outcome} ${converted.manner.note}` : 'none'
  }
  const row = { tables: { e: { A: '120100' } }, source: ['A'] }
  for (const [name, slots, written] of [
    ['sidc', { type: 'PSU' }, {}],
    ['sidc15', { type: 'COMMAND' }, {}],
    ['crowd-symbol', { value: true }, { with: { as: 'sidc15' } }],
    ['event-symbol', { value: 'A' }, { ...row, with: { table: 'e', as: 'sidc' } }],
  ] as const) {
    t.equal(told(name, { ...slots, realm: 'EXERCISE' }, written), 'EXACT undefined', `${name}: an exercise`)
    t.equal(
      told(name, { ...slots, realm: 'TEST' }, written),
      'NARROWED was a test, shown as an exercise',
      `${name}: no symbol tells a test`,
    )
    t.equal(told(name, { ...slots, realm: 'REAL' }, written), 'EXACT undefined', `${name}: real, as it says`)
    t.equal(told(name, slots, written), 'DEFAULTED taken as real', `${name}: nobody has said it`)
  }
  t.match(told('sidc15', { type: 'COMMAND', realm: 'SIMULATION' }), /^NARROWED was a simulation/)
  t.match(told('crowd-symbol', { value: 1, realm: 'SIMULATION' }, { with: { as: 'sidc15' } }), /^NARROWED/)
  const riot = { with: { table: 'e', as: 'sidc' }, tables: { e: { A: '110110' } }, source: ['A'] }
  t.equal(told('event-symbol', { value: 'A' }, riot), 'DEFAULTED not confirmed as a riot; taken as real')
})

const POLICE = ['PC', 'SGT', 'INSP', 'CHINSP', 'SUPT', 'CHSUPT', 'ACC', 'DCC', 'CC']
const NATO = [
  'OR-1',
  'OR-2',
  'OR-3',
  'OR-4',
  'OR-5',
  'OR-6',
  'OR-7',
  'OR-8',
  'OR-9',
  'OF-1',
  'OF-2',
  'OF-3',
  'OF-4',
  'OF-5',
  'OF-6',
  'OF-7',
  'OF-8',
  'OF-9',
  'OF-10',
]

void t.test('ranks keep their order both ways, by seniority and by span', async t => {
  for (const by of ['seniority', 'span']) {
    const written = { with: { by } }
    const up = POLICE.map(rank => NATO.indexOf(String(resultOf('rank', rank, written)))).filter(at => at >= 0)
    t.same(
      up,
      [...up].sort((one, other) => one - other),
      `${by}: no two ranks change places`,
    )
    t.equal(new Set(up).size, up.length, `${by}: no two ranks become one`)
    const down = NATO.map(code => POLICE.indexOf(String(resultOf('rank-of-code', code, written))))
    t.notOk(down.includes(-1))
    t.same(
      down,
      [...down].sort((one, other) => one - other),
      `${by}: no two codes change places`,
    )
    for (const rank of POLICE) {
      const code = resultOf('rank', rank, written)
      if (code !== undefined)
        t.equal(resultOf('rank-of-code', code, written), rank, `${by}: ${rank} comes back`)
    }
  }
  t.equal(resultOf('rank-of-code', 'GBR(A) OF-5', { with: { by: 'seniority' } }), 'CHSUPT')
})

const part = fc.integer({ min: 0, max: 999 })

void t.test('a strength is the same number on both sides, and its parts come back', async t => {
  fc.assert(
    fc.property(
      fc.record({ inspectors: part, sergeants: part, constables: part, drivers: part, staff: part }),
      parts => {
        const total = Object.values(parts).reduce((sum, value) => sum + value, 0)
        const others = made(convert('strength-total', { total, ...parts })).value
        const text = made(convert('strength-breakdown', parts)).value
        const back = made(convert('strength-sum', { others })).value
        return (
          back === total &&
          Object.entries(parts).every(
            ([name, value]) => resultOf('strength-part', text, { with: { part: name } }) === value,
          )
        )
      },
    ),
    RUNS,
  )
  fc.assert(
    fc.property(
      part,
      part,
      (officers, others) => made(convert('strength-sum', { officers, others })).value === officers + others,
    ),
    RUNS,
  )
  t.pass()
})

void t.test('speeds and bearings come back within the errors of both ways together', async t => {
  const perUnit = { kmh: 1 / 3.6, mph: 0.44704, ms: 1 } as const
  const unit = fc.constantFrom('kmh', 'mph', 'ms')
  fc.assert(
    fc.property(fc.double({ min: 0, max: 400, noNaN: true }), unit, unit, (value, from, to) => {
      const there = made(convert('speed', { value }, { with: { from, to } }))
      const back = made(convert('speed', { value: there.value }, { with: { from: to, to: from } }))
      const allowed = back.error + (there.error * perUnit[to]) / perUnit[from]
      return Math.abs(Number(back.value) - value) <= allowed + 1e-9
    }),
    RUNS,
  )
  fc.assert(
    fc.property(fc.double({ min: 0, max: 360, noNaN: true }), degrees => {
      const there = made(convert('bearing', { value: degrees }, { with: { to: 'mils' } }))
      const back = made(convert('bearing', { value: there.value }, { with: { to: 'degrees' } }))
      const off = Math.abs(((Number(back.value) - degrees + 540) % 360) - 180)
      return Number(there.value) < 6400 && off <= (there.error * 360) / 6400 + back.error + 1e-9
    }),
    RUNS,
  )
  t.equal(resultOf('bearing', 92, { with: { to: 'mils' } }), 1636, 'the worked example')
  t.equal(resultOf('speed', 2.5, { with: { to: 'kmh' } }), 4, 'the worked example')
})

void t.test('a height keeps its datum, and a bare number gets only its own', async t => {
  fc.assert(
    fc.property(
      fc.integer({ min: -400, max: 9_000 }),
      fc.constantFrom('HAE', 'MSL'),
      fc.constantFrom('HAE', 'MSL'),
      (value, datum, wanted) => {
        const bare = convert('height', { value: { value, datum } }, { with: { datum: wanted } })
        if (datum !== wanted) return bare?.kind === 'unmapped'
        const back = made(convert('altitude-of-height', { value }, { with: { datum } })).value
        return (
          bare?.kind === 'value' &&
          bare.value === value &&
          JSON.stringify(back) === JSON.stringify({ value, datum })
        )
      },
    ),
    RUNS,
  )
  t.pass()
})

const categories = fc.uniqueArray(
  fc.constantFrom(
    { tag: 'UK EYES ONLY', type: 'RESTRICTIVE', values: [] },
    { tag: 'Releasable To', type: 'PERMISSIVE', values: ['GBR', 'USA'] },
    { tag: 'PERSONAL', type: 'INFORMATIVE', values: [] },
  ),
)
const label = fc
  .record(
    {
      sensitive: fc.boolean(),
      classification: fc.constantFrom('OFFICIAL', 'OFFICIAL-SENSITIVE', 'SECRET'),
      descriptor: fc.constantFrom('PERSONAL', 'LOCSEN'),
      categories,
    },
    { requiredKeys: ['classification'] },
  )
  .map((members): JsonObject => ({ ...members, policy: 'UK-GSC' }) as JsonObject)

function markingOf(value: Json): Marking {
  const reading = readMarking(value)
  if (reading.kind === 'refused') throw new Error(reading.why)
  return reading.marking
}

/** The words of a marking that must reach whoever reads it, however it is put. */
function wordsOf({ descriptor, categories = [] }: JsonObject): readonly string[] {
  const tags = (categories as readonly JsonObject[]).map(({ tag }) => String(tag))
  return typeof descriptor === 'string' ? [...tags, descriptor] : tags
}

const TO_NATO: Written = { with: { to: 'NATO' } }
const TO_UK: Written = { with: { to: 'UK-GSC' } }

void t.test('a marking is never lowered, and comes home byte for byte', async t => {
  fc.assert(
    fc.property(label, original => {
      const there = made(convert('marking', { value: original }, TO_NATO)).value
      const stranger = made(convert('marking', { value: there }, TO_UK)).value
      const home = made(convert('marking', { value: there, original }, TO_UK)).value
      return (
        markingOf(there).level >= markingOf(original).level &&
        wordsOf(original).every(word => JSON.stringify(stranger).includes(word)) &&
        markingOf(stranger).level >= markingOf(there).level &&
        JSON.stringify(home) === JSON.stringify(original) &&
        JSON.stringify(made(convert('label', { value: original })).value) === JSON.stringify(original)
      )
    }),
    RUNS,
  )
  fc.assert(
    fc.property(
      label,
      fc.constantFrom('RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'NATO SECRET'),
      (original, classification) => {
        const value = { policy: 'NATO', classification }
        const home = made(convert('marking', { value, original }, TO_UK)).value
        const sent = markingOf(made(convert('marking', { value: original }, TO_NATO)).value)
        if (isWithin(markingOf(value), sent)) return JSON.stringify(home) === JSON.stringify(original)
        return markingOf(home).level >= Math.max(markingOf(value).level, markingOf(original).level)
      },
    ),
    RUNS,
  )
  const released: Written = { with: { to: 'NATO', official: 'released' } }
  const official = { policy: 'UK-GSC', classification: 'OFFICIAL' }
  t.match(resultOf('marking', official, TO_NATO), { classification: 'RESTRICTED' }, 'nobody has decided')
  t.match(resultOf('marking', official, released), { classification: 'UNCLASSIFIED' }, 'somebody has')
  t.match(resultOf('marking', { ...official, sensitive: true }, released), { classification: 'RESTRICTED' })
  t.match(resultOf('marking', { policy: 'NATO', classification: 'CONFIDENTIAL' }, TO_UK), {
    classification: 'SECRET',
  })
  const remark = { tag: 'HANDLE WITH CARE', type: 'INFORMATIVE', values: [] }
  const remarked = { policy: 'NATO', classification: 'RESTRICTED', categories: [remark] }
  t.match(
    made(convert('marking', { value: remarked, original: official }, TO_UK)).value,
    { categories: [remark] },
    'a remark that was put on abroad comes along',
  )
  const narrow = { source: ['policy', 'classification', 'descriptor'], target: ['policy', 'classification'] }
  const stopped = convert('label', { value: { ...official, descriptor: 'PERSONAL' } }, narrow)
  t.same(stopped, { kind: 'blocked', rule: 'r.descriptor' }, 'no word goes unsaid')
  t.ok(made(convert('label', { value: official }, narrow)).exact)
})

void t.test('two markings together are no looser than either', async t => {
  fc.assert(
    fc.property(label, label, (one, other) => {
      const [first, second] = [markingOf(one), markingOf(other)]
      const both = joinMarkings(first, second)
      const tied = (marking: Marking) => marking.categories.filter(({ type }) => type !== 'PERMISSIVE').length
      return (
        both.level === Math.max(first.level, second.level) &&
        [first.descriptor, second.descriptor].every(word => JSON.stringify(both).includes(word ?? '')) &&
        tied(both) >= Math.max(tied(first), tied(second)) &&
        isWithin(first, joinMarkings(first, first)) &&
        JSON.stringify(markingOf(printMarking(both))) === JSON.stringify(both)
      )
    }),
    RUNS,
  )
  t.pass()
})

void t.test('a grade that went there and back says the same there again', async t => {
  for (const [value, to, from] of [
    ...[1, 2, 3].map(grade => [grade, 'reliability', 'source'] as const),
    ...Array.from('ABCDE').map(grade => [grade, 'credibility', 'assessment'] as const),
    ...Array.from('ABCDEF').map(grade => [grade, 'source', 'reliability'] as const),
    ...[1, 2, 3, 4, 5, 6].map(grade => [grade, 'assessment', 'credibility'] as const),
  ]) {
    const there = made(convert('grade', { value }, { with: { to } }))
    const back = made(convert('grade', { value: there.value }, { with: { to: from } }))
    t.notOk(there.exact || back.exact, `${to} ${value} is never exact`)
    const again = resultOf('grade', back.value, { with: { to } })
    if (to === 'reliability' || to === 'source') t.equal(again, there.value, `${to} ${value}`)
  }
  t.equal(
    made(convert('grade', { value: 'A' }, { with: { to: 'source' }, type: 'count' })).value,
    1,
    'as a number',
  )
})

void t.test('state 0 always arrives as an alert, in the codes of any force', async t => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 16 })),
      codes => {
        const tables = {
          own: Object.fromEntries(Object.entries(codes).map(([code, state]) => [code, String(state)])),
        }
        return Object.entries(codes).every(([code, state]) => {
          const alert = resultOf('status', code, {
            with: { as: 'alert', codes: 'own' },
            tables,
            type: 'bool',
          })
          return alert === (state === 0 ? true : state <= 11 ? false : undefined)
        })
      },
    ),
    RUNS,
  )
  const word = fc.constantFrom(
    'READY',
    'COMMITTED',
    'PLANNED',
    'Operational',
    'NotOperational',
    'En-route',
    'x',
    undefined,
  )
  fc.assert(
    fc.property(word, word, word, (activity, status, deployment) => {
      const slots = {
        alert: true,
        activity: activity ?? null,
        status: status ?? null,
        deployment: deployment ?? null,
      }
      return made(convert('state', slots)).value === 0
    }),
    RUNS,
  )
  t.equal(resultOf('status', 0, { with: { as: 'alert' }, type: 'bool' }), true)
})

const CODES = `${CIVIL_EVENTS} ${GUARDED_EVENTS}`.trim().split(/\s+/)

void t.test('no table makes DMNSTR, or any guarded code, out of what police say', async t => {
  const words = ['LAWFUL_PROTEST', 'UNLAWFUL_PROTEST', 'RIOT', 'OTHER']
  const guarded = new Set(GUARDED_EVENTS.trim().split(/\s+/))
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...CODES), { minLength: 4, maxLength: 4 }),
      fc.constantFrom('GOLD', 'SILVER', 'BRONZE', 'p-00ff', true, null),
      (codes, confirmed) => {
        const table = Object.fromEntries(words.map((word, index) => [word, codes[index] ?? '']))
        const written = { with: { table: 'e' }, tables: { e: table }, source: words }
        if (complaintsOf('event', written).length > 0) return codes.some(code => guarded.has(code))
        const isConfirmed = confirmed === 'GOLD' || confirmed === 'SILVER'
        return words.every((value, index) => {
          const code = String(made(convert('event', { value, confirmed }, written)).value)
          return !guarded.has(code) && (code === 'RIOT') === (codes[index] === 'RIOT' && isConfirmed)
        })
      },
    ),
    RUNS,
  )
  const table = { LAWFUL_PROTEST: 'CIVDML', RIOT: 'RIOT' }
  const written = { with: { table: 'e' }, tables: { e: table }, source: Object.keys(table) }
  t.equal(made(convert('event', { value: 'LAWFUL_PROTEST' }, written)).value, 'CIVDML')
  t.equal(outcomeOf(convert('event', { value: 'RIOT' }, written)), 'WIDENED', 'unrest until it is confirmed')
  for (const [confirmed, code, kind, entity] of [
    ['SILVER', 'RIOT', 'RIOT', '110110'],
    ['GOLD', 'RIOT', 'RIOT', '110110'],
    ['BRONZE', 'CIVUNR', 'DISORDER', '120000'],
    [true, 'CIVUNR', 'DISORDER', '120000'],
  ] as const) {
    const riot = { value: 'RIOT', confirmed }
    const symbol = { with: { table: 's', as: 'sidc' }, tables: { s: { RIOT: '110110' } }, source: ['RIOT'] }
    t.equal(made(convert('event', riot, written)).value, code, `${confirmed}`)
    t.equal(made(convert('event-kind', riot, { source: ['RIOT', 'DISORDER'] })).value, kind, `${confirmed}`)
    t.equal(made(convert('event-symbol', riot, symbol)).value, `1004400000${entity}0000`, `${confirmed}`)
  }
  const symbols = {
    with: { table: 's', as: 'sidc15' },
    tables: { s: { LAWFUL_PROTEST: '120100' } },
    source: ['LAWFUL_PROTEST'],
  }
  t.equal(resultOf('event-symbol', 'LAWFUL_PROTEST', symbols), 'ONOPD----------')
})

void t.test('command roles come back only to the post that had them', async t => {
  for (const role of [
    'GOLD',
    'SILVER',
    'BRONZE',
    'SUB_BRONZE',
    'PSU_COMMANDER',
    'TACTICAL_ADVISER',
    'MEDICAL_ADVISER',
    'LOGGIST',
    'LIAISON_OFFICER',
  ]) {
    const post = made(convert('command', { value: role }, { with: { as: 'role' } })).value
    t.equal(made(convert('police-role', { value: post, policeRole: role })).value, role)
  }
  for (const post of ['COMMANDING_OFFICER', 'SECOND_IN_COMMAND', 'COMPANY_SERGEANT_MAJOR'])
    t.equal(
      convert('police-role', { value: post, policeRole: 'GOLD' })?.kind,
      'unmapped',
      `${post} is never Gold`,
    )
})
