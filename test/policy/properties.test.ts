import { createSecretKey } from 'node:crypto'
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { bindCondition, type Scene } from '../../src/policy/condition.ts'
import { parseCondition } from '../../src/policy/expression.ts'
import { makeFindings } from '../../src/policy/findings.ts'
import { readSource } from '../../src/policy/source.ts'
import type { Treatment } from '../../src/policy/treatments/treatment.ts'
import { FAMILIES, PLAIN, type TermedKind } from '../../src/policy/treatments/treatments.ts'
import type { Leaf, LeafType } from '../../src/terms/terms.ts'
import { documents, sourceOf, tables } from './arbitraries.ts'
import { compiled, label, mission, released, squareOf } from './support.ts'

const RUNS = { numRuns: 1_000 }
const FEWER = { numRuns: 300 }

// Treatments ------------------------------------------------------------------------------------------------------

const key = createSecretKey(Buffer.alloc(32, 9))
const scene: Scene = { document: {}, entries: [], label, request: {} }

function treatment(kind: TermedKind, terms: Json, type: LeafType): Treatment {
  const findings = makeFindings('terms')
  const source = readSource(JSON.stringify(terms), findings)
  if (!source) throw new Error('no terms')
  const prepared = FAMILIES[kind].prepare(findings, source)
  if (findings.problems.length > 0 || !prepared.fits(type)) throw new Error(`${kind} does not fit ${type}`)
  return prepared.forLeaf({ path: 'x', type, valid: () => true }, { squareOf, pseudonymKey: () => () => key })
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
      RUNS,
    )
    t.ok(made > 100, `${kind} made ${made} values`)
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
      RUNS,
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
      FEWER,
    )
  }
  t.end()
})

// Agreements ------------------------------------------------------------------------------------------------------

/** Every leaf of a document as `general path = value`, with how often it occurs: entries may be dropped before others. */
function shown(value: Json, path = '', found = new Map<string, number>()): Map<string, number> {
  const isPlace = isJsonObject(value) && value['type'] === 'Point'
  if (Array.isArray(value)) for (const entry of value) shown(entry as Json, `${path}[]`, found)
  else if (isJsonObject(value) && !isPlace) {
    for (const [name, member] of Object.entries(value))
      shown(member, path === '' ? name : `${path}.${name}`, found)
  } else {
    const line = `${path}=${JSON.stringify(value)}`
    found.set(line, (found.get(line) ?? 0) + 1)
  }
  return found
}

function isWithin(less: JsonObject, more: JsonObject): boolean {
  const all = shown(more)
  return [...shown(less)].every(([line, count]) => count <= (all.get(line) ?? 0))
}

void t.test('nothing unknown and nothing that is not in the table ever appears', t => {
  let leaves = 0
  fc.assert(
    fc.property(tables, documents, (table, document) => {
      const outcome = released(compiled(sourceOf(table)), document)
      const text = JSON.stringify(outcome)
      const never = new Set(
        table.redLines.flatMap(line =>
          isJsonObject(line) ? ((line['never'] as string[] | undefined) ?? []) : [],
        ),
      )
      for (const line of shown(outcome).keys()) {
        leaves++
        const path = line.slice(0, line.indexOf('='))
        if (!(path in table.rows) || never.has(path)) return false
      }
      return !text.includes('stranger') && !text.includes('unknown')
    }),
    RUNS,
  )
  t.ok(leaves > 2_000, `${leaves} values were let through`)
  t.end()
})

void t.test('no mark of an item that is withheld or treated appears anywhere', t => {
  fc.assert(
    fc.property(tables, documents, (table, document) => {
      const text = JSON.stringify(released(compiled(sourceOf(table)), document))
      for (const [line] of shown(document)) {
        const [path = '', printed = ''] = line.split(/=(.*)/s)
        const leaf = mission.leaves.get(path)
        if (!leaf || !isTelling(leaf) || canBeShared(table.rows[path])) continue
        if (printed !== 'null' && text.includes(printed)) return false
      }
      return true
    }),
    RUNS,
  )
  t.end()
})

/** Enumerations, flags and small counts occur in several places; they tell nothing about where they came from. */
function isTelling({ type }: Leaf): boolean {
  return type !== 'enum' && type !== 'bool' && type !== 'count'
}

function canBeShared(row: Json | undefined): boolean {
  return row !== undefined && JSON.stringify(row).includes('"share"')
}

void t.test('the receiver finds nothing to refuse in what the provider made', t => {
  let compared = 0
  fc.assert(
    fc.property(tables, documents, (table, document) => {
      const agreement = compiled(sourceOf(table))
      const outcome = JSON.parse(JSON.stringify(released(agreement, document))) as JsonObject
      compared += shown(outcome).size
      return agreement.recheck('drill.mission', 'drill', outcome).length === 0
    }),
    RUNS,
  )
  t.ok(compared > 2_000)
  t.end()
})

void t.test('the receiver refuses the whole document wherever the provider cut something out', t => {
  let cut = 0
  fc.assert(
    fc.property(tables, documents, (table, document) => {
      const agreement = compiled(sourceOf(table))
      const outcome = released(agreement, document)
      if (JSON.stringify(outcome) === JSON.stringify(document)) return true
      cut++
      return agreement.recheck('drill.mission', 'drill', document).length > 0
    }),
    FEWER,
  )
  t.ok(cut > 100)
  t.end()
})

void t.test('one more red line never shows more', t => {
  fc.assert(
    fc.property(tables, tables, documents, (table, { redLines: [extra] }, document) => {
      if (!extra) return true
      const before = released(compiled(sourceOf(table)), document)
      const after = released(compiled(sourceOf({ ...table, redLines: [...table.redLines, extra] })), document)
      return isWithin(after, before)
    }),
    RUNS,
  )
  t.end()
})

