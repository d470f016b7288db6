import { band } from './band.ts'
import { generalisePlace } from './generalise-place.ts'
import { generaliseTime } from './generalise-time.ts'
import { mask } from './mask.ts'
import { pseudonymise } from './pseudonymise.ts'
import { share } from './share.ts'
import type { PreparedTreatment, TreatmentFamily } from './treatment.ts'
import { withhold } from './withhold.ts'

/** The two treatments that need no terms and are written by their own name. */
export type PlainKind = 'share' | 'withhold'
export type TermedKind = 'mask' | 'generalisePlace' | 'generaliseTime' | 'band' | 'pseudonymise'
/** `count` is what sharing a figure comes to; its terms stand under `derived`. */
export type TreatmentKind = PlainKind | TermedKind | 'count'

export const PLAIN = { share, withhold } satisfies Record<PlainKind, PreparedTreatment>

/** The treatments that are named and given terms in a policy. A new kind is one file and one row. */
export const FAMILIES = {
  mask,
  generalisePlace,
  generaliseTime,
  band,
  pseudonymise,
} satisfies Record<TermedKind, TreatmentFamily>

export function isTermedKind(text: string): text is TermedKind {
  return Object.hasOwn(FAMILIES, text)
}
