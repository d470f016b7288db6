import type { GatewayConfig } from '../config.ts'
import { type Api, loadApi } from '../contract/contract.ts'
import type { Clock, Log } from '../kit/kit.ts'
import { type LeafWriter, type LogSigner, makeCheckpointer, makeLeafWriter } from '../ledger/ledger.ts'
import { openSqliteStore, type Store } from '../stores/stores.ts'
import type { AgencyId } from '../terms/terms.ts'
import { type Agreements, openAgreements } from './agreements.ts'
import { makeExaminer } from './examiner.ts'
import { type GatewayKeys, loadKeys } from './keys.ts'
import { type Knowledge, loadKnowledge } from './knowledge.ts'
import { agreementLeaves, keyLeaves, ledgerSigner, startLeaves } from './opening.ts'
import { confirmAtStart } from './own-log.ts'
import { loadPeerLedgers, type PeerLedgers } from './peer-ledgers.ts'
import { loadPeerKeys, type PeerKeys } from './peers.ts'
import { type Recording, watchRecording } from './recording.ts'
import { makeTrust, type Trust } from './trust.ts'
import { type OpenedVault, openVault } from './vault.ts'
import { makeYearTurn, turnYear, type YearParts } from './year.ts'

/** What a gateway needs from the edge of its process. */
export interface GatewayEdge {
  readonly clock: Clock
  readonly log: Log
  /** Called when nothing can be recorded any more: the process must end, and recovers when it starts again. */
  readonly onFailure: (fault: Error) => void
}

/** What everything else of a gateway stands on: keys, knowledge, trust, and a store that records. */
export interface Foundation extends Knowledge, Agreements, OpenedVault, Omit<Recording, 'hears'> {
  readonly config: GatewayConfig
  readonly clock: Clock
  readonly log: Log
  readonly keys: GatewayKeys
  readonly trust: Trust
  readonly store: Store
  readonly api: Api
  readonly peerKeys: PeerKeys
  readonly peerLedgers: PeerLedgers
  /** The witnesses that have no newer head of our logs than the store, as far as they could be asked; more come while it runs. */
  readonly confirmed: Set<AgencyId>
  /** To be called when the store must not be written to any more. */
  readonly onFailure: (fault: Error) => void
  readonly leaves: LeafWriter
  /** Signs under the name of the log that grows, which is another one after the turn of a year. */
  ledgerSigner(): LogSigner
  /** The newest published checkpoint of the ledger. */
  checkpoint(): string | undefined
}

/**
 * Reads all files, opens the store and records the start. Nothing listens and nothing is sent yet.
 *
 * @param parts takes over what has to be closed
 * @throws ProblemsError with everything in the files that keeps the gateway from starting
 */
export async function layFoundation(
  config: GatewayConfig,
  { clock, log, onFailure }: GatewayEdge,
  parts: AsyncDisposableStack,
): Promise<Foundation> {
  const keys = await loadKeys(config)
  const knowledge = loadKnowledge(config, keys.pseudonyms)
  const trust = parts.use(makeTrust(config, clock, log, knowledge.officers))
  const leaves = makeLeafWriter({ clock, agency: config.agency })
  const { hears, recording, hasSpace } = watchRecording({ log, leaves, onFailure })
  const store = parts.use(await openSqliteStore({ directory: config.storeDirectory, clock, ...hears }))
  const api = loadApi()
  const peerKeys = loadPeerKeys(config)
  const peerLedgers = loadPeerLedgers(config)
  const opened = openVault(config, { clock, keys, leaves })
  const examiner = parts.use(makeExaminer({ config, pseudonyms: keys.pseudonyms }, log))
  const known = { config, clock, log, keys, knowledge, peerKeys, store, leaves, api, examiner, ...opened }
  const found = await ledgerSigner(config, keys, store, clock)
  const own = { config, clock, log, trust, store, peerLedgers }
  const confirmed = await confirmAtStart(own, found)
  const alone = ![...peerLedgers.values()].some(({ witness }) => witness)
  const year = {
    ...{ config, clock, log, store, leaves },
    confirmed: () => alone || confirmed.size > 0,
    publish: () => undefined,
    beginning: () => [],
  }
  const signer = await turnYear(year, found)
  await store.note(startLeaves(await store.head(), leaves, keys, signer))
  const agreements = await openAgreements(known)
  await store.note(agreementLeaves(leaves, agreements.book))
  const beginning = () => [...keyLeaves(leaves, keys), ...agreementLeaves(leaves, agreements.book)]
  return {
    ...knowledge,
    ...agreements,
    ...opened,
    ...{ config, clock, log, keys, trust, store, leaves, api, peerKeys },
    ...{ peerLedgers, confirmed, onFailure: hears.onFailure },
    recording,
    hasSpace,
    ...coverLog({ ...year, beginning }, signer, parts),
  }
}

/** Covers the log that grows by checkpoints, and turns the year: between two checkpoints, so that none has the name of another log. */
function coverLog(
  year: YearParts,
  signer: LogSigner,
  parts: AsyncDisposableStack,
): Pick<Foundation, 'ledgerSigner' | 'checkpoint'> {
  const { store, clock, log } = year
  const state: { checkpoint?: string; signer: LogSigner } = { signer }
  const publish = (note: string) => {
    state.checkpoint = note
  }
  const turnIfTime = makeYearTurn({ ...year, publish })
  async function turn(before: LogSigner): Promise<LogSigner> {
    state.signer = await turnIfTime(before)
    return state.signer
  }
  const onFault = (fault: unknown) => log.error('checkpoint-fault', fault)
  parts.use(makeCheckpointer({ store, signer, turn, clock, publish, onFault })).start()
  return { ledgerSigner: () => state.signer, checkpoint: () => state.checkpoint }
}
