import type { Json, JsonObject } from './json.ts'

/**
 * The canonical text of a JSON value (RFC 8785, JCS): members sorted by UTF-16 code units, numbers and strings as
 * ECMAScript prints them, no white space. Two equal values have one text, so it is what digests and signatures cover.
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const object = value as JsonObject
  const members = Object.keys(object)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`)
  return `{${members.join(',')}}`
}
