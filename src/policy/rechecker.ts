import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Catalogue } from '../terms/terms.ts'
import type { Condition, Scene } from './condition.ts'
import {
  type BoundBranch,
  type GroupNode,
  isTold,
  type LeafNode,
  type ListNode,
  type Plan,
  type PlanNode,
} from './plan.ts'

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

interface Round extends Scene {
  readonly entries: JsonObject[]
  readonly excess: Excess[]
  /** Where the check stands: names of members, and indices of entries. Only a finding makes a text of it. */
  readonly place: (string | number)[]
  /** Every name that a member may be called by in a finding. */
  readonly names: ReadonlySet<string>
}

type Check = (value: Json, round: Round) => void

/** Stands in for what the receiver does not have; no condition that reads it is looked at. */
const UNTOLD = { label: { policy: '', classification: '' }, request: {} }

export function makeRechecker(plan: Plan, { leaves }: Catalogue): Rechecker {
  const names = new Set([...leaves.keys()].flatMap(path => path.replaceAll('[]', '').split('.')))
  const check = checkMembers(plan, plan.root)
  return document => {
    const excess: Excess[] = []
    if (!isJsonObject(document)) return [{ path: '', code: 'wrong-shape' }]
    check(document, { ...UNTOLD, document, entries: [], excess, place: [], names })
    return excess
  }
}

function note({ excess, place, names }: Round, code: Excess['code']): void {
  if (excess.length >= MOST) return
  let path = ''
  for (const step of place) {
    if (typeof step === 'number') path += `[${step}]`
    else path += `${path === '' ? '' : '.'}${names.has(step) ? step : '?'}`
  }
  excess.push({ path, code })
}

function checkNode(plan: Plan, node: PlanNode): Check {
  switch (node.kind) {
    case 'group':
      return checkGroup(plan, node)
    case 'list':
      return checkList(plan, node)
    case 'leaf':
      return checkLeaf(plan, node)
    case 'figure':
      return checkLeaf(plan, node.leaf)
    case 'values':
      return checkValues(checkLeaf(plan, node.leaf))
  }
}

/** Members only: the document itself may be empty, where nothing of it was to be told. */
function checkMembers(plan: Plan, { members }: GroupNode): Check {
  const checks = new Map([...members].map(([name, node]) => [name, checkNode(plan, node)]))
  return (value, round) => {
    if (!isJsonObject(value)) return note(round, 'wrong-shape')
    for (const name of Object.keys(value)) {
      const check = checks.get(name)
      round.place.push(name)
      if (check) check(value[name] as Json, round)
      else note(round, 'unknown-or-withheld')
      round.place.pop()
    }
  }
}

function checkGroup(plan: Plan, node: GroupNode): Check {
  const check = checkMembers(plan, node)
  return (value, round) => {
    if (isJsonObject(value) && Object.keys(value).length === 0) note(round, 'empty')
    else check(value, round)
  }
}

function checkList(plan: Plan, node: ListNode): Check {
  const check = checkGroup(plan, node.entry)
  const allows = allowance(plan, node)
  const { depth } = node
  return (value, round) => {
    if (!Array.isArray(value)) return note(round, 'wrong-shape')
    if (value.length === 0) note(round, 'empty')
    for (let index = 0; index < value.length; index++) {
      const entry = value[index] as Json
      round.place.push(index)
      if (isJsonObject(entry)) {
        round.entries[depth] = entry
        if (!allows(round)) note(round, 'entry-not-allowed')
        check(entry, round)
      } else note(round, 'wrong-shape')
      round.place.pop()
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
  return (value, round) => {
    if (value === null) return note(round, 'not-as-treated')
    for (let index = 0; index < branches.length; index++) {
      const { condition, treatment } = branches[index] as BoundBranch
      const known = condition && told[index] && condition.present(round)
      const truth = known ? condition.test(round) : condition ? 'perhaps' : true
      if (truth === false) continue
      if (truth === undefined) break
      if (treatment.accepts(value)) return
      if (truth === true) break
    }
    note(round, 'not-as-treated')
  }
}

function checkValues(check: Check): Check {
  return (value, round) => {
    if (!Array.isArray(value)) return note(round, 'wrong-shape')
    if (value.length === 0) note(round, 'empty')
    for (let index = 0; index < value.length; index++) {
      round.place.push(index)
      check(value[index] as Json, round)
      round.place.pop()
    }
  }
}
