import type { Clock, Log } from '../kit/kit.ts'
import type { ExchangeStore } from './exchange-store.ts'

/**
 * Erases what the agreements oblige us to delete, and what the vault need not keep, once a minute. Each erasure leaves one leaf that counts, and names nothing.
 *
 * @param leaf words the leaf over so many erased documents
 * @param vault erases from the vault, and says how many rows
 */
export function startRetention(parts: {
  readonly store: Pick<ExchangeStore, 'erase'>
  readonly clock: Clock
  readonly log: Log
  leaf(count: number): string
  vault(): Promise<number>
}): AsyncDisposable {
  let running: Promise<void> = Promise.resolve()
  const sweep = async () => {
    try {
      const erased = await parts.store.erase(parts.clock.now(), parts.leaf)
      const forgotten = await parts.vault()
      if (erased + forgotten > 0) parts.log.info('erased', { documents: erased, vault: forgotten })
    } catch (fault) {
      parts.log.error('erase-fault', fault)
    }
  }
  const timer = setInterval(() => {
    running = sweep()
  }, 60_000)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}
