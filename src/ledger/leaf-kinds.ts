import type { Digest } from '../kit/kit.ts'
import type { RefusalCode } from '../terms/terms.ts'

/** The stable event code of each kind of leaf, for rules of a SIEM. Never renamed, never used for something else. */
export const EVENT_CODES = {
  'log.open': 'XG-1001',
  'log.close': 'XG-1002',
  'policy.load': 'XG-1101',
  'key.load': 'XG-1102',
  'peer.change': 'XG-1103',
  agreement: 'XG-1104',
  decided: 'XG-1201',
  receipted: 'XG-1202',
  expired: 'XG-1203',
  accepted: 'XG-1301',
  consulted: 'XG-1302',
  erased: 'XG-1303',
  'vault.erased': 'XG-1304',
  refused: 'XG-1401',
  failed: 'XG-1402',
  'handshake.refused': 'XG-1403',
  'link.switch': 'XG-1501',
  admin: 'XG-1601',
  'ledger.read': 'XG-1602',
  'witness.cosigned': 'XG-1701',
  'witness.conflict': 'XG-1702',
  'witness.behind': 'XG-1703',
  anchored: 'XG-1704',
  'store.degraded': 'XG-1801',
} as const satisfies Record<LeafKind, string>

export type LeafKind = keyof LeafFacts

/** How many items of a document met each outcome, such as `shared` or `withheld`; never which value. */
export type Tally = Readonly<Record<string, number>>

/** Commitments by name, made with `commit`: they bind us to values that the leaf does not hold. */
export type Commitments = Readonly<Record<string, string>>

type Movement = {
  readonly xid: string
  readonly from: string
  readonly to: string
  /** `police.operation` */
  readonly res: string
  readonly purpose: string
  readonly role?: string | undefined
  readonly prev?: string | undefined
  readonly c?: Commitments | undefined
}

type Forward = {
  readonly decision: 'forward'
  /** The agreement that was applied. */
  readonly policy: Digest
  readonly rule?: string | undefined
  readonly fields: Tally
  /** SHA-256 of the sealed line, which holds a salt. */
  readonly env: Digest
}

type Refuse = {
  readonly decision: 'refuse'
  readonly why: RefusalCode
  readonly rule?: string | undefined
  readonly policy?: Digest | undefined
}

/** Links a later stage to the `decided` leaf of the same exchange. */
type Ending = {
  readonly xid: string
  readonly prev: string
  readonly from: string
  readonly to: string
  readonly res?: string | undefined
  readonly purpose?: string | undefined
}

/** What was known of an exchange when it was stopped; the rest is absent. */
type Stopped = {
  readonly xid?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly res?: string | undefined
  readonly purpose?: string | undefined
  readonly role?: string | undefined
  readonly by?: string | undefined
  readonly link?: string | undefined
  readonly env?: Digest | undefined
  readonly policy?: Digest | undefined
  /** The room that stopped it: `authenticate`, `validate`, … */
  readonly room: string
  readonly c?: Commitments | undefined
}

/**
 * What each kind of leaf says. Names, digests and counts only: no member may carry a value from a document or the name
 * of a person; those are committed to (`c`) and kept in the vault.
 */
