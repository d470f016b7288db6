import { type JsonObject, unreachable } from '../kit/kit.ts'
import type { Catalogue, Label, Leaf } from '../terms/terms.ts'
import type { Comparison, Expression, Literal, PathExpression } from './expression.ts'
import { didYouMean } from './findings.ts'
import { type Binder, type Found, fault, memberOf, resolvePath, type ValueType } from './paths.ts'

/** What conditions see while one document is looked at. */
export interface Scene {
  readonly document: JsonObject
  /** The entries that surround the present place, outermost first. */
  readonly entries: readonly JsonObject[]
  readonly label: Label
  readonly request: JsonObject
}

/** Whether a condition holds; undefined where it cannot be told, because an input is absent or of another type. */
export type Test = (scene: Scene) => boolean | undefined

/** One thing a condition reads. */
export type Input =
  | { readonly kind: 'item'; readonly path: string }
  | { readonly kind: 'label' | 'request'; readonly path: string }

/** A condition bound to one resource. */
export interface Condition {
  readonly test: Test
  readonly inputs: readonly Input[]
  /** Whether every item it reads is there. */
  present(scene: Scene): boolean
  /** The innermost list whose entry it reads; undefined where it reads no entry. It can stand there and below. */
  readonly list: string | undefined
  /** Whether the absence of an input can make it true, or false: both only through `has`. */
  readonly absenceMakes: { readonly true: boolean; readonly false: boolean }
}

export interface ConditionFault {
  readonly code: string
  readonly says: string
}

export type Binding =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly faults: readonly ConditionFault[] }

interface Typed {
  readonly type: ValueType
  readonly read: (scene: Scene) => Literal | undefined
  readonly leaf: Leaf | undefined
}

const NOTHING: Typed = { type: 'any', read: () => undefined, leaf: undefined }

/**
 * Resolves the names of a condition against the catalogue of one resource, checks its types and makes it a closure. Only items
 * marked `x-control` may be read, besides `label` and `request`.
 */
export function bindCondition(expression: Expression, catalogue: Catalogue): Binding {
  const binder = makeBinder(catalogue)
  const test = bindTest(binder, expression)
  if (binder.faults.length > 0) return { ok: false, faults: binder.faults }
  const { inputs, items, list } = binder
  const present = (scene: Scene) => items.every(read => read(scene) !== undefined)
  const absenceMakes = { true: hasUnder(expression, 'odd'), false: hasUnder(expression, 'even') }
  return { ok: true, condition: { test, inputs, present, list, absenceMakes } }
}

function makeBinder(catalogue: Catalogue): Binder {
  return { catalogue, inputs: [], items: [], faults: [], list: undefined }
}

/** Whether `has` stands below an odd or an even number of negations, the two ways in which absence decides. */
function hasUnder(expression: Expression, wanted: 'odd' | 'even'): boolean {
  switch (expression.kind) {
    case 'has':
      return wanted === 'even'
    case 'not':
      return hasUnder(expression.operand, wanted === 'odd' ? 'even' : 'odd')
    case 'both':
    case 'either':
      return hasUnder(expression.left, wanted) || hasUnder(expression.right, wanted)
    case 'compare':
      return [expression.left, expression.right].some(side => hasUnder(side, 'odd') || hasUnder(side, 'even'))
    case 'in':
      return hasUnder(expression.value, 'odd') || hasUnder(expression.value, 'even')
    case 'literal':
    case 'path':
      return false
    default:
      return unreachable(expression)
  }
}

function bindTest(binder: Binder, expression: Expression): Test {
  switch (expression.kind) {
    case 'both':
      return both(bindTest(binder, expression.left), bindTest(binder, expression.right))
    case 'either':
      return either(bindTest(binder, expression.left), bindTest(binder, expression.right))
    case 'not':
      return not(bindTest(binder, expression.operand))
    case 'has':
      return bindHas(binder, expression.path)
    case 'compare':
      return bindComparison(binder, expression)
    case 'in':
      return bindMembership(binder, expression)
    case 'literal':
    case 'path': {
      const { type, read } = bindValue(binder, expression)
      if (type !== 'boolean' && type !== 'any')
        fault(binder, 'condition-type', 'a condition has to be true or false')
      return scene => {
        const value = read(scene)
        return typeof value === 'boolean' ? value : undefined
      }
    }
    default:
      return unreachable(expression)
  }
}

/** As in CEL: a side that decides alone decides even where the other cannot be told. */
function both(left: Test, right: Test): Test {
  return scene => {
    const first = left(scene)
    if (first === false) return false
    const second = right(scene)
    if (second === false) return false
    return first && second
  }
}

function either(left: Test, right: Test): Test {
  return scene => {
    const first = left(scene)
    if (first === true) return true
    const second = right(scene)
    if (second === true) return true
    return first === undefined || second === undefined ? undefined : false
  }
}

function not(operand: Test): Test {
  return scene => {
    const value = operand(scene)
    return value === undefined ? undefined : !value
  }
}

