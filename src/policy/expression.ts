import { parse } from '@bufbuild/cel'

/** A condition as we allow it: a closed part of CEL without functions, loops, macros, arithmetic or regular expressions. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'path'; readonly names: readonly string[] }
  | { readonly kind: 'has'; readonly path: PathExpression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'both' | 'either'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare'
      readonly operator: Comparison
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'in'; readonly value: Expression; readonly among: readonly Literal[] }

export type Literal = string | number | boolean
export type PathExpression = Extract<Expression, { kind: 'path' }>
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  | {
      readonly ok: false
      readonly code: 'condition-syntax' | 'condition-outside-subset'
      readonly says: string
      readonly offset: number
    }

type CelExpr = NonNullable<ReturnType<typeof parse>['expr']>

/** Thrown and caught inside this file only. */
class Outside extends Error {
  readonly at: CelExpr

  constructor(says: string, at: CelExpr) {
    super(says)
    this.at = at
  }
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['_==_', '=='],
  ['_!=_', '!='],
  ['_<_', '<'],
  ['_<=_', '<='],
  ['_>_', '>'],
  ['_>=_', '>='],
])

const MAX_LENGTH = 1_000

/**
 * Parses one condition. The CEL library reads the grammar; what it accepts beyond our part of CEL is refused here. `offset` counts
 * from zero and points at what was refused: at its beginning, at an operator between two sides, at the dot before a method.
 */
export function parseCondition(text: string): Parsed {
  const tooLong = `the condition is longer than ${MAX_LENGTH} characters`
  if (text.length > MAX_LENGTH)
    return { ok: false, code: 'condition-outside-subset', says: tooLong, offset: MAX_LENGTH }
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(text)
  } catch (error) {
    return {
      ok: false,
      code: 'condition-syntax',
      says: 'the condition cannot be read',
      offset: offsetOf(error),
    }
  }
  try {
    return { ok: true, expression: narrow(parsed.expr) }
  } catch (error) {
    if (!(error instanceof Outside)) throw error
    const begin = parsed.sourceInfo?.positions[String(error.at.id)] ?? 0
    const offset = begin + Math.max(0, text.slice(begin).search(/\S/))
    return { ok: false, code: 'condition-outside-subset', says: error.message, offset }
  }
}

/** Where the parser stopped, counted from zero; zero where it does not say. */
function offsetOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('location' in error)) return 0
  const location = error.location
  if (typeof location !== 'object' || location === null || !('start' in location)) return 0
  const start = location.start
  if (typeof start !== 'object' || start === null || !('offset' in start)) return 0
  return typeof start.offset === 'number' ? start.offset : 0
}

function narrow(expr: CelExpr): Expression {
  const { exprKind: node } = expr
  switch (node.case) {
    case 'constExpr':
      return { kind: 'literal', value: literalOf(expr, node.value.constantKind) }
    case 'identExpr':
      return { kind: 'path', names: [node.value.name] }
    case 'selectExpr': {
      const path = { kind: 'path', names: [...namesOf(expr, node.value.operand), node.value.field] } as const
      return node.value.testOnly ? { kind: 'has', path } : path
    }
    case 'callExpr':
      return narrowCall(expr, node.value)
    case 'listExpr':
      throw new Outside('a list may only stand to the right of `in`', expr)
    case 'comprehensionExpr':
      throw new Outside('macros that go through a list are not available in conditions', expr)
    default:
      throw new Outside('conditions know comparisons, `in`, `has`, `!`, `&&` and `||` only', expr)
  }
}

function namesOf(select: CelExpr, operand: CelExpr | undefined): readonly string[] {
  if (!operand) throw new Outside('`has` takes a dotted path', select)
  const path = narrow(operand)
  if (path.kind !== 'path') throw new Outside('only a dotted path may stand before a dot', select)
  return path.names
}

function narrowCall(
  expr: CelExpr,
  { target, function: name, args }: Extract<CelExpr['exprKind'], { case: 'callExpr' }>['value'],
): Expression {
  const [first, second] = args
  if (target) throw new Outside(`\`${name}()\` is not available in conditions`, expr)
  if (name === 'has') throw new Outside('`has` takes a dotted path', expr)
  if (name === '!_' && first) return { kind: 'not', operand: narrow(first) }
  if (!first || !second || args.length !== 2)
    throw new Outside(`\`${readable(name)}\` is not available in conditions`, expr)
  if (name === '_&&_') return { kind: 'both', left: narrow(first), right: narrow(second) }
  if (name === '_||_') return { kind: 'either', left: narrow(first), right: narrow(second) }
  if (name === '@in') return { kind: 'in', value: narrow(first), among: listOf(second) }
  const operator = COMPARISONS.get(name)
  if (!operator) throw new Outside(`\`${readable(name)}\` is not available in conditions`, expr)
  return { kind: 'compare', operator, left: narrow(first), right: narrow(second) }
}

/** `_+_` as the author wrote it. */
function readable(name: string): string {
  return name.replaceAll('_', '') || name
}

function listOf(list: CelExpr): readonly Literal[] {
  const { exprKind: node } = list
  if (node.case !== 'listExpr') throw new Outside('`in` looks through a written list only', list)
  const literals = node.value.elements.map(element => {
    if (element.exprKind.case !== 'constExpr') throw new Outside('a list may hold plain values only', element)
    return literalOf(element, element.exprKind.value.constantKind)
  })
  if (literals.length === 0) throw new Outside('the list after `in` is empty', list)
  if (new Set(literals.map(literal => typeof literal)).size > 1)
    throw new Outside('a list holds values of one type', list)
  return literals
}

function literalOf(
  expr: CelExpr,
  constant: { readonly case: string | undefined; readonly value?: unknown },
): Literal {
  const { value } = constant
  if (constant.case === 'stringValue' && typeof value === 'string') return value
  if (constant.case === 'boolValue' && typeof value === 'boolean') return value
  if (constant.case === 'doubleValue' && typeof value === 'number' && Number.isFinite(value)) return value
  if (constant.case === 'int64Value' && typeof value === 'bigint' && Number.isSafeInteger(Number(value)))
    return Number(value)
  if (constant.case === 'nullValue') throw new Outside('`null` counts as absent; ask with `has()`', expr)
  if (constant.case === 'int64Value' || constant.case === 'doubleValue')
    throw new Outside('a number so large is not exact', expr)
  throw new Outside('a plain value is a text, a number or a truth value', expr)
}
