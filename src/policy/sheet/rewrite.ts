import { Document, isMap, isScalar, parseDocument, type Scalar, type YAMLMap } from 'yaml'
import type { Json } from '../../kit/kit.ts'
import type { Draft } from '../draft.ts'
import { makeFindings } from '../findings.ts'
import { expandRow } from '../table.ts'
import { sameWords, type WrittenCell, writtenCell } from './cell-words.ts'
import type { SheetRow } from './sheet-rows.ts'

/** One row of `fields` as it stands in the file, in whole lines. */
interface Written {
  readonly start: number
  readonly end: number
  /** A comment behind it on its last line, with the space before. */
  readonly comment: string
}

/**
 * Puts the rows of a table in the place of the `fields` of one resource. Every byte outside of them stays, and so does every row
 * that says the same as before, with its comments.
 *
 * @param source an agreement that reads well
 */
export function rewriteFields(
  source: string,
  {
    draft,
    resource,
    rows,
  }: { readonly draft: Draft; readonly resource: string; readonly rows: readonly SheetRow[] },
): string {
  const document = parseDocument(source, { version: '1.2', schema: 'core' })
  const fields = document.getIn(['resources', resource, 'fields'], true)
  if (!isMap(fields)) throw new Error(`no fields of ${resource}`)
  const values = rows.map(row => [row.path, rowValue(draft, row)] as const)
  if (fields.flow || fields.items.length === 0) return rewriteFlow(source, document, resource, fields, values)
  const written = writtenRows(source, fields)
  const first = [...written.values()][0]
  const last = [...written.values()].at(-1)
  if (!first || !last) throw new Error(`no rows of ${resource}`)
  const indent = ' '.repeat(columnOf(source, keyOf(fields.items[0]?.key).range?.[0] ?? 0))
  const before = commentsBefore(source, written, new Set(rows.map(({ path }) => path)))
  const lines = rows.map((row, index) => {
    const old = written.get(row.path)
    const same = old && saysTheSame(draft, resource, row)
    const text = same ? source.slice(old.start, old.end) : printRow(values[index], indent, old?.comment ?? '')
    return (before.byRow.get(row.path) ?? '') + text
  })
  const made = (lines.join('') + before.rest).replaceAll(/\r?\n/g, source.includes('\r\n') ? '\r\n' : '\n')
  return source.slice(0, first.start) + made + source.slice(last.end)
}

function keyOf(key: unknown): Scalar {
  if (isScalar(key)) return key
  throw new Error('a row without a name')
}

function columnOf(source: string, offset: number): number {
  return offset - lineStart(source, offset)
}

function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1
}

function writtenRows(source: string, fields: YAMLMap): ReadonlyMap<string, Written> {
  const rows = fields.items.map(({ key, value }): [string, Written] => {
    const name = keyOf(key)
    const range = (value as { readonly range?: readonly [number, number, number] | null } | null)?.range
    let end = range?.[1] ?? name.range?.[1] ?? 0
    while (/\s/.test(source[end - 1] ?? '')) end--
    const line = source.indexOf('\n', end)
    const next = line < 0 ? source.length : line + 1
    return [
      name.source ?? String(name.value),
      {
        start: lineStart(source, name.range?.[0] ?? 0),
        end: next,
        comment: source.slice(end, next).trimEnd(),
      },
    ]
  })
  return new Map(rows)
}

/** Comments and empty lines before each row. Those before a row that is gone stay, before the next one. */
function commentsBefore(
  source: string,
  written: ReadonlyMap<string, Written>,
  kept: ReadonlySet<string>,
): { readonly byRow: ReadonlyMap<string, string>; readonly rest: string } {
  const byRow = new Map<string, string>()
  let rest = ''
  let end: number | undefined
  for (const [path, row] of written) {
    const between = rest + (end === undefined ? '' : source.slice(end, row.start))
    if (kept.has(path)) byRow.set(path, between)
    rest = !kept.has(path) && between.includes('#') ? between : ''
    end = row.end
  }
  return { byRow, rest }
}

