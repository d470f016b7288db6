import type { DocumentSchema } from '../contract/contract.ts'
import type { OnceKey, WaitingRow } from '../delivery/delivery.ts'
import { type Clock, mapInPieces, uuidv7 } from '../kit/kit.ts'
import type { AgencyId, Refusal } from '../terms/terms.ts'
import type { Caller } from './authenticate.ts'
import type { Verdict } from './decide.ts'
import type { Endings } from './endings.ts'
import type { Projected } from './project.ts'
import type { Noted, Recordable, Recorded } from './record.ts'
import type { NoteShape } from './shapes.ts'
import type { Testify } from './testimony.ts'
import { type RoomMeter, Trail } from './trail.ts'
import type { Order, Valid } from './validate.ts'

/** How one order ended on our side. A forwarded one is durable and on its way. */
export type Ending =
  | { readonly kind: 'forwarded'; readonly id: string; readonly to: AgencyId }
  | { readonly kind: 'refused'; readonly id: string; readonly to: AgencyId; readonly refusal: Refusal }

export type Released =
  | { readonly kind: 'ended'; readonly endings: readonly Ending[] }
  | { readonly kind: 'repeated'; readonly answer: string }

export interface ReleaseParts {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly meter: RoomMeter
  readonly endings: Endings
  /** Undefined for a resource that nobody knows. */
  readonly schemaOf: (resource: string) => DocumentSchema | undefined
  readonly testify: Testify
  readonly validate: (caller: Caller, order: Order) => Valid
  readonly decide: (caller: Caller, valid: Valid) => Verdict
  readonly project: (id: string, valid: Valid, verdict: Verdict) => Projected
  readonly record: (
    released: readonly Recordable[],
    refused: readonly Noted[],
    once: OnceKey | undefined,
  ) => Promise<Recorded>
  readonly noteShape: NoteShape
  /** Hands durable rows to the sender of each peer. */
  readonly forward: (to: AgencyId, rows: readonly WaitingRow[]) => void
}

/** The key a caller gave its request, and how to word the answer that is kept with it. */
export interface Once {
  readonly key: Omit<OnceKey, 'answer'>
  answer(endings: readonly Ending[]): string
}

/**
 * The walk *release*: validate ▸ decide ▸ project ▸ record ▸ forward, for any number of orders of one caller. Each order ends
 * by itself; all that is recorded is recorded together, before anything leaves.
 *
 * @returns an ending for each order, in order; or the answer given before to the same idempotency key
 * @throws Refusal idempotency-mismatch or store-unavailable, when nothing has been released
 */
export function makeRelease(
  parts: ReleaseParts,
): (caller: Caller, orders: readonly Order[], once: Once | undefined) => Promise<Released> {
  return async (caller, orders, once) => {
    const endings: Ending[] = []
    const released: Recordable[] = []
    const stopped: Noted[] = []
    await mapInPieces(orders, order => {
      const trail = trailOf(parts, caller, order)
      try {
        const one = walk(parts, trail, caller, order)
        released.push(one)
        endings.push({ kind: 'forwarded', id: one.projected.id, to: order.to })
      } catch (thrown) {
        const id = trail.known.xid ?? ''
        const committed = parts.testify('refusal', caller, order, parts.schemaOf(order.resource))
        const { leaf, refusal } = parts.endings.conclude(trail, thrown, committed.commitments)
        stopped.push({ leaf, vault: committed.row(id) })
        // Noted before the answer is worded, so that a repetition gets the same words; unless it is recorded, nobody sees them.
        refusal.recordedAs = id
        endings.push({ kind: 'refused', id, to: order.to, refusal })
      }
    })
    const key = once && { ...once.key, answer: once.answer(endings) }
    const recorded = await parts.record(released, stopped, key)
    if (recorded.kind === 'repeated') return recorded
    forwardAll(parts, released, recorded.rows)
    for (const one of released) noteShape(parts, one)
    return { kind: 'ended', endings }
  }
}

function walk(parts: ReleaseParts, trail: Trail, caller: Caller, order: Order): Recordable {
  const valid = trail.enter('validate', () => parts.validate(caller, order))
  const verdict = trail.enter('decide', () => parts.decide(caller, valid))
  const projected = trail.enter('project', () => parts.project(trail.known.xid ?? '', valid, verdict))
  return { caller, valid, verdict, projected }
}

function noteShape(parts: ReleaseParts, { caller, verdict, projected }: Recordable): void {
  const { agreement, release } = verdict
  parts.noteShape(agreement, { ...release, role: caller.role, refused: undefined, tally: projected.tally })
}

function trailOf(parts: ReleaseParts, caller: Caller, order: Order): Trail {
  return new Trail(parts.meter, 'validate', {
    xid: uuidv7(parts.clock),
    from: parts.agency,
    to: order.to,
    res: order.resource,
    purpose: order.purpose,
    role: caller.role,
    by: caller.system,
  })
}

function forwardAll(parts: ReleaseParts, released: readonly Recordable[], rows: readonly WaitingRow[]): void {
  const byPeer = Map.groupBy(rows, (_row, index) => released[index]?.projected.to)
  for (const [to, ofPeer] of byPeer) if (to !== undefined) parts.forward(to, ofPeer)
}
