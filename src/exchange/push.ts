import { createHmac, type KeyObject } from 'node:crypto'
import type { SettleEntry } from '../delivery/delivery.ts'
import type { Clock, JsonObject } from '../kit/kit.ts'
import type { AgencyId, Label, Refusal } from '../terms/terms.ts'
import type { Caller } from './authenticate.ts'
import type { Ending, Once, Released } from './release.ts'
import type { Settlements } from './settlements.ts'
import type { Order } from './validate.ts'

/** A push as the contract has checked it. */
export interface PushRequest {
  readonly to: AgencyId | readonly AgencyId[]
  readonly purpose: string
  readonly resource: string
  /** Of the schema that the document was written for. */
  readonly version?: string
  readonly document: JsonObject
  readonly label: Label
  readonly precedence?: 'FLASH' | 'IMMEDIATE' | 'PRIORITY' | 'ROUTINE'
  readonly inReplyTo?: string
  readonly context?: JsonObject
}

/** One recipient's part of the answer. */
export interface PushedTo {
  readonly id: string
  readonly to: AgencyId
  readonly state: 'queued' | 'accepted' | 'refused' | 'expired'
  /** The peer's receipt as it was signed, JSON text. */
  readonly receipt: string | undefined
  readonly refusal: Refusal | undefined
}

export type Pushed =
  | { readonly kind: 'pushed'; readonly to: readonly PushedTo[] }
  | { readonly kind: 'repeated'; readonly answer: string }

const PRECEDENCE = { FLASH: 0, IMMEDIATE: 1, PRIORITY: 2, ROUTINE: 3 } as const
const ONCE_MS = 86_400_000

/** One order for each recipient. */
export function ordersOf(push: PushRequest): Order[] {
  const recipients = typeof push.to === 'string' ? [push.to] : push.to
  const { purpose, resource, version, document, label, inReplyTo, context = {} } = push
  const precedence = PRECEDENCE[push.precedence ?? 'ROUTINE']
  const order = { purpose, resource, version, document, label, precedence, inReplyTo, context }
  return recipients.map(to => ({ to, ...order }))
}

export interface PushParts {
  readonly clock: Clock
  readonly onceKey: KeyObject
  readonly release: (caller: Caller, orders: readonly Order[], once: Once | undefined) => Promise<Released>
  readonly settlements: Settlements
}

/**
 * Shares one document with its recipients, at most once for each idempotency key of a system.
 *
 * @param given.answer words the answer that a repetition of the request will get
 * @throws Refusal of the only recipient, or of the first where all are refused
 */
export function makePush(parts: PushParts) {
  return async (
    caller: Caller,
    push: PushRequest,
    given: {
      readonly idempotencyKey: string | undefined
      readonly body: Uint8Array
      readonly waitMs: number
      /** Ends the waiting early. */
      readonly signal: AbortSignal
      answer(pushed: readonly PushedTo[]): string
    },
  ): Promise<Pushed> => {
    const once =
      given.idempotencyKey === undefined ? undefined : onceOf(parts, caller, given.idempotencyKey, given)
    const released = await parts.release(caller, ordersOf(push), once)
    if (released.kind === 'repeated') return released
    const { endings } = released
    const [first] = endings
    if (first?.kind === 'refused' && endings.every(ending => ending.kind === 'refused')) throw first.refusal
    const forwarded = endings.filter(ending => ending.kind === 'forwarded').map(ending => ending.id)
    const { waitMs, signal } = given
    const answers = waitMs > 0 ? await parts.settlements.wait(forwarded, waitMs, signal) : new Map()
    return { kind: 'pushed', to: endings.map(ending => pushedTo(ending, answers.get(ending.id))) }
  }
}

export function pushedTo(ending: Ending, answer: SettleEntry | undefined): PushedTo {
  const { id, to } = ending
  if (ending.kind === 'refused')
    return { id, to, state: 'refused', receipt: undefined, refusal: ending.refusal }
  return { id, to, state: answer?.state ?? 'queued', receipt: answer?.receipt, refusal: undefined }
}

function onceOf(
  parts: PushParts,
  caller: Caller,
  key: string,
  given: { readonly body: Uint8Array; answer(pushed: readonly PushedTo[]): string },
): Once {
  const fingerprint = createHmac('sha256', parts.onceKey).update(given.body).digest('hex')
  const expiresAt = parts.clock.now() + ONCE_MS
  return {
    key: { scope: `${caller.system} pushExchange`, key, fingerprint, expiresAt },
    answer: endings => given.answer(endings.map(ending => pushedTo(ending, undefined))),
  }
}
