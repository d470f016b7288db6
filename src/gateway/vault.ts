import type { GatewayConfig } from '../config.ts'
import { type Clock, timeOfUuid } from '../kit/kit.ts'
import { type LeafWriter, makeVault, type Vault, type VaultReader } from '../ledger/ledger.ts'
import type { GatewayKeys } from './keys.ts'
import { type KeptSearchKeys, openSearchKeys } from './search-keys.ts'

const DAY_MS = 86_400_000

/** What the ledger commits to can be opened, found and forgotten by these. */
export interface OpenedVault {
  readonly vault: Vault
  readonly searchKeys: KeptSearchKeys
}

/** @throws ProblemsError where the keys of tags cannot be read */
export function openVault(
  { keys: { search }, retention }: GatewayConfig,
  { clock, keys, leaves }: { readonly clock: Clock; readonly keys: GatewayKeys; readonly leaves: LeafWriter },
): OpenedVault {
  const searchKeys = openSearchKeys(search, clock)
  const retentionMs = {
    disclosure: retention.disclosureDays * DAY_MS,
    collection: retention.collectionDays * DAY_MS,
    refusal: retention.refusalDays * DAY_MS,
    consultation: retention.consultationDays * DAY_MS,
    office: retention.officeDays * DAY_MS,
  }
  const sealKey = keys.local.vault
  return { vault: makeVault({ clock, leaves, sealKey, searchKeys, retentionMs }), searchKeys }
}

/**
 * Erases what is due and then the keys that nothing is left for; makes the keys that will be needed soon.
 *
 * @param eraseDue erases rows, and says how many
 * @returns how many rows went
 */
export function vaultSweeper(parts: {
  readonly clock: Clock
  readonly searchKeys: KeptSearchKeys
  readonly store: Pick<VaultReader, 'oldestKept'>
  readonly eraseDue: () => Promise<number>
}): () => Promise<number> {
  return async () => {
    parts.searchKeys.prepare()
    const erased = await parts.eraseDue()
    const oldest = await parts.store.oldestKept()
    parts.searchKeys.dropBefore(timeOfUuid(oldest ?? '') ?? parts.clock.now())
    return erased
  }
}
