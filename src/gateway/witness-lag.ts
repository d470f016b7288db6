import type { AgencyId } from '../terms/terms.ts'
import type { Foundation } from './foundation.ts'

/**
 * Whether a witness keeps up with us.
 *
 * ```
 * good ─nothing cosigned for the time to warn→ warn ─and for the time to alarm→ alarm     warn | alarm ─cosigned again→ good
 * ```
 */
export interface Lag {
  level(): 'good' | 'warn' | 'alarm'
  /** When it has last cosigned, or when we began to wait for the first time, ms. */
  since(): number
  /** Tells of what has changed since the last look: to the log, and in a leaf. */
  look(): Promise<void>
}

export function makeLag(
  { config, clock, log, store, leaves }: Pick<Foundation, 'config' | 'clock' | 'log' | 'store' | 'leaves'>,
  peer: AgencyId,
  cosignedAt: () => number | undefined,
): Lag {
  const begun = clock.now()
  const since = () => cosignedAt() ?? begun
  const { warnAfterSeconds, alarmAfterSeconds } = config.witness
  let told: ReturnType<Lag['level']> = 'good'

  function level(): ReturnType<Lag['level']> {
    const seconds = (clock.now() - since()) / 1_000
    if (seconds > alarmAfterSeconds) return 'alarm'
    return seconds > warnAfterSeconds ? 'warn' : 'good'
  }

  return {
    level,
    since,
    async look() {
      const now = level()
      if (now === told) return
      const before = told
      told = now
      const seconds = Math.round((clock.now() - since()) / 1_000)
      if (now === 'alarm')
        log.error('witness-alarm', new Error('a witness has been silent for long'), { peer, seconds })
      else log.warn(now === 'warn' ? 'witness-behind' : 'witness-again', { peer, seconds })
      if (now !== 'good' && before !== 'good') return
      const change = now === 'good' ? 'again' : 'behind'
      await store.note([leaves.write('witness.behind', { peer, change, count: seconds }).text])
    },
  }
}
