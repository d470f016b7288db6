import { isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'
import type { Scene } from '../condition.ts'
import type { Asked, Engine } from '../engine.ts'
import { explainTally } from '../explain.ts'
import { readItemPath, valuesAt } from '../item-path.ts'
import {
  type Branch,
  type DecidedItem,
  listAround,
  type NamedCondition,
  type Resolved,
  type ResolvedResource,
} from '../resolved.ts'
import { casesOf } from '../scenes.ts'
import { marked } from './marks.ts'
import { cellsOf, type Found, grouped, listed, type Subject } from './subject.ts'

const MOST_CASES = 500

/** A prime, so that steps of this length visit every value of every input. */
const STRIDE = 7_919

/** Something that got out: an item, and where its mark was seen. */
interface Leak {
  readonly resource: string
  readonly purpose: string
  readonly path: string
  readonly seen: string
}

/** Fills every item with a mark of its own, in every case the conditions can tell apart, and looks for it (check 46). */
export function canaries({ resolved, engine }: Pick<Subject, 'resolved' | 'engine'>): readonly Found[] {
  const leaks = [...resolved.resources.values()].flatMap(resource => {
    return [...resolved.draft.purposes.keys()].flatMap(purpose =>
      leaksOf({ resolved, engine, resource, purpose }),
    )
  })
  return grouped(leaks, ({ resource, path }) => `${resource} ${path}`).map(group => {
    const { resource, path, seen } = group[0]
    const cell = cellsOf(resolved).find(
      one => one.resource.catalogue.resource === resource && one.item.leaf.path === path,
    )
    const purposes = listed([...new Set(group.map(({ purpose }) => purpose))])
    const says = `the mark of \`${path}\` appears in ${seen} for ${purposes}, although it may not go`
    return { place: cell?.place ?? { line: 1, column: 1 }, row: path, says }
  })
}

interface Flight {
  readonly resolved: Resolved
  readonly engine: Engine
  readonly resource: ResolvedResource
  readonly purpose: string
}

function leaksOf(flight: Flight): readonly Leak[] {
  return casesIn(flight).flatMap(scene => leaksIn(flight, scene))
}

function conditionsOf({ resource, purpose }: Flight): readonly NamedCondition[] {
  const { whilst, gates, drops, include, items } = resource
  return [
    ...[whilst.get(purpose)].flatMap(one => one ?? []),
    ...gates.map(({ condition }) => condition),
    ...[...drops.values()].flat().map(({ condition }) => condition),
    ...[...include.values()].flatMap(row => {
      const inclusion = row.get(purpose)
      return inclusion?.kind === 'condition' ? [inclusion.condition] : []
    }),
    ...items.flatMap(({ cells }) => (cells.get(purpose) ?? []).flatMap(({ condition }) => condition ?? [])),
  ]
}

/** All cases where they can be gone through, otherwise those of each condition alone. */
function casesIn(flight: Flight): readonly Scene[] {
  const { draft } = flight.resolved
  const names = new Set(conditionsOf(flight).map(({ name }) => name))
  const tested = [...names].flatMap(name => {
    const expression = draft.conditions.get(name)?.expression
    return expression ? [{ expression, catalogue: flight.resource.catalogue }] : []
  })
  const cases = casesOf(tested) ?? tested.flatMap(one => casesOf([one]) ?? [])
  if (cases.length <= MOST_CASES) return cases.map(({ scene }) => scene)
  return Array.from(
    { length: MOST_CASES },
    (_, index) => cases[(index * STRIDE) % cases.length]?.scene ?? [],
  ).flat()
}

function leaksIn(flight: Flight, given: Scene): readonly Leak[] {
  const { resolved, engine, resource, purpose } = flight
  const { document, marks } = marked(resource.catalogue, conditionsOf(flight), given)
  const name = resource.catalogue.resource
  const role = resolved.draft.purposes.get(purpose)?.requesters[0] ?? ''
  const { label, request } = given
  const asked: Asked = {
    resource: name,
    purpose,
    role,
    document,
    label,
    request,
    now: resolved.draft.effectiveFrom,
  }
  const about = { resource: name, purpose }
  const decision = engine.decide(asked)
  if (decision.kind === 'refuse')
    return namedIn(marks, JSON.stringify(decision), { ...about, seen: 'the refusal' })
  const projected = engine.project(decision)
  const plan = engine.plan(name, purpose)
  const told = plan ? JSON.stringify(explainTally(resource, plan, projected.tally)) : ''
  const kept = resource.items.filter(item => !goesUnchanged(flight, item, { ...given, document }))
  const hidden = new Map(
    kept.flatMap(({ leaf }) => (marks.has(leaf.path) ? [[leaf.path, marks.get(leaf.path) ?? '']] : [])),
  )
  const present = kept.filter(({ leaf, cells }) => {
    const path = readItemPath(leaf.path)
    const withheld = (cells.get(purpose) ?? []).every(({ outcome }) => outcome.kind === 'withhold')
    return withheld && path && valuesAt(projected.document, path).length > 0
  })
  return [
    ...namedIn(hidden, JSON.stringify(projected.document), { ...about, seen: 'what goes' }),
    ...namedIn(marks, told, { ...about, seen: 'the explanation' }),
    ...present.map(({ leaf }) => ({ ...about, path: leaf.path, seen: 'what goes' })),
  ]
}

function namedIn(
  marks: ReadonlyMap<string, string>,
  text: string,
  about: Omit<Leak, 'path'>,
): readonly Leak[] {
  return [...marks].flatMap(([path, mark]) => (text.includes(mark) ? [{ ...about, path }] : []))
}

/** Worked out from the table alone, so that a fault of the projector does not excuse itself. */
function goesUnchanged(
  { resource, purpose }: Flight,
  { leaf, redLine, cells }: DecidedItem,
  scene: Scene,
): boolean {
  if (redLine !== undefined) return false
  const entries = entriesAround(scene.document, leaf.path)
  const inside = { ...scene, entries }
  for (let list = listAround(leaf.path); list !== undefined; list = listAround(list)) {
    const inclusion = resource.include.get(list)?.get(purpose)
    const stays = (resource.drops.get(list) ?? []).every(
      ({ condition, stays: wanted }) => condition.test(inside) === wanted,
    )
    const included =
      inclusion?.kind === 'every' || (inclusion?.kind === 'condition' && inclusion.condition.test(inside))
    if (!stays || !included) return false
  }
  return decidingBranch(cells.get(purpose) ?? [], inside)?.outcome.kind === 'share'
}

function decidingBranch(cell: readonly Branch[], scene: Scene): Branch | undefined {
  for (const branch of cell) {
    const truth = branch.condition ? branch.condition.test(scene) : true
    if (truth === undefined) return undefined
    if (truth) return branch
  }
  return undefined
}

/** The one entry of each list on the way to an item, outermost first. */
function entriesAround(document: JsonObject, path: string): readonly JsonObject[] {
  const entries: JsonObject[] = []
  let at: Json | undefined = document
  for (const step of path.split('.')) {
    const next: Json | undefined = isJsonObject(at) ? at[step.replace('[]', '')] : undefined
    at = step.endsWith('[]') && Array.isArray(next) ? next[0] : next
    if (step.endsWith('[]') && isJsonObject(at)) entries.push(at)
  }
  return entries
}
