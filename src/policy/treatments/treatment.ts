import type { KeyObject } from 'node:crypto'
import type { Json, JsonObject } from '../../kit/kit.ts'
import type { LeafType } from '../../terms/terms.ts'
import type { Scene } from '../condition.ts'
import type { Findings } from '../findings.ts'
import type { Source } from '../source.ts'

export interface LonLat {
  readonly lon: number
  readonly lat: number
}

/** What treatments need from outside; handed in at assembly. */
export interface Workshop {
  /** Centre of the MGRS square of that side in which the point lies; undefined where there is none. */
  readonly squareOf: (point: LonLat, sideMetres: number) => LonLat | undefined
  readonly pseudonymKey: (terms: PseudonymScope) => PseudonymKey
}

/** The key for the scope at hand; undefined where this gateway does not hold it or the scope has no value. */
export type PseudonymKey = (scene: Scene) => KeyObject | undefined

export interface PseudonymScope {
  readonly key: string
  /** `agreement`, `purpose`, or a control item such as `operation.id`. */
  readonly scope: readonly string[]
}

/**
 * A treatment bound to one leaf. `accepts(apply(value))` holds for every value: what the provider makes, the receiver can
 * tell from what it would never make.
 */
export interface Treatment {
  /** The value as it may leave, or undefined where it does not fit and therefore stays. Always a new value, never an alias. */
  readonly apply: (value: Json, scene: Scene) => Json | undefined
  /** Whether a value could be an outcome of this treatment. */
  readonly accepts: (value: Json) => boolean
}

/** What a treatment is bound to. */
export interface TreatedLeaf {
  readonly path: string
  readonly type: LeafType
  valid(value: unknown): boolean
}

/** A treatment with its terms read from the policy, before it meets a leaf. */
export interface PreparedTreatment {
  /** The terms with defaults filled in: part of what is signed. */
  readonly terms: JsonObject
  /** Control items that the treatment reads, such as the scope of a pseudonym. */
  readonly reads: readonly string[]
  fits(type: LeafType): boolean
  forLeaf(leaf: TreatedLeaf, workshop: Workshop): Treatment
}

/** One kind of treatment: reads its terms, notes what is wrong with them. */
export interface TreatmentFamily {
  prepare(findings: Findings, source: Source): PreparedTreatment
}
