import { setTimeout as sleep } from 'node:timers/promises'

/** Asks until it holds; for what tells nobody when it comes about. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  what: string,
  seconds = 30,
): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; !(await holds()); await sleep(40))
    if (Date.now() > end) throw new Error(`it took longer than ${seconds} s: ${what}`)
}
