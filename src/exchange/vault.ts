import { createCipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { VaultRow } from '../delivery/delivery.ts'
import type { Commitments, LeafWriter } from '../ledger/ledger.ts'

const YEARS_MS = 5 * 365 * 86_400_000
const KEY_BYTES = 32
const NONCE_BYTES = 12

/** What the ledger must be able to prove later and must not hold itself. */
export interface Secrets {
  /** The person for whom it was done. */
  readonly actor: string
  /** What the document is about. */
  readonly subject: string
}

/** A leaf's commitments and the erasable row that opens them. */
export interface Committed {
  readonly commitments: Commitments
  readonly row: VaultRow
}

/**
 * Commits to the secrets of one exchange under a fresh key and seals them (AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes
 * tag). Whoever deletes the row makes the commitments meaningless; the leaf stays as it is.
 */
export function makeVault(parts: {
  readonly leaves: Pick<LeafWriter, 'commit'>
  readonly sealKey: KeyObject
}): (id: string, secrets: Secrets, now: number) => Committed {
  return (id, secrets, now) => {
    const random = randomBytes(KEY_BYTES + NONCE_BYTES)
    const key = new Uint8Array(random.subarray(0, KEY_BYTES))
    const nonce = random.subarray(KEY_BYTES)
    const keyObject = createSecretKey(key)
    const cipher = createCipheriv('aes-256-gcm', parts.sealKey, nonce).setAAD(Buffer.from(id))
    const body = cipher.update(JSON.stringify(secrets), 'utf8')
    cipher.final()
    return {
      commitments: {
        actor: parts.leaves.commit(keyObject, 'actor', secrets.actor),
        subject: parts.leaves.commit(keyObject, 'subject', secrets.subject),
      },
      row: { id, key, sealed: joined(nonce, body, cipher.getAuthTag()), expiresAt: now + YEARS_MS },
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
