import type { CellDraft } from '../draft-resource.ts'
import { figureOutcome } from '../figure.ts'
import { closedList } from '../plan.ts'
import type { Reading } from '../reading.ts'
import { type Cell, type DecidedItem, listAround, type Outcome, type ResolvedResource } from '../resolved.ts'
import { asClause, cellWords, figureWords, outcomeWords, stopWords, titleName } from '../words.ts'
import {
  type Block,
  type Row,
  type RowGroup,
  type Section,
  type TableCell,
  type Text,
  text,
} from './annex.ts'

/** What a reader of the tables has to know. */
export function readerSection(): Section {
  const items = [
    'One row stands for one item of data, one column for one purpose. What has no row is not shared.',
    '“Shared” means the value as it is; “only …” and “replaced by …” mean a reduced form of it, whose exact terms stand below under Reduced forms; “withheld” means that nothing of it goes.',
    'Where a cell names cases, the first that is true decides. Where it cannot be told whether it is true, the value is withheld.',
    'A red line wins over every cell. A value that does not fit its row is withheld.',
  ]
  return { title: 'How to read the tables', blocks: [{ kind: 'list', items: items.map(item => [item]) }] }
}

/** The table of one resource, after what stands before it: gates, red lines, and which entries of lists go. */
export function resourceSection(reading: Reading, name: string, resource: ResolvedResource): Section {
  const { version, digest } = resource.catalogue
  return {
    title: `What is shared of ${name}`,
    blocks: [
      { kind: 'paragraph', text: text`Schema ${name}, version ${version}, ${digest}` },
      ...ruleList('What stops the whole document', gateTexts(resource)),
      ...ruleList('Red lines: whatever the table says', redLineTexts(reading, name, resource)),
      ...ruleList('Which entries of lists go', includeTexts(reading, resource)),
      ...ruleList('Figures that the gateway works out', figureTexts(resource)),
      tableOf(reading, name, resource),
    ],
  }
}

function ruleList(heading: string, items: readonly Text[]): readonly Block[] {
  return items.length === 0
    ? []
    : [
        { kind: 'heading', text: [heading] },
        { kind: 'list', items },
      ]
}

function gateTexts({ gates }: ResolvedResource): readonly Text[] {
  return gates.map(({ id, says, condition, passes }) => {
    return [{ strong: id }, ` ${says}: nothing of it goes ${stopWords(condition.says, passes)}.`]
  })
}

function redLineTexts(
  { resolved }: Reading,
  name: string,
  { items, drops }: ResolvedResource,
): readonly Text[] {
  const lines = resolved.draft.resources.get(name)?.redLines ?? []
  const dropped = [...drops].flatMap(([list, all]) => all.map(drop => ({ list, ...drop })))
  return lines.flatMap(({ id, says, rule }): readonly Text[] => {
    if (rule?.kind === 'never') {
      const paths = items.filter(({ redLine }) => redLine === id).map(({ leaf }) => leaf.path)
      return [
        [
          { strong: id },
          ` ${says}: `,
          ...codes(paths),
          paths.length === 1 ? ' never leaves.' : ' never leave.',
        ],
      ]
    }
    const drop = dropped.find(one => one.id === id)
    if (!drop) return []
    const when = `is left out ${stopWords(drop.condition.says, drop.stays)}.`
    return [[{ strong: id }, ` ${says}: an entry of `, { code: drop.list }, ` ${when}`]]
  })
}

function codes(paths: readonly string[]): Text {
  return paths.flatMap((path, index) => [index === 0 ? '' : ', ', { code: path }])
}

/** Lists of which every entry goes for every purpose need no sentence. */
function includeTexts(
  { resolved: { draft } }: Reading,
  { include, catalogue }: ResolvedResource,
): readonly Text[] {
  return [...include].flatMap(([list, row]): readonly Text[] => {
    if ([...row.values()].every(({ kind }) => kind === 'every')) return []
    const says = [...draft.purposes.keys()].map(purpose => {
      const inclusion = row.get(purpose) ?? { kind: 'none' }
      const which =
        inclusion.kind === 'condition'
          ? `only where it is certain that ${asClause(inclusion.condition.says)}`
          : inclusion.kind === 'every'
            ? 'every entry'
            : 'no entry'
      return `${titleName(purpose)}: ${which}`
    })
    return [[{ code: list }, ` (each entry: ${catalogue.items.get(list) ?? ''}). ${says.join('. ')}.`]]
  })
}

