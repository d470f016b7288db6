import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AcceptEntry, ExchangeStore, ReleaseEntry } from '../../src/delivery/delivery.ts'
import { digestOf, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { type LeafWriter, makeLeafWriter, type VaultRow } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { type AgencyId, isAgencyId } from '../../src/terms/terms.ts'

/** What one write of the store costs, µs of CPU of the event loop and the store's thread together. */
export interface StoreFigure {
  readonly write: string
  readonly together: number
  readonly cpuEach: number
  readonly perSecond: number
}

const TOGETHER = 64
const COMMITS = 150
const WARM_UP = 30

/** Drives a store of its own, 64 writes at a time, which the store commits together. */
export async function measureStore(directory: string): Promise<readonly StoreFigure[]> {
  mkdirSync(directory, { recursive: true })
  await using store = await openSqliteStore({
    directory,
    clock: systemClock,
    onFailure(fault) {
      throw fault
    },
  })
  const leaves = makeLeafWriter({ clock: systemClock, agency: PEER })
  const released: ReleaseEntry[] = []
  return [
    await measure('leaf append (≤ 80)', () => store.note([leafOf(leaves)])),
    await measure('release: outbox, lane, leaf, vault', () => release(store, leaves, released)),
    await measure('settle: receipt, leaf', () => settle(store, leaves, released)),
    await measure('accept: inbox, answer, lane, leaf, vault', () => accept(store, leaves)),
  ]
}

async function measure(write: string, work: () => Promise<unknown>): Promise<StoreFigure> {
  const commit = () => Promise.all(Array.from({ length: TOGETHER }, work))
  for (let round = 0; round < WARM_UP; round++) await commit()
  const begun = performance.now()
  const before = process.cpuUsage()
  for (let round = 0; round < COMMITS; round++) await commit()
  const { user, system } = process.cpuUsage(before)
  const writes = COMMITS * TOGETHER
  const perSecond = (writes * 1_000) / (performance.now() - begun)
  return { write, together: TOGETHER, cpuEach: (user + system) / writes, perSecond }
}

const PEER = agency('army-1div')
const DOCUMENT = JSON.stringify({ text: 'x'.repeat(2_400) })
const DIGEST = digestOf(DOCUMENT)

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new Error('not an agency')
  return text
}

function leafOf(leaves: LeafWriter): string {
  return leaves.write('decided', {
    xid: uuidv7(systemClock),
    from: PEER,
    to: PEER,
    res: 'police.operation',
    purpose: 'joint-planning',
    role: 'planner',
    decision: 'forward',
    policy: DIGEST,
    fields: { shared: 20, treated: 3, withheld: 4, dropped: 0 },
    env: DIGEST,
    c: { actor: DIGEST.slice(7), subject: DIGEST.slice(7) },
  }).text
}

function release(store: ExchangeStore, leaves: LeafWriter, released: ReleaseEntry[]): Promise<unknown> {
  const id = uuidv7(systemClock)
  const now = systemClock.now()
  const entry: ReleaseEntry = {
    id,
    peer: PEER,
    lane: `lane-${released.length % TOGETHER}`,
    manifest: JSON.stringify({ id, sha256: DIGEST, padding: 'x'.repeat(400) }),
    line: DOCUMENT,
    precedence: 3,
    releasedAt: now,
    expiresAt: now + 86_400_000,
    trail: JSON.stringify({ agreement: DIGEST, tally: Array.from({ length: 60 }, () => 0) }),
    system: 'public-order-system',
    leafId: id,
    leaf: leafOf(leaves),
    vault: vaultRow(id, 'disclosure', now),
  }
  released.push(entry)
  return store.release([entry], undefined)
}

function vaultRow(id: string, kind: VaultRow['kind'], now: number): VaultRow {
  return {
    id,
    kind,
    key: Buffer.alloc(32),
    sealed: Buffer.alloc(80),
    expiresAt: now + 86_400_000,
    tags: Array.from({ length: 4 }, () => randomBytes(16)),
  }
}

function settle(store: ExchangeStore, leaves: LeafWriter, released: ReleaseEntry[]): Promise<unknown> {
  const { id } = released.shift() ?? { id: '' }
  return store.settle([{ id, state: 'accepted', receipt: 'x'.repeat(200), leaf: leafOf(leaves) }])
}

function accept(store: ExchangeStore, leaves: LeafWriter): Promise<unknown> {
  const id = uuidv7(systemClock)
  const now = systemClock.now()
  const entry: AcceptEntry = {
    id,
    sha256: DIGEST,
    lane: 'lane',
    seq: 1,
    prev: 0,
    leafId: id,
    leaf: leafOf(leaves),
    receipt: 'x'.repeat(200),
    inbox: {
      resource: 'army.opord',
      version: '1.0.0',
      purpose: 'joint-planning',
      document: DOCUMENT,
      about: 'x'.repeat(1_500),
      receivedAt: now,
      deleteAt: now + 86_400_000,
      corrects: undefined,
    },
    vault: vaultRow(id, 'collection', now),
  }
  return store.accept({ peer: PEER, id: uuidv7(systemClock), issuedAt: now }, [entry])
}
