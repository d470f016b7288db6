import type { Json } from '../../kit/kit.ts'
import type { Leaf } from '../../terms/terms.ts'
import { readItemPath, valuesAt } from '../item-path.ts'
import { PERSONAL } from '../resolve.ts'
import { listAround } from '../resolved.ts'
import { type Run, runsOf } from './runs.ts'
import { type CellAt, type Found, grouped, listed, openCells, type Subject } from './subject.ts'

/** What describes a person without naming them. */
const DESCRIBES: ReadonlySet<Leaf['type']> = new Set(['enum', 'count', 'number', 'bool', 'date'])

/** For every list about people: how many of the sample entries look alike in everything that describes them and goes. */
export function smallGroups(subject: Subject): readonly Found[] {
  const runs = runsOf(subject)
  const describing = openCells(subject.resolved).filter(({ item: { leaf } }) => {
    return PERSONAL.has(leaf.sensitivity) && DESCRIBES.has(leaf.type) && listAround(leaf.path) !== undefined
  })
  const lists = grouped(describing, ({ resource, purpose, item }) => {
    return `${resource.catalogue.resource} ${purpose} ${listAround(item.leaf.path) ?? ''}`
  })
  return lists.flatMap(cells => {
    const smallest = cells.length < 2 ? undefined : smallestGroup(cells, runs)
    if (smallest === undefined || smallest >= subject.rules.smallestGroup) return []
    const [{ purpose, place, row }] = cells
    const paths = listed(cells.map(({ item }) => item.leaf.path))
    const says = `${paths} go together for \`${purpose}\`; in the samples only ${smallest} share one combination, and ${subject.rules.smallestGroup} have to`
    return [{ place, row, says, fix: 'treat one of them, or say why people may stand out' }]
  })
}

/** The size of the smallest group over the entries that worked examples let through; undefined where there are none. */
function smallestGroup(cells: readonly [CellAt, ...CellAt[]], runs: readonly Run[]): number | undefined {
  const [{ purpose, resource, item }] = cells
  const list = listAround(item.leaf.path) ?? ''
  const entries = new Set<string>()
  const path = readItemPath(list)
  for (const { asked, projected } of runs) {
    if (asked.purpose !== purpose || asked.resource !== resource.catalogue.resource || !projected || !path)
      continue
    for (const entry of valuesAt(projected.document, path)) entries.add(JSON.stringify(entry))
  }
  const sizes = new Map<string, number>()
  for (const text of entries) {
    const entry: Json = JSON.parse(text)
    const combination = JSON.stringify(
      cells.map(cell => describes(entry, cell.item.leaf.path.slice(list.length + 1))),
    )
    sizes.set(combination, (sizes.get(combination) ?? 0) + 1)
  }
  return sizes.size === 0 ? undefined : Math.min(...sizes.values())
}

function describes(entry: Json, below: string): Json {
  const path = readItemPath(below)
  return path ? [...valuesAt(entry, path)] : []
}
