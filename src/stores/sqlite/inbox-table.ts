import type { AcceptEntry, AcceptOutcome, AcceptResult, BatchSeen } from '../../delivery/delivery.ts'
import type { EraseCommand } from './command.ts'
import { type Database, numberOf, textOf } from './database.ts'
import type { LedgerTable } from './ledger-table.ts'
import type { VaultTable } from './vault-table.ts'

/** How long a batch id is remembered, ms; a batch that is older is refused as stale before it comes here. */
const BATCH_MEMORY_MS = 24 * 3_600_000

/** The receiving side inside the transaction of the writing thread. */
export interface InboxTable {
  accept(batch: BatchSeen, entries: readonly AcceptEntry[], now: number): AcceptResult
  /** False, and nothing is deleted, where another number of documents is due. */
  erase(command: EraseCommand): boolean
}

export function openInboxTable(db: Database, ledger: LedgerTable, vault: VaultTable): InboxTable {
  const remember = db.prepare(
    'INSERT INTO batch_seen (peer, id, seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const forget = db.prepare('DELETE FROM batch_seen WHERE seen_at <= ?')
  const store = db.prepare(
    `INSERT INTO inbox (id, peer, resource, purpose, version, received_at, delete_at, leaf_id, about, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const answer = db.prepare('INSERT INTO seen (id, peer, sha256, receipt) VALUES (?, ?, ?, ?)')
  const moveOn = db.prepare(
    `INSERT INTO lane_in (peer, lane, last) VALUES (?, ?, ?)
     ON CONFLICT (peer, lane) DO UPDATE SET last = max(last, excluded.last)`,
  )
  const countDue = db.prepare('SELECT count(*) AS due FROM inbox WHERE delete_at <= ?')
  const deleteDue = db.prepare('DELETE FROM inbox WHERE delete_at <= ?')
  const correct = db.prepare('DELETE FROM inbox WHERE id = ? AND peer = ? AND resource = ? AND purpose = ?')
  const judge = openJudge(db)

  function acceptOne(peer: string, entry: AcceptEntry): AcceptOutcome {
    const known = judge(peer, entry)
    if (known) return known
    const { id, sha256, receipt, lane, seq, leafId, inbox } = entry
    answer.run(id, peer, sha256, receipt)
    moveOn.run(peer, lane, seq)
    const number = ledger.append([entry.leaf])
    if (entry.vault) vault.add(entry.vault, number)
    if (!inbox) return { kind: 'stored', row: undefined, corrected: false }
    const { resource, purpose, version, receivedAt, deleteAt, about, document, corrects } = inbox
    const corrected = corrects !== undefined && correct.run(corrects, peer, resource, purpose).changes > 0
    const place = [id, peer, resource, purpose, version] as const
    const { lastInsertRowid } = store.run(...place, receivedAt, deleteAt ?? null, leafId, about, document)
    return { kind: 'stored', row: Number(lastInsertRowid), corrected }
  }

  return {
    accept(batch, entries, now) {
      forget.run(now - BATCH_MEMORY_MS)
      if (remember.run(batch.peer, batch.id, now).changes === 0) return { kind: 'replayed' }
      return { kind: 'stored', outcomes: entries.map(entry => acceptOne(batch.peer, entry)) }
    },
    erase({ due, count, leaf }) {
      if (numberOf(countDue.get(due) ?? {}, 'due') !== count) return false
      if (count > 0) deleteDue.run(due)
      if (leaf !== undefined) ledger.append([leaf])
      return true
    },
  }
}

/**
 * What is known of an entry before it is stored; undefined where it is new and in its turn. An id that another peer has
 * used is a conflict: ids are unguessable, so it did not come about by chance.
 */
function openJudge(db: Database): (peer: string, entry: AcceptEntry) => AcceptOutcome | undefined {
  const find = db.prepare('SELECT peer, sha256, receipt FROM seen WHERE id = ?')
  const lastOf = db.prepare('SELECT last FROM lane_in WHERE peer = ? AND lane = ?')
  return (peer, { id, sha256, lane, prev }) => {
    const known = find.get(id)
    if (known) {
      const same = textOf(known, 'peer') === peer && textOf(known, 'sha256') === sha256
      return same ? { kind: 'duplicate', receipt: textOf(known, 'receipt') } : { kind: 'conflict' }
    }
    if (prev === 0) return undefined
    const row = lastOf.get(peer, lane)
    const last = row ? numberOf(row, 'last') : 0
    return prev > last ? { kind: 'gap', expected: last } : undefined
  }
}
