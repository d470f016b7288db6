import { readFileSync } from 'node:fs'
import { type SettleEntry, startRetention } from '../delivery/delivery.ts'
import { type Exchange, makeExchange } from '../exchange/exchange.ts'
import { type Metrics, makeTokenVerifier } from '../http/http.ts'
import { makeTokenKeeper, type TokenKeeper, type TokenKeeperParts } from '../identity/identity.ts'
import { readJwks, sealReceipts } from '../seal/seal.ts'
import { type AgencyId, ProblemsError } from '../terms/terms.ts'
import type { Foundation } from './foundation.ts'
import { connectPeer, loadPeerKeys, type PeerConnection } from './peers.ts'

/** The walks, and the connections to other agencies that they send on. */
export interface Traffic {
  readonly exchange: Exchange
  readonly peers: ReadonlyMap<AgencyId, PeerConnection>
}

/**
 * Assembles the walks and starts sending what waits in the outbox.
 *
 * @param parts takes over what has to be closed
 * @throws ProblemsError where a key set cannot be used
 */
export async function startTraffic(
  foundation: Foundation,
  metrics: Metrics,
  parts: AsyncDisposableStack,
): Promise<Traffic> {
  const { config, clock, keys, trust, store, leaves, book, log } = foundation
  const peerKeys = loadPeerKeys(config)
  const peers = new Map<AgencyId, PeerConnection>()
  const exchange = makeExchange({
    ...foundation,
    agency: config.agency,
    meter: metrics,
    agreements: book,
    register: trust.register,
    tokens: await loadTokens(foundation, parts),
    isPeer: agency => peers.has(agency),
    keyOf: peer => kid => peerKeys.get(peer)?.get(kid),
    sealReceipts: (to, batch, receipts) =>
      sealReceipts({ signer: keys.batch, clock }, { batch, from: config.agency, to, receipts }),
    forward(to, rows) {
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
  for (const peer of config.peers) {
    const connection = connectPeer({ ...foundation, signer: keys.batch, keys: peerKeys, onSettled }, peer)
    peers.set(peer.agency, connection)
    parts.use(connection.road)
    parts.use(connection.sender)
  }
  const leaf = (count: number) => leaves.write('erased', { count, rule: 'deleteAfter' }).text
  parts.use(startRetention({ store, clock, log, leaf }))
  return { exchange, peers }
}

/** @throws ProblemsError where the key set of the token issuer cannot be used */
async function loadTokens({ config, clock }: Foundation, parts: AsyncDisposableStack): Promise<TokenKeeper> {
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
