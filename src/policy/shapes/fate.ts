import { canonicalJson, type Json } from '../../kit/kit.ts'
import type { Agreement } from '../compile.ts'
import { isWithin } from '../paths.ts'
import type { LeafNode, ListNode, Plan } from '../plan.ts'
import { listAround, type NamedCondition, type Outcome, type ResolvedResource } from '../resolved.ts'
import type { TreatmentKind } from '../treatments/treatments.ts'
import { asClause, joinWords, plainValue } from '../words.ts'
import type { Ask, Question } from './possibilities.ts'
import { markOf } from './shape.ts'
import { makeBench, neverKept, type Sight } from './truths.ts'

/** Treatments that not every value of the schema fits: one that is too short, or outside every square, stays. */
export const MAY_NOT_FIT: ReadonlySet<TreatmentKind> = new Set(['mask', 'generalisePlace', 'pseudonymise'])

/** What happens to a value that is treated; the same key for the same treatment. */
export interface Treated {
  readonly key: string
  readonly outcome: Outcome
}

/** A shape, and the place in it, that questions are put to. */
export interface Asking {
  readonly sight: Sight
  readonly ask: Ask
}

/** One agreement's rules for one resource and purpose, as they are applied to shapes. */
export interface Side {
  readonly digest: Agreement['digest']
  /** Every item that may leave. */
  readonly paths: ReadonlySet<string>
  /** Those among them that the gateway works out, so that every document has them. */
  readonly figures: ReadonlySet<string>
  /** What stops a document: `requesters`, `urgent`, a condition, a gate, a red line; undefined where nothing does. */
  stop(asking: Asking): string | undefined
  /** What the table makes of a value of a released document; undefined where it stays. */
  treat(path: string, asking: Asking): Treated | undefined
  /** Equal for two agreements only where `treat` always comes to the same. */
  rule(path: string): string
}

type Known = Pick<Agreement, 'id' | 'digest' | 'reading'>

export function makeSide({ id, digest, reading }: Known, resourceName: string, purpose: string): Side {
  const { draft, resources } = reading.resolved
  const resource = resources.get(resourceName)
  const plan = reading.practice.plan(resourceName, purpose)
  if (!resource || !plan || plan.leaves.size === 0)
    return closedSide(digest, resource ? 'purpose' : 'resource')
  const terms = draft.purposes.get(purpose)
  const termOf = makeTerms(reading, resource)
  const ask = (asking: Asking, condition: NamedCondition) =>
    asking.ask(termOf(condition).question(asking.sight))
  const markOfTerm = (condition: NamedCondition) => termOf(condition).mark
  const keyOf = ({ kind, prepared }: Outcome) => {
    const scope = kind === 'pseudonymise' ? [id, purpose] : []
    return canonicalJson([
      kind,
      prepared.terms,
      scope,
      kind === 'count' ? dropsOf(resource, prepared, markOfTerm) : [],
    ])
  }
  return {
    digest,
    paths: new Set(plan.leaves.keys()),
    figures: new Set(plan.figures.map(({ path }) => path)),
    stop(asking) {
      const { role, urgent } = asking.sight.shape
      if (urgent && !terms?.urgent) return 'urgent'
      if (!urgent && !terms?.requesters.includes(role)) return 'requesters'
      const whilst = urgent ? undefined : resource.whilst.get(purpose)
      if (whilst && ask(asking, whilst) !== true) return whilst.name
      return resource.gates.find(({ condition, passes }) => ask(asking, condition) !== passes)?.id
    },
    treat(path, asking) {
      const leaf = plan.leaves.get(path)
      const truthOf = (condition: NamedCondition) => ask(asking, condition)
      const admitted = listsAround(plan, path).every(list => admits(list, truthOf))
      const outcome = leaf && admitted ? outcomeOf(leaf, truthOf) : undefined
      return outcome && { key: keyOf(outcome), outcome }
    },
    rule(path) {
      const leaf = plan.leaves.get(path)
      return leaf ? ruleOf(plan, leaf, markOfTerm, keyOf) : ''
    },
  }
}

function closedSide(digest: Agreement['digest'], why: string): Side {
  return {
    digest,
    paths: new Set(),
    figures: new Set(),
    stop: () => why,
    treat: () => undefined,
    rule: () => '',
  }
}

/** A condition as a question to a shape. */
interface Term {
  readonly mark: string
  readonly question: (sight: Sight) => Question
}

function makeTerms(
  { resolved }: Known['reading'],
  { catalogue }: ResolvedResource,
): (condition: NamedCondition) => Term {
  const bench = makeBench(catalogue)
  const made = new Map<string, Term>()
  return ({ name, says, inputs }) => {
    const known = made.get(name)
    if (known) return known
    const expression = resolved.draft.conditions.get(name)?.expression
    if (!expression) throw new Error(`no condition ${name}`)
    const mark = markOf(expression)
    const judge = bench(expression)
    const hidden = neverKept(inputs, catalogue).map(path => `\`${path}\``)
    const what = hidden.length === 0 ? 'what it reads' : joinWords(hidden)
    const words = `whether ${asClause(says)}, because ${what} is not kept`
    const term: Term = { mark, question: sight => ({ key: mark, possible: judge(sight), says: words }) }
    made.set(name, term)
    return term
  }
}

type TruthOf = (condition: NamedCondition) => boolean | undefined

/** The red lines that leave entries out of what is counted. */
function dropsOf(
  { drops }: ResolvedResource,
  { terms }: Outcome['prepared'],
  mark: (condition: NamedCondition) => string,
): Json {
  const around = [...drops].filter(([list]) => isWithin(plainValue(terms['count']), list))
  return around.map(([list, lines]): Json => {
    return [list, lines.map(({ condition, stays }) => [mark(condition), stays])]
  })
}

/** The lists around an item, outermost first. */
function listsAround({ lists }: Plan, path: string): readonly ListNode[] {
  const found: ListNode[] = []
  for (let list = listAround(path); list !== undefined; list = listAround(list)) {
    const node = lists.get(list)
    if (node) found.unshift(node)
  }
  return found
}

function admits({ drops, inclusion }: ListNode, truthOf: TruthOf): boolean {
  if (!drops.every(({ condition, stays }) => truthOf(condition) === stays)) return false
  return (
    inclusion.kind === 'every' || (inclusion.kind === 'condition' && truthOf(inclusion.condition) === true)
  )
}

/** The branch that is taken; undefined where the value stays. */
function outcomeOf({ branches }: LeafNode, truthOf: TruthOf): Outcome | undefined {
  for (const { condition, outcome } of branches) {
    const truth = condition ? truthOf(condition) : true
    if (truth === false) continue
    return truth && outcome.kind !== 'withhold' ? outcome : undefined
  }
  return undefined
}

/** Everything that decides about an item of a released document, in one text. */
function ruleOf(
  plan: Plan,
  { path, branches }: LeafNode,
  mark: (condition: NamedCondition) => string,
  keyOf: (outcome: Outcome) => string,
): string {
  const cell = branches.map(({ condition, outcome }) => [condition ? mark(condition) : null, keyOf(outcome)])
  const lists = listsAround(plan, path).map(
    ({ drops, inclusion }): Json => [
      drops.map(({ condition, stays }) => [mark(condition), stays]),
      inclusion.kind === 'condition' ? mark(inclusion.condition) : inclusion.kind,
    ],
  )
  return canonicalJson([cell, lists])
}
