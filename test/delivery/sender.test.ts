import fc from 'fast-check'
import t from 'tap'
import { type Sender, startRetention, type WaitingRow } from '../../src/delivery/delivery.ts'
import { systemClock } from '../../src/kit/kit.ts'
import { LinkFault } from '../../src/links/links.ts'
import {
  ARMY,
  answerLost,
  cut,
  open,
  settled,
  TwoStores,
  takeTime,
  turnedAway,
  type Way,
} from './two-stores.ts'

const ids = (rows: readonly { readonly id: string }[]) => rows.map(row => row.id)

/** Releases and tells the sender, as the walk does. */
async function push(
  house: TwoStores,
  sender: Sender,
  ...lanes: readonly string[]
): Promise<readonly WaitingRow[]> {
  const rows = await house.release(...lanes.map(lane => ({ lane })))
  sender.offer(rows)
  await settled()
  return rows
}

async function states(
  house: TwoStores,
  rows: readonly WaitingRow[],
): Promise<readonly (string | undefined)[]> {
  return Promise.all(rows.map(async row => (await house.police.sent(row.id))?.state))
}

void t.test('what is released arrives, and its end is durable on both sides', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  const rows = await push(house, sender, 'a', 'a', 'b')
  t.same(await house.inbox(), ids(rows))
  t.same(await states(house, rows), ['accepted', 'accepted', 'accepted'])
  t.same(ids(house.ends), ids(rows), 'each end is told once')
  t.equal(sender.waiting, 0)
  t.equal((await house.police.backlog(ARMY)).exchanges, 0)
  t.equal((await house.police.head()).size, 6, 'a leaf for each decision and each end')
})

void t.test('a cut link delays and loses nothing', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  house.way = cut
  const rows = await push(house, sender, 'a', 'b', 'a')
  t.same(await house.inbox(), [])
  t.equal(sender.waiting, 3)
  for (let minute = 0; minute < 60; minute++) await time.move(60_000)
  const tries = house.batches.length
  t.ok(tries > 10 && tries < 60, `${tries} tries in an hour`)
  house.way = open
  sender.hurry()
  await settled()
  t.same([...(await house.inbox())].toSorted(), ids(rows).toSorted())
  t.same(await states(house, rows), ['accepted', 'accepted', 'accepted'])
  t.notOk(house.events.includes('send-fault'), 'a cut link is no fault of ours')
})

void t.test('what may not leave waits in its lane and holds up nobody else', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  house.held.add('a')
  await using sender = house.startSender()
  const rows = await push(house, sender, 'a', 'b', 'a')
  t.same(await states(house, rows), ['queued', 'accepted', 'queued'])
  await time.move(5_000)
  t.same(await states(house, rows), ['queued', 'accepted', 'queued'], 'however often it is looked at')
  t.equal(house.batches.length, 1, 'nothing of it was sent')
  house.held.delete('a')
  sender.hurry()
  await settled()
  t.same(await states(house, rows), ['accepted', 'accepted', 'accepted'])
})

void t.test('what may never leave again is given up at once, and the rest of its lane goes', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  for (const one of ['a 1', 'a 2', 'b 2']) house.over.add(one)
  await using sender = house.startSender()
  const rows = await push(house, sender, 'a', 'a', 'a', 'b', 'b', 'b')
  await settled()
  t.same(await states(house, rows), ['expired', 'expired', 'accepted', 'accepted', 'expired', 'accepted'])
  const gone = [0, 1, 4].map(at => rows[at]?.id ?? '')
  t.notOk(
    house.batches.flat().some(id => gone.includes(id)),
    'nothing of it was sent',
  )
  t.equal(sender.waiting, 0)
})

void t.test('what may never leave again stays where its end cannot be recorded', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  house.over.add('a 1')
  house.storeFails = true
  await using sender = house.startSender()
  const rows = await push(house, sender, 'a', 'a')
  await time.move(3_000)
  t.same(await states(house, rows), ['queued', 'queued'])
  t.ok(house.events.length < 10, `it was tried ${house.events.length} times`)
  house.storeFails = false
  await time.move(2_000)
  await settled()
  t.same(await states(house, rows), ['expired', 'accepted'])
})

void t.test('a lost answer gives the same receipt again and no second document', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  house.way = answerLost
  const rows = await push(house, sender, 'a', 'a')
  t.same(await states(house, rows), ['queued', 'queued'])
  house.way = open
  await time.move(60_000)
  t.same(await states(house, rows), ['accepted', 'accepted'])
  t.same(await house.inbox(), ids(rows))
  t.equal((await house.army.head()).size, 2, 'accepted once each')
})

void t.test('a peer that asks us to wait is not asked again before', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  house.way = turnedAway(503, 30)
  const rows = await push(house, sender, 'a', 'b')
  t.equal(house.batches.length, 1)
  house.way = open
  await time.move(29_999)
  t.equal(house.batches.length, 1)
  await time.move(1)
  t.same(house.batches.slice(1), [ids(rows)], 'then together: the peer was busy, no exchange is to blame')
  t.same(await states(house, rows), ['accepted', 'accepted'])
})

