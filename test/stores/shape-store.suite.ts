import type { Test as Tap } from 'tap'
import {
  dayOf,
  type ExchangeStore,
  MOST_SHAPES,
  oldestShapeDay,
  type ShapeEntry,
  type ShapeStore,
} from '../../src/delivery/delivery.ts'
import type { Clock } from '../../src/kit/kit.ts'
import type { LedgerStore } from '../../src/ledger/ledger.ts'
import { handClock } from './exchange-store.suite.ts'

type Store = ShapeStore & ExchangeStore & LedgerStore

const DAY_MS = 86_400_000

function entry(change: Partial<ShapeEntry> = {}): ShapeEntry {
  return {
    digest: 'sha256:a',
    agreement: 'a.to.b',
    revision: 1,
    resource: 'police.operation',
    purpose: 'joint-planning',
    text: '{"shape":1}',
    count: 1,
    day: '2026-03-01',
    ...change,
  }
}

/** What every engine owes to the port of shapes. */
export function shapeStoreSuite(t: Tap, engine: string, open: (clock: Clock) => Promise<Store>): void {
  const all = { agreement: 'a.to.b', since: '2000-01-01', limit: 100 }

  void t.test(`${engine}: documents of one shape are counted in one row`, async tt => {
    await using store = await open(handClock())
    tt.same(await store.shapes(all), [])
    await store.addShapes([entry({ count: 3 }), entry({ digest: 'sha256:b', day: '2026-03-02' })])
    await store.addShapes([entry({ count: 4, day: '2026-02-27' }), entry({ day: '2026-03-05' })])
    tt.same(await store.shapes(all), [
      { ...rowOf(entry({ count: 8 })), firstDay: '2026-02-27', lastDay: '2026-03-05' },
      { ...rowOf(entry({ digest: 'sha256:b' })), firstDay: '2026-03-02', lastDay: '2026-03-02' },
    ])
    tt.equal(await store.size(), 0, 'shapes are not in the ledger')
    await store.addShapes([])
  })

  void t.test(`${engine}: shapes are found by agreement and by when they were last seen`, async tt => {
    await using store = await open(handClock())
    const days = ['2026-03-01', '2026-03-02', '2026-03-03']
    await store.addShapes(days.map(day => entry({ digest: `sha256:${day}`, day })))
    await store.addShapes([entry({ digest: 'sha256:other', agreement: 'b.to.a', day: '2026-03-03' })])
    const found = async (change: Partial<typeof all>) =>
      (await store.shapes({ ...all, ...change })).map(({ lastDay }) => lastDay)
    tt.same(await found({}), days.toReversed())
    tt.same(await found({ since: '2026-03-02' }), ['2026-03-03', '2026-03-02'])
    tt.same(await found({ limit: 1 }), ['2026-03-03'])
    tt.same(await found({ agreement: 'b.to.a' }), ['2026-03-03'])
    tt.same(await found({ agreement: 'nobody' }), [])
  })

  void t.test(`${engine}: what was not seen for 400 days goes with the erasure, without a leaf`, async tt => {
    const clock = handClock()
    await using store = await open(clock)
    const now = clock.now()
    const days = [399, 400, 401].map(days => dayOf(now - days * DAY_MS))
    tt.equal(oldestShapeDay(now), days[1])
    await store.addShapes(days.map(day => entry({ digest: `sha256:${day}`, day })))
    tt.equal(await store.erase(now, () => 'leaf'), 0)
    tt.same(
      (await store.shapes(all)).map(({ lastDay }) => lastDay),
      days.slice(0, 2),
    )
    tt.equal(await store.size(), 0)
  })

  void t.test(`${engine}: no more shapes are kept than there is room for`, async tt => {
    const clock = handClock()
    await using store = await open(clock)
    const day = (at: number) => dayOf(clock.now() - at * DAY_MS)
    const entries = Array.from({ length: MOST_SHAPES + 3 }, (_, at) =>
      entry({ digest: `sha256:${at}`, day: day(at < 3 ? 9 : 1) }),
    )
    await store.addShapes(entries)
    await store.erase(clock.now(), () => 'leaf')
    const kept = await store.shapes({ ...all, limit: MOST_SHAPES * 2 })
    tt.equal(kept.length, MOST_SHAPES)
    tt.ok(
      kept.every(({ lastDay }) => lastDay === day(1)),
      'those that were not seen for longest go first',
    )
  })
}

function rowOf({ day: _day, ...entry }: ShapeEntry): Omit<ShapeEntry, 'day'> {
  return entry
}
