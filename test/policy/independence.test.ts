import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement } from '../../src/policy/policy.ts'
import {
  conditions,
  groupedTables,
  rowOf,
  sourceOf,
  type Table,
  treatments,
  wildDocuments,
} from './arbitraries.ts'
import { same, valuesByPath } from './outcomes.ts'
import { RUNS } from './runs.ts'
import { pool, subjects } from './subjects.ts'
import { compiled, parts, policyWith, released } from './support.ts'

const runs = { numRuns: RUNS }
const any = subjects(groupedTables)

// Entries ------------------------------------------------------------------------------------------------------------

const list = fc.constantFrom('sectors', 'units', 'people', 'intelligence')

function entriesOf(document: JsonObject, name: string): readonly Json[] {
  const entries = document[name]
  return Array.isArray(entries) ? entries : []
}

/** What each entry of a list comes to, were it the only one. */
function oneByOne(agreement: Agreement, document: JsonObject, name: string): readonly (readonly Json[])[] {
  return entriesOf(document, name).map(entry =>
    entriesOf(released(agreement, { ...document, [name]: [entry] }), name),
  )
}

void t.test('an entry comes out as if it were the only one', t => {
  let several = 0
  fc.assert(
    fc.property(any, wildDocuments, list, ({ agreement }, document, name) => {
      const alone = oneByOne(agreement, document, name).flat()
      if (alone.length > 1) several++
      return same(entriesOf(released(agreement, document), name), alone)
    }),
    runs,
  )
  t.ok(several > RUNS / 20, `${several} times several entries were left`)
  t.end()
})

void t.test('entries in another order come out in that order', t => {
  let moved = 0
  fc.assert(
    fc.property(any, wildDocuments, list, ({ agreement }, document, name) => {
      const turned = { ...document, [name]: entriesOf(document, name).toReversed() }
      const there = entriesOf(released(agreement, document), name)
      if (there.length > 1) moved++
      return same(entriesOf(released(agreement, turned), name), there.toReversed())
    }),
    runs,
  )
  t.ok(moved > RUNS / 20, `${moved} lists were turned`)
  t.end()
})

void t.test('an entry that is dropped leaves no trace: all is as if it had never been there', t => {
  let dropped = 0
  fc.assert(
    fc.property(any, wildDocuments, list, ({ agreement }, document, name) => {
      const alone = oneByOne(agreement, document, name)
      const kept = entriesOf(document, name).filter((_, index) => alone[index]?.length === 1)
      if (kept.length === alone.length) return true
      dropped++
      const without = { ...document, [name]: kept.length === 0 ? null : kept }
      return same(released(agreement, document), released(agreement, without))
    }),
    runs,
  )
  t.ok(dropped > RUNS / 5, `${dropped} times entries were dropped`)
  t.end()
})

void t.test('the order of the members of a document does not matter', t => {
  fc.assert(
    fc.property(any, wildDocuments, ({ agreement }, document) => {
      return same(released(agreement, document), released(agreement, turned(document) as JsonObject))
    }),
    runs,
  )
  t.pass('whatever comes first')
  t.end()
})

/** The same with the members of every object the other way round. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(turned)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, turned(member)]),
  )
}

// Purposes -----------------------------------------------------------------------------------------------------------

void t.test('what a purpose gives does not depend on the cells of another purpose', t => {
  const cellOf = (table: Table, name: string, none: Json): Json => {
    const row = rowOf(table, name)
    return isJsonObject(row ?? null) ? ((row as JsonObject)['all'] ?? none) : none
  }
  const merged = (drill: Table, review: Table, none: Json) => {
    const names = new Set([...Object.keys(drill.rows), ...Object.keys(review.rows)])
    const row = (name: string) => ({ drill: cellOf(drill, name, none), review: cellOf(review, name, none) })
    return Object.fromEntries([...names].map(name => [name, row(name)]))
  }
  const asRows = (table: Table): Table => ({ ...table, rows: table.include })
  const both = (drill: Table, review: Table) => {
    const rows = merged(drill, review, 'withhold')
    const include = merged(asRows(drill), asRows(review), 'none')
    return compiled(sourceOf({ ...drill, rows, include }, { purposes: ['drill', 'review'] }))
  }
  const agreements = pool(
    fc.tuple(groupedTables, groupedTables, groupedTables),
    ([drill, review, other]) => ({
      before: both(drill, review),
      after: both(drill, other),
    }),
  )
  let differing = 0
  fc.assert(
    fc.property(agreements, wildDocuments, ({ before, after }, document) => {
      if (!same(released(before, document, 'review'), released(after, document, 'review'))) differing++
      return same(released(before, document), released(after, document))
    }),
    runs,
  )
  t.ok(differing > RUNS / 2, `${differing} times the other purpose gave something else`)
  t.end()
})

// Code names ---------------------------------------------------------------------------------------------------------

const named = {
  ...treatments,
  'for-purpose': { says: 'a', pseudonymise: { key: 'kms://drill/2026', scope: ['agreement', 'purpose'] } },
}
const rows = {
  reference: 'share',
  title: 'alias',
  'units[].callSign': 'alias',
  'sectors[].commander.mobile': 'for-purpose',
  'people[].name': 'scoped',
}
const include = Object.fromEntries(['units[]', 'sectors[]', 'people[]'].map(path => [path, { all: 'every' }]))
const fields = Object.fromEntries(Object.entries(rows).map(([path, cell]) => [path, { all: cell }]))
const purposes = ['drill', 'review']
const text = policyWith({ conditions, treatments: named, purposes, resource: { include, fields } })
const here = compiled(text)
const elsewhere = compiled(text.replace('a.to.b.drill', 'a.to.b.other'))
const withOtherKey = compileAgreement(text, 'policy.yaml', {
  ...parts,
  pseudonymKey: () => createSecretKey(Buffer.alloc(32, 8)),
})

/** The code names of one text, by path, where it stands at every item that gets one. */
function codeNames(agreement: Agreement, value: string, reference: string, purpose = 'drill') {
  const people = [{ name: value }, { name: value }]
  const document = {
    reference,
    title: value,
    units: [{ callSign: value }],
    sectors: [{ commander: { mobile: value } }],
    people,
  }
  const found = valuesByPath(released(agreement, document, purpose))
  const at = (path: string) => JSON.stringify(found.get(path))
  const [fixed, scoped] = [at('title'), at('people[].name')]
  return { fixed, otherItem: at('units[].callSign'), forPurpose: at('sectors[].commander.mobile'), scoped }
}

