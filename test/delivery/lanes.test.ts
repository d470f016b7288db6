import fc from 'fast-check'
import t from 'tap'
import { matchReceipts } from '../../src/delivery/answers.ts'
import { backoffMs } from '../../src/delivery/backoff.ts'
import type { WaitingRow } from '../../src/delivery/delivery.ts'
import { Lanes, type Picked } from '../../src/delivery/lanes.ts'
import { digestOf } from '../../src/kit/kit.ts'
import type { Receipt } from '../../src/seal/seal.ts'

const ROUTINE = 3
const FLASH = 0
const plenty = { count: 100, bytes: 1_000_000 }

/** A row named by its lane and number: `a2` is the second of lane a. */
function row(name: string, change: Partial<WaitingRow> = {}): WaitingRow {
  const seq = Number(name.slice(1))
  return {
    row: seq,
    id: name,
    lane: name.slice(0, 1),
    seq,
    settled: 0,
    manifest: '{}',
    line: 'x'.repeat(100),
    precedence: ROUTINE,
    releasedAt: 0,
    expiresAt: 1_000_000,
    leafId: `leaf-${name}`,
    ...change,
  }
}

function lanesOf(...rows: readonly (string | WaitingRow)[]): Lanes {
  const lanes = new Lanes()
  for (const one of rows) lanes.add(typeof one === 'string' ? row(one) : one)
  return lanes
}

const ids = (picked: readonly Picked[]) => picked.map(one => one.row.id)

void t.test('a lane keeps its order, and each exchange names the one before it', t => {
  const lanes = lanesOf('a1', 'b1', 'a2', 'a3', row('b2'))
  const picked = lanes.take(0, plenty)
  t.same(ids(picked), ['a1', 'a2', 'a3', 'b1', 'b2'])
  t.same(
    picked.map(one => one.prev),
    [0, 1, 2, 0, 1],
  )
  t.equal(lanes.size, 5, 'they stay until the peer has answered')
  t.end()
})

void t.test('only one batch at a time carries exchanges of a lane', t => {
  const lanes = lanesOf('a1', 'a2')
  t.same(ids(lanes.take(0, { ...plenty, count: 1 })), ['a1'])
  lanes.add(row('a3', { precedence: FLASH }))
  lanes.add(row('b1'))
  t.same(ids(lanes.take(0, plenty)), ['b1'])
  t.same(lanes.take(0, plenty), [])
  lanes.settle('a', new Set(['a1']))
  const picked = lanes.take(0, plenty)
  t.same(ids(picked), ['a2', 'a3'])
  t.equal(picked[0]?.prev, 1, 'the answered number is the one before')
  t.end()
})

void t.test('a row that waits already is not added twice', t => {
  const lanes = lanesOf('a1', 'a1')
  lanes.take(0, plenty)
  lanes.add(row('a1'))
  t.equal(lanes.size, 1)
  lanes.settle('a', new Set(['a1']))
  t.equal(lanes.size, 0)
  t.same(lanes.take(0, plenty), [])
  t.end()
})

void t.test('urgent lanes go first, and what stands before an urgent exchange goes with it', t => {
  const lanes = lanesOf('a1', 'b1', row('c1', { precedence: 1 }), row('b2', { precedence: FLASH }))
  t.same(ids(lanes.take(0, plenty)), ['b1', 'b2', 'c1', 'a1'])
  t.end()
})

void t.test('urgency ends when the urgent exchange is answered', t => {
  const lanes = lanesOf(row('a1', { precedence: FLASH }), 'a2', row('b1', { precedence: 2 }))
  lanes.take(0, { ...plenty, count: 1 })
  lanes.settle('a', new Set(['a1']))
  t.same(ids(lanes.take(0, plenty)), ['b1', 'a2'])
  t.end()
})

