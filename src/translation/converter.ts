import type { Json } from '../kit/kit.ts'
import type { Bounds, LeafType } from '../terms/terms.ts'
import type { LossOutcome, Manner, TranslationContext } from './mapping.ts'

/** What can stand at a path: a leaf, an object of leaves, a list of objects, or a value of the exchange itself. */
export type SiteType = LeafType | 'group' | 'list' | 'label' | 'instant' | 'agency'

/** What a mapping reads or writes, as its catalogue knows it. */
export interface Spot {
  readonly path: string
  readonly type: SiteType
  /** The values of an enumeration, the keys of a table, the names of the members of a group; otherwise undefined. */
  readonly values: readonly string[] | undefined
}

/** One thing that a converter reads. A converter with one slot calls it `value`. */
export interface Slot {
  readonly name: string
  readonly types: readonly SiteType[]
  readonly optional?: boolean
  /** The parameters that name the members of a list which are read; without them every leaf of it counts as read. */
  readonly members?: readonly string[]
}

/** One entry of a conversion table: what the value becomes, and how well. */
export interface TableEntry {
  readonly is: string
  readonly outcome: LossOutcome
  readonly note: string | undefined
}

/** How large the values at both ends of a rule can be, as their schemas say. */
export interface Room {
  /** What each slot can read, in the order of the slots; without bounds where a slot is not filled. */
  readonly reads: readonly Bounds[]
  /** How many entries a list in the first slot can have. */
  readonly entries: number | undefined
  /** A member of what the first slot reads, where that is a group or a list of objects. */
  readonly readMember: (name: string) => Bounds
  readonly takes: Bounds
  /** A member of the target, where that is a group. */
  readonly takesMember: (name: string) => Bounds
  /** Whether a value, text or number, is one that the target takes. */
  readonly accepts: (value: Json) => boolean
  /** The same of a member of the target, where that is a group. */
  readonly acceptsMember: (name: string, value: Json) => boolean
}

/** The place in a mapping where a converter is used; its `complain` adds a problem at that place. */
export interface Site {
  readonly rule: string
  /** In the order of the slots; undefined where an optional one is not filled. */
  readonly sources: readonly (Spot | undefined)[]
  readonly target: Spot
  readonly room: Room
  readonly parameters: ReadonlyMap<string, string>
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, TableEntry>>
  complain(code: string, says: string): void
}

/** The values at the slots, undefined where the document has none. */
export type Values = readonly (Json | undefined)[]

export interface Made {
  readonly kind: 'value'
  readonly value: Json
  readonly manner: Manner
}

export type Converted =
  | Made
  /** The source is there, but has no form in the target. */
  | { readonly kind: 'unmapped'; readonly manner: Manner }
  /** The value cannot be right, or must not be translated without a person. */
  | { readonly kind: 'blocked'; readonly rule: string }

/** Turns the values of one document; undefined where what is there says nothing about the target. */
export interface Convert {
  (values: Values, context: TranslationContext): Converted | undefined
  /** Where its answers depend on nothing but the values, and can be known before any document comes. */
  readonly knows?: Knows
}

/** What is known of answers. */
export interface Knows {
  /** The converter itself, without the exchange: it can be asked beforehand about all words of a list. */
  readonly answer: (values: Values) => Converted | undefined
  /** What is known of values that are in no list. */
  readonly always?: Always
}

export type Always =
  /** One answer to everything. */
  | { readonly kind: 'always'; readonly answer: Made }
  /** Texts of at most `longest` UTF-16 units stay as they are, if they are fit, where not all are. */
  | {
      readonly kind: 'same'
      readonly longest: number
      readonly isFit: ((text: string) => boolean) | undefined
      readonly manner: Manner
    }

/** One way to say a value in another vocabulary. */
export interface Converter {
  readonly slots: readonly Slot[]
  readonly gives: readonly SiteType[]
  readonly parameters: readonly string[]
  compile(site: Site): Convert
}

/** A converter whose answers depend on nothing but the values. */
export function ofValues(answer: (values: Values) => Converted | undefined, always?: Always): Convert {
  const knows = always === undefined ? { answer } : { answer, always }
  return Object.assign<Convert, { knows: Knows }>(values => answer(values), { knows })
}

export function made(value: Json, manner: Manner): Made {
  return { kind: 'value', value, manner }
}

export function unmapped(rule: string, note: string): Converted {
  return { kind: 'unmapped', manner: { outcome: 'UNMAPPED', rule, note } }
}

export function blocked(rule: string): Converted {
  return { kind: 'blocked', rule }
}

/** The manner of a value that came through unchanged in meaning. */
export function exactly(rule: string): Manner {
  return { outcome: 'EXACT', rule }
}

/** A manner with one thing more to say: an outcome that counts for more, and a note after the one that is there. */
export function alsoTelling(manner: Manner, outcome: LossOutcome, note: string): Manner {
  const both = manner.note === undefined ? note : `${manner.note}; ${note}`
  return { ...manner, outcome, note: both, reversible: false }
}

/** Reads a parameter that has to be one of a few words; complains and takes the first where it is another. */
export function choiceOf<const T extends string>(site: Site, name: string, choices: readonly [T, ...T[]]): T {
  const written = site.parameters.get(name)
  const found = choices.find(choice => choice === written)
  if (found === undefined) {
    const listed = choices.map(choice => `\`${choice}\``).join(', ')
    site.complain('parameter-value', `\`${name}\` has to be one of ${listed}`)
  }
  return found ?? choices[0]
}

/** Reads a parameter that has to be a number in a range; undefined where it is not written. */
export function numberOf(
  site: Site,
  name: string,
  range: { least: number; most: number },
): number | undefined {
  const written = site.parameters.get(name)
  if (written === undefined) return undefined
  const value = Number(written)
  if (value >= range.least && value <= range.most) return value
  site.complain('parameter-value', `\`${name}\` has to be a number from ${range.least} to ${range.most}`)
  return undefined
}
