import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json } from '../../src/kit/kit.ts'
import type { Scene } from '../../src/policy/condition.ts'
import { makeFindings } from '../../src/policy/findings.ts'
import { readSource } from '../../src/policy/source.ts'
import type { Treatment } from '../../src/policy/treatments/treatment.ts'
import { FAMILIES, PLAIN, type TermedKind } from '../../src/policy/treatments/treatments.ts'
import type { LeafType } from '../../src/terms/terms.ts'
import { squareOf as militarySquareOf } from '../../src/translation/translation.ts'
import { RUNS } from './runs.ts'
import { label, squareOf } from './support.ts'

const runs = { numRuns: RUNS }

const key = createSecretKey(Buffer.alloc(32, 9))
const scene: Scene = { document: {}, entries: [], label, request: {} }

function treatment(kind: TermedKind, terms: Json, type: LeafType, grid = squareOf): Treatment {
  const findings = makeFindings('terms')
  const source = readSource(JSON.stringify(terms), findings)
  if (!source) throw new Error('no terms')
  const prepared = FAMILIES[kind].prepare(findings, source)
  if (findings.problems.length > 0 || !prepared.fits(type)) throw new Error(`${kind} does not fit ${type}`)
  return prepared.forLeaf(
    { path: 'x', type, valid: () => true },
    { squareOf: grid, pseudonymKey: () => () => key },
  )
}

const instants = fc
  .tuple(
    fc.date({ min: new Date(-6e13), max: new Date(2.5e14), noInvalidDate: true }),
    fc.constantFrom('Z', '+00:00', '-05:30', '+14:00'),
  )
  .map(([date, offset]) => date.toISOString().replace('Z', offset))
const point = fc.record({
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
})
const cell = fc.constantFrom(undefined, '100m', '1km', '10km')
const places: fc.Arbitrary<Json> = fc.oneof(
  fc.tuple(point, cell).map(
    ([{ lon, lat }, side]): Json => ({
      type: 'Point',
      coordinates: [lon, lat],
      ...(side ? { cell: side } : {}),
    }),
  ),
  fc.tuple(point, cell).map(([at, side]): Json => ({ ...at, accuracyM: 3, ...(side ? { cell: side } : {}) })),
  fc.constantFrom('30UVG2173891338', '30UVG217913', '30UVG29', '30UVG', '36SYC3182353543'),
)
const anything = fc.jsonValue().map(value => value as Json)

const subjects: readonly (readonly [TermedKind, Json, LeafType, fc.Arbitrary<Json>])[] = [
  ['mask', { keepLast: 3, with: '*' }, 'phone', fc.string({ unit: 'grapheme' })],
  ['mask', { keepFirst: 2, with: '#' }, 'text', fc.string({ unit: 'binary' })],
  ['generalisePlace', { grid: '100m' }, 'place', places],
  ['generalisePlace', { grid: '1km' }, 'place', places],
  ['generalisePlace', { grid: '10km' }, 'place', places],
  ...['PT1M', 'PT15M', 'PT6H', 'P1D', 'P1M', 'P1Y'].map(
    to => ['generaliseTime', { to }, 'time', instants] as const,
  ),
  ['generaliseTime', { to: 'P1M' }, 'date', instants.map(instant => instant.slice(0, 10))],
  ['band', { edges: [10, 50, 100], hideBelow: 10 }, 'count', fc.integer({ min: -10, max: 1_000 })],
  ['band', { edges: [20], hideBelow: 5 }, 'number', fc.double({ noNaN: true })],
  ['pseudonymise', { key: 'k', scope: ['agreement'], prefix: 'N-' }, 'id', fc.string()],
]

void t.test('what a treatment makes, it accepts', t => {
  for (const [kind, terms, type, values] of subjects) {
    const { apply, accepts } = treatment(kind, terms, type)
    let made = 0
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: anything }), value => {
        const outcome = apply(value, scene)
        if (outcome === undefined) return true
        made++
        return accepts(JSON.parse(JSON.stringify(outcome)) as Json)
      }),
      runs,
    )
    t.ok(made > RUNS / 10, `${kind} made ${made} values`)
  }
  t.end()
})

void t.test('places and times are fixed points: a second time changes nothing', t => {
  for (const [kind, terms, type, values] of subjects) {
    const clock = kind === 'generaliseTime' && JSON.stringify(terms).includes('PT')
    if (kind !== 'generalisePlace' && !clock) continue
    const { apply } = treatment(kind, terms, type)
    fc.assert(
      fc.property(values, value => {
        const once = apply(value, scene)
        return once === undefined || JSON.stringify(apply(once, scene)) === JSON.stringify(once)
      }),
      runs,
    )
  }
  t.end()
})

