import type { Expected, Fault } from './faults.ts'
import type { Purpose, Sender } from './mix.ts'

/** One request that a system sends to its gateway, and what has to become of it. */
export interface TrafficMessage {
  /** Its place in the sequence, from 0. */
  readonly number: number
  /** When it is sent, in the time of the event; milliseconds since 1970, never falling. */
  readonly at: number
  readonly sender: Sender
  /** The name of its kind, as in the mix: `duty-unit`. */
  readonly kind: string
  readonly resource: string
  readonly purpose: Purpose
  /** The role of the person who sends it. */
  readonly role: string
  readonly idempotencyKey: string
  /** The key of the message that it amends, where it is not the first about its subject. */
  readonly supersedes: string | undefined
  readonly fault: Fault
  readonly expected: Expected
  /** It should have come earlier: others that were written after it came before it. */
  readonly late: boolean
  /** The body of `POST /v1/exchanges`, as it is to be sent; it is not JSON where the message is cut off. */
  readonly body: string
}

/** A message before it is known when it goes. */
export type Written = Omit<TrafficMessage, 'number' | 'late'>

export interface TrafficWishes {
  /** A whole number; the same one gives the same messages, byte for byte. */
  readonly seed: number
  /** From 1/1000 to 1. */
  readonly scale: number
  /** The share of position reports that is sent at that scale, from 0 (none) to 1. */
  readonly positions: number
}
