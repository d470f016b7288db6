import type { Leaf, Sensitivity } from '../terms/terms.ts'
import type { Draft } from './draft.ts'
import type { CellDraft, ResourceDraft, RowDraft } from './draft-resource.ts'
import { type Figure, figureOutcome } from './figure.ts'
import { didYouMean, type Findings, type Place } from './findings.ts'
import { missing } from './paths.ts'
import type { Reference } from './read.ts'
import { type Cell, type DecidedItem, isWithheld, type Outcome } from './resolved.ts'
import type { Resolver } from './resolver.ts'
import { PLAIN, type PlainKind } from './treatments/treatments.ts'

/** What is never shared by a rule, in any form: only a person may let it go. */
export const NEVER_SHARED: ReadonlySet<Sensitivity> = new Set(['free-text', 'source-protection', 'covert'])

export const WITHHOLD: Outcome = {
  name: 'withhold',
  says: 'nothing',
  kind: 'withhold',
  prepared: PLAIN.withhold,
}
const SHARE: Outcome = { name: 'share', says: 'the value as it is', kind: 'share', prepared: PLAIN.share }
export const NOTHING: Cell = [{ condition: undefined, outcome: WITHHOLD }]
export const SHARED: Cell = [{ condition: undefined, outcome: SHARE }]

/** What is known of a resource before its table is read. */
interface Given {
  readonly redLines: ReadonlyMap<string, string>
  readonly figures: ReadonlyMap<string, Figure>
}

/**
 * Gives every item of the catalogue its cell for each purpose. Its own row beats a group row, the longer group the shorter; a
 * row does not fall back to another one for a purpose it does not name.
 */
export function decideItems(
  draft: Draft,
  resource: ResourceDraft,
  resolver: Resolver,
  { redLines, figures }: Given,
): readonly DecidedItem[] {
  const { catalogue, findings } = resolver
  const rows = [...resource.fields].filter(([path, row]) => isPathOrGroup(resolver, path, row.place))
  const resolvedCells = new Map(rows.map(([path, row]) => [path, expandRow(findings, draft, path, row)]))
  return [...catalogue.leaves.values()].map(leaf => {
    const row = decidingRow(leaf.path, rows)
    const written = row === undefined ? undefined : resolvedCells.get(row)
    const cells = new Map<string, Cell>()
    const figure = figures.get(leaf.path)
    const redLine = redLines.get(leaf.path) ?? figure?.redLine
    for (const purpose of draft.purposes.keys()) {
      const cell = written?.get(purpose)
      const resolved = cell ? resolveCell(draft, resolver, { leaf, figure }, cell) : NOTHING
      if (row && cell)
        checkCell(findings, leaf, row, {
          cell: resolved,
          place: resource.fields.get(row)?.place ?? resource.place,
        })
      cells.set(purpose, redLine === undefined ? resolved : NOTHING)
    }
    return { leaf, row, redLine, cells }
  })
}

export function isGroup(path: string): boolean {
  return path === '*' || path.endsWith('.*')
}

/** Whether a group row, or an item's own row, speaks about a path. */
export function covers(row: string, path: string): boolean {
  if (row === '*') return true
  return row.endsWith('.*') ? path.startsWith(row.slice(0, -1)) : row === path
}

function decidingRow(path: string, rows: readonly (readonly [string, unknown])[]): string | undefined {
  let best: string | undefined
  for (const [row] of rows) {
    if (!covers(row, path)) continue
    if (row === path) return row
    if (best === undefined || row.length > best.length) best = row
  }
  return best
}

/** Notes a path that is no item and no group of the catalogue. */
export function isPathOrGroup({ catalogue, findings }: Resolver, path: string, place: Place): boolean {
  if (catalogue.leaves.has(path)) return true
  if (/\[\d+\]/.test(path)) {
    findings.note(
      place,
      'index-in-path',
      `\`${path}\` names a position; entries are meant all together, as \`[]\``,
    )
    return false
  }
  if (!isGroup(path)) {
    findings.note(place, ...missing(catalogue, path))
    return false
  }
  if ([...catalogue.leaves.keys()].some(known => covers(path, known))) return true
  const groups = new Set([...catalogue.leaves.keys()].flatMap(groupsOf))
  const hint = didYouMean(path, groups)
  findings.note(
    place,
    'unknown-path',
    `the catalogue of \`${catalogue.resource}\` has nothing in \`${path}\`${hint}`,
  )
  return false
}

