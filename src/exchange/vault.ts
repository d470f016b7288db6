import { createCipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { VaultRow } from '../delivery/delivery.ts'
import type { Commitments, LeafWriter } from '../ledger/ledger.ts'

/** How long a row is kept where no agreement asks for longer, ms. */
export const USUALLY_KEPT_MS = 5 * 365 * 86_400_000
const KEY_BYTES = 32
const NONCE_BYTES = 12

/** Values by name that the ledger must be able to prove later and must not hold itself, such as `actor`: for whom it was done. */
export type Secrets = Readonly<Record<string, string>>

/** A leaf's commitments and the erasable row that opens them. */
export interface Committed {
  readonly commitments: Commitments
  /** @param id by which the leaf is found: its exchange, or its own id; @param expiresAt when the row is erased, ms */
  row(id: string, expiresAt: number): VaultRow
}

/** Commits to some values. */
export type Vault = (secrets: Secrets) => Committed

/**
 * Commits to the secrets of one leaf under a fresh key and seals them (AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes tag;
 * the id is authenticated with them). Whoever deletes the row makes the commitments meaningless; the leaf stays as it is.
 */
export function makeVault(parts: {
  readonly leaves: Pick<LeafWriter, 'commit'>
  readonly sealKey: KeyObject
}): Vault {
  return secrets => {
    const random = randomBytes(KEY_BYTES + NONCE_BYTES)
    const key = new Uint8Array(random.subarray(0, KEY_BYTES))
    const nonce = random.subarray(KEY_BYTES)
    const keyObject = createSecretKey(key)
    const commitments = Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => [name, parts.leaves.commit(keyObject, name, value)]),
    )
    return {
      commitments,
      row(id, expiresAt) {
        const cipher = createCipheriv('aes-256-gcm', parts.sealKey, nonce).setAAD(Buffer.from(id))
        const body = cipher.update(JSON.stringify(secrets), 'utf8')
        cipher.final()
        return { id, key, sealed: joined(nonce, body, cipher.getAuthTag()), expiresAt }
      },
    }
  }
}

/** One array of its own: a view into a pool would take the whole pool along to the store's thread. */
function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}
