import fc from 'fast-check'
import type { Test as Tap } from 'tap'
import type {
  AcceptEntry,
  ExchangeStore,
  InboxEntry,
  OnceKey,
  ReleaseEntry,
  SettleEntry,
} from '../../src/delivery/delivery.ts'
import { type Clock, uuidv7 } from '../../src/kit/kit.ts'
import { growTree, type LedgerStore, leafHash, verifyInclusion } from '../../src/ledger/ledger.ts'
import { type AgencyId, isAgencyId } from '../../src/terms/terms.ts'

export type Store = ExchangeStore & LedgerStore

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  move(milliseconds: number): void
}

export function handClock(): HandClock {
  let now = Date.parse('2026-03-01T08:00:00Z')
  return {
    now: () => now,
    move(milliseconds) {
      now += milliseconds
    },
  }
}

export function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new Error(`not an agency id: ${text}`)
  return text
}

const ARMY = agency('army-1div')
const POLICE = agency('northshire-police')

export function releaseEntry(clock: Clock, change: Partial<ReleaseEntry> = {}): ReleaseEntry {
  const id = uuidv7(clock)
  return {
    id,
    peer: ARMY,
    lane: 'incident-7',
    manifest: `{"id":"${id}"}`,
    line: '{"salt":"x","document":{}}',
    precedence: 2,
    releasedAt: clock.now(),
    expiresAt: clock.now() + 60_000,
    trail: '{}',
    system: 'urn:concordat:agency:northshire-police:system:public-order',
    leafId: `leaf-of-${id}`,
    leaf: `{"decided":"${id}"}`,
    vault: undefined,
    ...change,
  }
}

export function inboxEntry(clock: Clock, change: Partial<InboxEntry> = {}): InboxEntry {
  return {
    resource: 'police.operation',
    version: '1',
    purpose: 'joint-planning',
    document: '{"plan":1}',
    about: '{}',
    receivedAt: clock.now(),
    deleteAt: undefined,
    corrects: undefined,
    ...change,
  }
}

export function acceptEntry(clock: Clock, change: Partial<AcceptEntry> = {}): AcceptEntry {
  const id = uuidv7(clock)
  return {
    id,
    sha256: 'a'.repeat(64),
    lane: 'incident-7',
    seq: 1,
    prev: 0,
    leafId: `leaf-of-${id}`,
    leaf: `{"accepted":"${id}"}`,
    receipt: `{"receipt":"${id}"}`,
    inbox: inboxEntry(clock),
    vault: undefined,
    ...change,
  }
}

function batch(clock: Clock) {
  return { peer: POLICE, id: uuidv7(clock), issuedAt: clock.now() }
}

function once(clock: Clock, change: Partial<OnceKey> = {}): OnceKey {
  return {
    scope: 'system-a POST /v1/exchanges',
    key: 'k1',
    fingerprint: 'f1',
    answer: '{"id":"first"}',
    expiresAt: clock.now() + 1000,
    ...change,
  }
}

function settled(id: string, state: SettleEntry['state'], leaf = `{"settled":"${id}"}`): SettleEntry {
  return { id, state, receipt: state === 'expired' ? undefined : `{"for":"${id}"}`, leaf }
}

const EVERYTHING = { resource: undefined, purposes: ['joint-planning', 'debrief'], after: 0, limit: 100 }

async function allLeaves(store: Store): Promise<readonly string[]> {
  return store.leaves(0, await store.size())
}

/** What every engine must do. Each test gets a new store. */
export function exchangeStoreSuite(
  tap: Pick<Tap, 'test'>,
  engine: string,
  open: (clock: Clock) => Promise<Store>,
): void {
  const test = (says: string, body: (tt: Tap, store: Store, clock: HandClock) => Promise<void>) =>
    tap.test(`${engine}: ${says}`, async tt => {
      const clock = handClock()
      await using store = await open(clock)
      await body(tt, store, clock)
    })
  releaseTests(test)
  settleTests(test)
  acceptTests(test)
  inboxTests(test)
  ledgerTests(test)
  void tap.test(`${engine}: random commands leave the counts and the tree as a model says`, tt =>
    randomTest(tt, open),
  )
}

type Test = (says: string, body: (tt: Tap, store: Store, clock: HandClock) => Promise<void>) => unknown

