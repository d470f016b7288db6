import { dayAt, HOUR_MS, hoursBetween, type Rhythm, weightOf } from './calendar.ts'
import type { Random } from './random.ts'

/** How many messages of one kind there are, from the beginning of one day to that of another, and in which rhythm. */
export interface Stream {
  readonly count: number
  readonly fromDay: number
  readonly toDay: number
  readonly rhythm: Rhythm
}

/**
 * When they come: a Poisson process whose rate is constant within each hour, given how many there are. Its moments are then
 * independent draws in order, and the smallest of n draws that are left is found from one number: nothing is kept but the last
 * one, however many follow.
 *
 * @yields milliseconds since 1970, never falling
 */
export function* arrivals(random: Random, stream: Stream): Generator<number, void, void> {
  const { count, fromDay, toDay, rhythm } = stream
  const begin = dayAt(fromDay)
  const weights = Array.from({ length: hoursBetween(fromDay, toDay) }, (_, hour) =>
    weightOf(rhythm, begin + hour * HOUR_MS),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let hour = 0
  let before = 0
  let left = 1
  for (let sent = 0; sent < count; sent++) {
    left *= (1 - random.next()) ** (1 / (count - sent))
    const mass = (1 - left) * total
    for (; hour < weights.length - 1 && before + (weights[hour] ?? 0) <= mass; hour++)
      before += weights[hour] ?? 0
    const within = Math.min((mass - before) / (weights[hour] ?? 1), 1)
    yield begin + Math.floor((hour + within) * HOUR_MS)
  }
}
