import type { Clock, Log } from '../kit/kit.ts'
import type { ExchangeStore } from './exchange-store.ts'

/**
 * Erases what the agreements oblige us to delete, once a minute. Each erasure leaves one leaf that counts, and names nothing.
 *
 * @param leaf words the leaf over so many erased documents
 */
export function startRetention(parts: {
  readonly store: Pick<ExchangeStore, 'erase'>
  readonly clock: Clock
  readonly log: Log
  leaf(count: number): string
}): AsyncDisposable {
  let running: Promise<void> = Promise.resolve()
  const sweep = async () => {
    try {
      const erased = await parts.store.erase(parts.clock.now(), parts.leaf)
      if (erased > 0) parts.log.info('erased', { documents: erased })
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
