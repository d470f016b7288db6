import type { Clock } from '../kit/kit.ts'
import { type Doomed, type LeafWriter, VAULT_KINDS, type VaultStore } from '../ledger/ledger.ts'

export interface ErasureParts {
  readonly clock: Clock
  readonly leaves: LeafWriter
  readonly store: Pick<VaultStore, 'doomed' | 'forget'>
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
    erased += await eraseTogether(parts, ids, rule)
  }
}

/** Erases these rows, each part with its leaf. Returns how many; a part of which something is gone already stays as it is. */
export async function eraseRows(parts: ErasureParts, ids: readonly string[], rule: string): Promise<number> {
  let erased = 0
  for (let at = 0; at < ids.length; at += TOGETHER)
    erased += await eraseTogether(parts, ids.slice(at, at + TOGETHER), rule)
  return erased
}

async function eraseTogether(parts: ErasureParts, ids: readonly string[], rule: string): Promise<number> {
  const leaf = parts.leaves.write('vault.erased', { count: ids.length, rule })
  return (await parts.store.forget(ids, leaf.text)) ? ids.length : 0
}
