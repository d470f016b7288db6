import t, { type Test } from 'tap'
import type { PushRequest } from '../../src/exchange/exchange.ts'
import { digestOf, type JsonObject } from '../../src/kit/kit.ts'
import { Refusal, type RefusalCode } from '../../src/terms/terms.ts'
import {
  ARMY,
  asObject,
  callerWith,
  type House,
  parse,
  policeToArmy,
  record,
  twoHouses,
} from './two-houses.ts'

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const planner = callerWith('planner', 'joint-planning')

function operation(over: Partial<PushRequest> = {}): PushRequest {
  return {
    to: ARMY,
    purpose: 'joint-planning',
    resource: 'police.operation',
    document: record('operations', 0),
    label: LABEL,
    ...over,
  }
}

const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }

async function push(house: House, request: PushRequest, caller = planner) {
  return house.exchange.push(caller, request, given)
}

async function refusedWith(t: Test, code: RefusalCode, work: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work
  } catch (thrown) {
    t.ok(thrown instanceof Refusal && thrown.code === code, `refused with ${code}`)
    return thrown instanceof Refusal ? thrown : undefined
  }
  t.fail(`nothing was refused; expected ${code}`)
  return undefined
}

async function kinds(house: House): Promise<string[]> {
  const words = (leaf: JsonObject) =>
    [leaf['kind'], leaf['decision'] ?? leaf['why']].filter(word => typeof word === 'string')
  return (await house.leaves()).map(leaf => words(leaf).join(' '))
}

void t.test('a forwarded exchange has one leaf on each side, over the same envelope', async t => {
  const { police, army } = twoHouses()
  await push(police, operation())
  t.equal(police.outgoing.length, 1)
  const [receipt] = await police.sendTo(army)
  t.equal(receipt?.outcome, 'accepted')
  const [decided] = await police.leaves()
  const [accepted] = await army.leaves()
  t.match([await kinds(police), await kinds(army)], [['decided forward'], ['accepted']])
  t.equal(decided?.['env'], accepted?.['env'])
  t.equal(decided?.['policy'], policeToArmy.digest)
  const inbox = await army.store.shared({
    resource: 'army.opord',
    purposes: ['joint-planning'],
    after: 0,
    limit: 9,
  })
  t.equal(inbox.length, 1)
})

void t.test('each no of the release is recorded before it is told, and nothing leaves', async t => {
  const cases: readonly (readonly [RefusalCode, PushRequest, ReturnType<typeof callerWith>])[] = [
    ['purpose-not-granted', operation({ purpose: 'debrief' }), planner],
    ['resource-unknown', operation({ resource: 'police.rumour' }), planner],
    ['document-invalid', operation({ document: { ...record('operations', 0), surprise: 1 } }), planner],
    ['request-invalid', operation({ label: { ...LABEL, classification: 'SECRET' } }), planner],
    ['recipient-unknown', operation({ to: 'navy' as typeof ARMY }), planner],
    ['agreement-missing', operation({ resource: 'army.opord', document: { id: 'x' } }), planner],
    ['role-not-allowed', operation(), callerWith('media-officer', 'joint-planning')],
    ['purpose-window', operation({ document: record('operations', 1) }), planner],
    ['purpose-unknown', operation({ purpose: 'media-relations' }), callerWith('planner', 'media-relations')],
  ]
  for (const [code, request, caller] of cases) {
    const { police } = twoHouses()
    const refusal = await refusedWith(t, code, push(police, request, caller))
    const [leaf, ...more] = await police.leaves()
    t.equal(leaf?.['why'], code)
    t.equal(leaf?.['xid'], refusal?.recordedAs, 'the refusal names the exchange it is recorded under')
    t.same([more, police.outgoing], [[], []])
  }
})

void t.test('one recipient’s no is not another one’s', async t => {
  const { police } = twoHouses()
  const pushed = await push(police, operation({ to: [ARMY, 'navy' as typeof ARMY] }))
  t.equal(pushed.kind, 'pushed')
  t.same(pushed.kind === 'pushed' && pushed.to.map(one => one.state), ['queued', 'refused'])
  t.same((await kinds(police)).sort(), ['decided forward', 'refused recipient-unknown'])
})

void t.test('where nothing can be recorded nothing is acknowledged and nothing leaves', async t => {
  const { police } = twoHouses()
  const failing = Promise.reject(new Refusal('store-unavailable'))
  failing.catch(() => undefined)
  police.store.release = () => failing
  await refusedWith(t, 'store-unavailable', push(police, operation()))
  t.same(police.outgoing, [])
})

void t.test('a fault of ours ends as failed: logged whole, recorded bare, told bare', async t => {
  const { police } = twoHouses()
  const broken = new Proxy(record('operations', 0), {
    ownKeys() {
      throw new TypeError('a defect')
    },
  })
  const refusal = await refusedWith(t, 'fault', push(police, operation({ document: broken })))
  t.equal(refusal?.message.includes('defect'), false)
  t.match(police.faults, [/a defect/])
  t.same(await kinds(police), ['failed'])
})

void t.test('the receiver refuses what its agreement does not carry, though the peer signed it', async t => {
  const { police, army } = twoHouses()
  await push(police, operation())
  const [row] = police.outgoing.splice(0)
  const line = asObject(parse(row?.line ?? ''))
  const document = { ...asObject(line['document'] ?? null), communityTensions: 'a rumour' }
  const forged = JSON.stringify({ ...line, document })
  const manifest = asObject(parse(row?.manifest ?? ''))
  const resigned = { ...manifest, bytes: Buffer.byteLength(forged), sha256: digestOf(forged) }
  const [receipt] = await police.sendTo(army, [{ line: forged, manifest: JSON.stringify(resigned), seq: 1 }])
  t.match(receipt, { outcome: 'refused', code: 'beyond-agreement' })
  t.match(await army.leaves(), [
    { kind: 'refused', why: 'beyond-agreement', rule: 'communityTensions', room: 'recheck' },
  ])
  t.equal(await army.store.sharedEnd(), 0)
})

void t.test('the receiver names why it cannot take a document in', async t => {
  const { police, army } = twoHouses({ mapping: 'police.operation' })
  await push(police, operation())
  const [receipt] = await police.sendTo(army)
  t.match(receipt, { outcome: 'refused', code: 'mapping-missing' })
  t.same(await kinds(army), ['refused mapping-missing'])
})

void t.test('a batch is taken once; an exchange that comes again gets the same receipt', async t => {
  const { police, army } = twoHouses()
  await push(police, operation())
  const rows = police.outgoing.splice(0)
  const [first] = await police.sendTo(army, rows)
  const [again] = await police.sendTo(army, rows)
  t.same(again, first)
  t.equal(await army.store.sharedEnd(), 1)
  t.same(await kinds(army), ['accepted'])
})

void t.test('no leaf of either side holds a value of the document or the name of the person', async t => {
  const { police, army } = twoHouses()
  await push(police, operation())
  await police.sendTo(army)
  const text = JSON.stringify([await police.leaves(), await army.leaves()])
  for (const mark of ['SANDPIPER', 'Marlowe', 'NS0007', 'NS/2026', 'p-118', 'Harbour'])
    t.notOk(text.includes(mark), mark)
})
