import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Catalogue } from '../terms/terms.ts'
import type { Condition, Scene } from './condition.ts'
import { type GroupNode, isTold, type LeafNode, type ListNode, type Plan, type PlanNode } from './plan.ts'

/** One place where a received document goes beyond the agreement. Never the value. */
export interface Excess {
  /** Such as `command[2].officer.name`; `?` stands for a name that no item of the catalogue has: it may be a value. */
  readonly path: string
  readonly code:
    | 'not-covered'
    | 'unknown-or-withheld'
    | 'not-as-treated'
    | 'empty'
    | 'wrong-shape'
    | 'entry-not-allowed'
}

/** Everything in a document that the plan would never have let through. */
export type Rechecker = (document: Json) => readonly Excess[]

const MOST = 50

/** A plan, and every name that a member may be called by in a finding. */
interface Known {
  readonly plan: Plan
  readonly names: ReadonlySet<string>
}

interface Round extends Scene {
  readonly entries: JsonObject[]
  readonly excess: Excess[]
}

type Check = (value: Json, path: string, round: Round) => void

/** Stands in for what the receiver does not have; no condition that reads it is looked at. */
const UNTOLD = { label: { policy: '', classification: '' }, request: {} }

export function makeRechecker(plan: Plan, { leaves }: Catalogue): Rechecker {
  const names = new Set([...leaves.keys()].flatMap(path => path.replaceAll('[]', '').split('.')))
  const check = checkMembers({ plan, names }, plan.root)
  return document => {
    const excess: Excess[] = []
    if (!isJsonObject(document)) return [{ path: '', code: 'wrong-shape' }]
    check(document, '', { ...UNTOLD, document, entries: [], excess })
    return excess
  }
}

function note({ excess }: Round, path: string, code: Excess['code']): void {
  if (excess.length < MOST) excess.push({ path, code })
}

function checkNode(known: Known, node: PlanNode): Check {
  switch (node.kind) {
    case 'group':
      return checkGroup(known, node)
    case 'list':
      return checkList(known, node)
    case 'leaf':
      return checkLeaf(known.plan, node)
    case 'values':
      return checkValues(checkLeaf(known.plan, node.leaf))
  }
}

/** Members only: the document itself may be empty, where nothing of it was to be told. */
function checkMembers(known: Known, { members }: GroupNode): Check {
  const checks = new Map([...members].map(([name, node]) => [name, checkNode(known, node)]))
  return (value, path, round) => {
    if (!isJsonObject(value)) return note(round, path, 'wrong-shape')
    for (const name of Object.keys(value)) {
      const check = checks.get(name)
      const below = `${path === '' ? '' : `${path}.`}${known.names.has(name) ? name : '?'}`
      if (check) check(value[name] as Json, below, round)
      else note(round, below, 'unknown-or-withheld')
    }
  }
}

function checkGroup(known: Known, node: GroupNode): Check {
  const check = checkMembers(known, node)
  return (value, path, round) => {
    if (isJsonObject(value) && Object.keys(value).length === 0) note(round, path, 'empty')
    else check(value, path, round)
  }
}

function checkList(known: Known, node: ListNode): Check {
  const check = checkGroup(known, node.entry)
  const allows = allowance(known.plan, node)
  const { depth } = node
  return (value, path, round) => {
    if (!Array.isArray(value)) return note(round, path, 'wrong-shape')
    if (value.length === 0) note(round, path, 'empty')
    for (const [index, entry] of value.entries()) {
      const place = `${path}[${index}]`
      if (!isJsonObject(entry)) {
        note(round, place, 'wrong-shape')
        continue
      }
      round.entries[depth] = entry
      if (!allows(round)) note(round, place, 'entry-not-allowed')
      check(entry, place, round)
    }
    round.entries.length = depth
  }
}

/**
 * The red lines and the inclusion of a list, as far as the received entry itself can tell. What is missing may have been
 * withheld, so nothing follows from it.
 */
function allowance(plan: Plan, { drops, inclusion }: ListNode): (round: Round) => boolean {
  const rules: { condition: Condition; wanted: boolean }[] = drops.map(({ condition, stays }) => ({
    condition,
    wanted: stays,
  }))
  if (inclusion.kind === 'condition') rules.push({ condition: inclusion.condition, wanted: true })
  const told = rules.filter(({ condition }) => isTold(condition, plan))
  if (inclusion.kind === 'none') return () => false
  return round =>
    told.every(({ condition, wanted }) => !condition.present(round) || condition.test(round) === wanted)
}

function checkLeaf(plan: Plan, { branches }: LeafNode): Check {
  const told = branches.map(({ condition }) => condition !== undefined && isTold(condition, plan))
  return (value, path, round) => {
    if (value === null) return note(round, path, 'not-as-treated')
    for (const [index, { condition, treatment }] of branches.entries()) {
      const known = condition && told[index] && condition.present(round)
      const truth = known ? condition.test(round) : condition ? 'perhaps' : true
      if (truth === false) continue
      if (truth === undefined) break
      if (treatment.accepts(value)) return
      if (truth === true) break
    }
    note(round, path, 'not-as-treated')
  }
}

function checkValues(check: Check): Check {
  return (value, path, round) => {
    if (!Array.isArray(value)) return note(round, path, 'wrong-shape')
    if (value.length === 0) note(round, path, 'empty')
    for (const [index, entry] of value.entries()) check(entry, `${path}[${index}]`, round)
  }
}
