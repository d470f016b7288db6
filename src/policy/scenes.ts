import { unreachable } from '../kit/kit.ts'
import type { Catalogue, Label, Leaf } from '../terms/terms.ts'
import type { Scene } from './condition.ts'
import type { Expression, Literal, PathExpression } from './expression.ts'
import { baseOf } from './paths.ts'
import { listAround } from './resolved.ts'

/** A condition with the catalogue that gives its names their meaning. */
export interface Tested {
  readonly expression: Expression
  readonly catalogue: Catalogue
}

/** One case, and what it is in words: `venue.kind` is `CUSTODY`. */
export interface Case {
  readonly scene: Scene
  readonly says: string
}

/** `absent`: not there; `bare`: not even the group around it is there. Conditions can tell these apart. */
type State = { readonly value: Literal } | 'absent' | 'bare'

/** Variables that are compared with each other have to be able to be equal, so they draw from one well. */
interface Group {
  readonly members: Set<Variable>
  readonly literals: Set<Literal>
}

interface Variable {
  readonly name: string
  readonly place: 'label' | 'request' | 'item'
  readonly path: string
  /** What the catalogues say of it; several where the versions differ. */
  readonly leaves: Leaf[]
  group: Group
}

type Variables = Map<string, Variable>

const MOST_CASES = 20_000

/**
 * Every case that some conditions can tell apart: all values of enumerations, the values they are compared with and their
 * neighbours, any other value, and absence. Complete, because conditions only compare.
 *
 * @returns undefined where there are more than 20 000 cases, or where that cannot be worked out
 */
export function casesOf(tested: readonly Tested[]): readonly Case[] | undefined {
  const variables: Variables = new Map()
  for (const { expression, catalogue } of tested) {
    if (!collect(variables, expression, catalogue)) return undefined
  }
  const all = [...variables.values()]
  const nested = all.some(one => all.some(({ path }) => path.startsWith(`${one.path}.`)))
  const choices = all.map(variable => ({ variable, states: statesOf(variable) }))
  const count = choices.reduce((product, { states }) => product * states.length, 1)
  if (nested || count > MOST_CASES) return undefined
  return Array.from({ length: count }, (_, index) => caseAt(index, choices))
}

/** Notes what an expression reads and compares it with; false where a name means nothing. */
function collect(variables: Variables, expression: Expression, catalogue: Catalogue): boolean {
  switch (expression.kind) {
    case 'literal':
      return true
    case 'path':
      return variableOf(variables, expression, catalogue) !== undefined
    case 'has':
      return variableOf(variables, expression.path, catalogue) !== undefined
    case 'not':
      return collect(variables, expression.operand, catalogue)
    case 'in': {
      const variable = sideOf(variables, expression.value, catalogue)
      for (const literal of expression.among) variable?.group.literals.add(literal)
      return collect(variables, expression.value, catalogue)
    }
    case 'both':
    case 'either':
      return collect(variables, expression.left, catalogue) && collect(variables, expression.right, catalogue)
    case 'compare':
      link(variables, expression, catalogue)
      return collect(variables, expression.left, catalogue) && collect(variables, expression.right, catalogue)
    default:
      return unreachable(expression)
  }
}

function sideOf(variables: Variables, side: Expression, catalogue: Catalogue): Variable | undefined {
  return side.kind === 'path' ? variableOf(variables, side, catalogue) : undefined
}

function link(
  variables: Variables,
  { left, right }: Extract<Expression, { kind: 'compare' }>,
  catalogue: Catalogue,
): void {
  const [first, second] = [sideOf(variables, left, catalogue), sideOf(variables, right, catalogue)]
  if (left.kind === 'literal') second?.group.literals.add(left.value)
  if (right.kind === 'literal') first?.group.literals.add(right.value)
  if (!first || !second || first.group === second.group) return
  const { members, literals } = second.group
  for (const literal of literals) first.group.literals.add(literal)
  for (const member of members) {
    first.group.members.add(member)
    member.group = first.group
  }
}

function variableOf(
  variables: Variables,
  { names }: PathExpression,
  catalogue: Catalogue,
): Variable | undefined {
  const [root = '', ...members] = names
  const place = root === 'label' || root === 'request' ? root : 'item'
  const base = place === 'item' ? baseOf(catalogue, root) : ''
  if (base === undefined) return undefined
  const path = base + members.join('.')
  const key = `${place} ${path}`
  const leaf = place === 'item' ? catalogue.leaves.get(path) : undefined
  let variable = variables.get(key)
  if (!variable) {
    const group: Group = { members: new Set(), literals: new Set() }
    variable = { name: names.join('.'), place, path, leaves: [], group }
    group.members.add(variable)
    variables.set(key, variable)
  }
  if (leaf && !variable.leaves.includes(leaf)) variable.leaves.push(leaf)
  return variable
}

