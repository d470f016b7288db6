import { createHmac, type KeyObject } from 'node:crypto'
import { type Clock, type Digest, timestamp, uuidv7 } from '../kit/kit.ts'
import type { RefusalCode } from '../terms/terms.ts'

/** The stable event code of each kind of leaf, for rules of a SIEM. Never renamed, never used for something else. */
export const EVENT_CODES = {
  'log.open': 'XG-1001',
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
  refused: 'XG-1401',
  failed: 'XG-1402',
  'handshake.refused': 'XG-1403',
  'link.switch': 'XG-1501',
  admin: 'XG-1601',
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
  /** The first leaf of a log. */
  'log.open': { readonly origin: string; readonly vkey: string }
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
}

/** A leaf that is ready to be recorded. Its text is made once and never printed again. */
export interface WrittenLeaf {
  /** UUID version 7. */
  readonly id: string
  readonly text: string
}

export interface LeafWriter {
  /**
   * The exact JSON text of one leaf: sorted members, printable ASCII, at most 4 KB. A name that does not have the form
   * of a name (it may come from a stranger's request) is written as `?`, so that a refusal can always be recorded.
   */
  write<K extends LeafKind>(kind: K, facts: LeafFacts[K]): WrittenLeaf
  /**
   * HMAC-SHA-256(key, name ‖ 0x00 ‖ value), hexadecimal. A bare digest of a plate number would be guessed in seconds.
   *
   * @param key 32 random bytes for each exchange; whoever deletes it makes the commitment meaningless
   */
  commit(key: KeyObject, name: string, value: string): string
}

export const MAX_LEAF_BYTES = 4096

/** @param agency whose gateway writes; `gw` in every leaf */
export function makeLeafWriter({ clock, agency }: { clock: Clock; agency: string }): LeafWriter {
  return {
    write(kind, facts) {
      const id = uuidv7(clock)
      const head = { code: EVENT_CODES[kind], gw: agency, id, kind, t: timestamp(clock.now()), v: 1 }
      const text = printMembers({ ...facts, ...head })
      if (text.length > MAX_LEAF_BYTES)
        throw new Error(`a leaf of kind ${kind} is longer than ${MAX_LEAF_BYTES} bytes`)
      return { id, text }
    },
    commit: (key, name, value) => createHmac('sha256', key).update(`${name}\u0000${value}`).digest('hex'),
  }
}

type Member = string | number | Tally | Commitments | undefined

/** What a leaf is printed from: each member once, in the order of the text. The list is what keeps it closed. */
const MEMBERS = [
  'act',
  'agreement',
  'by',
  'c',
  'cert',
  'change',
  'code',
  'count',
  'cut',
  'decision',
  'door',
  'env',
  'fields',
  'from',
  'gw',
  'id',
  'key',
  'kind',
  'link',
  'map',
  'origin',
  'peer',
  'policy',
  'prev',
  'purpose',
  'receipt',
  'reply',
  'res',
  'revision',
  'role',
  'room',
  'rule',
  't',
  'to',
  'use',
  'v',
  'vkey',
  'was',
  'why',
  'xid',
] as const

type Members = { readonly [name in (typeof MEMBERS)[number]]?: Member }

function printMembers(members: Members): string {
  let text = ''
  for (const name of MEMBERS) {
    const value = members[name]
    if (value !== undefined) text += `${text ? ',' : '{'}"${name}":${printMember(value)}`
  }
  return `${text}}`
}

function printMember(value: Exclude<Member, undefined>): string {
  if (typeof value === 'string') return printName(value)
  if (typeof value === 'number') return printCount(value)
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([name, entry]) => `${printName(name)}:${printMember(entry)}`).join(',')}}`
}

/** Printable ASCII without quotes, backslash and space, 160 characters at most: it needs no escaping. */
function printName(value: string): string {
  return /^[!#-[\]-~]{1,160}$/.test(value) ? `"${value}"` : '"?"'
}

function printCount(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error('a number in a leaf must be a safe integer')
  return String(value)
}
