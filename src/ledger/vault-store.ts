/**
 * What a row of the vault belongs to; each kind has its own retention. `disclosure`: what was shared; `collection`: what has been
 * received; `office`: officers' acts and readings of the ledger.
 */
export const VAULT_KINDS = ['disclosure', 'collection', 'refusal', 'consultation', 'office'] as const
export type VaultKind = (typeof VAULT_KINDS)[number]

/** The erasable side of a leaf: the key of its commitments and what they commit to, sealed. */
export interface VaultRow {
  /** By which the leaf finds it: its exchange, or its own id. A UUID version 7. */
  readonly id: string
  readonly kind: VaultKind
  readonly key: Uint8Array
  readonly sealed: Uint8Array
  /** Milliseconds. */
  readonly expiresAt: number
  /** Keyed tags by which the leaf is found, 16 bytes each: nobody without the key can tell what they stand for. */
  readonly tags: readonly Uint8Array[]
}

export interface KeptRow extends VaultRow {
  /** The number of the leaf that it opens, counted over all logs of the store. */
  readonly leaf: number
}

/** What can be read of the vault. */
export interface VaultReader {
  kept(id: string): Promise<KeptRow | undefined>

  /** The numbers of leaves under any of some tags that are below `below`, newest first. */
  tagged(tags: readonly Uint8Array[], below: number, limit: number): Promise<readonly number[]>

  /** The smallest id of a row, which is its oldest; undefined where there is none. */
  oldestKept(): Promise<string | undefined>

  /** The ids of rows that are to go, at most `limit`. */
  doomed(which: Doomed, limit: number): Promise<readonly string[]>
}

/** `due`: of one kind whose time is over. `before`: made before a moment, in ms; what officers did is not among them. */
export type Doomed =
  | { readonly kind: 'due'; readonly of: VaultKind; readonly at: number }
  | { readonly kind: 'before'; readonly at: number }

/** The port behind commitments that can be opened, and be forgotten. */
export interface VaultStore extends VaultReader {
  /** The exact text of the leaf with this number, counted over all logs of the store; undefined where there is none. */
  leafAt(number: number): Promise<string | undefined>

  /**
   * Deletes rows and their tags for good, and records it with a leaf. The leaf is durable before they go; if we die between the
   * two they are due at once, and go with the next sweep.
   *
   * @returns false, without any effect, where one of them is gone already
   */
  forget(ids: readonly string[], leaf: string): Promise<boolean>
}