void t.test('a treatment does not accept what it would have changed', t => {
  const { accepts } = treatment('generalisePlace', { grid: '1km' }, 'place')
  t.notOk(accepts({ type: 'Point', coordinates: [-4.2837, 55.869] }))
  t.notOk(accepts({ type: 'Point', coordinates: [-4.2837, 55.869], cell: '1km' }))
  t.notOk(accepts({ type: 'Point', coordinates: [-4.2835, 55.8695], cell: '100m' }))
  t.notOk(accepts({ type: 'Point', coordinates: [-4.285, 55.865], cell: '1km', note: 'x' }))
  t.ok(accepts({ type: 'Point', coordinates: [-4.285, 55.865], cell: '1km' }))
  t.notOk(accepts('30UVG217913'))
  t.notOk(treatment('generaliseTime', { to: 'PT15M' }, 'time').accepts('2026-05-02T10:07:00Z'))
  t.notOk(treatment('generaliseTime', { to: 'P1M' }, 'time').accepts('2026-13'))
  t.notOk(treatment('band', { edges: [10, 50] }, 'count').accepts(12))
  t.notOk(treatment('pseudonymise', { key: 'k', scope: ['agreement'] }, 'id').accepts('NS2201'))
  t.end()
})

void t.test('share gives back a value of its own, and only of the right type', t => {
  const types: readonly LeafType[] = [
    'text',
    'id',
    'enum',
    'count',
    'number',
    'bool',
    'time',
    'date',
    'place',
    'phone',
  ]
  for (const type of types) {
    const leaf = { path: 'x', type, valid: () => true }
    const { apply } = PLAIN.share.forLeaf(leaf, { squareOf, pseudonymKey: () => () => undefined })
    fc.assert(
      fc.property(fc.oneof(anything, places), value => {
        const outcome = apply(value, scene)
        if (outcome === undefined) return true
        if (typeof outcome === 'object') return outcome !== value && type === 'place'
        return outcome === value && !(isJsonObject(value) && type !== 'place')
      }),
      runs,
    )
  }
  t.end()
})

/** Treatments of one kind, the finer first; each step of the coarser is made of whole steps of the finer. */
const ladders: readonly (readonly [TermedKind, LeafType, fc.Arbitrary<Json>, readonly Json[]])[] = [
  [
    'generaliseTime',
    'time',
    instants,
    ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H'].map(to => ({ to })),
  ],
  ['generalisePlace', 'place', places, ['100m', '1km', '10km'].map(grid => ({ grid }))],
]

void t.test('a coarser treatment tells nothing that a finer one has not told', t => {
  for (const [kind, type, values, terms] of ladders) {
    for (const grid of [squareOf, militarySquareOf]) {
      const steps = terms.map(one => treatment(kind, one, type, grid))
      const step = fc.nat(steps.length - 1)
      fc.assert(
        fc.property(values, step, step, (value, one, other) => {
          const [finer, coarser] = [steps[Math.min(one, other)], steps[Math.max(one, other)]]
          const fine = finer?.apply(value, scene)
          if (fine === undefined) return true
          return JSON.stringify(coarser?.apply(fine, scene)) === JSON.stringify(coarser?.apply(value, scene))
        }),
        runs,
      )
    }
    t.pass(kind)
  }
  t.end()
})

void t.test('a day, a month and a year are what a finer time begins with', t => {
  const [minute, day, month, year] = ['PT1M', 'P1D', 'P1M', 'P1Y'].map(to =>
    treatment('generaliseTime', { to }, 'time'),
  )
  fc.assert(
    fc.property(instants, instant => {
      const texts = [minute, day, month, year].map(step => step?.apply(instant, scene))
      return texts.every((text, index) => index === 0 || String(texts[index - 1]).startsWith(String(text)))
    }),
    runs,
  )
  t.pass('each begins with the next')
  t.end()
})

void t.test('a mask shows no more than it keeps, and does not give the length away', t => {
  const { apply } = treatment('mask', { keepLast: 3, with: '*' }, 'text')
  let masked = 0
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), value => {
      const outcome = apply(value, scene)
      const characters = Array.from(value)
      if (characters.length < 6) return outcome === undefined
      masked++
      return outcome === `***${characters.slice(-3).join('')}`
    }),
    runs,
  )
  t.ok(masked > RUNS / 10)
  t.end()
})
