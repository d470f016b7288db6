import type { ExchangeStore, SharedRow } from '../delivery/delivery.ts'
import { requirePurpose } from '../identity/identity.ts'
import type { LeafFacts, LeafWriter } from '../ledger/ledger.ts'
import { Refusal } from '../terms/terms.ts'
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

/**
 * Room *consult*: a system of ours reads what peers have shared. Every reading is in the ledger before the documents leave
 * the house; the purpose must be granted to the caller and be the one the document was shared for.
 */
export function makeConsult(parts: {
  readonly store: Pick<ExchangeStore, 'shared' | 'sharedOne' | 'sharedEnd' | 'note'>
  readonly leaves: LeafWriter
  /** Resolves when something new is in the inbox, or the signal is aborted. */
  readonly arrival: (signal: AbortSignal) => Promise<void>
}): Consult {
  const note = (
    caller: Caller,
    purpose: string,
    facts: Partial<LeafFacts['consulted']> & { count: number },
  ) => {
    const leaf = parts.leaves.write('consulted', { by: caller.system, role: caller.role, purpose, ...facts })
    return parts.store.note([leaf.text])
  }
  return {
    async list(caller, { purpose, resource, after, limit }) {
      requirePurpose(caller, purpose)
      const found = await parts.store.shared({ resource, purposes: [purpose], after, limit: limit + 1 })
      const rows = found.slice(0, limit)
      await note(caller, purpose, { count: rows.length, res: resource })
      return { rows, more: found.length > limit }
    },
    async one(caller, { purpose, resource, id }) {
      requirePurpose(caller, purpose)
      const row = await parts.store.sharedOne(id)
      if (row?.resource !== resource) throw new Refusal('not-found')
      if (row.purpose !== purpose) throw new Refusal('purpose-mismatch')
      await note(caller, purpose, { count: 1, res: resource, xid: row.id, prev: row.leafId, from: row.peer })
      return row
    },
    async *live(caller, { purpose, resource, after }, signal) {
      requirePurpose(caller, purpose)
      let cursor = after ?? (await parts.store.sharedEnd())
      while (!signal.aborted) {
        const arrived = parts.arrival(signal)
        const rows = await parts.store.shared({
          resource,
          purposes: [purpose],
          after: cursor,
          limit: LIVE_CHUNK,
        })
        if (rows.length > 0) await note(caller, purpose, { count: rows.length, res: resource })
        yield* rows
        cursor = rows.at(-1)?.row ?? cursor
        if (rows.length < LIVE_CHUNK) await arrived
      }
    },
  }
}
