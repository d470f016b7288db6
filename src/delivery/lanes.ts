import type { WaitingRow } from './exchange-store.ts'

/** One ordering key: what waits for it, oldest first. Only one batch at a time carries exchanges of a lane. */
interface Lane {
  readonly name: string
  readonly rows: WaitingRow[]
  /** The last sequence number that the peer has answered for. */
  settled: number
  /** True while a batch carries the head of the lane, or while it is being given up. */
  inFlight: boolean
  /** Not before this instant, ms. */
  notBefore: number
  /** Failures in a row. */
  attempt: number
  /** True after a whole batch was turned away: the exchange travels by itself until the peer answers for it. */
  alone: boolean
  queuedAt: number
}

/** One exchange picked for a batch, with the sequence number that the receiver must have seen before it. */
export interface Picked {
  readonly row: WaitingRow
  readonly prev: number
}

const LEVELS = 4

/**
 * What waits for one peer, in memory: lanes keep order, urgent lanes go first, and a lane that waits for its next try does
 * not hold up the others. A lane is as urgent as the most urgent exchange in it, since that one cannot overtake.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #ready: Lane[][] = Array.from({ length: LEVELS }, () => [])
  readonly #ids = new Set<string>()

  get size(): number {
    return this.#ids.size
  }

  /** Adds one exchange behind those of its lane; one that waits already is not added twice. */
  add(row: WaitingRow): void {
    if (this.#ids.has(row.id)) return
    this.#ids.add(row.id)
    let lane = this.#lanes.get(row.lane)
    if (lane === undefined) {
      const { lane: name, settled } = row
      lane = {
        name,
        rows: [],
        settled,
        inFlight: false,
        notBefore: 0,
        attempt: 0,
        alone: false,
        queuedAt: LEVELS,
      }
      this.#lanes.set(name, lane)
    }
    lane.rows.push(row)
    if (!lane.inFlight) this.#queue(lane, row.precedence)
  }

  /** Takes exchanges for one batch, most urgent lanes first; they stay here until they are settled or returned. */
  take(now: number, limits: { readonly count: number; readonly bytes: number }): Picked[] {
    const picked: Picked[] = []
    let bytes = 0
    for (const level of this.#ready) {
      const later: Lane[] = []
      while (level.length > 0 && picked.length < limits.count && bytes < limits.bytes) {
        const lane = level.shift() as Lane
        if (lane.inFlight || lane.rows.length === 0) continue
        if (lane.notBefore > now || (lane.alone && picked.length > 0)) {
          later.push(lane)
          continue
        }
        bytes += pickFrom(lane, picked, { count: limits.count, bytes: limits.bytes - bytes })
        if (lane.alone) break
      }
      level.push(...later)
      if (picked.length > 0 && picked.some(one => this.#lanes.get(one.row.lane)?.alone)) break
    }
    return picked
  }

  /** The peer has answered for the first rows of a lane: they leave, and the lane may go on. */
  settle(laneName: string, ids: ReadonlySet<string>): void {
    const lane = this.#lanes.get(laneName)
    if (lane === undefined) return
    lane.settled = this.#shift(lane, ids) ?? lane.settled
    lane.attempt = 0
    lane.alone = false
    lane.notBefore = 0
    this.#release(lane)
  }

  /** The first rows of a lane leave without an answer: the peer has not seen their sequence numbers. */
  drop(laneName: string, ids: ReadonlySet<string>): void {
    const lane = this.#lanes.get(laneName)
    if (lane === undefined) return
    this.#shift(lane, ids)
    this.#release(lane)
  }

  /** The batch did not come through: the lane waits and is offered again. Returns how often it has failed in a row. */
  putOff(laneName: string, until: (attempt: number) => number, alone: boolean): void {
    const lane = this.#lanes.get(laneName)
    if (lane === undefined) return
    lane.attempt++
    lane.notBefore = until(lane.attempt)
    lane.alone ||= alone
    this.#release(lane)
  }

  /**
   * Takes the rows at the heads of their lanes whose time to live has ended and that no batch carries. No batch carries
   * their lanes until the rows are dropped or put off.
   */
  takeExpired(now: number): WaitingRow[] {
    const found: WaitingRow[] = []
    for (const lane of this.#lanes.values()) {
      if (lane.inFlight) continue
      for (const row of lane.rows) {
        if (row.expiresAt > now) break
        found.push(row)
        lane.inFlight = true
      }
    }
    return found
  }

  /** When the next lane that waits may be tried, ms; undefined when none waits. */
  nextTry(): number | undefined {
    let next: number | undefined
    for (const level of this.#ready)
      for (const lane of level) if (next === undefined || lane.notBefore < next) next = lane.notBefore
    return next
  }

  /** A way to the peer has opened: nothing waits any longer. */
  hurry(): void {
    for (const lane of this.#lanes.values()) lane.notBefore = 0
  }

  #shift(lane: Lane, ids: ReadonlySet<string>): number | undefined {
    let last: number | undefined
    for (let head = lane.rows[0]; head !== undefined && ids.has(head.id); head = lane.rows[0]) {
      last = head.seq
      lane.rows.shift()
      this.#ids.delete(head.id)
    }
    return last
  }

  #queue(lane: Lane, precedence: number): void {
    const level = Math.min(Math.max(precedence, 0), LEVELS - 1)
    if (level >= lane.queuedAt) return
    lane.queuedAt = level
    this.#ready[level]?.push(lane)
  }

  #release(lane: Lane): void {
    lane.inFlight = false
    lane.queuedAt = LEVELS
    if (lane.rows.length === 0) {
      this.#lanes.delete(lane.name)
      return
    }
    this.#queue(lane, Math.min(...lane.rows.map(row => row.precedence)))
  }
}

/** Moves the head rows of a lane into the batch, as many as fit; at least one. Returns their bytes. */
function pickFrom(
  lane: Lane,
  picked: Picked[],
  room: { readonly count: number; readonly bytes: number },
): number {
  let bytes = 0
  let prev = lane.settled
  for (const row of lane.rows) {
    if (picked.length >= room.count || (bytes > 0 && bytes + row.line.length > room.bytes)) break
    picked.push({ row, prev })
    prev = row.seq
    bytes += row.line.length
    if (lane.alone) break
  }
  lane.inFlight = true
  lane.queuedAt = LEVELS
  return bytes
}
