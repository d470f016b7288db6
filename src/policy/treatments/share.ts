import { isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'
import type { LeafType } from '../../terms/terms.ts'
import { copyShape, readPlace } from './place.ts'
import type { PreparedTreatment, TreatedLeaf, Treatment } from './treatment.ts'

/** The value as it is. Its type is looked at again, so that a number never slips through as a text. */
export const share: PreparedTreatment = {
  terms: {},
  reads: [],
  fits: () => true,
  forLeaf: (leaf: TreatedLeaf): Treatment => ({
    apply: leaf.type === 'place' ? copyPlace : scalarOf(leaf.type),
    accepts: value => leaf.valid(value),
  }),
}

function scalarOf(type: LeafType): (value: Json) => Json | undefined {
  const wanted = scalarType(type)
  return value => (typeof value === wanted ? value : undefined)
}

/** What `typeof` says of a value of this type. */
function scalarType(type: LeafType): 'string' | 'number' | 'boolean' {
  if (type === 'bool') return 'boolean'
  return type === 'count' || type === 'number' ? 'number' : 'string'
}

/** A place of its own with the known members only: nothing that leaves is shared with what stays. */
function copyPlace(value: Json): Json | undefined {
  const place = readPlace(value)
  if (!place) return copyShape(value)
  if (place.form === 'mgrs' || !isJsonObject(value)) return value
  if (place.form === 'pair')
    return withKnown(value, { lat: place.lat, lon: place.lon }, ['accuracyM', 'source', 'cell'])
  return withKnown(value, { type: 'Point', coordinates: [place.lon, place.lat] }, ['cell'])
}

function withKnown(value: JsonObject, core: JsonObject, known: readonly string[]): JsonObject {
  const copy: { [name: string]: Json } = { ...core }
  for (const name of known) {
    const member = value[name]
    if (typeof member === 'string' || typeof member === 'number') copy[name] = member
  }
  return copy
}
