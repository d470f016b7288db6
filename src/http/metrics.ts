import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { RefusalCode } from '../terms/terms.ts'

/** Everything that is measured, in the names and units of Prometheus. Labels are closed sets: never an id, a path or a value. */
export interface Metrics {
  readonly ending: { refused(code: RefusalCode, room: string): void; failed(room: string): void }
  room(room: string, milliseconds: number): void
  released(count: number): void
  settled(state: 'accepted' | 'refused' | 'expired'): void
  delivered(count: number): void
  handshakeRefused(door: string): void
  /** The other side hung up before it was over. */
  handshakeAbandoned(door: string): void
  /** Reads what only the moment knows: called when the metrics are read. */
  onRead(read: (gauges: MomentGauges) => Promise<void> | void): void
  /** The text exposition format. */
  print(): Promise<string>
}

export interface MomentGauges {
  linkUp(peer: string, link: string, up: boolean, carrying: boolean): void
  outbox(peer: string, exchanges: number, oldestSeconds: number): void
  ledgerSize(leaves: number): void
  storeFull(full: boolean): void
  certificateEnds(door: string, seconds: number): void
  /** How many notices of one kind wait for somebody: urgent uses, suspensions, proposals, dates. */
  notices(kind: string, count: number): void
  /** How long ago a peer has cosigned our ledger, and how often its own has contradicted itself. */
  witness(peer: string, ageSeconds: number | undefined, conflicts: number): void
  timestampAge(seconds: number): void
}

export function makeMetrics(): Metrics {
  const registers = [new Registry()] as const
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter<Label>({
      name: `concordat_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [...registers],
    })
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge<Label>({
      name: `concordat_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [...registers],
    })
  collectDefaultMetrics({ register: registers[0], prefix: 'concordat_' })

  const refusals = counter('refusals_total', 'Refusals by code and by the room that said no', [
    'code',
    'room',
  ])
  const failures = counter('failures_total', 'Faults of our own by room', ['room'])
  const roomSeconds = counter('room_seconds_total', 'Time spent in each room', ['room'])
  const releases = counter('exchanges_released_total', 'Exchanges released to peers', [])
  const settlements = counter(
    'exchanges_settled_total',
    'Answers of peers, and exchanges that ran out of time',
    ['state'],
  )
  const deliveries = counter('exchanges_delivered_total', 'Documents of peers delivered to the inbox', [])
  const handshakes = counter('handshakes_refused_total', 'TLS handshakes refused', ['door'])
  const abandoned = counter(
    'handshakes_abandoned_total',
    'TLS handshakes that the other side left before their end',
    ['door'],
  )
  const linkUp = gauge('link_up', '1 where the link answers heartbeats', ['peer', 'link'])
  const linkCarrying = gauge('link_carrying', '1 for the link that carries', ['peer', 'link'])
  const outbox = gauge('outbox_exchanges', 'Exchanges without an answer yet', ['peer'])
  const oldest = gauge('outbox_oldest_age_seconds', 'Age of the oldest of them', ['peer'])
  const ledger = gauge('ledger_leaves', 'Size of the ledger', [])
  const full = gauge('store_full', '1 while the disk of the store is full and documents are not taken', [])
  const ends = gauge('certificate_not_after_timestamp_seconds', 'When the certificate of a door ends', [
    'door',
  ])
  const notices = gauge('notices', 'What waits for an officer, by kind', ['kind'])
  const witnessAge = gauge('witness_age_seconds', 'Since the peer has last cosigned our ledger', ['peer'])
  const timestampAge = gauge(
    'timestamp_age_seconds',
    'Since a checkpoint of our ledger was last time-stamped',
    [],
  )
  const conflicts = gauge('log_conflicts', 'Heads of the ledger of the peer that contradict others', ['peer'])
  const moment: MomentGauges = {
    linkUp(peer, link, up, carrying) {
      linkUp.set({ peer, link }, up ? 1 : 0)
      linkCarrying.set({ peer, link }, carrying ? 1 : 0)
    },
    outbox(peer, exchanges, oldestSeconds) {
      outbox.set({ peer }, exchanges)
      oldest.set({ peer }, oldestSeconds)
    },
    ledgerSize: leaves => ledger.set(leaves),
    storeFull: isFull => full.set(isFull ? 1 : 0),
    certificateEnds: (door, seconds) => ends.set({ door }, seconds),
    notices: (kind, count) => notices.set({ kind }, count),
    timestampAge: seconds => timestampAge.set(seconds),
    witness(peer, ageSeconds, found) {
      if (ageSeconds !== undefined) witnessAge.set({ peer }, ageSeconds)
      conflicts.set({ peer }, found)
    },
  }
  const readers: ((gauges: MomentGauges) => Promise<void> | void)[] = []
  return {
    ending: {
      refused: (code, room) => refusals.inc({ code, room }),
      failed: room => failures.inc({ room }),
    },
    room: (room, milliseconds) => roomSeconds.inc({ room }, milliseconds / 1_000),
    released: count => releases.inc(count),
    settled: state => settlements.inc({ state }),
    delivered: count => deliveries.inc(count),
    handshakeRefused: door => handshakes.inc({ door }),
    handshakeAbandoned: door => abandoned.inc({ door }),
    onRead: read => readers.push(read),
    async print() {
      for (const read of readers) await read(moment)
      return registers[0].metrics()
    },
  }
}
