import type { Clock, Log } from '../kit/kit.ts'
import { LinkFault, type Reply } from '../links/links.ts'
import type { Receipt } from '../seal/seal.ts'
import type { AgencyId } from '../terms/terms.ts'
import { matchReceipts } from './answers.ts'
import { backoffMs } from './backoff.ts'
import { departures, type Leave } from './departures.ts'
import type { ExchangeStore, SettleEntry, WaitingRow } from './exchange-store.ts'
import { Lanes, type Picked } from './lanes.ts'

/** What the sender needs from the rest of the house, for one peer. */
export interface SenderParts {
  readonly peer: AgencyId
  readonly store: Pick<ExchangeStore, 'backlog' | 'waiting' | 'settle'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** One that may leave later waits in its lane; one that never may has ended. */
  mayLeave(row: WaitingRow): Leave
  /** Puts exchanges under one signature. */
  seal(picked: readonly Picked[]): { readonly batch: string; readonly body: Buffer }
  send(body: Buffer): Promise<Reply>
  /** @throws Refusal where the answer is not signed by the peer for this batch */
  open(reply: Buffer, batch: string): readonly Receipt[]
  /** Words the leaf that goes with an answer, or with the end of the time to live. */
  settlement(row: WaitingRow, receipt: Receipt | undefined, link: string | undefined): SettleEntry
  /** Told of each exchange once its end is durable. */
  readonly onSettled: (entry: SettleEntry) => void
}

/** Brings what is queued for one peer to it, in order for each lane, until the peer has answered for it. */
export interface Sender extends AsyncDisposable {
  /** Rows that have just become durable. */
  offer(rows: readonly WaitingRow[]): void
  /** A link came back: try at once. */
  hurry(): void
  /** Exchanges without an answer, in memory and in the store. */
  readonly waiting: number
  readonly inMemory: number
}

const BATCH = { count: 256, bytes: 1_048_576 }
const BATCHES_IN_FLIGHT = 2
const IN_MEMORY = 20_000
const CHUNK = 5_000
const SWEEP_MS = 5_000
/** How long an end waits for answers that are under way; a peer that hangs is asked again after the next start. */
const FAREWELL_MS = 3_000
/** How long what may not leave waits before it is looked at again, unless somebody hurries. */
const HELD_MS = 1_000
const URGENT_CAP_MS = 60_000
const USUAL_CAP_MS = 300_000

/**
 * Starts sending to one peer. The store is the truth; memory holds the head of the queue. Beyond 20,000 rows new ones stay in
 * the store and are read when memory has emptied, so that a day's outage costs disk, not memory.
 *
 * If we die between the peer's answer and `settle`, the exchange goes again after the restart and the peer gives the same
 * receipt: at least once on the wire, at most once in the inbox.
 */
export function startSender(parts: SenderParts): Sender {
  const sender = new PeerSender(parts)
  sender.start()
  return sender
}

class PeerSender implements Sender {
  readonly #parts: SenderParts
  readonly #lanes = new Lanes()
  readonly #work = new Set<Promise<void>>()
  /** The last row read from the store or taken from an offer. */
  #lastRow = 0
  /** True while the store may hold rows that memory does not: at start, and after memory was full. */
  #behind = true
  /** True when a row was offered, and left in the store, since the last reading began. */
  #missed = false
  /** How many rows are left in the store, as far as is known. */
  #unread = 0
  #loading = false
  #flying = 0
  #closed = false
  #timer: NodeJS.Timeout | undefined
  #sweep: NodeJS.Timeout | undefined

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  get inMemory(): number {
    return this.#lanes.size
  }

  get waiting(): number {
    return this.#lanes.size + this.#unread
  }

  start(): void {
    this.#sweep = setInterval(() => this.#track(this.#expire()), SWEEP_MS)
    this.#load()
    const { peer, store } = this.#parts
    this.#track(
      store.backlog(peer).then(({ exchanges }) => {
        if (this.#behind) this.#unread = Math.max(this.#unread, exchanges - this.#lanes.size)
      }),
    )
  }

  offer(rows: readonly WaitingRow[]): void {
    this.#behind ||= this.#lanes.size + rows.length > IN_MEMORY
    if (this.#behind) {
      this.#missed = true
      this.#unread += rows.length
    } else this.#take(rows)
    this.#pump()
  }