function bindComparison(
  binder: Binder,
  { operator, left, right }: Extract<Expression, { kind: 'compare' }>,
): Test {
  const [first, second] = [bindValue(binder, left), bindValue(binder, right)]
  const ordered = operator !== '==' && operator !== '!='
  checkSameType(binder, first, second)
  if (ordered && [first.type, second.type].some(type => type !== 'number' && type !== 'any')) {
    fault(binder, 'condition-type', `\`${operator}\` compares numbers only`)
  }
  if (left.kind === 'literal') checkEnumeration(binder, second, [left.value])
  if (right.kind === 'literal') checkEnumeration(binder, first, [right.value])
  const compare = COMPARE[operator]
  return scene => {
    const [a, b] = [first.read(scene), second.read(scene)]
    if (a === undefined || b === undefined || typeof a !== typeof b) return undefined
    if (ordered && typeof a !== 'number') return undefined
    return compare(a, b)
  }
}

const COMPARE = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
} satisfies Record<Comparison, (a: Literal, b: Literal) => boolean>

function bindMembership(binder: Binder, { value, among }: Extract<Expression, { kind: 'in' }>): Test {
  const bound = bindValue(binder, value)
  const type = typeOf(among[0] ?? '')
  checkSameType(binder, bound, { ...NOTHING, type })
  checkEnumeration(binder, bound, among)
  const listed = new Set(among)
  return scene => {
    const found = bound.read(scene)
    return typeof found === type ? listed.has(found as Literal) : undefined
  }
}

function bindValue(binder: Binder, expression: Expression): Typed {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      return { type: typeOf(value), read: () => value, leaf: undefined }
    }
    case 'path':
      return bindPath(binder, expression)
    default: {
      const test = bindTest(binder, expression)
      return { type: 'boolean', read: test, leaf: undefined }
    }
  }
}

function typeOf(literal: Literal): 'string' | 'number' | 'boolean' {
  return typeof literal === 'string' ? 'string' : typeof literal === 'number' ? 'number' : 'boolean'
}

function checkSameType(binder: Binder, first: Typed, second: Typed): void {
  if (first.type === second.type || first.type === 'any' || second.type === 'any') return
  fault(binder, 'condition-type', `a ${first.type} is compared with a ${second.type}`)
}

function checkEnumeration(binder: Binder, { leaf }: Typed, written: readonly Literal[]): void {
  if (!leaf?.values) return
  for (const value of written) {
    if (typeof value !== 'string' || leaf.values.includes(value)) continue
    fault(
      binder,
      'value-not-in-enumeration',
      `\`${leaf.path}\` never is \`${value}\`${didYouMean(value, leaf.values)}`,
    )
  }
}

/** A path as a value: undefined where it is absent, null, or not of the type the catalogue gives it. */
function bindPath(binder: Binder, path: PathExpression): Typed {
  const found = resolvePath(binder, path)
  if (!found) return NOTHING
  const last = found.members.at(-1) ?? ''
  const parent = parentOf(found)
  const read = (scene: Scene) => {
    const value = memberOf(parent(scene), last)
    return isOfType(value, found.type) ? value : undefined
  }
  if (found.leaf) binder.items.push(read)
  return { type: found.type, leaf: found.leaf, read }
}

/** Whether a member is there. Where even the object around it is missing, that cannot be told, as in CEL. */
function bindHas(binder: Binder, path: PathExpression): Test {
  const found = resolvePath(binder, path)
  if (!found) return () => undefined
  const last = found.members.at(-1) ?? ''
  const parent = parentOf(found)
  if (found.leaf) binder.items.push(scene => memberOf(parent(scene), last) ?? undefined)
  return scene => {
    const holder = parent(scene)
    if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return undefined
    const value = memberOf(holder, last)
    if (value === undefined || value === null) return false
    return isOfType(value, found.type) || found.type === 'any' ? true : undefined
  }
}

function parentOf({ holder, members }: Found): (scene: Scene) => unknown {
  const above = members.slice(0, -1)
  if (above.length === 0) return holder
  return scene => {
    let value = holder(scene)
    for (const member of above) value = memberOf(value, member)
    return value
  }
}

function isOfType(value: unknown, type: ValueType): value is Literal {
  if (type === 'any')
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return typeof value === type
}

/** Reads one control item of a document as part of a key; undefined with the reasons noted by `complain`. */
export function bindScope(
  written: string,
  catalogue: Catalogue,
  complain: (fault: ConditionFault) => void,
): ((scene: Scene) => Literal | undefined) | undefined {
  const binder = makeBinder(catalogue)
  const { read } = bindPath(binder, { kind: 'path', names: written.split('.') })
  if (binder.list !== undefined)
    fault(binder, 'condition-scope', `\`${written}\` differs from entry to entry`)
  binder.faults.forEach(complain)
  return binder.faults.length === 0 ? read : undefined
}
