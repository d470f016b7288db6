import { isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'
import type { Catalogue, Leaf } from '../../terms/terms.ts'
import type { Condition, Scene } from '../condition.ts'
import { listAround } from '../resolved.ts'

interface Growing {
  [member: string]: Json
}

/** A document with one entry in every list, every item marked, and what conditions read as the case has it. */
export function marked(
  catalogue: Catalogue,
  conditions: readonly Condition[],
  given: Scene,
): { readonly document: JsonObject; readonly marks: ReadonlyMap<string, string> } {
  const document: Growing = {}
  const marks = new Map<string, string>()
  const inputs = conditions.flatMap(one => one.inputs)
  const read = new Set(inputs.flatMap(({ kind, path }) => (kind === 'item' ? [path] : [])))
  let number = 0
  for (const leaf of catalogue.leaves.values()) {
    number += 1
    if (read.has(leaf.path)) {
      const value = valueIn(given, leaf.path)
      if (value !== undefined) plant(document, leaf.path, value)
      continue
    }
    const { value, mark } = markFor(leaf, number)
    plant(document, leaf.path, value)
    if (mark !== undefined) marks.set(leaf.path, mark)
  }
  return { document, marks }
}

function valueIn({ document, entries }: Scene, path: string): Json | undefined {
  const list = listAround(path)
  let at: Json | undefined = list === undefined ? document : entries[list.split('[]').length - 2]
  for (const step of (list === undefined ? path : path.slice(list.length + 1)).split('.'))
    at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
  return at
}

function plant(document: Growing, path: string, value: Json): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let holder = document
  for (const step of steps) holder = below(holder, step)
  if (last.endsWith('[]')) holder[last.slice(0, -2)] = [value]
  else holder[last] = value
}

/** The group, or the one entry of a list, that a step leads to. */
function below(holder: Growing, step: string): Growing {
  const name = step.replace('[]', '')
  const known = holder[name]
  const there = Array.isArray(known) ? known[0] : known
  if (isGrowing(there)) return there
  const made: Growing = {}
  holder[name] = step.endsWith('[]') ? [made] : made
  return made
}

function isGrowing(value: Json | undefined): value is Growing {
  return isJsonObject(value)
}

/** A value that no other item has, and how it would be seen in a text; no mark where there are too few values to tell. */
function markFor(leaf: Leaf, number: number): { readonly value: Json; readonly mark: string | undefined } {
  switch (leaf.type) {
    case 'bool':
      return { value: true, mark: undefined }
    case 'enum':
      return { value: leaf.values?.[0] ?? 'none', mark: undefined }
    case 'count':
    case 'number':
      return { value: 7_310_003 + number * 17, mark: `${7_310_003 + number * 17}` }
    case 'time':
    case 'date': {
      const day = new Date(Date.UTC(2031, 0, 2) + number * 86_400_000 + 3_661_000)
      const text =
        leaf.type === 'date' ? day.toISOString().slice(0, 10) : `${day.toISOString().slice(0, 19)}Z`
      return { value: text, mark: text }
    }
    case 'place':
      return placeMark(leaf, number)
    default: {
      const mark = `canary-${number}-mark`
      return { value: mark, mark }
    }
  }
}

/** In whichever of the three ways the schema writes a place. */
function placeMark(leaf: Leaf, number: number): { readonly value: Json; readonly mark: string } {
  const [lon, lat] = [-4 - (number * 7 + 1) / 100_000, 55.5]
  const digits = `${21_001 + number * 7}${91_003 + number * 7}`
  const ways = [
    { value: { type: 'Point', coordinates: [lon, lat] }, mark: `${lon}` },
    { value: { lat, lon }, mark: `${lon}` },
    { value: `30UVG${digits}`, mark: digits },
  ]
  return ways.find(({ value }) => leaf.valid(value)) ?? { value: `30UVG${digits}`, mark: digits }
}
