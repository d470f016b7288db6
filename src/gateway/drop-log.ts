import type { GatewayConfig } from '../config.ts'
import type { Clock, Log } from '../kit/kit.ts'
import { type DropAnswer, makeLeafWriter } from '../ledger/ledger.ts'
import { openSqliteStore } from '../stores/stores.ts'
import { originIn } from './opening.ts'

/**
 * What became of a log that was to be dropped; see {@link DropAnswer}. `early`: its retention goes on until that moment, ms.
 * `swept`: false where not everything is gone yet; the rest goes when the store is opened next.
 */
export type LogDrop =
  | { readonly kind: 'dropped'; readonly origin: string; readonly size: number; readonly swept: boolean }
  | { readonly kind: 'early'; readonly until: number }
  | Exclude<DropAnswer, { readonly kind: 'dropped' }>

/**
 * Drops a closed log whose retention has ended, and records it in the log that grows.
 *
 * @param order.log its origin, or its number in the store, counted from 1
 * @param order.why under which written policy
 * @throws ProblemsError where a gateway works on the store
 */
export async function dropLog(
  config: GatewayConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  order: { readonly log: string; readonly why: string },
): Promise<LogDrop> {
  const { storeDirectory: directory, agency, retention } = config
  await using store = await openSqliteStore({
    directory,
    clock,
    onFailure: fault => log.error('store-failed', fault),
  })
  const firsts = await store.logs()
  const origins = firsts.map(first => originIn(first) ?? '')
  const number = /^[1-9]\d{0,8}$/.test(order.log) ? Number(order.log) : origins.indexOf(order.log) + 1
  const [origin, next] = [origins[number - 1], firsts[number]]
  if (origin === undefined) return { kind: 'unknown' }
  if (next === undefined) return { kind: 'growing' }
  const at = clock.now()
  const until = yearsAfter(timeOf(next), retention.ledgerYears)
  // Also where the time cannot be told.
  if (!(at >= until)) return { kind: 'early', until }
  const leaf = makeLeafWriter({ clock, agency }).write('admin', { act: 'ledger.drop', rule: origin })
  const done = await store.dropLog({ log: number, why: order.why, at, leaf: leaf.text })
  if (done.kind !== 'dropped') return done
  const swept = (await store.drops()).some(drop => drop.log === number && drop.swept)
  return { ...done, origin, swept }
}

/** When a leaf was written, ms; NaN where it does not say. A log ends when the next one begins. */
function timeOf(leaf: string): number {
  return Date.parse(/"t":"([^"]+)"/.exec(leaf)?.[1] ?? '')
}

function yearsAfter(at: number, years: number): number {
  const date = new Date(at)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}
