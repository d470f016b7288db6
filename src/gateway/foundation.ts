import type { GatewayConfig } from '../config.ts'
import type { Api } from '../contract/contract.ts'
import type { Clock, Log } from '../kit/kit.ts'
import { type LeafWriter, makeCheckpointer, makeLeafWriter, type NoteSigner } from '../ledger/ledger.ts'
import { openSqliteStore, type Store } from '../stores/stores.ts'
import { type Agreements, loadContract, openAgreements } from './agreements.ts'
import { type GatewayKeys, loadKeys } from './keys.ts'
import { type Knowledge, loadKnowledge } from './knowledge.ts'
import { agreementLeaves, ledgerSigner, startLeaves } from './opening.ts'
import { loadPeerKeys, type PeerKeys } from './peers.ts'
import { makeTrust, type Trust } from './trust.ts'

/** What a gateway needs from the edge of its process. */
export interface GatewayEdge {
  readonly clock: Clock
  readonly log: Log
  /** Called when nothing can be recorded any more: the process must end, and recovers when it starts again. */
  readonly onFailure: (fault: Error) => void
}

/** What everything else of a gateway stands on: keys, knowledge, trust, and a store that records. */
export interface Foundation extends Knowledge, Agreements {
  readonly config: GatewayConfig
  readonly clock: Clock
  readonly log: Log
  readonly keys: GatewayKeys
  readonly trust: Trust
  readonly store: Store
  readonly api: Api
  readonly peerKeys: PeerKeys
  readonly leaves: LeafWriter
  readonly ledgerSigner: NoteSigner
  /** False once the store has failed. */
  recording(): boolean
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
  const state: { recording: boolean; checkpoint: string | undefined } = {
    recording: true,
    checkpoint: undefined,
  }
  const fail = (fault: Error) => {
    state.recording = false
    onFailure(fault)
  }
  const store = parts.use(await openSqliteStore({ directory: config.storeDirectory, clock, onFailure: fail }))
  const leaves = makeLeafWriter({ clock, agency: config.agency })
  const api = loadContract()
  const peerKeys = loadPeerKeys(config)
  const known = { config, clock, log, keys, knowledge, peerKeys, store, leaves, api }
  const signer = await ledgerSigner(config, keys, store)
  await store.note(startLeaves(await store.head(), leaves, keys, signer))
  const agreements = await openAgreements(known)
  await store.note(agreementLeaves(leaves, agreements.book))
  const publish = (note: string) => {
    state.checkpoint = note
  }
  const onFault = (fault: unknown) => log.error('checkpoint-fault', fault)
  parts.use(makeCheckpointer({ store, signer, clock, publish, onFault })).start()
  return {
    ...knowledge,
    ...agreements,
    ...{ config, clock, log, keys, trust, store, leaves, api, peerKeys, ledgerSigner: signer },
    recording: () => state.recording,
    checkpoint: () => state.checkpoint,
  }
}
