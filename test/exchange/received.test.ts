/** What the receiving agency can tell of what it has received: about what, from whom, when, why; and that it can forget it. */
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { PushRequest, RecordQuery } from '../../src/exchange/exchange.ts'
import { type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { leafHash, type VaultKind, verifyInclusion } from '../../src/ledger/ledger.ts'
import { makeAcceptance, readAgencyRules } from '../../src/policy/policy.ts'
import { squareOf } from '../../src/translation/translation.ts'
import {
  ARMY,
  asObject,
  callerWith,
  catalogueOf,
  type House,
  POLICE,
  parse,
  policeToArmy,
  record,
  twoHouses,
} from './two-houses.ts'

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const PLANNER = callerWith('planner', 'joint-planning')
const AUDITOR = { person: 'p-511', role: 'auditor' }
const DPO = { person: 'p-402', role: 'dpo' }
const OPERATION = record('operations', 0)
const DEPLOYMENT = record('deployments', 0)
const REFERENCE = 'NS/2026/OPS/0311'
const WHY = 'Complaint 2026/118'
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }

async function push(house: House, over: Partial<PushRequest> = {}, caller = PLANNER): Promise<string> {
  const usual = { to: ARMY, purpose: 'joint-planning', resource: 'police.operation', label: LABEL }
  const pushed = await house.exchange.push(caller, { ...usual, document: OPERATION, ...over }, given)
  return pushed.kind === 'pushed' ? (pushed.to[0]?.id ?? '') : ''
}

/** Shares an operation and one of its deployments, and hands both over. */
async function shareBoth(police: House, army: House): Promise<readonly [string, string]> {
  const whole = await push(police)
  const part = await push(police, { resource: 'police.unitDeployment', document: DEPLOYMENT })
  for (const { outcome } of await police.sendTo(army)) t.equal(outcome, 'accepted')
  return [whole, part]
}

async function ask(house: House, asked: Partial<RecordQuery>) {
  return (await house.exchange.records.disclosures(AUDITOR, { limit: 50, ...asked }, WHY)).entries
}

async function exchangesOf(house: House, asked: Partial<RecordQuery>): Promise<readonly string[]> {
  return (await ask(house, asked)).map(({ exchange }) => exchange)
}

async function kindsOf(house: House, asked: Partial<RecordQuery>) {
  const { entries } = await house.exchange.records.search(AUDITOR, { limit: 50, ...asked }, WHY)
  return entries.map(({ leaf }) => leaf['kind'])
}

async function proofsHold(t: Test, { store }: House): Promise<void> {
  const { size, root } = await store.head()
  for (const [index, text] of (await store.leaves(0, size)).entries()) {
    const proof = await store.inclusion(index, size)
    t.ok(verifyInclusion({ index, size, leafHash: leafHash(text), root }, proof), `leaf ${index}`)
  }
}

void t.test('the receiver tells from whom it has something, when and why, by the same reference', async t => {
  const { police, army } = twoHouses()
  const [whole] = await shareBoth(police, army)
  const [entry] = await ask(army, { reference: REFERENCE })
  t.match(entry, {
    exchange: whole,
    direction: 'received',
    outcome: 'accepted',
    from: POLICE,
    to: ARMY,
    subject: REFERENCE,
    resource: 'police.operation',
    purpose: 'joint-planning',
    purposeSays: String,
    agreement: { id: policeToArmy.id, digest: policeToArmy.digest },
    legalBasis: { recipient: Object },
    fields: Object,
  })
  t.ok(Date.parse(entry?.at ?? '') <= systemClock.now(), 'with date and time')
  for (const name of ['person', 'role', 'system', 'items', 'why'] as const)
    t.notOk(entry && name in entry, `the provider keeps: ${name}`)
  t.match(await ask(police, { reference: REFERENCE }), [{ exchange: whole, direction: 'shared' }])
  const accepted = (await army.leaves()).find(({ xid }) => xid === whole)
  t.match(accepted, { kind: 'accepted', c: { subject: /^[0-9a-f]{64}$/ } })
})

