import { cellXml, type Edit, SHEET } from './workbooks.ts'

/** One thing for which a spreadsheet is refused. */
export interface Refused {
  readonly what: string
  readonly edits: readonly Edit[]
  /** `code: reference: what it says`. */
  readonly says: RegExp
}

const RELATIONSHIP = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const links = 'xl/_rels/workbook.xml.rels'
const sheetLinks = 'xl/worksheets/_rels/sheet1.xml.rels'

function link(kind: string, target: string, more = ''): string {
  const type = kind.includes('://') ? kind : `${RELATIONSHIP}/${kind}`
  return `<Relationship Id="x9" Type="${type}" Target="${target}"${more}/>`
}

/** A part that the workbook points at. */
function attached(kind: string, target: string): readonly Edit[] {
  return [
    [links, '</Relationships>', `${link(kind, target)}</Relationships>`],
    [`xl/${target}`, undefined, '<x/>'],
  ]
}

/** A part that the sheet points at. */
function onSheet(kind: string, target: string): readonly Edit[] {
  const space = 'http://schemas.openxmlformats.org/package/2006/relationships'
  return [
    [sheetLinks, undefined, `<Relationships xmlns="${space}">${link(kind, `../${target}`)}</Relationships>`],
    [`xl/${target}`, undefined, '<x/>'],
  ]
}

const inSheet = (from: string, to: string): Edit => [SHEET, from, to]
const inBook = (from: string, to: string): Edit => ['xl/workbook.xml', from, to]
const inStyles = (from: string, to: string): Edit => ['xl/styles.xml', from, to]
const afterData = (xml: string): Edit => inSheet('</sheetData>', `</sheetData>${xml}`)
const beforeSheets = (xml: string): Edit => inBook('<sheets>', `${xml}<sheets>`)
const afterSheets = (xml: string): Edit => inBook('</sheets>', `</sheets>${xml}`)
const name = (attributes: string, text: string): Edit =>
  afterSheets(`<definedNames><definedName name="n" ${attributes}>${text}</definedName></definedNames>`)

const B2 = cellXml('B2', 3, 'share')
const cell = (xml: string): Edit => inSheet(B2, xml)
const font = (xml: string): Edit => inStyles('<font><sz val="11"/><color rgb="FF000000"/>', `<font>${xml}`)
const fill = (xml: string): Edit => inStyles('<patternFill patternType="none"/>', xml)

