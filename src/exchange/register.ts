import { type JsonObject, timestamp, unreachable } from '../kit/kit.ts'
import type { Committed, LeafFacts, SearchKeys, Secrets, Vault, VaultRow } from '../ledger/ledger.ts'
import { Refusal } from '../terms/terms.ts'
import { type Disclosure, type DisclosuresParts, directionOf, disclosureOf } from './disclosures.ts'
import { type ErasureParts, eraseAll, eraseRows } from './erasure.ts'
import { type FoundLeaves, makeFindLeaves, type RecordQuery, type RecordsParts } from './records.ts'
import { rowsAbout } from './rows-about.ts'

/** An officer who reads the record, or lets parts of it be forgotten. */
export interface RecordOfficer {
  readonly person: string
  readonly role: string
}

export type RegisterParts = RecordsParts &
  DisclosuresParts &
  ErasureParts & {
    readonly store: { note(leaves: readonly string[], vault: readonly VaultRow[]): Promise<void> }
    readonly vault: Vault
    readonly searchKeys: SearchKeys
  }

/** What is to be forgotten: one exchange, all about a reference, or everything before a moment in ms. */
export type ToForget =
  | { readonly kind: 'exchange'; readonly exchange: string }
  | { readonly kind: 'reference'; readonly reference: string }
  | { readonly kind: 'before'; readonly at: number }

/** A page of an answer. */
export interface Page<One> {
  readonly entries: readonly One[]
  readonly next: number | undefined
  /** The leaf that records this reading. */
  readonly recordedAs: string
}

/** A leaf as it stands in the ledger, with what it commits to. */
export interface OpenedLeaf {
  readonly number: number
  readonly leaf: JsonObject
  readonly opened: Secrets
}

export interface DisclosureRegister {
  /** What was shared or received, or asked for and refused. Recorded before it is answered. @throws Refusal officer-not-allowed, request-invalid */
  disclosures(who: RecordOfficer, asked: RecordQuery, why: string): Promise<Page<Disclosure>>
  /** Every leaf about somebody or something. Recorded before it is answered. @throws Refusal officer-not-allowed, request-invalid */
  search(who: RecordOfficer, asked: RecordQuery, why: string): Promise<Page<OpenedLeaf>>
  /**
   * Lets commitments be forgotten for good. The order is recorded first, then each part that goes.
   *
   * @throws Refusal officer-not-allowed, not-found, request-invalid
   */
  erase(
    who: RecordOfficer,
    which: ToForget,
    why: string,
  ): Promise<{ readonly erased: number; readonly recordedAs: string }>
}

const READERS: ReadonlySet<string> = new Set(['auditor', 'dpo'])
const ERASERS: ReadonlySet<string> = new Set(['dpo'])

/** The register of disclosures, the search behind it, and what may be forgotten. */
export function makeDisclosureRegister(parts: RegisterParts): DisclosureRegister {
  const find = makeFindLeaves(parts)

  async function read(
    act: 'register' | 'search',
    { who, asked, why }: { who: RecordOfficer; asked: RecordQuery; why: string },
    fits: (leaf: JsonObject) => boolean,
  ): Promise<FoundLeaves & { readonly recordedAs: string }> {
    inRole(who, READERS)
    const found = await find(asked, fits)
    const { purpose } = asked
    const facts = { act, by: who.role, count: found.found.length, purpose }
    return { ...found, recordedAs: await noteReading(parts, facts, testimony(parts, who, asked, why)) }
  }

  return {
    async disclosures(who, asked, why) {
      const { agency } = parts
      const about = { who, asked, why }
      const { found, next, recordedAs } = await read('register', about, leaf => {
        const direction = directionOf(leaf, agency)
        return direction !== undefined && (asked.direction ?? direction) === direction
      })
      const whole = asked.exchange !== undefined
      const entries = await Promise.all(found.map(one => disclosureOf(parts, one, whole)))
      return { entries, next, recordedAs }
    },
    async search(who, asked, why) {
      const { found, next, recordedAs } = await read('search', { who, asked, why }, () => true)
      const entries = found.map(({ number, leaf, secrets }) => ({ number, leaf, opened: secrets }))
      return { entries, next, recordedAs }
    },
    async erase(who, which, why) {
      inRole(who, ERASERS)
      const named = await namedRows(parts, which)
      const about = testimony(parts, who, orderOf(which), why)
      const leaf = parts.leaves.write('admin', {
        act: 'vault.erase',
        rule: which.kind,
        c: about.commitments,
      })
      await parts.store.note([leaf.text], [about.row(leaf.id)])
      const rule = `officer.${which.kind}`
      const erased =
        which.kind === 'before' ? await eraseAll(parts, which, rule) : await eraseRows(parts, named, rule)
      return { erased, recordedAs: leaf.id }
    },
  }
}

/** @throws Refusal officer-not-allowed */
function inRole({ role }: RecordOfficer, allowed: ReadonlySet<string>): void {
  if (!allowed.has(role)) throw new Refusal('officer-not-allowed', { rule: [...allowed].join('|') })
}

/**
 * The rows that an order names one by one; none where it names a moment.
 *
 * @throws Refusal not-found, request-invalid
 */
async function namedRows(parts: RegisterParts, which: ToForget): Promise<readonly string[]> {
  if (which.kind === 'before') {
    if (which.at <= parts.clock.now()) return []
    const violations = [{ pointer: '/before', says: 'lies in the future' }]
    throw new Refusal('request-invalid', { rule: 'before', violations })
  }
  const { kind } = which
  const ids = await rowsAbout(parts, { kind, value: kind === 'exchange' ? which.exchange : which.reference })
  if (ids.length === 0) throw new Refusal('not-found')
  return ids
}

function orderOf(which: ToForget): Pick<RecordQuery, 'exchange' | 'reference' | 'until'> {
  switch (which.kind) {
    case 'exchange':
      return { exchange: which.exchange }
    case 'reference':
      return { reference: which.reference }
    case 'before':
      return { until: which.at }
    default:
      return unreachable(which)
  }
}

/** Commits to who looks, for what, and why; found again by the person and by what was asked for. */
function testimony(
  { vault }: RegisterParts,
  { person }: RecordOfficer,
  asked: Partial<RecordQuery>,
  why: string,
): Committed {
  const { reference, exchange, since, until } = asked
  const times = {
    ...(since === undefined ? {} : { since: timestamp(since) }),
    ...(until === undefined ? {} : { until: timestamp(until) }),
  }
  return vault.keep({
    kind: 'office',
    secrets: { actor: person, asked: JSON.stringify({ ...asked, ...times }), why },
    tags: [
      { kind: 'person', value: person },
      ...(asked.person === undefined ? [] : [{ kind: 'person', value: asked.person } as const]),
      ...(reference === undefined ? [] : [{ kind: 'reference', value: reference } as const]),
      ...(exchange === undefined ? [] : [{ kind: 'exchange', value: exchange } as const]),
    ],
  })
}

async function noteReading(
  { leaves, store }: RegisterParts,
  facts: Omit<LeafFacts['ledger.read'], 'c'>,
  about: Committed,
): Promise<string> {
  const leaf = leaves.write('ledger.read', { ...facts, c: about.commitments })
  await store.note([leaf.text], [about.row(leaf.id)])
  return leaf.id
}
