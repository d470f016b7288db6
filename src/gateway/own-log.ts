import type { GatewayConfig } from '../config.ts'
import type { ExchangeStore } from '../delivery/delivery.ts'
import type { Clock, Log } from '../kit/kit.ts'
import {
  type DropStore,
  findLostHead,
  keyUnder,
  type LeafWriter,
  type LedgerStore,
  type LostHead,
  type NoteSigner,
  type OwnLogs,
  printVkey,
  type WitnessedHeads,
} from '../ledger/ledger.ts'
import { type AgencyId, ProblemsError } from '../terms/terms.ts'
import { originIn } from './opening.ts'
import { askWitnessOnce, type PeerLedgers } from './peer-ledgers.ts'
import type { LinkTlsParts } from './peers.ts'

type OwnStore = LedgerStore & Pick<DropStore, 'drops'>

export interface OwnLogParts extends LinkTlsParts {
  readonly config: GatewayConfig
  readonly clock: Clock
  readonly log: Log
  readonly store: OwnStore & Pick<ExchangeStore, 'note'>
  readonly peerLedgers: PeerLedgers
}

/** The logs of this store, and how a head of ours is known. */
export async function ownLogs(store: OwnStore, signer: NoteSigner): Promise<OwnLogs> {
  const dropped = new Set((await store.drops()).map(({ log }) => log))
  const logs = (await store.logs()).map((first, index) => ({
    origin: originIn(first) ?? '',
    restored: first.includes('"why":"restored"'),
    leaves: dropped.has(index + 1) ? undefined : store.log(index + 1),
  }))
  return { logs, keyUnder: origin => keyUnder(origin, signer) }
}

/** Asks every witness at once what it has of us. Those that do not answer are left out. */
export async function askWitnesses(parts: OwnLogParts): Promise<readonly WitnessedHeads[]> {
  const witnesses = parts.config.peers.filter(({ agency }) => parts.peerLedgers.get(agency)?.witness)
  const asked = witnesses.map(async (peer): Promise<WitnessedHeads[]> => {
    const notes = await askWitnessOnce(parts, peer).catch(() => undefined)
    return notes === undefined ? [] : [{ witness: peer.agency, notes }]
  })
  return (await Promise.all(asked)).flat()
}

/**
 * Before anything is appended: compares the store with what the witnesses have seen.
 *
 * @returns the peers that have answered and agree; the others are asked again as soon as they can be reached
 * @throws ProblemsError `ledger-rolled-back` where the store is an older copy
 */
export async function confirmAtStart(parts: OwnLogParts, signer: NoteSigner): Promise<Set<AgencyId>> {
  const heads = await askWitnesses(parts)
  const lost = await findLostHead(heads, await ownLogs(parts.store, signer))
  if (lost) {
    const says = rolledBack(lost, parts.config)
    const file = parts.config.storeDirectory
    throw new ProblemsError([{ file, line: 0, column: 0, code: 'ledger-rolled-back', says }])
  }
  const answered = new Set(heads.map(({ witness }) => witness))
  const confirmed = parts.config.peers
    .filter(({ agency }) => answered.has(agency))
    .map(({ agency }) => agency)
  for (const agency of parts.peerLedgers.keys())
    if (!confirmed.includes(agency)) parts.log.warn('ledger-unconfirmed', { peer: agency })
  return new Set(confirmed)
}

/** What is wrong, and what to do about it, for whoever starts the gateway. */
export function rolledBack({ witness, origin, size, kept, how }: LostHead, { file }: GatewayConfig): string {
  const has = {
    behind: `has ${kept}`,
    forked: 'goes on in another way',
    missing: 'does not know that log',
  }[how]
  return (
    `${witness} has cosigned ${size} leaves of the ledger \`${origin}\`, and this store ${has}: it is an older copy. Nothing ` +
    `is recorded in it. Bring the newest copy back, or end this log and begin another: ` +
    `concordat audit reopen --config ${file} --why restored`
  )
}

/** The first leaf of a log that goes on from another one. */
export function openingLeaf(
  leaves: LeafWriter,
  signer: NoteSigner,
  was: {
    readonly origin: string
    readonly size: number
    readonly root: Uint8Array
    readonly why: 'year' | 'restored'
  },
): string {
  const { origin, size, root, why } = was
  const last = { was: origin, size, root: Buffer.from(root).toString('base64'), why }
  return leaves.write('log.open', { origin: signer.name, vkey: printVkey(signer), ...last }).text
}