function statesOf(variable: Variable): readonly State[] {
  const values = valuesOf(variable).map(value => ({ value }))
  const always = variable.place === 'label' && variable.path !== 'sensitive'
  if (always) return values
  const grouped = membersOf(variable).length > 1
  return grouped ? [...values, 'absent', 'bare'] : [...values, 'absent']
}

function valuesOf(variable: Variable): readonly Literal[] {
  const { leaves, place, path, group } = variable
  const enumerated = leaves.flatMap(({ values }) => values ?? [])
  if (leaves.length > 0 && leaves.every(({ values }) => values !== undefined)) return [...new Set(enumerated)]
  if (place === 'label') return path === 'sensitive' ? [true, false] : textsOf(group)
  if (place === 'request') return [...textsOf(group), ...numbersOf(group, false), true, false]
  const types = new Set(leaves.map(({ type }) => type))
  const found: Literal[] = []
  if (types.has('bool')) found.push(true, false)
  if (types.has('count') || types.has('number')) found.push(...numbersOf(group, !types.has('number')))
  const texts = [...types].some(type => type !== 'bool' && type !== 'count' && type !== 'number')
  return texts ? [...found, ...textsOf(group)] : found
}

/** The texts that members of a group are compared with or can hold, and one more for each of them. */
function textsOf({ members, literals }: Group): readonly string[] {
  const known = [...members].flatMap(({ leaves }) => leaves.flatMap(({ values }) => values ?? []))
  const written = [...literals].filter(literal => typeof literal === 'string')
  const others = Array.from(members, (_, index) => `another value${index === 0 ? '' : ` (${index + 1})`}`)
  return [...new Set([...written, ...known, ...others])]
}

/** The numbers that members of a group are compared with, and one point for each member in every gap beside and between. */
function numbersOf({ members, literals }: Group, whole: boolean): readonly number[] {
  const numbers = [...literals].filter(literal => typeof literal === 'number').sort((a, b) => a - b)
  const written = numbers.length > 0 ? numbers : [0]
  const steps = Array.from(members, (_, index) => index + 1)
  const points = written.flatMap((number, index) => {
    const floor = Math.floor(number)
    if (whole) return [floor, floor + 1, ...steps.flatMap(step => [floor - step, floor + step + 1])]
    const next = written[index + 1]
    const below = index === 0 ? steps.map(step => number - step) : []
    const above = steps.map(step =>
      next === undefined ? number + step : number + ((next - number) * step) / (steps.length + 1),
    )
    return [...below, number, ...above]
  })
  return [...new Set(points)]
}

interface Choice {
  readonly variable: Variable
  readonly states: readonly State[]
}

/** The case with a number: its digits, in the mixed base of the choices, say the state of each variable. */
function caseAt(index: number, choices: readonly Choice[]): Case {
  let rest = index
  const chosen = choices.map(({ variable, states }) => {
    const state = states[rest % states.length] ?? 'absent'
    rest = Math.floor(rest / states.length)
    return { variable, state }
  })
  const says = chosen.map(({ variable: { name }, state }) => {
    return typeof state === 'object' ? `\`${name}\` is \`${state.value}\`` : `\`${name}\` is not there`
  })
  return { scene: sceneOf(chosen), says: says.join(', ') }
}

interface Made {
  [member: string]: Made | Literal
}

function sceneOf(chosen: readonly { readonly variable: Variable; readonly state: State }[]): Scene {
  const document: Made = {}
  const request: Made = {}
  const entries: Made[] = []
  const label = new Map<string, Literal>()
  for (const { variable, state } of chosen) {
    if (variable.place === 'label') {
      if (typeof state === 'object') label.set(variable.path, state.value)
      continue
    }
    const list = variable.place === 'item' ? listAround(variable.path) : undefined
    const holder =
      list === undefined ? (variable.place === 'item' ? document : request) : entryAt(entries, list)
    put(holder, membersOf(variable), state)
  }
  return { document, request, entries, label: labelOf(label) }
}

function labelOf(parts: ReadonlyMap<string, Literal>): Label {
  const [policy, classification] = [
    String(parts.get('policy') ?? ''),
    String(parts.get('classification') ?? ''),
  ]
  const sensitive = parts.get('sensitive')
  return typeof sensitive === 'boolean' ? { policy, classification, sensitive } : { policy, classification }
}

/** The member names below the document, the request, or the entry of the innermost list. */
function membersOf({ path }: Variable): readonly string[] {
  const list = listAround(path)
  return (list === undefined ? path : path.slice(list.length + 1)).split('.')
}

function entryAt(entries: Made[], list: string): Made {
  const depth = list.split('[]').length - 2
  while (entries.length <= depth) entries.push({})
  return entries[depth] ?? {}
}

function put(holder: Made, members: readonly string[], state: State): void {
  if (state === 'bare') return
  let here = holder
  for (const member of members.slice(0, -1)) {
    const below = here[member]
    const group: Made = typeof below === 'object' ? below : {}
    here[member] = group
    here = group
  }
  if (state !== 'absent') here[members.at(-1) ?? ''] = state.value
}
