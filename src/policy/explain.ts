import type { LeafNode, ListNode, Plan } from './plan.ts'
import { closedList } from './plan.ts'
import type { Tally } from './projector.ts'
import type { Branch, DecidedItem, NamedCondition, Outcome, ResolvedResource } from './resolved.ts'

/** What happened to one item of the catalogue, or to the entries of one list; without any value. */
export interface Explanation {
  readonly path: string
  /** `absent` where the document had no value there; `mixed` where entries fared differently. */
  readonly outcome: 'shared' | 'treated' | 'withheld' | 'mixed' | 'absent'
  /** The treatment, where there was exactly one. */
  readonly treatment: string | undefined
  /** The row, red line or include row that decided; undefined where the table does not name the item. */
  readonly row: string | undefined
  /** The condition of the branch that was taken, or `else`; undefined where there was no choice, or several were taken. */
  readonly branch: string | undefined
  readonly counts: Counts
  /** One plain sentence. */
  readonly says: string
}

/** Values; for a list, its entries. `failed`: a condition could not be told, or a value did not fit its treatment. */
export interface Counts {
  readonly shared: number
  readonly treated: number
  readonly withheld: number
  readonly failed: number
}

const NONE: Counts = { shared: 0, treated: 0, withheld: 0, failed: 0 }

/** Tells what a plan made of one document, from the tally of it. Lists with rules come first, then the items. */
export function explainTally(resource: ResolvedResource, plan: Plan, tally: Tally): readonly Explanation[] {
  const lists = [...plan.lists.values()].filter(
    ({ drops, inclusion }) => drops.length > 0 || inclusion.kind === 'condition',
  )
  return [
    ...lists.map(list => explainList(list, tally)),
    ...resource.items.map(item => {
      const leaf = plan.leaves.get(item.leaf.path)
      return leaf ? explainLeaf(item, leaf, plan, tally) : explainNever(resource, item, plan)
    }),
  ]
}

/** How many values were shared, treated and kept back, from the tally of a plan: what the ledger's leaf says. */
export function summariseTally(
  { leaves, lists }: Plan,
  tally: Tally,
): Readonly<Record<keyof Counts | 'dropped', number>> {
  const sums = { ...NONE, dropped: 0 }
  for (const { branches, slot } of leaves.values()) {
    for (const [index, branch] of branches.entries()) sums[fateOf(branch)] += tally[slot + index] ?? 0
    sums.failed += tally[slot + branches.length] ?? 0
    if (branches.length > 1) sums.failed += tally[slot + branches.length + 1] ?? 0
  }
  for (const { drops, slot } of lists.values())
    for (let index = 0; index <= drops.length; index++) sums.dropped += tally[slot + 1 + index] ?? 0
  return sums
}

/** The items of which some value did not fit its treatment and stayed, from the tally of a plan. */
export function unfitItems({ leaves }: Plan, tally: Tally): readonly string[] {
  const unfit: string[] = []
  for (const { path, slot, branches } of leaves.values())
    if ((tally[slot + branches.length] ?? 0) > 0) unfit.push(path)
  return unfit
}

function explainNever(
  resource: ResolvedResource,
  { leaf, row, redLine, cells }: DecidedItem,
  { purpose }: Plan,
): Explanation {
  const { path } = leaf
  const base = { path, outcome: 'withheld', treatment: undefined, branch: undefined, counts: NONE } as const
  if (redLine !== undefined)
    return { ...base, row: redLine, says: `\`${path}\` never leaves: red line ${redLine}` }
  const list = closedList(resource, purpose, path)
  if (list !== undefined)
    return {
      ...base,
      row: list,
      says: `\`${path}\` stays, because no entry of \`${list}\` goes for ${purpose}`,
    }
  if (row === undefined)
    return { ...base, row, says: `\`${path}\` stays, because the agreement does not name it` }
  const limit = cells.get(purpose)?.find(({ outcome }) => outcome.limit)?.outcome.limit
  if (limit)
    return { ...base, row: limit.rule, says: `\`${path}\` is withheld for ${purpose}: ${limitWords(limit)}` }
  return { ...base, row, says: `\`${path}\` is withheld for ${purpose} by row \`${row}\`` }
}

