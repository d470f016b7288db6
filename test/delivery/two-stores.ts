/**
 * A sender with a real store on one side, a receiver with a real store on the other, real signatures between them, and time
 * that moves by hand. Only the rooms in between (policy, translation) are left out.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mock } from 'node:test'
import {
  type AcceptEntry,
  type AcceptOutcome,
  type InboxEntry,
  type ReleaseEntry,
  type Sender,
  type SettleEntry,
  startSender,
  type WaitingRow,
} from '../../src/delivery/delivery.ts'
import { digestOf, type Log, makeSalt, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { LinkFault, type Reply } from '../../src/links/links.ts'
import {
  type Manifest,
  makeSigner,
  openBatch,
  openReceipts,
  printLine,
  printManifest,
  printReceipt,
  type Receipt,
  sealBatch,
  sealReceipts,
} from '../../src/seal/seal.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { type AgencyId, isAgencyId } from '../../src/terms/terms.ts'

export const POLICE = agency('northshire-police')
export const ARMY = agency('army-1div')
const agreement = digestOf('agreement')
const clock = systemClock

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError('not an agency id')
  return text
}

/** What happens to one batch on its way: the peer's answer, or what stands in its place. */
export type Way = (manifests: readonly Manifest[], deliver: () => Promise<Reply>) => Promise<Reply>

export const open: Way = (_manifests, deliver) => deliver()
export const cut: Way = async () => {
  throw new LinkFault('fibre', new Error('the cable is cut'))
}
/** The batch arrives and the answer is lost. */
export const answerLost: Way = async (_manifests, deliver) => {
  await deliver()
  throw new LinkFault('fibre', new Error('the cable is cut'))
}
export const turnedAway =
  (status: number, retryAfterSeconds: number | undefined): Way =>
  async () => ({ status, body: Buffer.alloc(0), retryAfterSeconds, link: 'fibre' })

/** Work that a timer starts is done before time moves on by more than this. */
const STEP_MS = 5_000

/** Stops the clock of the process and its timers, until `release`; the instant is the same in every run. */
export function takeTime(): {
  readonly move: (milliseconds: number) => Promise<void>
  readonly release: () => void
} {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.UTC(2026, 2, 1, 8) })
  return {
    async move(milliseconds) {
      await settled()
      for (let left = milliseconds; left > 0; left -= STEP_MS) {
        mock.timers.tick(Math.min(left, STEP_MS))
        await settled()
      }
    },
    release: () => mock.timers.reset(),
  }
}

/** Lets everything run that does not wait for time to pass. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** What one exchange is released with; the rest is the same for all. */
export interface Piece {
  readonly lane: string
  readonly precedence?: number
  readonly timeToLiveMs?: number
}

const DAY_MS = 86_400_000

export class TwoStores {
  readonly police = makeMemoryStore({ clock })
  readonly army = makeMemoryStore({ clock })
  readonly #policeKey = makeSigner(generateKeyPairSync('ed25519').privateKey)
  readonly #armyKey = makeSigner(generateKeyPairSync('ed25519').privateKey)
  /** How batches travel at present. */
  way: Way = open
  /** The ids of each batch that was sent, in the order of sending. */
  readonly batches: string[][] = []
  readonly events: string[] = []
  readonly ends: SettleEntry[] = []
  /** True while the sender's store takes no settlement. */
  storeFails = false
  /** What a reading of the outbox waits for after it has read. */
  reading: Promise<void> | undefined
  /** Lanes that may not leave at present. */
  readonly held = new Set<string>()
  /** What never leaves any more: lane and number in it. */
  readonly over = new Set<string>()
  /** True while no batch can be signed. */
  sealFails = false

