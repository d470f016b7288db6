import type { SentRow, SharedQuery, SharedRow, WaitingRow } from '../../delivery/delivery.ts'
import {
  consistencyProof,
  inclusionProof,
  type LedgerReader,
  rootAt,
  type SavedCheckpoint,
  type WitnessStore,
} from '../../ledger/ledger.ts'
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
import { readDrops } from './drop-table.ts'
import { newestOf, openLogs, openSizes, openSources } from './log-table.ts'
import { openShapeReader } from './shape-table.ts'
import { openWitnessReader, readCosignature } from './witness-table.ts'

/** Reads on a connection of their own: each finds its rows by an index, so the event loop hardly notices. */
export type Reader = ReturnType<typeof openReader>

export function openReader(db: Database) {
  return {
    ...openOutboxReader(db),
    ...openInboxReader(db),
    ...openAgreementReader(db),
    ...openShapeReader(db),
    ...openWitnessReader(db),
    drops: () => readDrops(db),
    ...openLeafReader(db),
  }
}

function openLeafReader(db: Database) {
  const leaf = db.prepare('SELECT text FROM leaf WHERE seq = ?')
  return {
    leafAt(number: number) {
      const row = leaf.get(number)
      return row && textOf(row, 'text')
    },
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

/** What witnesses have said of the checkpoints of one log. */
export interface Cosignatures extends Pick<WitnessStore, 'cosignatures'> {
  /** The size of the largest checkpoint that any of them has cosigned. */
  lastCosigned(): Promise<number | undefined>
}

/** The witnesses of a log, found by leaps over the key, so that no more is read than there are witnesses. */
const WITNESSES = `WITH RECURSIVE named (witness) AS (
  SELECT min(witness) FROM cosignature WHERE log = ?1
  UNION ALL
  SELECT (SELECT min(witness) FROM cosignature WHERE log = ?1 AND witness > n.witness) FROM named AS n
  WHERE n.witness IS NOT NULL)`

/** What can be read of the cosignatures of one log in an open file. Without a number: of the one that grows. */
export function openCosignatures(db: Database, number?: number): Cosignatures {
  const logs = openLogs(db)
  const ofSize = db.prepare(
    `${WITNESSES} SELECT c.size, c.witness, c.line, c.at FROM named JOIN cosignature AS c
     ON c.log = ?1 AND c.witness = named.witness AND c.size = ?2 ORDER BY c.witness`,
  )
  const last = db.prepare(
    `${WITNESSES} SELECT max((SELECT max(size) FROM cosignature WHERE log = ?1 AND witness = named.witness)) AS size FROM named`,
  )
  const log = () => newestOf(number === undefined ? logs() : logs().slice(0, number))
  return {
    cosignatures: async size => ofSize.all(log().id, size).map(readCosignature),
    async lastCosigned() {
      const row = last.get(log().id)
      return row ? optionalNumberOf(row, 'size') : undefined
    },
  }
}

/** What can be read of one log in an open file, as the port asks for it. Without a number: of the one that grows. */
export function openLedgerReader(db: Database, number?: number): LedgerReader {
  const [logs, sizes, sources] = [openLogs(db), openSizes(db), openSources(db)]
  const leaves = db.prepare('SELECT text FROM leaf WHERE seq >= ? AND seq < ? ORDER BY seq')
  const checkpoint = db.prepare(
    'SELECT size, root, note, vkey, at FROM checkpoint WHERE log = ? ORDER BY size DESC LIMIT 1',
  )
  const checkpoints = db.prepare(
    'SELECT size, root, note, vkey, at FROM checkpoint WHERE log = ? AND size > ? ORDER BY size LIMIT ?',
  )
  if (number !== undefined && logs().length < number) throw new RangeError('the store has no such log')
  const log = () => (number === undefined ? newestOf(logs()) : newestOf(logs().slice(0, number)))
  const within = (size: number) => {
    if (size > sizes(log())) throw new RangeError('the log has fewer leaves')
    return sources(log())
  }
  return {
    size: async () => sizes(log()),
    async leaves(from, to) {
      const { first, end } = log()
      const until = Math.min(first + to, end ?? Number.MAX_SAFE_INTEGER)
      return leaves.all(first + from, until).map(row => textOf(row, 'text'))
    },
    tile: async (level, index) => sources(log()).tile(level, index),
    async latestCheckpoint() {
      const row = checkpoint.get(log().id)
      return row && readSaved(row)
    },
    checkpoints: async (after, limit) => checkpoints.all(log().id, after, limit).map(readSaved),
    rootAt: async size => rootAt(size, within(size)),
    inclusion: async (index, size) => inclusionProof(within(size), index, size),
    consistency: async (old, size) => consistencyProof(within(size), old, size),
    logs: async () =>
      logs().flatMap(({ first }) => leaves.all(first, first + 1).map(row => textOf(row, 'text'))),
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
