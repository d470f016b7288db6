import type { Digest, Json } from '../kit/kit.ts'

/** How sensitive an item is (policy.md, domain.md 2); written in the schema as `x-sensitivity`. */
export const SENSITIVITIES = [
  'public',
  'operational',
  'personal',
  'sensitive',
  'criminal',
  'free-text',
  'source-protection',
  'communications',
  'covert',
] as const
export type Sensitivity = (typeof SENSITIVITIES)[number]

/** What kind of value a leaf holds; it decides which treatments fit. */
export type LeafType =
  | 'text'
  | 'id'
  | 'enum'
  | 'count'
  | 'number'
  | 'bool'
  | 'time'
  | 'date'
  | 'place'
  | 'phone'
  /** A number, or why there is none, for each value of an enumeration; always {@link Leaf.derived}. */
  | 'table'

/** How large one value of a leaf can be; a member is absent where the schema does not bound it. */
export interface Bounds {
  /** Characters, as JSON Schema counts them: code points. */
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  /** A number that may also be told as a band, such as `50-99`. */
  readonly banded?: true
  /** How exact a place is that does not say it itself, in metres; written in the schema as `x-accuracy-m`. */
  readonly accuracyM?: number
}

/** One item that a document can hold. A GeoJSON point is one leaf (`place`), not three. */
export interface Leaf {
  /** Dotted, lists marked: `command[].officer.name`, `capabilities[]`. */
  readonly path: string
  readonly type: LeafType
  readonly sensitivity: Sensitivity
  /** True where conditions of an agreement may read it. */
  readonly control: boolean
  /** The values of an enumeration, the keys of a table, otherwise undefined. */
  readonly values: readonly string[] | undefined
  readonly bounds: Bounds
  /** The gateway works it out from other items; no system sends it. */
  readonly derived?: true
  /** Whether one value of this leaf is what the schema asks for. */
  valid(value: unknown): boolean
}

/** What a schema asks of an object beside the form of its members. */
export type Requirement =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'all'; readonly of: readonly Requirement[] }
  /** At least one of them. */
  | { readonly kind: 'any'; readonly of: readonly Requirement[] }
  /** One where the member is there, with one of these values if some are named, and another where not. */
  | {
      readonly kind: 'if'
      readonly member: string
      readonly values: readonly Json[] | undefined
      readonly holds: Requirement
      readonly fails: Requirement
    }

/** What a document of one schema can hold: the schema seen as the list that agreements are written against. */
export interface Catalogue {
  /** `police.operation` */
  readonly resource: string
  readonly version: string
  readonly digest: Digest
  readonly leaves: ReadonlyMap<string, Leaf>
  /** Lists of objects and what one entry is called in conditions: `command[]` → `post`. */
  readonly items: ReadonlyMap<string, string>
  /** How many entries a list can have, for each list that the schema bounds, of objects or of values. */
  readonly lengths: ReadonlyMap<string, number>
  /** How many entries a list has to have, for each list of which the schema says it. */
  readonly fewest: ReadonlyMap<string, number>
  /**
   * What each object has to hold once it is there: the document itself has the empty path, an entry of a list `command[]`. An object that has to
   * hold nothing is absent.
   */
  readonly requirements: ReadonlyMap<string, Requirement>
}