/** Figures are about entries that do not go; what is hidden of them is told here. */
function figureTexts({ figures }: ResolvedResource): readonly Text[] {
  return [...figures.values()].map(figure => {
    const { says, prepared } = figureOutcome(figure)
    return [{ code: figure.path }, `: ${asClause(says)}. Exactly: ${figureWords(prepared.terms)}.`]
  })
}

function tableOf(reading: Reading, name: string, resource: ResolvedResource): Block {
  const purposes = [...reading.resolved.draft.purposes.keys()]
  return {
    kind: 'table',
    caption: `${name}: item by item, purpose by purpose`,
    columns: ['Item', 'Kind', ...purposes.map(titleName)],
    groups: groupsOf(reading, name, resource, purposes),
  }
}

/** The items of the document itself, then those of each list under its name. */
function groupsOf(
  reading: Reading,
  name: string,
  resource: ResolvedResource,
  purposes: readonly string[],
): readonly RowGroup[] {
  const groups = new Map<string | undefined, Row[]>([[undefined, []]])
  for (const item of resource.items) {
    const list = listAround(item.leaf.path)
    const rows = groups.get(list) ?? []
    rows.push(rowOf(reading, name, resource, { item, purposes }))
    groups.set(list, rows)
  }
  const filled = [...groups].filter(([, rows]) => rows.length > 0)
  return filled.map(([list, rows]) => {
    return { title: filled.length === 1 ? undefined : groupTitle(resource, list), rows }
  })
}

function groupTitle({ catalogue }: ResolvedResource, list: string | undefined): Text {
  if (list === undefined) return ['The document itself']
  return [`In each entry of `, { code: list }, ` (${catalogue.items.get(list) ?? ''})`]
}

function rowOf(
  reading: Reading,
  name: string,
  resource: ResolvedResource,
  { item, purposes }: { readonly item: DecidedItem; readonly purposes: readonly string[] },
): Row {
  const row = reading.resolved.draft.resources.get(name)?.fields.get(item.row ?? '')
  const head: Text = [{ code: item.leaf.path }, ...(row?.why === undefined ? [] : [` – ${row.why}`])]
  const cells = purposes.map(purpose => {
    const written = row?.cells.get(purpose) ?? row?.cells.get('others') ?? row?.cells.get('all')
    return cellOf(resource, purpose, item, written?.cell)
  })
  return { head, cells: [{ lines: [[item.leaf.sensitivity]], tone: undefined }, ...cells] }
}

function cellOf(
  resource: ResolvedResource,
  purpose: string,
  { leaf, row, redLine, cells }: DecidedItem,
  written: CellDraft | undefined,
): TableCell {
  const withheld = (why: string): TableCell => ({ lines: [[`withheld (${why})`]], tone: 'withhold' })
  if (redLine !== undefined) return withheld(`red line ${redLine}`)
  const cell = cells.get(purpose)
  if (row === undefined || !cell) return withheld('no row')
  const tone = toneOf(cell)
  const closed = closedList(resource, purpose, leaf.path)
  if (closed !== undefined && tone !== 'withhold') return withheld(`no entry of ${closed} goes`)
  if (cell.length === 1) return { lines: [[cellWords(cell)]], tone }
  const lines = cell.map(({ condition, outcome }, index): Text => {
    const why = written?.[index]?.why
    const when = condition ? `If ${asClause(condition.says)}: ` : 'Otherwise: '
    return [when, { strong: outcomeWords(outcome) }, why === undefined ? '' : ` – ${why}`]
  })
  return { lines, tone }
}

function toneOf(cell: Cell): NonNullable<TableCell['tone']> {
  const kinds = new Set(cell.map(({ outcome }) => toneOfOutcome(outcome)))
  return kinds.size === 1 ? ([...kinds][0] ?? 'withhold') : 'choice'
}

function toneOfOutcome({ kind }: Outcome): 'share' | 'treat' | 'withhold' {
  return kind === 'share' || kind === 'withhold' ? kind : 'treat'
}
