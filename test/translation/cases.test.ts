import t from 'tap'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import { type Mapping, readReport, type Translation } from '../../src/translation/translation.ts'
import { allMappings, cases, compiled, context, mappingIds, type Series, schemas, series } from './support.ts'
import { type MappingFile, withOtherRow, withoutOne } from './variants.ts'

const registry = schemas()
const mappings = allMappings(registry)
const everyCase = cases()
const everySeries = series()

function outcomeOf(translation: Translation): JsonObject {
  if (translation.kind === 'blocked') {
    const { rule, path } = translation
    return { blocked: { rule, path } }
  }
  const { document, report } = translation
  return JSON.parse(JSON.stringify({ document, report: report.lines() })) as JsonObject
}

void t.test('cases', async t => {
  for (const { name, says, mapping: id, document, expected } of everyCase) {
    const mapping = mappings.get(id)
    if (!mapping) throw new Error(`${name} names no mapping`)
    const before = JSON.stringify(document)
    const translation = mapping.translate(document, context)
    t.same(outcomeOf(translation), expected, `${name}: ${says}`)
    t.equal(JSON.stringify(document), before, `${name}: the source is not touched`)
    if (translation.kind === 'translated') {
      const { report } = translation
      t.same(readReport(report.kept()), report.lines(), `${name}: the report comes back as it was kept`)
      const violation = registry.get(mapping.to.resource, mapping.to.version)?.check(translation.document)
      t.equal(violation, undefined, `${name}: the target meets its schema`)
      t.same(
        linesWithoutValue(translation),
        [],
        `${name}: each line but UNMAPPED speaks of a value that is there`,
      )
    }
  }
})

/** Lines that name a path which the document does not have, UNMAPPED ones apart. */
function linesWithoutValue(translation: Translation): readonly string[] {
  if (translation.kind === 'blocked') return []
  return translation.report
    .lines()
    .filter(
      ({ outcome, path }) => outcome !== 'UNMAPPED' && valueAt(translation.document, path) === undefined,
    )
    .map(({ path }) => path)
}

function valueAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document
  for (const name of pointer.split('/').slice(1)) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(name)]
    else value = isJsonObject(value) ? value[name] : undefined
  }
  return value
}

void t.test('series', async t => {
  for (const one of everySeries) {
    const { name, says, mapping: id, reads, rows } = one
    const mapping = mappings.get(id)
    if (!mapping) throw new Error(`${name} names no mapping`)
    for (const [word = '', ...cells] of rows) {
      const translation = mapping.translate(documentWith(one, word), context)
      t.same(toldAt(translation, reads), cells, `${name}, ${word}: ${says}`)
      if (translation.kind === 'blocked') continue
      const violation = registry.get(mapping.to.resource, mapping.to.version)?.check(translation.document)
      t.equal(violation, undefined, `${name}, ${word}: the target meets its schema`)
    }
    const leaf = registry
      .get(mapping.from.resource, mapping.from.version)
      ?.catalogue.leaves.get(patternOf(one.at))
    t.same(new Set(rows.map(([word]) => word)), new Set(leaf?.values), `${name} has every value`)
  }
})

/** `/venues/0/kind` as the catalogue names it. */
function patternOf(pointer: string): string {
  return pointer.slice(1).replace(/\/\d+/g, '[]').replaceAll('/', '.')
}

function documentWith({ document, at }: Series, word: string): JsonObject {
  const changed = replacedAt(document, at.split('/').slice(1), word)
  if (!isJsonObject(changed)) throw new Error('not a document')
  return changed
}

function replacedAt(value: Json, [name, ...rest]: readonly string[], word: string): Json {
  if (name === undefined) return word
  if (Array.isArray(value))
    return value.map((entry: Json, index) => (String(index) === name ? replacedAt(entry, rest, word) : entry))
  return isJsonObject(value) ? { ...value, [name]: replacedAt(value[name] ?? null, rest, word) } : value
}

/** Outcome and value at some places of the target, as series write them. */
function toldAt(translation: Translation, pointers: readonly string[]): readonly string[] {
  if (translation.kind === 'blocked') return [`BLOCKED ${translation.rule}`]
  const outcomes = new Map(translation.report.lines().map(({ path, outcome }) => [path, outcome]))
  return pointers.map(pointer => {
    const value = valueAt(translation.document, pointer)
    const outcome = outcomes.get(pointer) ?? 'nothing'
    return value === undefined ? outcome : `${outcome} ${typeof value === 'string' ? value : ''}`
  })
}

void t.test('a mapping without one of its rules fails to compile or fails a case', async t => {
  for (const id of mappingIds())
    for (const [what, file] of withoutOne(id)) {
      const mapping = compileWithGaps(file, id)
      if (mapping) t.ok(isNoticed(mapping), `${id} ${what}`)
    }
})

void t.test('a table without one of its rows, or with another result in it, fails too', async t => {
  let tried = 0
  for (const id of mappingIds())
    for (const [what, file] of withOtherRow(id)) {
      tried++
      const mapping = compileWithGaps(file, id)
      if (mapping) t.ok(isNoticed(mapping), `${id}, ${what}`)
    }
  t.ok(tried > 500, `${tried} rows were spoiled`)
})

/** Whether a case or a row of a series comes out otherwise than it should. */
function isNoticed(mapping: Mapping): boolean {
  const own = everyCase.filter(each => each.mapping === mapping.id)
  const inCase = own.some(({ document, expected }) => {
    const found = outcomeOf(mapping.translate(document, context))
    return canonicalJson(withoutGaps(found)) !== canonicalJson(expected)
  })
  return (
    inCase ||
    everySeries.some(
      one =>
        one.mapping === mapping.id &&
        one.rows.some(([word = '', ...cells]) => {
          const told = toldAt(mapping.translate(documentWith(one, word), context), one.reads)
          return told.join('\n') !== cells.join('\n')
        }),
    )
  )
}

const GAP = 'gap left by the test'

/** The report without the lines that only the test's own declarations bring. */
function withoutGaps(outcome: JsonObject): JsonObject {
  const report = outcome['report']
  if (!Array.isArray(report)) return outcome
  return { ...outcome, report: report.filter(line => !isJsonObject(line) || line['note'] !== GAP) }
}

/** Compiles a mapping; sources that the missing rule leaves uncovered are declared unmapped, so that the cases can speak. */
function compileWithGaps(file: MappingFile, id: string): Mapping | undefined {
  try {
    return compiled(registry, JSON.stringify(file), id)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    const gaps = error.problems.map(({ code, says }) =>
      code === 'source-uncovered' ? says.split('`')[1] : undefined,
    )
    if (gaps.includes(undefined)) return undefined
    const unmapped = [...(file.unmapped ?? []), ...gaps.map(from => ({ from: from ?? '', why: GAP }))]
    return compiled(registry, JSON.stringify({ ...file, unmapped }), id)
  }
}
