/**
 * The port behind the ledger: what the checkpointer, the auditor's pages and the export need of it. Leaves themselves
 * are written through the exchange store, in one transaction with their effect.
 */
export interface LedgerStore extends LedgerReader {
  /** How many leaves are durable, and the root over them. */
  head(): Promise<Head>

  /**
   * Keeps a signed checkpoint; durable when it resolves, so that it may be published. One of a size that is not larger
   * than the last, or larger than the ledger, or with another root than the ledger has there, rejects and has no effect.
   */
  saveCheckpoint(checkpoint: SavedCheckpoint): Promise<void>
}

/** What can be read of a ledger, also by a process that is not its gateway. */
export interface LedgerReader {
  /** How many leaves are durable. */
  size(): Promise<number>

  /** The exact texts of leaves `from` up to but not including `to`, as far as there are any. */
  leaves(from: number, to: number): Promise<readonly string[]>

  /** The 8,192 bytes of a full tile, or undefined where it is not full yet. */
  tile(level: number, index: number): Promise<Uint8Array | undefined>

  latestCheckpoint(): Promise<SavedCheckpoint | undefined>
}

export interface Head {
  readonly size: number
  readonly root: Uint8Array
}

export interface SavedCheckpoint extends Head {
  /** The signed note. */
  readonly note: string
  /** The verifier key it is signed with. */
  readonly vkey: string
  /** When it was signed, ms. */
  readonly at: number
}
