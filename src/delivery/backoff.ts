/**
 * How long to wait before the next try: full jitter, random(0, min(cap, base · 2^attempt)), so that many senders do not come
 * back together after an outage.
 *
 * @param attempt failures so far, from 1
 * @param capMs the longest wait
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(attempt: number, capMs: number, random: () => number): number {
  const ceiling = Math.min(capMs, 1_000 * 2 ** Math.min(attempt - 1, 20))
  return Math.floor(random() * ceiling)
}
