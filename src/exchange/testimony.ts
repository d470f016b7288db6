import type { DocumentSchema, SchemaRegistry } from '../contract/contract.ts'
import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { agencyWithPurpose, type Committed, type Vault } from '../ledger/ledger.ts'
import type { Caller } from './authenticate.ts'
import type { Rechecked } from './recheck.ts'
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
  const referencesIn = makeReferencesIn()
  return (kind, caller, order, schema) => {
    const references = referencesIn(order.document, schema)
    const [subject = ''] = references
    return vault.keep({
      kind,
      secrets: { actor: caller.person, subject },
      tags: [
        { kind: 'person', value: caller.person },
        { kind: 'recipient', value: agencyWithPurpose(order.to, order.purpose) },
        ...references.map(value => ({ kind: 'reference', value }) as const),
      ],
    })
  }
}

/**
 * Commits to what a peer has shared with us is about, and lets it be found again: by every reference in it, by its exchange, by the
 * provider with the purpose. Who of the peer was behind it stays with the peer.
 */
export type TestifyReceived = (kind: 'collection' | 'refusal', checked: Rechecked) => Committed

/**
 * References are read before the translation, as the provider reads them, so that both sides find the document by the same words;
 * but only from what this agency is willing to hold.
 */
export function makeTestifyReceived({
  vault,
  schemas,
}: {
  readonly vault: Vault
  readonly schemas: SchemaRegistry
}): TestifyReceived {
  const referencesIn = makeReferencesIn()
  return (kind, { peer, manifest, held }) => {
    const { id, resource, version, purpose } = manifest
    const references = referencesIn(held, schemas.get(resource, version))
    const [subject = ''] = references
    return vault.keep({
      kind,
      secrets: { subject },
      tags: [
        { kind: 'exchange', value: id },
        { kind: 'provider', value: agencyWithPurpose(peer, purpose) },
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

/** What a document is called by: its subject first. Nothing where nobody knows its schema. */
type ReferencesIn = (document: JsonObject, schema: DocumentSchema | undefined) => readonly string[]

/** The members of each schema are looked for once. */
function makeReferencesIn(): ReferencesIn {
  const known = new WeakMap<DocumentSchema, readonly string[]>()
  return (document, schema) => {
    if (schema === undefined) return []
    const members = known.get(schema) ?? referenceMembers(schema)
    known.set(schema, members)
    return members.flatMap(name => nameAt(document, name))
  }
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
