import type { SentRow, SharedQuery, SharedRow, WaitingRow } from '../../delivery/delivery.ts'
import type { LedgerReader, SavedCheckpoint } from '../../ledger/ledger.ts'
import { openAgreementReader } from './agreement-table.ts'
import {
  agencyOf,
  bytesOf,
  type Database,
  numberOf,
  optionalNumberOf,
  optionalTextOf,
  type Row,
  textOf,
} from './database.ts'
import { openShapeReader } from './shape-table.ts'

/** Reads on a connection of their own: each finds its rows by an index, so the event loop hardly notices. */
export type Reader = ReturnType<typeof openReader>

export function openReader(db: Database) {
  return {
    ...openOutboxReader(db),
    ...openInboxReader(db),
    ...openLedgerReader(db),
    ...openAgreementReader(db),
    ...openShapeReader(db),
  }
}

function openOutboxReader(db: Database) {
  const waiting = db.prepare(
    `SELECT row, id, o.lane, seq, min(settled, seq - 1) AS settled, manifest, line, precedence, released_at, expires_at, leaf_id
     FROM outbox AS o JOIN lane_out AS l ON l.peer = o.peer AND l.lane = o.lane
     WHERE o.peer = ? AND o.state = 'queued' AND o.row > ? ORDER BY o.row LIMIT ?`,
  )
  const sent = db.prepare(
    'SELECT id, peer, system, state, released_at, settled_at, trail, receipt FROM outbox WHERE id = ?',
  )
  const count = db.prepare('SELECT exchanges FROM backlog WHERE peer = ?')
  const oldest = db.prepare(
    `SELECT released_at FROM outbox WHERE peer = ? AND state = 'queued' ORDER BY row LIMIT 1`,
  )
  const revision = db.prepare('SELECT revision, digest FROM agreement_revision WHERE agreement = ?')
  const revisions = db.prepare('SELECT agreement, revision, digest FROM agreement_revision')
  return {
    waiting: (peer: string, after: number, limit: number) => waiting.all(peer, after, limit).map(readWaiting),
    sent(id: string) {
      const row = sent.get(id)
      return row && readSent(row)
    },
    backlog(peer: string) {
      const queued = count.get(peer)
      const first = oldest.get(peer)
      const exchanges = queued ? numberOf(queued, 'exchanges') : 0
      return { exchanges, oldestAt: first && numberOf(first, 'released_at') }
    },
    revision(agreement: string) {
      const row = revision.get(agreement)
      return row && readRevision(row)
    },
    revisions: () => new Map(revisions.all().map(row => [textOf(row, 'agreement'), readRevision(row)])),
  }
}

function openInboxReader(db: Database) {
  const columns =
    'row, id, peer, resource, version, purpose, document, about, received_at, delete_at, leaf_id'
  const purposes = 'purpose IN (SELECT value FROM json_each(?))'
  const any = db.prepare(`SELECT ${columns} FROM inbox WHERE row > ? AND ${purposes} ORDER BY row LIMIT ?`)
  const ofResource = db.prepare(
    `SELECT ${columns} FROM inbox WHERE row > ? AND ${purposes} AND resource = ? ORDER BY row LIMIT ?`,
  )
  const one = db.prepare(`SELECT ${columns} FROM inbox WHERE id = ?`)
  const end = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'inbox'`)
  const due = db.prepare('SELECT count(*) AS due FROM inbox WHERE delete_at <= ?')
  return {
    shared(query: SharedQuery) {
      const wanted = JSON.stringify(query.purposes)
      const { after, limit, resource } = query
      const rows =
        resource === undefined
          ? any.all(after, wanted, limit)
          : ofResource.all(after, wanted, resource, limit)
      return rows.map(readShared)
    },
    sharedOne(id: string) {
      const row = one.get(id)
      return row && readShared(row)
    },
    sharedEnd() {
      const row = end.get()
      return row ? numberOf(row, 'seq') : 0
    },
    due: (now: number) => numberOf(due.get(now) ?? {}, 'due'),
  }
}

/** What can be read of the ledger in an open file, as the port asks for it. */
export function openLedgerReader(db: Database): LedgerReader {
  const size = db.prepare('SELECT coalesce(max(seq) + 1, 0) AS size FROM leaf')
  const leaves = db.prepare('SELECT text FROM leaf WHERE seq >= ? AND seq < ? ORDER BY seq')
  const tile = db.prepare('SELECT hashes FROM tile WHERE level = ? AND idx = ?')
  const checkpoint = db.prepare(
    'SELECT size, root, note, vkey, at FROM checkpoint ORDER BY size DESC LIMIT 1',
  )
  return {
    size: async () => numberOf(size.get() ?? {}, 'size'),
    leaves: async (from, to) => leaves.all(from, to).map(row => textOf(row, 'text')),
    async tile(level, index) {
      const row = tile.get(level, index)
      return row && bytesOf(row, 'hashes')
    },
    async latestCheckpoint() {
      const row = checkpoint.get()
      return row && readSaved(row)
    },
  }
}

function readSaved(row: Row): SavedCheckpoint {
  return {
    size: numberOf(row, 'size'),
    root: bytesOf(row, 'root'),
    note: textOf(row, 'note'),
    vkey: textOf(row, 'vkey'),
    at: numberOf(row, 'at'),
  }
}

function readRevision(row: Row) {
  return { revision: numberOf(row, 'revision'), digest: textOf(row, 'digest') }
}

function readWaiting(row: Row): WaitingRow {
  return {
    row: numberOf(row, 'row'),
    id: textOf(row, 'id'),
    lane: textOf(row, 'lane'),
    seq: numberOf(row, 'seq'),
    settled: numberOf(row, 'settled'),
    manifest: textOf(row, 'manifest'),
    line: textOf(row, 'line'),
    precedence: numberOf(row, 'precedence'),
    releasedAt: numberOf(row, 'released_at'),
    expiresAt: numberOf(row, 'expires_at'),
    leafId: textOf(row, 'leaf_id'),
  }
}

function readSent(row: Row): SentRow {
  return {
    id: textOf(row, 'id'),
    peer: agencyOf(row, 'peer'),
    system: textOf(row, 'system'),
    state: stateOf(row),
    releasedAt: numberOf(row, 'released_at'),
    settledAt: optionalNumberOf(row, 'settled_at'),
    trail: textOf(row, 'trail'),
    receipt: optionalTextOf(row, 'receipt'),
  }
}

const STATES = ['queued', 'accepted', 'refused', 'expired'] as const satisfies readonly SentRow['state'][]

function stateOf(row: Row): SentRow['state'] {
  const state = STATES.find(known => known === row['state'])
  if (!state) throw new Error('the state of an exchange is not a known one')
  return state
}

function readShared(row: Row): SharedRow {
  return {
    row: numberOf(row, 'row'),
    id: textOf(row, 'id'),
    peer: agencyOf(row, 'peer'),
    resource: textOf(row, 'resource'),
    version: textOf(row, 'version'),
    purpose: textOf(row, 'purpose'),
    document: textOf(row, 'document'),
    about: textOf(row, 'about'),
    receivedAt: numberOf(row, 'received_at'),
    deleteAt: optionalNumberOf(row, 'delete_at'),
    leafId: textOf(row, 'leaf_id'),
  }
}
