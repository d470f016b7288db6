import { resolve } from 'node:path'
import { readJsonText } from '../kit/kit.ts'
import {
  type Agreement,
  type ReplayedDifference,
  type ReplayedItem,
  readShape,
  type SeenShape,
  type Stopped,
  simulateShapes,
  summaryNumber,
} from '../policy/policy.ts'
import { openSqliteShapes } from '../stores/stores.ts'
import type { Terminal } from './terminal.ts'

/** The shapes in a store, or why there are none. */
export type Traffic =
  | { readonly ok: true; readonly shapes: readonly SeenShape[]; readonly documents: number }
  | { readonly ok: false; readonly says: string }

const EVERY_SHAPE = 1_000_000

/**
 * Reads the shapes of past documents from a gateway's store; the gateway may be running.
 *
 * @param since only shapes that were seen on this day or later: `2026-05-02`
 */
export async function readTraffic(
  terminal: Terminal,
  directory: string,
  { agreement, since = '' }: { readonly agreement: string; readonly since?: string | undefined },
): Promise<Traffic> {
  const rows = await readRows(resolve(terminal.cwd, directory), agreement, since)
  if (!rows) return { ok: false, says: `${directory} holds no store of a gateway that keeps shapes` }
  const shapes = rows.flatMap(({ text, count }): SeenShape[] => {
    const reading = readJsonText(text)
    const shape = reading.ok ? readShape(reading.value) : undefined
    return shape ? [{ shape, count }] : []
  })
  if (shapes.length < rows.length) return { ok: false, says: `${directory} holds shapes that cannot be read` }
  const documents = shapes.reduce((sum, { count }) => sum + count, 0)
  const when = since === '' ? '' : ` since ${since}`
  if (documents === 0) return { ok: false, says: `${directory} holds no shape of ${agreement}${when}` }
  return { ok: true, shapes, documents }
}

async function readRows(directory: string, agreement: string, since: string) {
  try {
    using store = openSqliteShapes(directory)
    return await store.shapes({ agreement, since, limit: EVERY_SHAPE })
  } catch {
    return undefined
  }
}

/** Replays traffic under two revisions and tells what differs; true where a person should look at it. */
export function tellReplay(
  terminal: Terminal,
  [before, after]: readonly [Agreement, Agreement],
  { shapes, documents }: Extract<Traffic, { ok: true }>,
  json: boolean,
): boolean {
  const differences = simulateShapes(before, after, shapes)
  const seen = `${summaryNumber(documents)} past documents`
  if (json)
    terminal.out(
      JSON.stringify(
        { documents: summaryNumber(documents), differences: differences.map(inSummary) },
        null,
        2,
      ),
    )
  else if (differences.length === 0) terminal.out(`of ${seen}, none would have come out otherwise`)
  else for (const difference of differences) tellDifference(terminal, difference)
  return differences.some(isLooser)
}

/** More goes, something goes in another form, or it cannot be told. */
function isLooser({ released, items, documents }: ReplayedDifference): boolean {
  const looser = items.some(({ more, changed, untold }) => more + changed + untold > 0)
  return looser || released.newly.length > 0 || documents.untold > 0
}

/** Exact numbers stay in the store. */
function inSummary({ documents, released, items, untold, ...about }: ReplayedDifference) {
  const stopped = (all: readonly Stopped[]) =>
    all.map(one => ({ by: one.by, documents: summaryNumber(one.documents) }))
  return {
    ...about,
    documents: summarised(documents),
    released: { newly: stopped(released.newly), noLonger: stopped(released.noLonger) },
    items: items.map(({ path, ...counts }) => ({ path, ...summarised(counts) })),
    untold: untold.map(({ says, count }) => ({ says, count: summaryNumber(count) })),
  }
}

function summarised(counts: Readonly<Record<string, number>>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, summaryNumber(count)]))
}

function tellDifference(
  terminal: Terminal,
  { resource, purpose, documents, ...told }: ReplayedDifference,
): void {
  const { seen, differing, untold } = documents
  const sure = differing === 0 ? 'none surely' : summaryNumber(differing)
  const doubt = untold === 0 ? '' : `; of ${summaryNumber(untold)} that cannot be told`
  const about = `${resource} for ${purpose}: of ${summaryNumber(seen)} past documents`
  terminal.out(`${about}, ${sure} would have come out otherwise${doubt}`)
  for (const { by, documents: count } of told.released.newly)
    terminal.out(`  ${summaryNumber(count)} would go that were refused (${stopWords(by)})`)
  for (const { by, documents: count } of told.released.noLonger)
    terminal.out(`  ${summaryNumber(count)} would be refused that went (${stopWords(by)})`)
  for (const line of tableOf(told.items)) terminal.out(`  ${line}`)
  for (const { says, count } of told.untold) terminal.out(`  cannot tell of ${summaryNumber(count)}: ${says}`)
}

function stopWords(by: string): string {
  switch (by) {
    case 'requesters':
      return 'who may ask'
    case 'urgent':
      return 'urgent use'
    case 'purpose':
      return 'nothing goes for the purpose'
    case 'resource':
      return 'the agreement does not cover it'
    default:
      return by
  }
}

const COLUMNS = ['more', 'fewer', 'changed', 'untold', 'documents'] as const
const HEADINGS = ['item', 'goes now', 'stays now', 'other form', 'cannot tell', 'documents']

/** A column for each way in which values differ; a dash where none do. */
function tableOf(items: readonly ReplayedItem[]): readonly string[] {
  if (items.length === 0) return []
  const rows = items.map(item => {
    return [item.path, ...COLUMNS.map(name => (item[name] === 0 ? '–' : String(summaryNumber(item[name]))))]
  })
  const all = [HEADINGS, ...rows]
  const widths = HEADINGS.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  return all.map(row => row.map((cell, column) => align(cell, column, widths[column] ?? 0)).join('  '))
}

function align(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
