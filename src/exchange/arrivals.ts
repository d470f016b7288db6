/** Lets readers sleep until something arrives in the inbox. */
export interface Arrivals {
  arrived(): void
  /** Resolves at the next arrival, or when the signal is aborted. */
  next(signal: AbortSignal): Promise<void>
}

export function makeArrivals(): Arrivals {
  let coming = Promise.withResolvers<void>()
  return {
    arrived() {
      coming.resolve()
      coming = Promise.withResolvers<void>()
    },
    async next(signal) {
      if (signal.aborted) return
      const aborted = Promise.withResolvers<void>()
      const abort = () => aborted.resolve()
      signal.addEventListener('abort', abort, { once: true })
      await Promise.race([coming.promise, aborted.promise])
      signal.removeEventListener('abort', abort)
    },
  }
}
