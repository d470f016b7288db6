import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'

/** A document is read at most this deep; a schema that goes deeper refers to itself. */
export const MAX_DEPTH = 32

/** The JSON types that a part of a schema allows. */
export function typesOf(node: JsonObject): readonly Json[] {
  const type = node['type']
  if (Array.isArray(type)) return type
  if (type !== undefined) return [type as Json]
  if (Array.isArray(node['enum'])) return ['string']
  return node['properties'] === undefined ? [] : ['object']
}

/** A part of a schema, and the fragment that names it. */
export interface Part {
  readonly node: JsonObject
  readonly fragment: string
}

/** Follows references within the schema; one that leads nowhere, or in a circle, ends where it stands. */
export function follow(root: JsonObject, node: JsonObject, fragment: string): Part {
  let part: Part = { node, fragment }
  for (let step = 0; step < MAX_DEPTH; step++) {
    const reference = part.node['$ref']
    const target = typeof reference === 'string' ? partAt(root, reference) : undefined
    if (target === undefined) return part
    part = target
  }
  return part
}

/** The part of a schema that a reference within it names. */
export function partAt(root: JsonObject, reference: string): Part | undefined {
  if (!reference.startsWith('#/')) return undefined
  let found: Json = root
  for (const step of reference.slice(2).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isJsonObject(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name] ?? null
  }
  return isJsonObject(found) ? { node: found, fragment: reference } : undefined
}
