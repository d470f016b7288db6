import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { GatewayConfig } from '../config.ts'
import { loadApi } from '../contract/contract.ts'
import { type SettleEntry, startRetention, type WaitingRow } from '../delivery/delivery.ts'
import { makeAgreementBook, makeExchange } from '../exchange/exchange.ts'
import { type Door, makeDoors, makeMetrics, makeTokenVerifier } from '../http/http.ts'
import { makeTokenKeeper, type TokenKeeperParts } from '../identity/identity.ts'
import type { Clock, Log } from '../kit/kit.ts'
import { makeCheckpointer, makeLeafWriter, printVkey } from '../ledger/ledger.ts'
import { readJwks, sealReceipts, tlsOptions } from '../seal/seal.ts'
import { openSqliteStore } from '../stores/stores.ts'
import { type AgencyId, ProblemsError } from '../terms/terms.ts'
import { loadKeys } from './keys.ts'
import { loadKnowledge } from './knowledge.ts'
import { ledgerSigner, rememberAgreements, startLeaves } from './opening.ts'
import { connectPeer, loadPeerKeys, type PeerConnection } from './peers.ts'
import { makeTrust, type Trust } from './trust.ts'
import { makeAdmission, makeHandshakeRecorder, measure } from './watch.ts'

export { askConsole } from './ask.ts'

/** What a gateway needs from the edge of its process. */
export interface GatewayEdge {
  readonly clock: Clock
  readonly log: Log
  /** Called when nothing can be recorded any more: the process must end, and recovers when it starts again. */
  readonly onFailure: (fault: Error) => void
}

/** A gateway that listens. Disposing of it stops the doors first and the store last. */
export interface Gateway extends AsyncDisposable {
  readonly agency: AgencyId
  /** Where each door listens: `https://host:port`. */
  readonly addresses: Readonly<Record<'inner' | 'outer' | 'console', string>>
  /** The verifier key of its ledger. */
  readonly vkey: string
}

const contractFile = fileURLToPath(new URL('../../openapi.yaml', import.meta.url))

/**
 * Builds every part once, in order, and opens the doors. Only this function constructs; parts meet here and nowhere else.
 *
 * @throws ProblemsError with everything in the files that keeps the gateway from starting
 */
