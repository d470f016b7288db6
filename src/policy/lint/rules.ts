import type { JsonObject } from '../../kit/kit.ts'
import type { Label } from '../../terms/terms.ts'
import type { Cell as Grid } from '../treatments/place.ts'
import type { TreatmentKind } from '../treatments/treatments.ts'

/** What an agency demands of every agreement it takes part in. */
export interface AgencyRules {
  /** Longest time from `effectiveFrom` to `expiresAt`. */
  readonly longestDays: number
  /** Fewest people who have to look alike in what is shared about them. */
  readonly smallestGroup: number
  /** Least `hideBelow` of a size band. */
  readonly smallestBand: number
  /** Smallest square that a place may be told by. */
  readonly finestGrid: Grid
  /** Who may own a review; undefined where that is not looked at. */
  readonly reviewers: ReadonlySet<string> | undefined
  /** Base keys for pseudonyms that are no longer used. */
  readonly retiredKeys: ReadonlySet<string>
  /** The obligations that the recipient's gateway can carry out; undefined where it has declared none. */
  readonly abilities: ReadonlySet<string> | undefined
  /** The highest marking that the link may carry. */
  readonly ceiling: Label | undefined
  /** The most that may be done with an item, whatever an agreement says. */
  readonly baseline: readonly BaselineLine[]
}

/** A line of the agency's own baseline, or of what the recipient is willing to accept. */
export interface BaselineLine {
  readonly id: string
  readonly resource: string
  /** An item, or a group such as `people[].*`. */
  readonly path: string
  /** Nothing looser than this. */
  readonly most: Effect
}

/** What a cell does to a value, with its terms filled in. */
export interface Effect {
  readonly kind: TreatmentKind
  readonly terms: JsonObject
}

/** Rules for an agency that has set none: two years, groups of ten, no finer than a square of 100 m. */
export const ORDINARY_RULES: AgencyRules = {
  longestDays: 731,
  smallestGroup: 10,
  smallestBand: 5,
  finestGrid: '100m',
  reviewers: undefined,
  retiredKeys: new Set(),
  abilities: undefined,
  ceiling: undefined,
  baseline: [],
}
