import type { GatewayConfig } from '../config.ts'
import type { Clock, Log } from '../kit/kit.ts'
import { findLostHead, type LostHead, makeLeafWriter, reopenedOrigin } from '../ledger/ledger.ts'
import { openSqliteStore } from '../stores/stores.ts'
import { isAgencyId } from '../terms/terms.ts'
import { loadKeys } from './keys.ts'
import { loadKnowledge } from './knowledge.ts'
import { ledgerSigner } from './opening.ts'
import { askWitnesses, openingLeaf, ownLogs } from './own-log.ts'
import { loadPeerLedgers } from './peer-ledgers.ts'
import { makeTrust } from './trust.ts'
import { originNow } from './year.ts'

/** What became of a log that was to be ended. `intact`: no witness has more of it than the store. */
export type Reopened =
  | { readonly kind: 'reopened'; readonly origin: string; readonly lost: LostHead }
  | { readonly kind: 'intact' }
  | { readonly kind: 'unreached' }

/**
 * Ends the log of a store that is an older copy, and begins another one in it whose first leaf names the last head of the old one
 * that a witness has seen. What the store holds of the old log stays.
 *
 * @throws ProblemsError where the configuration cannot be used, or a gateway works on the store
 */
export async function reopenLog(config: GatewayConfig, edge: { clock: Clock; log: Log }): Promise<Reopened> {
  const { clock, log } = edge
  const keys = await loadKeys(config)
  using trust = makeTrust(config, clock, log, loadKnowledge(config, keys.pseudonyms).officers)
  const peerLedgers = loadPeerLedgers(config)
  await using store = await openSqliteStore({
    directory: config.storeDirectory,
    clock,
    onFailure: fault => log.error('store-failed', fault),
  })
  const signer = await ledgerSigner(config, keys, store, clock)
  const own = await ownLogs(store, signer)
  const heads = await askWitnesses({ config, clock, log, trust, store, peerLedgers })
  if (heads.length === 0) return { kind: 'unreached' }
  const lost = await findLostHead(heads, own)
  if (lost === undefined) return { kind: 'intact' }
  const seen = heads.flatMap(({ notes }) => notes.map(note => note.slice(0, note.indexOf('\n'))))
  // What was lost may have gone on in the log of a new year that nobody has seen.
  const origin = reopenedOrigin(originNow(lost.origin, { config, clock }), [
    ...own.logs.map(one => one.origin),
    ...seen,
  ])
  const leaves = makeLeafWriter({ clock, agency: config.agency })
  const leaf = openingLeaf(leaves, { ...signer, name: origin }, { ...lost, why: 'restored' })
  // Where nothing was brought back there is no log to end.
  await (own.logs.length === 0 ? store.note([leaf]) : store.openLog([leaf]))
  return { kind: 'reopened', origin, lost }
}

/**
 * Says that the contradictions in a peer's log have been looked into. The notes stay as evidence.
 *
 * @param why a short word for the ledger, such as `restored`
 * @returns how many were open
 * @throws ProblemsError where a gateway works on the store
 */
export async function settleConflicts(
  config: GatewayConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  { peer, why }: { readonly peer: string; readonly why: string },
): Promise<number> {
  if (!isAgencyId(peer)) return 0
  const { storeDirectory: directory, agency } = config
  await using store = await openSqliteStore({
    directory,
    clock,
    onFailure: fault => log.error('store-failed', fault),
  })
  const leaf = makeLeafWriter({ clock, agency }).write('admin', { act: `settle:${peer}`, rule: why })
  return await store.settleConflicts(peer, clock.now(), leaf.text)
}