void t.test('a lane that waits for its next try does not hold up the others', t => {
  const lanes = lanesOf(row('a1', { precedence: FLASH }), 'b1')
  t.same(ids(lanes.take(0, { ...plenty, count: 1 })), ['a1'])
  lanes.putOff('a', attempt => 1_000 * attempt, false)
  t.same(ids(lanes.take(999, plenty)), ['b1'])
  t.equal(lanes.nextTry(), 1_000)
  t.same(ids(lanes.take(1_000, plenty)), ['a1'])
  lanes.putOff('a', attempt => 1_000 * attempt, false)
  t.equal(lanes.nextTry(), 2_000, 'failures in a row are counted')
  lanes.hurry()
  t.same(ids(lanes.take(0, plenty)), ['a1'], 'a way that opens ends the wait')
  t.end()
})

void t.test('what was turned away as a batch travels alone until the peer answers for it', t => {
  const lanes = lanesOf('a1', 'a2', 'b1', 'c1')
  t.same(ids(lanes.take(0, { ...plenty, count: 3 })), ['a1', 'a2', 'b1'])
  lanes.putOff('a', () => 0, true)
  lanes.putOff('b', () => 0, true)
  const batches = [lanes.take(0, plenty), lanes.take(0, plenty), lanes.take(0, plenty)].map(ids)
  t.same(batches, [['c1'], ['a1'], ['b1']], 'each by itself, after what was not turned away')
  lanes.settle('a', new Set(['a1']))
  lanes.add(row('a3'))
  lanes.add(row('d1'))
  t.same(ids(lanes.take(0, plenty)), ['a2', 'a3', 'd1'], 'then with the others again')
  t.end()
})

void t.test('a batch ends at its bounds, yet one large exchange goes', t => {
  const lanes = lanesOf('a1', 'a2', 'a3', 'b1', 'c1')
  t.same(ids(lanes.take(0, { count: 100, bytes: 250 })), ['a1', 'a2', 'b1'], 'at most one line beyond')
  t.same(ids(lanesOf('a1', 'b1', 'c1').take(0, { count: 2, bytes: 1_000 })), ['a1', 'b1'])
  t.same(ids(lanesOf(row('a1', { line: 'x'.repeat(5_000) }), 'a2').take(0, { count: 9, bytes: 250 })), ['a1'])
  t.end()
})

void t.test('only what no batch carries expires, from the head of its lane', t => {
  const lanes = lanesOf(
    row('a1', { expiresAt: 10 }),
    row('a2', { expiresAt: 99 }),
    row('a3', { expiresAt: 10 }),
    row('b1', { expiresAt: 10 }),
  )
  t.same(lanes.takeExpired(9), [])
  t.same(ids(lanes.take(0, { ...plenty, count: 1 })), ['a1'])
  t.same(
    lanes.takeExpired(10).map(one => one.id),
    ['b1'],
    'a batch may still bring an answer for a1',
  )
  lanes.drop('b', new Set(['b1']))
  lanes.putOff('a', () => 0, false)
  t.same(
    lanes.takeExpired(10).map(one => one.id),
    ['a1'],
    'a3 stands behind one that has not expired',
  )
  t.same(lanes.take(10, plenty), [], 'a lane with an exchange that is being given up waits')
  t.same(lanes.takeExpired(10), [], 'and nothing is given up twice')
  lanes.drop('a', new Set(['a1']))
  const picked = lanes.take(10, plenty)
  t.same(ids(picked), ['a2', 'a3'])
  t.equal(picked[0]?.prev, 0, 'the peer has not seen the number that expired')
  t.end()
})

