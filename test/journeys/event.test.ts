import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test as Tap } from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import type { Json, JsonObject } from '../../src/kit/kit.ts'
import { dig } from '../support/dig.ts'
import { type Field, openField, type Side } from '../support/field.ts'
import { type Answer, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { eventAgreement, KEPT_BACK } from '../traffic/agreement.ts'
import { arrivingOf } from '../traffic/arriving.ts'
import { openRoad, type Road } from '../traffic/road.ts'
import { FAULTS, type Sender, SURNAMES, type TrafficMessage, trafficOf } from '../traffic/traffic.ts'
import { checkLedgers, idOf } from './endings.ts'

t.setTimeout(120_000)

const folder = fileURLToPath(new URL('../../schemas', import.meta.url))
const schemas = loadSchemas(folder)
const arrivesAs = arrivingOf(schemas, join(folder, 'mappings'))
const OTHER = { police: 'army', army: 'police' } as const satisfies Record<Sender, Sender>
const PURPOSES = ['joint-planning', 'live-coordination'] as const

const MESSAGES = [...trafficOf({ seed: 2021, scale: 0.001, positions: 0.015 })]
/** The messages that are sent while the road between the gateways is cut, by their numbers. */
const CUT = { from: Math.floor(MESSAGES.length * 0.4), to: Math.floor(MESSAGES.length * 0.55) } as const

/** A message that was sent, and what came back. */
interface Sent {
  readonly message: TrafficMessage
  readonly answer: Answer
  /** Under what the answer says that it is recorded: the exchange, or the leaf of what could not be read. */
  readonly id: string
}

/** What the event has left behind. */
interface Aftermath {
  readonly sent: readonly Sent[]
  /** How many exchanges waited for a receipt when the road was mended. */
  readonly waited: Readonly<Record<Sender, number>>
  readonly leaves: Readonly<Record<Sender, readonly JsonObject[]>>
  /** Everything that was shared with each side, as its own system reads it. */
  readonly inbox: Readonly<Record<Sender, readonly Json[]>>
}

void t.test('a mutual-aid event, a thousandth of it', async t => {
  await using toArmy = await openRoad()
  await using toPolice = await openRoad()
  await using field = await openField({
    editPolicy: policyOf,
    editConfig: (text, agency) => (agency === 'army-1div' ? toPolice : toArmy).leadOver(text),
  })
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const systems = { police, army }
  const { sent, waited } = await send(field, systems, [toArmy, toPolice])
  const aftermath = {
    sent,
    waited,
    leaves: { police: await field.police.leaves(), army: await field.army.leaves() },
    inbox: { police: await readInbox(systems, 'police'), army: await readInbox(systems, 'army') },
  }
  await t.test('every message is answered as it has to be', async t => checkAnswers(t, sent))
  for (const side of ['police', 'army'] as const) {
    await t.test(`${side}: what was sent is in the ledger, once`, async t => checkLeaves(t, aftermath, side))
    await t.test(`${side}: what arrives is what was released`, async t => checkInbox(t, aftermath, side))
  }
  await t.test('nothing is left over: the counts of both sides agree', async t => checkBooks(t, aftermath))
  await t.test('what was released while the road was cut waited', async t => checkCut(t, aftermath))
  await t.test('the reports of each unit arrive in the order in which they were sent', async t =>
    checkOrder(t, aftermath),
  )
  await t.test('the ledgers', t => checkLedgers(t, field))
})

/** The agreements of the event in place of the shipped ones. */
function policyOf(text: string, name: string): string {
  if (!name.includes('.to.')) return text
  return eventAgreement(schemas, name.startsWith('army') ? 'army' : 'police')
}

/** Sends all messages one after the other, a part of them while the road is cut, and waits until each has its receipt. */
async function send(
  field: Field,
  systems: Readonly<Record<Sender, System>>,
  roads: readonly Road[],
): Promise<Pick<Aftermath, 'sent' | 'waited'>> {
  const sent: Sent[] = []
  let waited = { police: 0, army: 0 }
  for (const message of MESSAGES) {
    if (message.number === CUT.from) for (const road of roads) road.cut()
    if (message.number === CUT.to) {
      waited = { police: await waitingAt(field.police), army: await waitingAt(field.army) }
      for (const road of roads) road.mend()
    }
    sent.push(await sendOne(systems[message.sender], message))
  }
  for (const side of [field.police, field.army])
    await until(async () => (await waitingAt(side)) === 0, 'a receipt for all', 40)
  return { sent, waited }
}

async function sendOne(system: System, message: TrafficMessage): Promise<Sent> {
  const { role, purpose, body, idempotencyKey } = message
  const answer = await system.ask('POST', '/v1/exchanges', {
    acting: { role, purpose },
    body,
    headers: { 'idempotency-key': idempotencyKey },
  })
  const id = answer.status === 202 ? idOf(answer.json) : String(dig(answer.json, 'exchangeId'))
  return { message, answer, id }
}

/** How many exchanges of a side have no receipt yet. */
async function waitingAt(side: Side): Promise<number> {
  const { text } = await side.console('/metrics')
  return Number(/^concordat_outbox_exchanges\{.*\} (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

/** Page by page, all that was shared with a side. */
async function readInbox(systems: Readonly<Record<Sender, System>>, side: Sender): Promise<readonly Json[]> {
  const role = side === 'police' ? 'ops-room' : 'watchkeeper'
  const items: Json[] = []
  for (const resource of schemas.keys())
    for (const purpose of PURPOSES)
      for (let next: Json | undefined = '0'; next !== undefined; ) {
        const path = `/v1/shared/${resource}?purpose=${purpose}&limit=200&after=${String(next)}`
        const { json } = await systems[side].ask('GET', path, { acting: { role, purpose } })
        const page = dig(json, 'items')
        items.push(...(Array.isArray(page) ? page : []))
        next = dig(json, 'next')
      }
  return items
}

/** The code that a message has to be refused with by its own gateway; undefined where it has to be released. */
function refusalOf({ expected, resource }: TrafficMessage): string | undefined {
  if (expected.kind === 'refusal') return expected.code
  return resource === KEPT_BACK ? 'agreement-missing' : undefined
}

function isRepeated({ message }: Sent): boolean {
  return message.expected.kind === 'replay'
}

/** What left the house of the sender. */
function released(sent: readonly Sent[], sender: Sender): readonly Sent[] {
  return sent.filter(one => {
    return one.message.sender === sender && !isRepeated(one) && refusalOf(one.message) === undefined
  })
}

function checkAnswers(t: Tap, sent: readonly Sent[]): void {
  const firsts = new Map<string, Sent>()
  const wrong: unknown[] = []
  for (const one of sent) {
    const { message, answer, id } = one
    const { fault, resource, idempotencyKey } = message
    const was = { status: answer.status, code: answer.status === 202 ? undefined : dig(answer.json, 'code') }
    const isReplay = answer.headers['idempotency-replayed'] === 'true'
    const first = firsts.get(idempotencyKey)
    if (first === undefined) firsts.set(idempotencyKey, one)
    const good = isRepeated(one)
      ? was.status === 202 && isReplay && id === first?.id
      : was.code === refusalOf(message) && !isReplay
    if (!good) wrong.push({ fault, resource, ...was })
  }
  t.same(wrong, [], `all ${sent.length} of them`)
  const faults = new Set(sent.map(({ message }) => message.fault))
  t.equal(faults.size, FAULTS.length, 'every fault was among them')
  t.ok(
    sent.some(({ message }) => message.late),
    'and something that came late',
  )
  const forwarded = (['police', 'army'] as const).flatMap(side => released(sent, side))
  const arriving = forwarded.filter(({ message }) => arrivesAs(message.resource) !== undefined)
  t.ok(arriving.length > sent.length * 0.8, `${arriving.length} of ${sent.length} have to arrive`)
}

/** Each message left what it has to leave with its own gateway, and each that was released with the other one. */
function checkLeaves(t: Tap, { sent, leaves }: Aftermath, side: Sender): void {
  const own = endingsIn(leaves[side])
  const theirs = endingsIn(leaves[OTHER[side]])
  const wrong: unknown[] = []
  for (const one of sent) {
    if (one.message.sender !== side || isRepeated(one)) continue
    const { resource } = one.message
    const code = refusalOf(one.message)
    const accepted = arrivesAs(resource) !== undefined
    const expected =
      code === undefined
        ? accepted
          ? [['decided forward', 'receipted accepted'], ['accepted']]
          : [['decided forward', 'receipted refused mapping-missing'], ['refused mapping-missing']]
        : [[`refused ${code}`], []]
    const found = [own.get(one.id) ?? [], theirs.get(one.id) ?? []]
    if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ resource, found, expected })
  }
  t.same(wrong, [])
}

const ENDINGS = new Set(['decided', 'receipted', 'expired', 'accepted', 'refused', 'failed'])

/** How each exchange ended, in the order of the ledger; by the id of the exchange, or of the leaf where none was begun. */
function endingsIn(leaves: readonly JsonObject[]): Map<string, string[]> {
  const endings = new Map<string, string[]>()
  for (const { kind, id, xid = id, decision, why } of leaves) {
    if (!ENDINGS.has(String(kind))) continue
    const words = [kind, kind === 'accepted' ? undefined : decision, why].filter(word => word !== undefined)
    endings.set(String(xid), [...(endings.get(String(xid)) ?? []), words.join(' ')])
  }
  return endings
}

function checkInbox(t: Tap, { sent, inbox }: Aftermath, side: Sender): void {
  const expected = released(sent, OTHER[side]).flatMap(({ id, message }) => {
    const resource = arrivesAs(message.resource)
    return resource === undefined ? [] : [{ id, resource, purpose: message.purpose }]
  })
  const found = inbox[side].map(item => ({
    id: String(dig(item, 'id')),
    resource: dig(item, 'resource'),
    purpose: dig(item, 'purpose'),
  }))
  const inOrder = (items: readonly { readonly id: string }[]) =>
    items.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  t.same(inOrder(found), inOrder(expected), `${expected.length} documents, each once and for its purpose`)
  const invalid = inbox[side].filter(item => {
    const schema = schemas.get(String(dig(item, 'resource')), String(dig(item, 'version')))
    return schema === undefined || schema.check(dig(item, 'document')) !== undefined
  })
  t.same(invalid, [], 'all of them meet the schema of this side')
  const text = JSON.stringify(inbox[side])
  t.same(
    SURNAMES.filter(name => text.includes(name)),
    [],
    'and nobody is named in them',
  )
}

/** Sums over the whole ledgers, so that a leaf about nothing that was sent would be seen. */
function checkBooks(t: Tap, { sent, leaves, inbox }: Aftermath): void {
  const count = (side: Sender, kind: string, why?: string) =>
    leaves[side].filter(leaf => leaf['kind'] === kind && (why === undefined || leaf['decision'] === why))
      .length
  for (const side of ['police', 'army'] as const) {
    const other = OTHER[side]
    const own = sent.filter(({ message }) => message.sender === side)
    const repeated = own.filter(isRepeated).length
    const forwarded = count(side, 'decided')
    const refusedThere = count(side, 'receipted', 'refused')
    const delivered = count(side, 'receipted', 'accepted')
    const refusedHere = count(side, 'refused') - count(other, 'receipted', 'refused')
    t.comment(
      `${side}: ${own.length} sent, ${delivered} delivered, ${refusedHere} refused here, ${refusedThere} there, ${repeated} repeated`,
    )
    t.equal(forwarded + refusedHere + repeated, own.length, `${side}: forwarded, refused or repeated`)
    t.equal(delivered + refusedThere, forwarded, `${side}: each that went has one receipt`)
    t.equal(count(other, 'accepted'), delivered, `${side}: as many acceptances by the other side`)
    t.equal(inbox[other].length, delivered, `${side}: and as many documents there`)
    t.equal(count(side, 'failed') + count(side, 'expired'), 0, `${side}: none failed, none expired`)
  }
}

/** What was under way when the road was cut may have waited with it. */
function checkCut(t: Tap, { sent, waited }: Aftermath): void {
  const meanwhile = sent.filter(({ message: { number } }) => number >= CUT.from && number < CUT.to)
  for (const side of ['police', 'army'] as const) {
    const least = released(meanwhile, side).length
    t.ok(least > 0 && waited[side] >= least, `${side}: ${waited[side]}, of which ${least} in the cut`)
  }
}

function checkOrder(t: Tap, { sent, inbox }: Aftermath): void {
  const reports = released(sent, 'police').filter(({ message }) => message.kind === 'unit-position')
  const went = Map.groupBy(reports, ({ message }) => dig(documentOf(message), 'unitId'))
  const came = inbox.army.filter(item => dig(item, 'resource') === 'army.positionReport')
  t.ok(went.size > 1)
  for (const [unit, ofUnit] of went)
    t.same(
      came.flatMap(item => (dig(item, 'document', 'unit') === unit ? [dig(item, 'id')] : [])),
      ofUnit.map(({ id }) => id),
      String(unit),
    )
}

function documentOf({ body }: TrafficMessage): Json | undefined {
  return dig(JSON.parse(body), 'document')
}