/** `a[].*` and `a[].b.*` for `a[].b.c`. */
function groupsOf(path: string): string[] {
  const parts = path.split('.')
  return parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('.')}.*`)
}

/** The red line that says never, by item. */
export function neverPaths(resource: ResourceDraft, resolver: Resolver): ReadonlyMap<string, string> {
  const never = new Map<string, string>()
  for (const { id, rule } of resource.redLines) {
    if (rule?.kind !== 'never') continue
    for (const { name, place } of rule.paths) {
      if (!isPathOrGroup(resolver, name, place)) continue
      for (const path of resolver.catalogue.leaves.keys())
        if (covers(name, path) && !never.has(path)) never.set(path, id)
    }
  }
  return never
}

/** A row as purpose to cell: a named purpose beats `others`, and `all` stands alone. */
export function expandRow<One>(
  findings: Findings,
  draft: Draft,
  name: string,
  row: RowDraft<One>,
): ReadonlyMap<string, One> {
  const all = row.cells.get('all')
  const others = row.cells.get('others')
  if (all && row.cells.size > 1)
    findings.note(all.place, 'row-all-alone', `in row \`${name}\`, \`all\` has to stand alone`)
  const cells = new Map<string, One>()
  for (const [purpose, { place, cell }] of row.cells) {
    if (purpose === 'all' || purpose === 'others') continue
    if (draft.purposes.has(purpose)) cells.set(purpose, cell)
    else {
      const hint = didYouMean(purpose, [...draft.purposes.keys(), 'all', 'others'])
      findings.note(
        place,
        'unknown-purpose',
        `row \`${name}\` names the purpose \`${purpose}\`, which there is not${hint}`,
      )
    }
  }
  const rest = all ?? others
  for (const purpose of draft.purposes.keys()) if (rest && !cells.has(purpose)) cells.set(purpose, rest.cell)
  return cells
}

/** An item, with how it is worked out where it is derived. */
interface Shown {
  readonly leaf: Leaf
  readonly figure: Figure | undefined
}

function resolveCell(draft: Draft, resolver: Resolver, shown: Shown, cell: CellDraft): Cell {
  const { leaf } = shown
  const outcomes = cell.map(({ outcome }) => resolveOutcome(draft, resolver, shown, outcome))
  return cell.map(({ condition: written }, index) => {
    const outcome = outcomes[index] ?? WITHHOLD
    if (!written) return { condition: undefined, outcome }
    const opens = openers(outcome, outcomes.slice(index + 1))
    const condition = resolver.condition(written, { at: leaf.path, opens, mayOpenWhenAbsent: false })
    return { condition, outcome: condition ? outcome : WITHHOLD }
  })
}

/** Which truth of a branch leads to the looser outcome; both where two treatments cannot be compared. */
export function openers(outcome: Outcome, rest: readonly Outcome[]): readonly boolean[] {
  const differing = rest.filter(other => other.name !== outcome.name)
  const opens: boolean[] = []
  if (differing.some(other => rank(outcome) <= rank(other))) opens.push(true)
  if (differing.some(other => rank(other) <= rank(outcome))) opens.push(false)
  return opens
}

function rank({ kind }: Outcome): number {
  if (kind === 'share') return 0
  return kind === 'withhold' ? 2 : 1
}

function resolveOutcome(
  draft: Draft,
  { findings }: Resolver,
  { leaf, figure }: Shown,
  { name, place }: Reference,
): Outcome {
  if (name === 'share' && leaf.derived) return shareFigure(findings, leaf, figure, place)
  if (name === 'share') return SHARE
  if (name === 'withhold') return WITHHOLD
  const treatment = draft.treatments.get(name)
  if (!treatment) {
    if (!draft.treatments.has(name)) {
      const hint = didYouMean(name, [
        ...Object.keys(PLAIN as Record<PlainKind, unknown>),
        ...draft.treatments.keys(),
      ])
      findings.note(place, 'unknown-treatment', `there is no treatment \`${name}\`${hint}`)
    }
    return WITHHOLD
  }
  if (leaf.derived || !treatment.prepared.fits(leaf.type)) {
    findings.note(
      place,
      'treatment-unfit',
      `treatment \`${name}\` does not fit \`${leaf.path}\`, which ${leaf.derived ? 'the gateway works out' : `holds a ${leaf.type}`}`,
    )
  }
  return { name, says: treatment.says, kind: treatment.kind, prepared: treatment.prepared }
}

function shareFigure(findings: Findings, { path }: Leaf, figure: Figure | undefined, place: Place): Outcome {
  if (figure) return figureOutcome(figure)
  findings.note(place, 'derived-unsaid', `\`derived\` does not say how \`${path}\` is worked out`)
  return WITHHOLD
}

function checkCell(
  findings: Findings,
  leaf: Leaf,
  row: string,
  { cell, place }: { cell: Cell; place: Place },
): void {
  if (isWithheld(cell)) return
  if (NEVER_SHARED.has(leaf.sensitivity)) {
    findings.note(
      place,
      'never-shared',
      `\`${leaf.path}\` is ${leaf.sensitivity} and may not be shared in any form`,
    )
    return
  }
  if (isGroup(row) && leaf.sensitivity !== 'public') {
    const says = `group row \`${row}\` shares \`${leaf.path}\`, which is ${leaf.sensitivity}; a group may share only what is public`
    findings.note(place, 'wildcard-shares', says)
  }
}
