import type { Test as Tap } from 'tap'
import type { Clock } from '../../src/kit/kit.ts'
import {
  type Head,
  type LedgerStore,
  type LogConflict,
  leafHash,
  type PeerLog,
  verifyConsistency,
  type WitnessStore,
} from '../../src/ledger/ledger.ts'
import { handClock } from './exchange-store.suite.ts'

type Store = WitnessStore & LedgerStore & AsyncDisposable & { note(leaves: readonly string[]): Promise<void> }

function head(size: number, fill: number): Head {
  return { size, root: Buffer.alloc(32, fill) }
}

function seen(size: number, fill: number, change: Partial<PeerLog> = {}): PeerLog {
  return {
    ...head(size, fill),
    origin: 'a/2026',
    peer: 'army-1div',
    note: `note ${size}`,
    at: size,
    ...change,
  }
}

function conflict(note: string, change: Partial<LogConflict> = {}): LogConflict {
  const origin = 'a/2026'
  return { origin, peer: 'army-1div', size: 9, why: 'proof', note, was: 'was', at: 5, ...change }
}

/** What every engine behind witnessing has to do, and behind logs that end and go on. */
export function witnessStoreSuite(t: Tap, engine: string, open: (clock: Clock) => Promise<Store>): void {
  void t.test(`${engine}: the head of a peer's log is compared and set, with a leaf`, async tt => {
    await using store = await open(handClock())
    const first = { from: undefined, to: seen(4, 1), leaf: 'one' }
    tt.equal(await store.advance(first), true)
    tt.equal(await store.advance(first), false, 'there is one already')
    tt.equal(await store.advance({ from: head(3, 1), to: seen(8, 2), leaf: 'x' }), false, 'another size')
    tt.equal(await store.advance({ from: head(4, 9), to: seen(8, 2), leaf: 'x' }), false, 'another root')
    const races = [5, 6, 7, 8].map(size => ({ from: head(4, 1), to: seen(size, 2), leaf: 'two' }))
    const won = await Promise.all(races.map(step => store.advance(step)))
    tt.equal(won.filter(Boolean).length, 1, 'one of those that race')
    await tt.rejects(store.advance({ from: head(5, 2), to: seen(2, 2), leaf: 'back' }), 'never back')
    tt.same(await store.leaves(0, 9), ['one', 'two'])
    await store.advance({ from: undefined, to: seen(1, 1, { origin: 'a/2027', at: 99 }), leaf: 'three' })
    await store.advance({ from: undefined, to: seen(1, 1, { origin: 'b/2026', peer: 'b' }), leaf: 'four' })
    tt.equal(await store.peerLog('nobody'), undefined)
    tt.match(await store.peerLog('a/2027'), { size: 1, peer: 'army-1div', note: 'note 1', at: 99 })
    tt.same(
      (await store.peerLogs('army-1div')).map(({ origin }) => origin),
      ['a/2026', 'a/2027'],
    )
  })

  void t.test(`${engine}: contradictions are kept once, in bounds, and settled without going`, async tt => {
    await using store = await open(handClock())
    tt.equal(await store.keepConflict(conflict('n0'), 'leaf'), true)
    tt.equal(await store.keepConflict(conflict('n0'), 'leaf'), false)
    for (let at = 1; at < 30; at++) await store.keepConflict(conflict(`n${at}`), 'leaf')
    tt.equal(await store.keepConflict(conflict('other', { peer: 'b' }), 'leaf'), true)
    tt.equal((await store.conflicts()).length, 17)
    tt.same((await store.conflicts())[0], conflict('n0'))
    tt.equal(await store.size(), 17, 'a leaf for each')
    tt.equal(await store.settleConflicts('army-1div', 7, 'settled'), 16)
    tt.equal(await store.settleConflicts('army-1div', 8, 'settled'), 0)
    tt.same(
      (await store.conflicts()).map(({ note }) => note),
      ['other'],
    )
    tt.equal(await store.size(), 18)
    tt.equal(await store.keepConflict(conflict('n0'), 'leaf'), false, 'evidence stays')
  })

  void t.test(`${engine}: cosignatures belong to a head of our log`, async tt => {
    await using store = await open(handClock())
    await store.note(['a', 'b', 'c'])
    tt.equal(await store.lastCosignature('w'), undefined)
    await store.saveCosignature({ size: 2, witness: 'w', line: 'two', at: 1 })
    await store.saveCosignature({ size: 3, witness: 'w', line: 'three', at: 2 })
    await store.saveCosignature({ size: 3, witness: 'v', line: 'by v', at: 2 })
    await store.saveCosignature({ size: 3, witness: 'w', line: 'again', at: 3 })
    tt.same(await store.lastCosignature('w'), { size: 3, witness: 'w', line: 'again', at: 3 })
    tt.same(
      (await store.cosignatures(3)).map(({ line }) => line),
      ['by v', 'again'],
    )
    await store.openLog(['new'])
    tt.equal(await store.lastCosignature('w'), undefined, 'not of the one before')
    await store.saveCosignature({ size: 4, witness: 'w', line: 'of the one before', at: 9 }, 1)
    tt.equal((await store.lastCosignature('w', 1))?.line, 'of the one before')
    tt.equal(await store.lastCosignature('w'), undefined)
    await store.saveCosignature({ size: 1, witness: 'w', line: 'of this one', at: 9 }, 2)
    tt.equal((await store.lastCosignature('w'))?.line, 'of this one')
  })

  void t.test(`${engine}: a log ends where the next one begins`, async tt => {
    await using store = await open(handClock())
    const texts = Array.from({ length: 300 }, (_, at) => `leaf ${at}`)
    await store.note(texts)
    const old = await store.head()
    await store.saveCheckpoint({ ...old, note: 'old', vkey: 'v', at: 1 })
    tt.same(await store.rootAt(300), old.root)
    const proof = await store.consistency(77, 300)
    const claim = { old: 77, oldRoot: await store.rootAt(77), size: 300, root: old.root }
    tt.ok(verifyConsistency(claim, proof))
    await tt.rejects(store.rootAt(301), 'more than there is')
    await store.openLog(['first of the new'])
    tt.equal(await store.size(), 1)
    tt.same((await store.head()).root, leafHash('first of the new'))
    tt.equal(await store.latestCheckpoint(), undefined)
    tt.equal(await store.tile(0, 0), undefined)
    await store.note(texts.slice(1))
    tt.same(await store.leaves(0, 2), ['first of the new', 'leaf 1'])
    tt.equal((await store.leaves(0, 999)).length, 300)
    tt.ok(await store.tile(0, 0), 'tiles count from its beginning')
    tt.same(await store.rootAt(300), (await store.head()).root)
    await store.saveCheckpoint({ ...(await store.head()), note: 'new', vkey: 'v', at: 2 })
    tt.equal((await store.latestCheckpoint())?.note, 'new')
    tt.same(await store.logs(), ['leaf 0', 'first of the new'])
  })

  void t.test(`${engine}: a log is closed under its last checkpoint as the next one begins`, async tt => {
    await using store = await open(handClock())
    // The closing leaf completes a tile.
    const texts = Array.from({ length: 255 }, (_, at) => `leaf ${at}`)
    await store.note(texts)
    const [old, grows] = [store.log(1), store.log(1)]
    const seen: Head[] = []
    const turn = async (head: Head, change: object = {}) => {
      seen.push(head)
      return { checkpoint: { ...head, note: 'last', vkey: 'v', at: 1, ...change }, leaves: ['open', 'keys'] }
    }
    const before = await store.head()
    await tt.rejects(
      store.turnLog('close', head => turn(head, { root: Buffer.alloc(32) })),
      'another root',
    )
    await tt.rejects(
      store.turnLog('close', head => turn(head, { size: 255, root: before.root })),
      'not the whole log',
    )
    await tt.rejects(
      store.turnLog('close', () => Promise.reject(new Error('no key'))),
      { message: 'no key' },
    )
    tt.same(await store.head(), before, 'nothing has happened')
    tt.equal((await store.logs()).length, 1)
    await store.turnLog('close', turn)
    tt.same(await old.leaves(254, 999), ['leaf 254', 'close'])
    tt.match(await old.latestCheckpoint(), { size: 256, note: 'last' })
    tt.same(await old.rootAt(256), seen.at(-1)?.root)
    tt.ok(await old.tile(0, 0))
    tt.equal(await grows.size(), 256, 'whoever reads a log stays with it')
    tt.same(await store.leaves(0, 9), ['open', 'keys'])
    tt.equal(await store.latestCheckpoint(), undefined)
    tt.same(await store.log(2).leaves(0, 9), ['open', 'keys'])
    tt.throws(() => store.log(3))
  })
}
