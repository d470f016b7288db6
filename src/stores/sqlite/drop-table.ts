import {
  type Drop,
  type DropAnswer,
  type DropOrder,
  inclusionProof,
  type TreeSource,
  verifyInclusion,
} from '../../ledger/ledger.ts'
import { bytesOf, type Database, faultKind, numberOf, type Row } from './database.ts'
import type { LedgerTable } from './ledger-table.ts'
import { type LogExtent, openLogs, openSources } from './log-table.ts'
import type { VaultTable } from './vault-table.ts'

export interface DropCommand {
  readonly kind: 'drop-log'
  readonly order: DropOrder
}

export interface DropTable {
  /** Inside the transaction of the writing thread: from its commit on, the log counts as dropped. */
  drop(order: DropOrder): DropAnswer
  /**
   * Deletes what is to go of dropped logs, in transactions of their own, for good: overwritten in the file, and gone from its log.
   * Does nothing where nothing is left to do.
   */
  sweep(): void
}

/** How many rows go in one transaction, so that the write-ahead log stays small however long the year was. */
const PART = 20_000

/** Each deletes the next rows of log ?1, at most ?2, that are to go. */
const PARTS = [
  `DELETE FROM leaf WHERE seq IN (
     SELECT seq FROM leaf WHERE seq > (SELECT opening FROM dropped WHERE log = ?1)
     AND seq < (SELECT min(first) FROM log WHERE id > ?1) AND seq <> (SELECT closing FROM dropped WHERE log = ?1)
     ORDER BY seq LIMIT ?2)`,
  'DELETE FROM tile WHERE rowid IN (SELECT rowid FROM tile WHERE log = ?1 LIMIT ?2)',
  `DELETE FROM cosignature WHERE log = ?1 AND (witness, size) IN (
     SELECT witness, size FROM cosignature WHERE log = ?1
     AND size NOT IN (SELECT size FROM lasting WHERE log = ?1) LIMIT ?2)`,
  `DELETE FROM anchor WHERE log = ?1 AND (size, kind) IN (
     SELECT size, kind FROM anchor WHERE log = ?1
     AND size NOT IN (SELECT size FROM lasting WHERE log = ?1) LIMIT ?2)`,
  `DELETE FROM checkpoint WHERE log = ?1 AND size IN (
     SELECT size FROM checkpoint WHERE log = ?1
     AND size NOT IN (SELECT size FROM lasting WHERE log = ?1) LIMIT ?2)`,
]

const LASTING = `INSERT INTO lasting (log, size)
  SELECT ?1, max(size) FROM checkpoint WHERE log = ?1
  UNION SELECT ?1, max(size) FROM cosignature WHERE log = ?1 GROUP BY witness
  UNION SELECT ?1, size FROM (SELECT max(size) AS size FROM anchor WHERE log = ?1) WHERE size IS NOT NULL`

export function openDropTable(db: Database, ledger: LedgerTable, vault: VaultTable): DropTable {
  const [logs, sources] = [openLogs(db), openSources(db)]
  const known = db.prepare('SELECT 1 FROM dropped WHERE log = ?')
  const last = db.prepare('SELECT size, root FROM checkpoint WHERE log = ? ORDER BY size DESC LIMIT 1')
  const keep = db.prepare(LASTING)
  const insert = db.prepare(
    `INSERT INTO dropped (log, opening, closing, opening_proof, closing_proof, why, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const unswept = db.prepare('SELECT log FROM dropped WHERE swept = 0 ORDER BY log')
  const swept = db.prepare('UPDATE dropped SET swept = 1 WHERE log = ?')
  const parts = PARTS.map(sql => db.prepare(sql))

  function drop({ log: number, why, at, leaf }: DropOrder): DropAnswer {
    const log = logs().find(({ id }) => id === number)
    if (!log) return { kind: 'unknown' }
    if (log.end === undefined) return { kind: 'growing' }
    if (known.get(number)) return { kind: 'gone' }
    const until = vault.neededUntil(log.first, log.end)
    if (until > at) return { kind: 'needed', until }
    const row = last.get(number)
    if (!row || numberOf(row, 'size') === 0) return { kind: 'unsigned' }
    const size = numberOf(row, 'size')
    const ends = [0, size - 1].map(index => proofOf(sources(log), index, size, bytesOf(row, 'root')))
    const [opening, closing] = ends
    if (!opening || !closing) return { kind: 'changed' }
    keep.run(number)
    insert.run(number, log.first, log.first + size - 1, opening, closing, why, at)
    ledger.append([leaf])
    return { kind: 'dropped', size: log.end - log.first }
  }

  function sweepLog(log: LogExtent): void {
    vault.dropLeaves(log.first, log.end ?? log.first)
    for (const part of parts) while (part.run(log.id, PART).changes > 0) truncate(db)
    swept.run(log.id)
  }

  return {
    drop,
    sweep() {
      const ids = unswept.all().map(row => numberOf(row, 'log'))
      for (const log of logs()) if (ids.includes(log.id)) sweepLog(log)
      if (ids.length > 0) truncate(db)
    },
  }
}

/** The proof of a leaf, its hashes joined; undefined where it does not lead to the root, or something is missing. */
function proofOf(source: TreeSource, index: number, size: number, root: Uint8Array): Uint8Array | undefined {
  try {
    const proof = inclusionProof(source, index, size)
    const claim = { index, size, root, leafHash: source.leafHash(index) }
    return verifyInclusion(claim, proof) ? Buffer.concat(proof) : undefined
  } catch (fault) {
    if (faultKind(fault) !== 'own') throw fault
    return undefined
  }
}

/** What was deleted also leaves the write-ahead log. */
function truncate(db: Database): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** The drops in an open file, oldest log first. */
export function readDrops(db: Database): readonly Drop[] {
  return db.prepare('SELECT log, at, swept FROM dropped ORDER BY log').all().map(readDrop)
}

export interface Droppable {
  /** When the log was dropped, ms; undefined where it is whole. */
  readonly droppedAt: number | undefined
}

/** Whether a log in an open file is still whole. Without a number: the one that grows, which always is. */
export function openDroppable(db: Database, number?: number): Droppable {
  return { droppedAt: readDrops(db).find(({ log }) => log === number)?.at }
}

function readDrop(row: Row): Drop {
  return { log: numberOf(row, 'log'), at: numberOf(row, 'at'), swept: numberOf(row, 'swept') === 1 }
}