function explainList({ path, drops, inclusion, slot }: ListNode, tally: Tally): Explanation {
  const kept = tally[slot] ?? 0
  const out = drops
    .map(({ id, says }, index) => ({ id, says, count: tally[slot + 1 + index] ?? 0 }))
    .filter(({ count }) => count > 0)
  const notIncluded = tally[slot + 1 + drops.length] ?? 0
  const withheld = out.reduce((sum, { count }) => sum + count, notIncluded)
  const reasons = out.map(({ id, says, count }) => `${count} by red line ${id}: ${lower(says)}`)
  if (notIncluded > 0 && inclusion.kind === 'condition') {
    reasons.push(`${notIncluded} because it could not be said that ${inclusion.condition.says}`)
  }
  const left = reasons.length === 0 ? '' : `; left out: ${reasons.join(', ')}`
  const rows = [...out.map(({ id }) => id), ...(notIncluded > 0 ? [path] : [])]
  return {
    path,
    outcome: kept + withheld === 0 ? 'absent' : withheld === 0 ? 'shared' : kept === 0 ? 'withheld' : 'mixed',
    treatment: undefined,
    row: rows.length === 1 ? rows[0] : path,
    branch: undefined,
    counts: { ...NONE, shared: kept, withheld },
    says: `of \`${path}\`, ${kept} of ${kept + withheld} entries could go${left}`,
  }
}

function explainLeaf(
  { leaf, row }: DecidedItem,
  { branches, slot }: LeafNode,
  { purpose }: Plan,
  tally: Tally,
): Explanation {
  const counts = { shared: 0, treated: 0, withheld: 0, failed: 0 }
  const taken = branches
    .map((branch, index) => ({ branch, index, count: tally[slot + index] ?? 0 }))
    .filter(({ count }) => count > 0)
  for (const { branch, count } of taken) counts[fateOf(branch)] += count
  const unfit = tally[slot + branches.length] ?? 0
  const untold = branches.length > 1 ? (tally[slot + branches.length + 1] ?? 0) : 0
  counts.failed = unfit + untold
  const conditions = branches.map(({ condition }) => condition)
  const [only] = taken.length === 1 ? taken : []
  const sentences = [
    ...taken.map(({ branch, index }) => `${fateSays(branch)}${reason(conditions, index)}`),
    ...(unfit > 0 ? ['kept back where the value did not fit'] : []),
    ...(untold > 0 ? ['kept back where a condition could not be told'] : []),
  ]
  const fate = sentences.length === 0 ? 'not there' : sentences.join('; ')
  const limit = limitOf(branches, taken)
  const by = limit ? limitWords(limit) : `row \`${row ?? ''}\``
  return {
    path: leaf.path,
    outcome: outcomeOf(counts),
    treatment: only && fateOf(only.branch) === 'treated' ? treatmentOf(only.branch) : undefined,
    row: limit?.rule ?? row,
    branch: only && branches.length > 1 ? (only.branch.condition?.name ?? 'else') : undefined,
    counts,
    says: `\`${leaf.path}\` was ${fate}: ${by}, purpose ${purpose}`,
  }
}

type Limit = NonNullable<Outcome['limit']>

/** The line that decided where the agreement alone would have let more go: of the branch taken, or of the only one there is. */
function limitOf(
  branches: readonly Branch[],
  taken: readonly { readonly branch: Branch }[],
): Limit | undefined {
  const deciding = taken.length === 0 && branches.length === 1 ? branches : taken.map(({ branch }) => branch)
  return deciding.find(({ outcome }) => outcome.limit)?.outcome.limit
}

function limitWords({ rule, says }: Limit): string {
  return `${rule} (${lower(says)})`
}

function fateOf({ outcome }: Branch): 'shared' | 'treated' | 'withheld' {
  if (outcome.kind === 'share') return 'shared'
  return outcome.kind === 'withhold' ? 'withheld' : 'treated'
}

/** A cell that shares a figure says so; what is done is counting. */
function treatmentOf({ outcome: { kind, name } }: Branch): string {
  return kind === 'count' ? kind : name
}

function fateSays(branch: Branch): string {
  const fate = fateOf(branch)
  if (branch.outcome.kind === 'count') return `worked out (${lower(branch.outcome.says)})`
  if (fate === 'treated') return `reduced to ${lower(branch.outcome.says)} (${branch.outcome.name})`
  return fate === 'shared' ? 'shared as it is' : 'withheld'
}

function reason(conditions: readonly (NamedCondition | undefined)[], index: number): string {
  if (conditions.length === 1) return ''
  const condition = conditions[index]
  if (condition) return `, because ${lower(condition.says)}`
  const untrue = conditions.flatMap(one => (one ? [`'${lower(one.says)}'`] : []))
  return `, because ${untrue.join(' and ')} was not true`
}

function outcomeOf({ shared, treated, withheld, failed }: Counts): Explanation['outcome'] {
  const kept = withheld + failed
  const kinds = [shared, treated, kept].filter(count => count > 0).length
  if (kinds === 0) return 'absent'
  if (kinds > 1) return 'mixed'
  return shared > 0 ? 'shared' : treated > 0 ? 'treated' : 'withheld'
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
