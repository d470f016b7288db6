import type { Test as Tap } from 'tap'
import type { AgreementStore } from '../../src/governance/governance.ts'
import { type Clock, uuidv7 } from '../../src/kit/kit.ts'
import type { LedgerStore, VaultStore } from '../../src/ledger/ledger.ts'
import { vaultRow } from '../support/vault.ts'
import {
  acceptEntry,
  agency,
  type HandClock,
  handClock,
  releaseEntry,
  type Store,
} from './exchange-store.suite.ts'

type Vaulted = Store & VaultStore & AgreementStore & LedgerStore

const POLICE = agency('northshire-police')
const ALL = Number.MAX_SAFE_INTEGER
const tag = (fill: number) => new Uint8Array(16).fill(fill)

/** What every engine behind the port of the vault must do. */
export function vaultStoreSuite(
  tap: Pick<Tap, 'test'>,
  engine: string,
  open: (clock: Clock) => Promise<Vaulted>,
): void {
  const test = (says: string, body: (t: Tap, store: Vaulted, clock: HandClock) => Promise<void>) =>
    tap.test(`${engine}: ${says}`, async t => {
      const clock = handClock()
      await using store = await open(clock)
      await body(t, store, clock)
    })

  void test('a row knows the leaf it came with, however it was recorded', async (t, store, clock) => {
    const rows = Array.from({ length: 5 }, () => vaultRow(clock, { tags: [tag(1), tag(2)] }))
    const [one, two, three, four, five] = rows
    await store.note(['{"n":0}', '{"n":1}', '{"n":2}'], [undefined, one])
    await store.release([releaseEntry(clock), releaseEntry(clock, { vault: two })], undefined)
    const entries = [acceptEntry(clock), acceptEntry(clock, { vault: three })]
    await store.accept({ peer: POLICE, id: uuidv7(clock), issuedAt: clock.now() }, entries)
    const draft = { agreement: 'a', source: 'x', savedBy: 'p', savedAt: 1 }
    if (four) await store.saveDraft(draft, '{"draft":1}', four)
    const act = {
      id: uuidv7(clock),
      to: undefined,
      text: 'act',
      recordedAt: 1,
      leaf: '{"act":1}',
      vault: five,
    }
    await store.addActs([act])
    const kept = await Promise.all(rows.map(row => store.kept(row.id)))
    t.same(
      kept.map(row => row?.leaf),
      [1, 4, 6, 7, 8],
    )
    t.strictSame(
      { ...kept[0], key: [], sealed: [], tags: [] },
      { ...one, key: [], sealed: [], tags: [], leaf: 1 },
    )
    t.same(
      kept[0]?.tags.map(found => [...found]),
      [[...tag(1)], [...tag(2)]],
    )
    t.equal(await store.leafAt(1), '{"n":1}')
    t.equal(await store.leafAt(99), undefined)
    t.equal(await store.kept(uuidv7(clock)), undefined)
  })

  void test('leaves are found by their tags, newest first, a page at a time', async (t, store, clock) => {
    for (let at = 0; at < 10; at++)
      await store.note([`{"n":${at}}`], [vaultRow(clock, { tags: [tag(at % 2), tag(9)] })])
    t.same(await store.tagged([tag(0)], ALL, 9), [8, 6, 4, 2, 0])
    t.same(await store.tagged([tag(0), tag(9)], 7, 3), [6, 5, 4], 'each once')
    t.same(await store.tagged([tag(5)], ALL, 9), [])
    t.same(await store.tagged([], ALL, 9), [])
  })

  void test('what is due goes kind by kind, with its leaf, and nothing finds it again', async (t, store, clock) => {
    const due = vaultRow(clock, { expiresAt: clock.now() + 5, tags: [tag(1)] })
    const later = vaultRow(clock, { expiresAt: clock.now() + 6, tags: [tag(1)] })
    const other = vaultRow(clock, { expiresAt: clock.now() + 5, tags: [tag(1)], kind: 'office' })
    await store.note(['{"n":0}', '{"n":1}', '{"n":2}'], [due, later, other])
    const ids = await store.doomed({ kind: 'due', of: 'disclosure', at: clock.now() + 5 }, 9)
    t.same(ids, [due.id])
    t.equal(await store.forget(ids, '{"erased":1}'), true)
    t.equal(await store.forget(ids, '{"erased":1}'), false, 'what is gone cannot go again')
    t.equal(await store.forget([later.id, due.id], '{"erased":2}'), false, 'all or nothing')
    t.same(await store.leaves(3, 9), ['{"erased":1}'])
    t.equal(await store.kept(due.id), undefined)
    t.same(await store.tagged([tag(1)], ALL, 9), [2, 1])
    t.same(await store.doomed({ kind: 'due', of: 'disclosure', at: clock.now() + 5 }, 9), [])
  })

  void test('what was made before a moment can go, but not what officers did', async (t, store, clock) => {
    const rows = [vaultRow(clock), vaultRow(clock, { kind: 'office' }), vaultRow(clock, { kind: 'refusal' })]
    clock.move(10)
    rows.push(vaultRow(clock))
    await store.note(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}'], rows)
    const [one, , third] = rows
    const doomed = await store.doomed({ kind: 'before', at: clock.now() }, 9)
    t.same(new Set(doomed), new Set([one?.id, third?.id]))
    t.equal((await store.doomed({ kind: 'before', at: clock.now() }, 1)).length, 1)
    t.equal(
      await store.oldestKept(),
      rows.map(({ id }) => id).reduce((a, b) => (a < b ? a : b)),
    )
    await store.forget(doomed, '{"erased":2}')
    t.equal(await store.oldestKept(), rows[1]?.id)
  })
}
