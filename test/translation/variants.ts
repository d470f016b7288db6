import { parse } from 'yaml'
import { mappingSource } from './support.ts'

type Row = string | { readonly is?: string; readonly unmapped?: string }

interface Rules {
  rules?: Rules[]
  id?: string
  to?: string
}

/** A mapping file, as far as the tests spoil it. */
export interface MappingFile extends Rules {
  tables?: Record<string, Record<string, Row>>
  unmapped?: { from: string; why: string }[]
  blocked?: { id: string; from: string; when?: unknown }[]
}

/** A spoiled mapping and what was done to it. */
export type Variant = readonly [what: string, file: MappingFile]

function wholeOf(id: string): MappingFile {
  return parse(mappingSource(id)) as MappingFile
}

/** The mapping as often as it has rules and declarations, each time without one. */
export function* withoutOne(id: string): Generator<Variant> {
  const whole = wholeOf(id)
  for (const path of pathsOf(whole)) {
    const file = structuredClone(whole)
    let list: Rules[] = file.rules ?? []
    for (const index of path.slice(0, -1)) list = list[index]?.rules ?? []
    const [removed] = list.splice(path.at(-1) ?? 0, 1)
    yield [`without ${removed?.id ?? `the list ${removed?.to}`}`, file]
  }
  for (const index of (whole.blocked ?? []).keys()) {
    const file = structuredClone(whole)
    const [removed] = file.blocked?.splice(index, 1) ?? []
    yield [`without ${removed?.id}`, file]
  }
  for (const index of (whole.unmapped ?? []).keys()) {
    const file = structuredClone(whole)
    const [removed] = file.unmapped?.splice(index, 1) ?? []
    yield [`without the declaration of ${removed?.from}`, file]
  }
}

function pathsOf({ rules = [] }: Rules, before: readonly number[] = []): readonly (readonly number[])[] {
  return rules.flatMap((rule, index) => [[...before, index], ...pathsOf(rule, [...before, index])])
}

/**
 * The mapping with one row of one table taken out, or saying something else: another result of that table, and nothing at all. A
 * value that stops the whole document has a row only because every value must have one.
 */
export function* withOtherRow(id: string): Generator<Variant> {
  const whole = wholeOf(id)
  const { tables = {}, blocked = [] } = whole
  const stopping = new Set(blocked.map(({ when }) => when))
  for (const [table, rows] of Object.entries(tables)) {
    const results = [...new Set(Object.values(rows).flatMap(row => resultOf(row) ?? []))]
    for (const [word, row] of Object.entries(rows)) {
      if (stopping.has(word)) continue
      for (const other of [undefined, ...othersOf(row, results)]) {
        const file = structuredClone(whole)
        const changed = file.tables?.[table]
        if (other === undefined) delete changed?.[word]
        else if (changed) changed[word] = other
        yield [`${table}: ${word} ${other === undefined ? 'taken out' : `as ${JSON.stringify(other)}`}`, file]
      }
    }
  }
}

function resultOf(row: Row): string | undefined {
  return typeof row === 'string' ? row : row.is
}

/** The result that comes next in the table, and none where there is one. */
function othersOf(row: Row, results: readonly string[]): readonly Row[] {
  const own = resultOf(row)
  const next = results[(own === undefined ? 0 : results.indexOf(own) + 1) % results.length]
  const said = typeof row === 'string' || own === undefined ? {} : row
  return [
    ...(next === undefined || next === own ? [] : [{ ...said, is: next }]),
    ...(own === undefined ? [] : [{ unmapped: 'taken away by the test' }]),
  ]
}
