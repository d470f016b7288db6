import type { DocumentSchema } from '../contract/contract.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { type Committed, recipientValue, type Vault } from '../ledger/ledger.ts'
import type { Caller } from './authenticate.ts'
import type { Order } from './validate.ts'

/**
 * Commits to who wanted to share something, and about what, and lets both be found again: by the person, by every reference in
 * the document, by the recipient with the purpose.
 *
 * @param schema undefined where nobody knows the resource; then the document says nothing to us
 */
export type Testify = (
  kind: 'disclosure' | 'refusal',
  caller: Caller,
  order: Order,
  schema: DocumentSchema | undefined,
) => Committed

export function makeTestify({ vault }: { readonly vault: Vault }): Testify {
  const known = new WeakMap<DocumentSchema, readonly string[]>()
  const membersOf = (schema: DocumentSchema) => {
    const found = known.get(schema) ?? referenceMembers(schema)
    known.set(schema, found)
    return found
  }
  return (kind, caller, order, schema) => {
    const references = schema ? membersOf(schema).flatMap(name => nameAt(order.document, name)) : []
    const [subject = ''] = references
    return vault.keep({
      kind,
      secrets: { actor: caller.person, subject },
      tags: [
        { kind: 'person', value: caller.person },
        { kind: 'recipient', value: recipientValue(order.to, order.purpose) },
        ...references.map(value => ({ kind: 'reference', value }) as const),
      ],
    })
  }
}

/** Commits to who was refused, where nothing is known of what it was about. */
export function actorOf(vault: Vault, person: string): Committed {
  return vault.keep({
    kind: 'refusal',
    secrets: { actor: person },
    tags: [{ kind: 'person', value: person }],
  })
}

const REFERENCE = /^(?:id|reference|operation|incident)$|(?:Id|Ref)$/

/**
 * The members of a document whose values people refer to it by: its subject first, what it is ordered by, its id, and the ids of
 * the operation, incident or request that it belongs to.
 */
function referenceMembers({ subject, orderBy, catalogue }: DocumentSchema): readonly string[] {
  const ids = [...catalogue.leaves.values()].filter(
    ({ path, type, sensitivity }) =>
      type === 'id' && REFERENCE.test(path) && sensitivity !== 'source-protection',
  )
  return [...new Set([subject, orderBy, ...ids.map(({ path }) => path)])]
}

const MOST_CHARACTERS = 256

/** A text or number that stands in a document; a refused document may hold anything. */
function nameAt(document: JsonObject, path: string): readonly string[] {
  let value: Json | undefined = document
  for (const name of path.split('.'))
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  const named = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return named === '' || named.length > MOST_CHARACTERS ? [] : [named]
}
