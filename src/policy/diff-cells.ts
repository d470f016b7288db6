import type { Scene } from './condition.ts'
import {
  type Change,
  change,
  directionOf,
  type Judgement,
  judge,
  namesOf,
  type Rule,
  type Side,
} from './diff-change.ts'
import { closedList } from './plan.ts'
import type { Cell, DecidedItem, Outcome } from './resolved.ts'
import { compareOutcomes } from './strictness.ts'
import { NOTHING } from './table.ts'
import { cellWords, treatmentWords } from './words.ts'

/** A resource of both revisions; undefined where one of them does not cover it. */
export interface Pair {
  readonly name: string
  readonly before: Side | undefined
  readonly after: Side | undefined
}

/** Every cell of the table that another outcome stands in: for each item and purpose of either revision. */
export function diffCells(pair: Pair): readonly Change[] {
  const [old, now] = [itemsOf(pair.before), itemsOf(pair.after)]
  const purposes = namesOf(purposesOf(pair.before), purposesOf(pair.after))
  return namesOf(old, now).flatMap(path =>
    purposes.flatMap(purpose => diffCell(pair, purpose, path, { old: old.get(path), now: now.get(path) })),
  )
}

function itemsOf(side: Side | undefined): ReadonlyMap<string, DecidedItem> {
  return new Map((side?.resource.items ?? []).map(item => [item.leaf.path, item]))
}

function purposesOf(side: Side | undefined): ReadonlyMap<string, unknown> {
  return side?.reading.resolved.draft.purposes ?? new Map()
}

interface Items {
  readonly old: DecidedItem | undefined
  readonly now: DecidedItem | undefined
}

function diffCell(pair: Pair, purpose: string, path: string, { old, now }: Items): readonly Change[] {
  const [before, after] = [old?.cells.get(purpose) ?? NOTHING, now?.cells.get(purpose) ?? NOTHING]
  const { strictness, because } = judgeCells(pair, before, after, old?.leaf.type !== now?.leaf.type)
  const wording = { before: wordsOf(old, before), after: wordsOf(now, after) }
  const rewritten = shapeOf(before) !== shapeOf(after)
  if (strictness === 'same' && !rewritten) return []
  const closed = pair.after && now && closedList(pair.after.resource, purpose, path)
  const notes = [
    ...(because === undefined ? [] : [because]),
    ...(closed === undefined ? [] : [`no entry of \`${closed}\` goes for this purpose`]),
  ]
  return [
    change({
      ...{ direction: directionOf(strictness), kind: 'cell', resource: pair.name, purpose, subject: path },
      ...withTerms(wording, before, after),
      because: notes.length === 0 ? undefined : notes.join('; '),
      restsOn: [...new Set([...namesIn(before, path), ...namesIn(after, path)])],
    }),
  ]
}

/** An item that changed its type is another item: what its treatment gives cannot be compared. */
function judgeCells(pair: Pair, before: Cell, after: Cell, retyped: boolean): Judgement {
  const { before: older, after: newer } = pair
  const side = newer ?? older
  if (!side) return { strictness: 'same', because: undefined }
  const found = judge(ruleOf(older ?? side, before), ruleOf(newer ?? side, after), compareOutcomes)
  const sharesBoth = [before, after].every(cell => cell.some(({ outcome }) => outcome.kind !== 'withhold'))
  if (!retyped || !sharesBoth || found.strictness === 'looser') return found
  return { strictness: 'not-comparable', because: 'the item holds another type of value' }
}

function ruleOf(side: Side, cell: Cell): Rule<Outcome> {
  return {
    side,
    conditions: cell.flatMap(({ condition }) => condition ?? []),
    decide: scene => outcomeAt(cell, scene),
  }
}

const WITHHELD = NOTHING[0]?.outcome

/** As the projector decides: a condition that cannot be told withholds and ends the search. */
function outcomeAt(cell: Cell, scene: Scene): Outcome {
  for (const { condition, outcome } of cell) {
    const truth = condition ? condition.test(scene) : true
    if (truth === true) return outcome
    if (truth === undefined) break
  }
  if (!WITHHELD) throw new Error('withholding has no outcome')
  return WITHHELD
}

function wordsOf(item: DecidedItem | undefined, cell: Cell): string {
  if (!item) return 'withheld (not in the schema)'
  if (item.redLine !== undefined) return `withheld (red line ${item.redLine})`
  return item.row === undefined ? 'withheld (not in the table)' : cellWords(cell)
}

/** Where the same words stand for other terms, the terms are told. */
function withTerms(
  words: { before: string; after: string },
  before: Cell,
  after: Cell,
): { before: string; after: string } {
  if (words.before !== words.after) return words
  const [old, now] = [termsOf(before), termsOf(after)]
  const only = (terms: readonly string[], others: readonly string[]) =>
    terms.filter(one => !others.includes(one)).join('; ')
  const [lost, gained] = [only(old, now), only(now, old)]
  if (lost === '' && gained === '') return words
  return { before: `${words.before} (${lost})`, after: `${words.after} (${gained})` }
}

function termsOf(cell: Cell): readonly string[] {
  const outcomes = cell.map(({ outcome }) => outcome)
  const treated = outcomes.filter(({ kind }) => kind !== 'share' && kind !== 'withhold')
  return treated.map(({ kind, prepared }) => treatmentWords(kind, prepared.terms))
}

/** What a cell does as it is written, without the meaning of its conditions. */
function shapeOf(cell: Cell): string {
  return cell
    .map(
      ({ condition, outcome }) =>
        `${condition?.name ?? ''} ${treatmentWords(outcome.kind, outcome.prepared.terms)}`,
    )
    .join('; ')
}

/** A figure rests on how it is worked out, which stands under the path of its item. */
function namesIn(cell: Cell, path: string): readonly string[] {
  return cell.flatMap(({ condition, outcome: { kind, name } }) => [
    ...(condition ? [condition.name] : []),
    ...(kind === 'share' || kind === 'withhold' ? [] : [kind === 'count' ? path : name]),
  ])
}