const HIDDEN: readonly Refused[] = [
  {
    what: 'a hidden sheet',
    edits: [inBook('sheetId="1"', 'sheetId="1" state="hidden"')],
    says: /^sheet-hidden: `drill.mission`: the sheet is hidden$/,
  },
  {
    what: 'a very hidden sheet',
    edits: [inBook('sheetId="1"', 'sheetId="1" state="veryHidden"')],
    says: /^sheet-hidden: `drill.mission`: .*no menu/,
  },
  {
    what: 'a state that is not known',
    edits: [inBook('sheetId="1"', 'sheetId="1" state="odd"')],
    says: /^sheet-hidden:/,
  },
  {
    what: 'a hidden window',
    edits: [inBook('<workbookView/>', '<workbookView visibility="hidden"/>')],
    says: /^sheet-hidden: the window/,
  },
  {
    what: 'hidden tabs',
    edits: [inBook('<workbookView/>', '<workbookView showSheetTabs="0"/>')],
    says: /^sheet-hidden: the window/,
  },
  {
    what: 'a hidden row',
    edits: [inSheet('<row r="7"', '<row r="7" hidden="1"')],
    says: /^sheet-hidden-row: `drill.mission` row 7: the row is hidden/,
  },
  {
    what: 'a row hidden in words',
    edits: [inSheet('<row r="7"', '<row r="7" hidden="true"')],
    says: /^sheet-hidden-row:.* row 7/,
  },
  {
    what: 'a row without height',
    edits: [inSheet('<row r="7"', '<row r="7" ht="0" customHeight="1"')],
    says: /^sheet-hidden-row:.* row 7: .*too low/,
  },
  {
    what: 'a row of no height that is a number',
    edits: [inSheet('<row r="7"', '<row r="7" ht="x"')],
    says: /^sheet-hidden-row:.* row 7: .*too low/,
  },
  {
    what: 'folded rows',
    edits: [inSheet('<row r="7"', '<row r="7" collapsed="1"')],
    says: /^sheet-hidden-row:.* row 7: .*folded/,
  },
  {
    what: 'rows hidden by default',
    edits: [inSheet('<sheetFormatPr ', '<sheetFormatPr zeroHeight="1" ')],
    says: /^sheet-hidden-row: `drill.mission`: rows are hidden/,
  },
  {
    what: 'rows frozen out of reach',
    edits: [inSheet('<sheetView workbook', '<sheetView topLeftCell="A5" workbook')],
    says: /^sheet-hidden-row:.*`A5`/,
  },
  {
    what: 'a hidden column',
    edits: [inSheet('<col min="2" max="2"', '<col hidden="1" min="2" max="2"')],
    says: /^sheet-hidden-column: `drill.mission` column B: .*is hidden/,
  },
  {
    what: 'hidden columns to the last one',
    edits: [inSheet('<cols>', '<cols><col min="9" max="16384" hidden="1"/>')],
    says: /^sheet-hidden-column:.* column I: .*up to XFD, are hidden/,
  },
  {
    what: 'a narrow column',
    edits: [inSheet('width="28"', 'width="0.3"')],
    says: /^sheet-hidden-column:.* column B: .*too narrow/,
  },
  {
    what: 'folded columns',
    edits: [inSheet('<col min="2"', '<col collapsed="1" min="2"')],
    says: /^sheet-hidden-column:.* column B: .*folded/,
  },
  {
    what: 'columns hidden by default',
    edits: [inSheet('<sheetFormatPr ', '<sheetFormatPr defaultColWidth="0" ')],
    says: /^sheet-hidden-column:/,
  },
  {
    what: 'a filter with a criterion',
    edits: [
      afterData(
        '<autoFilter ref="A1:D9"><filterColumn colId="1"><filters><filter val="share"/></filters></filterColumn></autoFilter>',
      ),
    ],
    says: /^sheet-filtered: `drill.mission`: a filter is on/,
  },
  {
    what: 'the mark of a filter',
    edits: [inSheet('<dimension', '<sheetPr filterMode="1"/><dimension')],
    says: /^sheet-filtered:/,
  },
  {
    what: 'a hidden name',
    edits: [name('hidden="1"', "'drill.mission'!$A$1")],
    says: /^sheet-hidden-name: the name `n` is hidden/,
  },
  {
    what: 'custom views of a sheet',
    edits: [afterData('<customSheetViews/>')],
    says: /^sheet-custom-view: `drill.mission`/,
  },
  {
    what: 'custom views of the workbook',
    edits: [afterSheets('<customWorkbookViews/>')],
    says: /^sheet-custom-view: the workbook/,
  },
  {
    what: 'scenarios',
    edits: [afterData('<scenarios/>')],
    says: /^sheet-hidden: `drill.mission`: .*scenarios/,
  },
  { what: 'a sheet without a tab', edits: [inBook('<sheet name', '<x name')], says: /no tab/ },
]

