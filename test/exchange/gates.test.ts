import { createDecipheriv, createHmac } from 'node:crypto'
import t from 'tap'
import type { WaitingRow } from '../../src/delivery/delivery.ts'
import type { PushRequest } from '../../src/exchange/exchange.ts'
import { digestOf, type JsonObject } from '../../src/kit/kit.ts'
import type { VaultRow } from '../../src/ledger/ledger.ts'
import { OUR_ABILITIES } from '../../src/policy/policy.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { ARMY, asObject, callerWith, type House, parse, record, twoHouses } from './two-houses.ts'

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const planner = callerWith('planner', 'joint-planning')
const opsRoom = callerWith('ops-room', 'live-coordination')
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }

async function push(house: House, over: Partial<PushRequest> = {}, caller = planner): Promise<string> {
  const request: PushRequest = {
    to: ARMY,
    purpose: 'joint-planning',
    resource: 'police.operation',
    document: record('operations', 0),
    label: LABEL,
    ...over,
  }
  const pushed = await house.exchange.push(caller, request, given)
  return pushed.kind === 'pushed' ? (pushed.to[0]?.id ?? '') : ''
}

const deployment: Partial<PushRequest> = {
  purpose: 'live-coordination',
  resource: 'police.unitDeployment',
  document: record('deployments', 0),
}

/** What a peer would send that has signed something else than its agreement lets it. */
function forged(
  row: WaitingRow | undefined,
  change: { readonly document?: (document: JsonObject) => JsonObject; readonly manifest?: JsonObject },
): Partial<WaitingRow> {
  const { document, salt } = asObject(parse(row?.line ?? ''))
  const line = JSON.stringify({ salt, document: change.document?.(asObject(document ?? null)) ?? document })
  const manifest = {
    ...asObject(parse(row?.manifest ?? '')),
    bytes: Buffer.byteLength(line),
    sha256: digestOf(line),
    ...change.manifest,
  }
  return { line, manifest: JSON.stringify(manifest), seq: 1 }
}

const CASES = [
  {
    says: 'a label above the ceiling',
    rule: 'G1',
    push: {},
    caller: planner,
    change: { manifest: { label: { ...LABEL, classification: 'SECRET' } } },
  },
  {
    says: 'a unit that works in plain clothes',
    rule: 'G2',
    push: deployment,
    caller: opsRoom,
    change: { document: (one: JsonObject) => ({ ...one, unitType: 'ARV' }) },
  },
  {
    says: 'a unit whose kind was left out',
    rule: 'G2',
    push: deployment,
    caller: opsRoom,
    change: { document: ({ unitType: _left, ...one }: JsonObject) => one },
  },
  {
    says: 'an operation of another stage',
    rule: 'operation-is-planned',
    push: {},
    caller: planner,
    change: { document: (one: JsonObject) => ({ ...one, lifecycle: 'LIVE' }) },
  },
] as const

for (const { says, rule, push: pushed, caller, change } of CASES) {
  void t.test(`the receiver refuses ${says}, though the peer signed it`, async t => {
    const { police, army } = twoHouses()
    await push(police, pushed, caller)
    const [row] = police.outgoing.splice(0)
    const [receipt] = await police.sendTo(army, [forged(row, change)])
    t.match(receipt, { outcome: 'refused', code: 'beyond-agreement' })
    t.match(await army.leaves(), [{ kind: 'refused', why: 'beyond-agreement', rule, room: 'recheck' }])
    t.equal(await army.store.sharedEnd(), 0)
    const [taken] = await police.sendTo(army, [forged(row, { manifest: { id: freshId(row) } })])
    t.match(taken, { outcome: 'accepted' }, 'unchanged it is taken')
  })
}

function freshId(row: WaitingRow | undefined): string {
  return (row?.id ?? '').replace(/.$/, last => (last === '0' ? '1' : '0'))
}

// Obligations -----------------------------------------------------------------------------------------------------

