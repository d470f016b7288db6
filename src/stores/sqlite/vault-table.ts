import type { VaultRow } from '../../delivery/delivery.ts'
import type { Database } from './database.ts'

/**
 * The vault's own file. Rows are added while the main transaction goes on and become durable just before its commit: a
 * row without a leaf is harmless, a leaf whose commitments nobody can open is not. A row that was left over by a commit
 * that failed is replaced.
 */
export interface VaultTable {
  add(row: VaultRow): void
  /** Makes the added rows durable. */
  flush(): void
  /** Forgets the added rows. */
  discard(): void
  /** Deletes rows whose time is over, for good: overwritten in the file, and gone from its log. */
  erase(due: number): void
}

export function openVaultTable(db: Database): VaultTable {
  const insert = db.prepare('INSERT OR REPLACE INTO vault (id, key, sealed, expires_at) VALUES (?, ?, ?, ?)')
  const deleteDue = db.prepare('DELETE FROM vault WHERE expires_at <= ?')
  let added: VaultRow[] = []
  return {
    add(row) {
      added.push(row)
    },
    flush() {
      if (added.length === 0) return
      db.exec('BEGIN IMMEDIATE')
      for (const { id, key, sealed, expiresAt } of added) insert.run(id, key, sealed, expiresAt)
      db.exec('COMMIT')
      added = []
    },
    discard() {
      added = []
      if (db.isTransaction) db.exec('ROLLBACK')
    },
    erase(due) {
      if (deleteDue.run(due).changes > 0) db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
  }
}
