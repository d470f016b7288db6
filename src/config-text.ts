import { readFileSync } from 'node:fs'
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { type Misfit, makeChecker } from './contract/contract.ts'
import { isJsonObject, readJson } from './kit/kit.ts'
import { type Problem, ProblemsError } from './terms/terms.ts'

/**
 * Reads a configuration file (YAML 1.2, without aliases) and judges it by its JSON Schema.
 *
 * @param schemaFile path of the schema
 * @returns what is written in it; the schema holds
 * @throws ProblemsError with every problem of the file, each with line and column
 */
export function readConfigText(file: string, schemaFile: string): unknown {
  return check(file, readText(file), schemaFile)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const says = 'cannot be read; `concordat init` writes a first one'
    throw new ProblemsError([{ file, line: 0, column: 0, code: 'config-unreadable', says }])
  }
}

function check(file: string, text: string, schemaFile: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', merge: false, uniqueKeys: true })
  const problems: Problem[] = document.errors.map(error => ({
    file,
    line: error.linePos?.[0].line ?? 0,
    column: error.linePos?.[0].col ?? 0,
    code: 'config-syntax',
    says: (error.message.split('\n')[0] ?? '').toLowerCase(),
  }))
  visit(document, {
    Alias(_key, alias) {
      const says = 'an alias stands here; write the value out'
      problems.push({ file, ...placeAt(alias, lines), code: 'config-syntax', says })
    },
  })
  if (problems.length > 0) throw new ProblemsError(problems)
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  for (const violation of configChecker(schemaFile)(value)) {
    const place = placeOf(document.contents, violation, lines)
    const says = `\`${violation.pointer || '/'}\` ${violation.says}`
    problems.push({ file, ...place, code: 'config-invalid', says })
  }
  if (problems.length > 0) throw new ProblemsError(problems)
  return value
}

function configChecker(schemaFile: string): ReturnType<typeof makeChecker> {
  const reading = readJson(readFileSync(schemaFile))
  if (!reading.ok || !isJsonObject(reading.value)) throw new Error('the configuration schema is not JSON')
  return makeChecker(reading.value)
}

type Place = Pick<Problem, 'line' | 'column'>

/** Where a violation stands; an unknown member is shown itself, not what it stands in. */
function placeOf(contents: Node | null, { pointer, member }: Misfit, lines: LineCounter): Place {
  let node: unknown = contents
  for (const step of pointer.split('/').slice(1)) {
    const below: unknown =
      isMap(node) || isSeq(node) ? node.get(isSeq(node) ? Number(step) : step, true) : undefined
    if (below === undefined) break
    node = below
  }
  const unknown = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && key.value === member)?.key
    : undefined
  return placeAt(unknown ?? node, lines)
}

function placeAt(node: unknown, lines: LineCounter): Place {
  const start = isNode(node) ? node.range?.[0] : undefined
  const place = start === undefined ? undefined : lines.linePos(start)
  return { line: place?.line ?? 0, column: place?.col ?? 0 }
}
