import type { Condition } from './condition.ts'
import { figureTreatment } from './figure.ts'
import {
  type Cell,
  type DecidedItem,
  type Drop,
  type Inclusion,
  isWithheld,
  listAround,
  type NamedCondition,
  type Outcome,
  type ResolvedResource,
} from './resolved.ts'
import type { Treatment, Workshop } from './treatments/treatment.ts'

/**
 * What one purpose makes of one resource: a tree of the items that may leave. What never leaves is not in it, so it is never
 * visited. Every node that counts owns a run of counters in the tally.
 */
export interface Plan {
  readonly resource: string
  readonly purpose: string
  readonly root: GroupNode
  /** How many counters a tally of this plan has. */
  readonly counters: number
  readonly leaves: ReadonlyMap<string, LeafNode>
  readonly lists: ReadonlyMap<string, ListNode>
  /** The items that the gateway works out; they are among the leaves too. */
  readonly figures: readonly LeafNode[]
  /** The items whose value, where it is there at all, leaves unchanged: what a receiver can rely on. */
  readonly unchanged: ReadonlySet<string>
}

export type PlanNode = GroupNode | ListNode | LeafNode | ValuesNode | FigureNode

export interface GroupNode {
  readonly kind: 'group'
  readonly members: Map<string, PlanNode>
}

/** A list of objects. Counters: kept, one for each drop, not included. */
export interface ListNode {
  readonly kind: 'list'
  readonly path: string
  readonly depth: number
  readonly drops: readonly Drop[]
  readonly inclusion: Inclusion
  readonly entry: GroupNode
  readonly slot: number
}

/**
 * One item. Counters: one for each branch, then values that do not fit, then, where there is a choice, values whose condition
 * could not be told.
 */
export interface LeafNode {
  readonly kind: 'leaf'
  readonly path: string
  readonly branches: readonly BoundBranch[]
  readonly slot: number
}

/** A list of plain values, each treated as the leaf says. */
export interface ValuesNode {
  readonly kind: 'values'
  readonly leaf: LeafNode
}

/** An item that no document holds before it is worked out. */
export interface FigureNode {
  readonly kind: 'figure'
  readonly leaf: LeafNode
}

export interface BoundBranch {
  readonly condition: NamedCondition | undefined
  readonly outcome: Outcome
  readonly treatment: Treatment
}

/** Whether a condition reads nothing but items that the receiver of a document sees unchanged. */
export function isTold({ inputs }: Condition, { unchanged }: Plan): boolean {
  return inputs.every(input => input.kind === 'item' && unchanged.has(input.path))
}

interface Planting {
  readonly resource: ResolvedResource
  readonly purpose: string
  readonly workshop: Workshop
  readonly root: GroupNode
  readonly leaves: Map<string, LeafNode>
  readonly lists: Map<string, ListNode>
  readonly figures: LeafNode[]
  counters: number
}

export function makePlan(resource: ResolvedResource, purpose: string, workshop: Workshop): Plan {
  const root: GroupNode = { kind: 'group', members: new Map() }
  const planting: Planting = {
    resource,
    purpose,
    workshop,
    root,
    leaves: new Map(),
    lists: new Map(),
    figures: [],
    counters: 0,
  }
  const unchanged = new Set<string>()
  for (const item of resource.items) {
    const cell = item.cells.get(purpose)
    if (!cell || isWithheld(cell) || closedList(resource, purpose, item.leaf.path)) continue
    plant(planting, item, cell)
    const { derived } = item.leaf
    if (!derived && cell.every(({ outcome }) => outcome.kind === 'share' || outcome.kind === 'withhold'))
      unchanged.add(item.leaf.path)
  }
  const { counters, leaves, lists, figures } = planting
  return { resource: resource.catalogue.resource, purpose, root, counters, leaves, lists, figures, unchanged }
}

/** The list around an item of which no entry goes for this purpose. */
export function closedList(resource: ResolvedResource, purpose: string, path: string): string | undefined {
  for (let list = listAround(path); list !== undefined; list = listAround(list)) {
    if (resource.include.get(list)?.get(purpose)?.kind === 'none') return list
  }
  return undefined
}

function plant(planting: Planting, { leaf }: DecidedItem, cell: Cell): void {
  const { figures, drops } = planting.resource
  const figure = figures.get(leaf.path)
  if (leaf.derived && !figure) return
  const branches = cell.map(({ condition, outcome }) => {
    const counts = figure && outcome.kind !== 'withhold'
    const treatment = counts
      ? figureTreatment(figure, drops)
      : outcome.prepared.forLeaf(leaf, planting.workshop)
    return { condition, outcome, treatment }
  })
  const node: LeafNode = { kind: 'leaf', path: leaf.path, branches, slot: planting.counters }
  planting.counters += branches.length + (branches.length > 1 ? 2 : 1)
  planting.leaves.set(leaf.path, node)
  const steps = leaf.path.split('.')
  const last = steps.pop() ?? ''
  const group = groupFor(planting, steps)
  if (figure) {
    planting.figures.push(node)
    group.members.set(last, { kind: 'figure', leaf: node })
  } else if (last.endsWith('[]')) group.members.set(last.slice(0, -2), { kind: 'values', leaf: node })
  else group.members.set(last, node)
}

/** The group in which an item stands, made on the way where it is not there yet. */
function groupFor(planting: Planting, steps: readonly string[]): GroupNode {
  let group = planting.root
  let path = ''
  for (const step of steps) {
    path = path === '' ? step : `${path}.${step}`
    group = step.endsWith('[]') ? entryOf(planting, group, path, step.slice(0, -2)) : memberOf(group, step)
  }
  return group
}

function memberOf(group: GroupNode, name: string): GroupNode {
  const known = group.members.get(name)
  if (known?.kind === 'group') return known
  const made: GroupNode = { kind: 'group', members: new Map() }
  group.members.set(name, made)
  return made
}

function entryOf(planting: Planting, group: GroupNode, path: string, name: string): GroupNode {
  const known = group.members.get(name)
  if (known?.kind === 'list') return known.entry
  const drops = planting.resource.drops.get(path) ?? []
  const made: ListNode = {
    kind: 'list',
    path,
    depth: path.split('[]').length - 2,
    drops,
    inclusion: planting.resource.include.get(path)?.get(planting.purpose) ?? { kind: 'none' },
    entry: { kind: 'group', members: new Map() },
    slot: planting.counters,
  }
  planting.counters += drops.length + 2
  planting.lists.set(path, made)
  group.members.set(name, made)
  return made.entry
}
