import { type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { PeerCertificate } from 'node:tls'
import type { GatewayConfig, PeerConfig } from '../config.ts'
import {
  type ExchangeStore,
  type Leave,
  type Picked,
  type Sender,
  type SettleEntry,
  startSender,
  type WaitingRow,
} from '../delivery/delivery.ts'
import {
  type Book,
  type Courier,
  type Register,
  type RegisterParts,
  startCourier,
} from '../governance/governance.ts'
import { type Clock, digestOf, isDigest, type Log, readJsonText } from '../kit/kit.ts'
import type { LeafWriter } from '../ledger/ledger.ts'
import { type LinkChange, type LinkTls, makeRoad, type Road, usualRules } from '../links/links.ts'
import {
  factsOf,
  openReceipts,
  printReceipt,
  type Receipt,
  readJwks,
  type Signer,
  sealBatch,
  serverIdentityCheck,
  tlsOptions,
} from '../seal/seal.ts'
import { type AgencyId, ProblemsError, Refusal, type RefusalCode } from '../terms/terms.ts'
import type { Authority, Trust } from './trust.ts'

/** One other agency, as this gateway reaches it. */
export interface PeerConnection {
  readonly agency: AgencyId
  readonly road: Road
  readonly sender: Sender
  readonly courier: Courier
}

export interface PeersParts {
  readonly config: GatewayConfig
  readonly clock: Clock
  readonly log: Log
  readonly trust: Trust
  readonly store: ExchangeStore
  readonly leaves: LeafWriter
  readonly signer: Signer
  readonly keys: PeerKeys
  readonly onSettled: (entry: SettleEntry) => void
  readonly register: Register
  readonly acts: RegisterParts
  readonly book: Book
  readonly barrier: (peer: AgencyId) => RefusalCode | undefined
}

/** What a connection to a peer is secured with. */
export type LinkTlsParts = Pick<PeersParts, 'config' | 'clock' | 'trust'>

/** The public batch and receipt keys of each peer. */
export type PeerKeys = ReadonlyMap<AgencyId, ReadonlyMap<string, KeyObject>>

/** @throws ProblemsError where a key set cannot be used */
export function loadPeerKeys(config: GatewayConfig): PeerKeys {
  const readings = config.peers.map(({ agency, keys }) => ({
    agency,
    reading: readJwks(readFileSync(keys), keys),
  }))
  const problems = readings.flatMap(({ reading }) => reading.problems)
  if (problems.length > 0) throw new ProblemsError(problems)
  return new Map(
    readings.map(({ agency, reading }) => [agency, new Map(reading.keys.map(({ kid, key }) => [kid, key]))]),
  )
}

/** Opens the road to a peer and starts sending what waits for it. */
export function connectPeer(parts: PeersParts, peer: PeerConfig): PeerConnection {
  const { clock, log, leaves, store, config } = parts
  const { agency } = peer
  const keyOf = (kid: string) => parts.keys.get(agency)?.get(kid)
  let carrying = peer.links[0]?.name ?? ''
  let sender: Sender | undefined
  let courier: Courier | undefined
  const onChange = ({ link, change }: LinkChange) => {
    log.warn('link', { peer: agency, link, change })
    if (change === 'up') {
      sender?.hurry()
      courier?.hurry()
    }
    if (change !== 'carrying') return
    const leaf = leaves.write('link.switch', {
      peer: agency,
      was: carrying,
      link,
      rule: 'first-link-that-is-up',
    })
    carrying = link
    store.note([leaf.text]).catch((fault: unknown) => log.error('link-switch-unrecorded', fault))
  }
  const tls = linkTls(parts, peer)
  const road = makeRoad({
    peer: agency,
    links: peer.links,
    tls,
    clock,
    rules: usualRules,
    canaryPath: '/peer/v1/canary',
    onChange,
  })
  sender = startSender({
    peer: agency,
    store,
    clock,
    log,
    random: Math.random,
    mayLeave: row => (parts.barrier(agency) === undefined ? mayLeave(parts, row) : 'later'),
    seal(picked) {
      const { batch, bytes } = sealBatch(
        { signer: parts.signer, clock },
        { from: config.agency, to: agency, exchanges: picked.map(waiting) },
      )
      return { batch, body: bytes }
    },
    send: body => road.send('/peer/v1/batches', body, 'application/x-ndjson'),
    open(reply, batch) {
      const opened = openReceipts(reply, { keyOf })
      if (opened.batch !== batch) throw new Refusal('batch-malformed', { rule: 'batch' })
      if (opened.from !== agency || opened.to !== config.agency) throw new Refusal('batch-wrong-sender')
      return opened.receipts
    },
    settlement: (row, receipt, link) => settlementOf(parts, agency, row, receipt, link),
    onSettled: parts.onSettled,
  })
  courier = startCourier({
    ...parts.acts,
    rules: parts.acts,
    peer: agency,
    register: parts.register,
    send: body => road.send('/peer/v1/agreements', body, 'application/x-ndjson'),
  })
  return { agency, road, sender, courier }
}

/**
 * What was released under an agreement that is suspended now stays until it goes on, or its time to live ends. What was released
 * under one that has ended since, or under a revision that another has taken the place of, stays for good: the new one may show less.
 */
function mayLeave({ book, clock }: PeersParts, { manifest }: WaitingRow): Leave {
  const [, digest = ''] = /"agreement":"([^"]+)"/.exec(manifest) ?? []
  const [, purpose = ''] = /"purpose":"([^"]+)"/.exec(manifest) ?? []
  const agreement = isDigest(digest) ? book.byDigest(digest) : undefined
  if (agreement === undefined) return 'later'
  if (clock.now() >= agreement.expiresAt) return 'never'
  const barrier = book.barrier(agreement, purpose)
  if (barrier === undefined) return 'now'
  return barrier === 'agreement-suspended' ? 'later' : 'never'
}

