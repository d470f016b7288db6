import type { TrafficMessage, TrafficWishes } from './message.ts'
import { withMishaps } from './mishaps.ts'
import { seeded } from './random.ts'
import { writtenOf } from './written.ts'

/**
 * The traffic of a mutual-aid event, made up from a seed: the mix, the rhythm and the mishaps of a summit with 15,000 officers on
 * fourteen days, in the words of both sides. The sequence is read one message at a time and none of it is kept, so that the whole
 * event (230,000 planning messages and 21.5 million positions) takes no more memory than a thousandth of it.
 */
export { FORCES, SUB_OPERATIONS, SURNAMES, VENUES } from './cast.ts'
export { BLEMISHES, type Blemish, EXPECTED, type Expected, FAULTS, type Fault, SHARES } from './faults.ts'
export type { TrafficMessage, TrafficWishes } from './message.ts'
export { LATE_SHARE, REPEATED_SHARE } from './mishaps.ts'
export { type Kind, mixOf, type Purpose, type Sender } from './mix.ts'

/**
 * All messages in the order in which they are sent. Of every fault there is at least one, however small the scale.
 *
 * @throws RangeError where a wish is out of its range
 */
export function* trafficOf(wishes: TrafficWishes): Generator<TrafficMessage, void, void> {
  check(wishes)
  let number = 0
  let at = 0
  for (const message of withMishaps(writtenOf(wishes), seeded(wishes.seed, 'mishaps'))) {
    // What comes late is sent when it comes, not when it was written.
    at = Math.max(at, message.at)
    yield { ...message, number, at }
    number++
  }
}

function check({ seed, scale, positions }: TrafficWishes): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError('a seed is a whole number')
  if (!(scale >= 0.001 && scale <= 1)) throw new RangeError('a scale lies between 0.001 and 1')
  if (!(positions >= 0 && positions <= 1)) throw new RangeError('a share lies between 0 and 1')
}
