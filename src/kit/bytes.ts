import { hash } from 'node:crypto'

/** SHA-256 of a text (as UTF-8) or of bytes, as 32 bytes. */
export function sha256(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer')
}

/** SHA-256 as we write it in documents: `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`

export function digestOf(data: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', data, 'hex')}`
}

/** True when a text has the form of a {@link Digest}. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}

/**
 * The bytes of a base64url text (RFC 4648 §5) in its one canonical spelling: no padding, no white space, no stray bits.
 * Anything else gives `undefined`, so that one value has one spelling.
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
