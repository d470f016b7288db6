/** What law and governance ask of the record: who disclosed what to whom and why, and that it can be forgotten. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { eraseDue } from '../../src/exchange/erasure.ts'
import type { PushRequest, RecordQuery } from '../../src/exchange/exchange.ts'
import { openSearchKeys } from '../../src/gateway/search-keys.ts'
import { vaultSweeper } from '../../src/gateway/vault.ts'
import { type Clock, type JsonObject, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { leafHash, makeLeafWriter, verifyInclusion } from '../../src/ledger/ledger.ts'
import { makeMemoryStore } from '../../src/stores/stores.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { dig } from '../support/dig.ts'
import { practiceVault } from '../support/vault.ts'
import { ARMY, callerWith, type House, policeToArmy, record, twoHouses } from './two-houses.ts'

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const PLANNER = callerWith('planner', 'joint-planning')
const AUDITOR = { person: 'p-511', role: 'auditor' }
const DPO = { person: 'p-402', role: 'dpo' }
const REFERENCE = 'NS/2026/OPS/0311'
const WHY = 'Complaint 2026/118'
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }

function operation(over: Partial<PushRequest> = {}): PushRequest {
  const document = record('operations', 0)
  return {
    to: ARMY,
    purpose: 'joint-planning',
    resource: 'police.operation',
    document,
    label: LABEL,
    ...over,
  }
}

async function push(house: House, request: PushRequest = operation(), caller = PLANNER): Promise<string> {
  try {
    const pushed = await house.exchange.push(caller, request, given)
    return pushed.kind === 'pushed' ? (pushed.to[0]?.id ?? '') : ''
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.recordedAs ?? ''
    throw thrown
  }
}

function ask(house: House, asked: Partial<RecordQuery>, who = AUDITOR) {
  return house.exchange.records.disclosures(who, { limit: 50, ...asked }, WHY)
}

async function refusedAs(t: Test, code: string, work: Promise<unknown>): Promise<void> {
  await t.rejects(work, { code }, code)
}

void t.test('the register tells what was shared about a reference, and what was refused', async t => {
  const { police, army } = twoHouses()
  const shared = await push(police)
  const [receipt] = await police.sendTo(army)
  const settled = { id: shared, state: 'accepted', receipt: JSON.stringify(receipt), leaf: '{}' } as const
  await police.store.settle([settled])
  const refused = await push(police, operation(), callerWith('media-officer', 'joint-planning'))
  await push(
    police,
    operation({
      document: { ...record('operations', 0), id: uuidv7(systemClock), operationRef: 'NS/2026/OPS/0312' },
    }),
  )
  const { entries, next, recordedAs } = await ask(police, { reference: REFERENCE })
  t.equal(next, undefined)
  t.equal(entries.length, 2, 'and nothing of another operation')
  const [last, first] = entries
  t.match(first, {
    exchange: shared,
    outcome: 'accepted',
    from: 'northshire-police',
    to: 'army-1div',
    system: 'public-order-system',
    role: 'planner',
    person: 'p-118',
    subject: REFERENCE,
    resource: 'police.operation',
    purpose: 'joint-planning',
    agreement: { id: policeToArmy.id, revision: policeToArmy.revision, digest: policeToArmy.digest },
    legalBasis: { provider: { basis: /s35/ } },
    fields: { shared: Number },
  })
  t.ok(Date.parse(first?.at ?? '') <= systemClock.now(), 'with date and time')
  t.match(last, {
    exchange: refused,
    outcome: 'refused',
    why: 'role-not-allowed',
    person: 'p-118',
    to: 'army-1div',
  })
  const [whole] = (await ask(police, { exchange: shared })).entries
  t.ok((whole?.items?.length ?? 0) > 20, 'one exchange comes with what was done with each item')
  t.match(
    (await police.leaves()).find(leaf => leaf['id'] === recordedAs),
    {
      kind: 'ledger.read',
      act: 'register',
      by: 'auditor',
      count: 2,
      c: { actor: String, why: String, asked: String },
    },
  )
})

void t.test('a reference is found however it is written, by whatever carries it', async t => {
  const { police } = twoHouses()
  const whole = await push(police)
  const deployment = record('deployments', 0)
  const part = await push(police, operation({ resource: 'police.unitDeployment', document: deployment }))
  const found = async (asked: Partial<RecordQuery>) =>
    (await ask(police, asked)).entries.map(({ exchange }) => exchange)
  t.same(await found({ reference: ` ${REFERENCE.toLowerCase()} ` }), [whole])
  const id = String(record('operations', 0)['id'])
  t.same(await found({ reference: id }), [part, whole], 'the operation, and what belongs to it')
  t.same(await found({ reference: String(deployment['unitId']) }), [part])
  t.same(await found({ reference: 'NS/2026' }), [], 'a part of a reference is none')
})

void t.test('what is asked for can be narrowed down, and comes in pages', async t => {
  const { police } = twoHouses()
  const all: string[] = []
  for (let at = 0; at < 5; at++) all.push(await push(police))
  await push(police, operation({ purpose: 'debrief' }), callerWith('lessons', 'debrief'))
  const asked = { peer: ARMY, purpose: 'joint-planning' }
  const first = await ask(police, { ...asked, limit: 3 })
  const rest = await ask(police, {
    ...asked,
    limit: 3,
    ...(first.next === undefined ? {} : { below: first.next }),
  })
  t.same(
    [...first.entries, ...rest.entries].map(({ exchange }) => exchange),
    all.toReversed(),
  )
  t.equal(rest.next, undefined)
  const count = async (more: Partial<RecordQuery>) => (await ask(police, more)).entries.length
  t.equal(await count({ person: 'P-118' }), 6)
  t.equal(await count({ reference: REFERENCE, purpose: 'debrief' }), 1)
  t.equal(await count({ reference: REFERENCE, person: 'p-119' }), 0)
  t.equal(await count({ reference: REFERENCE, peer: 'navy' }), 0)
  const now = systemClock.now()
  t.equal(await count({ reference: REFERENCE, since: now - 60_000, until: now + 60_000 }), 6)
  t.equal(await count({ reference: REFERENCE, since: now + 60_000 }), 0)
  t.equal(await count({ reference: REFERENCE, until: now - 60_000 }), 0)
  await refusedAs(t, 'request-invalid', ask(police, { purpose: 'debrief' }))
  await refusedAs(t, 'request-invalid', ask(police, { since: 1 }))
})

void t.test('the search finds readings, refusals and who has looked, by person and by exchange', async t => {
  const { police, army } = twoHouses()
  const id = await push(police)
  await police.sendTo(army)
  await army.exchange.consult.one(PLANNER, { purpose: 'joint-planning', resource: 'army.opord', id })
  await army.exchange.refuse('receive', { by: 'army-portal' }, new Refusal('json-malformed'), 'p-118')
  const search = (house: House, asked: Partial<RecordQuery>) =>
    house.exchange.records.search(DPO, { limit: 50, ...asked }, WHY)
  const kinds = async (house: House, asked: Partial<RecordQuery>) =>
    (await search(house, asked)).entries.map(({ leaf }) => leaf['kind'])
  t.same(await kinds(army, { person: 'p-118' }), ['refused', 'consulted'])
  t.same(await kinds(army, { exchange: id }), ['consulted', 'accepted'])
  t.same(await kinds(police, { exchange: id }), ['decided'])
  t.same(await kinds(police, { reference: REFERENCE }), ['decided'])
  t.same(
    await kinds(police, { reference: REFERENCE }),
    ['ledger.read', 'decided'],
    'who looked is told to the next',
  )
  const { entries } = await search(army, { person: DPO.person })
  t.match(entries[0]?.opened, { actor: DPO.person, why: WHY, asked: /exchange/ })
})

void t.test(
  'only auditors and data-protection officers read; only the latter let something be forgotten',
  async t => {
    const { police } = twoHouses()
    const exchange = await push(police)
    const { records } = police.exchange
    const asked = { reference: REFERENCE, limit: 1 }
    for (const role of ['planner', 'author', 'approver', 'operator', '']) {
      await refusedAs(t, 'officer-not-allowed', records.disclosures({ person: 'p', role }, asked, WHY))
      await refusedAs(t, 'officer-not-allowed', records.search({ person: 'p', role }, asked, WHY))
      await refusedAs(
        t,
        'officer-not-allowed',
        records.erase({ person: 'p', role }, { kind: 'exchange', exchange }, WHY),
      )
    }
    await refusedAs(t, 'officer-not-allowed', records.erase(AUDITOR, { kind: 'exchange', exchange }, WHY))
    t.same(
      (await police.leaves()).map(({ kind }) => kind),
      ['decided'],
    )
  },
)

void t.test('after erasure nothing is found or opened, the leaves stay and their proofs hold', async t => {
  const { police } = twoHouses()
  const [gone, stays] = [await push(police), await push(police)]
  const row = await police.store.kept(gone)
  const { recordedAs } = await police.exchange.records.erase(DPO, { kind: 'exchange', exchange: gone }, WHY)
  t.same(
    (await ask(police, { reference: REFERENCE })).entries.map(({ exchange }) => exchange),
    [stays],
  )
  t.same((await ask(police, { exchange: gone })).entries, [])
  t.same(
    await police.store
      .tagged(row?.tags ?? [], Number.MAX_SAFE_INTEGER, 9)
      .then(all => all.includes(row?.leaf ?? -1)),
    false,
  )
  t.equal(await police.store.kept(gone), undefined)
  const leaves = await police.leaves()
  t.match(leaves.slice(2, 4), [
    { kind: 'admin', act: 'vault.erase', rule: 'exchange', id: recordedAs, c: { actor: String } },
    { kind: 'vault.erased', count: 1, rule: 'officer.exchange' },
  ])
  const { size, root } = await police.store.head()
  for (const [index, text] of (await police.store.leaves(0, size)).entries()) {
    const proof = await police.store.inclusion(index, size)
    t.ok(verifyInclusion({ index, size, leafHash: leafHash(text), root }, proof), `leaf ${index}`)
  }
  await refusedAs(
    t,
    'not-found',
    police.exchange.records.erase(DPO, { kind: 'exchange', exchange: gone }, WHY),
  )
  await refusedAs(
    t,
    'not-found',
    police.exchange.records.erase(DPO, { kind: 'exchange', exchange: recordedAs }, WHY),
  )
})

void t.test('everything before a moment can go at once, but not what officers did', async t => {
  const { police } = twoHouses()
  for (let at = 0; at < 3; at++) await push(police)
  await ask(police, { reference: REFERENCE })
  const { records } = police.exchange
  const future = { kind: 'before', at: systemClock.now() + 60_000 } as const
  await refusedAs(t, 'request-invalid', records.erase(DPO, future, WHY))
  await new Promise(resolve => setTimeout(resolve, 5))
  const { erased } = await records.erase(DPO, { kind: 'before', at: systemClock.now() }, WHY)
  t.equal(erased, 3)
  t.same((await ask(police, { reference: REFERENCE })).entries, [])
  const left = await records.search(DPO, { person: AUDITOR.person, limit: 9 }, WHY)
  t.same(
    left.entries.map(({ leaf }) => leaf['kind']),
    ['ledger.read', 'ledger.read'],
  )
})

void t.test('no leaf holds a person, a reference or a ground', async t => {
  const { police, army } = twoHouses()
  const id = await push(police)
  await push(police, operation(), callerWith('media-officer', 'joint-planning'))
  await police.sendTo(army)
  await army.exchange.consult.one(PLANNER, { purpose: 'joint-planning', resource: 'army.opord', id })
  await ask(police, { reference: REFERENCE, person: 'p-118' })
  await police.exchange.records.erase(DPO, { kind: 'exchange', exchange: id }, WHY)
  const text = JSON.stringify([await police.leaves(), await army.leaves()])
  for (const value of ['p-118', 'p-511', 'p-402', REFERENCE, REFERENCE.toLowerCase(), WHY, 'SANDPIPER'])
    t.notOk(text.includes(value), value)
})

void t.test(
  'the same value is tagged otherwise each month, and a guess without the key finds nothing',
  async t => {
    const { police } = twoHouses()
    const other = twoHouses().police
    await push(police)
    await push(other)
    const tagsOf = async (house: House) => {
      const id = String(dig((await house.leaves())[0] ?? null, 'xid'))
      return (await house.store.kept(id))?.tags.map(tag => Buffer.from(tag).toString('hex')) ?? []
    }
    const [ours, theirs] = [await tagsOf(police), await tagsOf(other)]
    t.ok(ours.length >= 4)
    t.same(
      ours.filter(tag => theirs.includes(tag)),
      [],
    )
  },
)

void t.test('a hostile document is refused, and what it says it is about does no harm', async t => {
  const { police } = twoHouses()
  const subjects = ['x'.repeat(100_000), { deep: [1] }, null, '\u0000\n', ['a'], 7]
  for (const operationRef of subjects)
    await push(police, operation({ document: { ...record('operations', 0), operationRef } as JsonObject }))
  const { entries } = await ask(police, { person: 'p-118' })
  t.equal(entries.length, subjects.length)
  t.same(new Set(entries.map(({ outcome }) => outcome)), new Set(['refused']))
})

// Retention --------------------------------------------------------------------------------------------------------

function clockAt(iso: string): Clock & { set(iso: string): void } {
  let now = Date.parse(iso)
  return {
    now: () => now,
    set(to) {
      now = Date.parse(to)
    },
  }
}

function keyFile(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-keys-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'search.keys.secret')
}

void t.test(
  'what is due goes with the sweep, kind by kind, and the keys that nothing is left for',
  async t => {
    const clock = clockAt('2026-01-15T00:00:00Z')
    const file = keyFile(t)
    const searchKeys = openSearchKeys(file, clock)
    const store = makeMemoryStore({ clock })
    const leaves = makeLeafWriter({ clock, agency: 'practice' })
    const days = 86_400_000
    const retentionMs = { disclosure: 10 * days, refusal: 60 * days }
    const vault = practiceVault({ clock, leaves, searchKeys, retentionMs })
    const keep = (kind: 'disclosure' | 'refusal', notBefore?: number) => {
      const id = uuidv7(clock)
      const committed = vault.keep({
        kind,
        secrets: { actor: 'p-118' },
        tags: [{ kind: 'person', value: 'p-118' }],
        notBefore,
      })
      return store.note([`{"xid":"${id}"}`], [committed.row(id)])
    }
    await keep('disclosure')
    await keep('refusal')
    await keep('disclosure', clock.now() + 20 * days)
    const sweep = vaultSweeper({
      clock,
      searchKeys,
      store,
      eraseDue: () => eraseDue({ clock, leaves, store }),
    })
    t.equal(await sweep(), 0)
    clock.set('2026-01-25T00:00:00Z')
    t.equal(await sweep(), 1)
    clock.set('2026-02-20T00:00:00Z')
    t.equal(await sweep(), 1, 'a duty of an agreement goes before a shorter retention')
    t.match(readFileSync(file, 'utf8'), /^2026-01 /, 'a month is kept while something of it is')
    clock.set('2026-04-01T00:00:00Z')
    t.equal(await sweep(), 1)
    t.notMatch(readFileSync(file, 'utf8'), /2026-0[123] /)
    t.same(
      (await store.leaves(3, 9)).map(text => [dig(JSON.parse(text), 'kind'), dig(JSON.parse(text), 'rule')]),
      [
        ['vault.erased', 'retention.disclosure'],
        ['vault.erased', 'retention.disclosure'],
        ['vault.erased', 'retention.refusal'],
      ],
    )
  },
)

void t.test('search keys: one for each month, made ahead, in a file for its owner alone', async t => {
  const clock = clockAt('2026-01-20T00:00:00Z')
  const file = keyFile(t)
  const keys = openSearchKeys(file, clock)
  t.match(readFileSync(file, 'utf8').split('\n'), [/^2026-01 [0-9a-f]{64}$/, /^2026-02 [0-9a-f]{64}$/, ''])
  t.equal(statSync(file).mode & 0o777, 0o600)
  const january = keys.current(clock.now())
  clock.set('2026-03-10T00:00:00Z')
  const march = keys.current(clock.now())
  t.notOk(january.equals(march))
  const again = openSearchKeys(file, clock)
  t.ok(again.current(Date.parse('2026-01-01T00:00:00Z')).equals(january), 'the same after a restart')
  t.equal(again.within(undefined, undefined).length, 3)
  t.equal(again.within(Date.parse('2026-02-01T00:00:00Z'), undefined).length, 2)
  t.equal(again.within(undefined, Date.parse('2026-01-31T00:00:00Z')).length, 1)
  again.dropBefore(Date.parse('2026-03-01T00:00:00Z'))
  t.match(readFileSync(file, 'utf8'), /^2026-03 [0-9a-f]{64}\n$/)
  writeFileSync(file, 'not a key\n')
  t.throws(() => openSearchKeys(file, clock), /key-unreadable|not a month/)
})
