import type { Notice } from '../governance/governance.ts'
import { timestamp } from '../kit/kit.ts'
import {
  findLostHead,
  type LogConflict,
  makePusher,
  makeWitness,
  type NoteKey,
  type Pusher,
  type PusherParts,
  type Witness,
} from '../ledger/ledger.ts'
import type { Road } from '../links/links.ts'
import type { AgencyId, RefusalCode } from '../terms/terms.ts'
import type { Foundation } from './foundation.ts'
import { witnessSigner } from './opening.ts'
import { ownLogs, rolledBack } from './own-log.ts'
import { logKeyOf, postQuantumKeyOf, readWitnessedLogs, WITNESSED_LOGS } from './peer-ledgers.ts'
import { type Lag, makeLag } from './witness-lag.ts'

/** How this gateway and its peers watch each other's logs. */
export interface Witnessing {
  /** Undefined where this gateway is nobody's witness. */
  readonly witness: Witness | undefined
  /** Why nothing may be exchanged with a peer at present; undefined where it may. */
  barrier(peer: AgencyId): RefusalCode | undefined
  /** What somebody has to look at. */
  notices(): readonly Notice[]
  /** Begins to show our heads to the peers; ends with what it returns. */
  start(): Disposable
  /** For each peer that witnesses us, how long ago it has last done so; and what its own log has shown. */
  standing(): readonly WitnessStanding[]
}

export interface WitnessStanding {
  readonly peer: AgencyId
  readonly ageSeconds: number | undefined
  readonly confirmed: boolean
  readonly conflicts: number
}

/** What is known of a peer that witnesses us. */
interface Watched {
  readonly peer: AgencyId
  readonly pusher: Pusher
  readonly lag: Lag
}

export interface WitnessingParts {
  readonly roadOf: (peer: AgencyId) => Road | undefined
}

const TICK_MS = 1_000

/** Makes ready to have our log witnessed and to witness those of peers. Whatever happens to a link, nothing waits for this. */
export async function prepareWitnessing(
  foundation: Foundation,
  { roadOf }: WitnessingParts,
): Promise<Witnessing> {
  const { config, clock, peerLedgers } = foundation
  const conflicts = [...(await foundation.store.conflicts())]
  const state = { lost: false }
  const onLost = () => {
    state.lost = true
  }
  const watched: Watched[] = []
  for (const [peer, { witness }] of peerLedgers) {
    if (witness === undefined) continue
    const pusher = await makePusher(pusherParts(foundation, peer, witness, roadOf, onLost))
    watched.push({ peer, pusher, lag: makeLag(foundation, peer, () => pusher.cosignedAt) })
  }
  const ofPeer = (peer: AgencyId) => conflicts.filter(one => one.peer === peer)
  return {
    witness: witnessOf(foundation, conflicts),
    start: () => watch(foundation, watched),
    barrier(peer) {
      if (state.lost) return 'store-unavailable'
      if (config.witness.onConflict === 'stop' && ofPeer(peer).length > 0) return 'log-conflict'
      const late = watched.length > 0 && watched.every(({ lag }) => lag.level() === 'alarm')
      return config.witness.onBehind === 'stop' && late ? 'witness-behind' : undefined
    },
    notices: () => [
      ...config.peers.flatMap(({ agency }) => conflictNotice(agency, ofPeer(agency))),
      ...watched.flatMap(lagNotice),
    ],
    standing: () =>
      config.peers.map(({ agency: peer }) => {
        const pusher = watched.find(one => one.peer === peer)?.pusher
        const at = pusher?.cosignedAt
        return {
          peer,
          ageSeconds: at === undefined ? undefined : Math.max(0, clock.now() - at) / 1_000,
          confirmed: pusher?.confirmed ?? false,
          conflicts: ofPeer(peer).length,
        }
      }),
  }
}

function watch({ log }: Foundation, watched: readonly Watched[]): Disposable {
  const round = () => {
    for (const { pusher, lag } of watched)
      void pusher
        .tick()
        .then(() => lag.look())
        .catch((fault: unknown) => log.error('witness-fault', fault))
  }
  const timer = setInterval(round, TICK_MS).unref()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      for (const { pusher } of watched) pusher.stop()
    },
  }
}

function witnessOf(foundation: Foundation, conflicts: LogConflict[]): Witness | undefined {
  const { config, keys, log, peerLedgers } = foundation
  const signer = witnessSigner(config, keys)
  if (signer === undefined) return undefined
  return makeWitness({
    ...foundation,
    signer,
    keyOf: logKeyOf(peerLedgers),
    postQuantumKeyOf: postQuantumKeyOf(peerLedgers),
    onConflict(conflict) {
      const { peer, origin, size, why } = conflict
      conflicts.push(conflict)
      log.error('log-conflict', new Error('the ledger of a peer contradicts itself'), {
        peer,
        origin,
        size,
        why,
      })
    },
  })
}

function pusherParts(
  foundation: Foundation,
  peer: AgencyId,
  witness: NoteKey,
  roadOf: WitnessingParts['roadOf'],
  onLost: () => void,
): PusherParts {
  const { config, store, clock, log } = foundation
  const { everySeconds, everySecondsOnSpareLink, warnAfterSeconds } = config.witness
  const road = () => roadOf(peer) ?? missing()
  return {
    store,
    witness,
    clock,
    log,
    confirmed: foundation.confirmed.has(peer),
    quietMs: Math.min(QUIET_SECONDS, warnAfterSeconds * 0.8) * 1_000,
    intervalMs() {
      const spare = (roadOf(peer)?.status() ?? []).slice(1).some(({ carrying }) => carrying)
      return (spare ? everySecondsOnSpareLink : everySeconds) * 1_000
    },
    async send(body) {
      const reply = await road().send('/peer/v1/witness/add-checkpoint', Buffer.from(body), 'text/plain')
      return { status: reply.status, body: reply.body.toString('utf8') }
    },
    async confirm() {
      const { status, body } = await road().send(WITNESSED_LOGS, undefined, '')
      const heads = [{ witness: peer, notes: readWitnessedLogs(status, body) }]
      const lost = await findLostHead(heads, await ownLogs(store, foundation.ledgerSigner()))
      if (lost === undefined) {
        foundation.confirmed.add(peer)
        return true
      }
      onLost()
      foundation.onFailure(new Error(rolledBack(lost, config)))
      return false
    },
  }
}

/** How long a head waits that holds nothing but what we have cosigned ourselves. */
const QUIET_SECONDS = 240

function missing(): never {
  throw new Error('there is no road to this peer')
}

function conflictNotice(peer: AgencyId, conflicts: readonly LogConflict[]): Notice[] {
  const [first] = conflicts
  if (first === undefined) return []
  const says = `the ledger ${first.origin} of this peer contradicts itself; both heads are kept: find out why, then \`concordat audit settle\``
  return [{ kind: 'log-conflict', role: 'operator', peer, since: timestamp(first.at), says }]
}

function lagNotice({ peer, lag }: Watched): Notice[] {
  const level = lag.level()
  if (level === 'good') return []
  const says = `this peer has cosigned nothing of our ledger since ${timestamp(lag.since())}`
  return [{ kind: 'witness-behind', role: 'operator', peer, since: timestamp(lag.since()), says }]
}
