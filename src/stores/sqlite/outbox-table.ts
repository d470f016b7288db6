import type { OnceKey, ReleaseEntry, ReleaseResult, SettleEntry } from '../../delivery/delivery.ts'
import { agencyOf, type Database, numberOf, textOf } from './database.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { VaultTable } from './vault-table.ts'

type QueuedRow = Extract<ReleaseResult, { kind: 'queued' }>['rows'][number]

/** The sending side inside the transaction of the writing thread. */
export interface OutboxTable {
  release(entries: readonly ReleaseEntry[], once: OnceKey | undefined, now: number): ReleaseResult
  settle(entries: readonly SettleEntry[], now: number): void
}

export function openOutboxTable(db: Database, ledger: LedgerTable, vault: VaultTable): OutboxTable {
  const insert = db.prepare(
    `INSERT INTO outbox (id, peer, lane, seq, state, precedence, released_at, expires_at, system, leaf_id, trail, manifest, line)
     VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const takeNumber = db.prepare(
    `INSERT INTO lane_out (peer, lane, next_seq, settled) VALUES (?, ?, 2, 0)
     ON CONFLICT (peer, lane) DO UPDATE SET next_seq = next_seq + 1 RETURNING next_seq - 1 AS seq, settled`,
  )
  const count = db.prepare(
    `INSERT INTO backlog (peer, exchanges) VALUES (?, 1)
     ON CONFLICT (peer) DO UPDATE SET exchanges = exchanges + 1`,
  )
  const uncount = db.prepare('UPDATE backlog SET exchanges = exchanges - 1 WHERE peer = ?')
  const close = db.prepare(
    `UPDATE outbox SET state = ?, receipt = ?, settled_at = ?, line = NULL
     WHERE id = ? AND state = 'queued' RETURNING peer, lane, seq`,
  )
  const moveOn = db.prepare('UPDATE lane_out SET settled = max(settled, ?) WHERE peer = ? AND lane = ?')
  const onceKeys = openOnceKeys(db)

  function enqueue(entry: ReleaseEntry): QueuedRow {
    const lane = takeNumber.get(entry.peer, entry.lane) ?? {}
    const seq = numberOf(lane, 'seq')
    const { id, peer, precedence, releasedAt, expiresAt, system, leafId, trail, manifest, line } = entry
    const place = [id, peer, entry.lane, seq, precedence] as const
    const { lastInsertRowid } = insert.run(
      ...place,
      releasedAt,
      expiresAt,
      system,
      leafId,
      trail,
      manifest,
      line,
    )
    count.run(peer)
    const number = ledger.append([entry.leaf])
    if (entry.vault) vault.add(entry.vault, number)
    return { row: Number(lastInsertRowid), seq, settled: numberOf(lane, 'settled') }
  }

  function settleOne({ id, state, receipt, leaf }: SettleEntry, now: number): void {
    const row = close.get(state, receipt ?? null, now, id)
    if (!row) return
    const peer = agencyOf(row, 'peer')
    uncount.run(peer)
    if (state !== 'expired') moveOn.run(numberOf(row, 'seq'), peer, textOf(row, 'lane'))
    ledger.append([leaf])
  }

  return {
    release(entries, once, now) {
      const before = once && onceKeys.take(once, now)
      if (before) return before
      return { kind: 'queued', rows: entries.map(enqueue) }
    },
    settle(entries, now) {
      for (const entry of entries) settleOne(entry, now)
    },
  }
}

function openOnceKeys(db: Database) {
  const prune = db.prepare('DELETE FROM once WHERE expires_at <= ?')
  const find = db.prepare('SELECT fingerprint, answer FROM once WHERE scope = ? AND key = ?')
  const keep = db.prepare(
    'INSERT INTO once (scope, key, fingerprint, answer, expires_at) VALUES (?, ?, ?, ?, ?)',
  )
  return {
    /** Undefined where the key is new and now kept, else what is known of it. */
    take({ scope, key, fingerprint, answer, expiresAt }: OnceKey, now: number): ReleaseResult | undefined {
      prune.run(now)
      const known = find.get(scope, key)
      if (!known) {
        keep.run(scope, key, fingerprint, answer, expiresAt)
        return undefined
      }
      if (textOf(known, 'fingerprint') !== fingerprint) return { kind: 'mismatch' }
      return { kind: 'repeated', answer: textOf(known, 'answer') }
    },
  }
}