export async function startGateway(
  config: GatewayConfig,
  { clock, log, onFailure }: GatewayEdge,
): Promise<Gateway> {
  await using parts = new AsyncDisposableStack()
  const keys = await loadKeys(config)
  const { schemas, agreements, mappings } = loadKnowledge(config, keys.pseudonyms)
  const peerKeys = loadPeerKeys(config)
  const trust = parts.use(makeTrust(config, clock, log))
  const health = { recording: true }
  const store = parts.use(
    await openSqliteStore({
      directory: config.storeDirectory,
      clock,
      onFailure(fault) {
        health.recording = false
        onFailure(fault)
      },
    }),
  )
  const leaves = makeLeafWriter({ clock, agency: config.agency })
  const book = makeAgreementBook(agreements)
  await rememberAgreements(book, store)
  const signer = await ledgerSigner(config, keys, store)
  await store.note(startLeaves(await store.head(), leaves, book, keys, signer))
  const notes = { newest: (await store.latestCheckpoint())?.note }
  const checkpointer = makeCheckpointer({
    store,
    signer,
    clock,
    publish: note => {
      notes.newest = note
    },
    onFault: fault => log.error('checkpoint-fault', fault),
  })
  parts.use(checkpointer).start()
  const metrics = makeMetrics()
  const peers = new Map<AgencyId, PeerConnection>()
  const exchange = makeExchange({
    agency: config.agency,
    clock,
    log,
    meter: metrics,
    schemas,
    agreements: book,
    mappings,
    store,
    leaves,
    register: trust.register,
    tokens: await loadTokens(config, clock, parts),
    isPeer: agency => peers.has(agency),
    keyOf: peer => kid => peerKeys.get(peer)?.get(kid),
    sealReceipts: (to, batch, receipts) =>
      sealReceipts({ signer: keys.batch, clock }, { batch, from: config.agency, to, receipts }),
    forward(to: AgencyId, rows: readonly WaitingRow[]) {
      metrics.released(rows.length)
      peers.get(to)?.sender.offer(rows)
    },
    onDelivered: metrics.delivered,
    timeToLiveMs: config.limits.timeToLiveSeconds * 1_000,
    keys: keys.local,
  })
  const onSettled = (entry: SettleEntry) => {
    metrics.settled(entry.state)
    exchange.settled(entry)
  }
  const connect = { config, clock, log, trust, store, leaves, signer: keys.batch, keys: peerKeys, onSettled }
  for (const peer of config.peers) {
    const connection = connectPeer(connect, peer)
    peers.set(peer.agency, connection)
    parts.use(connection.road)
    parts.use(connection.sender)
  }
  parts.use(
    startRetention({
      store,
      clock,
      log,
      leaf: count => leaves.write('erased', { count, rule: 'deleteAfter' }).text,
    }),
  )
  const closing = new AbortController()
  const doors = await makeDoors({
    agency: config.agency,
    api: loadApi(contractFile),
    clock,
    log,
    metrics,
    exchange,
    register: trust.register,
    consoleRegister: trust.consoleRegister,
    inner: { tls: doorTls(config, trust, 'inner'), authorities: trust.inner.certificates },
    outer: {
      tls: doorTls(config, trust, 'outer'),
      authorities: [...trust.peers.values()].flatMap(peer => peer.certificates),
    },
    console: { tls: doorTls(config, trust, 'console'), authorities: trust.console.certificates },
    limits: config.limits,
    admitTo: makeAdmission(peers, config.limits.waiting),
    recording: () => health.recording,
    checkpoint: () => notes.newest,
    checks: () => ({
      recording: health.recording,
      agreements: book.all.some(agreement => agreement.expiresAt > clock.now()),
    }),
    onHandshakeRefused: makeHandshakeRecorder({ store, leaves, metrics, log, clock }),
    closing: closing.signal,
  })
  measure({ metrics, peers, store, clock })
  trust.watch(revoked => {
    for (const name of ['inner', 'outer', 'console'] as const)
      doors[name].renew(doorTls(config, trust, name), revoked)
    for (const { road } of peers.values())
      road.renew().catch((fault: unknown) => log.error('road-renew-fault', fault))
  })
  parts.defer(async () => {
    closing.abort()
    await Promise.all([doors.inner.app.close(), doors.outer.app.close(), doors.console.app.close()])
  })
  const addresses = {
    outer: await listen(doors.outer, config.doors.outer),
    inner: await listen(doors.inner, config.doors.inner),
    console: await listen(doors.console, config.doors.console),
  }
  log.info('listening', addresses)
  const running = parts.move()
  return {
    agency: config.agency,
    addresses,
    vkey: printVkey(signer),
    async [Symbol.asyncDispose]() {
      await running.disposeAsync()
      log.info('stopped')
    },
  }
}

/** @throws ProblemsError where the key set of the token issuer cannot be used */
async function loadTokens(config: GatewayConfig, clock: Clock, parts: AsyncDisposableStack) {
  const { issuer, audience, keys: file } = config.tokens
  const { keys, problems } = readJwks(readFileSync(file), file)
  if (problems.length > 0) throw new ProblemsError(problems)
  const byKid: TokenKeeperParts['keys'] = new Map(
    keys.map(({ kid, algorithm, key }) => [kid, { alg: algorithm, key }]),
  )
  const { verify, close } = await makeTokenVerifier()
  parts.defer(close)
  return makeTokenKeeper({ clock, issuer, audience, keys: byKid, verify })
}

function doorTls(config: GatewayConfig, trust: Trust, name: 'inner' | 'outer' | 'console') {
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

async function listen(
  door: Door,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  await door.app.listen({ host, port })
  const { port: bound } = door.app.server.address() as AddressInfo
  return `https://${host.includes(':') ? `[${host}]` : host}:${bound}`
}
