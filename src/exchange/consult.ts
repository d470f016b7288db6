import type { ExchangeStore, SharedRow } from '../delivery/delivery.ts'
import { requirePurpose } from '../identity/identity.ts'
import { type Clock, isDigest } from '../kit/kit.ts'
import type { LeafFacts, LeafWriter, Vault } from '../ledger/ledger.ts'
import { Refusal } from '../terms/terms.ts'
import type { AgreementBook } from './agreement-book.ts'
import type { Caller } from './authenticate.ts'

export interface Consult {
  /** A page of what was shared for one purpose, oldest first, after the cursor, and whether there is more behind it. */
  list(
    caller: Caller,
    asked: { purpose: string; resource: string; after: number; limit: number },
  ): Promise<{ readonly rows: readonly SharedRow[]; readonly more: boolean }>
  /** @throws Refusal not-found, or purpose-mismatch where the document was shared for another purpose */
  one(caller: Caller, asked: { purpose: string; resource: string; id: string }): Promise<SharedRow>
  /** What has arrived since the cursor, as it arrives, until the signal is aborted. */
  live(
    caller: Caller,
    asked: { purpose: string; resource: string | undefined; after: number | undefined },
    signal: AbortSignal,
  ): AsyncGenerator<SharedRow, void, void>
}

const LIVE_CHUNK = 64

export interface ConsultParts {
  readonly clock: Clock
  readonly store: Pick<ExchangeStore, 'shared' | 'sharedOne' | 'sharedEnd' | 'note'>
  readonly leaves: LeafWriter
  readonly vault: Vault
  readonly agreements: Pick<AgreementBook, 'byDigest'>
  /** Resolves when something new is in the inbox, or the signal is aborted. */
  readonly arrival: (signal: AbortSignal) => Promise<void>
}

/**
 * Room *consult*: a system of ours reads what peers have shared. Every reading is in the ledger before the documents leave
 * the house; the purpose must be granted to the caller and be the one the document was shared for.
 */
export function makeConsult(parts: ConsultParts): Consult {
  return {
    async list(caller, { purpose, resource, after, limit }) {
      requirePurpose(caller, purpose)
      const found = await parts.store.shared({ resource, purposes: [purpose], after, limit: limit + 1 })
      const rows = found.slice(0, limit)
      await note(parts, caller, { purpose, rows, res: resource })
      return { rows, more: found.length > limit }
    },
    async one(caller, { purpose, resource, id }) {
      requirePurpose(caller, purpose)
      const row = await parts.store.sharedOne(id)
      if (row?.resource !== resource) throw new Refusal('not-found')
      if (row.purpose !== purpose) throw new Refusal('purpose-mismatch')
      const about = { res: resource, xid: row.id, prev: row.leafId, from: row.peer }
      await note(parts, caller, { purpose, rows: [row], ...about })
      return row
    },
    async *live(caller, { purpose, resource, after }, signal) {
      requirePurpose(caller, purpose)
      let cursor = after ?? (await parts.store.sharedEnd())
      while (!signal.aborted) {
        const arrived = parts.arrival(signal)
        const asked = { resource, purposes: [purpose], after: cursor, limit: LIVE_CHUNK }
        const rows = await parts.store.shared(asked)
        if (rows.length > 0) await note(parts, caller, { purpose, rows, res: resource })
        yield* rows
        cursor = rows.at(-1)?.row ?? cursor
        if (rows.length < LIVE_CHUNK) await arrived
      }
    },
  }
}

interface Reading extends Pick<LeafFacts['consulted'], 'purpose' | 'res' | 'xid' | 'prev' | 'from'> {
  readonly rows: readonly SharedRow[]
}

/** The leaf tells the system, the role and how many; the person and the documents are committed to, and open in the vault. */
async function note(parts: ConsultParts, caller: Caller, { rows, ...reading }: Reading): Promise<void> {
  const ids = rows.map(row => row.id)
  const committed = parts.vault.keep({
    kind: 'consultation',
    secrets: { actor: caller.person, documents: ids.join(' ') },
    tags: [
      { kind: 'person', value: caller.person },
      ...ids.map(value => ({ kind: 'exchange', value }) as const),
    ],
    notBefore: logDuty(parts, reading.purpose, rows),
  })
  const leaf = parts.leaves.write('consulted', {
    by: caller.system,
    role: caller.role,
    count: rows.length,
    c: committed.commitments,
    ...reading,
  })
  await parts.store.note([leaf.text], [committed.row(leaf.id)])
}

/** Until when an agreement under which these documents came asks for a record of the reading, ms; the latest counts. */
function logDuty({ clock, agreements }: ConsultParts, purpose: string, rows: readonly SharedRow[]): number {
  const now = clock.now()
  const digests = new Set(rows.map(agreementIn))
  const ends = [...digests].map(
    digest => isDigest(digest) && agreements.byDigest(digest)?.keepLogUntil(purpose, now),
  )
  return Math.max(0, ...ends.map(end => end || 0))
}

/** The digest that `about` names, read from its text, which this gateway has printed: the rest of it is long. */
function agreementIn({ about }: SharedRow): string {
  return /"agreement":"(sha256:[0-9a-f]{64})"/.exec(about)?.[1] ?? ''
}