  hurry(): void {
    this.#lanes.hurry()
    this.#pump()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    clearInterval(this.#sweep)
    const { promise: patience, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, FAREWELL_MS)
    await Promise.race([Promise.allSettled(this.#work), patience])
    clearTimeout(timer)
  }

  #track(work: Promise<void>): void {
    const guarded = work.catch((fault: unknown) => {
      this.#parts.log.error('sender-fault', fault, { peer: this.#parts.peer })
    })
    this.#work.add(guarded)
    void guarded.finally(() => this.#work.delete(guarded))
  }

  /** Reads the next rows from the store once memory has run empty. */
  #load(): void {
    if (!this.#behind || this.#loading || this.#closed || this.#lanes.size > 0) return
    this.#loading = true
    this.#missed = false
    this.#track(
      this.#parts.store
        .waiting(this.#parts.peer, this.#lastRow, CHUNK)
        .finally(() => {
          this.#loading = false
        })
        .then(rows => {
          this.#take(rows)
          this.#behind = rows.length === CHUNK || this.#missed
          this.#unread = this.#behind ? Math.max(0, this.#unread - rows.length) : 0
          this.#pump()
        }),
    )
  }

  #take(rows: readonly WaitingRow[]): void {
    for (const row of rows) {
      this.#lastRow = Math.max(this.#lastRow, row.row)
      this.#lanes.add(row)
    }
  }

  #pump(): void {
    while (!this.#closed && this.#flying < BATCHES_IN_FLIGHT) {
      const picked = this.#lanes.take(this.#parts.clock.now(), BATCH)
      if (picked.length === 0) break
      this.#flying++
      this.#track(
        this.#carry(this.#letGo(picked)).finally(() => {
          this.#flying--
          this.#pump()
        }),
      )
    }
    this.#load()
    this.#wake()
  }

  #wake(): void {
    clearTimeout(this.#timer)
    const next = this.#lanes.nextTry()
    if (this.#closed || next === undefined || this.#flying >= BATCHES_IN_FLIGHT) return
    this.#timer = setTimeout(() => this.#pump(), Math.max(5, next - this.#parts.clock.now()))
  }

  /** Without what may not leave: that waits in its lane until it may, or is given up. */
  #letGo(picked: readonly Picked[]): readonly Picked[] {
    const { go, over, later } = departures(picked, row => this.#parts.mayLeave(row))
    const until = this.#parts.clock.now() + HELD_MS
    for (const lane of later) this.#lanes.putOff(lane, () => until, false)
    if (over.length > 0) this.#track(this.#giveUp(over))
    return go
  }

  async #carry(picked: readonly Picked[]): Promise<void> {
    if (picked.length === 0) return
    const sent = await this.#send(picked)
    if (sent === undefined) return
    const { reply, batch } = sent
    if (reply.status !== 200) {
      const facts = {
        peer: this.#parts.peer,
        link: reply.link,
        status: reply.status,
        exchanges: picked.length,
      }
      this.#parts.log.warn('batch-turned-away', facts)
      this.#again(picked, reply.retryAfterSeconds, reply.status < 500 && reply.status !== 429)
      return
    }
    await this.#settle(picked, reply, batch)
  }

  /** Undefined where no answer came: the exchanges go again, and each by itself where the fault may lie in one of them. */
  async #send(picked: readonly Picked[]): Promise<{ reply: Reply; batch: string } | undefined> {
    try {
      const { batch, body } = this.#parts.seal(picked)
      return { reply: await this.#parts.send(body), batch }
    } catch (fault) {
      const ours = !(fault instanceof LinkFault)
      if (ours) this.#parts.log.error('send-fault', fault, { peer: this.#parts.peer })
      this.#again(picked, undefined, ours)
      return undefined
    }
  }

  async #settle(picked: readonly Picked[], reply: Reply, batch: string): Promise<void> {
    let receipts: readonly Receipt[]
    try {
      receipts = this.#parts.open(reply.body, batch)
    } catch (fault) {
      this.#parts.log.error('receipts-unreadable', fault, { peer: this.#parts.peer, link: reply.link })
      this.#again(picked, undefined, false)
      return
    }
    const { settled, again } = matchReceipts(picked, receipts, one => digestIn(one.row.manifest))
    let entries: SettleEntry[]
    try {
      entries = settled.map(({ picked: one, receipt }) =>
        this.#parts.settlement(one.row, receipt, reply.link),
      )
      await this.#parts.store.settle(entries)
    } catch (fault) {
      this.#parts.log.error('settle-fault', fault, { peer: this.#parts.peer })
      this.#again(picked, undefined, false)
      return
    }
    const ids = new Set(entries.map(entry => entry.id))
    for (const lane of new Set(settled.map(one => one.picked.row.lane))) this.#lanes.settle(lane, ids)
    if (again.length > 0) this.#again(again, undefined, false)
    for (const entry of entries) this.#parts.onSettled(entry)
  }

  #again(picked: readonly Picked[], retryAfterSeconds: number | undefined, alone: boolean): void {
    const urgent = picked.some(one => one.row.precedence <= 1)
    const now = this.#parts.clock.now()
    const until = (attempt: number) =>
      now +
      Math.max(
        (retryAfterSeconds ?? 0) * 1_000,
        backoffMs(attempt, urgent ? URGENT_CAP_MS : USUAL_CAP_MS, this.#parts.random),
      )
    for (const lane of new Set(picked.map(one => one.row.lane))) this.#lanes.putOff(lane, until, alone)
  }

  async #expire(): Promise<void> {
    if (this.#closed) return
    const rows = this.#lanes.takeExpired(this.#parts.clock.now())
    if (rows.length > 0) await this.#giveUp(rows)
  }

  /** Rows at the heads of lanes that nothing carries at present. */
  async #giveUp(rows: readonly WaitingRow[]): Promise<void> {
    const lanes = new Set(rows.map(row => row.lane))
    let entries: SettleEntry[]
    try {
      entries = rows.map(row => this.#parts.settlement(row, undefined, undefined))
      await this.#parts.store.settle(entries)
    } catch (fault) {
      const until = this.#parts.clock.now() + HELD_MS
      for (const lane of lanes) this.#lanes.putOff(lane, () => until, false)
      this.#wake()
      throw fault
    }
    const ids = new Set(entries.map(entry => entry.id))
    for (const lane of lanes) this.#lanes.drop(lane, ids)
    for (const entry of entries) this.#parts.onSettled(entry)
    this.#pump()
  }
}

/** The digest that a manifest names, read from its text: the store keeps the text, not the parts. */
function digestIn(manifest: string): string {
  return /"sha256":"(sha256:[0-9a-f]{64})"/.exec(manifest)?.[1] ?? ''
}
