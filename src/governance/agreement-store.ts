import type { VaultRow } from '../ledger/ledger.ts'
import type { AgencyId } from '../terms/terms.ts'

/**
 * The port behind the life of agreements. Acts are never changed; each is durable, together with its leaf, when the promise
 * resolves. What state an agreement is in is not stored: it follows from the acts.
 */
export interface AgreementStore {
  /** Every act, in the order in which they became durable here. */
  acts(): Promise<readonly ActRow[]>
  /**
   * Adds acts with their leaves, all in one transaction. An act that is there already is left as it is, without its leaf.
   *
   * @returns the ids of those that were added
   */
  addActs(entries: readonly ActEntry[]): Promise<readonly string[]>
  /** The peer has these acts. */
  markTold(ids: readonly string[], at: number): Promise<void>
  /** The newest draft of each agreement. */
  drafts(): Promise<readonly DraftRow[]>
  /** Saves a draft with its leaf and what opens that; an earlier one of the agreement is replaced. */
  saveDraft(draft: DraftRow, leaf: string, vault: VaultRow): Promise<void>
  /** Forgets a draft; there need not be one. */
  dropDraft(agreement: string): Promise<void>
}

export interface ActEntry {
  /** UUID version 7, given by the gateway that acts. */
  readonly id: string
  /** The peer that has to be told; undefined for an act of a peer, and for one that does not travel. */
  readonly to: AgencyId | undefined
  /** The exact text: the compact JWS of what travels, otherwise JSON. */
  readonly text: string
  /** Milliseconds since 1970. */
  readonly recordedAt: number
  readonly leaf: string
  /** Opens the commitments of the leaf; undefined where it makes none. */
  readonly vault: VaultRow | undefined
}

export interface ActRow {
  readonly id: string
  readonly to: AgencyId | undefined
  readonly text: string
  readonly recordedAt: number
  readonly toldAt: number | undefined
}

export interface DraftRow {
  readonly agreement: string
  /** The sharing policy as YAML. */
  readonly source: string
  /** The officer. */
  readonly savedBy: string
  readonly savedAt: number
}
