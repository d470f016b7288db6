import type { Digest, JsonObject } from '../kit/kit.ts'
import type { AgencyId, Label } from '../terms/terms.ts'
import type { Origin } from './chain-origins.ts'
import type { Report } from './report.ts'

/** What became of one value on its way into another vocabulary. */
export type LossOutcome =
  | 'EXACT'
  | 'APPROXIMATED'
  | 'WIDENED'
  | 'NARROWED'
  | 'DEFAULTED'
  | 'UNMAPPED'
  | 'BLOCKED'

/** How far off a translated value may be. */
export interface LossError {
  readonly value: number
  readonly unit: string
}

/** How a converter reached its value: everything of a report line but the place. */
export interface Manner {
  readonly outcome: LossOutcome
  /** The rule of the mapping, refined by the converter: `geo.mgrs.8`. */
  readonly rule: string
  readonly error?: LossError
  readonly note?: string
  /** False where the original cannot be recovered from the target. */
  readonly reversible?: boolean
}

/**
 * One line of the translation report that goes to the recipient. It speaks only of what the received document held, so it
 * never tells that something was withheld.
 */
export interface ReportLine extends Manner {
  /** JSON Pointer (RFC 6901) into the target document; empty for the document as a whole. */
  readonly path: string
}

/** What a translation knows beside the document. */
export interface TranslationContext {
  readonly provider: AgencyId
  readonly label: Label
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly receivedAt: number
  readonly exchangeId: string
}

export type Translation =
  | { readonly kind: 'translated'; readonly document: JsonObject; readonly report: Report }
  /** A value that cannot be right, or that must not be translated without a person. `path` points into the target. */
  | { readonly kind: 'blocked'; readonly rule: string; readonly path: string }

/** A compiled translation from one schema to another. */
export interface Mapping {
  readonly id: string
  readonly digest: Digest
  readonly from: { readonly resource: string; readonly version: string }
  readonly to: { readonly resource: string; readonly version: string }
  /**
   * Whether a gateway makes what arrives right for its own systems by it; otherwise it is for the command line and for chains.
   * As a step of a chain it serves either way.
   */
  readonly delivers: boolean
  translate(document: JsonObject, context: TranslationContext): Translation
}

/** A mapping of one file, which can be a step of a chain. */
export interface CompiledMapping extends Mapping {
  /** Where each value of the target comes from. */
  readonly origins: readonly Origin[]
}
