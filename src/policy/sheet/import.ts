import { type Problem, ProblemsError } from '../../terms/terms.ts'
import type { Draft } from '../draft.ts'
import { didYouMean, makeFindings } from '../findings.ts'
import { type PolicyParts, type Reading, readAgreement } from '../reading.ts'
import { readSource, type Source } from '../source.ts'
import { makeOffences, type Offences, referenceOf, shown } from './offences.ts'
import { openPackage } from './package.ts'
import { rewriteFields } from './rewrite.ts'
import { ITEM, readRows, type SheetRow } from './sheet-rows.ts'
import { readStrings } from './strings.ts'
import { readStyles } from './styles.ts'
import { readWorkbook } from './workbook.ts'
import { type Grid, readSheet } from './worksheet.ts'
import { unpack } from './zip.ts'

/** A spreadsheet, and the agreement whose tables it is to replace. */
export interface SheetImport {
  readonly bytes: Uint8Array
  /** The name that problems of the spreadsheet carry. */
  readonly table: string
  /** The agreement as it is, which has to read well. */
  readonly source: string
  readonly file: string
  readonly parts: PolicyParts
  /** Only the table of this resource; undefined for every sheet, each named like its resource. */
  readonly resource: string | undefined
}

export interface ImportedSheet {
  /** The agreement with its tables replaced, everything else byte for byte as before. */
  readonly source: string
  readonly before: Reading
  readonly after: Reading
  /** In the order of their sheets. */
  readonly resources: readonly string[]
}

/**
 * Reads the tables of an agreement from a spreadsheet (Office Open XML, ECMA-376) of untrusted bytes. Nothing that is hidden,
 * computed, linked or embedded is let through: the whole file is refused, with everything that speaks against it.
 *
 * @throws ProblemsError with every offender, by sheet and cell; or with every problem of the agreement that would come out
 */
export function importSheet({ bytes, table, source, file, parts, resource }: SheetImport): ImportedSheet {
  const before = readAgreement(source, file, parts)
  const { draft } = before.resolved
  const offences = makeOffences(table)
  const tables = readTables(bytes, offences, before, resource)
  if (offences.problems.length > 0) throw new ProblemsError(offences.problems)
  let text = source
  for (const [name, { rows }] of tables) text = rewriteFields(text, { draft, resource: name, rows })
  try {
    const after = readAgreement(text, file, parts)
    return { source: text, before, after, resources: [...tables.keys()] }
  } catch (thrown) {
    if (!(thrown instanceof ProblemsError)) throw thrown
    throw new ProblemsError(atCells(thrown.problems, text, table, tables))
  }
}

interface Table {
  readonly sheet: string
  readonly rows: readonly SheetRow[]
}

/** The tables by resource. */
function readTables(
  bytes: Uint8Array,
  offences: Offences,
  { resolved }: Reading,
  resource: string | undefined,
): ReadonlyMap<string, Table> {
  const tables = new Map<string, Table>()
  const grids = readGrids(bytes, offences)
  for (const [sheet, name] of pairUp(grids, resolved.draft, offences, resource)) {
    const catalogue = resolved.resources.get(name)?.catalogue
    if (!catalogue) continue
    const rows = readRows(grids.get(sheet) ?? new Map(), {
      sheet,
      draft: resolved.draft,
      catalogue,
      offences,
    })
    tables.set(name, { sheet, rows })
  }
  return tables
}

/** What each sheet shows, by its name. */
function readGrids(bytes: Uint8Array, offences: Offences): ReadonlyMap<string, Grid> {
  const parts = unpack(bytes, offences)
  const opened = parts && openPackage(parts, offences)
  if (!opened) return new Map()
  const strings = readStrings(opened.strings)
  const look = { styles: readStyles(opened.styles, opened.theme), strings, used: new Set<number>(), offences }
  const grids = new Map(readWorkbook(opened, offences).map(sheet => [sheet.name, readSheet(sheet, look)]))
  const unseen = strings.filter(({ text }, index) => !look.used.has(index) && text.trim() !== '').length
  if (unseen > 0)
    offences.note(
      {},
      'sheet-unseen',
      `the file holds ${unseen} ${unseen === 1 ? 'text' : 'texts'} that no cell shows; save it anew`,
    )
  return grids
}

/** Which sheet is the table of which resource: by its name, or, where one resource is asked for, the only sheet there is. */
function pairUp(
  grids: ReadonlyMap<string, Grid>,
  { resources }: Draft,
  offences: Offences,
  wanted: string | undefined,
): readonly (readonly [sheet: string, resource: string])[] {
  const names = [...grids.keys()]
  if (wanted !== undefined && !resources.has(wanted)) {
    const hint = didYouMean(wanted, resources.keys())
    offences.note({}, 'unknown-resource', `the agreement does not cover ${shown(wanted)}${hint}`)
    return []
  }
  const [only] = names
  const another = only !== wanted && resources.has(only ?? '')
  if (wanted !== undefined && only !== undefined && names.length === 1 && !another) return [[only, wanted]]
  const pairs = names.flatMap(sheet => {
    if (resources.has(sheet)) return [[sheet, sheet] as const]
    const says = `the agreement covers no resource of this name${didYouMean(sheet, resources.keys())}`
    offences.note({ sheet }, 'unknown-resource', says)
    return []
  })
  const chosen = pairs.filter(([, name]) => wanted === undefined || name === wanted)
  if (chosen.length === 0 && offences.problems.length === 0)
    offences.note({}, 'unknown-resource', `the file has no sheet ${shown(wanted ?? 'named like a resource')}`)
  return chosen
}

/** Problems of the new text, said of the cells that they come from where they come from one. */
function atCells(
  problems: readonly Problem[],
  text: string,
  table: string,
  tables: ReadonlyMap<string, Table>,
): readonly Problem[] {
  const places = new Map<string, { sheet: string; row: number; column: number }>()
  const tree = readSource(text, makeFindings(''))
  for (const [resource, { sheet, rows }] of tables) {
    const fields = memberOf(memberOf(memberOf(tree, 'resources')?.value, resource)?.value, 'fields')?.value
    for (const { path, row, columns } of rows) {
      const written = memberOf(fields, path)
      if (!written) continue
      const put = (key: Source['place'], purposes: readonly string[]) => {
        const column = columns.get(purposes.find(purpose => columns.has(purpose)) ?? ITEM) ?? 1
        places.set(`${key.line}:${key.column}`, { sheet, row, column })
      }
      put(written.key, [ITEM])
      for (const [name, cell] of written.value.kind === 'map' ? written.value.members : []) {
        for (const place of [cell.key, ...placesIn(cell.value)]) put(place, [name])
      }
    }
  }
  return problems.map(problem => {
    const at = places.get(`${problem.line}:${problem.column}`)
    if (!at) return problem
    return {
      ...problem,
      file: table,
      line: at.row,
      column: at.column,
      says: `${referenceOf(at)}: ${problem.says}`,
    }
  })
}

function memberOf(
  source: Source | undefined,
  name: string,
): { readonly key: Source['place']; readonly value: Source } | undefined {
  return source?.kind === 'map' ? source.members.get(name) : undefined
}

function placesIn(source: Source): readonly Source['place'][] {
  switch (source.kind) {
    case 'scalar':
      return [source.place]
    case 'list':
      return [source.place, ...source.entries.flatMap(placesIn)]
    case 'map':
      return [
        source.place,
        ...[...source.members.values()].flatMap(({ key, value }) => [key, ...placesIn(value)]),
      ]
  }
}
