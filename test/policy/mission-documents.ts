import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import type { Leaf } from '../../src/terms/terms.ts'
import { mission } from './support.ts'

/** Every text, number and time is unlike all others, so that it can be found again wherever it went. */
function mark(leaf: Leaf, entry: number, choice: number): Json {
  const at = [...mission.leaves.keys()].indexOf(leaf.path)
  const number = 1_000_003 + at * 1_009 + entry
  switch (leaf.type) {
    case 'enum':
      return leaf.values?.[choice % leaf.values.length] ?? ''
    case 'bool':
      return choice % 2 === 0
    case 'count':
      return choice % 3 === 0 ? choice : number
    case 'number':
      return number + 0.5
    case 'time':
      return new Date(1_700_000_000_000 + number * 61_003).toISOString()
    case 'date':
      return new Date(number * 86_400_000 - 8e13).toISOString().slice(0, 10)
    case 'place':
      return { type: 'Point', coordinates: [at + entry / 100 + 0.001_234, 50 + at / 10 + 0.004_321] }
    default:
      return `mark-${at}-${entry}-${'x'.repeat(choice % 4)}end`
  }
}

/** Documents of the mission vocabulary: every item may be absent or null, and unknown members stand anywhere. */
export const documents: fc.Arbitrary<JsonObject> = documentsWith(0)

/** As {@link documents}, and some items and lists are of another type than the catalogue says. */
export const wildDocuments: fc.Arbitrary<JsonObject> = documentsWith(4)

function documentsWith(misfits: number): fc.Arbitrary<JsonObject> {
  return fc
    .infiniteStream(fc.nat({ max: 99 }))
    .map(stream => object('', { draw: () => stream.next().value ?? 0, misfits, entries: 0 }))
}

/** How one document comes about. */
interface Making {
  readonly draw: () => number
  /** How many of a hundred members are of another type. */
  readonly misfits: number
  entries: number
}

function object(base: string, making: Making): JsonObject {
  const made: { [name: string]: Json } = {}
  for (const name of NAMES.get(base) ?? []) {
    const chance = making.draw()
    if (chance < 8) continue
    const bare = name.replace('[]', '')
    if (chance < 12) made[bare] = null
    else if (chance < 12 + making.misfits) made[bare] = misfit(base + name, making.draw)
    else made[bare] = member(base + name, making)
  }
  if (making.draw() < 30) made['unknown'] = `stranger-${making.entries}`
  return made
}

/** The names of members, by the path of what they are members of. */
const NAMES: ReadonlyMap<string, ReadonlySet<string>> = namesByBase()

function namesByBase(): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>()
  for (const path of mission.leaves.keys()) {
    let base = ''
    for (const step of path.split('.')) {
      names.set(base, (names.get(base) ?? new Set()).add(step))
      base += `${step}.`
    }
  }
  return names
}

/** Something that the item at this path never is: neither its type nor, for a group or list, something with members. */
function misfit(path: string, draw: () => number): Json {
  const type = mission.leaves.get(path)?.type
  const others: readonly Json[] = [draw() + 0.987_654, draw() < 50, [], [[draw()]], `misfit-${draw()}`]
  return others.filter(value => !isOfType(value, type))[draw() % 3] ?? []
}

function isOfType(value: Json, type: Leaf['type'] | undefined): boolean {
  if (typeof value === 'number') return type === 'count' || type === 'number'
  if (typeof value === 'boolean') return type === 'bool'
  return typeof value === 'string' && type !== 'count' && type !== 'number' && type !== 'bool'
}

function member(path: string, making: Making): Json {
  const leaf = mission.leaves.get(path)
  const one = () => (leaf ? mark(leaf, making.entries, making.draw()) : object(`${path}.`, making))
  if (!path.endsWith('[]')) return one()
  return Array.from({ length: making.draw() % 4 }, () => {
    making.entries++
    return one()
  })
}