const UNSEEN: readonly Refused[] = [
  {
    what: 'a format that hides',
    edits: [
      inStyles('<fonts', '<numFmts count="1"><numFmt numFmtId="164" formatCode=";;;"/></numFmts><fonts'),
      inStyles('numFmtId="49" fontId="0"', 'numFmtId="164" fontId="0"'),
    ],
    says: /^sheet-unseen: `drill.mission`!B2: .*number format/,
  },
  {
    what: 'a format that says another word',
    edits: [
      inStyles(
        '<fonts',
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="0;0;0;&quot;withhold&quot;"/></numFmts><fonts',
      ),
      inStyles('numFmtId="49" fontId="0"', 'numFmtId="164" fontId="0"'),
    ],
    says: /^sheet-unseen:.*!B2: .*number format/,
  },
  {
    what: 'white on white',
    edits: [font('<sz val="11"/><color rgb="FFFFFFFF"/>')],
    says: /^sheet-unseen:.*!B2: .*colour of its background/,
  },
  {
    what: 'nearly white on white',
    edits: [font('<sz val="11"/><color rgb="FFF0F0F0"/>')],
    says: /^sheet-unseen:.*!B2/,
  },
  { what: 'white by theme', edits: [font('<sz val="11"/><color theme="0"/>')], says: /^sheet-unseen:.*!B2/ },
  {
    what: 'white by number',
    edits: [font('<sz val="11"/><color indexed="9"/>')],
    says: /^sheet-unseen:.*!B2/,
  },
  {
    what: 'black on black',
    edits: [
      inStyles(
        '</fills>',
        '<fill><patternFill patternType="solid"><fgColor rgb="FF000000"/></patternFill></fill></fills>',
      ),
      inStyles(
        'fontId="0" fillId="0" borderId="0" xfId="0" applyNum',
        'fontId="0" fillId="3" borderId="0" xfId="0" applyNum',
      ),
    ],
    says: /^sheet-unseen:.*!B2: .*colour of its background/,
  },
  {
    what: 'a colour that cannot be told',
    edits: [font('<sz val="11"/><color indexed="40"/>')],
    says: /^sheet-unseen:.*cannot be told/,
  },
  {
    what: 'a pattern behind the text',
    edits: [fill('<patternFill patternType="darkGrid"/>')],
    says: /^sheet-unseen:.*pattern or gradient/,
  },
  {
    what: 'a gradient behind the text',
    edits: [fill('<gradientFill/>')],
    says: /^sheet-unseen:.*pattern or gradient/,
  },
  {
    what: 'tiny letters',
    edits: [font('<sz val="1"/><color rgb="FF000000"/>')],
    says: /^sheet-unseen:.*too small/,
  },
  {
    what: 'a text struck through',
    edits: [font('<strike/><sz val="11"/><color rgb="FF000000"/>')],
    says: /^sheet-unseen:.*struck through/,
  },
  {
    what: 'a run struck through',
    edits: [
      cell(
        '<c r="B2" s="3" t="inlineStr"><is><r><t>sha</t></r><r><rPr><strike/></rPr><t>re</t></r></is></c>',
      ),
    ],
    says: /^sheet-unseen:.*!B2: .*struck through/,
  },
  {
    what: 'a white run',
    edits: [
      cell(
        '<c r="B2" s="3" t="inlineStr"><is><r><rPr><color rgb="FFFFFFFF"/></rPr><t>share</t></r></is></c>',
      ),
    ],
    says: /^sheet-unseen:.*!B2/,
  },
  {
    what: 'a style that is not there',
    edits: [cell(cellXml('B2', 99, 'share'))],
    says: /^sheet-unseen:.*!B2: .*style/,
  },
  {
    what: 'conditional formatting',
    edits: [afterData('<conditionalFormatting/>')],
    says: /^sheet-unseen: `drill.mission`: conditional/,
  },
  {
    what: 'texts that no cell shows',
    edits: [
      [links, '</Relationships>', `${link('sharedStrings', 'sharedStrings.xml')}</Relationships>`],
      ['xl/sharedStrings.xml', undefined, `<sst xmlns="${MAIN}"><si><t>names of officers</t></si></sst>`],
      [
        '[Content_Types].xml',
        '</Types>',
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
      ],
    ],
    says: /^sheet-unseen: the file holds 1 text that no cell shows/,
  },
]

