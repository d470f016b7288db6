import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Catalogue, Leaf, LeafType, Sensitivity } from '../terms/terms.ts'
import { follow, typesOf } from './parts.ts'
import type { DocumentSchema } from './schemas.ts'

/** One item of a schema in words for the people who decide about it. */
export interface LeafDescription {
  /** Dotted, lists marked: `command[].officer.name`. */
  readonly path: string
  /** What may stand there, with its bounds: `whole number, 0 to 16`. */
  readonly holds: string
  /** As the schema has it, such as `m` or `GBP`; undefined for what is not measured. */
  readonly unit: string | undefined
  readonly sensitivity: Sensitivity
  /** True where conditions of an agreement may read it. */
  readonly control: boolean
  /** False where a document may be without it. */
  readonly required: boolean
  readonly description: string
}

/** What a schema is called and what it is for. */
export interface SchemaDescription {
  readonly title: string
  readonly description: string
  readonly leaves: readonly LeafDescription[]
  /** The lists in it, and how many entries each may have at most. */
  readonly lists: readonly { readonly path: string; readonly most: number }[]
}

/** A schema as a table: every leaf with its bounds, unit, sensitivity and meaning. */
export function describeSchema({ source, catalogue }: DocumentSchema): SchemaDescription {
  return {
    title: textIn(source, 'title'),
    description: textIn(source, 'description'),
    leaves: [...catalogue.leaves.values()].map(leaf => describeLeaf(source, leaf)),
    lists: listsOf(source, catalogue),
  }
}

function describeLeaf(root: JsonObject, leaf: Leaf): LeafDescription {
  const { node, required } = nodeAt(root, leaf.path)
  const unit = textIn(node, 'x-unit')
  return {
    path: leaf.path,
    holds: holdsOf(leaf, node),
    unit: unit === '' ? undefined : unit,
    sensitivity: leaf.sensitivity,
    control: leaf.control,
    required,
    description: textIn(node, 'description'),
  }
}

function listsOf(root: JsonObject, { leaves, items }: Catalogue): SchemaDescription['lists'] {
  const paths = [...items.keys(), ...[...leaves.keys()].filter(path => path.endsWith('[]'))]
  return paths.flatMap(path => {
    const { maxItems } = nodeAt(root, path.slice(0, -2)).node
    return typeof maxItems === 'number' ? [{ path, most: maxItems }] : []
  })
}

/** The part of a schema that a path names, with what references say of it, and whether every document has it. */
function nodeAt(root: JsonObject, path: string): { readonly node: JsonObject; readonly required: boolean } {
  let node = root
  let required = true
  for (const step of path.split('.')) {
    const name = step.replace(/\[\]$/, '')
    const { required: names, properties } = node
    required &&= Array.isArray(names) && names.includes(name) && name === step
    node = resolved(root, isJsonObject(properties) ? properties[name] : undefined)
    if (name !== step) node = { ...descriptionOf(node), ...resolved(root, node['items']) }
  }
  return { node, required }
}

function resolved(root: JsonObject, written: Json | undefined): JsonObject {
  if (!isJsonObject(written)) return {}
  return { ...follow(root, written, '#').node, ...written }
}

function descriptionOf({ description }: JsonObject): JsonObject {
  return description === undefined ? {} : { description }
}

const WORDS = {
  text: 'text',
  id: 'identifier',
  enum: 'one of',
  count: 'whole number',
  number: 'number',
  bool: 'yes or no',
  time: 'time',
  date: 'day',
  place: 'place',
  phone: 'telephone number',
  table: 'table',
} as const satisfies Record<LeafType, string>

/** Characters of an enumeration that a cell shows. */
const VALUES_SHOWN = 56

function holdsOf({ type, values }: Leaf, node: JsonObject): string {
  const list = textIn(node, 'x-code-list')
  const listed = type === 'enum' ? valueWords(values ?? [], list) : boundsOf(type, node)
  const unknown = typesOf(node).includes('null') ? ', or not known' : ''
  const band =
    typesOf(node).includes('string') && (type === 'count' || type === 'number') ? ', or a band' : ''
  return `${WORDS[type]}${listed}${band}${unknown}`
}

/** Long lists are told by their name and number; the schema has all of their values. */
function valueWords(values: readonly string[], list: string): string {
  const named = list === '' ? '' : ` (code list ${list})`
  const whole = values.join(', ')
  if (whole.length <= VALUES_SHOWN) return ` ${whole}${named}`
  const shown = values.filter((_value, index) => values.slice(0, index + 1).join(', ').length <= VALUES_SHOWN)
  return ` ${shown.join(', ')} and ${values.length - shown.length} more${named}`
}

function boundsOf(type: LeafType, node: JsonObject): string {
  const { minimum, maximum, maxLength } = node
  if (type === 'text' && typeof maxLength === 'number') return `, up to ${maxLength} characters`
  if (typeof minimum === 'number' && typeof maximum === 'number') return `, ${minimum} to ${maximum}`
  if (typeof minimum === 'number') return `, ${minimum} or more`
  return typeof maximum === 'number' ? `, up to ${maximum}` : ''
}

function textIn(node: JsonObject, name: string): string {
  const text = node[name]
  return typeof text === 'string' ? text : ''
}
