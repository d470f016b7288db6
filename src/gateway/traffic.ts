import { readFileSync } from 'node:fs'
import { type SettleEntry, startRetention } from '../delivery/delivery.ts'
import { type Exchange, type Knock, makeExchange, makeShapeCollector } from '../exchange/exchange.ts'
import type { Officeholder } from '../governance/governance.ts'
import { type Metrics, makeTokenVerifier } from '../http/http.ts'
import {
  bearerToken,
  makeTokenKeeper,
  type TokenKeeper,
  type TokenKeeperParts,
} from '../identity/identity.ts'
import { type Acceptance, type Agreement, makeAcceptance } from '../policy/policy.ts'
import { readJwks, sealReceipts } from '../seal/seal.ts'
import { type AgencyId, officerId, ProblemsError, Refusal } from '../terms/terms.ts'
import { type Anchoring, prepareAnchoring } from './anchoring.ts'
import type { Foundation } from './foundation.ts'
import { connectPeer, type PeerConnection } from './peers.ts'
import { GATEWAY } from './trust.ts'
import { vaultSweeper } from './vault.ts'
import { prepareWitnessing, type Witnessing } from './witnessing.ts'

/** The walks, and the connections to other agencies that they send on. */
export interface Traffic {
  readonly exchange: Exchange
  readonly authenticateOfficer: (knock: Knock) => Promise<Officeholder>
  readonly peers: ReadonlyMap<AgencyId, PeerConnection>
  readonly witnessing: Witnessing
  readonly anchoring: Anchoring
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
  const { config, clock, keys, trust, store, leaves, book, log, peerKeys } = foundation
  const peers = new Map<AgencyId, PeerConnection>()
  const tokens = await loadTokens(foundation, parts)
  const shapes = parts.use(makeShapeCollector({ store, clock, log }))
  const exchange = makeExchange({
    ...foundation,
    agency: config.agency,
    meter: metrics,
    agreements: book,
    acceptanceOf: acceptanceBy(foundation),
    register: trust.register,
    tokens,
    isPeer: agency => peers.has(agency),
    keyOf: peer => kid => peerKeys.get(peer)?.get(kid),
    sealReceipts: (to, batch, receipts) =>
      sealReceipts({ signer: keys.batch, clock }, { batch, from: config.agency, to, receipts }),
    forward(to, rows) {
      metrics.released(rows.length)
      peers.get(to)?.sender.offer(rows)
    },
    noteShape: shapes.note,
    onDelivered: metrics.delivered,
    timeToLiveMs: config.limits.timeToLiveSeconds * 1_000,
    keys: keys.local,
  })
  const onSettled = (entry: SettleEntry) => {
    metrics.settled(entry.state)
    exchange.settled(entry)
  }
  const witnessing = await prepareWitnessing(foundation, { roadOf: peer => peers.get(peer)?.road })
  const { barrier } = witnessing
  for (const peer of config.peers) {
    const wired = { ...foundation, signer: keys.batch, keys: peerKeys, onSettled, barrier }
    const connection = connectPeer(wired, peer)
    peers.set(peer.agency, connection)
    parts.use(connection.road)
    parts.use(connection.sender)
    parts.use(connection.courier)
  }
  const leaf = (count: number) => leaves.write('erased', { count, rule: 'deleteAfter' }).text
  const vault = vaultSweeper({ ...foundation, eraseDue: exchange.eraseDue })
  parts.use(startRetention({ store, clock, log, leaf, vault }))
  // A suspension that is lifted frees what waited under it.
  foundation.register.onChange(() => {
    for (const { sender } of peers.values()) sender.hurry()
  })
  parts.use(witnessing.start())
  const anchoring = await prepareAnchoring(foundation)
  parts.use(anchoring.start())
  return { exchange, peers, authenticateOfficer: officerBy(foundation, tokens), witnessing, anchoring }
}

/** What this agency is willing to hold, worked out once for each revision. */
function acceptanceBy({ config, rules, policyParts }: Foundation) {
  const known = new WeakMap<Agreement, Acceptance>()
  return (agreement: Agreement): Acceptance | undefined => {
    const lines = rules.acceptance
    if (lines.length === 0 || agreement.recipient !== config.agency) return undefined
    const found = known.get(agreement)
    if (found !== undefined) return found
    // Whether what is left makes a whole document, our own schema says after the translation.
    const acceptance = makeAcceptance(agreement, lines, { ...policyParts, requires: () => false })
    known.set(agreement, acceptance)
    return acceptance
  }
}

/**
 * As at the inner door: a certificate, and a token bound to it for the person. An officer's own certificate is for that officer,
 * the gateway's own for the desk beside it. Any other system holds tokens of the people it serves, and would be all of them.
 */
function officerBy({ trust, officers: known }: Foundation, tokens: TokenKeeper) {
  const officers = new Set(known.map(({ person }) => officerId(person)))
  return async ({ certificate, authorization }: Knock): Promise<Officeholder> => {
    const system = trust.consoleRegister.identifySystem(certificate)
    if (system instanceof Refusal) throw system
    const { person, role } = await tokens.accept(bearerToken(authorization), system)
    const own = officers.has(system.id)
    if (!own && system.id !== GATEWAY) throw new Refusal('certificate-unknown', { rule: 'officer' })
    if (own && system.id !== officerId(person)) throw new Refusal('token-unbound', { rule: 'sub' })
    return { person, role }
  }
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
