import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'

/** The values of a document by general path, such as `people[].name`, in the order in which they stand. */
export function valuesByPath(document: Json): ReadonlyMap<string, readonly Json[]> {
  const found = new Map<string, Json[]>()
  const visit = (value: Json, path: string): void => {
    if (Array.isArray(value)) for (const entry of value as readonly Json[]) visit(entry, `${path}[]`)
    else if (isJsonObject(value) && !isPlace(value)) {
      for (const [name, member] of Object.entries(value))
        visit(member, path === '' ? name : `${path}.${name}`)
    } else found.set(path, [...(found.get(path) ?? []), value])
  }
  visit(document, '')
  return found
}

function isPlace(value: JsonObject): boolean {
  return value['type'] === 'Point'
}

/** Every leaf as `general path = value`, with how often it occurs: entries may be dropped before others. */
export function shown(document: Json): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  for (const [path, values] of valuesByPath(document)) {
    for (const value of values) {
      const line = `${path}=${JSON.stringify(value)}`
      lines.set(line, (lines.get(line) ?? 0) + 1)
    }
  }
  return lines
}

/** Whether one outcome shows nothing that the other does not show as often at the same place. */
export function isWithin(less: JsonObject, more: JsonObject): boolean {
  const all = shown(more)
  return [...shown(less)].every(([line, count]) => count <= (all.get(line) ?? 0))
}

/** As it arrives: a value of its own. */
export function overTheWire(document: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(document)) as JsonObject
}

/** A copy in which whatever stands at a path, through all lists, is made anew; undefined removes it. */
export function changedAt(
  value: Json,
  steps: readonly string[],
  change: (present: Json) => Json | undefined,
): Json {
  const [step = '', ...rest] = steps
  const name = step.replace('[]', '')
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return value
  const { [name]: member = null, ...others } = value
  const made =
    rest.length === 0
      ? change(member)
      : Array.isArray(member)
        ? (member as readonly Json[]).map(entry => changedAt(entry, rest, change))
        : changedAt(member, rest, change)
  return made === undefined ? others : { ...value, [name]: made }
}

export function same(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
