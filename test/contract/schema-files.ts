import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'

const root = join(import.meta.dirname, '../..')
export const schemaFolder = join(root, 'schemas')
export const documentFolder = join(import.meta.dirname, 'documents')

/** Independent test data; absent on a machine that has only the project. */
export const conformanceFolder = process.env['CONFORMANCE_DATA'] ?? join(root, '../shared/data')
export const hasConformanceData = existsSync(conformanceFolder)

export function readObject(...path: readonly string[]): JsonObject {
  const value = JSON.parse(readFileSync(join(...path), 'utf8')) as unknown
  if (!isJsonObject(value)) throw new Error(`${path.at(-1)} is not an object`)
  return value
}

/** Every published schema, older versions among them, as it is written. */
export function schemaFiles(): readonly { readonly name: string; readonly schema: JsonObject }[] {
  const vocabularies = readdirSync(schemaFolder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return vocabularies.flatMap(({ name: folder }) => {
    const files = folder === 'codes' ? [] : readdirSync(join(schemaFolder, folder))
    const schemas = files.filter(file => file.endsWith('.json'))
    return schemas.map(file => ({
      name: `${folder}/${file}`,
      schema: readObject(schemaFolder, folder, file),
    }))
  })
}

/** One part of a schema and where it stands: `lines[].reportTo.name`. */
export interface Part {
  readonly path: string
  readonly node: JsonObject
  /** A place or a table is one value, whatever it is made of. */
  readonly kind: 'object' | 'list' | 'leaf'
}

/** Every object, list and leaf of a schema, references within it followed. */
export function partsOf(schema: JsonObject): readonly Part[] {
  return [...below(schema, schema, '')]
}

function* below(schema: JsonObject, written: Json | undefined, path: string): Generator<Part> {
  const node = follow(schema, written)
  const kind = kindOf(node)
  yield { path, node, kind }
  if (kind === 'list') yield* below(schema, node['items'], `${path}[]`)
  if (kind !== 'object') return
  for (const [name, member] of Object.entries(objectAt(node, 'properties')))
    yield* below(schema, member, path === '' ? name : `${path}.${name}`)
}

export function kindOf(node: JsonObject): Part['kind'] {
  if (node['x-type'] !== undefined) return 'leaf'
  const types = typesOf(node)
  if (types.includes('array')) return 'list'
  return types.includes('object') ? 'object' : 'leaf'
}

export function follow(schema: JsonObject, written: Json | undefined): JsonObject {
  if (!isJsonObject(written)) throw new Error('a part of a schema is not an object')
  const reference = written['$ref']
  if (typeof reference !== 'string') return written
  let found: Json | undefined = schema
  for (const step of reference.slice(2).split('/')) found = isJsonObject(found) ? found[step] : undefined
  if (!isJsonObject(found)) throw new Error(`\`${reference}\` leads nowhere`)
  const { $ref: _, ...beside } = written
  return { ...found, ...beside }
}

export function typesOf(node: JsonObject): readonly Json[] {
  const type = node['type']
  if (Array.isArray(type)) return type
  if (type !== undefined) return [type]
  return Array.isArray(node['enum']) ? ['string'] : []
}

export function objectAt(node: JsonObject, name: string): JsonObject {
  const value = node[name]
  return isJsonObject(value) ? value : {}
}

export function textsAt(node: JsonObject, name: string): readonly string[] {
  const value = node[name]
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}
