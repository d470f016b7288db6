import type { Clock } from '../kit/kit.ts'
import type { Agreement, Release } from '../policy/policy.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import type { AgreementBook } from './agreement-book.ts'
import type { Caller } from './authenticate.ts'
import type { NoteShape } from './shapes.ts'
import type { Valid } from './validate.ts'

const decided: unique symbol = Symbol('verdict')

/** The agreement says that this document may go, for this purpose, to this agency; cut down as `release` says. */
export interface Verdict {
  readonly [decided]: true
  readonly agreement: Agreement
  readonly release: Release
}

/**
 * Room *decide*. In: a valid order and its caller. Out: a Verdict.
 * Refuses: recipient-unknown, agreement-missing, agreement-suspended, whatever the agreement refuses, and obligation-unsupported where the recipient's
 * gateway has not declared what one of its `must` takes.
 */
export function makeDecide(parts: {
  readonly clock: Clock
  readonly agreements: AgreementBook
  readonly isPeer: (agency: AgencyId) => boolean
  readonly noteShape: NoteShape
}): (caller: Caller, valid: Valid) => Verdict {
  return (caller, { order, agreement, label }) => {
    if (!parts.isPeer(order.to)) throw new Refusal('recipient-unknown')
    if (agreement === undefined) throw new Refusal('agreement-missing')
    const barrier = parts.agreements.barrier(agreement, order.purpose)
    if (barrier !== undefined) throw new Refusal(barrier)
    const asked = {
      resource: order.resource,
      purpose: order.purpose,
      role: caller.role,
      document: order.document,
      label,
      request: order.context,
      now: parts.clock.now(),
      urgent: parts.agreements.isUrgent(agreement, order.purpose),
    }
    const decision = agreement.decide(asked)
    if (decision.kind === 'refuse') {
      parts.noteShape(agreement, { ...asked, refused: decision.code, tally: undefined })
      throw new Refusal(decision.code, { rule: decision.rule })
    }
    const able = parts.agreements.abilitiesOf(agreement)
    const lacking = able && agreement.requires(order.resource, order.purpose).find(one => !able.has(one))
    if (lacking !== undefined) throw new Refusal('obligation-unsupported', { rule: lacking })
    return { [decided]: true, agreement, release: decision }
  }
}
