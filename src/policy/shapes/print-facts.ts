import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'
import { countValues, entryKey, type Run } from './key.ts'
import type { Outline, Part } from './outline.ts'

/** How many groups of entries a list keeps, by how many lists it stands in; the entries beyond them are only counted. */
const MOST_GROUPS = [24, 6, 2]

interface Sheet {
  readonly items: string[]
  readonly bare: string[]
  readonly choices: [string, Json][]
  readonly values: [string, Json][]
  readonly lists: [string, Json][]
}

/** What the outline finds in a document or an entry, in the JSON form of a shape. What there is none of is left out. */
export function printFacts({ parts, conditions }: Outline, holder: JsonObject, run: Run): JsonObject {
  const sheet: Sheet = { items: [], bare: [], choices: [], values: [], lists: [] }
  const truths = conditions.map(({ name, test }): [string, Json] => [name, test(run) ?? null])
  fill(sheet, parts, holder, run)
  return {
    ...(sheet.items.length === 0 ? {} : { items: sheet.items }),
    ...(sheet.bare.length === 0 ? {} : { bare: sheet.bare }),
    ...membersOf('choices', sheet.choices),
    ...membersOf('values', sheet.values),
    ...membersOf('truths', truths),
    ...membersOf('lists', sheet.lists),
  }
}

function membersOf(name: string, members: readonly [string, Json][]): JsonObject {
  return members.length === 0 ? {} : { [name]: Object.fromEntries(members) }
}

/** True where anything was found. */
function fill(sheet: Sheet, parts: readonly Part[], holder: JsonObject, run: Run): void {
  for (const part of parts) {
    const value = Object.hasOwn(holder, part.name) ? holder[part.name] : undefined
    if (value !== undefined && value !== null) fillPart(sheet, part, value, run)
  }
}

function fillPart(sheet: Sheet, part: Part, value: Json, run: Run): void {
  const { path } = part
  switch (part.kind) {
    case 'item':
      sheet.items.push(path)
      return
    case 'choice':
      sheet.items.push(path)
      if (part.choices.numbers.has(value)) sheet.choices.push([path, value])
      return
    case 'values':
      if (countValues(value) > 0) sheet.values.push([path, countValues(value)])
      return
    case 'group': {
      if (!isJsonObject(value)) return
      const before = sizeOf(sheet)
      fill(sheet, part.parts, value, run)
      if (sizeOf(sheet) === before) sheet.bare.push(path)
      return
    }
    case 'list': {
      const entries = Array.isArray(value) ? printEntries(part.entry, value, run) : undefined
      if (entries) sheet.lists.push([path, entries])
    }
  }
}

function sizeOf({ items, bare, values, lists }: Sheet): number {
  return items.length + bare.length + values.length + lists.length
}

/** Entries that look alike are put together; the largest groups come first. Undefined where there is no entry. */
function printEntries(entry: Outline, value: readonly Json[], run: Run): JsonObject | undefined {
  const alike = new Map<string, { readonly entry: JsonObject; count: number }>()
  for (const one of value) {
    if (!isJsonObject(one)) continue
    const key = entryKey(entry, one, run)
    const known = alike.get(key)
    if (known) known.count += 1
    else alike.set(key, { entry: one, count: 1 })
  }
  if (alike.size === 0) return undefined
  const groups = [...alike.values()].map(one => {
    run.entries[entry.depth] = one.entry
    const facts = printFacts(entry, one.entry, run)
    run.entries.length = entry.depth
    return { count: one.count, facts }
  })
  const kept = inOrder(groups).slice(0, MOST_GROUPS[entry.depth] ?? 1)
  const sum = (all: readonly { readonly count: number }[]) =>
    all.reduce((total, { count }) => total + count, 0)
  const more = sum(groups) - sum(kept)
  return { groups: kept, ...(more === 0 ? {} : { more }) }
}

type Group = { readonly count: number; readonly facts: JsonObject }

/** The same for every order of the entries. */
function inOrder(groups: readonly Group[]): readonly Group[] {
  const told = groups.map(group => ({ group, text: canonicalJson(group.facts) }))
  return told
    .sort((a, b) => b.group.count - a.group.count || (a.text < b.text ? -1 : 1))
    .map(({ group }) => group)
}
