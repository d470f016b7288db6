import type { Element } from '../../kit/kit.ts'
import { type Offences, readReference, shown } from './offences.ts'
import { type CellText, readText } from './strings.ts'
import type { Styles } from './styles.ts'
import { checkSheet } from './visible.ts'
import type { NamedSheet } from './workbook.ts'
import { attributeOf, childOf, childrenOf, isSet, numberOf, SHEET } from './xml.ts'

/** The texts of one sheet, by row and column, both counted from one. Empty cells are not in it. */
export type Grid = ReadonlyMap<number, ReadonlyMap<number, string>>

export interface Look {
  readonly styles: Styles
  readonly strings: readonly CellText[]
  /** The numbers of the texts that some cell shows. */
  readonly used: Set<number>
  readonly offences: Offences
}

/** Reads what a sheet shows; whatever hides, computes or decorates a value is noted. */
export function readSheet({ name: sheet, root }: NamedSheet, look: Look): Grid {
  const { offences } = look
  if (root.space !== SHEET || root.name !== 'worksheet') {
    offences.note({ sheet }, 'sheet-content-type', 'it is no sheet of cells')
    return new Map()
  }
  checkSheet(sheet, root, offences)
  const grid = new Map<number, ReadonlyMap<number, string>>()
  let last = 0
  for (const row of childrenOf(childOf(root, 'sheetData'), 'row')) {
    const number = numberOf(row, 'r') ?? last + 1
    if (!(number > last && number <= 1_048_576)) {
      offences.note({ sheet }, 'sheet-order', 'its rows do not follow each other')
      break
    }
    last = number
    checkRow(sheet, number, row, offences)
    grid.set(number, readRow({ ...look, sheet, row: number }, row))
  }
  return grid
}

/** Points: below this a row cannot be read. */
const LEAST_HEIGHT = 6

function checkRow(sheet: string, row: number, element: Element, offences: Offences): void {
  const height = numberOf(element, 'ht')
  if (isSet(element, 'hidden') || isSet(element, 'zeroHeight'))
    offences.note({ sheet, row }, 'sheet-hidden-row', 'the row is hidden or filtered away')
  else if (height !== undefined && !(height >= LEAST_HEIGHT))
    offences.note({ sheet, row }, 'sheet-hidden-row', 'the row is too low to be read')
  if (isSet(element, 'collapsed'))
    offences.note(
      { sheet, row },
      'sheet-hidden-row',
      'rows beside it are folded away; unfold and ungroup them',
    )
}

interface RowLook extends Look {
  readonly sheet: string
  readonly row: number
}

function readRow(look: RowLook, element: Element): ReadonlyMap<number, string> {
  const { sheet, row, offences } = look
  const texts = new Map<number, string>()
  let last = 0
  for (const cell of element.children) {
    const reference = attributeOf(cell, 'r')
    const at = reference === undefined ? { row, column: last + 1 } : readReference(reference)
    if (cell.space !== SHEET || cell.name !== 'c' || at?.row !== row || at.column <= last) {
      offences.note({ sheet, row }, 'sheet-order', 'its cells do not follow each other')
      break
    }
    last = at.column
    const text = readCell(look, at.column, cell)
    if (text !== undefined) texts.set(at.column, text)
  }
  return texts
}

const FORMULA = 'the cell is computed; write what it should say'

function readCell(look: RowLook, column: number, cell: Element): string | undefined {
  const { sheet, row, offences, styles } = look
  const refuse = (code: string, says: string) => offences.note({ sheet, row, column }, code, says)
  if (childOf(cell, 'f')) return refuse('sheet-formula', FORMULA)
  if (attributeOf(cell, 'cm') !== undefined || attributeOf(cell, 'vm') !== undefined)
    return refuse('sheet-formula', 'the cell holds more than it shows')
  const strange = cell.children.find(({ space, name }) => space !== SHEET || (name !== 'v' && name !== 'is'))
  if (strange) return refuse('sheet-part-unknown', `the cell holds ${shown(strange.name)}`)
  const written = writtenIn(look, cell)
  if (written === undefined) return undefined
  if (typeof written === 'string') return refuse('sheet-not-a-text', written)
  if (written.text.trim() === '') return undefined
  const style = numberOf(cell, 's')
  const fault = styles.cell(style) ?? written.fault(styles, style)
  if (fault !== undefined) refuse('sheet-unseen', `the text ${fault}`)
  return written.text
}

/** The text of a cell; undefined where it is empty, a sentence where it holds something else. */
function writtenIn({ strings, used }: RowLook, cell: Element): CellText | string | undefined {
  const [type, value, inline] = [attributeOf(cell, 't') ?? 'n', childOf(cell, 'v'), childOf(cell, 'is')]
  if (!value && !inline) return undefined
  if (value && inline) return 'the cell holds two values'
  if (inline) return type === 'inlineStr' ? readText(inline) : 'the cell does not hold a text'
  if (type === 'str' && value)
    return readText({ ...value, children: [{ ...value, name: 't', children: [] }] })
  if (type !== 's') return 'the cell holds a number, a date or a truth value; tables hold words only'
  const index = /^\d{1,9}$/.test(value?.text ?? '') ? Number(value?.text) : -1
  used.add(index)
  return strings[index] ?? 'the cell refers to a text that the file does not have'
}
