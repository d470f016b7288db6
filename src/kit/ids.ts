import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'

/**
 * A UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then randomness; sorts by the time it was made. The 74
 * random bits are those of a version 4, which has them in the same places and is drawn from a reserve.
 *
 * @param clock where the milliseconds come from
 */
export function uuidv7(clock: Clock): string {
  const time = clock.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** The milliseconds a UUID version 7 was made at, or `undefined` where the text is not one. */
export function timeOfUuid(id: string): number | undefined {
  if (!isUuidv7(id)) return undefined
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

export function isUuidv7(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)
}

/** 128 random bits, base64url: the salt that keeps the digest of a small document from being guessed. */
export function makeSalt(): string {
  return randomBytes(16).toString('base64url')
}

/** Random bytes for a key or a nonce. */
export function randomKey(bytes: number): Buffer {
  return randomBytes(bytes)
}
