import type { DocumentSchema, SchemaRegistry } from '../contract/contract.ts'
import { requirePurpose } from '../identity/identity.ts'
import { isJsonObject, type JsonObject } from '../kit/kit.ts'
import type { Agreement } from '../policy/policy.ts'
import { type AgencyId, type Label, Refusal } from '../terms/terms.ts'
import type { AgreementBook } from './agreement-book.ts'
import type { Caller } from './authenticate.ts'

/** What a system asks us to share, in the form the contract has already checked. */
export interface Order {
  readonly to: AgencyId
  readonly purpose: string
  readonly resource: string
  /** The version of the schema that the system wrote for; undefined where it takes what the agreement names. */
  readonly version: string | undefined
  readonly document: JsonObject
  readonly label: Label
  /** 0 flash … 3 routine. */
  readonly precedence: number
  readonly inReplyTo: string | undefined
  /** What the conditions of the agreement may read of the request. */
  readonly context: JsonObject
}

const checked: unique symbol = Symbol('valid')

/** An order whose document meets the schema of this agency, in the version that the agreement with its recipient names. */
export interface Valid {
  readonly [checked]: true
  readonly order: Order
  /** The agreement that covers this resource for this recipient at present; undefined where none does. */
  readonly agreement: Agreement | undefined
  readonly schema: DocumentSchema
  readonly label: Label
}

/**
 * Room *validate*. In: an order and its caller. Out: a Valid.
 * Refuses: purpose-not-granted, resource-unknown, schema-mismatch, document-invalid, request-invalid (label lower than the
 * document's own). Where there is no agreement, the newest version judges: *decide* says that there is none.
 */
export function makeValidate(parts: {
  readonly agency: AgencyId
  readonly agreements: Pick<AgreementBook, 'find'>
  readonly schemas: SchemaRegistry
}): (caller: Caller, order: Order) => Valid {
  return (caller, order) => {
    requirePurpose(caller, order.purpose)
    const agreement = parts.agreements.find(parts.agency, order.to, order.resource)
    const schema = parts.schemas.get(order.resource, agreement?.resources.get(order.resource)?.version)
    if (schema === undefined) throw new Refusal('resource-unknown')
    if (order.version !== undefined && order.version !== schema.version) throw new Refusal('schema-mismatch')
    const violation = schema.check(order.document)
    if (violation !== undefined) {
      const pointer = `/document${violation.pointer}`
      throw new Refusal('document-invalid', { violations: [{ pointer, says: violation.says }] })
    }
    const label = joinLabels(order.label, order.document['label'])
    return { [checked]: true, order, agreement, schema, label }
  }
}

/** The stricter of the label of the request and the one inside the document; two classifications cannot both be meant. */
function joinLabels(asked: Label, inside: unknown): Label {
  if (!isJsonObject(inside)) return asked
  if (inside['policy'] !== asked.policy || inside['classification'] !== asked.classification)
    throw new Refusal('request-invalid', {
      rule: 'label',
      violations: [{ pointer: '/label', says: 'is not the classification of the document itself' }],
    })
  return inside['sensitive'] === true ? { ...asked, sensitive: true } : asked
}