  startSender(): Sender {
    const log: Log = {
      info: event => this.events.push(event),
      warn: event => this.events.push(event),
      error: event => this.events.push(event),
    }
    return startSender({
      peer: ARMY,
      clock,
      log,
      random: () => 0.5,
      store: {
        backlog: peer => this.police.backlog(peer),
        waiting: async (...asked) => {
          const rows = await this.police.waiting(...asked)
          await this.reading
          return rows
        },
        settle: async entries => {
          if (this.storeFails) throw new Error('the disk is full')
          await this.police.settle(entries)
        },
      },
      mayLeave: row => {
        if (this.over.has(`${row.lane} ${row.seq}`)) return 'never'
        return this.held.has(row.lane) ? 'later' : 'now'
      },
      seal: picked => {
        if (this.sealFails) throw new RangeError('the batch is too large')
        const exchanges = picked.map(({ row, prev }) => ({ ...row, prev }))
        const { batch, bytes } = sealBatch(
          { signer: this.#policeKey, clock },
          { from: POLICE, to: ARMY, exchanges },
        )
        return { batch, body: bytes }
      },
      send: body => this.#travel(body),
      open: (reply, batch) => {
        const opened = openReceipts(reply, { keyOf: () => this.#armyKey.publicKey })
        if (opened.batch !== batch) throw new Error('receipts of another batch')
        return opened.receipts
      },
      settlement: (row, receipt) => settlementOf(row, receipt),
      onSettled: entry => this.ends.push(entry),
    })
  }

  /** Makes exchanges durable in the outbox, as the walk does; the sender is not told. */
  async release(...pieces: readonly Piece[]): Promise<readonly WaitingRow[]> {
    const entries = pieces.map(releaseOf)
    const result = await this.police.release(entries, undefined)
    if (result.kind !== 'queued') throw new Error('not queued')
    return entries.map((entry, index) => ({
      ...entry,
      ...(result.rows[index] ?? { row: 0, seq: 0, settled: 0 }),
    }))
  }

  /** Puts documents into the receiver's inbox, each to be deleted at its time. */
  async deliver(...duties: readonly { readonly deleteAt: number | undefined }[]): Promise<void> {
    const entries = duties.map(({ deleteAt }, index): AcceptEntry => {
      const [id, leafId] = [uuidv7(clock), uuidv7(clock)]
      const place = { id, sha256: agreement, lane: `duty-${index}`, seq: 1, prev: 0 }
      return {
        ...place,
        leafId,
        leaf: `{"accepted":"${id}"}`,
        receipt: '{}',
        inbox: inboxEntry(deleteAt),
        vault: undefined,
      }
    })
    await this.army.accept({ peer: POLICE, id: uuidv7(clock), issuedAt: clock.now() }, entries)
  }

  /** Everything in the receiver's inbox, in the order of arrival. */
  async inbox(): Promise<readonly string[]> {
    const query = { resource: undefined, purposes: ['joint-planning'], after: 0, limit: 1_000_000 }
    return (await this.army.shared(query)).map(row => row.id)
  }

  async #travel(body: Buffer): Promise<Reply> {
    const { head, manifests } = openBatch(body, { keyOf: () => this.#policeKey.publicKey })
    this.batches.push(manifests.map(manifest => manifest.id))
    return this.way(manifests, async () => {
      const entries = manifests.map(acceptOf)
      const result = await this.army.accept(
        { peer: POLICE, id: head.batch, issuedAt: head.issuedAt },
        entries,
      )
      if (result.kind === 'replayed')
        return { status: 409, body: Buffer.alloc(0), retryAfterSeconds: undefined, link: 'fibre' }
      const receipts = result.outcomes.map((outcome, index) =>
        answerOf(entries[index] as AcceptEntry, outcome),
      )
      const answer = { batch: head.batch, from: ARMY, to: POLICE, receipts }
      const text = sealReceipts({ signer: this.#armyKey, clock }, answer)
      return { status: 200, body: Buffer.from(text), retryAfterSeconds: undefined, link: 'fibre' }
    })
  }
}

function releaseOf({ lane, precedence = 3, timeToLiveMs = DAY_MS }: Piece): ReleaseEntry {
  const id = uuidv7(clock)
  const line = printLine(makeSalt(), JSON.stringify({ reference: id }))
  const [sha256, bytes, expiresAt] = [digestOf(line), Buffer.byteLength(line), clock.now() + timeToLiveMs]
  const manifest = printManifest({
    id,
    lane,
    agreement,
    purpose: 'joint-planning',
    resource: 'police.operation',
    version: '1.0.0',
    label: { policy: 'GSCP', classification: 'OFFICIAL' },
    precedence,
    bytes,
    sha256,
    expiresAt,
    inReplyTo: undefined,
  })
  const releasedAt = clock.now()
  const leaf = `{"decided":"${id}"}`
  const fixed = { peer: ARMY, system: 'public-order-system', trail: '{}', vault: undefined }
  return {
    ...fixed,
    id,
    lane,
    manifest,
    line,
    precedence,
    releasedAt,
    expiresAt,
    leafId: uuidv7(clock),
    leaf,
  }
}

function acceptOf({ id, sha256, lane, seq, prev }: Manifest): AcceptEntry {
  const leafId = uuidv7(clock)
  const receipt = printReceipt({ id, sha256, outcome: 'accepted', leaf: leafId, at: clock.now() })
  const inbox = inboxEntry(undefined)
  return {
    id,
    sha256,
    lane,
    seq,
    prev,
    leafId,
    leaf: `{"accepted":"${id}"}`,
    receipt,
    inbox,
    vault: undefined,
  }
}

function inboxEntry(deleteAt: number | undefined): InboxEntry {
  const known = { resource: 'army.opord', version: '1.0.0', purpose: 'joint-planning' }
  return { ...known, document: '{}', about: '{}', receivedAt: clock.now(), deleteAt, corrects: undefined }
}

function answerOf(entry: AcceptEntry, outcome: AcceptOutcome): string {
  switch (outcome.kind) {
    case 'stored':
      return entry.receipt
    case 'duplicate':
      return outcome.receipt
    case 'conflict':
    case 'gap':
      return JSON.stringify({
        ...JSON.parse(entry.receipt),
        outcome: 'retry',
        code: 'sequence-gap',
        leaf: undefined,
      })
  }
}

function settlementOf({ id }: WaitingRow, receipt: Receipt | undefined): SettleEntry {
  const leaf = `{"settled":"${id}"}`
  if (receipt === undefined || receipt.outcome === 'retry')
    return { id, state: 'expired', receipt: undefined, leaf }
  return { id, state: receipt.outcome, receipt: printReceipt(receipt), leaf }
}
