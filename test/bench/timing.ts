/** How long one round of one piece of work takes, ms. */
export const ROUND_MS = 20

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

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
