import { strToU8, zipSync } from 'fflate'
import { ProblemsError } from '../../terms/terms.ts'
import type { ResourceDraft } from '../draft-resource.ts'
import { makeFindings } from '../findings.ts'
import type { Reading } from '../reading.ts'
import { expandRow } from '../table.ts'
import { printCellWords, writtenCell } from './cell-words.ts'
import { columnName } from './offences.ts'
import { ITEM, WHY } from './sheet-rows.ts'

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const KIND = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/**
 * The tables of an agreement as a plain spreadsheet (Office Open XML, ECMA-376): one sheet for each resource, a row for each row
 * of the table, a column for each purpose, every cell in words. Reading it in again gives the same agreement.
 *
 * @returns the bytes of an `.xlsx`; the same agreement always gives the same ones
 * @throws ProblemsError where the name of a resource cannot be that of a sheet
 */
export function exportSheet({ resolved }: Pick<Reading, 'resolved'>): Uint8Array {
  const { draft } = resolved
  const purposes = [...draft.purposes.keys()]
  const sheets = [...draft.resources].map(([name, resource]) => {
    checkSheetName(name)
    const rows = rowsOf(resource, purposes, (path, row) => expandRow(makeFindings(''), draft, path, row))
    return { name, xml: printSheet([[ITEM, ...purposes, WHY], ...rows]) }
  })
  const parts: Record<string, string> = {
    '[Content_Types].xml': printTypes(sheets.length),
    '_rels/.rels': printLinks([['officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': printWorkbook(sheets.map(({ name }) => name)),
    'xl/_rels/workbook.xml.rels': printLinks([
      ...sheets.map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as const),
      ['styles', 'styles.xml'],
    ]),
    'xl/styles.xml': STYLES,
  }
  for (const [index, { xml }] of sheets.entries()) parts[`xl/worksheets/sheet${index + 1}.xml`] = xml
  const bytes = Object.entries(parts).map(([name, text]) => [name, strToU8(HEAD + text)])
  return zipSync(Object.fromEntries(bytes), { level: 6, mtime: new Date(2000, 0, 1) })
}

function checkSheetName(name: string): void {
  if (name.length <= 31 && !/[[\]:*?/\\']/.test(name)) return
  const says = `\`${name}\` cannot be the name of a sheet: at most 31 characters`
  throw new ProblemsError([{ file: name, line: 0, column: 0, code: 'sheet-name', says }])
}

type Expanded = ReturnType<typeof expandRow<Parameters<typeof writtenCell>[0]>>
type RowOf = ResourceDraft['fields'] extends ReadonlyMap<string, infer Row> ? Row : never

function rowsOf(
  { fields }: ResourceDraft,
  purposes: readonly string[],
  expand: (path: string, row: RowOf) => Expanded,
): readonly (readonly string[])[] {
  return [...fields].map(([path, row]) => {
    const cells = expand(path, row)
    const words = purposes.map(purpose => {
      const cell = cells.get(purpose)
      return cell ? printCellWords(writtenCell(cell)) : ''
    })
    return [path, ...words, row.why ?? '']
  })
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
}

/** Styles by the kind of cell: headings, items, cells. */
const [HEADING, ITEMS, CELLS] = [1, 2, 3]

function printSheet(table: readonly (readonly string[])[]): string {
  const width = table[0]?.length ?? 1
  const longest = Math.max(...table.map(([item = '']) => item.length))
  const columns = Array.from({ length: width }, (_, index) => {
    const characters = index === 0 ? Math.min(60, longest + 2) : index === width - 1 ? 60 : 28
    return `<col min="${index + 1}" max="${index + 1}" width="${characters}" customWidth="1"/>`
  })
  const rows = table.map((texts, row) => {
    const cells = texts.map((text, column) => printCell(text, row + 1, column + 1))
    return `<row r="${row + 1}">${cells.join('')}</row>`
  })
  const pane = '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
  return [
    `<worksheet ${SPACE}><dimension ref="A1:${columnName(width)}${table.length}"/>`,
    `<sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews>`,
    `<sheetFormatPr defaultRowHeight="15"/><cols>${columns.join('')}</cols>`,
    `<sheetData>${rows.join('')}</sheetData></worksheet>`,
  ].join('')
}

function printCell(text: string, row: number, column: number): string {
  const style = row === 1 ? HEADING : column === 1 ? ITEMS : CELLS
  const at = `r="${columnName(column)}${row}" s="${style}"`
  if (text === '') return `<c ${at}/>`
  return `<c ${at} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
}

function printTypes(sheets: number): string {
  const own = [
    ['xl/workbook.xml', 'sheet.main'],
    ['xl/styles.xml', 'styles'],
    ...Array.from({ length: sheets }, (_, index) => [`xl/worksheets/sheet${index + 1}.xml`, 'worksheet']),
  ]
  const overrides = own.map(
    ([part, kind]) => `<Override PartName="/${part}" ContentType="${KIND}.${kind}+xml"/>`,
  )
  const rels = 'application/vnd.openxmlformats-package.relationships+xml'
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="${rels}"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`
}

function printLinks(links: readonly (readonly [kind: string, target: string])[]): string {
  const printed = links.map(
    ([kind, target], index) =>
      `<Relationship Id="rId${index + 1}" Type="${LINKS}/${kind}" Target="${target}"/>`,
  )
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${printed.join('')}</Relationships>`
}

function printWorkbook(names: readonly string[]): string {
  const sheets = names.map(
    (name, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  )
  return `<workbook ${SPACE} xmlns:r="${LINKS}"><bookViews><workbookView/></bookViews><sheets>${sheets.join('')}</sheets></workbook>`
}

/** Text format everywhere, so that what is typed stays what it is; long cells wrap. */
const STYLES = [
  `<styleSheet ${SPACE}><fonts count="2">`,
  '<font><sz val="11"/><color rgb="FF000000"/><name val="Calibri"/><family val="2"/></font>',
  '<font><b/><sz val="11"/><color rgb="FF000000"/><name val="Calibri"/><family val="2"/></font></fonts>',
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
  '<fill><patternFill patternType="solid"><fgColor rgb="FFDDE6EE"/><bgColor indexed="64"/></patternFill></fill></fills>',
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">',
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
  xf(1, 2),
  xf(1, 0),
  xf(0, 0),
  '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
].join('')

function xf(font: number, fill: number): string {
  const applied = 'applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"'
  return `<xf numFmtId="49" fontId="${font}" fillId="${fill}" borderId="0" xfId="0" ${applied}><alignment vertical="top" wrapText="1"/></xf>`
}
