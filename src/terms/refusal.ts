import type { JsonFault } from '../kit/kit.ts'

/**
 * The closed catalogue of refusals: every way in which a gateway says no, with the public sentence that goes with it.
 * A code is never renamed and never used for something else. A sentence names rules, never a value.
 */
export const REFUSALS = {
  // What was sent cannot be read
  'content-type-unsupported': 'The content type is not one this operation reads.',
  'body-too-large': 'The body is larger than this operation accepts.',
  'json-malformed': 'The body is not I-JSON (RFC 7493).',
  'json-duplicate-key': 'An object in the body names the same member twice.',
  'json-too-deep': 'The body is nested too deeply.',
  'request-invalid': 'The request does not have the form the contract describes.',
  'header-duplicated': 'A header that may occur once occurs twice.',
  'format-unavailable': 'The document is not to be had in a format that the request accepts.',
  'not-found': 'There is nothing here under that name for this caller.',
  'idempotency-mismatch': 'This Idempotency-Key was used before for another request.',
  'cursor-expired': 'The stream no longer reaches back to that position; read the list again.',

  // Who speaks
  'certificate-unknown': 'The client certificate belongs to no system or peer known here.',
  'certificate-unfit': 'The client certificate does not meet the certificate profile.',
  'certificate-revoked': 'The client certificate has been revoked.',
  'token-missing': 'A bearer token is required.',
  'token-invalid': 'The bearer token cannot be accepted.',
  'token-expired': 'The bearer token has expired or is not yet valid.',
  'token-unbound': 'The bearer token is not bound to this client certificate.',
  'purpose-not-granted': 'The bearer token does not grant this purpose.',

  // What may be said
  'recipient-unknown': 'There is no such recipient.',
  'resource-unknown': 'There is no such resource.',
  'document-invalid': 'The document does not meet its schema.',

  // What may be shown
  'agreement-missing': 'No agreement covers this recipient and resource.',
  'agreement-not-yet-in-force': 'The agreement is not yet in force.',
  'agreement-expired': 'The agreement has expired.',
  'agreement-suspended': 'The agreement is suspended.',
  'purpose-unknown': 'The agreement has no such purpose.',
  'role-not-allowed': 'The agreement does not allow this role to ask for this purpose.',
  'purpose-window': 'The purpose does not apply at this stage.',
  'urgent-not-allowed': 'The agreement does not allow urgent use of this purpose.',
  'gate-failed': 'A gate of the agreement stops the whole message.',
  'obligation-unsupported': 'The recipient cannot carry out an obligation of the agreement.',
  'purpose-mismatch': 'The document was not shared for this purpose.',

  // What a peer sends
  'batch-malformed': 'The batch does not have the agreed form.',
  'batch-signature-invalid': 'The signature of the batch does not verify.',
  'batch-wrong-sender': 'The batch is signed for another agency than the one that sends it.',
  'batch-wrong-recipient': 'The batch is meant for another agency.',
  'batch-stale': 'The batch was issued too long ago or lies in the future.',
  'batch-replayed': 'This batch was received before.',
  'digest-mismatch': 'A document is not the one its manifest names.',
  'exchange-conflict': 'This exchange was received before with another document.',
  'sequence-gap': 'An earlier exchange of this lane is missing.',
  'exchange-expired': 'The exchange is past its time to live.',
  'agreement-mismatch': 'The cited agreement is not the one in force here.',
  'beyond-agreement': 'The document holds more than the agreement allows for this purpose.',
  'schema-mismatch': 'The schema version is not one the agreement covers.',
  'mapping-missing': 'There is no translation for this resource.',
  'translation-blocked': 'A value must not be translated automatically.',
  'target-invalid': 'The translated document does not meet the schema of this agency.',

  // The life of an agreement
  'officer-not-allowed': 'This role may not do that.',
  'agreement-unfit': 'The agreement does not pass its checks.',
  'agreement-conflict': 'The revision does not follow the one in force here.',
  'approval-invalid': 'The signature does not count for this statement.',
  'acknowledgement-missing': 'Not every change that is looser has been acknowledged.',
  'act-out-of-turn': 'That cannot be done at this stage.',
  'act-invalid': 'The act does not have the agreed form, or is not signed by the agency it names.',
  'urgent-review-due': 'An earlier urgent use has not been reviewed by both sides.',

  // How the agencies watch each other
  'log-signature-invalid': 'The checkpoint is not signed by the log that it names.',
  'log-inconsistent': 'The checkpoint does not go on from what was seen of its log before.',
  'log-conflict': 'The ledger of the other agency contradicts itself, so nothing is exchanged with it.',
  'witness-behind': 'No other agency has seen this ledger for too long, so nothing is exchanged.',

  // How the house stands
  'store-unavailable': 'Nothing can be recorded at present, so nothing is accepted.',
  overloaded: 'Too much is waiting; try again later.',
  fault: 'Something went wrong here.',
} as const

export type RefusalCode = keyof typeof REFUSALS

/** One violation inside a refused body: where, as a JSON Pointer (RFC 6901), and what was expected there. Never the value. */
export interface Violation {
  readonly pointer: string
  readonly says: string
}

/** A no: thrown by a room, caught in one place, recorded, and answered as a problem document (RFC 9457). */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** The rule that says no, where one can be named: a gate, a red line, a row, a schema keyword. Never a value. */
  readonly rule: string | undefined
  readonly violations: readonly Violation[]
  /** The exchange or leaf under which this no is in the ledger; undefined until it has been recorded. */
  recordedAs: string | undefined

  constructor(
    code: RefusalCode,
    detail: { rule?: string | undefined; violations?: readonly Violation[] } = {},
  ) {
    super(REFUSALS[code])
    this.name = 'Refusal'
    this.code = code
    this.rule = detail.rule
    this.recordedAs = undefined
    this.violations = detail.violations ?? []
  }
}

/** What each fault of the strict reader is called as a refusal. */
const JSON_REFUSALS = {
  'not-utf8': 'json-malformed',
  syntax: 'json-malformed',
  'duplicate-key': 'json-duplicate-key',
  'number-out-of-range': 'json-malformed',
  'lone-surrogate': 'json-malformed',
  'forbidden-key': 'json-malformed',
  'too-deep': 'json-too-deep',
} as const satisfies Record<JsonFault['kind'], RefusalCode>

/** The refusal of a text that is not I-JSON. */
export function jsonRefusal({ kind, says }: JsonFault): Refusal {
  return new Refusal(JSON_REFUSALS[kind], { rule: kind, violations: [{ pointer: '', says }] })
}

export function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(REFUSALS, text)
}
