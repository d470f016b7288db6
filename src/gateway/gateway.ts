import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { GatewayConfig } from '../config.ts'
import { DOORS, type DoorName } from '../contract/contract.ts'
import type { Governance } from '../governance/governance.ts'
import { type Door, type Metrics, makeDoors, makeMetrics } from '../http/http.ts'
import { printVkey, type WitnessAnswer } from '../ledger/ledger.ts'
import { type TlsSettings, tlsOptions } from '../seal/seal.ts'
import type { AgencyId } from '../terms/terms.ts'
import { type Foundation, type GatewayEdge, layFoundation } from './foundation.ts'
import { startTraffic, type Traffic } from './traffic.ts'
import { makeAdmission, makeHandshakeRecorder, measure } from './watch.ts'

export { dropLog, type LogDrop } from './drop-log.ts'
export type { GatewayEdge } from './foundation.ts'
export { type Reopened, reopenLog, settleConflicts } from './reopen.ts'
export { publishVerifierKeys, VERIFIER_KEYS_FILE, verifierKeysOf } from './verifier-keys.ts'

/** A gateway that listens. Disposing of it closes the doors first and the store last. */
export interface Gateway extends AsyncDisposable {
  readonly agency: AgencyId
  /** Where each door listens: `https://host:port`. */
  readonly addresses: Readonly<Record<DoorName, string>>
  /** The verifier key of the log that grows. */
  readonly vkey: string
}

/**
 * Builds every part once, in order: what everything stands on, the traffic, the doors. Parts meet in this folder and nowhere
 * else.
 *
 * @throws ProblemsError with everything in the files that keeps the gateway from starting
 */
export async function startGateway(config: GatewayConfig, edge: GatewayEdge): Promise<Gateway> {
  await using parts = new AsyncDisposableStack()
  const foundation = await layFoundation(config, edge, parts)
  const metrics = makeMetrics()
  const traffic = await startTraffic(foundation, metrics, parts)
  const doors = await buildDoors(foundation, traffic, metrics, parts)
  measure({ ...foundation, ...traffic, metrics, governance: governanceOf(foundation, traffic) })
  foundation.trust.watch(revoked => renewTrust(foundation, traffic, doors, revoked))
  const addresses = {
    outer: await listen(doors.outer, config.doors.outer),
    inner: await listen(doors.inner, config.doors.inner),
    console: await listen(doors.console, config.doors.console),
  }
  edge.log.info('listening', addresses)
  const running = parts.move()
  return {
    agency: config.agency,
    addresses,
    get vkey() {
      return printVkey(foundation.ledgerSigner())
    },
    async [Symbol.asyncDispose]() {
      await running.disposeAsync()
      edge.log.info('stopped')
    },
  }
}

type Doors = Readonly<Record<DoorName, Door>>

async function buildDoors(
  foundation: Foundation,
  traffic: Traffic,
  metrics: Metrics,
  parts: AsyncDisposableStack,
): Promise<Doors> {
  const { config, clock, trust, book, recording, hasSpace } = foundation
  const closing = new AbortController()
  const tls = (name: DoorName) => doorTls(foundation, name)
  const ofPeers = [...trust.peers.values()].flatMap(peer => peer.certificates)
  const doors = await makeDoors({
    ...foundation,
    agency: config.agency,
    metrics,
    governance: governanceOf(foundation, traffic),
    ...witnessParts(foundation, traffic),
    exchange: traffic.exchange,
    authenticateOfficer: traffic.authenticateOfficer,
    register: trust.register,
    consoleRegister: trust.consoleRegister,
    inner: { tls: tls('inner'), authorities: trust.inner.certificates },
    outer: { tls: tls('outer'), authorities: ofPeers },
    console: { tls: tls('console'), authorities: trust.console.certificates },
    limits: config.limits,
    admitTo: makeAdmission(traffic.peers, config.limits.waiting, traffic.witnessing.barrier),
    checks: () => ({
      recording: recording(),
      space: hasSpace(),
      agreements: book.all.some(agreement => agreement.expiresAt > clock.now()),
    }),
    onHandshakeFailed: makeHandshakeRecorder({ ...foundation, metrics }),
    closing: closing.signal,
  })
  parts.defer(async () => {
    closing.abort()
    await Promise.all(DOORS.map(name => doors[name].close()))
  })
  return doors
}

/** What waits for an officer is told in one place, whether it is about an agreement or about a ledger. */
function governanceOf({ governance }: Foundation, { witnessing }: Traffic): Governance {
  const notices = () => ({ notices: [...witnessing.notices(), ...governance.notices().notices] })
  return { ...governance, notices }
}

/** What peers may ask of us as their witness, and what stands between us and a peer. */
function witnessParts({ store }: Foundation, { witnessing: { witness, barrier } }: Traffic) {
  return {
    barrier,
    witnessed: (peer: AgencyId) => store.peerLogs(peer),
    async addCheckpoint(peer: AgencyId, body: Uint8Array): Promise<WitnessAnswer> {
      return witness === undefined ? { kind: 'unknown-log' } : await witness.addCheckpoint(peer, body)
    },
  }
}

function doorTls({ config, trust }: Foundation, name: DoorName): TlsSettings {
  const { certificate, key, tlsProfile } = config.doors[name]
  const clients = name === 'outer' ? [...trust.peers.values()] : [trust[name]]
  return tlsOptions({
    ca: clients.map(client => client.pem),
    crl: clients.map(client => client.crl()),
    cert: readFileSync(certificate, 'utf8'),
    key: readFileSync(key, 'utf8'),
    profile: tlsProfile,
  })
}

/** A new revocation list: every door takes it over, and what is open to the revoked ends. */
function renewTrust(
  foundation: Foundation,
  { peers }: Traffic,
  doors: Doors,
  revoked: ReadonlySet<string>,
): void {
  for (const name of DOORS) doors[name].renew(doorTls(foundation, name), revoked)
  if (revoked.size === 0) return
  for (const { road } of peers.values())
    road.renew().catch((fault: unknown) => foundation.log.error('road-renew-fault', fault))
}

async function listen(
  door: Door,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  await door.app.listen({ host, port })
  const { port: bound } = door.app.server.address() as AddressInfo
  return `https://${host.includes(':') ? `[${host}]` : host}:${bound}`
}
