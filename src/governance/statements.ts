import type { components } from '../contract/contract.ts'
import type { JsonObject } from '../kit/kit.ts'

/** What officers sign about agreements beside approvals. Each has its own type, so that none passes for another. */
export const RESUMPTION_TYPE = 'application/vnd.concordat.sharing-policy-resumption+json'
export const URGENT_TYPE = 'application/vnd.concordat.sharing-policy-urgent-use+json'
export const REVIEW_TYPE = 'application/vnd.concordat.sharing-policy-urgent-review+json'

/** That a suspended agreement may go on. */
export function resumptionStatement(agreement: string, suspension: string): JsonObject {
  return { type: 'sharing-policy-resumption/1', policy: agreement, suspension }
}

export type UrgentStatement = components['schemas']['UrgentStatement']

/** That a purpose is needed at once; `nonce` becomes the id of the urgent use, so that a statement opens one use only. */
export function urgentStatement(about: Omit<UrgentStatement, 'type'>): UrgentStatement {
  return { type: 'sharing-policy-urgent-use/1', ...about }
}

/** What a data-protection officer found about an urgent use. */
export function reviewStatement(agreement: string, use: string, finding: string): JsonObject {
  return { type: 'sharing-policy-urgent-review/1', policy: agreement, use, finding }
}
