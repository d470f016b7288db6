/** What may be shown: sharing policies from source to decision. Home of the CEL parser. */
export { ABILITIES, type Ability, isAbility, OUR_ABILITIES } from './abilities.ts'
export { type Acceptance, type AcceptanceParts, type AcceptedDocument, makeAcceptance } from './acceptance.ts'
export { type AgencyRulesReading, readAgencyRules } from './agency-rules.ts'
export { type AnswersReading, printAnswers, readAnswers, type WrittenAnswer } from './answers.ts'
export {
  APPROVAL_TYPE,
  type ApprovalPath,
  type Approvals,
  addApproval,
  checkApprovals,
  differingMembers,
  judgeApprovals,
  readApprovals,
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
export { type AgencyRules, linesOf, ORDINARY_RULES } from './lint/rules.ts'
export type { Marking } from './marking.ts'
export {
  judgeSignature,
  type Officer,
  type OfficerSignature,
  repeatedSigners,
  type Signatory,
  type SignatureParts,
  type Signed,
  signAs,
} from './officer-signature.ts'
export { type PrintFormat, printAgreement } from './print/print.ts'
export type { Projected, Tally } from './projector.ts'
export { type PolicyParts, type Reading, readAgreement } from './reading.ts'
export type { Excess } from './rechecker.ts'
export type { Received } from './regater.ts'
export { type BaselineLine, restrict } from './restrict.ts'
export { type SeenShape, simulateShapes } from './shapes/replay.ts'
export { type ReplayedDifference, type ReplayedItem, type Stopped, summaryNumber } from './shapes/report.ts'
export { readShape, type Shape } from './shapes/shape.ts'
export { type Decided, makeShaper, type Shaper, shapeOf } from './shapes/shaper.ts'
export { exportSheet, type ImportedSheet, importSheet, type SheetImport } from './sheet/sheet.ts'
export { type SimulatedDifference, type SimulatedItem, sampleNames, simulateAgreements } from './simulate.ts'
export { type Trial, type TrialValue, tryAgreement } from './trial.ts'
export { type ExampleOutcome, tryExamples } from './try-examples.ts'
