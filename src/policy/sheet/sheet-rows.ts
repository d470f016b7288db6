import type { Catalogue } from '../../terms/terms.ts'
import type { Draft } from '../draft.ts'
import { didYouMean, makeFindings } from '../findings.ts'
import { hidden } from '../source.ts'
import { isPathOrGroup } from '../table.ts'
import { PLAIN } from '../treatments/treatments.ts'
import { readCellWords, type WrittenCell } from './cell-words.ts'
import { type Offences, shown } from './offences.ts'
import type { Grid } from './worksheet.ts'

/** One row of a table, with where it stands in its sheet. */
export interface SheetRow {
  readonly path: string
  readonly row: number
  /** By purpose; a purpose whose cell is empty is not decided, and then withheld. */
  readonly cells: ReadonlyMap<string, WrittenCell>
  readonly why: string | undefined
  /** The column of each purpose, and of `item` and `why`. */
  readonly columns: ReadonlyMap<string, number>
}

/** The first cell of a table, and the heading of the column with reasons. */
export const ITEM = 'item'
export const WHY = 'why'

interface Reader {
  readonly sheet: string
  readonly draft: Draft
  readonly catalogue: Catalogue
  readonly offences: Offences
  readonly columns: ReadonlyMap<string, number>
}

/** Reads a table: headings in the first row, an item in the first column of each further one. What cannot be understood is noted. */
export function readRows(
  grid: Grid,
  about: Pick<Reader, 'sheet' | 'draft' | 'catalogue' | 'offences'>,
): readonly SheetRow[] {
  const { sheet, offences } = about
  const columns = readHeadings(grid.get(1) ?? new Map(), about)
  const reader: Reader = { ...about, columns }
  const known = new Set(columns.values())
  const seen = new Map<string, number>()
  return [...grid].flatMap(([row, texts]) => {
    if (row === 1 || texts.size === 0) return []
    for (const column of texts.keys()) {
      if (!known.has(column))
        offences.note({ sheet, row, column }, 'sheet-outside', 'there is no heading above this cell')
    }
    const read = readRow(reader, row, texts)
    if (!read) return []
    const earlier = seen.get(read.path)
    if (earlier !== undefined)
      offences.note(
        { sheet, row, column: 1 },
        'sheet-twice',
        `${shown(read.path)} stands in row ${earlier} already`,
      )
    seen.set(read.path, row)
    return [read]
  })
}

function readHeadings(
  texts: ReadonlyMap<number, string>,
  { sheet, draft, offences }: Pick<Reader, 'sheet' | 'draft' | 'offences'>,
): ReadonlyMap<string, number> {
  const columns = new Map<string, number>()
  const words = [ITEM, ...draft.purposes.keys(), WHY]
  for (const [column, text] of texts) {
    const word = text.trim().toLowerCase()
    const note = (code: string, says: string) => offences.note({ sheet, row: 1, column }, code, says)
    if (!words.includes(word))
      note('unknown-purpose', `the agreement has no purpose ${shown(text.trim())}${didYouMean(word, words)}`)
    else if (columns.has(word)) note('sheet-twice', `there is another column ${shown(word)}`)
    columns.set(word, column)
  }
  if (columns.get(ITEM) !== 1)
    offences.note({ sheet, row: 1, column: 1 }, 'sheet-heading', `the first cell has to say ${shown(ITEM)}`)
  for (const purpose of draft.purposes.keys()) {
    if (!columns.has(purpose))
      offences.note({ sheet, row: 1 }, 'sheet-heading', `there is no column for ${shown(purpose)}`)
  }
  return columns
}

function readRow(reader: Reader, row: number, texts: ReadonlyMap<number, string>): SheetRow | undefined {
  const { sheet, draft, offences, columns } = reader
  for (const [column, text] of texts) {
    if (hidden.test(text) || !text.isWellFormed())
      offences.note(
        { sheet, row, column },
        'text-hidden',
        'the text holds invisible, bidirectional or broken characters',
      )
  }
  const path = texts.get(1)?.trim() ?? ''
  if (path === '') return offences.note({ sheet, row, column: 1 }, 'sheet-heading', 'the row names no item')
  checkPath(reader, row, path)
  const cells = new Map<string, WrittenCell>()
  for (const purpose of draft.purposes.keys()) {
    const column = columns.get(purpose)
    const text = column === undefined ? undefined : texts.get(column)
    const cell =
      column === undefined || text === undefined ? undefined : readCell(reader, { row, column }, text)
    if (cell) cells.set(purpose, cell)
  }
  const why = texts.get(columns.get(WHY) ?? 0)?.trim()
  return { path, row, cells, why: why === '' ? undefined : why, columns }
}

function checkPath({ sheet, catalogue, offences }: Reader, row: number, path: string): void {
  const findings = makeFindings('')
  isPathOrGroup({ catalogue, findings, condition: () => undefined }, path, { line: row, column: 1 })
  for (const { code, says } of findings.problems) offences.note({ sheet, row, column: 1 }, code, says)
}

function readCell(
  { sheet, draft, offences }: Reader,
  at: { readonly row: number; readonly column: number },
  text: string,
): WrittenCell | undefined {
  const note = (code: string, says: string) => offences.note({ sheet, ...at }, code, says)
  const outcomes = [...Object.keys(PLAIN), ...draft.treatments.keys()]
  const cell = readCellWords(text)
  if (!cell) {
    const hint = didYouMean(text.trim(), outcomes)
    note('sheet-word', `${shown(text.trim())} is neither a treatment nor \`if … then …, else …\`${hint}`)
    return undefined
  }
  for (const { condition, outcome } of cell) {
    if (!outcomes.includes(outcome))
      note('unknown-treatment', `there is no treatment ${shown(outcome)}${didYouMean(outcome, outcomes)}`)
    if (condition !== undefined && !draft.conditions.has(condition))
      note(
        'unknown-condition',
        `there is no condition ${shown(condition)}${didYouMean(condition, draft.conditions.keys())}`,
      )
  }
  return cell
}