const FOREIGN: readonly Refused[] = [
  {
    what: 'a formula',
    edits: [cell('<c r="B2" s="3" t="str"><f>IF(1,"share")</f><v>share</v></c>')],
    says: /^sheet-formula: `drill.mission`!B2: the cell is computed/,
  },
  {
    what: 'a value from an array',
    edits: [cell(B2.replace('<c ', '<c cm="1" '))],
    says: /^sheet-formula:.*!B2/,
  },
  { what: 'a name that computes', edits: [name('', 'SUM(1,2)')], says: /^sheet-formula: the name `n`/ },
  { what: 'a name in another file', edits: [name('', '[1]x!$A$1')], says: /^sheet-formula: the name `n`/ },
  { what: 'a name of a macro', edits: [name('xlm="1"', "'drill.mission'!$A$1")], says: /^sheet-macro:/ },
  {
    what: 'macros',
    edits: attached('http://schemas.microsoft.com/office/2006/relationships/vbaProject', 'vbaProject.bin'),
    says: /^sheet-macro: it holds macros/,
  },
  {
    what: 'macros that nothing points at',
    edits: [['xl/vbaProject.bin', undefined, 'x']],
    says: /^sheet-macro: it holds macros/,
  },
  {
    what: 'a workbook of the kind with macros',
    edits: [
      [
        '[Content_Types].xml',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml',
        'application/vnd.ms-excel.sheet.macroEnabled.main+xml',
      ],
    ],
    says: /^sheet-macro: the workbook/,
  },
  {
    what: 'a template',
    edits: [['[Content_Types].xml', 'sheet.main+xml', 'template.main+xml']],
    says: /^sheet-content-type: part `xl\/workbook.xml`/,
  },
  {
    what: 'a sheet of another type',
    edits: [['[Content_Types].xml', 'worksheet+xml', 'chartsheet+xml']],
    says: /^sheet-content-type:/,
  },
  {
    what: 'a sheet in the strict spelling',
    edits: [inSheet(MAIN, 'http://purl.oclc.org/ooxml/spreadsheetml/main')],
    says: /^sheet-content-type: `drill.mission`/,
  },
  {
    what: 'a link to another workbook',
    edits: attached('externalLink', 'externalLinks/externalLink1.xml'),
    says: /^sheet-external-link: it holds a link to another file/,
  },
  {
    what: 'external references',
    edits: [afterSheets('<externalReferences/>')],
    says: /^sheet-external-link:/,
  },
  {
    what: 'a target outside',
    edits: [
      [
        links,
        '</Relationships>',
        `${link('worksheet', 'https://example.org/', ' TargetMode="External"')}</Relationships>`,
      ],
    ],
    says: /^sheet-external-link:/,
  },
  { what: 'hyperlinks', edits: [afterData('<hyperlinks/>')], says: /^sheet-external-link: `drill.mission`/ },
  {
    what: 'comments',
    edits: onSheet('comments', 'comments1.xml'),
    says: /^sheet-comment: `drill.mission`: it holds comments/,
  },
  {
    what: 'comments in threads',
    edits: onSheet(
      'http://schemas.microsoft.com/office/2017/10/relationships/threadedComment',
      'threadedComments/threadedComment1.xml',
    ),
    says: /^sheet-comment:/,
  },
  {
    what: 'the drawing of notes',
    edits: [afterData('<legacyDrawing/>')],
    says: /^sheet-comment: `drill.mission`/,
  },
  {
    what: 'an embedded object',
    edits: onSheet('oleObject', 'embeddings/oleObject1.bin'),
    says: /^sheet-embedded: `drill.mission`/,
  },
  {
    what: 'an embedded workbook',
    edits: onSheet('package', 'embeddings/Book.xlsx'),
    says: /^sheet-embedded:/,
  },
  { what: 'controls', edits: [afterData('<controls/>')], says: /^sheet-embedded:/ },
  { what: 'a connection', edits: attached('connections', 'connections.xml'), says: /^sheet-connection:/ },
  {
    what: 'a query',
    edits: onSheet('queryTable', 'queryTables/queryTable1.xml'),
    says: /^sheet-connection:/,
  },
  {
    what: 'a pivot cache',
    edits: attached('pivotCacheDefinition', 'pivotCache/pivotCacheDefinition1.xml'),
    says: /^sheet-pivot:/,
  },
  { what: 'pivot caches in the workbook', edits: [afterSheets('<pivotCaches/>')], says: /^sheet-pivot:/ },
  {
    what: 'a drawing',
    edits: onSheet('drawing', 'drawings/drawing1.xml'),
    says: /^sheet-drawing: `drill.mission`/,
  },
  { what: 'a picture behind the cells', edits: [afterData('<picture/>')], says: /^sheet-drawing:/ },
  { what: 'a table object', edits: onSheet('table', 'tables/table1.xml'), says: /^sheet-list-object:/ },
  {
    what: 'a slicer',
    edits: attached(
      'http://schemas.microsoft.com/office/2007/relationships/slicerCache',
      'slicerCaches/slicerCache1.xml',
    ),
    says: /^sheet-filtered:/,
  },
  {
    what: 'custom XML data',
    edits: [['customXml/item1.xml', undefined, '<x/>']],
    says: /^sheet-part-unknown: it holds custom XML/,
  },
  {
    what: 'a part that nothing points at',
    edits: [['xl/notes.txt', undefined, 'x']],
    says: /^sheet-part-unknown: part `xl\/notes.txt`/,
  },
  {
    what: 'a part of an unknown kind',
    edits: attached('somethingNew', 'new.xml'),
    says: /^sheet-part-unknown: it points at `xl\/new.xml`/,
  },
  { what: 'an extension of a sheet', edits: [afterData('<extLst/>')], says: /^sheet-part-unknown:/ },
  {
    what: 'another element in a sheet',
    edits: [afterData('<surprise/>')],
    says: /^sheet-part-unknown:.*`surprise`/,
  },
  {
    what: 'two lots of cells',
    edits: [afterData('<sheetData/>')],
    says: /^sheet-part-unknown:.*`sheetData`/,
  },
  {
    what: 'another element in the workbook',
    edits: [beforeSheets('<surprise/>')],
    says: /^sheet-part-unknown:.*`surprise`/,
  },
  {
    what: 'a pivot selection in a view',
    edits: [inSheet('<pane ', '<pivotSelection/><pane ')],
    says: /^sheet-part-unknown:.*`pivotSelection`/,
  },
  {
    what: 'a document type',
    edits: [inSheet('<worksheet', '<!DOCTYPE x [<!ENTITY e "share">]><worksheet')],
    says: /^sheet-xml: part `xl\/worksheets\/sheet1.xml` has a document type/,
  },
  {
    what: 'an entity of its own',
    edits: [cell(cellXml('B2', 3, '&e;'))],
    says: /^sheet-xml:.*not well-formed/,
  },
  {
    what: 'an instruction',
    edits: [inSheet('<worksheet', '<?run me?><worksheet')],
    says: /^sheet-xml:.*instruction/,
  },
  { what: 'another encoding', edits: [inSheet('UTF-8', 'ISO-8859-1')], says: /^sheet-xml:.*not UTF-8/ },
  { what: 'broken XML', edits: [inSheet('</worksheet>', '')], says: /^sheet-xml:/ },
  {
    what: 'XML of too many levels',
    edits: [afterData('<x>'.repeat(60) + '</x>'.repeat(60))],
    says: /^sheet-xml:.*too large/,
  },
  {
    what: 'a target that is not there',
    edits: [[links, 'worksheets/sheet1.xml', 'worksheets/sheet9.xml']],
    says: /^sheet-not-a-package:/,
  },
  {
    what: 'a target outside of the package',
    edits: [[links, 'worksheets/sheet1.xml', '../../../etc/passwd']],
    says: /^sheet-not-a-package:/,
  },
  {
    what: 'a workbook that does not say what its parts are',
    edits: [
      ['[Content_Types].xml', '<Types', '<Kinds'],
      ['[Content_Types].xml', '</Types', '</Kinds'],
    ],
    says: /^sheet-not-a-package:/,
  },
]

