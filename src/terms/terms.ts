/** Floor 1: the shared words. */
export { type AgencyId, agencyUri, isAgencyId, officerId, officerUri, systemUri } from './agency.ts'
export {
  type Bounds,
  type Catalogue,
  type Leaf,
  type LeafType,
  type Requirement,
  SENSITIVITIES,
  type Sensitivity,
} from './catalogue.ts'
export type { CertificateFacts, CertificateFinding, CertificateFindingCode } from './certificate.ts'
export type { Label } from './label.ts'
export { type Problem, ProblemsError, printProblem } from './problem.ts'
export { isRefusalCode, jsonRefusal, REFUSALS, Refusal, type RefusalCode, type Violation } from './refusal.ts'