export type LeafFacts = {
  /** Release: before anything leaves the house. */
  decided: Movement & (Forward | Refuse)
  /** Release: the peer's signed answer. `why` is the peer's refusal code. */
  receipted: Ending & {
    readonly decision: 'accepted' | 'refused'
    readonly why?: string | undefined
    readonly receipt: Digest
    readonly link?: string | undefined
  }
  /** Release: its time to live ended without an answer. */
  expired: Ending
  /** Accept: before the receipt goes back. `map` names the translation. */
  accepted: Movement & {
    readonly policy: Digest
    readonly env: Digest
    readonly map?: string | undefined
    readonly fields?: Tally | undefined
    /** How many items this agency's own acceptance took out or made coarser. */
    readonly cut?: number | undefined
    readonly link?: string | undefined
    /** The exchange that it answers, or corrects where that is an earlier one of the same peer. */
    readonly reply?: string | undefined
  }
  /** Either side: a no with its reason, where no decision was reached or the receiver declines. */
  refused: Stopped & { readonly why: RefusalCode; readonly rule?: string | undefined }
  /** Either side: a fault of ours. */
  failed: Stopped
  /**
   * A system of ours read what was shared; `prev` is the leaf of its acceptance where one document was read. For whom it read, and
   * which documents, are commitments.
   */
  consulted: {
    readonly by: string
    readonly purpose: string
    readonly count: number
    readonly c: Commitments
    readonly xid?: string | undefined
    readonly prev?: string | undefined
    readonly from?: string | undefined
    readonly res?: string | undefined
    readonly role?: string | undefined
  }
  /** Documents deleted under a duty; `rule` names it. */
  erased: { readonly count: number; readonly rule: string }
  /** Rows of the vault deleted for good under a rule: what their leaves committed to can no longer be opened. */
  'vault.erased': { readonly count: number; readonly rule: string }
  /** The first leaf of a log; where it goes on from another one, the last head of that which a witness has seen. */
  'log.open': {
    readonly origin: string
    readonly vkey: string
    readonly was?: string | undefined
    readonly size?: number | undefined
    readonly root?: string | undefined
    readonly why?: 'year' | 'restored' | undefined
  }
  /** The last leaf of a log; `to` is the origin that goes on. */
  'log.close': { readonly origin: string; readonly to: string }
  'policy.load': { readonly agreement: string; readonly revision: number; readonly policy: Digest }
  /**
   * A step in the life of an agreement: `act` names it, `xid` is its id and `env` the digest of its signed text, which names the
   * persons and is kept apart.
   */
  agreement: {
    readonly act: string
    readonly by: string
    readonly agreement: string
    readonly revision?: number | undefined
    readonly policy?: Digest | undefined
    readonly purpose?: string | undefined
    readonly xid: string
    readonly env: Digest
    /** The officer, where it is one of this agency. */
    readonly c?: Commitments | undefined
  }
  /** `key` is the digest of the public key. */
  'key.load': {
    readonly use: 'tls' | 'batch' | 'receipt' | 'ledger' | 'witness' | 'token'
    readonly key: Digest
  }
  'peer.change': {
    readonly peer: string
    readonly change: 'added' | 'changed' | 'removed' | 'suspended'
    readonly cert?: Digest | undefined
  }
  /** `count` knocks at a door since the last leaf of this kind for it. */
  'handshake.refused': {
    readonly why: RefusalCode
    readonly door: string
    readonly count: number
    readonly peer?: string | undefined
    readonly cert?: Digest | undefined
  }
  'link.switch': { readonly peer: string; readonly was: string; readonly link: string; readonly rule: string }
  /** An act of an officer, named; who did it is a commitment. */
  admin: { readonly act: string; readonly rule?: string | undefined; readonly c?: Commitments | undefined }
  /** Somebody has read this record: `act` is export, search, register, open, prove or pack; who, and what for, are commitments. */
  'ledger.read': {
    readonly act: string
    readonly by: string
    readonly count?: number | undefined
    readonly purpose?: string | undefined
    readonly c?: Commitments | undefined
  }
  /** We have seen and cosigned a head of a peer's log. `root` in base64, `env` the digest of the cosigned note. */
  'witness.cosigned': {
    readonly peer: string
    readonly origin: string
    readonly size: number
    readonly root: string
    readonly env?: Digest | undefined
  }
  /** A peer's log has shown two heads that cannot both be true; `env` and `was` are the digests of the two notes, which are kept. */
  'witness.conflict': {
    readonly peer: string
    readonly origin: string
    readonly size: number
    readonly why: string
    readonly env: Digest
    readonly was?: string | undefined
  }
  /** No witness has cosigned our head for longer than is allowed, or one does so again. `count` in seconds. */
  'witness.behind': { readonly peer: string; readonly change: 'behind' | 'again'; readonly count: number }
  /** A time-stamping authority has stamped a checkpoint (RFC 3161); `env` is the digest of the token. */
  anchored: {
    readonly by: string
    readonly origin: string
    readonly size: number
    readonly root: string
    readonly env: Digest
  }
  /** Something could not be recorded in time; `count` such things since. */
  'store.degraded': { readonly why: string; readonly count: number }
}
