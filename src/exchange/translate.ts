import type { Breach, DocumentSchema, SchemaRegistry } from '../contract/contract.ts'
import type { Clock, JsonObject } from '../kit/kit.ts'
import { Refusal } from '../terms/terms.ts'
import type { Mapping, MappingBook, Report } from '../translation/translation.ts'
import type { Rechecked } from './recheck.ts'

const translated: unique symbol = Symbol('translated')

/** A peer's document in our own schema, which it meets, and what was lost on the way. */
export interface Translated {
  readonly [translated]: true
  readonly document: JsonObject
  readonly schema: DocumentSchema
  readonly mapping: Mapping
  readonly report: Report
}

/**
 * Rooms *translate* and *validate* of the receiver. In: a Rechecked. Out: a Translated.
 * Refuses: mapping-missing, translation-blocked, target-invalid.
 */
export function makeTranslate(parts: {
  readonly clock: Clock
  readonly mappings: MappingBook
  readonly schemas: SchemaRegistry
}): (checked: Rechecked) => Translated {
  return ({ peer, manifest, held }) => {
    const mapping = parts.mappings.find(manifest.resource, manifest.version)
    const schema = mapping && parts.schemas.get(mapping.to.resource, mapping.to.version)
    if (mapping === undefined || schema === undefined) throw new Refusal('mapping-missing')
    const context = {
      provider: peer,
      label: manifest.label,
      receivedAt: parts.clock.now(),
      exchangeId: manifest.id,
    }
    const outcome = mapping.translate(held, context)
    if (outcome.kind === 'blocked') throw new Refusal('translation-blocked', { rule: outcome.rule })
    const breach = schema.check(outcome.document)
    if (breach !== undefined) throw new Refusal('target-invalid', { rule: placeOf(breach) })
    return { [translated]: true, document: outcome.document, schema, mapping, report: outcome.report }
  }
}

/** Where the document breaks its schema; where a member is not there, where it would stand. */
function placeOf({ pointer, missing }: Breach): string {
  return missing === undefined ? pointer || '/' : `${pointer}/${missing}`
}
