import type { components } from '../contract/contract.ts'
import { REFUSALS, type Refusal, type RefusalCode } from '../terms/terms.ts'

/** The HTTP status of each refusal. The only place where the two meet. */
export const STATUS = {
  'content-type-unsupported': 415,
  'body-too-large': 413,
  'json-malformed': 400,
  'json-duplicate-key': 400,
  'json-too-deep': 400,
  'request-invalid': 400,
  'header-duplicated': 400,
  'not-found': 404,
  'idempotency-mismatch': 422,
  'cursor-expired': 410,
  'certificate-unknown': 403,
  'certificate-unfit': 403,
  'certificate-revoked': 403,
  'token-missing': 401,
  'token-invalid': 401,
  'token-expired': 401,
  'token-unbound': 401,
  'purpose-not-granted': 403,
  'recipient-unknown': 422,
  'resource-unknown': 422,
  'document-invalid': 422,
  'agreement-missing': 403,
  'agreement-not-yet-in-force': 403,
  'agreement-expired': 403,
  'purpose-unknown': 403,
  'role-not-allowed': 403,
  'purpose-window': 403,
  'gate-failed': 403,
  'obligation-unsupported': 403,
  'purpose-mismatch': 403,
  'batch-malformed': 400,
  'batch-signature-invalid': 403,
  'batch-wrong-sender': 403,
  'batch-wrong-recipient': 403,
  'batch-stale': 403,
  'batch-replayed': 409,
  'digest-mismatch': 422,
  'exchange-conflict': 422,
  'sequence-gap': 409,
  'exchange-expired': 422,
  'agreement-mismatch': 403,
  'beyond-agreement': 403,
  'schema-mismatch': 422,
  'mapping-missing': 422,
  'translation-blocked': 422,
  'target-invalid': 422,
  'store-unavailable': 503,
  overloaded: 429,
  fault: 500,
} as const satisfies Record<RefusalCode, number>

export type ProblemDocument = components['schemas']['Problem']

/** A refusal as a problem document (RFC 9457). A fault says nothing but that it is one. */
export function problemOf(refusal: Refusal): ProblemDocument {
  const { code, rule, violations, recordedAs } = refusal
  return {
    type: `urn:concordat:refusal:${code}`,
    title: REFUSALS[code],
    status: STATUS[code],
    code,
    ...(rule === undefined ? {} : { rule }),
    ...(recordedAs === undefined ? {} : { exchangeId: recordedAs }),
    ...(violations.length === 0 ? {} : { errors: [...violations] }),
  }
}
