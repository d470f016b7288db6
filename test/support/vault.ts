import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type Clock, timestamp, uuidv7 } from '../../src/kit/kit.ts'
import {
  type LeafWriter,
  makeLeafWriter,
  makeVault,
  type SearchKeys,
  type Vault,
  type VaultKind,
  type VaultRow,
} from '../../src/ledger/ledger.ts'

const YEAR_MS = 365 * 86_400_000

/** Keys of tags for each month, in memory. */
export function monthlyKeys(): SearchKeys {
  const keys = new Map<string, KeyObject>()
  const monthOf = (at: number) => timestamp(at).slice(0, 7)
  return {
    current(now) {
      const key = keys.get(monthOf(now)) ?? createSecretKey(randomBytes(32))
      keys.set(monthOf(now), key)
      return key
    },
    within: (since, until) =>
      [...keys]
        .filter(([month]) => since === undefined || month >= monthOf(since))
        .filter(([month]) => until === undefined || month <= monthOf(until))
        .map(([, key]) => key),
  }
}

/** A vault that keeps everything for a year unless told otherwise. */
export function practiceVault(given: {
  readonly clock: Clock
  readonly leaves?: LeafWriter
  readonly sealKey?: KeyObject
  readonly searchKeys?: SearchKeys
  readonly retentionMs?: Partial<Record<VaultKind, number>>
}): Vault {
  const { clock } = given
  return makeVault({
    clock,
    leaves: given.leaves ?? makeLeafWriter({ clock, agency: 'practice' }),
    sealKey: given.sealKey ?? createSecretKey(randomBytes(32)),
    searchKeys: given.searchKeys ?? monthlyKeys(),
    retentionMs: {
      disclosure: YEAR_MS,
      collection: YEAR_MS,
      refusal: YEAR_MS,
      consultation: YEAR_MS,
      office: YEAR_MS,
      ...given.retentionMs,
    },
  })
}

/** A row of the vault that nobody has sealed. */
export function vaultRow(clock: Clock, change: Partial<VaultRow> = {}): VaultRow {
  return {
    id: uuidv7(clock),
    kind: 'disclosure',
    key: new Uint8Array(32),
    sealed: new Uint8Array(60),
    expiresAt: clock.now() + 1_000,
    tags: [],
    ...change,
  }
}
