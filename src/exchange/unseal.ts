import type { KeyObject } from 'node:crypto'
import type { Clock } from '../kit/kit.ts'
import { type OpenedBatch, openBatch } from '../seal/seal.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'

const opened: unique symbol = Symbol('unsealed')

/** A batch that the peer has signed for us, just now. Its documents are still unread. */
export interface Unsealed extends OpenedBatch {
  readonly [opened]: true
  readonly peer: AgencyId
}

/** How far the clocks of two gateways may be apart, and how long a batch may be under way. */
const FRESH_MS = 120_000

/**
 * Room *unseal*. In: the bytes of a batch and the peer whose certificate brought them. Out: an Unsealed.
 * Refuses: batch-malformed, batch-signature-invalid, batch-wrong-sender, batch-wrong-recipient, batch-stale.
 */
export function makeUnseal(parts: {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly keyOf: (peer: AgencyId) => (kid: string) => KeyObject | undefined
}): (peer: AgencyId, bytes: Uint8Array) => Unsealed {
  return (peer, bytes) => {
    const batch = openBatch(bytes, { keyOf: parts.keyOf(peer) })
    if (batch.head.from !== peer) throw new Refusal('batch-wrong-sender')
    if (batch.head.to !== parts.agency) throw new Refusal('batch-wrong-recipient')
    if (Math.abs(parts.clock.now() - batch.head.issuedAt) > FRESH_MS) throw new Refusal('batch-stale')
    return { [opened]: true, peer, ...batch }
  }
}
