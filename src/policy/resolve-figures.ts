import type { Catalogue, Leaf } from '../terms/terms.ts'
import type { DerivedDraft } from './draft-derived.ts'
import type { ResourceDraft } from './draft-resource.ts'
import type { Figure } from './figure.ts'
import { didYouMean, type Findings } from './findings.ts'
import { missing } from './paths.ts'
import { listAround } from './resolved.ts'

/**
 * Gives the figures of a resource their meaning, and notes those that have none or would tell what may not be told.
 *
 * @param redLines the red line that says never, by item
 * @param neverShared whether an item may not be shared in any form
 */
export function resolveFigures(
  findings: Findings,
  { derived }: ResourceDraft,
  catalogue: Catalogue,
  {
    redLines,
    neverShared,
  }: {
    readonly redLines: ReadonlyMap<string, string>
    readonly neverShared: (leaf: Leaf) => boolean
  },
): ReadonlyMap<string, Figure> {
  const figures = new Map<string, Figure>()
  for (const [path, draft] of derived) {
    const place = placeOf(findings, catalogue, path, draft)
    const list = listOf(findings, catalogue, draft)
    const by = list === undefined || !draft.by ? undefined : groupOf(findings, catalogue, list, draft.by)
    if (!place || list === undefined || (draft.by && !by)) continue
    const { says, hideBelow, roundTo } = draft
    if (by && neverShared(by))
      findings.note(draft.place, 'never-shared', `\`${by.path}\` may not be told by \`${path}\` either`)
    checkForm(findings, place, by, draft)
    checkTwice(findings, figures, { path, list, by }, draft)
    const redLine = by ? redLines.get(by.path) : redLineOver(catalogue, list, redLines)
    figures.set(path, { path, says, list, by, hideBelow, roundTo, redLine })
  }
  return figures
}

/** The leaf that the figure becomes. */
function placeOf(
  findings: Findings,
  catalogue: Catalogue,
  path: string,
  { place }: DerivedDraft,
): Leaf | undefined {
  const leaf = catalogue.leaves.get(path)
  if (!leaf) findings.note(place, ...missing(catalogue, path))
  else if (!leaf.derived)
    findings.note(place, 'derived-form', `\`${path}\` is sent by systems; the gateway does not work it out`)
  return leaf?.derived ? leaf : undefined
}

function listOf(findings: Findings, catalogue: Catalogue, { count }: DerivedDraft): string | undefined {
  if (!count || catalogue.items.has(count.name)) return count?.name
  const hint = didYouMean(count.name, catalogue.items.keys())
  findings.note(
    count.place,
    'unknown-list',
    `\`${catalogue.resource}\` has no list of entries \`${count.name}\`${hint}`,
  )
  return undefined
}

/** The item that tells the group of an entry: only one of a closed set of values that conditions may read. */
function groupOf(
  findings: Findings,
  catalogue: Catalogue,
  list: string,
  { name, place }: NonNullable<DerivedDraft['by']>,
): Leaf | undefined {
  const leaf = catalogue.leaves.get(`${list}.${name}`)
  if (leaf?.values && leaf.control && listAround(leaf.path) === list) return leaf
  const fit = [...catalogue.leaves.values()].filter(one => one.values && one.control)
  const names = fit.flatMap(({ path }) => (listAround(path) === list ? [path.slice(list.length + 1)] : []))
  if (!leaf) {
    findings.note(
      place,
      'unknown-path',
      `an entry of \`${list}\` has no \`${name}\`${didYouMean(name, names)}`,
    )
    return undefined
  }
  const says = `\`${leaf.path}\` cannot tell groups: only an enumeration that conditions may read can`
  findings.note(place, 'derived-form', says)
  return undefined
}

/** A table with groups stands where the schema has a table with a key for each, a number where it has a count. */
function checkForm(
  findings: Findings,
  { path, type, values }: Leaf,
  by: Leaf | undefined,
  { place }: DerivedDraft,
): void {
  if (!by) {
    if (type !== 'count')
      findings.note(place, 'derived-form', `\`${path}\` holds a ${type}; without \`by\` there is one number`)
    return
  }
  if (type !== 'table')
    return findings.note(place, 'derived-form', `\`${path}\` holds a ${type}; with \`by\` there is a table`)
  const lacking = by.values?.find(value => !values?.includes(value))
  if (lacking !== undefined)
    findings.note(place, 'derived-form', `\`${path}\` has no place for \`${lacking}\` of \`${by.path}\``)
}

/** Two ways of hiding small numbers in the same figure would undo each other. */
function checkTwice(
  findings: Findings,
  figures: ReadonlyMap<string, Figure>,
  { path, list, by }: Pick<Figure, 'path' | 'list' | 'by'>,
  { place, hideBelow, roundTo }: DerivedDraft,
): void {
  for (const other of figures.values()) {
    if (other.list !== list || other.by !== by) continue
    if (other.hideBelow === hideBelow && other.roundTo === roundTo) continue
    const says = `\`${path}\` and \`${other.path}\` count the same and hide it in two ways`
    findings.note(place, 'derived-form', says)
  }
}

/** Where nothing of the entries may ever leave, neither may their number. */
function redLineOver(
  { leaves }: Catalogue,
  list: string,
  redLines: ReadonlyMap<string, string>,
): string | undefined {
  const inside = [...leaves.keys()].filter(path => path.startsWith(`${list}.`))
  return inside.every(path => redLines.has(path)) ? redLines.get(inside[0] ?? '') : undefined
}
