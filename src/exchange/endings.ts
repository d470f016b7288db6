import type { Log } from '../kit/kit.ts'
import type { Commitments, LeafWriter, WrittenLeaf } from '../ledger/ledger.ts'
import { Refusal, type RefusalCode } from '../terms/terms.ts'
import type { Trail } from './trail.ts'

/** Counts endings for the metrics. */
export interface EndingMeter {
  refused(code: RefusalCode, room: string): void
  failed(room: string): void
}

export interface Endings {
  /**
   * Words the leaf of an exchange that did not go through: *refused* for a Refusal, *failed* for anything else, which is
   * logged whole here and shown to nobody.
   *
   * @param c commits to who wanted what, as far as that is known
   */
  conclude(
    trail: Trail,
    thrown: unknown,
    c?: Commitments,
  ): { readonly leaf: WrittenLeaf; readonly refusal: Refusal }
}

/** The one place where a no becomes an ending. */
export function makeEndings(parts: {
  readonly leaves: LeafWriter
  readonly log: Log
  readonly meter: EndingMeter
}): Endings {
  return {
    conclude(trail, thrown, c) {
      const { room, known } = trail
      if (thrown instanceof Refusal && thrown.code !== 'fault') {
        parts.meter.refused(thrown.code, room)
        parts.log.info('refused', { ...known, room, code: thrown.code })
        const leaf = parts.leaves.write('refused', { ...known, room, why: thrown.code, rule: thrown.rule, c })
        return { leaf, refusal: thrown }
      }
      parts.meter.failed(room)
      parts.log.error('failed', thrown, { ...known, room })
      return { leaf: parts.leaves.write('failed', { ...known, room, c }), refusal: new Refusal('fault') }
    },
  }
}
