import type { JsonObject } from '../../src/kit/kit.ts'

/** How long one round of one piece of work takes, ms. */
export const ROUND_MS = 20
const ROUNDS = 25

/** Time of one call, µs, over as many calls as fit into a round. */
export function timeOf(work: () => unknown, milliseconds: number = ROUND_MS): number {
  const begun = performance.now()
  let calls = 0
  let spent = 0
  do {
    for (let call = 0; call < 8; call++) work()
    calls += 8
    spent = performance.now() - begun
  } while (spent < milliseconds)
  return (spent * 1_000) / calls
}

/** As {@link timeOf}, for work that has to be waited for. */
export async function timeOfAwaited(
  work: () => Promise<unknown>,
  milliseconds: number = ROUND_MS,
): Promise<number> {
  const begun = performance.now()
  let calls = 0
  let spent = 0
  do {
    await work()
    calls++
    spent = performance.now() - begun
  } while (spent < milliseconds)
  return (spent * 1_000) / calls
}

/** Time of some work, µs, and by the time of something else in the rounds beside it. */
export interface Comparison {
  readonly microseconds: number
  readonly ratio: number
}

export function compare(work: () => unknown, beside: () => unknown): Comparison {
  for (const one of [work, beside]) timeOf(one, 5 * ROUND_MS)
  const rounds = Array.from({ length: ROUNDS }, () => ({ work: timeOf(work), beside: timeOf(beside) }))
  return summaryOf(rounds)
}

/** As {@link compare}, for slow work that has to be waited for: more time to become quick, and longer rounds. */
export async function compareAwaited(
  work: () => Promise<unknown>,
  beside: () => unknown,
): Promise<Comparison> {
  await timeOfAwaited(work, 25 * ROUND_MS)
  timeOf(beside, 5 * ROUND_MS)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ work: await timeOfAwaited(work, 3 * ROUND_MS), beside: timeOf(beside) })
  return summaryOf(rounds)
}

function summaryOf(rounds: readonly { readonly work: number; readonly beside: number }[]): Comparison {
  return {
    microseconds: median(rounds.map(({ work }) => work)),
    ratio: median(rounds.map(({ work, beside }) => work / beside)),
  }
}

/** One call of the work, and one of parsing and printing, on each of the documents in turn. */
export function overAll(texts: readonly string[], work: (document: JsonObject) => unknown) {
  const documents = texts.map(text => JSON.parse(text) as JsonObject)
  let at = 0
  const next = () => (at = (at + 1) % texts.length)
  return {
    work: () => work(documents[next()] ?? {}),
    base: () => JSON.stringify(JSON.parse(texts[next()] ?? '')),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
