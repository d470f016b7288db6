import { setImmediate as breathe } from 'node:timers/promises'
import { isJsonObject, readJsonText } from '../kit/kit.ts'
import { type KeptRow, type Tag, tagUnder, type VaultKind } from '../ledger/ledger.ts'
import { isUnder, type RecordsParts, rowOf } from './records.ts'

const CHUNK = 128
/** Rows of documents on their way; who has read them, and what officers did, is not erased with them. */
const OF_DOCUMENTS: ReadonlySet<VaultKind> = new Set(['disclosure', 'collection', 'refusal'])

/**
 * The ids of the rows of the vault about the document of one exchange, or about all documents that carry a reference. In place of an
 * exchange also the id of one leaf that is not about a document.
 */
export async function rowsAbout(
  parts: Pick<RecordsParts, 'store' | 'searchKeys'>,
  about: Tag & { readonly kind: 'exchange' | 'reference' },
): Promise<readonly string[]> {
  const tags = parts.searchKeys.within(undefined, undefined).map(key => tagUnder(key, about))
  const ids = new Set<string>()
  const itself = about.kind === 'exchange' ? await parts.store.kept(about.value) : undefined
  if (itself && itself.kind !== 'office') ids.add(itself.id)
  let below = Number.MAX_SAFE_INTEGER
  for (;;) {
    const numbers = await parts.store.tagged(tags, below, CHUNK)
    for (const number of numbers) {
      const row = await rowUnder(parts.store, number, tags)
      if (row) ids.add(row.id)
      below = number
    }
    if (numbers.length < CHUNK) return [...ids]
    await breathe()
  }
}

async function rowUnder(
  store: RecordsParts['store'],
  number: number,
  tags: readonly Uint8Array[],
): Promise<KeptRow | undefined> {
  const reading = readJsonText((await store.leafAt(number)) ?? '')
  if (!reading.ok || !isJsonObject(reading.value)) return undefined
  const row = await rowOf(store, reading.value, number)
  return row && OF_DOCUMENTS.has(row.kind) && isUnder(row, tags) ? row : undefined
}