function releaseTests(test: Test): void {
  test('queues what is released, in order, numbered in its lane, with its leaf', async (tt, store, clock) => {
    const [one, two, other] = [
      releaseEntry(clock),
      releaseEntry(clock),
      releaseEntry(clock, { lane: 'other' }),
    ]
    const result = await store.release([one, two, other], undefined)
    tt.match(result, { kind: 'queued', rows: [{ seq: 1 }, { seq: 2 }, { seq: 1 }] })
    const waiting = await store.waiting(ARMY, 0, 10)
    tt.same(
      waiting.map(row => [row.id, row.seq, row.settled]),
      [
        [one.id, 1, 0],
        [two.id, 2, 0],
        [other.id, 1, 0],
      ],
    )
    const [first] = waiting
    tt.match(first, {
      lane: one.lane,
      manifest: one.manifest,
      line: one.line,
      leafId: one.leafId,
      precedence: 2,
    })
    tt.same(await store.waiting(ARMY, first?.row ?? 0, 1), waiting.slice(1, 2))
    tt.same(await store.waiting(POLICE, 0, 10), [])
    tt.same(await allLeaves(store), [one.leaf, two.leaf, other.leaf])
    tt.same(await store.backlog(ARMY), { exchanges: 3, oldestAt: one.releasedAt })
    tt.same(await store.backlog(POLICE), { exchanges: 0, oldestAt: undefined })
  })

  test('answers a repeated request from memory, refuses another body, forgets in time', async (tt, store, clock) => {
    const first = releaseEntry(clock)
    await store.release([first], once(clock))
    const again = await store.release([releaseEntry(clock)], once(clock, { answer: '{"id":"second"}' }))
    tt.same(again, { kind: 'repeated', answer: '{"id":"first"}' })
    tt.same(await store.release([releaseEntry(clock)], once(clock, { fingerprint: 'f2' })), {
      kind: 'mismatch',
    })
    tt.match(await store.release([releaseEntry(clock)], once(clock, { scope: 'system-b' })), {
      kind: 'queued',
    })
    tt.equal(await store.size(), 2, 'a repetition leaves no leaf')
    clock.move(1000)
    tt.match(await store.release([releaseEntry(clock)], once(clock)), { kind: 'queued' })
  })

  test('a release that cannot be carried out has no effect at all', async (tt, store, clock) => {
    const known = releaseEntry(clock)
    await store.release([known], undefined)
    const fresh = releaseEntry(clock)
    await tt.rejects(store.release([fresh, known], once(clock)))
    await tt.rejects(store.release([releaseEntry(clock, { leaf: 'x'.repeat(70_000) })], undefined))
    tt.equal(await store.sent(fresh.id), undefined)
    tt.equal(await store.size(), 1)
    tt.match(await store.release([fresh], once(clock)), { kind: 'queued', rows: [{ seq: 2 }] })
  })
}

function settleTests(test: Test): void {
  test('settling keeps the receipt, erases the line and moves the lane on', async (tt, store, clock) => {
    const [one, two, three] = [releaseEntry(clock), releaseEntry(clock), releaseEntry(clock)]
    await store.release([one, two, three], undefined)
    clock.move(5)
    await store.settle([settled(one.id, 'accepted'), settled(two.id, 'refused')])
    tt.match(await store.sent(one.id), {
      state: 'accepted',
      receipt: `{"for":"${one.id}"}`,
      settledAt: clock.now(),
    })
    tt.match(await store.sent(two.id), { state: 'refused', peer: ARMY, system: two.system, trail: '{}' })
    tt.same(
      (await store.waiting(ARMY, 0, 10)).map(row => [row.id, row.settled]),
      [[three.id, 2]],
    )
    tt.equal((await store.backlog(ARMY)).exchanges, 1)
    tt.equal(await store.size(), 5)
  })

  test('an expiry does not move the lane on: the peer has not seen that number', async (tt, store, clock) => {
    const [one, two] = [releaseEntry(clock), releaseEntry(clock)]
    await store.release([one, two], undefined)
    await store.settle([settled(one.id, 'expired')])
    tt.match(await store.sent(one.id), { state: 'expired', receipt: undefined })
    tt.match(await store.waiting(ARMY, 0, 10), [{ id: two.id, seq: 2, settled: 0 }])
  })

  test('what is no longer queued, or never was, is left as it is', async (tt, store, clock) => {
    const one = releaseEntry(clock)
    await store.release([one], undefined)
    await store.settle([settled(one.id, 'expired')])
    await store.settle([settled(one.id, 'accepted'), settled('nobody', 'accepted')])
    tt.match(await store.sent(one.id), { state: 'expired' })
    tt.equal(await store.size(), 2)
    tt.equal((await store.backlog(ARMY)).exchanges, 0)
  })
}

