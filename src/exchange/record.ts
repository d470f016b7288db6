import type { ExchangeStore, OnceKey, ReleaseEntry, ReleaseResult, WaitingRow } from '../delivery/delivery.ts'
import { type Clock, mapInPieces } from '../kit/kit.ts'
import type { LeafWriter, VaultRow, WrittenLeaf } from '../ledger/ledger.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import type { Caller } from './authenticate.ts'
import type { Verdict } from './decide.ts'
import type { Projected } from './project.ts'
import type { Testify } from './testimony.ts'
import type { Valid } from './validate.ts'

/** Everything that one released exchange is recorded by. */
export interface Recordable {
  readonly caller: Caller
  readonly valid: Valid
  readonly verdict: Verdict
  readonly projected: Projected
}

/** What stopped before it was released, and what opens its commitments. */
export interface Noted {
  readonly leaf: WrittenLeaf
  readonly vault: VaultRow
}

export type Recorded =
  | { readonly kind: 'durable'; readonly rows: readonly WaitingRow[] }
  | { readonly kind: 'repeated'; readonly answer: string }

/**
 * Room *record*. In: what is to be released, the leaves of what is not, and the idempotency key. Out: outbox rows, durable
 * together with their leaves. If we die before it resolves, nothing has left the house and nothing was acknowledged.
 * Refuses: idempotency-mismatch, store-unavailable.
 */
export function makeRecord(parts: {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly leaves: LeafWriter
  readonly store: Pick<ExchangeStore, 'note' | 'release'>
  readonly testify: Testify
}): (
  released: readonly Recordable[],
  refused: readonly Noted[],
  once: OnceKey | undefined,
) => Promise<Recorded> {
  return async (released, refused, once) => {
    const entries = await mapInPieces(released, one => entryOf(one, parts))
    const noted =
      refused.length > 0
        ? parts.store.note(
            refused.map(({ leaf }) => leaf.text),
            refused.map(({ vault }) => vault),
          )
        : undefined
    const result = entries.length > 0 ? await parts.store.release(entries, once) : undefined
    await noted
    return resultOf(entries, result)
  }
}

function resultOf(entries: readonly ReleaseEntry[], result: ReleaseResult | undefined): Recorded {
  if (result === undefined) return { kind: 'durable', rows: [] }
  if (result.kind === 'mismatch') throw new Refusal('idempotency-mismatch')
  if (result.kind === 'repeated') return result
  const rows = entries.map((entry, index): WaitingRow => {
    const { row = 0, seq = 0, settled = 0 } = result.rows[index] ?? {}
    const { id, lane, manifest, line, precedence, releasedAt, expiresAt, leafId } = entry
    return { row, id, lane, seq, settled, manifest, line, precedence, releasedAt, expiresAt, leafId }
  })
  return { kind: 'durable', rows }
}

function entryOf(one: Recordable, parts: Parameters<typeof makeRecord>[0]): ReleaseEntry {
  const { caller, valid, verdict, projected } = one
  const { order, schema } = valid
  const { agreement } = verdict
  const now = parts.clock.now()
  const committed = parts.testify('disclosure', caller, order, schema)
  const leaf = parts.leaves.write('decided', {
    xid: projected.id,
    from: parts.agency,
    to: projected.to,
    res: order.resource,
    purpose: order.purpose,
    role: caller.role,
    decision: 'forward',
    rule: verdict.release.urgent ? 'urgent-use' : undefined,
    policy: agreement.digest,
    fields: agreement.summary(order.resource, order.purpose, projected.tally),
    env: projected.digest,
    c: committed.commitments,
  })
  const trail = JSON.stringify({
    agreement: agreement.digest,
    resource: order.resource,
    purpose: order.purpose,
    tally: projected.tally,
  })
  const { id, to: peer, lane, manifest, line, expiresAt } = projected
  return {
    id,
    peer,
    lane,
    manifest,
    line,
    precedence: order.precedence,
    releasedAt: now,
    expiresAt,
    trail,
    system: caller.system,
    leafId: leaf.id,
    leaf: leaf.text,
    vault: committed.row(projected.id),
  }
}