void t.test('while one lane waits, another goes', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  house.way = turnedAway(503, 30)
  await push(house, sender, 'a')
  house.way = open
  const [b] = await push(house, sender, 'b')
  const [a] = await push(house, sender, 'a')
  t.same(await house.inbox(), [b?.id], 'the second of lane a waits behind the first')
  await time.move(30_000)
  t.equal((await house.inbox()).at(-1), a?.id)
})

void t.test(
  'an exchange that spoils its batch travels alone and holds up its own lane only, until it expires',
  async t => {
    const time = takeTime()
    t.teardown(time.release)
    const house = new TwoStores()
    await using sender = house.startSender()
    const rows = await house.release(
      { lane: 'a' },
      { lane: 'b', timeToLiveMs: 600_000 },
      { lane: 'b' },
      { lane: 'c' },
    )
    const [a = '', poison = '', b = '', c = ''] = ids(rows)
    house.way = (manifests, deliver) =>
      manifests.some(manifest => manifest.id === poison)
        ? turnedAway(400, undefined)(manifests, deliver)
        : deliver()
    sender.offer(rows)
    await time.move(60_000)
    t.same([...(await house.inbox())].toSorted(), [a, c].toSorted())
    t.same(await states(house, rows), ['accepted', 'queued', 'queued', 'accepted'])
    for (let minute = 0; minute < 15; minute++) await time.move(60_000)
    t.same(await states(house, rows), ['accepted', 'expired', 'accepted', 'accepted'])
    t.equal((await house.inbox()).at(-1), b, 'the gap does not stop what follows')
    t.ok(house.events.includes('batch-turned-away'))
  },
)

void t.test('after a restart the rest goes on, in order', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  house.way = answerLost
  const first = house.startSender()
  const rows = await push(house, first, 'a', 'a')
  await first[Symbol.asyncDispose]()
  const late = await house.release({ lane: 'a' }, { lane: 'b' })
  house.way = open
  const before = house.batches.length
  await time.move(600_000)
  t.equal(house.batches.length, before, 'a sender that was closed is silent')
  await using second = house.startSender()
  await settled()
  t.same(await house.inbox(), ids([...rows, ...late]))
  t.same(await states(house, [...rows, ...late]), Array(4).fill('accepted'))
  t.equal(second.waiting, 0)
})

void t.test(
  'an exchange past its time to live is given up, with a leaf, and the peer is not blamed for it',
  async t => {
    const time = takeTime()
    t.teardown(time.release)
    const house = new TwoStores()
    await using sender = house.startSender()
    house.way = cut
    const rows = await house.release({ lane: 'a', timeToLiveMs: 60_000 }, { lane: 'a' })
    sender.offer(rows)
    for (let minute = 0; minute < 10; minute++) await time.move(60_000)
    t.same(await states(house, rows), ['expired', 'queued'])
    t.match(house.ends, [{ id: rows[0]?.id, state: 'expired', receipt: undefined }])
    house.way = open
    await time.move(300_000)
    t.same(await house.inbox(), [rows[1]?.id])
  },
)

void t.test('what is released while the outbox is being read is not forgotten', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  const gate = Promise.withResolvers<void>()
  house.reading = gate.promise
  const before = await house.release({ lane: 'a' })
  await using sender = house.startSender()
  await settled()
  const rows = [...before, ...(await push(house, sender, 'a', 'b'))]
  t.same(await house.inbox(), [])
  gate.resolve()
  await settled()
  t.same(await house.inbox(), ids(rows))
})

void t.test('where the store takes no answer, the exchange goes again until it does', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  house.storeFails = true
  const rows = await house.release({ lane: 'a' }, { lane: 'b', timeToLiveMs: 90_000 })
  sender.offer(rows)
  await time.move(60_000)
  t.same(await states(house, rows), ['queued', 'queued'])
  t.same(house.ends, [], 'what is not durable is not told')
  t.ok(house.events.includes('settle-fault'))
  house.way = cut
  await time.move(60_000)
  t.ok(house.events.includes('sender-fault'), 'giving up needs the store too')
  house.storeFails = false
  house.way = open
  for (let minute = 0; minute < 5; minute++) await time.move(60_000)
  t.equal(sender.waiting, 0)
  t.equal((await states(house, rows))[0], 'accepted')
  t.equal(new Set(await house.inbox()).size, (await house.inbox()).length)
})

