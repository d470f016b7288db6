import type { Anchor, AnchorStore } from '../../ledger/ledger.ts'
import { bytesOf, type Database, numberOf, type Row } from './database.ts'
import type { LedgerTable } from './ledger-table.ts'
import { newestOf, openLogs } from './log-table.ts'

export interface AnchorCommand {
  readonly kind: 'anchor'
  readonly anchor: Anchor
  readonly leaf: string
  /** The number of the log; the one that grows where it is absent. */
  readonly log?: number | undefined
}

/** How the writing thread keeps an anchor of a log. */
export function openAnchorTable(db: Database, ledger: LedgerTable): { save(command: AnchorCommand): void } {
  const insert = db.prepare(
    'INSERT INTO anchor (log, size, kind, token, at) VALUES (coalesce(?, (SELECT max(id) FROM log)), ?, ?, ?, ?)',
  )
  return {
    save({ anchor: { size, kind, token, at }, leaf, log = null }) {
      insert.run(log, size, kind, token, at)
      ledger.append([leaf])
    },
  }
}

/** The anchors of one log. Without a number: of the one that grows. */
export function openAnchorReader(db: Database, number?: number): Pick<AnchorStore, 'anchors' | 'lastAnchor'> {
  const logs = openLogs(db)
  const all = db.prepare('SELECT size, token, at FROM anchor WHERE log = ? ORDER BY size')
  const last = db.prepare('SELECT size, token, at FROM anchor WHERE log = ? ORDER BY size DESC LIMIT 1')
  const log = (wanted = number) => newestOf(wanted === undefined ? logs() : logs().slice(0, wanted))
  return {
    anchors: async () => all.all(log().id).map(readAnchor),
    async lastAnchor(wanted) {
      const row = last.get(log(wanted).id)
      return row && readAnchor(row)
    },
  }
}

function readAnchor(row: Row): Anchor {
  return {
    size: numberOf(row, 'size'),
    kind: 'rfc3161',
    token: bytesOf(row, 'token'),
    at: numberOf(row, 'at'),
  }
}
