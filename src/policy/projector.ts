import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import type { Scene } from './condition.ts'
import type { BoundBranch, GroupNode, LeafNode, ListNode, Plan, PlanNode } from './plan.ts'

/**
 * How often each branch of each item was taken, in the order of the plan: what the ledger keeps instead of values. Only the
 * agreement that made it can read it.
 */
export type Tally = readonly number[]

export interface Projected {
  readonly document: JsonObject
  readonly tally: Tally
}

export interface Subject {
  readonly document: JsonObject
  readonly label: Label
  readonly request: JsonObject
}

/** Cuts a document down to what a plan lets through. The result is new from top to bottom. */
export type Projector = (subject: Subject) => Projected

interface Run extends Scene {
  readonly entries: JsonObject[]
  readonly counts: number[]
}

/** What a node makes of a value that is there; undefined where nothing of it leaves. */
type Step = (value: Json, run: Run) => Json | undefined

/** Makes the projector of a plan: closures over the items that may leave, and nothing else. */
export function makeProjector({ root, counters, figures }: Plan): Projector {
  const project = projectGroup(root)
  const addFigures = figures.length === 0 ? undefined : figuresOf(figures)
  return ({ document, label, request }) => {
    const counts: number[] = new Array(counters).fill(0)
    const run: Run = { document, label, request, entries: [], counts }
    const projected = project(document, run)
    const cut = isJsonObject(projected) ? projected : {}
    return { document: addFigures ? addFigures(cut, run) : cut, tally: counts }
  }
}

/** Works out the figures from the whole document and adds them to what is left of it. */
function figuresOf(figures: readonly LeafNode[]): (cut: JsonObject, run: Run) => JsonObject {
  const all = figures.map(leaf => ({ names: leaf.path.split('.'), step: projectLeaf(leaf) }))
  return (cut, run) => {
    let full = cut
    for (const { names, step } of all) {
      const figure = step(run.document, run)
      if (figure !== undefined) full = withMember(full, names, figure)
    }
    return full
  }
}

function withMember(holder: JsonObject, [name = '', ...below]: readonly string[], value: Json): JsonObject {
  if (below.length === 0) return { ...holder, [name]: value }
  const group = Object.hasOwn(holder, name) ? holder[name] : undefined
  return { ...holder, [name]: withMember(isJsonObject(group) ? group : {}, below, value) }
}

function projectNode(node: PlanNode): Step {
  switch (node.kind) {
    case 'group':
      return projectGroup(node)
    case 'list':
      return projectList(node)
    case 'leaf':
      return projectLeaf(node)
    case 'figure':
      return () => undefined
    case 'values':
      return projectValues(projectLeaf(node.leaf))
  }
}

/** A group with nothing left disappears, so that hidden and empty look alike. */
function projectGroup({ members }: GroupNode): Step {
  const names = [...members.keys()]
  const steps = [...members.values()].map(projectNode)
  return (value, run) => {
    if (!isJsonObject(value)) return undefined
    let kept: { [name: string]: Json } | undefined
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      if (!Object.hasOwn(value, name)) continue
      const member = value[name] as Json
      if (member === null) continue
      const projected = (steps[index] as Step)(member, run)
      if (projected === undefined) continue
      kept ??= {}
      kept[name] = projected
    }
    return kept
  }
}

function projectList(node: ListNode): Step {
  const project = projectGroup(node.entry)
  const admits = admission(node)
  const { depth } = node
  return (value, run) => {
    if (!Array.isArray(value)) return undefined
    let kept: Json[] | undefined
    for (const entry of value) {
      if (!isJsonObject(entry)) continue
      run.entries[depth] = entry
      if (!admits(run)) continue
      const projected = project(entry, run)
      if (projected === undefined) continue
      kept ??= []
      kept.push(projected)
    }
    run.entries.length = depth
    return kept
  }
}

/** Whether the entry at hand may go: no red line drops it, and the list includes it. Doubt drops it. */
function admission({ drops, inclusion, slot }: ListNode): (run: Run) => boolean {
  const last = slot + drops.length + 1
  return run => {
    for (let index = 0; index < drops.length; index++) {
      const drop = drops[index]
      if (drop && drop.condition.test(run) === drop.stays) continue
      count(run, slot + 1 + index)
      return false
    }
    const included =
      inclusion.kind === 'every' || (inclusion.kind === 'condition' && inclusion.condition.test(run) === true)
    count(run, included ? slot : last)
    return included
  }
}

/** The first branch whose condition holds decides. One that cannot be told ends the search: the next would be another rule. */
function projectLeaf({ branches, slot }: LeafNode): Step {
  const [only] = branches
  const unfit = slot + branches.length
  if (only && branches.length === 1) return treat(only, slot, unfit)
  const treats = branches.map((branch, index) => treat(branch, slot + index, unfit))
  const conditions = branches.map(({ condition }) => condition)
  const untold = unfit + 1
  return (value, run) => {
    for (let index = 0; index < treats.length; index++) {
      const condition = conditions[index]
      const truth = condition ? condition.test(run) : true
      if (truth === false) continue
      if (truth) return (treats[index] as Step)(value, run)
      count(run, untold)
      return undefined
    }
    return undefined
  }
}

function count({ counts }: Run, slot: number): void {
  counts[slot] = (counts[slot] ?? 0) + 1
}

/** A value that does not fit its treatment, or a treatment that fails, keeps the value at home. */
function treat({ treatment, outcome }: BoundBranch, taken: number, unfit: number): Step {
  const withholds = outcome.kind === 'withhold'
  return (value, run) => {
    const treated = withholds ? undefined : applyOrStay(treatment.apply, value, run)
    count(run, treated === undefined && !withholds ? unfit : taken)
    return treated
  }
}

function applyOrStay(apply: BoundBranch['treatment']['apply'], value: Json, run: Run): Json | undefined {
  try {
    return apply(value, run)
  } catch {
    return undefined
  }
}

function projectValues(step: Step): Step {
  return (value, run) => {
    if (!Array.isArray(value)) return undefined
    const kept: Json[] = []
    for (const entry of value) {
      const projected = entry === null ? undefined : step(entry, run)
      if (projected !== undefined) kept.push(projected)
    }
    return kept.length === 0 ? undefined : kept
  }
}
