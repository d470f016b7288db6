import { canonicalJson, type Digest, digestOf, isDigest, isJsonObject, type Json } from '../../kit/kit.ts'
import { isRefusalCode, type RefusalCode } from '../../terms/terms.ts'
import type { Expression } from '../expression.ts'

/**
 * What a gateway keeps of one decided document instead of the document: which items were there, how often, and what the
 * conditions of the agreement made of them. No value, but those of control items that are a closed choice (an enumeration, a
 * flag); never a text, a name, a number, a time, a place or an id.
 */
export interface Shape {
  /** The digest of the agreement under which it was decided. */
  readonly agreement: Digest
  readonly resource: string
  readonly purpose: string
  readonly role: string
  /** Whether an urgent use was open, so that nobody asked who wanted it and at which stage. */
  readonly urgent: boolean
  readonly ending: 'released' | RefusalCode
  /** Whether the label of the request carried the mark *sensitive*; undefined where it did not say. */
  readonly sensitive: boolean | undefined
  /** Items of which some value did not fit its treatment and stayed. */
  readonly unfit: ReadonlySet<string>
  readonly whole: Facts
}

/** What is known of a document, or of each of the entries of a list that look alike. Items are named as in the catalogue. */
export interface Facts {
  /** Items that are there. */
  readonly items: ReadonlySet<string>
  /** Groups of items that are there with nothing in them. */
  readonly bare: ReadonlySet<string>
  /** The values of control items that are a closed choice. */
  readonly choices: ReadonlyMap<string, string | boolean>
  /** How many values a list of plain values holds. */
  readonly values: ReadonlyMap<string, number>
  /** The truth of each named condition that speaks of this place, by the mark of its expression; undefined: not to be told. */
  readonly truths: ReadonlyMap<string, boolean | undefined>
  readonly lists: ReadonlyMap<string, Entries>
}

export interface Entries {
  readonly groups: readonly AlikeEntries[]
  /** Entries beyond the groups that are kept. */
  readonly more: number
}

export interface AlikeEntries {
  readonly count: number
  readonly facts: Facts
}

/** 64 bits that stand for an expression, so that its truth is found again whatever the condition is called later. */
export function markOf(expression: Expression): string {
  return digestOf(canonicalJson(expression as unknown as Json)).slice(7, 23)
}

/**
 * Reads a shape from its JSON form:
 *
 * ```
 * { shape: 1, agreement, resource, purpose, role, ending, urgent?, sensitive?, unfit?, whole: facts }
 * facts: { items?: [path], bare?: [path], choices?: { path: value }, values?: { path: count },
 *          truths?: { "name#mark": true | false | null }, lists?: { path: { groups: [{ count, facts }], more? } } }
 * ```
 *
 * @returns undefined where it is not one
 */
export function readShape(value: Json): Shape | undefined {
  if (!isJsonObject(value) || value['shape'] !== 1) return undefined
  const { agreement, resource, purpose, role, ending, sensitive, urgent = false } = value
  const whole = readFacts(value['whole'])
  const unfit = readNames(value['unfit'])
  if (typeof agreement !== 'string' || !isDigest(agreement) || !whole || !unfit) return undefined
  if (typeof resource !== 'string' || typeof purpose !== 'string' || typeof role !== 'string')
    return undefined
  if (typeof ending !== 'string' || (ending !== 'released' && !isRefusalCode(ending))) return undefined
  if ((sensitive !== undefined && typeof sensitive !== 'boolean') || typeof urgent !== 'boolean')
    return undefined
  return { agreement, resource, purpose, role, urgent, ending, sensitive, unfit, whole }
}

function readFacts(value: Json | undefined): Facts | undefined {
  if (!isJsonObject(value)) return undefined
  const [items, bare] = [readNames(value['items']), readNames(value['bare'])]
  const choices = readMembers(value['choices'], readChoice)
  const values = readMembers(value['values'], readCount)
  const truths = readMembers(value['truths'], readTruth)
  const lists = readMembers(value['lists'], readEntries)
  if (!items || !bare || !choices || !values || !truths || !lists) return undefined
  const byMark = [...truths].map(([name, { truth }]) => [name.slice(name.indexOf('#') + 1), truth] as const)
  return { items, bare, choices, values, truths: new Map(byMark), lists }
}

function readNames(value: Json | undefined): ReadonlySet<string> | undefined {
  if (value === undefined) return new Set()
  if (!Array.isArray(value) || !value.every(name => typeof name === 'string')) return undefined
  return new Set(value)
}

function readMembers<One>(
  value: Json | undefined,
  read: (one: Json) => One | undefined,
): ReadonlyMap<string, One> | undefined {
  if (value === undefined) return new Map()
  if (!isJsonObject(value)) return undefined
  const found = new Map<string, One>()
  for (const [name, one] of Object.entries(value)) {
    const got = read(one)
    if (got === undefined) return undefined
    found.set(name, got)
  }
  return found
}

function readChoice(value: Json): string | boolean | undefined {
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}

function readCount(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined
}

function readTruth(value: Json): { readonly truth: boolean | undefined } | undefined {
  if (value === null) return { truth: undefined }
  return typeof value === 'boolean' ? { truth: value } : undefined
}

function readEntries(value: Json): Entries | undefined {
  if (!isJsonObject(value) || !Array.isArray(value['groups'])) return undefined
  const written: readonly Json[] = value['groups']
  const groups = written.flatMap(readAlike)
  const more = value['more'] === undefined ? 0 : readCount(value['more'])
  return more === undefined || groups.length < written.length ? undefined : { groups, more }
}

function readAlike(value: Json): AlikeEntries[] {
  if (!isJsonObject(value)) return []
  const [count, facts] = [readCount(value['count']), readFacts(value['facts'])]
  return count === undefined || facts === undefined ? [] : [{ count, facts }]
}