void t.test('whatever happens, nothing is lost, doubled or out of order', t => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('add' as const),
      lane: fc.constantFrom(...'abcd'.split('')),
      precedence: fc.nat(3),
    }),
    fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('settle' as const), part: fc.integer({ min: 0, max: 4 }) }),
    fc.record({ kind: fc.constant('fail' as const), wait: fc.nat(50), alone: fc.boolean() }),
    fc.record({ kind: fc.constant('pass' as const), time: fc.nat(60) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const lanes = new Lanes()
      const released = new Map<string, number>()
      const answered = new Map<string, number>()
      const flying: Picked[][] = []
      let now = 0
      const fly = (count: number) => {
        const picked = lanes.take(now, { ...plenty, count })
        if (picked.length > 0) flying.push(picked)
        return picked.length
      }
      /** The peer answers for the first exchanges of each lane of the oldest batch; the others go again. */
      const answer = (part: number) => {
        const batch = flying.shift() ?? []
        for (const lane of new Set(batch.map(one => one.row.lane))) {
          const mine = batch.filter(one => one.row.lane === lane)
          const first = mine.slice(0, part)
          for (const { row: at, prev } of first) {
            if (at.seq !== (answered.get(lane) ?? 0) + 1 || prev !== at.seq - 1)
              throw new Error('out of order')
            answered.set(lane, at.seq)
          }
          if (first.length > 0) lanes.settle(lane, new Set(ids(first)))
          if (first.length < mine.length) lanes.putOff(lane, () => now, false)
        }
      }
      for (const one of steps) {
        switch (one.kind) {
          case 'add': {
            const seq = (released.get(one.lane) ?? 0) + 1
            released.set(one.lane, seq)
            lanes.add(
              row(`${one.lane}${seq}`, { precedence: one.precedence, settled: answered.get(one.lane) ?? 0 }),
            )
            break
          }
          case 'take':
            fly(one.count)
            break
          case 'settle':
            answer(one.part)
            break
          case 'fail':
            for (const lane of new Set((flying.shift() ?? []).map(picked => picked.row.lane)))
              lanes.putOff(lane, () => now + one.wait, one.alone)
            break
          case 'pass':
            now += one.time
        }
        const carried = flying.map(batch => new Set(batch.map(picked => picked.row.lane)))
        if (
          carried.reduce((sum, batch) => sum + batch.size, 0) !==
          new Set(carried.flatMap(batch => [...batch])).size
        )
          throw new Error('a lane flies twice')
      }
      now = 1_000_000
      while (flying.length > 0 || fly(plenty.count) > 0) answer(plenty.count)
      return lanes.size === 0 && [...released].every(([lane, last]) => answered.get(lane) === last)
    }),
    { numRuns: 500 },
  )
  t.pass('in 500 histories')
  t.end()
})

const digest = (id: string) => digestOf(id)
const receipt = (id: string, change: Partial<Pick<Receipt, 'outcome' | 'sha256'>> = {}): Receipt =>
  ({ id, sha256: digest(id), outcome: 'accepted', code: 'x', leaf: 'leaf', at: 0, ...change }) as Receipt

function match(sent: readonly string[], receipts: readonly Receipt[]) {
  const picked = sent.map(name => ({ row: row(name), prev: 0 }))
  const { settled, again } = matchReceipts(picked, receipts, one => digest(one.row.id))
  return { settled: settled.map(one => one.picked.row.id), again: ids(again) }
}

void t.test('a receipt counts for the very document that was sent', t => {
  t.same(match(['a1', 'b1'], [receipt('b1'), receipt('a1')]), { settled: ['a1', 'b1'], again: [] })
  t.same(match(['a1'], [receipt('a1', { outcome: 'refused' })]), { settled: ['a1'], again: [] })
  t.same(match(['a1'], [receipt('a1', { sha256: digest('other') })]), { settled: [], again: ['a1'] })
  t.same(match(['a1'], [receipt('z9')]), { settled: [], again: ['a1'] })
  t.end()
})

void t.test('behind the first that must go again, its whole lane goes again', t => {
  const receipts = ['a1', 'a3', 'b1'].map(id => receipt(id))
  t.same(match(['a1', 'a2', 'a3', 'b1'], receipts), { settled: ['a1', 'b1'], again: ['a2', 'a3'] })
  const retry = [receipt('a1', { outcome: 'retry' }), receipt('a2')]
  t.same(match(['a1', 'a2'], retry), { settled: [], again: ['a1', 'a2'] })
  t.end()
})

void t.test('waits grow to their cap and are spread over the whole of it', t => {
  const longest = (attempt: number) => backoffMs(attempt, 60_000, () => 0.999_999)
  t.same(
    [1, 2, 3, 7, 50].map(longest).map(ms => Math.ceil(ms / 1_000)),
    [1, 2, 4, 60, 60],
  )
  t.equal(
    backoffMs(9, 60_000, () => 0),
    0,
  )
  t.equal(
    backoffMs(9, 60_000, () => 0.5),
    30_000,
  )
  t.end()
})
