import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { Leaf } from '../../src/terms/terms.ts'
import { groupedTables, mayLeave, rowOf, sourceOf, type Table, wildDocuments } from './arbitraries.ts'
import { overTheWire, same, shown, valuesByPath } from './outcomes.ts'
import { RUNS } from './runs.ts'
import { pool, type Subject, subjects } from './subjects.ts'
import { compiled, mission, released } from './support.ts'

const runs = { numRuns: RUNS }
const any = subjects(groupedTables)

/** Tries a law about one agreement and one document. */
function holds(law: (subject: Subject, document: JsonObject) => boolean): void {
  fc.assert(fc.property(any, wildDocuments, law), runs)
}

// What appears -----------------------------------------------------------------------------------------------------

void t.test('nothing unknown and nothing that is not in the table ever appears', t => {
  let leaves = 0
  holds(({ table, agreement }, document) => {
    const outcome = released(agreement, document)
    const paths = [...valuesByPath(outcome).keys()]
    leaves += paths.length
    const text = JSON.stringify(outcome)
    return (
      paths.every(path => mayLeave(table, path)) && !text.includes('stranger') && !text.includes('unknown')
    )
  })
  t.ok(leaves > RUNS * 2, `${leaves} items were let through`)
  t.end()
})

void t.test('no mark of an item that is withheld or treated appears anywhere', t => {
  let looked = 0
  holds(({ table, agreement }, document) => {
    const text = JSON.stringify(released(agreement, document))
    for (const [path, values] of valuesByPath(document)) {
      const leaf = mission.leaves.get(path)
      if (!leaf || !isTelling(leaf) || canBeShared(table, path)) continue
      for (const value of values) {
        if (value === null || typeof value === 'boolean') continue
        looked++
        if (text.includes(JSON.stringify(value))) return false
      }
    }
    return true
  })
  t.ok(looked > RUNS, `${looked} marks were looked for`)
  t.end()
})

/** Enumerations, flags and small counts occur in several places; they tell nothing about where they came from. */
function isTelling({ type }: Leaf): boolean {
  return type !== 'enum' && type !== 'bool' && type !== 'count'
}

function canBeShared(table: Table, path: string): boolean {
  return JSON.stringify(rowOf(table, path) ?? null).includes('"share"')
}

void t.test('a value of another type than the catalogue says never appears', t => {
  let misfits = 0
  holds(({ agreement }, document) => {
    const outcome = valuesByPath(released(agreement, document))
    for (const [path, values] of valuesByPath(document)) {
      const leaf = mission.leaves.get(path)
      const wrong = values.filter(value => value !== null && leaf && isMisfit(leaf, value))
      misfits += wrong.length
      if (wrong.some(value => outcome.get(path)?.some(left => same(left, value)))) return false
    }
    return true
  })
  t.ok(misfits > RUNS / 3, `${misfits} values of another type`)
  t.end()
})

function isMisfit({ type }: Leaf, value: Json): boolean {
  if (type === 'place') return !isJsonObject(value)
  if (type === 'bool') return typeof value !== 'boolean'
  return typeof value !== (type === 'count' || type === 'number' ? 'number' : 'string')
}

void t.test('cutting a document down leaves it as it is, and comes out the same each time', t => {
  let cut = 0
  holds(({ agreement }, document) => {
    freeze(document)
    const [once, twice] = [released(agreement, document), released(agreement, document)]
    if (Object.keys(once).length > 0) cut++
    return same(once, twice) && !sharesWith(once, document)
  })
  t.ok(cut > RUNS / 2)
  t.end()
})

function freeze(value: Json): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const member of Object.values(value)) freeze(member)
}

/** Whether an object or list is the very same one in both. */
function sharesWith(one: Json, other: Json): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return false
  const parts = (value: Json): object[] => {
    return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(parts)] : []
  }
  const theirs = new Set(parts(other))
  return parts(one).some(part => theirs.has(part))
}

void t.test('where every cell of a purpose withholds, nothing leaves for it', t => {
  // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the objects are never awaited
  const branches = [{ if: 'hot', then: 'withhold' }, { else: 'withhold' }]
  const closed = pool(
    fc.tuple(groupedTables, fc.constantFrom<Json>('withhold', branches)),
    ([table, cell]) => {
      const shut = ([path, row]: [string, Json]) => [
        path,
        { drill: (row as JsonObject)['all'] ?? '', others: cell },
      ]
      const rows = Object.fromEntries(Object.entries(table.rows).map(shut)) as JsonObject
      return { agreement: compiled(sourceOf({ ...table, rows }, { purposes: ['drill', 'review'] })) }
    },
  )
  let open = 0
  fc.assert(
    fc.property(closed, wildDocuments, ({ agreement }, document) => {
      if (!same(released(agreement, document), {})) open++
      return same(released(agreement, document, 'review'), {})
    }),
    runs,
  )
  t.ok(open > RUNS / 2, `${open} times something left for the other purpose`)
  t.end()
})

