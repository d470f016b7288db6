import type { Json } from '../../kit/kit.ts'
import type { Catalogue, Leaf } from '../../terms/terms.ts'
import { bindCondition, type Test } from '../condition.ts'
import type { Draft } from '../draft.ts'
import { markOf } from './shape.ts'

/** What is looked for in a document, or in each entry of a list, to tell its shape. Everything the catalogue knows is in it. */
export interface Outline {
  /** The position of its entry among the entries around; -1 for the document. */
  readonly depth: number
  readonly parts: readonly Part[]
  readonly conditions: readonly KeptCondition[]
}

export type Part =
  | { readonly kind: 'item'; readonly name: string; readonly path: string }
  | { readonly kind: 'values'; readonly name: string; readonly path: string }
  | { readonly kind: 'choice'; readonly name: string; readonly path: string; readonly choices: Choices }
  | { readonly kind: 'group'; readonly name: string; readonly path: string; readonly parts: readonly Part[] }
  | { readonly kind: 'list'; readonly name: string; readonly path: string; readonly entry: Outline }

/** The closed choice that a control item is: each value with its number, from 2 on. */
export interface Choices {
  readonly numbers: ReadonlyMap<Json, number>
  /** How many bits a number takes. */
  readonly bits: number
}

/** A named condition of the agreement that speaks of this place. */
export interface KeptCondition {
  /** `name#mark` */
  readonly name: string
  readonly test: Test
  /** Whether the choices that are kept already say how it comes out. */
  readonly follows: boolean
}

/** The outline of one resource under one agreement. */
export function makeOutline(catalogue: Catalogue, draft: Draft): Outline {
  const root: Growing = { depth: -1, parts: [], conditions: [] }
  const lists = new Map<string, Growing>([['', root]])
  for (const leaf of catalogue.leaves.values()) if (!leaf.derived) plant(lists, root, leaf)
  for (const [name, { expression }] of draft.conditions) {
    const binding = expression && bindCondition(expression, catalogue)
    if (!expression || !binding?.ok) continue
    const { test, inputs, list } = binding.condition
    const follows = inputs.every(({ kind, path }) => {
      return kind === 'item' && choicesOf(catalogue.leaves.get(path)) !== undefined
    })
    lists.get(list ?? '')?.conditions.push({ name: `${name}#${markOf(expression)}`, test, follows })
  }
  return root
}

interface Growing extends Outline {
  readonly parts: GrowingPart[]
  readonly conditions: KeptCondition[]
}

type GrowingGroup = Extract<Part, { kind: 'group' }> & { readonly parts: GrowingPart[] }
type GrowingList = Extract<Part, { kind: 'list' }> & { readonly entry: Growing }
type GrowingPart = Extract<Part, { kind: 'item' | 'values' | 'choice' }> | GrowingGroup | GrowingList

function plant(lists: Map<string, Growing>, root: Growing, leaf: Leaf): void {
  const steps = leaf.path.split('.')
  const last = steps.pop() ?? ''
  let level = root
  let parts = root.parts
  let path = ''
  for (const step of steps) {
    path = path === '' ? step : `${path}.${step}`
    if (step.endsWith('[]')) {
      level = entryOf(parts, path, step.slice(0, -2), level.depth + 1)
      lists.set(path, level)
      parts = level.parts
    } else parts = groupOf(parts, path, step)
  }
  parts.push(partOf(leaf, last))
}

function partOf(leaf: Leaf, last: string): GrowingPart {
  const { path } = leaf
  if (last.endsWith('[]')) return { kind: 'values', name: last.slice(0, -2), path }
  const choices = choicesOf(leaf)
  return choices ? { kind: 'choice', name: last, path, choices } : { kind: 'item', name: last, path }
}

function groupOf(parts: GrowingPart[], path: string, name: string): GrowingPart[] {
  const known = parts.find(part => part.kind === 'group' && part.name === name)
  if (known?.kind === 'group') return known.parts
  const made: GrowingGroup = { kind: 'group', name, path, parts: [] }
  parts.push(made)
  return made.parts
}

function entryOf(parts: GrowingPart[], path: string, name: string, depth: number): Growing {
  const known = parts.find(part => part.kind === 'list' && part.name === name)
  if (known?.kind === 'list') return known.entry
  const made: GrowingList = { kind: 'list', name, path, entry: { depth, parts: [], conditions: [] } }
  parts.push(made)
  return made.entry
}

/** The values of a control item, where these are a closed choice; undefined for every other item. */
function choicesOf(leaf: Leaf | undefined): Choices | undefined {
  if (!leaf?.control || leaf.path.endsWith('[]')) return undefined
  const values: readonly Json[] = leaf.type === 'bool' ? [false, true] : (leaf.values ?? [])
  if (values.length === 0 || leaf.derived) return undefined
  return {
    numbers: new Map(values.map((value, index) => [value, index + 2])),
    bits: Math.ceil(Math.log2(values.length + 2)),
  }
}
