/** What may be shown: sharing policies from source to decision. Home of the CEL parser. */
export {
  type Approval,
  addApproval,
  checkApprovals,
  type Officer,
  readApprovals,
  type Signatory,
  signStatement,
  statementOf,
} from './approval.ts'
export { type Agreement, compileAgreement, type PolicyParts, type Purpose } from './compile.ts'
export type { DeletionCase, Obligations } from './duties.ts'
export type { Asked, Decision, Refused, Release } from './engine.ts'
export type { Counts, Explanation } from './explain.ts'
export type { Projected, Tally } from './projector.ts'
export type { Excess } from './rechecker.ts'
