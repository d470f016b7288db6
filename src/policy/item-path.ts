import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'

/** A path as worked examples write it: `command[0].officer.name` for one value, `command[].officer.name` for all of them. */
export interface ItemPath {
  readonly steps: readonly { readonly member: string; readonly entry: number | 'every' | undefined }[]
  /** The path as the catalogue writes it, without positions. */
  readonly general: string
}

const STEP = /^([^.[\]]+)(?:\[(\d{0,6})\])?$/

export function readItemPath(text: string): ItemPath | undefined {
  const steps: { member: string; entry: number | 'every' | undefined }[] = []
  for (const part of text.split('.')) {
    const match = STEP.exec(part)
    if (!match) return undefined
    const [, member = '', position] = match
    steps.push({
      member,
      entry: position === undefined ? undefined : position === '' ? 'every' : Number(position),
    })
  }
  return { steps, general: text.replaceAll(/\[\d+\]/g, '[]') }
}

/** Every value that a path leads to. */
export function valuesAt(document: Json, { steps }: ItemPath): readonly Json[] {
  let found: readonly Json[] = [document]
  for (const { member, entry } of steps) {
    found = found.flatMap(value => {
      const next = isJsonObject(value) && Object.hasOwn(value, member) ? value[member] : undefined
      if (next === undefined || next === null) return []
      if (entry === undefined) return [next]
      if (!Array.isArray(next)) return []
      return entry === 'every' ? next : next.slice(entry, entry + 1)
    })
  }
  return found
}

/** A copy of a document with one value put in, or taken out; undefined where the path does not lead anywhere in it. */
export function withValue(
  document: JsonObject,
  { steps }: ItemPath,
  value: Json | undefined,
): JsonObject | undefined {
  const copy = structuredClone(document) as Changeable
  let holder = copy
  for (const [index, { member, entry }] of steps.entries()) {
    const last = index === steps.length - 1
    if (entry === undefined) {
      if (last) return put(copy, holder, member, value)
      const below = Object.hasOwn(holder, member) ? holder[member] : undefined
      if (!isChangeable(below)) return undefined
      holder = below
      continue
    }
    const list = Object.hasOwn(holder, member) ? holder[member] : undefined
    if (!Array.isArray(list) || entry === 'every' || entry >= list.length) return undefined
    if (last) {
      list.splice(entry, 1, ...(value === undefined ? [] : [value]))
      return copy as JsonObject
    }
    const below: unknown = list[entry]
    if (!isChangeable(below)) return undefined
    holder = below
  }
  return undefined
}

interface Changeable {
  [member: string]: unknown
}

function isChangeable(value: unknown): value is Changeable {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function put(
  copy: Changeable,
  holder: Changeable,
  member: string,
  value: Json | undefined,
): JsonObject | undefined {
  if (value === undefined) {
    if (!Object.hasOwn(holder, member)) return undefined
    delete holder[member]
  } else holder[member] = value
  return copy as JsonObject
}

/** The first place in which two values differ, as a path; undefined where they are equal. `alike` may call two texts equal. */
export function differenceBetween(
  wanted: Json | undefined,
  found: Json | undefined,
  alike: (wanted: Json, found: Json) => boolean,
  path = '',
): string | undefined {
  if (wanted === found) return undefined
  if (wanted === undefined || found === undefined) return path
  if (Array.isArray(wanted) && Array.isArray(found)) {
    const indexes = Array.from({ length: Math.max(wanted.length, found.length) }, (_, index) => index)
    return firstOf(indexes, index =>
      differenceBetween(wanted[index], found[index], alike, `${path}[${index}]`),
    )
  }
  if (isJsonObject(wanted) && isJsonObject(found)) {
    const names = new Set([...Object.keys(wanted), ...Object.keys(found)])
    const below = (name: string) => (path === '' ? name : `${path}.${name}`)
    return firstOf([...names], name => differenceBetween(wanted[name], found[name], alike, below(name)))
  }
  return alike(wanted, found) ? undefined : path
}

function firstOf<One>(all: readonly One[], look: (one: One) => string | undefined): string | undefined {
  for (const one of all) {
    const found = look(one)
    if (found !== undefined) return found
  }
  return undefined
}