function acceptTests(test: Test): void {
  test('stores what a peer sent, with the refusals in between', async (tt, store, clock) => {
    const good = acceptEntry(clock)
    const refused = acceptEntry(clock, { inbox: undefined, seq: 2, prev: 1 })
    const result = await store.accept(batch(clock), [good, refused])
    tt.same(result, {
      kind: 'stored',
      outcomes: [
        { kind: 'stored', row: 1, corrected: false },
        { kind: 'stored', row: undefined, corrected: false },
      ],
    })
    tt.match(await store.sharedOne(good.id), {
      row: 1,
      peer: POLICE,
      leafId: good.leafId,
      document: '{"plan":1}',
    })
    tt.equal(await store.sharedOne(refused.id), undefined)
    tt.same(await allLeaves(store), [good.leaf, refused.leaf])
  })

  test('a batch that was seen has no effect, for a day', async (tt, store, clock) => {
    const seen = batch(clock)
    await store.accept(seen, [acceptEntry(clock)])
    tt.same(await store.accept(seen, [acceptEntry(clock, { seq: 2 })]), { kind: 'replayed' })
    tt.match(await store.accept({ ...seen, peer: ARMY }, []), { kind: 'stored' })
    clock.move(24 * 3_600_000)
    tt.match(await store.accept(seen, []), { kind: 'stored' })
    tt.equal(await store.size(), 1)
  })

  test('an exchange that comes again gets its receipt again, another under its id is a conflict', async (tt, store, clock) => {
    const one = acceptEntry(clock)
    await store.accept(batch(clock), [one])
    const again = { ...one, receipt: 'another', leaf: 'another' }
    const forged = { ...one, sha256: 'b'.repeat(64) }
    const result = await store.accept(batch(clock), [again, forged])
    tt.same(result, {
      kind: 'stored',
      outcomes: [{ kind: 'duplicate', receipt: one.receipt }, { kind: 'conflict' }],
    })
    const stranger = await store.accept({ ...batch(clock), peer: ARMY }, [one])
    tt.match(stranger, { outcomes: [{ kind: 'conflict' }] }, 'another peer cannot ask for it')
    tt.equal(await store.size(), 1)
  })

  test('a gap in a lane is named with the number last seen, and mended by what is missing', async (tt, store, clock) => {
    const [one, two, three] = [1, 2, 3].map(seq => acceptEntry(clock, { seq, prev: seq - 1 }))
    if (!one || !two || !three) throw new Error('three entries')
    tt.match(await store.accept(batch(clock), [two]), { outcomes: [{ kind: 'gap', expected: 0 }] })
    tt.match(await store.accept(batch(clock), [one, three]), {
      outcomes: [{ kind: 'stored' }, { kind: 'gap', expected: 1 }],
    })
    tt.match(await store.accept(batch(clock), [two, three]), {
      outcomes: [{ kind: 'stored' }, { kind: 'stored' }],
    })
    const skipped = acceptEntry(clock, { seq: 9, prev: 3 })
    tt.match(
      await store.accept(batch(clock), [skipped]),
      { outcomes: [{ kind: 'stored' }] },
      'numbers may be skipped',
    )
    const elsewhere = acceptEntry(clock, { lane: 'other', seq: 5, prev: 4 })
    tt.match(await store.accept(batch(clock), [elsewhere]), { outcomes: [{ kind: 'gap', expected: 0 }] })
  })
}

