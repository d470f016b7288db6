import {
  type Doomed,
  type KeptRow,
  VAULT_KINDS,
  type VaultReader,
  type VaultRow,
} from '../../ledger/ledger.ts'
import { bytesOf, type Database, numberOf, type Row, textOf } from './database.ts'

/**
 * The vault's own file. Rows are added while the main transaction goes on and become durable just before its commit: a
 * row without a leaf is harmless, a leaf whose commitments nobody can open is not. A row that was left over by a commit
 * that failed is replaced.
 */
export interface VaultTable {
  /** @param leaf the number of the leaf that it opens */
  add(row: VaultRow, leaf: number): void
  /** Marks rows as due at once. False, and nothing is marked, where one of them is not there. */
  doom(ids: readonly string[]): boolean
  /** Makes the added rows and the marks durable. */
  flush(): void
  /** Forgets the added rows and the marks. */
  discard(): void
  /** Deletes the marked rows and their tags, for good: overwritten in the file, and gone from its log. */
  bury(): void
  /** Until when something is kept about leaves `from` up to but not including `to`, ms; 0 where nothing is. */
  neededUntil(from: number, to: number): number
  /** Deletes what there is about these leaves, for good, in a transaction of its own. */
  dropLeaves(from: number, to: number): void
}

const TAG_BYTES = 16

export function openVaultTable(db: Database): VaultTable {
  const insert = db.prepare(
    'INSERT INTO vault (id, key, sealed, expires_at, kind, leaf, tags) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const tag = db.prepare('INSERT OR IGNORE INTO lookup (tag, leaf) VALUES (?, ?)')
  const find = db.prepare('SELECT leaf, tags FROM vault WHERE id = ?')
  const mark = db.prepare('UPDATE vault SET expires_at = 0 WHERE id = ?')
  const remove = db.prepare('DELETE FROM vault WHERE id = ?')
  const untag = db.prepare('DELETE FROM lookup WHERE tag = ? AND leaf = ?')
  const longest = db.prepare(
    'SELECT coalesce(max(expires_at), 0) AS until FROM vault WHERE leaf >= ? AND leaf < ?',
  )
  const removeAbout = db.prepare('DELETE FROM vault WHERE leaf >= ? AND leaf < ?')
  const untagAbout = db.prepare('DELETE FROM lookup WHERE leaf >= ? AND leaf < ?')
  let added: { readonly row: VaultRow; readonly leaf: number }[] = []
  const doomed: string[] = []

  function put({ row, leaf }: (typeof added)[number]): void {
    const { id, key, sealed, expiresAt, kind, tags } = row
    drop(id)
    insert.run(id, key, sealed, expiresAt, kind, leaf, Buffer.concat(tags))
    for (const one of tags) tag.run(one, leaf)
  }

  function drop(id: string): void {
    const row = find.get(id)
    if (!row) return
    for (const one of splitTags(bytesOf(row, 'tags'))) untag.run(one, numberOf(row, 'leaf'))
    remove.run(id)
  }

  function forGood(remove: () => void): void {
    db.exec('BEGIN IMMEDIATE')
    try {
      remove()
      db.exec('COMMIT')
    } finally {
      if (db.isTransaction) db.exec('ROLLBACK')
    }
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  return {
    add(row, leaf) {
      added.push({ row, leaf })
    },
    doom(ids) {
      if (!ids.every(id => find.get(id) && !doomed.includes(id))) return false
      doomed.push(...ids)
      return true
    },
    flush() {
      if (added.length + doomed.length === 0) return
      db.exec('BEGIN IMMEDIATE')
      for (const one of added) put(one)
      for (const id of doomed) mark.run(id)
      db.exec('COMMIT')
      added = []
    },
    discard() {
      added = []
      doomed.length = 0
      if (db.isTransaction) db.exec('ROLLBACK')
    },
    bury() {
      const ids = doomed.splice(0)
      if (ids.length === 0) return
      forGood(() => {
        for (const id of ids) drop(id)
      })
    },
    neededUntil: (from, to) => numberOf(longest.get(from, to) ?? {}, 'until'),
    dropLeaves(from, to) {
      forGood(() => {
        untagAbout.run(from, to)
        removeAbout.run(from, to)
      })
    },
  }
}

/** Reads of the vault, on a connection of their own. */
export function openVaultReader(db: Database): VaultReader {
  const one = db.prepare('SELECT id, key, sealed, expires_at, kind, leaf, tags FROM vault WHERE id = ?')
  const under = db.prepare('SELECT leaf FROM lookup WHERE tag = ? AND leaf < ? ORDER BY leaf DESC LIMIT ?')
  const oldest = db.prepare('SELECT id FROM vault ORDER BY id LIMIT 1')
  const due = db.prepare('SELECT id FROM vault WHERE kind = ? AND expires_at <= ? LIMIT ?')
  const before = db.prepare(`SELECT id FROM vault WHERE id < ? AND kind <> 'office' ORDER BY id LIMIT ?`)
  const rowsOf = (which: Doomed, limit: number): readonly Row[] =>
    which.kind === 'due' ? due.all(which.of, which.at, limit) : before.all(firstId(which.at), limit)
  return {
    async kept(id) {
      const row = one.get(id)
      return row && readKept(row)
    },
    async tagged(tags, below, limit) {
      const found = tags.flatMap(tag => under.all(tag, below, limit).map(row => numberOf(row, 'leaf')))
      return newestFirst(found, limit)
    },
    async oldestKept() {
      const row = oldest.get()
      return row && textOf(row, 'id')
    },
    doomed: async (which, limit) => rowsOf(which, limit).map(row => textOf(row, 'id')),
  }
}

/** Each number once, the largest first. */
function newestFirst(leaves: readonly number[], limit: number): readonly number[] {
  return [...new Set(leaves)].toSorted((one, other) => other - one).slice(0, limit)
}

/** Sorts before every UUID version 7 of this millisecond or a later one. */
export function firstId(at: number): string {
  const time = Math.max(0, Math.trunc(at)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-`
}

function readKept(row: Row): KeptRow {
  const kind = VAULT_KINDS.find(known => known === row['kind'])
  if (!kind) throw new Error('the kind of a row of the vault is not a known one')
  return {
    id: textOf(row, 'id'),
    kind,
    key: bytesOf(row, 'key'),
    sealed: bytesOf(row, 'sealed'),
    expiresAt: numberOf(row, 'expires_at'),
    tags: splitTags(bytesOf(row, 'tags')),
    leaf: numberOf(row, 'leaf'),
  }
}

function splitTags(joined: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: joined.length / TAG_BYTES }, (_, at) =>
    joined.subarray(at * TAG_BYTES, (at + 1) * TAG_BYTES),
  )
}
