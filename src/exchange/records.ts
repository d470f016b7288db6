import { setImmediate as breathe } from 'node:timers/promises'
import { isJsonObject, type JsonObject, readJsonText } from '../kit/kit.ts'
import {
  agencyWithPurpose,
  type Commitments,
  type KeptRow,
  type SearchKeys,
  type Secrets,
  type Tag,
  tagsUnder,
  type Vault,
  type VaultStore,
} from '../ledger/ledger.ts'
import { Refusal } from '../terms/terms.ts'

/** Which way a document went: from this agency to another, or from another to this one. */
export type Direction = 'shared' | 'received'

/** By what leaves are looked for. One of reference, person and exchange has to be there, or peer and purpose together. */
export interface RecordQuery {
  /** A reference that the document carries. */
  readonly reference?: string
  /** For whom it was done, or who did it. */
  readonly person?: string
  readonly exchange?: string
  /** Which way it went; for the register. */
  readonly direction?: Direction
  /** The other agency. */
  readonly peer?: string
  readonly purpose?: string
  /** Milliseconds; the first instant, and the first one after. */
  readonly since?: number
  readonly until?: number
  /** Only leaves with smaller numbers: where the page before ended. */
  readonly below?: number
  readonly limit: number
}

/** A leaf whose commitments can still be opened. */
export interface FoundLeaf {
  readonly number: number
  readonly leaf: JsonObject
  readonly secrets: Secrets
}

export interface FoundLeaves {
  readonly found: readonly FoundLeaf[]
  /** Where the next page begins; undefined where there is none. */
  readonly next: number | undefined
}

export interface RecordsParts {
  readonly store: Pick<VaultStore, 'kept' | 'tagged' | 'leafAt'>
  readonly vault: Pick<Vault, 'open'>
  readonly searchKeys: Pick<SearchKeys, 'within'>
}

const CHUNK = 128
/** How many leaves are looked at for one answer, so that it comes within a second; the next page goes on from there. */
const MOST_EXAMINED = 2_048

/**
 * Finds leaves by keyed tags, newest first. What has been erased from the vault is not found.
 *
 * @throws Refusal request-invalid where nothing is named that can be looked up
 */
export function makeFindLeaves(
  parts: RecordsParts,
): (asked: RecordQuery, fits: (leaf: JsonObject) => boolean) => Promise<FoundLeaves> {
  return async (asked, fits) => {
    const wanted = tagsIn(asked)
    const tags = parts.searchKeys.within(asked.since, asked.until).flatMap(key => tagsUnder(key, wanted))
    const itself = await leafOfExchange(parts, asked)
    const found: FoundLeaf[] = []
    let below = asked.below ?? Number.MAX_SAFE_INTEGER
    for (let examined = 0; examined < MOST_EXAMINED; ) {
      const tagged = await parts.store.tagged(tags, below, CHUNK)
      const numbers = withItself(tagged, itself, below)
      for (const number of numbers) {
        const one = await read(parts, number, asked, tags)
        below = number
        examined += 1
        if (!one || !matches(one, asked) || !fits(one.leaf)) continue
        found.push(one)
        if (found.length === asked.limit) return { found, next: below }
      }
      if (tagged.length < CHUNK) return { found, next: undefined }
      await breathe()
    }
    return { found, next: below }
  }
}

/** @throws Refusal request-invalid */
function tagsIn({ reference, person, exchange, peer, purpose, direction }: RecordQuery): readonly Tag[] {
  if (exchange !== undefined) return [{ kind: 'exchange', value: exchange }]
  if (reference !== undefined) return [{ kind: 'reference', value: reference }]
  if (person !== undefined) return [{ kind: 'person', value: person }]
  if (peer !== undefined && purpose !== undefined) {
    const value = agencyWithPurpose(peer, purpose)
    const tags = { shared: { kind: 'recipient', value }, received: { kind: 'provider', value } } as const
    return direction === undefined ? Object.values(tags) : [tags[direction]]
  }
  const says = 'expected `reference`, `person` or `exchange`, or `peer` with `purpose`'
  throw new Refusal('request-invalid', { rule: 'selector', violations: [{ pointer: '', says }] })
}

/** The leaf of what was shared is known by its row; what was received, and what others did with it, is tagged. */
async function leafOfExchange(
  { store }: RecordsParts,
  { exchange }: RecordQuery,
): Promise<number | undefined> {
  return exchange === undefined ? undefined : (await store.kept(exchange))?.leaf
}

function withItself(
  numbers: readonly number[],
  itself: number | undefined,
  below: number,
): readonly number[] {
  if (itself === undefined || itself >= below || numbers.includes(itself)) return numbers
  const last = numbers.length === CHUNK ? (numbers.at(-1) ?? 0) : -1
  if (itself < last) return numbers
  return [...numbers, itself].toSorted((one, other) => other - one)
}

/** Undefined where it cannot be opened any more, or where a tag points at it that is not its own. */
async function read(
  { store, vault }: RecordsParts,
  number: number,
  { exchange }: RecordQuery,
  tags: readonly Uint8Array[],
): Promise<FoundLeaf | undefined> {
  const reading = readJsonText((await store.leafAt(number)) ?? '')
  if (!reading.ok || !isJsonObject(reading.value)) return undefined
  const leaf = reading.value
  const row = await rowOf(store, leaf, number)
  if (!row || !(row.id === exchange || isUnder(row, tags))) return undefined
  const secrets = vault.open(row, commitmentsIn(leaf))
  return secrets && { number, leaf, secrets }
}

/** The row that opens the leaf with this number; undefined where there is none any more. */
export async function rowOf(
  store: RecordsParts['store'],
  { xid, id }: JsonObject,
  number: number,
): Promise<KeptRow | undefined> {
  for (const name of [xid, id]) {
    const row = typeof name === 'string' ? await store.kept(name) : undefined
    if (row?.leaf === number) return row
  }
  return undefined
}

/** Whether a row is tagged with any of these. */
export function isUnder({ tags: own }: KeptRow, tags: readonly Uint8Array[]): boolean {
  return own.some(one => tags.some(tag => Buffer.compare(one, tag) === 0))
}

function commitmentsIn({ c }: JsonObject): Commitments {
  if (c === undefined || !isJsonObject(c)) return {}
  return Object.fromEntries(
    Object.entries(c).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function matches({ leaf, secrets }: FoundLeaf, asked: RecordQuery): boolean {
  const at = typeof leaf['t'] === 'string' ? Date.parse(leaf['t']) : Number.NaN
  return (
    (asked.since === undefined || at >= asked.since) &&
    (asked.until === undefined || at < asked.until) &&
    (asked.purpose === undefined || leaf['purpose'] === asked.purpose) &&
    (asked.peer === undefined || leaf['to'] === asked.peer || leaf['from'] === asked.peer) &&
    (asked.person === undefined || secrets['actor']?.toLowerCase() === asked.person.trim().toLowerCase())
  )
}
