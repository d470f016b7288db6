import type {
  ExchangeStore,
  OnceKey,
  ReleaseEntry,
  ReleaseResult,
  SentRow,
  SettleEntry,
  WaitingRow,
} from '../../delivery/delivery.ts'
import type { Clock } from '../../kit/kit.ts'
import type { VaultRow } from '../../ledger/ledger.ts'
import type { AgencyId } from '../../terms/terms.ts'
import { refuseLong } from './memory-ledger.ts'

interface Sent {
  readonly entry: ReleaseEntry
  readonly row: number
  readonly seq: number
  readonly lane: Lane
  state: SentRow['state']
  receipt: string | undefined
  settledAt: number | undefined
}

interface Lane {
  next: number
  settled: number
}

type OutboxPort = Pick<ExchangeStore, 'release' | 'settle' | 'waiting' | 'sent' | 'backlog'>

export function makeMemoryOutbox(
  append: (leaves: readonly string[]) => number,
  keep: (row: VaultRow | undefined, leaf: number) => void,
  clock: Clock,
): OutboxPort {
  const rows = new Map<string, Sent>()
  const lanes = new Map<string, Lane>()
  const once = new Map<string, OnceKey>()

  function laneOf(peer: string, name: string): Lane {
    const key = `${peer} ${name}`
    const lane = lanes.get(key) ?? { next: 1, settled: 0 }
    lanes.set(key, lane)
    return lane
  }

  function takeOnce(key: OnceKey): ReleaseResult | undefined {
    const name = JSON.stringify([key.scope, key.key])
    const known = once.get(name)
    if (!known || known.expiresAt <= clock.now()) {
      once.set(name, key)
      return undefined
    }
    return known.fingerprint === key.fingerprint
      ? { kind: 'repeated', answer: known.answer }
      : { kind: 'mismatch' }
  }

  function enqueue(entry: ReleaseEntry) {
    const lane = laneOf(entry.peer, entry.lane)
    const row = rows.size + 1
    const seq = lane.next++
    rows.set(entry.id, { entry, row, seq, lane, state: 'queued', receipt: undefined, settledAt: undefined })
    return { row, seq, settled: lane.settled }
  }

  function settleOne({ id, state, receipt, leaf }: SettleEntry): void {
    const sent = rows.get(id)
    if (sent?.state !== 'queued') return
    append([leaf])
    sent.state = state
    sent.receipt = receipt
    sent.settledAt = clock.now()
    if (state !== 'expired') sent.lane.settled = Math.max(sent.lane.settled, sent.seq)
  }

  function queuedFor(peer: AgencyId): Sent[] {
    return [...rows.values()].filter(sent => sent.entry.peer === peer && sent.state === 'queued')
  }

  return {
    async release(entries, key) {
      refuseLong(entries.map(entry => entry.leaf))
      const ids = new Set(entries.map(entry => entry.id))
      if (ids.size < entries.length || entries.some(({ id }) => rows.has(id)))
        throw new Error('an id is used already')
      const before = key && takeOnce(key)
      if (before) return before
      const first = append(entries.map(entry => entry.leaf))
      for (const [at, { vault }] of entries.entries()) keep(vault, first + at)
      return { kind: 'queued', rows: entries.map(enqueue) }
    },
    async settle(entries) {
      refuseLong(entries.map(entry => entry.leaf))
      entries.forEach(settleOne)
    },
    waiting: async (peer, after, limit) =>
      queuedFor(peer)
        .filter(sent => sent.row > after)
        .slice(0, limit)
        .map(waitingRow),
    async sent(id) {
      const found = rows.get(id)
      return found && sentRow(found)
    },
    async backlog(peer) {
      const queued = queuedFor(peer)
      return { exchanges: queued.length, oldestAt: queued[0]?.entry.releasedAt }
    },
  }
}

function waitingRow({ entry, row, seq, lane }: Sent): WaitingRow {
  const { id, manifest, line, precedence, releasedAt, expiresAt, leafId } = entry
  const settled = Math.min(lane.settled, seq - 1)
  return {
    row,
    id,
    lane: entry.lane,
    seq,
    settled,
    manifest,
    line,
    precedence,
    releasedAt,
    expiresAt,
    leafId,
  }
}

function sentRow({ entry, state, receipt, settledAt }: Sent): SentRow {
  const { id, peer, system, releasedAt, trail } = entry
  return { id, peer, system, state, releasedAt, settledAt, trail, receipt }
}
