import type { Origin } from './chain-origins.ts'

/** How a value of the target goes back to the hub document. */
export interface Trail {
  /** The lists on the way to the target. Trails of one scope share one array. */
  readonly levels: readonly Level[]
  /** The paths of the hub document that the value is read from, as the first translation reports them, and how many lists are on the way. */
  readonly parts: readonly { readonly hub: string; readonly depth: number }[]
}

/** A list of the target, as steps, and the list of the hub that gives its entries; undefined for a list of one entry. */
export interface Level {
  readonly target: readonly string[]
  readonly hub: readonly string[] | undefined
}

/** The trails of everything that the second mapping writes, by the path of the target with lists marked. */
export function trailsOf(first: readonly Origin[], second: readonly Origin[]): ReadonlyMap<string, Trail> {
  const levels = new Map<Origin['lists'], readonly Level[]>()
  return new Map(
    second.map(({ target, sources, lists }): [string, Trail] => {
      const known = levels.get(lists) ?? levelsOf(target, lists)
      levels.set(lists, known)
      const parts = first
        .filter(origin => sources.some(source => isRelated(source, origin.target)))
        .map(origin => ({ hub: origin.target, depth: origin.lists.length }))
      return [target, { levels: known, parts }]
    }),
  )
}

function levelsOf(target: string, lists: Origin['lists']): readonly Level[] {
  const steps = stepsOf(target)
  const ends = steps.flatMap((step, index) => (step === '[]' ? [index] : []))
  return lists.map((list, level) => ({
    target: steps.slice(0, ends[level]),
    hub: list === undefined ? undefined : stepsOf(list).slice(0, -1),
  }))
}

/** `rows[].officers` → `rows`, `[]`, `officers`. */
function stepsOf(path: string): readonly string[] {
  return path === '' ? [] : path.replaceAll('[]', '.[]').split('.')
}

/** True where one path is the other one or lies within it. */
export function isRelated(one: string, other: string): boolean {
  const [left, right] = [stepsOf(one), stepsOf(other)]
  const shared = Math.min(left.length, right.length)
  return left.slice(0, shared).join('.') === right.slice(0, shared).join('.')
}
