import { uuidv7 } from '../kit/kit.ts'
import type { Vault } from '../ledger/ledger.ts'
import { Refusal } from '../terms/terms.ts'
import type { Caller } from './authenticate.ts'
import { ordersOf, type PushedTo, type PushRequest, pushedTo } from './push.ts'
import type { Noted } from './record.ts'
import type { Ending, Released, ReleaseParts } from './release.ts'
import { actorOf } from './testimony.ts'
import { Trail } from './trail.ts'
import type { Order } from './validate.ts'

/** What became of one line: its exchanges, or the reason why it could not be read. */
export type PushedLine =
  | { readonly kind: 'pushed'; readonly to: readonly PushedTo[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Shares many documents, a request for each line; a line that could not be read is a Refusal already. Every line ends by
 * itself, and all that is released is durable before this resolves.
 */
export function makePushMany(
  parts: Pick<ReleaseParts, 'agency' | 'clock' | 'meter' | 'endings'> & {
    readonly release: (caller: Caller, orders: readonly Order[], once: undefined) => Promise<Released>
    readonly vault: Vault
    readonly note: (stopped: readonly Noted[]) => Promise<void>
  },
): (caller: Caller, lines: readonly (PushRequest | Refusal)[]) => Promise<readonly PushedLine[]> {
  return async (caller, lines) => {
    const stopped: Noted[] = []
    for (const line of lines) {
      if (!(line instanceof Refusal)) continue
      const known = { xid: uuidv7(parts.clock), from: parts.agency, by: caller.system, role: caller.role }
      const committed = actorOf(parts.vault, caller.person)
      const trail = new Trail(parts.meter, 'receive', known)
      const { leaf } = parts.endings.conclude(trail, line, committed.commitments)
      stopped.push({ leaf, vault: committed.row(known.xid) })
      line.recordedAs = known.xid
    }
    const noted = stopped.length > 0 ? parts.note(stopped) : undefined
    const orders = lines.map(line => (line instanceof Refusal ? [] : ordersOf(line)))
    const released = await parts.release(caller, orders.flat(), undefined)
    await noted
    const endings = released.kind === 'ended' ? released.endings[Symbol.iterator]() : [].values()
    return lines.map((line, index) => {
      if (line instanceof Refusal) return { kind: 'refused', refusal: line }
      return { kind: 'pushed', to: takeEndings(endings, orders[index]?.length ?? 0) }
    })
  }
}

function takeEndings(endings: Iterator<Ending>, count: number): PushedTo[] {
  const taken: PushedTo[] = []
  while (taken.length < count) {
    const next = endings.next()
    if (next.done) break
    taken.push(pushedTo(next.value, undefined))
  }
  return taken
}