void t.test('whatever finds it at one side finds it at the other', async t => {
  const { police, army } = twoHouses()
  const [whole, part] = await shareBoth(police, army)
  const operationId = String(OPERATION['id'])
  for (const reference of [operationId, REFERENCE.toLowerCase(), String(DEPLOYMENT['unitId']), 'NS/2026']) {
    const found = await exchangesOf(army, { reference })
    t.same(found, await exchangesOf(police, { reference }), reference)
  }
  t.same(await exchangesOf(army, { reference: operationId }), [part, whole])
  t.same(await exchangesOf(army, { exchange: part }), [part])
  const purpose = 'joint-planning'
  t.same(await exchangesOf(army, { peer: POLICE, purpose }), [part, whole])
  t.same(await exchangesOf(army, { peer: POLICE, purpose, direction: 'received' }), [part, whole])
  t.same(await exchangesOf(army, { peer: POLICE, purpose, direction: 'shared' }), [])
  t.same(await exchangesOf(army, { peer: ARMY, purpose }), [], 'it is not its own peer')
  t.same(await exchangesOf(army, { reference: REFERENCE, purpose: 'debrief' }), [])
  t.same(await exchangesOf(army, { reference: REFERENCE, direction: 'shared' }), [])
  t.same(await exchangesOf(police, { reference: REFERENCE, direction: 'received' }), [])
  t.same(await exchangesOf(army, { person: 'p-118' }), [], 'nobody of the army was behind it')
})

void t.test('and who has read it here', async t => {
  const { police, army } = twoHouses()
  const [whole] = await shareBoth(police, army)
  await army.exchange.consult.one(PLANNER, { purpose: 'joint-planning', resource: 'army.opord', id: whole })
  const about = { limit: 50, exchange: whole }
  const { entries } = await army.exchange.records.search(AUDITOR, about, WHY)
  t.match(entries, [
    { leaf: { kind: 'consulted', by: 'public-order-system' }, opened: { actor: 'p-118' } },
    { leaf: { kind: 'accepted' }, opened: { subject: REFERENCE } },
  ])
})

void t.test('what was declined after it was found to be within its agreement is told, too', async t => {
  const { police, army } = twoHouses({ mapping: 'police.operation' })
  const id = await push(police)
  const [receipt] = await police.sendTo(army)
  t.match(receipt, { outcome: 'refused', code: 'mapping-missing' })
  t.match(await ask(army, { reference: REFERENCE }), [
    { exchange: id, direction: 'received', outcome: 'declined', why: 'mapping-missing', from: POLICE },
  ])
})

void t.test('nothing is kept of what could not be trusted', async t => {
  const { police, army } = twoHouses()
  const id = await push(police)
  const rows = police.outgoing.splice(0).map(row => ({ ...row, line: row.line.replace('0311', '0312') }))
  const [receipt] = await police.sendTo(army, rows)
  t.match(receipt, { outcome: 'refused', code: 'digest-mismatch' })
  t.same(await kindsOf(army, { exchange: id }), [])
  t.same(await ask(army, { peer: POLICE, purpose: 'joint-planning' }), [])
})

void t.test('nothing is kept of what this agency is not willing to hold', async t => {
  const rules = readAgencyRules(
    'format: agency-rules/1\nagency: army-1div\nacceptance:\n  - { id: A1, says: no, resource: police.unitDeployment, path: unitId, most: withhold }',
    'army.rules.yaml',
    { catalogueOf },
  )
  const lines = rules.ok ? rules.rules.acceptance : []
  const { police, army } = twoHouses({
    acceptance: makeAcceptance(policeToArmy, lines, { squareOf, requires: () => false }),
  })
  await push(police, { resource: 'police.unitDeployment', document: DEPLOYMENT })
  await police.sendTo(army)
  t.equal((await exchangesOf(police, { reference: String(DEPLOYMENT['unitId']) })).length, 1)
  t.same(await exchangesOf(army, { reference: String(DEPLOYMENT['unitId']) }), [])
  t.equal((await exchangesOf(army, { reference: String(DEPLOYMENT['operationId']) })).length, 1)
})

void t.test('an exchange that comes again is told once', async t => {
  const { police, army } = twoHouses()
  const id = await push(police)
  const rows = police.outgoing.splice(0)
  await police.sendTo(army, rows)
  const [leaf] = await army.leaves()
  const row = await army.store.kept(String(leaf?.['id']))
  await police.sendTo(army, rows)
  t.same(await army.store.kept(String(leaf?.['id'])), row)
  t.same(await army.store.tagged(row?.tags ?? [], Number.MAX_SAFE_INTEGER, 9), [0])
  t.same(await exchangesOf(army, { reference: REFERENCE }), [id])
})