void t.test(
  'a batch that cannot be made, or an answer that cannot be read, does not stop the sender',
  async t => {
    const time = takeTime()
    t.teardown(time.release)
    const house = new TwoStores()
    await using sender = house.startSender()
    house.sealFails = true
    const rows = await push(house, sender, 'a', 'b')
    t.ok(house.events.includes('send-fault'))
    house.sealFails = false
    house.way = async () => ({
      status: 200,
      body: Buffer.from('no receipts'),
      retryAfterSeconds: undefined,
      link: 'fibre',
    })
    await time.move(60_000)
    t.ok(house.events.includes('receipts-unreadable'))
    t.same(await states(house, rows), ['queued', 'queued'])
    house.way = open
    await time.move(300_000)
    t.same(await states(house, rows), ['accepted', 'accepted'])
  },
)

void t.test('a long outage costs disk, not memory, and ends in order', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  await settled()
  house.way = cut
  const released: WaitingRow[] = []
  let most = 0
  for (let part = 0; part < 42; part++) {
    const rows = await house.release(
      ...Array.from({ length: 500 }, (_, index) => ({ lane: `lane-${index % 40}` })),
    )
    sender.offer(rows)
    released.push(...rows)
    most = Math.max(most, sender.inMemory)
  }
  t.equal(released.length, 21_000)
  t.equal(sender.waiting, 21_000, 'all of them are known to wait')
  t.ok(most <= 20_000, `${most} in memory at most`)
  house.way = open
  for (let minute = 0; minute < 20 && (await house.police.backlog(ARMY)).exchanges > 0; minute++)
    await time.move(60_000)
  const arrived = await house.inbox()
  t.equal(arrived.length, released.length)
  const laneOf = new Map(released.map(row => [row.id, row.lane]))
  const seqOf = new Map(released.map(row => [row.id, row.seq]))
  const last = new Map<string, number>()
  const wrong = arrived.filter(id => {
    const [lane, seq] = [laneOf.get(id) ?? '', seqOf.get(id) ?? 0]
    const expected = (last.get(lane) ?? 0) + 1
    last.set(lane, seq)
    return seq !== expected
  })
  t.same(wrong, [], 'no exchange is out of order, lost or doubled')
})

/** One fault for each letter; what they do to a batch. */
const faults: Readonly<Record<string, Way>> = {
  cut,
  answerLost,
  busy: turnedAway(503, 2),
  tooMany: turnedAway(429, 1),
  malformed: turnedAway(400, undefined),
  open,
  garbage: async () => ({ status: 200, body: Buffer.from('x'), retryAfterSeconds: undefined, link: 'fibre' }),
  /** The line dies while the answer is on its way. */
  late: async (_manifests, deliver) => {
    await deliver()
    await settled()
    throw new LinkFault('fibre', new Error('reset'))
  },
}

void t.test('whatever the link does, each exchange arrives once and in the order of its lane', async t => {
  const step = fc.record({
    way: fc.constantFrom(...Object.keys(faults)),
    lanes: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }),
    restart: fc.boolean(),
    wait: fc.nat(20_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async steps => {
      const time = takeTime()
      try {
        const house = new TwoStores()
        let sender = house.startSender()
        const released: WaitingRow[] = []
        for (const { way, lanes, restart, wait } of steps) {
          house.way = faults[way] ?? open
          released.push(...(await push(house, sender, ...lanes)))
          await time.move(wait)
          if (!restart) continue
          await sender[Symbol.asyncDispose]()
          sender = house.startSender()
        }
        house.way = open
        for (let minute = 0; minute < 10; minute++) await time.move(60_000)
        await sender[Symbol.asyncDispose]()
        const arrived = await house.inbox()
        for (const lane of ['a', 'b', 'c']) {
          const mine = ids(released.filter(row => row.lane === lane))
          const theirs = arrived.filter(id => mine.includes(id))
          if (mine.join() !== theirs.join()) throw new Error(`lane ${lane} arrived otherwise`)
        }
        return (await states(house, released)).every(state => state === 'accepted')
      } finally {
        time.release()
      }
    }),
    { numRuns: 60 },
  )
  t.pass('in 60 histories')
})

void t.test('what must be deleted is gone within a minute of its time, and a leaf counts it', async t => {
  const time = takeTime()
  t.teardown(time.release)
  const house = new TwoStores()
  await using sender = house.startSender()
  const rows = await push(house, sender, 'a', 'b', 'c')
  t.equal(rows.length, 3)
  const erased: number[] = []
  const store = { erase: (now: number, leaf: (count: number) => string) => house.army.erase(now, leaf) }
  const log = { info() {}, warn() {}, error: (_event: string, fault: unknown) => t.fail(String(fault)) }
  const leaf = (count: number) => {
    erased.push(count)
    return `{"erased":${count}}`
  }
  await using _retention = startRetention({ store, clock: systemClock, log, leaf, vault: async () => 0 })
  await time.move(120_000)
  t.same(erased, [], 'nothing was due')
  const due = { deleteAt: systemClock.now() + 90_000 }
  await house.deliver(due, due, { deleteAt: undefined })
  await time.move(60_000)
  t.equal((await house.inbox()).length, 6)
  await time.move(60_000)
  t.equal((await house.inbox()).length, 4)
  t.same(erased, [2])
})
