/** The outbox and the inbox: order, retry, dedupe, retention. */

export type { Leave } from './departures.ts'
export type {
  AcceptEntry,
  AcceptOutcome,
  AcceptResult,
  BatchSeen,
  ExchangeStore,
  InboxEntry,
  OnceKey,
  ReleaseEntry,
  ReleaseResult,
  SentRow,
  SettleEntry,
  SharedQuery,
  SharedRow,
  WaitingRow,
} from './exchange-store.ts'
export type { Picked } from './lanes.ts'
export { startRetention } from './retention.ts'
export { type Sender, type SenderParts, startSender } from './sender.ts'
export {
  dayOf,
  MOST_SHAPES,
  oldestShapeDay,
  type ShapeEntry,
  type ShapeQuery,
  type ShapeReader,
  type ShapeRow,
  type ShapeStore,
} from './shape-store.ts'
