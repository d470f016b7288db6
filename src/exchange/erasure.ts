import type { Clock } from '../kit/kit.ts'
import { type Doomed, type LeafWriter, VAULT_KINDS, type VaultStore } from '../ledger/ledger.ts'

export interface ErasureParts {
  readonly clock: Clock
  readonly leaves: LeafWriter
  readonly store: Pick<VaultStore, 'kept' | 'doomed' | 'forget'>
}

/** How many rows go in one transaction: a long erasure must not keep others waiting. */
const TOGETHER = 500

/** Erases rows of the vault whose retention has ended, each part with its leaf. Returns how many. */
export async function eraseDue(parts: ErasureParts): Promise<number> {
  const at = parts.clock.now()
  let erased = 0
  for (const kind of VAULT_KINDS)
    erased += await eraseAll(parts, { kind: 'due', of: kind, at }, `retention.${kind}`)
  return erased
}

/** Erases every row that an officer names, each part with its leaf. Returns how many. */
export async function eraseAll(parts: ErasureParts, which: Doomed, rule: string): Promise<number> {
  let erased = 0
  for (;;) {
    const ids = await parts.store.doomed(which, TOGETHER)
    if (ids.length === 0) return erased
    const leaf = parts.leaves.write('vault.erased', { count: ids.length, rule })
    if (await parts.store.forget(ids, leaf.text)) erased += ids.length
  }
}

/** Erases the row of one exchange. Returns how many: one, or none where there is none. */
export async function eraseOne(parts: ErasureParts, exchange: string, rule: string): Promise<number> {
  const row = await parts.store.kept(exchange)
  if (row === undefined || row.kind === 'office') return 0
  const leaf = parts.leaves.write('vault.erased', { count: 1, rule })
  return (await parts.store.forget([exchange], leaf.text)) ? 1 : 0
}
