import type { Element } from '../../kit/kit.ts'
import { type Offences, shown } from './offences.ts'
import type { Package, SheetPart } from './package.ts'
import { attributeOf, childOf, childrenOf, isSet, RELATIONSHIPS, SHEET } from './xml.ts'

/** A sheet by the name on its tab. */
export interface NamedSheet extends SheetPart {
  readonly name: string
}

/** What a workbook may say of itself: how it was made and looks, its sheets, names of ranges. */
const KNOWN: ReadonlySet<string> = new Set([
  'fileVersion',
  'fileSharing',
  'workbookPr',
  'workbookProtection',
  'bookViews',
  'sheets',
  'definedNames',
  'calcPr',
  'oleSize',
  'extLst',
])

const FORBIDDEN: ReadonlyMap<string, readonly [code: string, says: string]> = new Map([
  ['externalReferences', ['sheet-external-link', 'the workbook links to another file']],
  [
    'customWorkbookViews',
    ['sheet-custom-view', 'the workbook has custom views, which may hide rows and columns'],
  ],
  ['pivotCaches', ['sheet-pivot', 'the workbook keeps a copy of data for a pivot table']],
  ['functionGroups', ['sheet-macro', 'the workbook has functions of its own']],
])

/** Looks at the workbook part and gives its sheets in the order of their tabs; what hides anything is noted. */
export function readWorkbook({ workbook, sheets }: Package, offences: Offences): readonly NamedSheet[] {
  if (workbook.space !== SHEET || workbook.name !== 'workbook') {
    offences.note(
      {},
      'sheet-content-type',
      'the workbook is not of the plain kind; save it as “Excel Workbook (.xlsx)”',
    )
    return []
  }
  for (const child of workbook.children) {
    // What other programs add is in a namespace of theirs and does not concern sheets: they have parts of their own.
    if (child.space !== SHEET || KNOWN.has(child.name)) continue
    const [code, says] = FORBIDDEN.get(child.name) ?? [
      'sheet-part-unknown',
      `the workbook holds ${shown(child.name)}`,
    ]
    offences.note({}, code, says)
  }
  checkViews(workbook, offences)
  for (const name of childrenOf(childOf(workbook, 'definedNames'), 'definedName')) checkName(name, offences)
  return namedSheets(workbook, sheets, offences)
}

function checkViews(workbook: Element, offences: Offences): void {
  for (const view of childrenOf(childOf(workbook, 'bookViews'), 'workbookView')) {
    const visibility = attributeOf(view, 'visibility') ?? 'visible'
    const tabs = attributeOf(view, 'showSheetTabs') === undefined || isSet(view, 'showSheetTabs')
    if (visibility !== 'visible' || !tabs)
      offences.note({}, 'sheet-hidden', 'the window of the workbook, or the tabs of its sheets, are hidden')
  }
}

/** A name is a plain range of this workbook: the print area, the titles, the rows under a filter. */
const AREA = String.raw`(?:'[^'[\]]+'|[\p{L}\p{N}_.]+)!\$?[A-Z]{0,3}\$?\d{0,7}(?::\$?[A-Z]{0,3}\$?\d{0,7})?`
const RANGE = new RegExp(`^${AREA}(?:,${AREA})*$`, 'u')

function checkName(name: Element, offences: Offences): void {
  const written = attributeOf(name, 'name') ?? ''
  const range = name.text.length <= 1_000 && RANGE.test(name.text)
  const what = `the name ${shown(written)}`
  // Excel makes this one and hides it wherever a filter has been put on.
  if (isSet(name, 'hidden') && !(written === '_xlnm._FilterDatabase' && range))
    offences.note({}, 'sheet-hidden-name', `${what} is hidden`)
  else if (isSet(name, 'function') || isSet(name, 'vbProcedure') || isSet(name, 'xlm'))
    offences.note({}, 'sheet-macro', `${what} stands for a macro`)
  else if (!range) offences.note({}, 'sheet-formula', `${what} stands for more than a range of cells`)
}

function namedSheets(
  workbook: Element,
  parts: ReadonlyMap<string, SheetPart>,
  offences: Offences,
): readonly NamedSheet[] {
  const seen = new Set<string>()
  const used = new Set<string>()
  const named = childrenOf(childOf(workbook, 'sheets'), 'sheet').flatMap(sheet => {
    const name = attributeOf(sheet, 'name') ?? ''
    const id = attributeOf(sheet, `{${RELATIONSHIPS}}id`) ?? ''
    const part = parts.get(id)
    const state = attributeOf(sheet, 'state') ?? 'visible'
    if (state !== 'visible') {
      const how = state === 'veryHidden' ? 'is hidden so that no menu shows it' : 'is hidden'
      offences.note({ sheet: name }, 'sheet-hidden', `the sheet ${how}`)
    }
    if (seen.has(name.toLowerCase()))
      offences.note({ sheet: name }, 'sheet-twice', 'two sheets have this name')
    seen.add(name.toLowerCase())
    if (!part || used.has(id)) {
      offences.note({ sheet: name }, 'sheet-content-type', 'it is no sheet of cells')
      return []
    }
    used.add(id)
    for (const one of part.forbidden) offences.note({ sheet: name }, one.code, one.says)
    return [{ name, ...part }]
  })
  if (used.size < parts.size) offences.note({}, 'sheet-hidden', 'the file holds a sheet that has no tab')
  return named
}
