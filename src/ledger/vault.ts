import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Clock } from '../kit/kit.ts'
import type { LeafWriter } from './leaf.ts'
import type { Commitments } from './leaf-kinds.ts'
import { type SearchKeys, type Tag, tagsUnder } from './tags.ts'
import type { KeptRow, VaultKind, VaultRow } from './vault-store.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const CHECK_BYTES = 16

/** Values by name that the ledger must be able to prove later and must not hold itself, such as `actor`: for whom it was done. */
export type Secrets = Readonly<Record<string, string>>

/** What is to be committed to, and how it can be found and forgotten again. */
export interface Keeping {
  readonly kind: VaultKind
  readonly secrets: Secrets
  readonly tags: readonly Tag[]
  /** When it may be erased at the earliest, ms; undefined where only the retention of its kind counts. */
  readonly notBefore?: number | undefined
}

/** A leaf's commitments and the erasable row that opens them. */
export interface Committed {
  readonly commitments: Commitments
  /** @param id by which the leaf is found: its exchange, or its own id */
  row(id: string): VaultRow
}

/** Commits to values that a leaf does not hold, and opens what was committed to. */
export interface Vault {
  keep(keeping: Keeping): Committed
  /**
   * What a row holds: undefined where its time is over, or where it is not what we sealed. A value that is not the one its leaf
   * commits to is left out.
   */
  open(row: KeptRow, commitments: Commitments): Secrets | undefined
}

/**
 * Commits to the secrets of one leaf under a fresh key and seals them (AES-256-GCM: 12 bytes nonce, ciphertext, 16 bytes tag;
 * the id is authenticated with them). Whoever deletes the row makes the commitments meaningless; the leaf stays as it is.
 */
export function makeVault(parts: {
  readonly clock: Clock
  readonly leaves: Pick<LeafWriter, 'commit'>
  readonly sealKey: KeyObject
  readonly searchKeys: SearchKeys
  /** How long rows of each kind are kept, ms. */
  readonly retentionMs: Readonly<Record<VaultKind, number>>
}): Vault {
  return {
    keep({ kind, secrets, tags, notBefore = 0 }) {
      const random = randomBytes(KEY_BYTES + NONCE_BYTES)
      const key = new Uint8Array(random.subarray(0, KEY_BYTES))
      const nonce = random.subarray(KEY_BYTES)
      const keyObject = createSecretKey(key)
      const commitments = Object.fromEntries(
        Object.entries(secrets).map(([name, value]) => [name, parts.leaves.commit(keyObject, name, value)]),
      )
      const now = parts.clock.now()
      const found = tagsUnder(parts.searchKeys.current(now), tags)
      const expiresAt = Math.max(now + parts.retentionMs[kind], notBefore)
      return {
        commitments,
        row: id => ({
          id,
          kind,
          key,
          sealed: sealed(parts.sealKey, nonce, { id, secrets }),
          expiresAt,
          tags: found,
        }),
      }
    },
    open(row, commitments) {
      if (row.expiresAt <= parts.clock.now()) return undefined
      const secrets = unsealed(parts.sealKey, row)
      if (!secrets) return undefined
      const key = createSecretKey(row.key)
      const held = Object.entries(secrets).filter(
        ([name, value]) => commitments[name] === parts.leaves.commit(key, name, value),
      )
      return Object.fromEntries(held)
    },
  }
}

function sealed(
  key: KeyObject,
  nonce: Uint8Array,
  { id, secrets }: { readonly id: string; readonly secrets: Secrets },
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id))
  const body = cipher.update(JSON.stringify(secrets), 'utf8')
  cipher.final()
  return joined(nonce, body, cipher.getAuthTag())
}

function unsealed(key: KeyObject, { id, sealed: whole }: KeptRow): Secrets | undefined {
  const end = whole.length - CHECK_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, whole.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(id)).setAuthTag(whole.subarray(end))
  try {
    const text = decipher.update(whole.subarray(NONCE_BYTES, end), undefined, 'utf8') + decipher.final('utf8')
    return readSecrets(text)
  } catch {
    return undefined
  }
}

/** The cipher has proved that we have written it. */
function readSecrets(text: string): Secrets {
  return JSON.parse(text) as Secrets
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