void t.test('nothing goes to a gateway that has not declared what a `must` takes', async t => {
  const able = new Set(OUR_ABILITIES)
  able.delete('correct')
  const { police } = twoHouses({ abilities: able })
  const refusal = await push(police).catch((thrown: unknown) => thrown)
  t.ok(refusal instanceof Refusal && refusal.code === 'obligation-unsupported' && refusal.rule === 'correct')
  t.match(await police.leaves(), [{ kind: 'refused', why: 'obligation-unsupported', rule: 'correct' }])
  t.same(police.outgoing, [])
  const { police: other } = twoHouses({ abilities: OUR_ABILITIES })
  t.ok(await push(other))
})

void t.test('a correction takes the place of what it corrects, and is recorded as one', async t => {
  const { police, army } = twoHouses()
  const wrong = await push(police)
  await police.sendTo(army)
  const right = await push(police, {
    inReplyTo: wrong,
    document: { ...record('operations', 0), operationName: 'SANDPIPER TWO' },
  })
  t.match(await police.sendTo(army), [{ outcome: 'accepted' }])
  const asked = { purpose: 'joint-planning', resource: 'army.opord', after: 0, limit: 9 }
  const { rows } = await army.exchange.consult.list(planner, asked)
  t.same(
    rows.map(row => row.id),
    [right],
  )
  t.match(parse(rows[0]?.about ?? ''), { inReplyTo: wrong })
  const accepted = (await army.leaves()).filter(({ kind }) => kind === 'accepted')
  t.match(accepted, [{ xid: wrong }, { xid: right, reply: wrong }])
  const gone = await army.exchange.consult.one(planner, { ...asked, id: wrong }).catch((no: unknown) => no)
  t.ok(gone instanceof Refusal && gone.code === 'not-found')
})

// Who read it -----------------------------------------------------------------------------------------------------

/** The leaf of the only consultation, and the vault row that came with it. */
async function consulted(
  t: { equal(a: unknown, b: unknown): unknown },
  read: (army: House, id: string) => Promise<unknown>,
) {
  const { police, army } = twoHouses()
  const id = await push(police)
  await police.sendTo(army)
  const kept: VaultRow[] = []
  const note = army.store.note.bind(army.store)
  army.store.note = (leaves, vault = []) => {
    kept.push(...vault.filter(row => row !== undefined))
    return note(leaves, vault)
  }
  await read(army, id)
  const [leaf, ...others] = (await army.leaves()).filter(({ kind }) => kind === 'consulted')
  t.equal(others.length, 0)
  const [row] = kept
  if (!leaf || !row) throw new Error('a reading leaves a leaf and a row')
  return { army, id, leaf, row }
}

function opened({ key, sealed, id }: VaultRow, army: House): JsonObject {
  const decipher = createDecipheriv('aes-256-gcm', army.vaultKey, sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(-16))
  const text = decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
  return { ...asObject(parse(text)), key: Buffer.from(key).toString('hex') }
}

const asked = { purpose: 'joint-planning', resource: 'army.opord' }
const READINGS: readonly (readonly [string, (army: House, id: string) => Promise<unknown>])[] = [
  ['a document', (army, id) => army.exchange.consult.one(planner, { ...asked, id })],
  ['a list', army => army.exchange.consult.list(planner, { ...asked, after: 0, limit: 5 })],
  ['the stream', army => army.exchange.consult.live(planner, { ...asked, after: 0 }, signal).next()],
]

for (const [what, read] of READINGS) {
  void t.test(`who read ${what} is committed to in its leaf, and opens in the vault`, async t => {
    const { army, id, leaf, row } = await consulted(t, read)
    t.match(leaf, { by: 'public-order-system', role: 'planner', count: 1, purpose: 'joint-planning' })
    t.notOk(JSON.stringify(await army.leaves()).includes('p-118'), 'no leaf names the person')
    t.equal(row.id, leaf['id'])
    const secrets = opened(row, army)
    t.match(secrets, { actor: 'p-118', documents: id })
    const commitment = (name: string) =>
      createHmac('sha256', row.key)
        .update(`${name}\u0000${String(secrets[name])}`)
        .digest('hex')
    t.strictSame(leaf['c'], { actor: commitment('actor'), documents: commitment('documents') })
    const years = (row.expiresAt - Date.now()) / (365 * 86_400_000)
    t.ok(years > 4.99 && years < 5.1, 'as long as the agreement says: five years')
  })
}
