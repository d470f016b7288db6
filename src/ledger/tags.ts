import { createHmac, type KeyObject } from 'node:crypto'

/**
 * By what a leaf can be found: a reference that a document carries, a person, an exchange, the agency that a document went to
 * (`recipient`) or came from (`provider`) with its purpose.
 */
export type TagKind = 'reference' | 'person' | 'exchange' | 'recipient' | 'provider'

export interface Tag {
  readonly kind: TagKind
  readonly value: string
}

/**
 * The keys of tags, one for each month (UTC). They lie apart from the tags: without the key of a month nobody can find anything
 * by what was tagged in it, in a backup either.
 */
export interface SearchKeys {
  /** The key of the month in which `now` lies, in ms. @throws Refusal store-unavailable where there is none and none can be made */
  current(now: number): KeyObject
  /** The keys of the months that a time touches, in ms; both ends may be open. */
  within(since: number | undefined, until: number | undefined): readonly KeyObject[]
}

const TAG_BYTES = 16

/**
 * HMAC-SHA-256(key, kind ‖ 0x00 ‖ value), its first 16 bytes. What stands at the ends of a reference, and whether its letters are
 * capitals, makes no difference to who writes it.
 */
export function tagUnder(key: KeyObject, { kind, value }: Tag): Uint8Array {
  const folded = value.normalize('NFC').trim().toLowerCase()
  const tag = createHmac('sha256', key).update(`${kind}\u0000${folded}`).digest()
  return new Uint8Array(tag.subarray(0, TAG_BYTES))
}

/** Each tag once. */
export function tagsUnder(key: KeyObject, tags: readonly Tag[]): readonly Uint8Array[] {
  const names = new Map(tags.map(tag => [`${tag.kind} ${tag.value}`, tag]))
  return [...names.values()].map(tag => tagUnder(key, tag))
}

/** The other agency with a purpose, as one value. */
export function agencyWithPurpose(agency: string, purpose: string): string {
  return `${agency} ${purpose}`
}
