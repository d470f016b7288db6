import { type Digest, isJsonObject, type JsonObject } from '../kit/kit.ts'
import type { Bounds, Catalogue, Leaf, LeafType, Problem, Requirement, Sensitivity } from '../terms/terms.ts'
import { SENSITIVITIES } from '../terms/terms.ts'
import { leafTest } from './leaf-test.ts'
import { follow, MAX_DEPTH, typesOf } from './parts.ts'
import { asksNothing, requirementOf } from './requirements.ts'

/** Compiles the part of a schema at a JSON Pointer fragment into a test of one value. */
export type LeafTest = (fragment: string) => (value: unknown) => boolean

interface Drawing {
  readonly root: JsonObject
  readonly file: string
  readonly testOf: LeafTest
  readonly leaves: Map<string, Leaf>
  readonly items: Map<string, string>
  readonly lengths: Map<string, number>
  readonly fewest: Map<string, number>
  readonly requirements: Map<string, Requirement>
  readonly problems: Problem[]
}

/**
 * Draws the catalogue of a document schema: every leaf with its type, its sensitivity, its bounds and whether conditions may read
 * it, every list of objects with the name of one entry, how long each list may be and has to be, and what each object has to hold.
 *
 * @returns the catalogue and every problem found: a leaf without `x-sensitivity`, a list without `x-item`, an open object
 */
export function drawCatalogue(
  schema: JsonObject,
  about: { resource: string; version: string; digest: Digest; file: string; testOf: LeafTest },
): { readonly catalogue: Catalogue; readonly problems: readonly Problem[] } {
  const drawing: Drawing = {
    root: schema,
    file: about.file,
    testOf: about.testOf,
    leaves: new Map(),
    items: new Map(),
    lengths: new Map(),
    fewest: new Map(),
    requirements: new Map(),
    problems: [],
  }
  noteRequirement(drawing, schema, '')
  drawObject(drawing, schema, '', '#')
  const { resource, version, digest } = about
  const { leaves, items, lengths, fewest, requirements, problems } = drawing
  return { catalogue: { resource, version, digest, leaves, items, lengths, fewest, requirements }, problems }
}

/** @param written the object as it stands in the schema, so that what it asks beside a reference counts */
function noteRequirement(drawing: Drawing, written: JsonObject, path: string): void {
  const requirement = requirementOf(drawing.root, written)
  if (!asksNothing(requirement)) drawing.requirements.set(path, requirement)
}

function drawObject(drawing: Drawing, node: JsonObject, path: string, fragment: string): void {
  if (node['additionalProperties'] !== false || node['patternProperties'] !== undefined)
    complain(drawing, path, 'schema-open', 'is an object that accepts unknown members')
  const properties = node['properties']
  if (!isJsonObject(properties)) return
  for (const [name, member] of Object.entries(properties)) {
    if (!isJsonObject(member)) continue
    const below = path === '' ? name : `${path}.${name}`
    drawNode(drawing, member, below, `${fragment}/properties/${escapePointer(name)}`)
  }
}

function drawNode(drawing: Drawing, written: JsonObject, path: string, fragment: string): void {
  if (path.split('.').length > MAX_DEPTH)
    return complain(drawing, path, 'schema-deep', 'is nested too deeply, or in itself')
  const { node, fragment: place } = follow(drawing.root, written, fragment)
  const types = typesOf(node)
  if (node['x-type'] !== undefined || written['x-type'] !== undefined)
    return drawLeaf(drawing, { ...node, ...written }, path, fragment)
  if (types.includes('object')) {
    noteRequirement(drawing, written, path)
    return drawObject(drawing, node, path, place)
  }
  if (types.includes('array')) return drawList(drawing, node, path, place)
  drawLeaf(drawing, { ...node, ...written }, path, fragment)
}

