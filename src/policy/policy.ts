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
export { type Agreement, compileAgreement, type Purpose } from './compile.ts'
export { diffAgreements } from './diff.ts'
export type { Change, Direction } from './diff-change.ts'
export type { DeletionCase, Obligations } from './duties.ts'
export type { Asked, Decision, Refused, Release } from './engine.ts'
export type { Counts, Explanation } from './explain.ts'
export { type Finding, type Linted, lintAgreement } from './lint/lint.ts'
export { type Mutant, mutationReport } from './lint/mutation.ts'
export { type AgencyRules, type BaselineLine, ORDINARY_RULES } from './lint/rules.ts'
export { type PrintFormat, printAgreement } from './print/print.ts'
export type { Projected, Tally } from './projector.ts'
export { type PolicyParts, type Reading, readAgreement } from './reading.ts'
export type { Excess } from './rechecker.ts'
export { type SimulatedDifference, type SimulatedItem, sampleNames, simulateAgreements } from './simulate.ts'
export { type Trial, type TrialValue, tryAgreement } from './trial.ts'
export { type ExampleOutcome, tryExamples } from './try-examples.ts'
