import type { Test as Tap } from 'tap'
import type { ActEntry, AgreementStore } from '../../src/governance/governance.ts'
import { type Clock, uuidv7 } from '../../src/kit/kit.ts'
import type { LedgerStore } from '../../src/ledger/ledger.ts'
import { vaultRow } from '../support/vault.ts'
import { agency, handClock } from './exchange-store.suite.ts'

type Store = AgreementStore & LedgerStore & AsyncDisposable

const ARMY = agency('army-1div')

function entry(clock: Clock, change: Partial<ActEntry> = {}): ActEntry {
  const id = uuidv7(clock)
  return {
    id,
    to: ARMY,
    text: `act ${id}`,
    recordedAt: clock.now(),
    leaf: `{"agreement":"${id}"}`,
    vault: undefined,
    ...change,
  }
}

/** What every engine behind the port of governance must do. */
export function agreementStoreSuite(t: Tap, name: string, open: (clock: Clock) => Promise<Store>): void {
  void t.test(`${name}: acts are kept in order, once, each with its leaf`, async t => {
    const clock = handClock()
    await using store = await open(clock)
    const [first, second, third] = [entry(clock), entry(clock, { to: undefined }), entry(clock)]
    t.strictSame(await store.addActs([first, second]), [first.id, second.id])
    t.strictSame(await store.addActs([second, third]), [third.id], 'one that is there is left as it is')
    const size = await store.size()
    t.strictSame(await store.leaves(0, size), [first.leaf, second.leaf, third.leaf])
    const row = ({ id, to, text, recordedAt }: ActEntry) => ({ id, to, text, recordedAt, toldAt: undefined })
    t.strictSame(await store.acts(), [first, second, third].map(row))
  })

  void t.test(`${name}: an act is told once`, async t => {
    const clock = handClock()
    await using store = await open(clock)
    const [first, second] = [entry(clock), entry(clock)]
    await store.addActs([first, second])
    await store.markTold([first.id, 'unknown'], 7)
    await store.markTold([first.id], 8)
    t.strictSame(
      (await store.acts()).map(({ toldAt }) => toldAt),
      [7, undefined],
    )
  })

  void t.test(`${name}: of each agreement the newest draft is kept, with a leaf for every save`, async t => {
    const clock = handClock()
    await using store = await open(clock)
    const draft = { agreement: 'b', source: 'one', savedBy: 'p-118', savedAt: 1 }
    await store.saveDraft(draft, '{"draft":1}', vaultRow(clock))
    await store.saveDraft({ ...draft, source: 'two', savedAt: 2 }, '{"draft":2}', vaultRow(clock))
    await store.saveDraft({ ...draft, agreement: 'a' }, '{"draft":3}', vaultRow(clock))
    t.strictSame(
      (await store.drafts()).map(({ agreement, source }) => [agreement, source]),
      [
        ['a', 'one'],
        ['b', 'two'],
      ],
    )
    await store.dropDraft('b')
    await store.dropDraft('unknown')
    t.strictSame(
      (await store.drafts()).map(({ agreement }) => agreement),
      ['a'],
    )
    t.strictSame(await store.leaves(0, await store.size()), ['{"draft":1}', '{"draft":2}', '{"draft":3}'])
  })
}