function waiting({ row, prev }: Picked) {
  return { manifest: row.manifest, seq: row.seq, prev, line: row.line }
}

function settlementOf(
  parts: PeersParts,
  to: AgencyId,
  row: WaitingRow,
  receipt: Receipt | undefined,
  link: string | undefined,
): SettleEntry {
  const from = parts.config.agency
  const { purpose, resource: res } = manifestOf(row)
  const common = { xid: row.id, prev: row.leafId, from, to, purpose, res }
  if (receipt === undefined || receipt.outcome === 'retry') {
    const leaf = parts.leaves.write('expired', common)
    return { id: row.id, state: 'expired', receipt: undefined, leaf: leaf.text }
  }
  const text = printReceipt(receipt)
  const why = receipt.outcome === 'refused' ? receipt.code : undefined
  const leaf = parts.leaves.write('receipted', {
    ...common,
    decision: receipt.outcome,
    why,
    receipt: digestOf(text),
    link,
  })
  return { id: row.id, state: receipt.outcome, receipt: text, leaf: leaf.text }
}

interface KnownOfManifest {
  readonly purpose: string
  readonly resource: string
}

function manifestOf(row: WaitingRow): KnownOfManifest {
  const reading = readJsonText(row.manifest)
  if (!reading.ok) throw new Error('a stored manifest is not JSON')
  return reading.value as unknown as KnownOfManifest
}

/**
 * Our side of a connection to the peer. Revocation is judged by the list in force at the moment of the handshake, not by the one
 * that was in force when the link was opened.
 */
export function linkTls({ config, clock, trust }: LinkTlsParts, peer: PeerConfig): LinkTls {
  const { certificate, key, tlsProfile } = config.doors.outer
  const authority: Authority | undefined = trust.peers.get(peer.agency)
  const settings = tlsOptions({
    ca: [authority?.pem ?? ''],
    crl: [],
    cert: readFileSync(certificate, 'utf8'),
    key: readFileSync(key, 'utf8'),
    profile: tlsProfile,
  })
  const fits = serverIdentityCheck(peer.uri, clock)
  const checkServerIdentity = (host: string, shown: PeerCertificate): Error | undefined => {
    const unfit = fits(host, shown)
    if (unfit) return unfit
    const facts = factsOf(new X509Certificate(shown.raw), authority?.certificates ?? [], {
      usage: 'server',
      uri: peer.uri,
      now: clock.now(),
    })
    const standing = trust.standingOf(facts.issuerFingerprint ?? '', facts.serial)
    return standing === 'good' ? undefined : new Error(`the peer's certificate is ${standing}`)
  }
  const { crl: _ofThisMoment, ca, ALPNProtocols, ...tls } = settings
  return { ...tls, ca: [...ca], ALPNProtocols: [...ALPNProtocols], checkServerIdentity }
}