const values = fc.string({ unit: 'grapheme', maxLength: 80 })
const twoTexts = fc
  .tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }))
  .filter(([a, b]) => a !== b)

void t.test(
  'a code name is the same inside its scope, however often and in whatever order it is asked for',
  t => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 6 }), twoTexts, (all, [one, other]) => {
        const first = all.map(value => codeNames(here, value, one))
        const again = all
          .toReversed()
          .map(value => [codeNames(here, value, other), codeNames(here, value, one)])
        return again.toReversed().every(([there, name], index) => {
          const before = first[index]
          return same({ ...name }, { ...before }) && there?.fixed === before?.fixed
        })
      }),
      runs,
    )
    t.pass('no other name')
    t.end()
  },
)

void t.test('two values have two code names, and spelling is not a difference', t => {
  const plain = (value: string) => value.normalize('NFKC').trim().replace(/\s+/g, ' ').toUpperCase()
  let differing = 0
  fc.assert(
    fc.property(values, values, (one, other) => {
      if (plain(one) !== plain(other)) differing++
      const names = [codeNames(here, one, 'M'), codeNames(here, other, 'M')]
      return (plain(one) === plain(other)) === (names[0]?.fixed === names[1]?.fixed)
    }),
    runs,
  )
  t.ok(differing > RUNS / 2)
  const spellings = ['ns 2201 ', 'NS 2201', '  Ns\t2201', '\uff2e\uff33 2201'].map(value =>
    codeNames(here, value, 'M'),
  )
  t.equal(new Set(spellings.map(({ fixed }) => fixed)).size, 1)
  t.end()
})

void t.test('a code name means nothing outside its scope, its item, its agreement and its key', t => {
  fc.assert(
    fc.property(values, twoTexts, (value, [one, other]) => {
      const name = codeNames(here, value, one)
      const review = codeNames(here, value, one, 'review')
      const there = codeNames(here, value, other)
      const [away, otherKey] = [codeNames(elsewhere, value, one), codeNames(withOtherKey, value, one)]
      const equal = [
        name.fixed === review.fixed,
        name.fixed === there.fixed,
        name.forPurpose === there.forPurpose,
      ]
      const unequal = [
        name.fixed === name.otherItem,
        name.forPurpose === review.forPurpose,
        name.scoped === there.scoped,
        ...[away, otherKey].flatMap(({ fixed, forPurpose, scoped }) => [
          fixed === name.fixed,
          forPurpose === name.forPurpose,
          scoped === name.scoped,
        ]),
      ]
      return (
        equal.every(Boolean) &&
        !unequal.some(Boolean) &&
        /^\["[^"]{32}","[^"]{32}"\]$/.test(name.scoped ?? '')
      )
    }),
    runs,
  )
  t.pass('no two are alike')
  t.end()
})

void t.test('code names stay the same when more scopes and values are in use than are remembered', t => {
  const references = Array.from({ length: 600 }, (_, index) => `M-${index}`)
  const round = () => references.map(reference => codeNames(here, `NS${reference}`, reference))
  const first = round()
  t.strictSame(round(), first)
  t.equal(new Set(first.map(({ scoped }) => scoped)).size, references.length)
  t.end()
})
