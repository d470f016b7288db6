import type { AgencyId, Label } from '../../terms/terms.ts'
import type { Ability } from '../abilities.ts'
import type { BaselineLine } from '../restrict.ts'
import type { Cell as Grid } from '../treatments/place.ts'

/** What an agency demands of every agreement it takes part in. */
export interface AgencyRules {
  /** Whose rules they are; undefined where they are anybody's, and every line of them counts. */
  readonly agency: AgencyId | undefined
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
  readonly abilities: ReadonlySet<Ability> | undefined
  /** The highest marking that the link may carry. */
  readonly ceiling: Label | undefined
  /** Of what the agency provides: nothing looser than this ever leaves, whatever an agreement says. */
  readonly baseline: readonly BaselineLine[]
  /** Of what it receives: the most that it is willing to hold. */
  readonly acceptance: readonly BaselineLine[]
}

/** Rules for an agency that has set none: two years, groups of ten, no finer than a square of 100 m. */
export const ORDINARY_RULES: AgencyRules = {
  agency: undefined,
  longestDays: 731,
  smallestGroup: 10,
  smallestBand: 5,
  finestGrid: '100m',
  reviewers: undefined,
  retiredKeys: new Set(),
  abilities: undefined,
  ceiling: undefined,
  baseline: [],
  acceptance: [],
}

/** The lines that an agreement between these two agencies is under. */
export function linesOf(
  { agency, baseline, acceptance }: AgencyRules,
  { provider, recipient }: { readonly provider: AgencyId; readonly recipient: AgencyId },
): readonly BaselineLine[] {
  const counts = (party: AgencyId) => agency === undefined || agency === party
  return [...(counts(provider) ? baseline : []), ...(counts(recipient) ? acceptance : [])]
}
