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

  /**
   * Ends the log as it is and begins another one in the same store, whose first leaves these are; durable when it resolves.
   * From then on everything here is about the new one. The old one stays, and is read with {@link LedgerReader.logs}.
   */
  openLog(leaves: readonly string[]): Promise<void>

  /**
   * Closes the log and begins the next one as one step, durable when it resolves: a closing leaf, the checkpoint that covers it,
   * and the first leaves of the new log. It is never seen half done, and where it rejects it has no effect. Nothing is recorded
   * between the steps: what is asked for meanwhile waits a moment, and is recorded in the new log.
   *
   * @param closing the last leaf of the log
   * @param turn makes the rest, given the head that the log has with that leaf
   */
  turnLog(closing: string, turn: (head: Head) => Promise<LogTurn>): Promise<void>

  /**
   * Reads the log of this number, counted from 1; as long as it is the last, it grows. Unlike what reads "the log that grows", it
   * stays with its log when that is closed.
   */
  log(number: number): LedgerReader
}

/** What is recorded where a log ends and the next one begins. */
export interface LogTurn {
  /** Over the whole of the log that ends. */
  readonly checkpoint: SavedCheckpoint
  /** The first leaves of the log that begins. */
  readonly leaves: readonly string[]
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

  /** The kept checkpoints of more than `after` leaves, in rising size, at most `limit`. */
  checkpoints(after: number, limit: number): Promise<readonly SavedCheckpoint[]>

  /** The root over the first `size` leaves. Rejects where there are fewer. */
  rootAt(size: number): Promise<Uint8Array>

  /** The proof that leaf `index` is among the first `size` (RFC 6962 §2.1.1). Rejects where there are fewer. */
  inclusion(index: number, size: number): Promise<readonly Uint8Array[]>

  /** The proof that the first `size` leaves begin with the first `old` ones (RFC 6962 §2.1.2). */
  consistency(old: number, size: number): Promise<readonly Uint8Array[]>

  /** The first leaf of every log of the store, oldest first; the last is that of the log that all else here is about. */
  logs(): Promise<readonly string[]>
}

export interface Head {
  readonly size: number
  readonly root: Uint8Array
}

export interface SavedCheckpoint extends Head {
  /** The signed note. */
  readonly note: string
  /** The verifier keys it is signed with, a line each. */
  readonly vkey: string
  /** When it was signed, ms. */
  readonly at: number
}
