import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Leaf } from '../terms/terms.ts'
import type { Scene } from './condition.ts'
import type { Drop, Outcome } from './resolved.ts'
import { isTable, isTotal, tellTable, tellTotal } from './treatments/count.ts'
import type { Treatment } from './treatments/treatment.ts'
import { withhold } from './treatments/withhold.ts'

/** A number, or a table of them, that the gateway works out from the entries of a list. */
export interface Figure {
  /** The item that it becomes. */
  readonly path: string
  readonly says: string
  /** The list whose entries are counted: `people[]`. */
  readonly list: string
  /** The item of an entry that tells its group; undefined for one number over all of them. */
  readonly by: Leaf | undefined
  readonly hideBelow: number
  readonly roundTo: number
  /** The red line that forbids it, because what it tells may never leave; undefined where none does. */
  readonly redLine: string | undefined
}

/** Sharing a figure is a treatment of what it counts. */
export function figureOutcome(figure: Figure): Outcome {
  const { says, list, by, hideBelow, roundTo } = figure
  const terms = { count: list, by: by?.path ?? 'none', hideBelow, roundTo }
  return { name: 'share', says, kind: 'count', prepared: { ...withhold, terms } }
}

/**
 * A figure at work. `apply` takes the whole document, of which nothing is cut off yet.
 *
 * Red lines come first: an entry that one drops, or of which that cannot be told, is not counted, because even a number would show
 * that it is there. `include` does not come into it: it says which entries go, and the figure is given because they do not. An
 * entry whose group is absent, or is none of the enumeration, counts in no group. A list that is not there counts as empty, so
 * that the figure does not tell the two apart.
 */
export function figureTreatment(figure: Figure, drops: ReadonlyMap<string, readonly Drop[]>): Treatment {
  const { by } = figure
  const entries = entriesOf(figure.list, drops)
  if (!by?.values)
    return {
      apply: (document, scene) => tellTotal(entries(document, scene).length, figure),
      accepts: value => isTotal(value, figure),
    }
  const { values } = by
  const groupOf = memberAt(by.path.slice(figure.list.length + 1))
  return {
    apply: (document, scene) => {
      const counts = new Map(values.map(value => [value, 0]))
      for (const entry of entries(document, scene)) {
        const group = groupOf(entry)
        const known = typeof group === 'string' ? counts.get(group) : undefined
        if (typeof group === 'string' && known !== undefined) counts.set(group, known + 1)
      }
      return tellTable(values, [...counts.values()], figure)
    },
    accepts: value => isTable(value, values, figure),
  }
}

/** The entries of a list that no red line drops, neither them nor an entry around them. */
function entriesOf(
  list: string,
  drops: ReadonlyMap<string, readonly Drop[]>,
): (document: Json, scene: Scene) => readonly JsonObject[] {
  const levels = list.split('[]').slice(0, -1)
  const steps = levels.map((step, depth) => {
    const path = `${levels.slice(0, depth + 1).join('[]')}[]`
    return { memberOf: memberAt(step.replace(/^\./, '')), drops: drops.get(path) ?? [] }
  })
  return (document, scene) => {
    const found: JsonObject[] = []
    const walk = (holder: Json, around: readonly JsonObject[]): void => {
      const step = steps[around.length]
      const entries = step?.memberOf(holder)
      if (!step || !Array.isArray(entries)) return
      for (const entry of entries) {
        if (!isJsonObject(entry)) continue
        const inside = [...around, entry]
        const stays = step.drops.every(
          drop => drop.condition.test({ ...scene, entries: inside }) === drop.stays,
        )
        if (!stays) continue
        if (inside.length === steps.length) found.push(entry)
        else walk(entry, inside)
      }
    }
    walk(document, [])
    return found
  }
}

function memberAt(path: string): (holder: Json) => Json | undefined {
  const names = path.split('.')
  return holder => {
    let value: Json | undefined = holder
    for (const name of names)
      value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
    return value
  }
}
