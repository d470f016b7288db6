import {
  type Advance,
  type Head,
  type LogConflict,
  MAX_CONFLICTS,
  type PeerLog,
  type SavedCosignature,
} from '../../ledger/ledger.ts'
import { bytesOf, type Database, numberOf, type Row, textOf } from './database.ts'
import type { LedgerTable } from './ledger-table.ts'

/** What the writing thread is asked to do about witnessing. */
export type WitnessCommand =
  | { readonly kind: 'advance'; readonly step: Advance }
  | { readonly kind: 'conflict'; readonly conflict: LogConflict; readonly leaf: string }
  | {
      readonly kind: 'settle-conflicts'
      readonly peer: string
      readonly at: number
      readonly leaf: string
    }
  | CosignatureCommand

export interface CosignatureCommand {
  readonly kind: 'cosignature'
  readonly cosignature: SavedCosignature
  /** The number of the log; the one that grows where it is absent. */
  readonly log?: number | undefined
}

export interface WitnessTable {
  /** False where another request has been faster. */
  advance(step: Advance): boolean
  /** False where it is kept already, or enough are. */
  keepConflict(conflict: LogConflict, leaf: string): boolean
  settleConflicts(peer: string, at: number, leaf: string): number
  saveCosignature(command: CosignatureCommand): void
}

const NEWEST_LOG = '(SELECT max(id) FROM log)'

export function openWitnessTable(db: Database, ledger: LedgerTable): WitnessTable {
  const seen = db.prepare('SELECT size, root FROM peer_log WHERE origin = ?')
  const put = db.prepare(
    `INSERT INTO peer_log (origin, peer, size, root, note, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE
     SET peer = excluded.peer, size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at`,
  )
  const kept = db.prepare('SELECT count(*) AS kept, max(note = ?) AS known FROM peer_conflict WHERE peer = ?')
  const keep = db.prepare(
    'INSERT INTO peer_conflict (origin, peer, size, why, note, was, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const settle = db.prepare('UPDATE peer_conflict SET settled_at = ? WHERE peer = ? AND settled_at IS NULL')
  const save = db.prepare(
    `INSERT OR REPLACE INTO cosignature (log, size, witness, line, at) VALUES (coalesce(?, ${NEWEST_LOG}), ?, ?, ?, ?)`,
  )
  return {
    advance({ from, to, leaf }) {
      const row = seen.get(to.origin)
      if (!isSameHead(row && readHead(row), from)) return false
      put.run(to.origin, to.peer, to.size, to.root, to.note, to.at)
      ledger.append([leaf])
      return true
    },
    keepConflict({ origin, peer, size, why, note, was, at }, leaf) {
      const found = kept.get(note, peer) ?? {}
      if (found['known'] === 1 || numberOf(found, 'kept') >= MAX_CONFLICTS) return false
      keep.run(origin, peer, size, why, note, was, at)
      ledger.append([leaf])
      return true
    },
    settleConflicts(peer, at, leaf) {
      const settled = Number(settle.run(at, peer).changes)
      if (settled > 0) ledger.append([leaf])
      return settled
    },
    saveCosignature({ cosignature: { size, witness, line, at }, log = null }) {
      save.run(log, size, witness, line, at)
    },
  }
}

function isSameHead(one: Head | undefined, other: Head | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.size === other.size && Buffer.compare(one.root, other.root) === 0
}

/** Reads of witnessing, on the reading connection. */
export function openWitnessReader(db: Database) {
  const one = db.prepare('SELECT origin, peer, size, root, note, at FROM peer_log WHERE origin = ?')
  const ofPeer = db.prepare(
    'SELECT origin, peer, size, root, note, at FROM peer_log WHERE peer = ? ORDER BY at, origin',
  )
  const open = db.prepare(
    'SELECT origin, peer, size, why, note, was, at FROM peer_conflict WHERE settled_at IS NULL ORDER BY row',
  )
  const last = db.prepare(
    `SELECT size, witness, line, at FROM cosignature WHERE log = coalesce(?, ${NEWEST_LOG}) AND witness = ?
     ORDER BY size DESC LIMIT 1`,
  )
  const ofSize = db.prepare(
    `SELECT size, witness, line, at FROM cosignature WHERE log = ${NEWEST_LOG} AND size = ? ORDER BY witness`,
  )
  return {
    peerLog(origin: string): PeerLog | undefined {
      const row = one.get(origin)
      return row && readPeerLog(row)
    },
    peerLogs: (peer: string) => ofPeer.all(peer).map(readPeerLog),
    conflicts: () => open.all().map(readConflict),
    lastCosignature(witness: string, log?: number): SavedCosignature | undefined {
      const row = last.get(log ?? null, witness)
      return row && readCosignature(row)
    },
    cosignatures: (size: number) => ofSize.all(size).map(readCosignature),
  }
}

function readHead(row: Row): Head {
  return { size: numberOf(row, 'size'), root: bytesOf(row, 'root') }
}

function readPeerLog(row: Row): PeerLog {
  return {
    ...readHead(row),
    origin: textOf(row, 'origin'),
    peer: textOf(row, 'peer'),
    note: textOf(row, 'note'),
    at: numberOf(row, 'at'),
  }
}

function readConflict(row: Row): LogConflict {
  return {
    origin: textOf(row, 'origin'),
    peer: textOf(row, 'peer'),
    size: numberOf(row, 'size'),
    why: textOf(row, 'why') === 'proof' ? 'proof' : 'same-size',
    note: textOf(row, 'note'),
    was: textOf(row, 'was'),
    at: numberOf(row, 'at'),
  }
}

export function readCosignature(row: Row): SavedCosignature {
  return {
    size: numberOf(row, 'size'),
    witness: textOf(row, 'witness'),
    line: textOf(row, 'line'),
    at: numberOf(row, 'at'),
  }
}
