/** The life of an agreement between two agencies: drafted, proposed, approved, countersigned, in force, suspended, ended. */
export type { Act } from './act.ts'
export type { ActEntry, ActRow, AgreementStore, DraftRow } from './agreement-store.ts'
export { type Book, makeBook } from './book.ts'
export { type Courier, startCourier } from './courier.ts'
export { type Governance, makeGovernance } from './desk.ts'
export { newestAgreed, type Revision } from './lives.ts'
export { NOTICE_KINDS, type Notice } from './notices.ts'
export type { Officeholder } from './officeholder.ts'
export { pathOf } from './path.ts'
export { openRegister, type Register, type RegisterParts } from './register.ts'
export {
  RESUMPTION_TYPE,
  REVIEW_TYPE,
  resumptionStatement,
  reviewStatement,
  URGENT_TYPE,
  type UrgentStatement,
  urgentStatement,
} from './statements.ts'
export { type ChangeView, changesSince, toAcknowledge } from './views.ts'
