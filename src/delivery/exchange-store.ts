import type { VaultRow } from '../ledger/ledger.ts'
import type { AgencyId } from '../terms/terms.ts'

/**
 * The port behind outbox, inbox and ledger. Each write is one transaction that holds the leaf and its effect, and is
 * durable when the promise resolves; writes that wait together are committed together (group commit). A write that
 * rejects has had no effect: the caller acknowledges nothing. After a failed fsync the store refuses every later write.
 *
 * A leaf is the exact JSON text that the ledger hashes; the store gives it the next index in commit order and never
 * changes it.
 *
 * ```
 * outbox:  queued ─receipt→ accepted | refused        queued ─time to live→ expired
 * inbox:   stored ─retention→ erased
 * ```
 */
export interface ExchangeStore extends AsyncDisposable {
  /** Records leaves that have no other effect: refusals, failures, consultations, officers' acts. The row at each place of `vault` opens the commitments of the leaf at the same place. */
  note(leaves: readonly string[], vault?: readonly (VaultRow | undefined)[]): Promise<void>

  /** Puts one exchange for each entry into the outbox, all in one transaction with their leaves and the idempotency key. */
  release(entries: readonly ReleaseEntry[], once: OnceKey | undefined): Promise<ReleaseResult>

  /** Stores what a peer sent: one result for each entry, in order, all in one transaction. A batch id seen before from this peer gives `replayed` and has no effect. */
  accept(batch: BatchSeen, entries: readonly AcceptEntry[]): Promise<AcceptResult>

  /** Writes the peer's answers: state, receipt and leaf together; the document line is erased from the outbox. The lane's `settled` moves on for an answer, not for an expiry: the peer has not seen that number. An exchange that is no longer queued is left as it is, without a leaf. */
  settle(entries: readonly SettleEntry[]): Promise<void>

  /** Deletes inbox documents whose retention has ended at `now`; `leafOf` words the leaf over those found. Returns how many. */
  erase(now: number, leaf: (count: number) => string): Promise<number>

  /** Exchanges queued for a peer in the order they were released, after outbox row `after`. */
  waiting(peer: AgencyId, after: number, limit: number): Promise<readonly WaitingRow[]>

  /** Where one exchange stands on the sending side. */
  sent(id: string): Promise<SentRow | undefined>

  /** Documents shared with us, oldest first, after inbox row `after`. */
  shared(query: SharedQuery): Promise<readonly SharedRow[]>
  sharedOne(id: string): Promise<SharedRow | undefined>
  /** The newest inbox row number, 0 when empty. */
  sharedEnd(): Promise<number>

  /** How much is queued for a peer, for metrics and back pressure. `oldestAt` in ms, undefined when nothing waits. */
  backlog(peer: AgencyId): Promise<{ readonly exchanges: number; readonly oldestAt: number | undefined }>

  /** The highest revision of an agreement ever in force here, and its digest; `rememberRevision` never lowers it. */
  revision(agreement: string): Promise<{ readonly revision: number; readonly digest: string } | undefined>
  /** All of them, by agreement. */
  revisions(): Promise<ReadonlyMap<string, { readonly revision: number; readonly digest: string }>>
  rememberRevision(agreement: string, revision: number, digest: string): Promise<void>
}

export interface ReleaseEntry {
  readonly id: string
  readonly peer: AgencyId
  /** Opaque ordering key; exchanges of one lane arrive in order. */
  readonly lane: string
  /** JSON text of the manifest without `seq` and `prev`, which the store assigns. */
  readonly manifest: string
  /** JSON text of the sealed line: salt and document. Its SHA-256 is in the manifest. */
  readonly line: string
  /** 0 flash … 3 routine. */
  readonly precedence: number
  readonly releasedAt: number
  readonly expiresAt: number
  /** JSON text that the status API shows the sender: agreement, purpose, resource, tally of outcomes. */
  readonly trail: string
  /** The system that released it (certificate identity): only it may read the status. */
  readonly system: string
  readonly leafId: string
  readonly leaf: string
  readonly vault: VaultRow | undefined
}