void t.test('one row less never shows more', t => {
  fc.assert(
    fc.property(tables, fc.nat(), documents, (table, pick, document) => {
      const paths = Object.keys(table.rows)
      const gone = paths[pick % paths.length]
      const rows = Object.fromEntries(Object.entries(table.rows).filter(([path]) => path !== gone))
      return isWithin(
        released(compiled(sourceOf({ ...table, rows })), document),
        released(compiled(sourceOf(table)), document),
      )
    }),
    RUNS,
  )
  t.end()
})

const controls = [...mission.leaves.values()].filter(({ control }) => control).map(({ path }) => path)

/** A copy without one item, in every entry or in those that `pick` hits. */
function without(value: Json, steps: readonly string[], pick: number): Json {
  const [step = '', ...rest] = steps
  const name = step.replace('[]', '')
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return value
  const { [name]: member = null, ...others } = value
  if (rest.length === 0) return others
  if (!Array.isArray(member)) return { ...others, [name]: without(member, rest, pick) }
  return {
    ...value,
    [name]: member.map((entry: Json, index) =>
      pick % 3 === 1 && index !== pick % 4 ? entry : without(entry, rest, pick),
    ),
  }
}

void t.test('an item that is absent never opens anything', t => {
  let differing = 0
  fc.assert(
    fc.property(tables, documents, fc.constantFrom(...controls), fc.nat(), (table, document, path, pick) => {
      const agreement = compiled(sourceOf(table))
      const before = released(agreement, document)
      const after = released(agreement, without(document, path.split('.'), pick) as JsonObject)
      if (JSON.stringify(after) !== JSON.stringify(before)) differing++
      return isWithin(after, before)
    }),
    RUNS,
  )
  t.ok(differing > 50, `${differing} outcomes were smaller`)
  t.end()
})

// Conditions ------------------------------------------------------------------------------------------------------

const flags = ['unit.covert']
const numbers = ['mission.crowdEstimate', 'person.ageYears']
const words: readonly (readonly [string, readonly string[]])[] = [
  ['mission.phase', mission.leaves.get('phase')?.values ?? []],
  ['mission.threatLevel', mission.leaves.get('threatLevel')?.values ?? []],
]

const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
const equality = fc.constantFrom('==', '!=')
const leafConditions: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...flags,
    ...flags.map(flag => `has(${flag})`),
    'has(mission.phase)',
    'has(mission.crowdEstimate)',
    'true',
    'false',
  ),
  fc
    .tuple(fc.constantFrom(...numbers), comparison, fc.integer({ min: -3, max: 3 }))
    .map(part => part.join(' ')),
  fc
    .tuple(fc.integer({ min: -3, max: 3 }), comparison, fc.constantFrom(...numbers))
    .map(part => part.join(' ')),
  fc.tuple(fc.constantFrom(...numbers), comparison, fc.constantFrom(...numbers)).map(part => part.join(' ')),
  fc
    .tuple(fc.constantFrom(...numbers), comparison, fc.double({ min: -3, max: 3, noNaN: true }))
    .map(([a, b, c]) => `${a} ${b} ${c.toFixed(2)}`),
  fc
    .constantFrom(...words)
    .chain(([path, values]) => fc.tuple(fc.constant(path), equality, fc.constantFrom(...values)))
    .map(([path, operator, value]) => `${path} ${operator} '${value}'`),
  fc
    .constantFrom(...words)
    .chain(([path, values]) => fc.tuple(fc.constant(path), fc.subarray([...values], { minLength: 1 })))
    .map(([path, values]) => `${path} in [${values.map(value => `'${value}'`).join(', ')}]`),
  fc
    .tuple(
      fc.constantFrom(...numbers),
      fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 3 }),
    )
    .map(([path, list]) => `${path} in [${list.join(', ')}]`),
)
const conditionTexts: fc.Arbitrary<string> = fc.letrec<{ node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leafConditions,
    tie('node').map(node => `!(${node})`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}) && (${b})`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a}) || (${b})`),
  ),
})).node

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const small = fc.integer({ min: -3, max: 3 })
const inputs = fc.record({
  phase: maybe(fc.constantFrom(...(words[0]?.[1] ?? []))),
  threatLevel: maybe(fc.constantFrom(...(words[1]?.[1] ?? []))),
  crowdEstimate: maybe(small),
  covert: maybe(fc.boolean()),
  ageYears: maybe(small),
})

function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject
}

void t.test('conditions come out as the CEL library says', t => {
  const seen = { true: 0, false: 0, undefined: 0 }
  // One entry at a time: a condition may not look at a unit and a person together.
  const oneEntry = conditionTexts.filter(text => !(text.includes('unit.') && text.includes('person.')))
  fc.assert(
    fc.property(oneEntry, inputs, (text, { covert, ageYears, ...document }) => {
      const parsed = parseCondition(text)
      if (!parsed.ok) throw new Error(`${text}: ${parsed.says}`)
      const bound = bindCondition(parsed.expression, mission)
      if (!bound.ok) throw new Error(`${text}: ${JSON.stringify(bound.faults)}`)
      const [whole, unit, person] = [present(document), present({ covert }), present({ ageYears })]
      const entries = text.includes('unit.') ? [unit] : [person]
      const ours = bound.condition.test({ document: whole, entries, label, request: {} })
      const oracle = plan(celEnv(), parse(text))({ mission: whole, unit, person } as never)
      seen[`${ours}`]++
      return ours === (isCelError(oracle) ? undefined : oracle)
    }),
    { numRuns: 3_000 },
  )
  t.ok(seen.true > 300 && seen.false > 300 && seen.undefined > 300, JSON.stringify(seen))
  t.end()
})
