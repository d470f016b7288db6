import type { SettleEntry } from '../delivery/delivery.ts'

/** Who waits for the peer's answer to an exchange. */
export interface Settlements {
  /** Tells those who wait. Called once the answer is durable. */
  settled(entry: SettleEntry): void
  /**
   * Waits for the answers to some exchanges.
   *
   * @param milliseconds how long at most
   * @param signal ends the waiting early
   * @returns what has been answered by then, by id
   */
  wait(
    ids: readonly string[],
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, SettleEntry>>
}

export function makeSettlements(): Settlements {
  const waiting = new Map<string, (entry: SettleEntry) => void>()
  return {
    settled(entry) {
      waiting.get(entry.id)?.(entry)
    },
    async wait(ids, milliseconds, signal) {
      const found = new Map<string, SettleEntry>()
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, signal.aborted ? 0 : milliseconds)
      signal.addEventListener('abort', () => resolve(), { once: true })
      for (const id of ids)
        waiting.set(id, entry => {
          found.set(id, entry)
          if (found.size === ids.length) resolve()
        })
      await promise
      clearTimeout(timer)
      for (const id of ids) waiting.delete(id)
      return found
    },
  }
}