void t.test('a peer that takes one of our ids for its own exchange reaches no row of ours', async t => {
  const { police, army } = twoHouses()
  const shared = await push(police)
  const row = await police.store.kept(shared)
  const position = asObject(
    parse(readFileSync(new URL('../contract/documents/army.positionReport.json', import.meta.url), 'utf8')),
  )
  const over = { to: POLICE, purpose: 'live-coordination', resource: 'army.positionReport' }
  const own = await push(army, { ...over, document: position }, callerWith('watchkeeper', over.purpose))
  const forged = army.outgoing.splice(0).map(one => ({ ...one, manifest: one.manifest.replace(own, shared) }))
  t.match(await army.sendTo(police, forged), [{ id: shared, outcome: 'accepted' }])
  t.same(await police.store.kept(shared), row)
  t.match(await ask(police, { exchange: shared }), [
    { direction: 'received', from: ARMY },
    { direction: 'shared', to: ARMY, subject: REFERENCE, person: 'p-118' },
  ])
})

// Forgetting -------------------------------------------------------------------------------------------------------

void t.test('the receiver forgets one exchange, for itself alone', async t => {
  const { police, army } = twoHouses()
  const [whole, part] = await shareBoth(police, army)
  await army.exchange.consult.one(PLANNER, { purpose: 'joint-planning', resource: 'army.opord', id: whole })
  const before = await army.leaves()
  const { erased } = await army.exchange.records.erase(DPO, { kind: 'exchange', exchange: whole }, WHY)
  t.equal(erased, 1)
  t.same(await exchangesOf(army, { reference: REFERENCE }), [])
  t.same(await exchangesOf(army, { exchange: whole }), [])
  t.same(await exchangesOf(army, { reference: String(OPERATION['id']) }), [part], 'nothing else goes with it')
  const accepted = before.find(({ xid }) => xid === whole)
  t.equal(await army.store.kept(String(accepted?.['id'])), undefined, 'nothing opens its commitment')
  const who = (await kindsOf(army, { exchange: whole })).filter(kind => kind === 'consulted')
  t.same(who, ['consulted'], 'who has read it stays')
  t.same(await exchangesOf(police, { reference: REFERENCE }), [whole], 'as does what the provider knows')
  t.same((await army.leaves()).slice(0, before.length), before, 'the leaves stay as they are')
  await proofsHold(t, army)
  const again = army.exchange.records.erase(DPO, { kind: 'exchange', exchange: whole }, WHY)
  await t.rejects(again, { code: 'not-found' })
})

void t.test('what was received has a retention of its own', async t => {
  const { police, army } = twoHouses()
  await push(police)
  await police.sendTo(army)
  const [leaf] = await army.leaves()
  const yearsOn = systemClock.now() + 2 * 366 * 86_400_000
  const due = (of: VaultKind) => army.store.doomed({ kind: 'due', of, at: yearsOn }, 9)
  t.same(await due('collection'), [leaf?.['id']])
  t.same(await due('disclosure'), [])
})

void t.test('all about a reference is forgotten together', async t => {
  const { police, army } = twoHouses()
  const [whole, part] = await shareBoth(police, army)
  const other: JsonObject = { ...OPERATION, id: 'urn:example:operation:other', operationRef: 'NS/2026/OPS/9' }
  const left = await push(police, { document: other })
  await police.sendTo(army)
  const reference = String(OPERATION['id'])
  t.same(await exchangesOf(army, { reference }), [part, whole])
  await t.rejects(army.exchange.records.erase(AUDITOR, { kind: 'reference', reference }, WHY), {
    code: 'officer-not-allowed',
  })
  for (const house of [army, police]) {
    const { erased, recordedAs } = await house.exchange.records.erase(
      DPO,
      { kind: 'reference', reference: ` ${reference.toUpperCase()} ` },
      WHY,
    )
    t.equal(erased, 2)
    t.same(await exchangesOf(house, { reference }), [])
    t.same(await exchangesOf(house, { reference: REFERENCE }), [], 'by none of its references')
    t.same(await exchangesOf(house, { reference: 'NS/2026/OPS/9' }), [left])
    const leaves = await house.leaves()
    const at = leaves.findIndex(({ id }) => id === recordedAs)
    t.match(leaves.slice(at, at + 2), [
      { kind: 'admin', act: 'vault.erase', rule: 'reference' },
      { kind: 'vault.erased', count: 2, rule: 'officer.reference' },
    ])
    t.notMatch(JSON.stringify(leaves), reference)
    await proofsHold(t, house)
    const again = house.exchange.records.erase(DPO, { kind: 'reference', reference }, WHY)
    await t.rejects(again, { code: 'not-found' })
  }
})