function saysTheSame(draft: Draft, resource: string, { path, cells, why }: SheetRow): boolean {
  const row = draft.resources.get(resource)?.fields.get(path)
  if (!row || row.why !== why) return false
  const before = expandRow(makeFindings(''), draft, path, row)
  return [...draft.purposes.keys()].every(purpose => {
    const cell = before.get(purpose)
    return sameWords(cell && writtenCell(cell), cells.get(purpose))
  })
}

type Value = { readonly [name: string]: Json }

/** A row in the shortest words: `all` where every purpose has the same cell, `others` where most have. */
function rowValue(draft: Draft, { cells, why }: SheetRow): Value {
  const reason = why === undefined ? {} : { why }
  const decided = [...draft.purposes.keys()].flatMap(purpose => {
    const cell = cells.get(purpose)
    return cell ? [[purpose, cell] as const] : []
  })
  const whole = decided.length === draft.purposes.size
  const like = (cell: WrittenCell) => decided.filter(([, other]) => sameWords(cell, other)).length
  const [common] = decided.map(([, cell]) => cell).toSorted((a, b) => like(b) - like(a))
  if (!whole || !common || like(common) < 2)
    return { ...Object.fromEntries(decided.map(([purpose, cell]) => [purpose, cellValue(cell)])), ...reason }
  if (like(common) === decided.length) return { all: cellValue(common), ...reason }
  const named = decided.filter(([, cell]) => !sameWords(cell, common))
  const cellsNamed = Object.fromEntries(named.map(([purpose, cell]) => [purpose, cellValue(cell)]))
  return { ...cellsNamed, others: cellValue(common), ...reason }
}

function cellValue(cell: WrittenCell): Json {
  const [only] = cell
  if (only && cell.length === 1 && only.why === undefined) return only.outcome
  return cell.map(({ condition, outcome, why }): Json => {
    const branch =
      condition === undefined
        ? [['else', outcome]]
        : [
            ['if', condition],
            ['then', outcome],
          ]
    return Object.fromEntries(why === undefined ? branch : [...branch, ['why', why]])
  })
}

type Named = readonly [path: string, value: Value]

/** A row on one line, or, where a cell has branches, with a line for each of them. */
function printRow(named: Named | undefined, indent: string, comment: string): string {
  if (!named) return ''
  const [path, value] = named
  const document = new Document({ [path]: value })
  const row = document.get(path)
  const branched = Object.values(value).some(cell => Array.isArray(cell))
  if (isMap(row)) {
    row.flow = !branched
    for (const { value: cell } of row.items) flowBranches(cell)
  }
  const text = document.toString({ lineWidth: 0, indent: 2 }).trimEnd()
  const lines = text.split('\n').map(line => `${indent}${line}`)
  return `${lines.join('\n')}${comment}\n`
}

function flowBranches(cell: unknown): void {
  if (typeof cell !== 'object' || cell === null || !('items' in cell) || !Array.isArray(cell.items)) return
  for (const branch of cell.items) if (isMap(branch)) branch.flow = true
}

/** `fields: {}`, or an agreement written as JSON: one text for all rows, in lines of their own where the file has lines. */
function rewriteFlow(
  source: string,
  document: Document,
  resource: string,
  fields: YAMLMap,
  values: readonly Named[],
): string {
  const [start, end] = fields.range ?? [0, 0]
  const around = document.getIn(['resources', resource], true)
  const block = isMap(around) && !around.flow
  if (!block || values.length === 0)
    return `${source.slice(0, start)}${JSON.stringify(Object.fromEntries(values))}${source.slice(end)}`
  const column = columnOf(source, keyOf(around.items[0]?.key).range?.[0] ?? 0)
  const rows = values.map(value => printRow(value, ' '.repeat(column + 2), '')).join('')
  return `${source.slice(0, start).trimEnd()}\n${rows.trimEnd()}${source.slice(end)}`
}