void t.test('what was cut down by sharing alone is not cut again', t => {
  const sharing = Object.fromEntries(
    [...mission.leaves.values()]
      .filter(({ sensitivity }) => !['free-text', 'source-protection', 'covert'].includes(sensitivity))
      .map(({ path }) => [path, { all: 'share' }]),
  )
  const include = Object.fromEntries([...mission.items.keys()].map(list => [list, { all: 'every' }]))
  const open = compiled(sourceOf({ rows: sharing, include, redLines: [] }))
  let left = 0
  holds(({ agreement }, document) => {
    const once = overTheWire(released(open, document))
    const narrow = overTheWire(released(agreement, document))
    left += valuesByPath(once).size
    return same(released(open, once), once) && marksOf(narrow).isSubsetOf(marksOf(once))
  })
  t.ok(left > RUNS * 5, `${left} items`)
  t.end()
})

/** What of an outcome is as the document had it, told by its marks. */
function marksOf(outcome: JsonObject): ReadonlySet<string> {
  return new Set([...shown(outcome).keys()].filter(line => line.includes('="mark-')))
}

// Both sides ---------------------------------------------------------------------------------------------------------

const recheck = ({ agreement }: Subject, document: JsonObject) =>
  agreement.recheck('drill.mission', 'drill', document)

void t.test('the receiver finds nothing to refuse in what the provider made', t => {
  let compared = 0
  holds((subject, document) => {
    const outcome = overTheWire(released(subject.agreement, document))
    compared += shown(outcome).size
    return recheck(subject, outcome).length === 0
  })
  t.ok(compared > RUNS * 2)
  t.end()
})

void t.test('the receiver refuses the whole document wherever the provider cut something out', t => {
  let cut = 0
  holds((subject, document) => {
    if (same(released(subject.agreement, document), document)) return true
    cut++
    return recheck(subject, document).length > 0
  })
  t.ok(cut > RUNS / 3)
  t.end()
})

void t.test('the receiver finds any one item that is added', t => {
  let added = 0
  const extra = fc.constantFrom(...mission.leaves.keys(), 'surprise', 'weather.surprise', 'people[].surprise')
  fc.assert(
    fc.property(any, wildDocuments, extra, fc.nat(), (subject, document, path, pick) => {
      const known = mission.leaves.has(path)
      if (known && mayLeave(subject.table, path)) return true
      added++
      const outcome = overTheWire(released(subject.agreement, document))
      const found = recheck(subject, withItem(outcome, path.split('.'), pick))
      return found.length > 0
    }),
    runs,
  )
  t.ok(added > RUNS / 4, `${added} were added`)
  t.end()
})

/** A copy with one value more, in an entry that is there or in a new one. */
function withItem(outcome: JsonObject, [step = '', ...rest]: readonly string[], pick: number): JsonObject {
  const name = step.replace('[]', '')
  const there = outcome[name]
  const inner = (value: Json | undefined): Json =>
    rest.length === 0
      ? 'added'
      : withItem(isJsonObject(value ?? null) ? (value as JsonObject) : {}, rest, pick)
  if (!step.endsWith('[]')) return { ...outcome, [name]: inner(there) }
  const entries: readonly Json[] = Array.isArray(there) ? there : []
  const at = entries.length === 0 ? 0 : pick % entries.length
  return { ...outcome, [name]: entries.toSpliced(at, 1, inner(entries[at])) }
}

void t.test('whatever arrives, the receiver finds places and never tells a value', t => {
  let found = 0
  const anyDocument = fc.oneof(wildDocuments, fc.dictionary(fc.string(), fc.jsonValue()))
  fc.assert(
    fc.property(any, anyDocument, (subject, document) => {
      const excess = recheck(subject, document as JsonObject)
      found += excess.length
      const text = JSON.stringify(excess)
      return !text.includes('mark-') && !text.includes('stranger') && !text.includes('misfit')
    }),
    runs,
  )
  t.ok(found > RUNS)
  t.end()
})
