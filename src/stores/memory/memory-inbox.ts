import type {
  AcceptEntry,
  AcceptOutcome,
  ExchangeStore,
  InboxEntry,
  SharedRow,
} from '../../delivery/delivery.ts'
import type { Clock } from '../../kit/kit.ts'
import type { VaultRow } from '../../ledger/ledger.ts'
import type { AgencyId } from '../../terms/terms.ts'
import { refuseLong } from './memory-ledger.ts'

const BATCH_MEMORY_MS = 24 * 3_600_000

interface Seen {
  readonly peer: AgencyId
  readonly sha256: string
  readonly receipt: string
}

type InboxPort = Pick<ExchangeStore, 'accept' | 'erase' | 'shared' | 'sharedOne' | 'sharedEnd'>

/** Whether a document was shared by the same peer, as the same resource, for the same purpose. */
function isSame(row: SharedRow, peer: AgencyId, { resource, purpose }: InboxEntry): boolean {
  return row.peer === peer && row.resource === resource && row.purpose === purpose
}

export function makeMemoryInbox(
  append: (leaves: readonly string[]) => number,
  keep: (row: VaultRow | undefined, leaf: number) => void,
  clock: Clock,
): InboxPort {
  let rows: SharedRow[] = []
  let newest = 0
  const seen = new Map<string, Seen>()
  const lanes = new Map<string, number>()
  const batches = new Map<string, number>()

  function judge(peer: AgencyId, entry: AcceptEntry): AcceptOutcome | undefined {
    const known = seen.get(entry.id)
    if (known) {
      const same = known.peer === peer && known.sha256 === entry.sha256
      return same ? { kind: 'duplicate', receipt: known.receipt } : { kind: 'conflict' }
    }
    const expected = lanes.get(`${peer} ${entry.lane}`) ?? 0
    return entry.prev > expected ? { kind: 'gap', expected } : undefined
  }

  function acceptOne(peer: AgencyId, entry: AcceptEntry): AcceptOutcome {
    const known = judge(peer, entry)
    if (known) return known
    keep(entry.vault, append([entry.leaf]))
    const { id, sha256, receipt, leafId, inbox } = entry
    const lane = `${peer} ${entry.lane}`
    seen.set(id, { peer, sha256, receipt })
    lanes.set(lane, Math.max(lanes.get(lane) ?? 0, entry.seq))
    if (!inbox) return { kind: 'stored', row: undefined, corrected: false }
    const { corrects, ...kept } = inbox
    const before = rows.length
    rows = rows.filter(row => row.id !== corrects || !isSame(row, peer, inbox))
    const corrected = rows.length < before
    newest += 1
    rows.push({ row: newest, id, peer, leafId, ...kept })
    return { kind: 'stored', row: newest, corrected }
  }

  function isReplay(peer: AgencyId, id: string): boolean {
    const now = clock.now()
    for (const [key, at] of batches) if (at <= now - BATCH_MEMORY_MS) batches.delete(key)
    const key = `${peer} ${id}`
    if (batches.has(key)) return true
    batches.set(key, now)
    return false
  }

  return {
    async accept(batch, entries) {
      refuseLong(entries.map(entry => entry.leaf))
      if (isReplay(batch.peer, batch.id)) return { kind: 'replayed' }
      return { kind: 'stored', outcomes: entries.map(entry => acceptOne(batch.peer, entry)) }
    },
    async erase(now, leaf) {
      const kept = rows.filter(row => row.deleteAt === undefined || row.deleteAt > now)
      const count = rows.length - kept.length
      if (count > 0) append([leaf(count)])
      rows = kept
      return count
    },
    shared: async ({ resource, purposes, after, limit }) =>
      rows
        .filter(row => row.row > after && purposes.includes(row.purpose))
        .filter(row => resource === undefined || row.resource === resource)
        .slice(0, limit),
    sharedOne: async id => rows.find(row => row.id === id),
    sharedEnd: async () => newest,
  }
}
