import { type JsonObject, unreachable } from '../../kit/kit.ts'
import type { Catalogue, Label, Leaf } from '../../terms/terms.ts'
import { bindCondition, type Condition, type Input, type Scene } from '../condition.ts'
import type { Expression } from '../expression.ts'
import { listAround } from '../resolved.ts'
import { type Facts, markOf, type Shape } from './shape.ts'

/** The ways in which a condition may come out, as far as a shape can tell: a sum of these three. */
export type Truths = number
export const IS_TRUE = 1
export const IS_FALSE = 2
/** It could not be told from the document itself. */
export const IS_UNTOLD = 4
const ANY = IS_TRUE | IS_FALSE | IS_UNTOLD

/** Where a condition is looked at: in a document and in the entries around the place, outermost first. */
export interface Sight {
  readonly shape: Shape
  readonly chain: readonly Facts[]
}

export type Judge = (sight: Sight) => Truths

/** Makes judges of the conditions over one resource. What it remembers of shapes lasts as long as they do. */
export function makeBench(catalogue: Catalogue): (expression: Expression) => Judge {
  const skeletons = new WeakMap<Facts, JsonObject>()
  const skeletonOf = (facts: Facts): JsonObject => {
    const known = skeletons.get(facts) ?? drawSkeleton(facts, catalogue)
    skeletons.set(facts, known)
    return known
  }
  const sceneOf = ({ shape, chain }: Sight): Scene => {
    const [document = {}, ...entries] = chain.map(skeletonOf)
    return { document, entries, label: labelOf(shape), request: {} }
  }
  const judgeOf = (expression: Expression): Judge => {
    const mark = markOf(expression)
    const judge = judgeAnew(expression)
    return sight => recordedTruth(sight, mark) ?? judge(sight)
  }
  const judgeAnew = (expression: Expression): Judge => {
    switch (expression.kind) {
      case 'both':
      case 'either': {
        const [left, right] = [judgeOf(expression.left), judgeOf(expression.right)]
        const join = expression.kind === 'both' ? both : either
        return sight => join(left(sight), right(sight))
      }
      case 'not': {
        const operand = judgeOf(expression.operand)
        return sight => negated(operand(sight))
      }
      case 'has':
      case 'compare':
      case 'in':
      case 'path':
      case 'literal':
        return judgeAtom(expression, catalogue, sceneOf)
      default:
        return unreachable(expression)
    }
  }
  return judgeOf
}

/** What was recorded of the very same expression. */
function recordedTruth({ chain }: Sight, mark: string): Truths | undefined {
  for (const { truths } of chain) if (truths.has(mark)) return setOf(truths.get(mark))
  return undefined
}

function setOf(truth: boolean | undefined): Truths {
  return truth === undefined ? IS_UNTOLD : truth ? IS_TRUE : IS_FALSE
}

function both(left: Truths, right: Truths): Truths {
  const isTrue = left & right & IS_TRUE
  const isFalse = (left | right) & IS_FALSE
  const untold = (left & IS_UNTOLD && right & ~IS_FALSE) || (right & IS_UNTOLD && left & ~IS_FALSE)
  return isTrue | isFalse | (untold ? IS_UNTOLD : 0)
}

function either(left: Truths, right: Truths): Truths {
  return negated(both(negated(left), negated(right)))
}

function negated(truths: Truths): Truths {
  return (truths & IS_UNTOLD) | (truths & IS_TRUE ? IS_FALSE : 0) | (truths & IS_FALSE ? IS_TRUE : 0)
}

/** One comparison: worked out where all it reads is kept, and otherwise whatever it may be. */
function judgeAtom(expression: Expression, catalogue: Catalogue, sceneOf: (sight: Sight) => Scene): Judge {
  const binding = bindCondition(expression, catalogue)
  if (!binding.ok) return () => ANY
  const { inputs, test }: Condition = binding.condition
  const request = inputs.some(({ kind }) => kind === 'request')
  const plain = isPlain(expression)
  return sight => {
    const hidden = inputs.some(input => isHidden(input, sight, expression.kind === 'has'))
    const truth = request ? undefined : test(sceneOf(sight))
    if (!hidden) return setOf(truth)
    if (request || !plain) return ANY
    // A plain comparison can be told wherever both sides are there, whatever stands in them.
    return truth === undefined ? IS_UNTOLD : IS_TRUE | IS_FALSE
  }
}

/** Whether no comparison stands inside another one. */
function isPlain(expression: Expression): boolean {
  const isSide = ({ kind }: Expression) => kind === 'path' || kind === 'literal'
  if (expression.kind === 'compare') return isSide(expression.left) && isSide(expression.right)
  return expression.kind === 'in' ? isSide(expression.value) : true
}

/** Whether a shape does not keep what a condition reads. */
function isHidden({ kind, path }: Input, { chain }: Sight, presenceOnly: boolean): boolean {
  if (kind === 'request') return true
  if (presenceOnly) return false
  if (kind === 'label') return path !== 'sensitive'
  const facts = chain[depthOf(path) + 1]
  return facts?.items.has(path) === true && !facts.choices.has(path)
}

/** What of the inputs of a condition shapes never keep, in words. */
export function neverKept(inputs: readonly Input[], catalogue: Catalogue): readonly string[] {
  const names = inputs.flatMap(({ kind, path }) => {
    if (kind === 'request') return [`request.${path}`]
    if (kind === 'label') return path === 'sensitive' ? [] : [`label.${path}`]
    const leaf = catalogue.leaves.get(path)
    return leaf?.type === 'bool' || leaf?.values ? [] : [path]
  })
  return [...new Set(names)]
}

function depthOf(path: string): number {
  const list = listAround(path)
  return list === undefined ? -1 : list.split('[]').length - 2
}

function labelOf({ sensitive }: Shape): Label {
  const label = { policy: '', classification: '' }
  return sensitive === undefined ? label : { ...label, sensitive }
}

interface Drawn {
  [name: string]: Drawn | string | number | boolean
}

/** A document, or an entry, with what is kept of it; something of the right type stands for what is not. */
function drawSkeleton({ items, bare, choices }: Facts, { leaves }: Catalogue): JsonObject {
  const drawn: Drawn = {}
  for (const path of bare) draw(drawn, path, {})
  for (const path of items) {
    const leaf = leaves.get(path)
    if (leaf) draw(drawn, path, choices.get(path) ?? standIn(leaf))
  }
  return drawn as JsonObject
}

function draw(drawn: Drawn, path: string, value: Drawn[string]): void {
  const list = listAround(path)
  const members = (list === undefined ? path : path.slice(list.length + 1)).split('.')
  let here = drawn
  for (const member of members.slice(0, -1)) {
    const below = here[member]
    const group: Drawn = typeof below === 'object' ? below : {}
    here[member] = group
    here = group
  }
  here[members.at(-1) ?? ''] = value
}

function standIn({ type }: Leaf): string | number | boolean {
  if (type === 'bool') return false
  return type === 'count' || type === 'number' ? 0 : ''
}
