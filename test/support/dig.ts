import { isJsonObject, type Json, type JsonObject, readJsonText } from '../../src/kit/kit.ts'

export function parse(text: string): Json {
  const reading = readJsonText(text)
  if (!reading.ok) throw new Error(`${reading.fault.says}: ${text.slice(0, 200)}`)
  return reading.value
}

export function asObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`)
  return value
}

/** What lies at a path of member names and list indexes; undefined where there is nothing. */
export function dig(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (Array.isArray(found) && typeof step === 'number') found = found[step]
    else found = isJsonObject(found) && Object.hasOwn(found, String(step)) ? found[String(step)] : undefined
  }
  return found
}
