/** The port behind retention of whole logs: one that is closed and old enough is dropped, for good. */
export interface DropStore {
  /**
   * Drops a log and records it in the one that grows, in one transaction. What stays for ever: the first leaf, the last leaf under
   * the last checkpoint (of a year, that is the closing one), the proofs of both, that checkpoint, the newest ones that each
   * witness has cosigned and an authority has stamped, with cosignatures and stamps. All else of it goes, and what the vault holds
   * about its leaves. Numbers of other leaves stay as they are. If we die on the way, the rest goes when the store is opened next.
   *
   * @param order.log its number, counted from 1
   */
  dropLog(order: DropOrder): Promise<DropAnswer>

  /** The logs that were dropped, oldest first. */
  drops(): Promise<readonly Drop[]>
}

export interface DropOrder {
  readonly log: number
  /** Under which written policy. It stays beside what stays of the log. */
  readonly why: string
  /** Ms. */
  readonly at: number
  /** The leaf that records it. */
  readonly leaf: string
}

/**
 * `unsigned`: it has no checkpoint, so nothing would be left of it. `changed`: its first or last leaf is not the one in its last
 * checkpoint. `needed`: the vault keeps something about it until that moment, ms. None but `dropped` has an effect.
 */
export type DropAnswer =
  | { readonly kind: 'dropped'; readonly size: number }
  | { readonly kind: 'unknown' | 'growing' | 'gone' | 'unsigned' | 'changed' }
  | { readonly kind: 'needed'; readonly until: number }

export interface Drop {
  readonly log: number
  readonly at: number
  /** Whether everything that is to go is gone. */
  readonly swept: boolean
}
