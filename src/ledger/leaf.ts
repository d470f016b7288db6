import { createHmac, type KeyObject } from 'node:crypto'
import { type Clock, timestamp, uuidv7 } from '../kit/kit.ts'
import { type Commitments, EVENT_CODES, type LeafFacts, type LeafKind, type Tally } from './leaf-kinds.ts'

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
  'root',
  'rule',
  'size',
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
