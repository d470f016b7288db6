import type { Clock } from '../kit/kit.ts'

/** How a link is judged. All times in milliseconds. */
export interface HealthRules {
  /** One heartbeat every so often. */
  readonly heartbeatMs: number
  /** A heartbeat that is not answered by then is missed. */
  readonly deadlineMs: number
  /** Good heartbeats in a row before a link that was down carries again. */
  readonly goodBeats: number
  /** The least time a link stays down, so that a flapping one does not drag traffic to and fro. */
  readonly holdDownMs: number
}

export const usualRules: HealthRules = { heartbeatMs: 250, deadlineMs: 400, goodBeats: 3, holdDownMs: 5_000 }

/**
 * Whether one link carries, as its heartbeats and its traffic tell.
 *
 * ```
 * up ──missed heartbeat or transport fault──▸ down
 * down ──hold-down over and enough good heartbeats in a row──▸ up
 * ```
 */
export class Health {
  readonly #clock: Clock
  readonly #rules: HealthRules
  #downSince: number | undefined
  #good = 0
  #roundTripMs: number | undefined

  constructor(clock: Clock, rules: HealthRules) {
    this.#clock = clock
    this.#rules = rules
  }

  get up(): boolean {
    return this.#downSince === undefined
  }

  /** Of the last heartbeat that was answered. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs
  }

  /** Notes an answered heartbeat. Returns true when the link has come back by it. */
  good(roundTripMs: number): boolean {
    this.#roundTripMs = roundTripMs
    this.#good++
    if (this.#downSince === undefined || this.#good < this.#rules.goodBeats) return false
    if (this.#clock.now() - this.#downSince < this.#rules.holdDownMs) return false
    this.#downSince = undefined
    return true
  }

  /** Notes a missed heartbeat or a transport fault. Returns true when the link has gone down by it. */
  bad(): boolean {
    this.#good = 0
    if (this.#downSince !== undefined) return false
    this.#downSince = this.#clock.now()
    return true
  }
}
