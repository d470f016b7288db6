import type { Receipt } from '../seal/seal.ts'
import type { Picked } from './lanes.ts'

/** What the peer's receipts mean for the exchanges of one batch. */
export interface Answers {
  readonly settled: readonly { readonly picked: Picked; readonly receipt: Receipt }[]
  /** To be sent again: the peer asked for it, or gave no receipt for it. */
  readonly again: readonly Picked[]
}

/**
 * Matches receipts with what was sent. Within a lane everything after the first exchange that must go again goes again too,
 * so that order holds. A receipt counts only for the very document that was sent (its digest).
 *
 * @param digestOf the digest in the manifest of a row
 */
export function matchReceipts(
  sent: readonly Picked[],
  receipts: readonly Receipt[],
  digestOf: (picked: Picked) => string,
): Answers {
  const byId = new Map(receipts.map(receipt => [receipt.id, receipt]))
  const settled: { picked: Picked; receipt: Receipt }[] = []
  const again: Picked[] = []
  const held = new Set<string>()
  for (const picked of sent) {
    const receipt = byId.get(picked.row.id)
    const answered =
      receipt !== undefined && receipt.outcome !== 'retry' && receipt.sha256 === digestOf(picked)
    if (answered && !held.has(picked.row.lane)) {
      settled.push({ picked, receipt })
      continue
    }
    held.add(picked.row.lane)
    again.push(picked)
  }
  return { settled, again }
}