function inboxTests(test: Test): void {
  test('shares by purpose and resource, page by page', async (tt, store, clock) => {
    const kinds: [string, string][] = [
      ['police.operation', 'joint-planning'],
      ['police.operation', 'debrief'],
      ['police.incident', 'joint-planning'],
      ['police.operation', 'joint-planning'],
    ]
    const entries = kinds.map(([resource, purpose], index) =>
      acceptEntry(clock, { seq: index + 1, inbox: inboxEntry(clock, { resource, purpose }) }),
    )
    await store.accept(batch(clock), entries)
    const rows = async (change: object) =>
      (await store.shared({ ...EVERYTHING, ...change })).map(found => found.row)
    tt.same(await rows({}), [1, 2, 3, 4])
    tt.same(await rows({ purposes: ['joint-planning'] }), [1, 3, 4])
    tt.same(await rows({ purposes: ['joint-planning'], resource: 'police.operation' }), [1, 4])
    tt.same(await rows({ purposes: [] }), [])
    tt.same(await rows({ after: 1, limit: 2 }), [2, 3])
    tt.equal(await store.sharedEnd(), 4)
  })

  test('erases what is due, says how many in one leaf, and never reuses a row number', async (tt, store, clock) => {
    const due = (deleteAt: number | undefined, seq: number) =>
      acceptEntry(clock, { seq, inbox: inboxEntry(clock, { deleteAt }) })
    const entries = [
      due(clock.now() + 10, 1),
      due(undefined, 2),
      due(clock.now() + 20, 3),
      due(clock.now() + 10, 4),
    ]
    tt.equal(await store.sharedEnd(), 0)
    await store.accept(batch(clock), entries)
    const leaf = (count: number) => `{"erased":${count}}`
    tt.equal(await store.erase(clock.now(), leaf), 0)
    tt.equal(await store.size(), 4, 'nothing erased, no leaf')
    tt.equal(await store.erase(clock.now() + 10, leaf), 2)
    tt.same(await store.leaves(4, 9), ['{"erased":2}'])
    tt.same(
      (await store.shared(EVERYTHING)).map(found => found.row),
      [2, 3],
    )
    tt.equal(await store.erase(clock.now() + 20, leaf), 1)
    tt.equal(await store.sharedEnd(), 4)
    await store.accept(batch(clock), [due(undefined, 5)])
    tt.equal(await store.sharedEnd(), 5)
    const [first] = entries
    const again = first ? await store.accept(batch(clock), [first]) : undefined
    tt.match(again, { outcomes: [{ kind: 'duplicate' }] }, 'an erased exchange is still known')
  })

  test('a correction takes the place of an earlier document of the same peer, resource and purpose', async (tt, store, clock) => {
    const first = acceptEntry(clock)
    await store.accept(batch(clock), [first])
    const correction = (corrects: string, change: object = {}) =>
      acceptEntry(clock, { lane: uuidv7(clock), inbox: inboxEntry(clock, { corrects, ...change }) })
    const idle = [
      correction(first.id, { purpose: 'debrief' }),
      correction(first.id, { resource: 'police.incident' }),
      correction(uuidv7(clock)),
    ]
    tt.match(await store.accept(batch(clock), idle), {
      outcomes: idle.map(() => ({ kind: 'stored', corrected: false })),
    })
    tt.match(await store.accept({ ...batch(clock), peer: ARMY }, [correction(first.id)]), {
      outcomes: [{ corrected: false }],
    })
    tt.ok(await store.sharedOne(first.id), 'nobody else can take it away')
    const right = correction(first.id, { document: '{"plan":2}' })
    tt.match(await store.accept(batch(clock), [right]), { outcomes: [{ kind: 'stored', corrected: true }] })
    tt.equal(await store.sharedOne(first.id), undefined)
    tt.match(await store.sharedOne(right.id), { document: '{"plan":2}' })
    tt.match(await store.accept(batch(clock), [first]), { outcomes: [{ kind: 'duplicate' }] })
  })

  test('remembers the highest revision of an agreement', async (tt, store) => {
    tt.equal(await store.revision('joint'), undefined)
    await store.rememberRevision('joint', 3, 'sha256:c')
    await store.rememberRevision('joint', 2, 'sha256:b')
    await store.rememberRevision('joint', 3, 'sha256:other')
    tt.same(await store.revision('joint'), { revision: 3, digest: 'sha256:c' })
    await store.rememberRevision('joint', 4, 'sha256:d')
    tt.same(await store.revision('joint'), { revision: 4, digest: 'sha256:d' })
  })
}

