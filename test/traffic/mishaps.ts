import { EXPECTED } from './faults.ts'
import type { TrafficMessage, Written } from './message.ts'
import type { Random } from './random.ts'

/** Of all messages, so many come late, and so many are sent again. */
export const LATE_SHARE = 0.01
export const REPEATED_SHARE = 0.02
/** Of those sent again, so many have another body under the same key. */
const ALTERED_SHARE = 0.25

type Sent = Omit<TrafficMessage, 'number'>
type Again = 'repeated' | 'key-used-again'

/** A message that is held back until so many others have been written. */
interface Held {
  readonly until: number
  readonly message: Sent
}

/**
 * Holds some messages back and sends some again, after a few dozen others at most; only these are in memory. The first sound
 * messages see to it that each mishap occurs.
 */
export function* withMishaps(messages: Iterable<Written>, random: Random): Generator<Sent, void, void> {
  const owed: (Again | 'late')[] = ['late', 'repeated', 'key-used-again']
  let held: readonly Held[] = []
  let written = 0
  for (const message of messages) {
    const now = written++
    for (const { message: due } of held.filter(({ until }) => until <= now)) yield due
    held = held.filter(({ until }) => until > now)
    const mishap = mishapOf(random, message.fault === 'none' ? owed.shift() : undefined)
    const sent = { ...message, late: mishap === 'late' }
    if (mishap === 'late') held = [...held, { until: now + random.between(2, 20), message: sent }]
    else yield sent
    if (message.fault === 'none' && (mishap === 'repeated' || mishap === 'key-used-again'))
      held = [...held, { until: now + random.between(5, 60), message: repeat(sent, mishap) }]
  }
  for (const { message } of held.toSorted((one, other) => one.until - other.until)) yield message
}

function mishapOf(random: Random, owed: Again | 'late' | undefined): Again | 'late' | undefined {
  const mark = random.next()
  const altered = random.chance(ALTERED_SHARE)
  if (owed !== undefined) return owed
  if (mark < LATE_SHARE) return 'late'
  if (mark < LATE_SHARE + REPEATED_SHARE) return altered ? 'key-used-again' : 'repeated'
  return undefined
}

function repeat(message: Sent, fault: Again): Sent {
  // The precedence stands before the document, where the same word could occur again.
  const body = fault === 'repeated' ? message.body : message.body.replace('"ROUTINE"', '"PRIORITY"')
  return { ...message, body, fault, expected: EXPECTED[fault] }
}
