import type { Head } from './ledger-store.ts'

/** The port behind witnessing: what we have seen of other agencies' logs, and what they have said of ours. */
export interface WitnessStore {
  /** The newest head of a log that we have cosigned. */
  peerLog(origin: string): Promise<PeerLog | undefined>

  /** The newest heads of all logs that one peer has shown us. */
  peerLogs(peer: string): Promise<readonly PeerLog[]>

  /**
   * Puts the head of a log forward from the one we have seen, together with a leaf; both durable when it resolves. False and
   * without any effect where `from` is not the head any more: of two requests that race, one loses.
   */
  advance(step: Advance): Promise<boolean>

  /**
   * Keeps two notes that contradict each other, with a leaf. False and without any effect where the note is kept already, or
   * where as many of the peer are kept as anybody needs for a proof.
   */
  keepConflict(conflict: LogConflict, leaf: string): Promise<boolean>

  /** Everything that contradicts itself and that nobody has settled, oldest first. */
  conflicts(): Promise<readonly LogConflict[]>

  /** Says of every conflict of a peer that it is settled. The notes stay. Returns of how many. */
  settleConflicts(peer: string, at: number, leaf: string): Promise<number>

  /**
   * Keeps what a witness has said of a checkpoint of our own log. A newer one of the same head takes the place of the older.
   *
   * @param log its number, counted from 1; without it the log that grows
   */
  saveCosignature(cosignature: SavedCosignature, log?: number): Promise<void>

  /** The newest head of our log that this witness has cosigned; undefined before the first. Without a number: of the log that grows. */
  lastCosignature(witness: string, log?: number): Promise<SavedCosignature | undefined>

  /** Every cosignature of the head of this size of our log. */
  cosignatures(size: number): Promise<readonly SavedCosignature[]>
}

export interface PeerLog extends Head {
  readonly origin: string
  readonly peer: string
  /** The checkpoint with the signature of its log and our cosignature. */
  readonly note: string
  /** When we cosigned it, ms. */
  readonly at: number
}

export interface Advance {
  /** Undefined for a log that is seen for the first time. */
  readonly from: Head | undefined
  readonly to: PeerLog
  readonly leaf: string
}

export interface LogConflict {
  readonly origin: string
  readonly peer: string
  readonly size: number
  /** `same-size`: another root at the size we have seen. `proof`: a head that does not go on from the one we have seen. */
  readonly why: 'same-size' | 'proof'
  /** What was shown, as it came. */
  readonly note: string
  /** What we had seen before. */
  readonly was: string
  readonly at: number
}

export interface SavedCosignature {
  readonly size: number
  /** The name of the witness. */
  readonly witness: string
  /** The signature line. */
  readonly line: string
  /** When it was signed, ms. */
  readonly at: number
}

/** How many conflicts of one peer are kept: two notes prove one, more prove no more. */
export const MAX_CONFLICTS = 16
