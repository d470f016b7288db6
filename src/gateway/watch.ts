import type { ExchangeStore } from '../delivery/delivery.ts'
import { type Governance, NOTICE_KINDS } from '../governance/governance.ts'
import type { Metrics } from '../http/http.ts'
import type { Clock, Log } from '../kit/kit.ts'
import type { LeafWriter, LedgerStore } from '../ledger/ledger.ts'
import { type AgencyId, Refusal, type RefusalCode } from '../terms/terms.ts'
import type { Anchoring } from './anchoring.ts'
import type { PeerConnection } from './peers.ts'
import type { Witnessing } from './witnessing.ts'

/**
 * Turns pushes away while nothing may be exchanged with a recipient, or too much waits for it: a queue without an end is a promise
 * nobody can keep.
 */
export function makeAdmission(
  peers: ReadonlyMap<AgencyId, PeerConnection>,
  limit: number,
  barrier: Witnessing['barrier'],
): (recipients: readonly AgencyId[]) => void {
  return recipients => {
    for (const recipient of recipients) {
      const code = barrier(recipient)
      if (code !== undefined) throw new Refusal(code)
      if ((peers.get(recipient)?.sender.waiting ?? 0) >= limit) throw new Refusal('overloaded')
    }
  }
}

/**
 * Records refused handshakes: the first of a door and a code at once, those that follow within a minute as one count. A stranger
 * who knocks without end must not be able to fill the ledger. Whoever hangs up before the end, a probe that asks whether the port
 * is open or a caller out of patience, is refused nothing and only counted.
 */
export function makeHandshakeRecorder(parts: {
  readonly store: Pick<ExchangeStore, 'note'>
  readonly leaves: LeafWriter
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
}): (door: string, reason: string) => void {
  const recent = new Map<string, { until: number; unrecorded: number }>()
  return (door, reason) => {
    if (reason === HUNG_UP) return parts.metrics.handshakeAbandoned(door)
    parts.metrics.handshakeRefused(door)
    const why = whyOf(reason)
    const key = `${door} ${why}`
    const known = recent.get(key)
    const now = parts.clock.now()
    if (known !== undefined && now < known.until) {
      known.unrecorded++
      return
    }
    const count = 1 + (known?.unrecorded ?? 0)
    recent.set(key, { until: now + QUIET_MS, unrecorded: 0 })
    parts.log.info('handshake-refused', { door, reason, count })
    const leaf = parts.leaves.write('handshake.refused', { why, door, count })
    parts.store.note([leaf.text]).catch((fault: unknown) => parts.log.error('handshake-unrecorded', fault))
  }
}

const QUIET_MS = 60_000
const HUNG_UP = 'ECONNRESET'

function whyOf(reason: string): RefusalCode {
  if (reason === 'CERT_REVOKED') return 'certificate-revoked'
  return /EXPIRED|NOT_YET/.test(reason) ? 'certificate-unfit' : 'certificate-unknown'
}

/** Lets the metrics ask for what only the moment knows. */
export function measure(parts: {
  readonly metrics: Metrics
  readonly peers: ReadonlyMap<AgencyId, PeerConnection>
  readonly store: ExchangeStore & LedgerStore
  readonly clock: Clock
  readonly governance: Pick<Governance, 'notices'>
  readonly witnessing: Witnessing
  readonly anchoring: Pick<Anchoring, 'ageSeconds'>
  readonly hasSpace: () => boolean
}): void {
  parts.metrics.onRead(async gauges => {
    for (const { agency, road } of parts.peers.values()) {
      for (const { name, up, carrying } of road.status()) gauges.linkUp(agency, name, up, carrying)
      const { exchanges, oldestAt } = await parts.store.backlog(agency)
      gauges.outbox(agency, exchanges, oldestAt === undefined ? 0 : (parts.clock.now() - oldestAt) / 1_000)
    }
    gauges.ledgerSize((await parts.store.head()).size)
    for (const { peer, ageSeconds, conflicts } of parts.witnessing.standing())
      gauges.witness(peer, ageSeconds, conflicts)
    const stampAge = parts.anchoring.ageSeconds()
    if (stampAge !== undefined) gauges.timestampAge(stampAge)
    gauges.storeFull(!parts.hasSpace())
    const waiting = Map.groupBy(parts.governance.notices().notices, ({ kind }) => kind)
    for (const kind of NOTICE_KINDS) gauges.notices(kind, waiting.get(kind)?.length ?? 0)
  })
}