function ledgerTests(test: Test): void {
  test('notes leaves in the order given and hashes them into the tree', async (tt, store) => {
    const leaves = Array.from({ length: 600 }, (_, at) => `{"n":${at},"sign":"ß–✓"}`)
    await Promise.all([store.note(leaves.slice(0, 300)), store.note(leaves.slice(300))])
    const tiles: Buffer[] = []
    const tree = growTree(0, [], tile => tiles.push(tile.hashes))
    for (const leaf of leaves) tree.append(leafHash(leaf))
    tt.same(await allLeaves(store), leaves)
    const head = await store.head()
    tt.equal(head.size, 600)
    tt.ok(Buffer.from(tree.root()).equals(head.root))
    tt.ok(tiles[1]?.equals((await store.tile(0, 1)) ?? new Uint8Array()))
    tt.equal(await store.tile(0, 2), undefined, 'not full yet')
    tt.equal(await store.tile(1, 0), undefined)
  })

  test('keeps only checkpoints that are true and larger than the last', async (tt, store) => {
    tt.equal(await store.latestCheckpoint(), undefined)
    await store.note(['a', 'b', 'c'])
    const head = await store.head()
    const signed = { ...head, note: 'note', vkey: 'vkey', at: 5 }
    await tt.rejects(store.saveCheckpoint({ ...signed, size: 4 }), /larger than the ledger/)
    await tt.rejects(store.saveCheckpoint({ ...signed, root: Buffer.alloc(32) }), /another root/)
    await tt.rejects(store.saveCheckpoint({ ...signed, size: 2 }), /another root/)
    await store.note(['d'])
    await store.saveCheckpoint(signed)
    await tt.rejects(store.saveCheckpoint(signed), /kept already/)
    const kept = await store.latestCheckpoint()
    tt.match(kept, { size: 3, note: 'note', vkey: 'vkey', at: 5 })
    tt.ok(Buffer.from(head.root).equals(kept?.root ?? new Uint8Array()))
  })

  test('gives every checkpoint, and the proof that a leaf is under one', async (tt, store) => {
    const sizes = [3, 260, 300]
    const texts = Array.from({ length: 300 }, (_, at) => `leaf ${at}`)
    for (const [at, size] of sizes.entries()) {
      await store.note(texts.slice(sizes[at - 1] ?? 0, size))
      await store.saveCheckpoint({ ...(await store.head()), note: `note ${size}`, vkey: 'vkey', at: size })
    }
    const found = async (after: number, limit: number) =>
      (await store.checkpoints(after, limit)).map(({ size, note }) => [size, note])
    tt.same(await found(-1, 9), [
      [3, 'note 3'],
      [260, 'note 260'],
      [300, 'note 300'],
    ])
    tt.same(await found(3, 1), [[260, 'note 260']])
    tt.same(await found(300, 9), [])
    for (const { size, root } of await store.checkpoints(0, 9))
      for (const index of [0, 2, 255, 256, 299].filter(leaf => leaf < size)) {
        const claim = { leafHash: leafHash(`leaf ${index}`), index, size, root }
        tt.ok(verifyInclusion(claim, await store.inclusion(index, size)), `leaf ${index} of ${size}`)
      }
    await tt.rejects(store.inclusion(300, 300))
    await tt.rejects(store.inclusion(0, 301))
  })
}

/** Commands at random against a few lines of model: states by id, leaves by count. */
async function randomTest(tt: Tap, open: (clock: Clock) => Promise<Store>): Promise<void> {
  const step = fc.record({
    act: fc.constantFrom('release', 'settle', 'expire', 'note', 'accept'),
    at: fc.nat(20),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const clock = handClock()
      await using store = await open(clock)
      const states: { id: string; state: string }[] = []
      let leaves = 0
      for (const { act, at } of steps) {
        const target = states[at % Math.max(states.length, 1)]
        if (act === 'release') {
          const entry = releaseEntry(clock)
          await store.release([entry], undefined)
          states.push({ id: entry.id, state: 'queued' })
          leaves += 1
        } else if (act === 'note') {
          await store.note(Array.from({ length: at }, (_, n) => `note ${n}`))
          leaves += at
        } else if (act === 'accept') {
          const { outcomes } = {
            outcomes: [],
            ...(await store.accept(batch(clock), [acceptEntry(clock, { prev: at % 2 })])),
          }
          leaves += outcomes.filter((outcome: { kind: string }) => outcome.kind === 'stored').length
        } else if (target) {
          const next = act === 'settle' ? 'accepted' : 'expired'
          await store.settle([settled(target.id, next)])
          if (target.state === 'queued') {
            target.state = next
            leaves += 1
          }
        }
      }
      const head = await store.head()
      const tree = growTree(0, [], () => {})
      for (const leaf of await allLeaves(store)) tree.append(leafHash(leaf))
      const queued = states.filter(one => one.state === 'queued')
      if (head.size !== leaves || !Buffer.from(tree.root()).equals(head.root)) return false
      for (const { id, state } of states) if ((await store.sent(id))?.state !== state) return false
      if ((await store.backlog(ARMY)).exchanges !== queued.length) return false
      return (
        (await store.waiting(ARMY, 0, 100)).map(row => row.id).join() === queued.map(one => one.id).join()
      )
    }),
    { numRuns: 15 },
  )
  tt.pass('fifteen runs')
}