export interface OnceKey {
  /** Certificate identity and operation. */
  readonly scope: string
  readonly key: string
  /** HMAC of the body, hexadecimal. */
  readonly fingerprint: string
  /** What to answer when the request comes again, JSON text. */
  readonly answer: string
  readonly expiresAt: number
}

export type ReleaseResult =
  | { readonly kind: 'queued'; readonly rows: readonly QueuedRow[] }
  | { readonly kind: 'repeated'; readonly answer: string }
  | { readonly kind: 'mismatch' }

/** What the store assigned to a released exchange; `settled` is the last number of its lane that the peer has answered for. */
export interface QueuedRow {
  readonly row: number
  readonly seq: number
  readonly settled: number
}

export interface BatchSeen {
  readonly peer: AgencyId
  readonly id: string
  readonly issuedAt: number
}

/** What became of one exchange of a batch: an inbox row and its leaf, or only the leaf of a refusal. The receipt is kept either way. */
export interface AcceptEntry {
  readonly id: string
  readonly sha256: string
  readonly lane: string
  readonly seq: number
  /** The last sequence number of the lane that the sender has settled or sends before this one; 0 for none. */
  readonly prev: number
  readonly leafId: string
  readonly leaf: string
  /** JSON text of the receipt for this exchange. */
  readonly receipt: string
  readonly inbox: InboxEntry | undefined
  readonly vault: VaultRow | undefined
}

export interface InboxEntry {
  readonly resource: string
  readonly version: string
  readonly purpose: string
  readonly document: string
  /** JSON text: translation report, caveats, label, retention, provider. */
  readonly about: string
  readonly receivedAt: number
  /** When the document must be gone, ms; undefined where no duty says so. */
  readonly deleteAt: number | undefined
  /**
   * The exchange whose document this one takes the place of, if it is there: of the same peer, resource and purpose. It is deleted
   * in the same transaction.
   */
  readonly corrects: string | undefined
}

export type AcceptResult =
  | { readonly kind: 'replayed' }
  | { readonly kind: 'stored'; readonly outcomes: readonly AcceptOutcome[] }

/**
 * `stored`: this entry's leaf and row are durable; `corrected` where an earlier document went for it. `duplicate`: the id was settled before with the same digest, its receipt
 * is given again. `conflict`: the id was settled before with another digest. `gap`: `prev` is beyond what this lane has
 * seen; `expected` is the last seen. Nothing is written for the last three.
 */
export type AcceptOutcome =
  | { readonly kind: 'stored'; readonly row: number | undefined; readonly corrected: boolean }
  | { readonly kind: 'duplicate'; readonly receipt: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gap'; readonly expected: number }

export interface SettleEntry {
  readonly id: string
  readonly state: 'accepted' | 'refused' | 'expired'
  /** JSON text of the peer's receipt; undefined for an expiry. */
  readonly receipt: string | undefined
  readonly leaf: string
}

export interface WaitingRow {
  readonly row: number
  readonly id: string
  readonly lane: string
  readonly seq: number
  /** The last settled sequence number of the lane when this row was read. */
  readonly settled: number
  readonly manifest: string
  readonly line: string
  readonly precedence: number
  readonly releasedAt: number
  readonly expiresAt: number
  /** Leaf id of the decision, to link the next stage to it. */
  readonly leafId: string
}

export interface SentRow {
  readonly id: string
  readonly peer: AgencyId
  readonly system: string
  readonly state: 'queued' | 'accepted' | 'refused' | 'expired'
  readonly releasedAt: number
  readonly settledAt: number | undefined
  readonly trail: string
  readonly receipt: string | undefined
}

export interface SharedQuery {
  readonly resource: string | undefined
  readonly purposes: readonly string[]
  readonly after: number
  readonly limit: number
}

export interface SharedRow {
  readonly row: number
  readonly id: string
  readonly peer: AgencyId
  readonly resource: string
  readonly version: string
  readonly purpose: string
  readonly document: string
  readonly about: string
  readonly receivedAt: number
  readonly deleteAt: number | undefined
  /** Leaf id of the acceptance. */
  readonly leafId: string
}
