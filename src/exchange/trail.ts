/** The rooms of both half-walks, in order. */
export const ROOMS = [
  'receive',
  'authenticate',
  'validate',
  'decide',
  'project',
  'record',
  'unseal',
  'recheck',
  'translate',
  'deliver',
  'consult',
  'govern',
] as const
export type Room = (typeof ROOMS)[number]

/** What is known of an attempt so far: names only, so that an ending can be recorded wherever it comes. */
export interface Known {
  readonly xid?: string
  readonly from?: string
  readonly to?: string
  readonly res?: string
  readonly purpose?: string
  readonly role?: string
  readonly by?: string
}

/** Time spent in one room, for the metrics. */
export type RoomMeter = (room: Room, milliseconds: number) => void

/**
 * The path of one exchange through the house: which room it is in, and what is known of it. Only `enter` and `know` change
 * it, and only endings read it; no room takes its input from here.
 */
export class Trail {
  readonly #meter: RoomMeter
  #room: Room
  #known: Known

  constructor(meter: RoomMeter, room: Room, known: Known) {
    this.#meter = meter
    this.#room = room
    this.#known = known
  }

  get room(): Room {
    return this.#room
  }

  get known(): Known {
    return this.#known
  }

  know(known: Known): void {
    this.#known = { ...this.#known, ...known }
  }

  /** Does the work of one room, whose product is returned. What it throws leaves through the walk. */
  enter<Product>(room: Room, work: () => Product): Product {
    this.#room = room
    const begun = performance.now()
    try {
      return work()
    } finally {
      this.#meter(room, performance.now() - begun)
    }
  }
}
