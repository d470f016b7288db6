import type { Test as Tap } from 'tap'
import type { Clock } from '../../src/kit/kit.ts'
import type { Anchor, AnchorStore, LedgerStore } from '../../src/ledger/ledger.ts'
import { handClock } from './exchange-store.suite.ts'

type Store = AnchorStore & LedgerStore & AsyncDisposable & { note(leaves: readonly string[]): Promise<void> }

function anchor(size: number, change: Partial<Anchor> = {}): Anchor {
  return { size, kind: 'rfc3161', token: new Uint8Array([size, 2, 3]), at: size * 10, ...change }
}

/** What every engine behind anchors has to do. */
export function anchorStoreSuite(t: Tap, engine: string, open: (clock: Clock) => Promise<Store>): void {
  void t.test(`${engine}: an anchor is kept with its leaf, once, and belongs to its log`, async tt => {
    await using store = await open(handClock())
    await store.note(['a', 'b', 'c'])
    tt.equal(await store.lastAnchor(), undefined)
    await store.saveAnchor(anchor(3), 'three')
    await store.saveAnchor(anchor(2), 'two')
    tt.equal((await store.lastAnchor())?.size, 3)
    await tt.rejects(store.saveAnchor(anchor(3, { at: 1 }), 'again'), 'never another one')
    tt.same(
      (await store.anchors()).map(({ size, kind, at, token }) => ({ size, kind, at, token: [...token] })),
      [
        { size: 2, kind: 'rfc3161', at: 20, token: [2, 2, 3] },
        { size: 3, kind: 'rfc3161', at: 30, token: [3, 2, 3] },
      ],
    )
    tt.same(await store.leaves(3, 9), ['three', 'two'], 'a leaf for each')
    await store.openLog(['new'])
    tt.equal(await store.lastAnchor(), undefined, 'not of the log before')
    tt.same(await store.anchors(), [])
    await store.saveAnchor(anchor(3), 'three again')
    tt.equal((await store.lastAnchor())?.size, 3)
    await store.saveAnchor(anchor(5), 'five', 1)
    tt.equal((await store.lastAnchor(1))?.size, 5, 'one of the log before, later')
    tt.equal((await store.lastAnchor())?.size, 3)
    tt.same(await store.leaves(0, 9), ['new', 'three again', 'five'], 'its leaf is in the log that grows')
  })
}
