import type { AcceptEntry, AcceptOutcome, ExchangeStore } from '../delivery/delivery.ts'
import { type Clock, mapInPieces } from '../kit/kit.ts'
import type { LeafWriter } from '../ledger/ledger.ts'
import { type Manifest, printReceipt } from '../seal/seal.ts'
import { type AgencyId, Refusal, type RefusalCode } from '../terms/terms.ts'
import { placeOf } from './deliver.ts'
import type { Endings } from './endings.ts'
import type { Rechecked } from './recheck.ts'
import type { TestifyReceived } from './testimony.ts'
import { type RoomMeter, Trail } from './trail.ts'
import type { Translated } from './translate.ts'
import type { Unsealed } from './unseal.ts'

export interface AcceptParts {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly meter: RoomMeter
  readonly leaves: LeafWriter
  readonly endings: Endings
  readonly store: Pick<ExchangeStore, 'accept' | 'note'>
  readonly unseal: (peer: AgencyId, bytes: Uint8Array) => Unsealed
  readonly recheck: (peer: AgencyId, manifest: Manifest, line: Uint8Array) => Rechecked
  readonly translate: (checked: Rechecked) => Translated
  readonly deliver: (checked: Rechecked, translated: Translated) => AcceptEntry
  readonly testify: TestifyReceived
  /** Signs the receipts of one batch. */
  readonly sealReceipts: (to: AgencyId, batch: string, receipts: readonly string[]) => string
  /** Told when documents have become durable in the inbox. */
  readonly onDelivered: (count: number) => void
}

/**
 * The walk *accept*: unseal ▸ recheck ▸ translate ▸ validate ▸ record ▸ deliver ▸ receipt, for every exchange of a batch. Each
 * ends by itself; all endings are recorded together, and only then the receipts are signed. If we die before the receipts
 * have left, the peer sends again and gets the same ones.
 *
 * @returns the receipts, a compact JWS
 * @throws Refusal where the batch as a whole is refused; it is in the ledger then, unless nothing can be recorded
 */
export function makeAccept(parts: AcceptParts): (peer: AgencyId, bytes: Uint8Array) => Promise<string> {
  return async (peer, bytes) => {
    const trail = new Trail(parts.meter, 'unseal', { from: peer, to: parts.agency, by: peer })
    const batch = trail.enter('unseal', () => parts.unseal(peer, bytes))
    const entries = await mapInPieces(batch.manifests, (manifest, index) =>
      acceptOne(parts, peer, manifest, batch.lines[index] ?? new Uint8Array()),
    )
    const seen = { peer, id: batch.head.batch, issuedAt: batch.head.issuedAt }
    const result = await parts.store.accept(seen, entries)
    if (result.kind === 'replayed') throw new Refusal('batch-replayed')
    const receipts = await receiptsOf(parts, peer, batch.manifests, entries, result.outcomes)
    const delivered = result.outcomes.filter(
      outcome => outcome.kind === 'stored' && outcome.row !== undefined,
    ).length
    if (delivered > 0) parts.onDelivered(delivered)
    return parts.sealReceipts(peer, batch.head.batch, receipts)
  }
}

function acceptOne(parts: AcceptParts, peer: AgencyId, manifest: Manifest, line: Uint8Array): AcceptEntry {
  const trail = trailOf(parts, peer, manifest)
  let rechecked: Rechecked | undefined
  try {
    const checked = trail.enter('recheck', () => parts.recheck(peer, manifest, line))
    rechecked = checked
    const translated = trail.enter('translate', () => parts.translate(checked))
    return trail.enter('deliver', () => parts.deliver(checked, translated))
  } catch (thrown) {
    return declinedEntry(parts, { trail, manifest, rechecked }, thrown)
  }
}

/** Of a document that was within its agreement it can be told later what it was about; nothing is kept of any other. */
function declinedEntry(
  parts: AcceptParts,
  {
    trail,
    manifest,
    rechecked,
  }: {
    readonly trail: Trail
    readonly manifest: Manifest
    readonly rechecked: Rechecked | undefined
  },
  thrown: unknown,
): AcceptEntry {
  const committed = rechecked && parts.testify('refusal', rechecked)
  const { leaf, refusal } = parts.endings.conclude(trail, thrown, committed?.commitments)
  const { id, sha256 } = manifest
  const at = parts.clock.now()
  const receipt = printReceipt({ id, sha256, outcome: 'refused', code: refusal.code, leaf: leaf.id, at })
  return {
    ...placeOf(manifest),
    leafId: leaf.id,
    leaf: leaf.text,
    receipt,
    inbox: undefined,
    vault: committed?.row(leaf.id),
  }
}

function trailOf(parts: AcceptParts, peer: AgencyId, manifest: Manifest): Trail {
  const { id: xid, resource: res, purpose } = manifest
  return new Trail(parts.meter, 'recheck', { xid, from: peer, to: parts.agency, res, purpose, by: peer })
}

/** The receipt of each exchange. What the store would not take gets a leaf of its own before its receipt goes. */
async function receiptsOf(
  parts: AcceptParts,
  peer: AgencyId,
  manifests: readonly Manifest[],
  entries: readonly AcceptEntry[],
  outcomes: readonly AcceptOutcome[],
): Promise<readonly string[]> {
  const leaves: string[] = []
  const receipts = manifests.map((manifest, index) => {
    const outcome = outcomes[index]
    if (outcome?.kind === 'stored') return entries[index]?.receipt ?? ''
    if (outcome?.kind === 'duplicate') return outcome.receipt
    const code: RefusalCode = outcome?.kind === 'conflict' ? 'exchange-conflict' : 'sequence-gap'
    const { leaf } = parts.endings.conclude(trailOf(parts, peer, manifest), new Refusal(code))
    leaves.push(leaf.text)
    const { id, sha256 } = manifest
    const at = parts.clock.now()
    if (code === 'sequence-gap') return printReceipt({ id, sha256, outcome: 'retry', code, at })
    return printReceipt({ id, sha256, outcome: 'refused', code, leaf: leaf.id, at })
  })
  if (leaves.length > 0) await parts.store.note(leaves)
  return receipts
}
