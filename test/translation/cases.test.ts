import t from 'tap'
import { parse, stringify } from 'yaml'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import { type Mapping, readReport, type Translation } from '../../src/translation/translation.ts'
import { allMappings, cases, compiled, context, mappingIds, mappingSource, schemas } from './support.ts'

const registry = schemas()
const mappings = allMappings(registry)
const everyCase = cases()

function outcomeOf(translation: Translation): JsonObject {
  if (translation.kind === 'blocked') {
    const { rule, path } = translation
    return { blocked: { rule, path } }
  }
  const { document, report } = translation
  t.same(readReport(report.kept()), report.lines(), 'a report comes back as it was kept')
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

interface Rules {
  rules?: Rules[]
  from?: unknown
  id?: string
  to?: string
}
interface MappingFile extends Rules {
  unmapped?: { from: string; why: string }[]
  blocked?: { id: string; from: string }[]
}

void t.test('a mapping without one of its rules fails to compile or fails a case', async t => {
  for (const id of mappingIds()) {
    const own = everyCase.filter(each => each.mapping === id)
    for (const [name, file] of variantsOf(id)) {
      const mapping = compileWithGaps(file, id)
      if (!mapping) continue
      const broken = own.some(({ document, expected }) => {
        const found = outcomeOf(mapping.translate(document, context))
        return canonicalJson(withoutGaps(found)) !== canonicalJson(expected)
      })
      t.ok(broken, `${id} without ${name}`)
    }
  }
})

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
    return compiled(registry, stringify(file), id)
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    const gaps = error.problems.map(({ code, says }) =>
      code === 'source-uncovered' ? says.split('`')[1] : undefined,
    )
    if (gaps.includes(undefined)) return undefined
    const unmapped = [...(file.unmapped ?? []), ...gaps.map(from => ({ from: from ?? '', why: GAP }))]
    return compiled(registry, stringify({ ...file, unmapped }), id)
  }
}

/** The mapping as often as it has rules, each time without one. */
function* variantsOf(id: string): Generator<readonly [string, MappingFile]> {
  const whole = () => parse(mappingSource(id)) as MappingFile
  for (const path of pathsOf(whole())) {
    const file = whole()
    let list: Rules[] = file.rules ?? []
    for (const index of path.slice(0, -1)) list = list[index]?.rules ?? []
    const [removed] = list.splice(path.at(-1) ?? 0, 1)
    yield [removed?.id ?? `the list ${removed?.to}`, file]
  }
  for (const index of (whole().blocked ?? []).keys()) {
    const file = whole()
    const [removed] = file.blocked?.splice(index, 1) ?? []
    yield [removed?.id ?? '', file]
  }
  for (const index of (whole().unmapped ?? []).keys()) {
    const file = whole()
    const [removed] = file.unmapped?.splice(index, 1) ?? []
    yield [`the declaration of ${removed?.from}`, file]
  }
}

function pathsOf({ rules = [] }: Rules, before: readonly number[] = []): readonly (readonly number[])[] {
  return rules.flatMap((rule, index) => [[...before, index], ...pathsOf(rule, [...before, index])])
}
