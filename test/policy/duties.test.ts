import t from 'tap'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import {
  ABILITIES,
  diffAgreements,
  isAbility,
  lintAgreement,
  ORDINARY_RULES,
  OUR_ABILITIES,
} from '../../src/policy/policy.ts'
import { linted, spoilt } from './lint/sound.ts'
import { attempt, compiled } from './support.ts'

const RESOURCE = 'drill.mission'
const DELETE: JsonObject = { deleteAfter: { from: 'receipt', period: 'P30D' } }
const EVERY: readonly JsonObject[] = [
  DELETE,
  { caveat: 'For the drill only.' },
  { onward: 'not-allowed' },
  { correct: { within: 'PT1H' } },
  { log: { who: 'person', keep: 'P5Y' } },
  { notify: { who: 'provider', on: ['person-found'], within: 'PT15M' } },
  { feedback: { to: 'provider', on: ['wrong-data'] } },
]

function withDuties(must: readonly Json[], should: readonly Json[] = [], drill?: readonly Json[]): string {
  return spoilt([['obligations'], { all: { must, should }, ...(drill ? { drill: { must: drill } } : {}) }])
}

void t.test('every duty keeps its form, and says what the recipient has to be able to do', t => {
  const agreement = compiled(withDuties(EVERY))
  t.strictSame(agreement.obligations(RESOURCE, 'drill')?.must, EVERY)
  t.strictSame(agreement.requires(RESOURCE, 'drill'), [
    'delete-after',
    'caveat',
    'onward',
    'correct',
    'log-person',
    'notify',
    'feedback',
  ])
  t.strictSame(agreement.requires('drill.other', 'drill'), [])
  t.strictSame(agreement.requires(RESOURCE, 'press'), [])
  const wished = compiled(withDuties([DELETE], EVERY.slice(1)))
  t.strictSame(wished.requires(RESOURCE, 'drill'), ['delete-after'], 'a `should` stops nothing')
  t.strictSame(wished.obligations(RESOURCE, 'drill')?.should, EVERY.slice(1))
  t.end()
})

void t.test('what one purpose adds is required for that purpose only, and once', t => {
  const more = [{ correct: { within: 'PT1H' } }, { log: { who: 'role', keep: 'P1Y' } }]
  const agreement = compiled(withDuties([DELETE, { caveat: 'a' }, { caveat: 'b' }], [], more))
  t.strictSame(agreement.requires(RESOURCE, 'drill'), ['delete-after', 'caveat', 'correct', 'log-role'])
  t.strictSame(agreement.requires(RESOURCE, 'review'), ['delete-after', 'caveat'])
  t.end()
})

void t.test('the longest log counts, from the moment of the reading', t => {
  const from = Date.parse('2026-03-01T00:00:00Z')
  const agreement = compiled(
    withDuties([DELETE, { log: { who: 'role', keep: 'P1Y' } }], [], [{ log: { who: 'role', keep: 'P2Y' } }]),
  )
  t.equal(agreement.keepLogUntil('drill', from), Date.parse('2028-03-01T00:00:00Z'))
  t.equal(agreement.keepLogUntil('review', from), Date.parse('2027-03-01T00:00:00Z'))
  t.equal(compiled(withDuties([DELETE])).keepLogUntil('drill', from), undefined)
  t.end()
})

void t.test('abilities are a closed list, and this program has what it says', t => {
  t.ok(isAbility('correct'))
  for (const word of ['toString', 'recall', '']) t.notOk(isAbility(word), word)
  t.strictSame(
    [...OUR_ABILITIES].filter(one => !Object.hasOwn(ABILITIES, one)),
    [],
  )
  t.end()
})

void t.test('a duty that says nothing a machine could check is a problem', t => {
  const cases: readonly (readonly [Json, RegExp])[] = [
    [{ notify: { who: 'press', on: ['a'], within: 'PT1H' } }, /`press` is not one of/],
    [{ notify: { who: 'provider', on: [], within: 'PT1H' } }, /nothing that could happen/],
    [{ notify: { who: 'provider', on: ['found', 'found'], within: 'PT1H' } }, /`found` twice/],
    [{ notify: { who: 'provider', on: ['Found!'], within: 'PT1H' } }, /lower case words/],
    [{ correct: { within: 'soon' } }, /not a period/],
    [{ log: { who: 'person' } }, /lacks `keep`/],
    [{ onward: 'perhaps' }, /`perhaps` is not one of/],
    [{ onward: 'not-allowed', caveat: 'two in one' }, /one word with its terms/],
  ]
  for (const [duty, says] of cases) {
    const found = attempt(withDuties([DELETE, duty]))
    t.match(found, [{ says }])
  }
  t.end()
})

void t.test('less duty is looser', t => {
  const directions = (before: readonly Json[], after: readonly Json[]) =>
    diffAgreements(compiled(withDuties(before)), compiled(withDuties(after))).map(one => one.direction)
  const log = (who: string, keep: string) => ({ log: { who, keep } })
  t.strictSame(
    new Set(directions([DELETE, log('person', 'P5Y')], [DELETE, log('role', 'P5Y')])),
    new Set(['looser']),
  )
  t.strictSame(new Set(directions([DELETE], [DELETE, log('role', 'P5Y')])), new Set(['tighter']))
  t.strictSame(
    new Set(directions([DELETE, { correct: { within: 'PT1H' } }], [DELETE, { correct: { within: 'P1D' } }])),
    new Set(['looser']),
  )
  t.end()
})

void t.test('the linter finds duties that contradict each other or that nobody has declared', t => {
  const stops = (source: string, abilities?: readonly (keyof typeof ABILITIES)[]) =>
    linted(source, {
      agency: { ...ORDINARY_RULES, abilities: abilities && new Set(abilities) },
    }).flatMap(({ check, level, says }) => (check === 40 && level === 'stop' ? [says] : []))
  t.strictSame(stops(withDuties(EVERY), [...OUR_ABILITIES]), [], 'one of each is well')
  t.match(stops(withDuties(EVERY), ['delete-after', 'caveat', 'onward', 'log-role', 'notify', 'feedback']), [
    /not declared `correct`, that it puts a correction/,
    /not declared `log-person`/,
  ])
  t.match(stops(withDuties([DELETE, { log: { who: 'person', keep: 'P7D' } }])), [
    /would go after `P7D`, and the data only after `P30D`/,
  ])
  const notify = (within: string) => ({ notify: { who: 'provider', on: ['person-found', 'other'], within } })
  const twice = stops(withDuties([DELETE, notify('PT15M')], [], [notify('PT1H')]))
  t.ok(twice.some(says => /told of `person-found` within `PT15M` and within `PT1H`/.test(says)))
  const corrects = [DELETE, { correct: { within: 'PT1H' } }]
  t.match(stops(withDuties(corrects, [], [{ correct: { within: 'PT2H' } }])), [/says two things/])
  t.end()
})

void t.test('nothing a policy says of its duties makes the linter fall', t => {
  for (const odd of [null, [], 'all', { all: [] }, { all: { must: {} } }, { all: { must: [[]] } }]) {
    const source = spoilt([['obligations'], odd])
    t.doesNotThrow(() =>
      lintAgreement({
        source,
        file: 'p',
        parts: { catalogueOf: () => undefined, squareOf: () => undefined, pseudonymKey: () => undefined },
        now: 0,
      }),
    )
    t.ok(linted(source).some(({ level }) => level === 'stop'))
  }
  t.end()
})
