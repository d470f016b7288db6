import { isJsonObject, type Json } from '../kit/kit.ts'

/** The value at a dotted path; a number steps into a list. Undefined where there is nothing. */
export function at(value: Json | undefined, path: string): Json | undefined {
  let found = value
  for (const step of path === '' ? [] : path.split('.')) {
    if (Array.isArray(found)) found = found[Number(step)]
    else found = isJsonObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
  }
  return found
}

/** The text at a path, `—` where there is nothing. */
export function textAt(value: Json | undefined, path: string): string {
  return show(at(value, path))
}

/** A value as a cell of a table. */
export function show(value: Json | undefined): string {
  if (value === undefined || value === null) return '—'
  if (typeof value !== 'object') return String(value)
  const coordinates = isJsonObject(value) ? value['coordinates'] : undefined
  return Array.isArray(coordinates) ? `${coordinates[1]}, ${coordinates[0]}` : JSON.stringify(value)
}

/** The list at a path; empty where there is none. */
export function listAt(value: Json | undefined, path: string): readonly Json[] {
  const found = at(value, path)
  return Array.isArray(found) ? found : []
}
