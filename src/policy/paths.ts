import type { Catalogue, Leaf } from '../terms/terms.ts'
import type { ConditionFault, Input, Scene } from './condition.ts'
import type { PathExpression } from './expression.ts'
import { didYouMean } from './findings.ts'

/** What a condition can compare; `any` for what the request says, which no catalogue describes. */
export type ValueType = 'string' | 'number' | 'boolean' | 'any'

/** The state of binding one condition to the catalogue of one resource. */
export interface Binder {
  readonly catalogue: Catalogue
  readonly inputs: Input[]
  /** Readers of the items among the inputs. */
  readonly items: ((scene: Scene) => unknown)[]
  readonly faults: ConditionFault[]
  list: string | undefined
}

/** Where the value of a dotted path is found. */
export interface Found {
  readonly holder: (scene: Scene) => unknown
  readonly members: readonly string[]
  readonly type: ValueType
  readonly leaf: Leaf | undefined
}

const LABEL: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['policy', 'string'],
  ['classification', 'string'],
  ['sensitive', 'boolean'],
])

/** The name under which conditions see a document: `operation` for `police.operation`. */
export function shortName(resource: string): string {
  return resource.slice(resource.lastIndexOf('.') + 1)
}

/** Own members of an object only: nothing inherited is ever read, nor the length of a list. */
export function memberOf(value: unknown, member: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (!Object.hasOwn(value, member)) return undefined
  return (value as Readonly<Record<string, unknown>>)[member]
}

export function fault(binder: Binder, code: string, says: string): undefined {
  binder.faults.push({ code, says })
  return undefined
}

/** Finds what a dotted path means: part of the label, of the request, of the document or of a surrounding entry. */
export function resolvePath(binder: Binder, { names }: PathExpression): Found | undefined {
  const [root = '', ...members] = names
  if (members.length === 0)
    return fault(binder, 'unknown-path', `\`${root}\` is not an item that conditions can read`)
  if (root === 'label') return labelMember(binder, members)
  if (root !== 'request') return itemOf(binder, root, members)
  binder.inputs.push({ kind: 'request', path: members.join('.') })
  return { holder: ({ request }) => request, members, type: 'any', leaf: undefined }
}

function labelMember(binder: Binder, members: readonly string[]): Found | undefined {
  const path = members.join('.')
  const type = LABEL.get(path)
  if (!type)
    return fault(binder, 'unknown-path', `a label has no \`${path}\`${didYouMean(path, LABEL.keys())}`)
  binder.inputs.push({ kind: 'label', path })
  return { holder: ({ label }) => label, members, type, leaf: undefined }
}

function itemOf(binder: Binder, root: string, members: readonly string[]): Found | undefined {
  const { catalogue } = binder
  const base = baseOf(catalogue, root)
  if (base === undefined) {
    const hint = didYouMean(root, [
      shortName(catalogue.resource),
      ...catalogue.items.values(),
      'label',
      'request',
    ])
    return fault(binder, 'unknown-path', `\`${root}\` means nothing in \`${catalogue.resource}\`${hint}`)
  }
  const path = base + members.join('.')
  const leaf = catalogue.leaves.get(path)
  if (!leaf) return fault(binder, ...missing(catalogue, path))
  if (!leaf.control) return fault(binder, 'not-control', `\`${path}\` may not be read by conditions`)
  const type = valueType(leaf)
  if (!type) return fault(binder, 'condition-type', `\`${path}\` is a place, which conditions cannot compare`)
  binder.inputs.push({ kind: 'item', path })
  noteList(binder, base)
  return { holder: holderOf(base), members, type, leaf }
}

/** Why a path is not an item: it is a group of items, or nothing at all. */
export function missing(catalogue: Catalogue, path: string): [code: string, says: string] {
  const paths = [...catalogue.leaves.keys()]
  const group = paths.some(known => known.startsWith(`${path}.`) || known.startsWith(`${path}[]`))
  if (group) return ['not-a-leaf', `\`${path}\` is a group of items, not one item`]
  return [
    'unknown-path',
    `the catalogue of \`${catalogue.resource}\` has no \`${path}\`${didYouMean(path, paths)}`,
  ]
}

/** `` for the document, `command[].` for an entry, undefined for a name that is unknown or means two things. */
export function baseOf(catalogue: Catalogue, root: string): string | undefined {
  const bases = [...catalogue.items].filter(([, item]) => item === root).map(([list]) => `${list}.`)
  if (root === shortName(catalogue.resource)) bases.push('')
  return bases.length === 1 ? bases[0] : undefined
}

function holderOf(base: string): (scene: Scene) => unknown {
  if (base === '') return ({ document }) => document
  const depth = base.split('[]').length - 2
  return ({ entries }) => entries[depth]
}

function noteList(binder: Binder, base: string): void {
  if (base === '') return
  const list = base.slice(0, -1)
  if (binder.list === undefined || isWithin(list, binder.list)) binder.list = list
  else if (!isWithin(binder.list, list)) {
    fault(binder, 'condition-scope', `entries of \`${list}\` and \`${binder.list}\` never see each other`)
  }
}

/** Whether a path lies in an entry of a list, or is that list itself. */
export function isWithin(path: string, list: string): boolean {
  return path === list || path.startsWith(`${list}.`)
}

function valueType({ type }: Leaf): ValueType | undefined {
  switch (type) {
    case 'place':
      return undefined
    case 'bool':
      return 'boolean'
    case 'count':
    case 'number':
      return 'number'
    default:
      return 'string'
  }
}
