import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { gatherLosses, joinLosses } from './chain-loss.ts'
import type { Origin } from './chain-origins.ts'
import { eachPlace, makeLookup } from './chain-places.ts'
import { isRelated, type Level, type Trail, trailsOf } from './chain-trails.ts'
import type { Manner } from './mapping.ts'
import { ListedReport, type Report } from './report.ts'

/** What one of the two translations made. */
interface Walk {
  readonly document: JsonObject
  readonly report: Report
}

/** What the first translation reports of one path of the hub document: of all entries of a list together, and of each. */
interface Losses {
  readonly all: Manner[]
  readonly entries: Losses[]
}

const LEFT_OUT = /^unmapped\./
const NONE: readonly Manner[] = []

/**
 * Makes the one report of two translations: for each path of the target the join of what became of it in the second one and of
 * the values of the hub document that it was read from in the first one. Values that the first one lost are told of the whole
 * document. What the second one lost is left out where the received document had no part in it.
 *
 * An entry of a target list is followed to the entry of the hub list that it was made of. Where the second translation dropped
 * entries, nobody knows which, and the worst of all entries is told.
 */
export function makeJoin(
  first: readonly Origin[],
  second: readonly Origin[],
): (hub: Walk, target: Walk) => Report {
  const trails = trailsOf(first, second)
  const needed = new Set([...trails.values()].flatMap(({ parts }) => parts.map(part => part.hub)))
  const isOfDocument = makeOfDocument(first)
  const trailAt = makeLookup(path => trails.get(path))
  const isNeeded = makeLookup(path => (needed.has(path) ? path : undefined))
  return (hub, target) => {
    const gather = makeGather(lossesOf(hub.report, isNeeded))
    const join = makeCachedJoin()
    const report = new ListedReport()
    eachPlace(target.report, (place, { path, indices }) => {
      const bind = makeBind(indices, { hub, target })
      return (pointer, manner) => {
        const isWhole = path === '' && pointer === ''
        if (isWhole && !isOfDocument(manner.rule)) return
        const trail = isWhole ? undefined : trailAt(path, pointer)
        const before = trail && gather(trail, bind(trail.levels))
        report.add(place, pointer, before ? join(before, manner) : manner)
      }
    })
    eachPlace(hub.report, () => (_, manner) => {
      if (manner.outcome === 'UNMAPPED') report.add('', '', manner)
    })
    return report
  }
}

/** Tells of a loss `unmapped.<path>` whether anything of the received document is at that path of the hub document. */
function makeOfDocument(first: readonly Origin[]): (rule: string) => boolean {
  const made = first.filter(({ sources }) => sources.length > 0)
  return rule => {
    if (!LEFT_OUT.test(rule)) return true
    const path = rule.replace(LEFT_OUT, '')
    return made.some(({ target }) => isRelated(path, target))
  }
}

function lossesOf(
  report: Report,
  isNeeded: (path: string, pointer: string) => string | undefined,
): ReadonlyMap<string, Losses> {
  const losses = new Map<string, Losses>()
  eachPlace(report, (_, { path, indices }) => (pointer, manner) => {
    const at = manner.outcome === 'UNMAPPED' ? undefined : isNeeded(path, pointer)
    if (at === undefined) return
    let found = losses.get(at) ?? { all: [], entries: [] }
    losses.set(at, found)
    found.all.push(manner)
    for (const index of indices) {
      found = found.entries[index] ??= { all: [], entries: [] }
      found.all.push(manner)
    }
  })
  return losses
}

/** Finds the entries of the hub lists that a target entry was made of, as far as they are known; once for each scope. */
function makeBind(
  indices: readonly number[],
  walks: { hub: Walk; target: Walk },
): (levels: readonly Level[]) => readonly number[] {
  let last: { levels: readonly Level[]; bound: readonly number[] } | undefined
  return levels => {
    if (last?.levels !== levels) last = { levels, bound: boundIndices(levels, indices, walks) }
    return last.bound
  }
}

function boundIndices(
  levels: readonly Level[],
  indices: readonly number[],
  { hub, target }: { hub: Walk; target: Walk },
): readonly number[] {
  const bound: number[] = []
  for (const [level, lists] of levels.entries()) {
    if (lists.hub === undefined) continue
    const index = indices[level]
    const length = lengthAt(hub.document, lists.hub, bound)
    if (index === undefined || length !== lengthAt(target.document, lists.target, indices)) break
    bound.push(index)
  }
  return bound
}

function lengthAt(document: Json, steps: readonly string[], indices: readonly number[]): number | undefined {
  let value: Json | undefined = document
  let level = 0
  for (const step of steps) value = step === '[]' ? entryOf(value, indices[level++]) : memberOf(value, step)
  return Array.isArray(value) ? value.length : undefined
}

function entryOf(value: Json | undefined, index = 0): Json | undefined {
  return Array.isArray(value) ? (value as readonly Json[])[index] : undefined
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined
}

/** Gathers the losses of all parts of a trail; what many values share, because no entry is theirs alone, once for all. */
function makeGather(
  losses: ReadonlyMap<string, Losses>,
): (trail: Trail, bound: readonly number[]) => Manner | undefined {
  const shared = new Map<Trail, Map<string, Manner | undefined>>()
  return (trail, bound) => {
    const found = () =>
      gatherLosses(trail.parts.flatMap(part => lossesAt(losses.get(part.hub), part.depth, bound)))
    if (bound.length > 0 && bound.length === trail.levels.length) return found()
    const known = shared.get(trail) ?? new Map<string, Manner | undefined>()
    shared.set(trail, known)
    const key = bound.join(' ')
    if (!known.has(key)) known.set(key, found())
    return known.get(key)
  }
}

function lossesAt(losses: Losses | undefined, depth: number, bound: readonly number[]): readonly Manner[] {
  let found = losses
  for (let level = 0; level < Math.min(depth, bound.length); level++)
    found = found?.entries[bound[level] ?? 0]
  return found?.all ?? NONE
}

/** Rules say the same manner again and again, and a report keeps each one once. */
function makeCachedJoin(): typeof joinLosses {
  const known = new Map<Manner, Map<Manner, Manner>>()
  return (first, second) => {
    const joined = known.get(first) ?? new Map<Manner, Manner>()
    known.set(first, joined)
    const manner = joined.get(second) ?? joinLosses(first, second)
    joined.set(second, manner)
    return manner
  }
}
