import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'

/** A marking as people write it: `OFFICIAL-SENSITIVE PERSONAL`, `NATO SECRET`. Undefined for what is no label. */
export function markingWords(label: Json | undefined): string | undefined {
  if (!isJsonObject(label)) return undefined
  const { policy, classification, sensitive, descriptor, categories } = label
  if (typeof classification !== 'string') return undefined
  const owned = typeof policy === 'string' && policy !== HOUSE_POLICY && !classification.startsWith(policy)
  return [
    ...(owned ? [policy] : []),
    sensitive === true ? `${classification}-SENSITIVE` : classification,
    ...(typeof descriptor === 'string' ? [descriptor] : []),
    ...(Array.isArray(categories) ? categories.map(categoryWords) : []),
  ].join(' ')
}

/** The scheme that needs no name: every other is told. */
const HOUSE_POLICY = 'UK-GSC'

function categoryWords(category: Json): string {
  const { tag, values } = isJsonObject(category) ? category : { tag: undefined, values: undefined }
  const named = Array.isArray(values) ? values.filter(value => typeof value === 'string').join(', ') : ''
  return `(${[typeof tag === 'string' ? tag : '', named].filter(text => text !== '').join(': ')})`
}

/** Every marking that is known of a document, so that none can get lost behind another; undefined where there is none. */
export function markingsOf(
  { label, originatorLabel }: JsonObject,
  travelled: Json | undefined,
): string | undefined {
  const words = [travelled, originatorLabel, label].flatMap(one => markingWords(one) ?? [])
  return words.length === 0 ? undefined : [...new Set(words)].join(', ')
}