function drawList(drawing: Drawing, node: JsonObject, path: string, fragment: string): void {
  const items = node['items']
  if (!isJsonObject(items)) return complain(drawing, path, 'schema-list', 'is a list without `items`')
  const { node: entry, fragment: place } = follow(drawing.root, items, `${fragment}/items`)
  const below = `${path}[]`
  const { maxItems, minItems } = node
  if (typeof maxItems === 'number') drawing.lengths.set(below, maxItems)
  if (typeof minItems === 'number') drawing.fewest.set(below, minItems)
  if (!typesOf(entry).includes('object') || entry['x-type'] !== undefined) {
    const sensitivity = node['x-sensitivity']
    const inherited = sensitivity === undefined ? {} : { 'x-sensitivity': sensitivity }
    const control = node['x-control'] === undefined ? {} : { 'x-control': node['x-control'] }
    return drawLeaf(drawing, { ...inherited, ...control, ...entry }, below, `${fragment}/items`)
  }
  const item = node['x-item'] ?? entry['x-item']
  if (typeof item === 'string') drawing.items.set(below, item)
  else complain(drawing, path, 'schema-item', 'is a list of objects without `x-item`')
  noteRequirement(drawing, items, below)
  drawObject(drawing, entry, below, place)
}

function drawLeaf(drawing: Drawing, node: JsonObject, path: string, fragment: string): void {
  const sensitivity = node['x-sensitivity']
  if (!isSensitivity(sensitivity))
    return complain(drawing, path, 'schema-sensitivity', 'has no known `x-sensitivity`')
  const type = leafTypeOf(node)
  if (type === undefined) return complain(drawing, path, 'schema-type', 'has no type that a leaf can have')
  const derived = node['x-derived'] === true
  const inList = path.includes('[]')
  if ((type === 'table' && !derived) || (derived && (node['x-control'] === true || inList)))
    return complain(
      drawing,
      path,
      'schema-derived',
      'has to be derived if it is a table; what is derived stands outside lists and is not for conditions',
    )
  let test = leafTest(drawing.root, fragment)
  drawing.leaves.set(path, {
    path,
    type,
    sensitivity,
    control: node['x-control'] === true,
    values: valuesOf(node, type),
    bounds: boundsOf(node, type),
    ...(derived ? { derived } : {}),
    valid: value => {
      test ??= drawing.testOf(fragment)
      return test(value)
    },
  })
}

/** The values of an enumeration, or the keys that a table has. */
function valuesOf(node: JsonObject, type: LeafType): readonly string[] | undefined {
  const names = node['propertyNames']
  const listed = type === 'table' && isJsonObject(names) ? names['enum'] : node['enum']
  return Array.isArray(listed) ? listed.filter(value => typeof value === 'string') : undefined
}

const TEXTS: ReadonlySet<LeafType> = new Set(['text', 'id', 'phone', 'time', 'date'])
const NUMBERS: ReadonlySet<LeafType> = new Set(['count', 'number'])

function boundsOf(node: JsonObject, type: LeafType): Bounds {
  const { minLength, maxLength, pattern, minimum, maximum } = node
  const accuracyM = node['x-accuracy-m']
  if (type === 'place') return typeof accuracyM === 'number' ? { accuracyM } : {}
  if (TEXTS.has(type))
    return {
      ...(typeof minLength === 'number' ? { minLength } : {}),
      ...(typeof maxLength === 'number' ? { maxLength } : {}),
      ...(typeof pattern === 'string' ? { pattern } : {}),
    }
  if (!NUMBERS.has(type)) return {}
  return {
    ...(typeof minimum === 'number' ? { minimum } : {}),
    ...(typeof maximum === 'number' ? { maximum } : {}),
    ...(typesOf(node).includes('string') ? { banded: true } : {}),
  }
}

const LEAF_TYPES: ReadonlySet<string> = new Set(['place', 'phone', 'id', 'table'] satisfies LeafType[])

function leafTypeOf(node: JsonObject): LeafType | undefined {
  const declared = node['x-type']
  if (typeof declared === 'string') return LEAF_TYPES.has(declared) ? (declared as LeafType) : undefined
  const types = typesOf(node)
  if (types.includes('boolean')) return 'bool'
  if (types.includes('integer')) return 'count'
  if (types.includes('number')) return 'number'
  if (Array.isArray(node['enum'])) return 'enum'
  if (!types.includes('string')) return undefined
  if (node['format'] === 'date-time') return 'time'
  return node['format'] === 'date' ? 'date' : 'text'
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function isSensitivity(value: unknown): value is Sensitivity {
  return typeof value === 'string' && (SENSITIVITIES as readonly string[]).includes(value)
}

function complain(drawing: Drawing, path: string, code: string, says: string): void {
  drawing.problems.push({
    file: drawing.file,
    line: 0,
    column: 0,
    code,
    says: `\`${path || '(root)'}\` ${says}`,
  })
}
