import type { Element } from '../../kit/kit.ts'
import { columnName, type Offences, readReference, shown } from './offences.ts'
import { attributeOf, childOf, childrenOf, isSet, numberOf, SHEET } from './xml.ts'

/** What a sheet may have besides its cells: how it is shown, protected and printed. */
const KNOWN: ReadonlySet<string> = new Set([
  'sheetPr',
  'dimension',
  'sheetViews',
  'sheetFormatPr',
  'cols',
  'sheetData',
  'sheetCalcPr',
  'sheetProtection',
  'autoFilter',
  'sortState',
  'mergeCells',
  'phoneticPr',
  'dataValidations',
  'printOptions',
  'pageMargins',
  'pageSetup',
  'headerFooter',
  'rowBreaks',
  'colBreaks',
  'ignoredErrors',
])

const FORBIDDEN: ReadonlyMap<string, readonly [code: string, says: string]> = new Map([
  ['customSheetViews', ['sheet-custom-view', 'it has custom views, which may hide rows and columns']],
  ['conditionalFormatting', ['sheet-unseen', 'conditional formatting can hide what a cell says; clear it']],
  ['hyperlinks', ['sheet-external-link', 'it holds links; remove them']],
  ['legacyDrawing', ['sheet-comment', 'it holds comments or notes; a reason goes into the column “why”']],
  ['legacyDrawingHF', ['sheet-drawing', 'it has pictures in its header or footer']],
  ['drawing', ['sheet-drawing', 'drawings may lie over cells; remove them']],
  ['picture', ['sheet-drawing', 'it has a picture behind its cells']],
  ['oleObjects', ['sheet-embedded', 'it holds embedded objects']],
  ['controls', ['sheet-embedded', 'it holds controls']],
  ['tableParts', ['sheet-list-object', 'it holds a table object; convert it to a range']],
  ['dataConsolidate', ['sheet-connection', 'it takes data from other ranges']],
  ['scenarios', ['sheet-hidden', 'it holds scenarios, which are values that are not shown']],
  [
    'extLst',
    ['sheet-part-unknown', 'it uses something that other programs do not show; save it as a plain table'],
  ],
])

/** Notes everything about a sheet as a whole, and about its columns, because of which not all of it would be seen. */
export function checkSheet(sheet: string, root: Element, offences: Offences): void {
  const seen = new Set<string>()
  for (const child of root.children) {
    const known = child.space === SHEET && KNOWN.has(child.name) && !seen.has(child.name)
    seen.add(child.name)
    if (known) continue
    const [code, says] = FORBIDDEN.get(child.name) ?? [
      'sheet-part-unknown',
      `it holds ${shown(child.name)}, which no plain table has`,
    ]
    offences.note({ sheet }, code, says)
  }
  checkViews(sheet, root, offences)
  checkDefaults(sheet, root, offences)
  for (const column of childrenOf(childOf(root, 'cols'), 'col')) checkColumn(sheet, column, offences)
  checkFilter(sheet, root, offences)
  for (const merged of childrenOf(childOf(root, 'mergeCells'), 'mergeCell'))
    checkMerged(sheet, merged, offences)
}

function checkViews(sheet: string, root: Element, offences: Offences): void {
  for (const view of childrenOf(childOf(root, 'sheetViews'), 'sheetView')) {
    const strange = view.children.find(
      child => child.space !== SHEET || !['pane', 'selection'].includes(child.name),
    )
    if (strange) offences.note({ sheet }, 'sheet-part-unknown', `its view holds ${shown(strange.name)}`)
    const frozen = (attributeOf(childOf(view, 'pane'), 'state') ?? 'split') !== 'split'
    const corner = attributeOf(view, 'topLeftCell') ?? 'A1'
    if (frozen && corner !== 'A1')
      offences.note(
        { sheet },
        'sheet-hidden-row',
        `panes are frozen below what cannot be scrolled to: it begins at ${shown(corner)}`,
      )
  }
}

function checkDefaults(sheet: string, root: Element, offences: Offences): void {
  const [format, properties] = [childOf(root, 'sheetFormatPr'), childOf(root, 'sheetPr')]
  const [height, width] = [numberOf(format, 'defaultRowHeight'), numberOf(format, 'defaultColWidth')]
  if (isSet(format, 'zeroHeight') || (height !== undefined && !(height >= 6)))
    offences.note({ sheet }, 'sheet-hidden-row', 'rows are hidden unless they say otherwise')
  if (width !== undefined && !(width >= LEAST_WIDTH))
    offences.note({ sheet }, 'sheet-hidden-column', 'columns are hidden unless they say otherwise')
  if (isSet(properties, 'filterMode')) offences.note({ sheet }, 'sheet-filtered', 'a filter is on; clear it')
}

/** Characters: below this a column cannot be read. */
const LEAST_WIDTH = 2

function checkColumn(sheet: string, element: Element, offences: Offences): void {
  const [first, last] = [numberOf(element, 'min') ?? Number.NaN, numberOf(element, 'max') ?? Number.NaN]
  if (!(first >= 1 && last >= first && last <= 16_384))
    return offences.note({ sheet }, 'sheet-order', 'its columns cannot be told')
  const width = numberOf(element, 'width')
  const upTo = last > first ? `, and those up to ${columnName(last)},` : ''
  const note = (says: string) =>
    offences.note({ sheet, column: first }, 'sheet-hidden-column', `the column${upTo} ${says}`)
  if (isSet(element, 'hidden')) note(last > first ? 'are hidden' : 'is hidden')
  else if (width !== undefined && !(width >= LEAST_WIDTH)) note('cannot be read: too narrow')
  if (isSet(element, 'collapsed')) note('stands beside columns that are folded away; unfold and ungroup them')
}

/** The arrows of a filter may be there; a criterion hides rows. */
function checkFilter(sheet: string, root: Element, offences: Offences): void {
  for (const column of childOf(root, 'autoFilter')?.children ?? []) {
    if (column.name === 'sortState') continue
    offences.note({ sheet }, 'sheet-filtered', 'a filter is on; clear it')
  }
}

function checkMerged(sheet: string, element: Element, offences: Offences): void {
  const range = attributeOf(element, 'ref') ?? ''
  const at = readReference(range.split(':')[0] ?? '')
  offences.note({ sheet, ...at }, 'sheet-merged', `cells ${shown(range)} are merged; one cell, one decision`)
}