const WORDS: readonly Refused[] = [
  {
    what: 'merged cells',
    edits: [afterData('<mergeCells><mergeCell ref="B2:C2"/></mergeCells>')],
    says: /^sheet-merged: `drill.mission`!B2: cells `B2:C2`/,
  },
  {
    what: 'a number',
    edits: [cell('<c r="B2" s="3"><v>5</v></c>')],
    says: /^sheet-not-a-text: `drill.mission`!B2/,
  },
  { what: 'a truth value', edits: [cell('<c r="B2" s="3" t="b"><v>1</v></c>')], says: /^sheet-not-a-text:/ },
  { what: 'an error', edits: [cell('<c r="B2" s="3" t="e"><v>#REF!</v></c>')], says: /^sheet-not-a-text:/ },
  {
    what: 'a text that is not there',
    edits: [cell('<c r="B2" s="3" t="s"><v>7</v></c>')],
    says: /^sheet-not-a-text:/,
  },
  {
    what: 'an unknown word',
    edits: [cell(cellXml('B2', 3, 'shar'))],
    says: /^unknown-treatment: `drill.mission`!B2: there is no treatment `shar`; did you mean `share`\?/,
  },
  {
    what: 'a treatment that is misspelt',
    edits: [cell(cellXml('B2', 3, 'grid-1kn'))],
    says: /^unknown-treatment:.*did you mean `grid-1km`/,
  },
  {
    what: 'a sentence that is none',
    edits: [cell(cellXml('B2', 3, 'share, if you like'))],
    says: /^sheet-word:.*!B2/,
  },
  {
    what: 'branches without an end',
    edits: [cell(cellXml('B2', 3, 'if custody-sector then share'))],
    says: /^sheet-word:.*!B2/,
  },
  {
    what: 'an unknown condition',
    edits: [cell(cellXml('B2', 3, 'if custody-sectr then share, else withhold'))],
    says: /^unknown-condition:.*did you mean `custody-sector`/,
  },
  {
    what: 'an unknown item',
    edits: [inSheet(cellXml('A3', 2, 'title'), cellXml('A3', 2, 'tittle'))],
    says: /^unknown-path: `drill.mission`!A3: .*did you mean `title`/,
  },
  {
    what: 'a position in an item',
    edits: [inSheet(cellXml('A3', 2, 'title'), cellXml('A3', 2, 'people[0].name'))],
    says: /^index-in-path:.*!A3/,
  },
  {
    what: 'an item twice',
    edits: [inSheet(cellXml('A3', 2, 'title'), cellXml('A3', 2, 'reference'))],
    says: /^sheet-twice: `drill.mission`!A3: `reference` stands in row 2 already/,
  },
  {
    what: 'an unknown purpose',
    edits: [inSheet(cellXml('B1', 1, 'drill'), cellXml('B1', 1, 'dril'))],
    says: /^unknown-purpose: `drill.mission`!B1: .*did you mean `drill`/,
  },
  {
    what: 'a purpose without a column',
    edits: [inSheet(cellXml('B1', 1, 'drill'), cellXml('B1', 1, 'dril'))],
    says: /^sheet-heading: `drill.mission` row 1: there is no column for `drill`/,
  },
  {
    what: 'a purpose twice',
    edits: [inSheet(cellXml('B1', 1, 'drill'), cellXml('B1', 1, 'review'))],
    says: /^sheet-twice: `drill.mission`!C1: there is another column `review`/,
  },
  {
    what: 'a table that begins elsewhere',
    edits: [inSheet(cellXml('A1', 1, 'item'), cellXml('A1', 1, 'thing'))],
    says: /^sheet-heading: `drill.mission`!A1: the first cell has to say `item`/,
  },
  {
    what: 'a note beside the table',
    edits: [inSheet('</row><row r="4">', `${cellXml('G3', 3, 'a note')}</row><row r="4">`)],
    says: /^sheet-outside: `drill.mission`!G3/,
  },
  {
    what: 'a row without an item',
    edits: [inSheet(cellXml('A3', 2, 'title'), '<c r="A3" s="2"/>')],
    says: /^sheet-heading: `drill.mission`!A3: the row names no item/,
  },
  {
    what: 'invisible letters',
    edits: [cell(cellXml('B2', 3, 'sha\u200bre'))],
    says: /^text-hidden: `drill.mission`!B2/,
  },
  {
    what: 'cells in disorder',
    edits: [cell(cellXml('A2', 3, 'share'))],
    says: /^sheet-order: `drill.mission` row 2/,
  },
  {
    what: 'rows in disorder',
    edits: [inSheet('<row r="7">', '<row r="3">')],
    says: /^sheet-order: `drill.mission`: its rows/,
  },
  {
    what: 'a sheet of no resource',
    edits: [inBook('name="drill.mission"', 'name="drill.mision"')],
    says: /^unknown-resource: `drill.mision`: .*did you mean `drill.mission`/,
  },
  {
    what: 'a treatment that does not fit',
    edits: [cell(cellXml('B2', 3, 'grid-1km'))],
    says: /^treatment-unfit: `drill.mission`!B2: treatment `grid-1km` does not fit `reference`/,
  },
  {
    what: 'something that is never shared',
    edits: [inSheet(cellXml('A3', 2, 'title'), cellXml('A3', 2, 'narrative.*'))],
    says: /^(?:unknown-path|not-a-leaf): `drill.mission`!A3/,
  },
]

export const refused: readonly Refused[] = [...HIDDEN, ...UNSEEN, ...FOREIGN, ...WORDS]
