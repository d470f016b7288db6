import t, { type Test as Tap } from 'tap'
import type { Json } from '../../src/kit/kit.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField, openField } from '../support/field.ts'
import { type Acting, openSystem, type StreamEvent, type System } from '../support/system.ts'
import { allSettled, checkLedgers, idOf } from './endings.ts'
import { OPS_ROOM, operation, position, pushOf } from './records.ts'

t.setTimeout(180_000)

const PURPOSE = OPS_ROOM.purpose
const WATCH: Acting = { role: 'watchkeeper', purpose: PURPOSE }
const STREAM = `/v1/shared/stream?purpose=${PURPOSE}`
const LIST = `/v1/shared/army.positionReport?purpose=${PURPOSE}`

interface Scene {
  readonly field: Field
  readonly police: System
  readonly army: System
}

void t.test('what is shared arrives, once and in order', async t => {
  await using like = await layField()
  await t.test('in the usual case and in the unusual', async t => {
    await using field = await openField({ like })
    using police = await openSystem(field.police, { name: 'public-order-system' })
    using army = await openSystem(field.army, { name: 'army-portal' })
    const scene = { field, police, army }
    await t.test('the gateway of the army is down for a while', t => checkOutage(t, scene))
    await t.test('the same request twice', t => checkOnce(t, scene))
    await t.test('many documents in one request', t => checkLines(t, scene))
    await t.test('several recipients', t => checkRecipients(t, scene))
    await t.test('where an exchange stands is told to the system that sent it', t => checkStanding(t, scene))
    await t.test('reading page by page', t => checkPages(t, scene))
    await t.test('following the stream', t => checkStream(t, scene))
    await t.test('a stream ends with the token that opened it', t => checkStreamEnd(t, scene))
    await t.test('an answer to what was shared goes the other way', t => checkReply(t, scene))
    await t.test('health and metrics', t => checkConsole(t, scene))
    await t.test('a gateway that is asked to stop finishes what it has begun', t => checkStop(t, scene))
    await t.test('a gateway whose peer hangs can be stopped', t => checkHang(t, scene))
    await t.test('the ledgers', t => checkLedgers(t, field))
  })
  await t.test('a queue that is full', t => checkLimit(t, like))
})

async function checkOutage(t: Tap, { field, police, army }: Scene): Promise<void> {
  await field.army.stop()
  const sent: { id: string; unit: string; seq: number }[] = []
  for (let seq = 1; seq <= 10; seq++)
    for (const unit of ['PSU-1', 'PSU-2', 'PSU-3']) {
      const answer = await police.push(OPS_ROOM, pushOf('police.unitPosition', position(unit, seq), PURPOSE))
      if (answer.status !== 202 || stateOf(answer.json) !== 'queued') t.fail(answer.text)
      sent.push({ id: idOf(answer.json), unit, seq })
    }
  const flash = await police.push(
    OPS_ROOM,
    pushOf('police.unitPosition', position('PSU-9', 1), PURPOSE, { precedence: 'FLASH' }),
  )
  const { json } = await police.ask('GET', `/v1/exchanges/${sent[0]?.id}`, { acting: OPS_ROOM })
  t.match(json, { state: 'queued' }, 'meanwhile it says that it waits')
  await field.army.start()
  const events = await take(army, sent.length + 1, '0')
  t.ok(
    events.some(({ data }) => dig(data, 'id') === idOf(flash.json)),
    'the urgent one, too',
  )
  for (const unit of ['PSU-1', 'PSU-2', 'PSU-3']) {
    const arrived = events.flatMap(({ data }) =>
      dig(data, 'document', 'unit') === unit ? [dig(data, 'document', 'seq')] : [],
    )
    t.same(arrived, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], `${unit} in order, each once`)
  }
  await allSettled(field)
  const after = await police.ask('GET', `/v1/exchanges/${sent[0]?.id}`, { acting: OPS_ROOM })
  t.match(
    after.json,
    { state: 'accepted', receipt: { outcome: 'accepted' } },
    'afterwards that it has arrived',
  )
}

async function checkOnce(t: Tap, { field, police, army }: Scene): Promise<void> {
  const before = await countIn(army)
  const body = pushOf('police.unitPosition', position('ONCE-1', 1), PURPOSE)
  const key = { 'idempotency-key': 'once-and-only-once' }
  const answers = await Promise.all(Array.from({ length: 8 }, () => police.push(OPS_ROOM, body, key)))
  t.same(new Set(answers.map(({ text }) => text)).size, 1, 'eight at a time get one and the same answer')
  t.same(new Set(answers.map(({ status }) => status)), new Set([202]))
  t.equal(
    answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length,
    7,
    'seven of them are told',
  )
  const other = await police.push(
    OPS_ROOM,
    pushOf('police.unitPosition', position('ONCE-1', 2), PURPOSE),
    key,
  )
  t.equal(other.status, 422)
  t.match(other.json, { code: 'idempotency-mismatch' }, 'another body under the key is refused')
  const quoted = dig(other.json, 'exchangeId')
  t.match(
    (await field.police.leaves()).findLast(({ id }) => id === quoted),
    { kind: 'refused', why: 'idempotency-mismatch' },
  )
  using controlRoom = await openSystem(field.police, { name: 'control-room' })
  const theirs = await controlRoom.push(OPS_ROOM, body, key)
  t.not(idOf(theirs.json), idOf(answers[0]?.json), 'the key of another system is another key')
  const mixed = { ...body, to: ['army-1div', 'navy'] }
  const mixedKey = { 'idempotency-key': 'to-two-recipients' }
  const first = await police.push(OPS_ROOM, mixed, mixedKey)
  const again = await police.push(OPS_ROOM, mixed, mixedKey)
  t.equal(again.text, first.text, 'an answer with a refusal in it is repeated as it was')
  await field.police.stop()
  await field.police.start()
  const late = await police.push(OPS_ROOM, body, key)
  t.equal(late.text, answers[0]?.text, 'the answer is remembered over a restart')
  await allSettled(field)
  t.equal((await countIn(army)) - before, 3, 'and no document arrived twice')
}

async function checkLines(t: Tap, { field, police, army }: Scene): Promise<void> {
  const good = (seq: number) =>
    JSON.stringify(pushOf('police.unitPosition', position('LINE-1', seq), PURPOSE))
  const lines = [
    good(1),
    good(2).slice(0, -3),
    good(3).replace('"seq":3', '"seq":3,"seq":4'),
    JSON.stringify(pushOf('police.unitPosition', position('LINE-1', 5), 'debrief')),
    JSON.stringify({ to: 'army-1div' }),
    good(6),
    good(7).padEnd(300_000),
  ]
  const asked = { acting: OPS_ROOM, type: 'application/x-ndjson', body: `${lines.join('\n')}\n` }
  const answer = await police.ask('POST', '/v1/exchanges/batch', asked)
  t.equal(answer.status, 200)
  t.match(answer.headers['content-type'], /^application\/x-ndjson/)
  const told: Json[] = answer.text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.same(
    told.map(line => dig(line, 'line')),
    [1, 2, 3, 4, 5, 6, 7],
    'one answer for each line',
  )
  t.match(told[0], { exchanges: [{ state: 'queued' }] })
  t.match(told[1], { problem: { code: 'json-malformed' } })
  t.match(told[2], { problem: { code: 'json-duplicate-key' } })
  t.match(told[3], { exchanges: [{ state: 'refused', refusal: { code: 'purpose-not-granted' } }] })
  t.match(told[4], { problem: { code: 'request-invalid' } })
  t.match(told[5], { exchanges: [{ state: 'queued' }] })
  t.match(told[6], { problem: { code: 'body-too-large' } })
  const leaves = await field.police.leaves()
  for (const line of [1, 2, 4, 6]) {
    const quoted = dig(told[line], 'problem', 'exchangeId')
    t.match(
      leaves.findLast(({ xid }) => xid === quoted),
      { kind: 'refused', why: dig(told[line], 'problem', 'code') },
    )
  }
  await allSettled(field)
  const ids = [dig(told[0], 'exchanges', 0, 'id'), dig(told[5], 'exchanges', 0, 'id')]
  const items = await itemsOf(army)
  t.same(
    items.slice(-2).map(item => dig(item, 'id')),
    ids,
    'the good lines arrive, and no other',
  )
}

async function checkRecipients(t: Tap, { police }: Scene): Promise<void> {
  const body = pushOf('police.unitPosition', position('MANY-1', 1), PURPOSE, { to: ['navy', 'army-1div'] })
  const answer = await police.push(OPS_ROOM, body, { prefer: 'wait=20' })
  t.equal(answer.status, 201)
  t.match(answer.json, {
    exchanges: [
      { to: 'navy', state: 'refused', refusal: { code: 'recipient-unknown' } },
      { to: 'army-1div', state: 'accepted', receipt: { outcome: 'accepted' } },
    ],
  })
  const nobody = await police.push(OPS_ROOM, { ...body, to: ['navy', 'coastguard'] })
  t.equal(nobody.status, 422)
  t.match(nobody.json, { code: 'recipient-unknown' }, 'where none is known it is a problem')
}

async function checkStanding(t: Tap, { field, police }: Scene): Promise<void> {
  const body = pushOf('police.operation', operation('standing-1'), PURPOSE)
  const answer = await police.push(OPS_ROOM, body, { prefer: 'wait=20' })
  t.equal(answer.status, 201, 'with `Prefer: wait` the receipt is in the answer')
  t.equal(answer.headers['preference-applied'], 'wait')
  t.match(dig(answer.json, 'exchanges', 0), { state: 'accepted', receipt: { outcome: 'accepted' } })
  const path = String(dig(answer.json, 'exchanges', 0, 'status'))
  t.equal(answer.headers['location'], path)
  const { json, text } = await police.ask('GET', path, { acting: OPS_ROOM })
  t.match(json, {
    state: 'accepted',
    purpose: PURPOSE,
    resource: 'police.operation',
    agreement: { revision: 1 },
  })
  const told = new Map(listOf(dig(json, 'explanation')).map(one => [dig(one, 'path'), one]))
  t.match(told.get('operationName'), { outcome: 'shared' })
  t.match(told.get('command[].officer.name'), { outcome: 'withheld', row: 'command[].officer.*' })
  t.match(told.get('command[].officer.collar'), { outcome: 'treated', treatment: 'officer-alias' })
  t.match(told.get('command[].contact.tel'), { outcome: 'treated', treatment: 'last-three', branch: 'else' })
  t.notMatch(text, /Vale|NS0001|447700900123|HARBOUR/, 'and names no value')
  using controlRoom = await openSystem(field.police, { name: 'control-room' })
  const denied = await controlRoom.ask('GET', path, { acting: OPS_ROOM })
  t.equal(denied.status, 404)
  t.match(denied.json, { code: 'not-found' }, 'another system is told that there is nothing')
}

async function checkPages(t: Tap, { field, army, police }: Scene): Promise<void> {
  const all = await itemsOf(army)
  const paged: Json[] = []
  let pages = 0
  for (let next: Json | undefined = '0'; next !== undefined; pages++) {
    const { json } = await army.ask('GET', `${LIST}&limit=7&after=${String(next)}`, { acting: WATCH })
    paged.push(...listOf(dig(json, 'items')))
    next = dig(json, 'next')
  }
  t.equal(pages, Math.ceil(all.length / 7))
  t.same(paged, all, 'the pages together are the whole')
  const read = (await field.army.leaves()).filter(({ kind }) => kind === 'consulted').slice(-pages)
  t.equal(
    read.reduce((sum, { count }) => sum + Number(count), 0),
    all.length,
    'and so many readings are recorded',
  )
  const page = await army.ask('GET', `${LIST}&limit=5`, { acting: WATCH })
  const tag = String(page.headers['etag'])
  const same = await army.ask('GET', `${LIST}&limit=5`, { acting: WATCH, headers: { 'if-none-match': tag } })
  t.equal(same.status, 304, 'nothing new')
  t.equal(same.text, '')
  const whole = await army.ask('GET', `${LIST}&limit=200`, { acting: WATCH })
  await police.push(OPS_ROOM, pushOf('police.unitPosition', position('PAGE-1', 1), PURPOSE), {
    prefer: 'wait=20',
  })
  const newer = await army.ask('GET', `${LIST}&limit=200`, {
    acting: WATCH,
    headers: { 'if-none-match': String(whole.headers['etag']) },
  })
  t.equal(newer.status, 200, 'something new')
  const [item] = all
  const one = `/v1/shared/army.positionReport/${String(dig(item, 'id'))}`
  const single = await army.ask('GET', `${one}?purpose=${PURPOSE}`, { acting: WATCH })
  t.same(single.json, item, 'one by itself')
  const cached = { acting: WATCH, headers: { 'if-none-match': String(single.headers['etag']) } }
  t.equal((await army.ask('GET', `${one}?purpose=${PURPOSE}`, cached)).status, 304)
  const acting = { role: 'watchkeeper', purpose: 'debrief' }
  const mismatch = await army.ask('GET', `${one}?purpose=debrief`, { acting })
  t.equal(mismatch.status, 403)
  t.match(mismatch.json, { code: 'purpose-mismatch' }, 'for another purpose it was not shared')
  t.match((await army.ask('GET', `/v1/shared/army.positionReport?purpose=debrief`, { acting })).json, {
    items: [],
  })
  const elsewhere = await army.ask('GET', `${one.replace('positionReport', 'opord')}?purpose=${PURPOSE}`, {
    acting: WATCH,
  })
  t.match(elsewhere.json, { code: 'not-found' }, 'under another resource there is nothing')
}

async function checkStream(t: Tap, { field, police, army }: Scene): Promise<void> {
  const end = Number(dig((await itemsOf(army)).at(-1), 'cursor'))
  const push = (seq: number) =>
    police.push(OPS_ROOM, pushOf('police.unitPosition', position('FLOW-1', seq), PURPOSE))
  const stop = new AbortController()
  const begun = Date.now()
  const live = await army.follow(WATCH, STREAM, stop.signal)
  t.ok(Date.now() - begun < 3_000, 'it stands before anything comes')
  for (const seq of [1, 2, 3]) await push(seq)
  const seen = [(await live.next()).value, (await live.next()).value, (await live.next()).value]
  t.same(
    seen.map(event => dig(event?.data, 'document', 'seq')),
    [1, 2, 3],
    'what comes after it began, as it comes',
  )
  t.ok(seen.every(event => event?.event === 'shared' && event.id === dig(event.data, 'cursor')))
  stop.abort()
  for (const seq of [4, 5]) await push(seq)
  const [, second] = seen
  const resumed = await take(army, 3, String(second?.id))
  t.same(
    resumed.map(({ data }) => dig(data, 'document', 'seq')),
    [3, 4, 5],
    'resumed after the second, nothing is missing',
  )
  await field.army.kill()
  await push(6)
  await field.army.start()
  const afterwards = await take(army, 2, String(resumed[1]?.id))
  t.same(
    afterwards.map(({ data }) => dig(data, 'document', 'seq')),
    [5, 6],
    'also over the death of the gateway',
  )
  const from = await take(army, 6, String(end))
  t.same(
    from.map(({ data }) => dig(data, 'document', 'seq')),
    [1, 2, 3, 4, 5, 6],
  )
  const only = await army.ask('GET', `${LIST}&after=${end}`, { acting: WATCH })
  t.same(
    listOf(dig(only.json, 'items')),
    from.map(({ data }) => data),
    'stream and list say the same',
  )
}

/** A token of a few seconds: what it lets through ends with it. */
async function checkStreamEnd(t: Tap, { army }: Scene): Promise<void> {
  const brief = army.token(WATCH, { ttlSeconds: 3 })
  const begun = Date.now()
  const answer = await army.ask('GET', STREAM, { authorization: `Bearer ${brief}` })
  t.equal(answer.status, 200)
  const took = Date.now() - begun
  t.ok(took > 1_000 && took < 5_000, `the stream ended after ${took} ms`)
}

async function checkReply(t: Tap, { police, army }: Scene): Promise<void> {
  const answer = await police.push(OPS_ROOM, pushOf('police.unitPosition', position('ASK-1', 1), PURPOSE), {
    prefer: 'wait=20',
  })
  const inReplyTo = idOf(answer.json)
  const document = {
    track: '1EX.TPTPL.1',
    unit: 'TPTPL',
    mgrs: '30UVG2173891338',
    alert: false,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL' },
  }
  const body = { ...pushOf('army.positionReport', document, PURPOSE), to: 'northshire-police', inReplyTo }
  using tracker = army
  const reply = await tracker.push(WATCH, body, { prefer: 'wait=20' })
  t.equal(reply.status, 201)
  const path = `/v1/shared/police.unitPosition/${idOf(reply.json)}?purpose=${PURPOSE}`
  const { json } = await police.ask('GET', path, { acting: OPS_ROOM })
  t.match(json, { from: 'army-1div', inReplyTo, document: { unitId: 'TPTPL' } })
}

async function checkConsole(t: Tap, { field }: Scene): Promise<void> {
  using monitor = await openSystem(field.police, { name: 'control-room', door: 'console' })
  t.match(await monitor.ask('GET', '/livez'), { status: 200, json: { status: 'ok' } })
  t.match(await monitor.ask('GET', '/readyz'), {
    status: 200,
    json: { status: 'ok', checks: { recording: 'ok' } },
  })
  const { status, text } = await monitor.ask('GET', '/metrics')
  t.equal(status, 200)
  t.match(text, /^concordat_exchanges_released_total [1-9]/m)
  t.match(text, /^concordat_exchanges_settled_total\{state="accepted"\} [1-9]/m)
  t.match(text, /^concordat_link_carrying\{peer="army-1div",link="fibre"\} 1$/m)
  t.match((await field.army.console('/metrics')).text, /^concordat_exchanges_delivered_total [1-9]/m)
  using nobody = await openSystem(field.police, { name: undefined, door: 'console' })
  for (const path of ['/livez', '/readyz', '/metrics'])
    await t.rejects(nobody.ask('GET', path), `${path} needs a certificate`)
}

async function checkStop(t: Tap, { field, police, army }: Scene): Promise<void> {
  const ended = (async () => {
    for await (const _ of await army.follow(WATCH, STREAM, new AbortController().signal));
    return 'ended'
  })().catch(() => 'cut')
  const answers = Array.from({ length: 20 }, (_, index) =>
    police
      .push(OPS_ROOM, pushOf('police.unitPosition', position(`STOP-${index}`, 1), PURPOSE))
      .catch(() => undefined),
  )
  const first = await Promise.race(answers)
  t.equal(first?.status, 202)
  t.equal(await field.police.stop(), 0, 'it ends well')
  const answered = (await Promise.all(answers)).filter(answer => answer !== undefined)
  t.same(new Set(answered.map(({ status }) => status)), new Set([202]), 'what is answered is answered well')
  const acknowledged = answered.map(({ json }) => idOf(json))
  await field.police.start()
  await allSettled(field)
  const ids = (await itemsOf(army)).map(item => dig(item, 'id'))
  t.same(
    acknowledged.filter(id => !ids.includes(id)),
    [],
    `all ${acknowledged.length} that were acknowledged arrived`,
  )
  t.equal(await field.army.stop(), 0, 'also with somebody who follows its stream')
  t.equal(await ended, 'ended', 'whose stream is ended and not cut')
  await field.army.start()
}

async function checkHang(t: Tap, { field, police, army }: Scene): Promise<void> {
  field.army.hang(true)
  const body = pushOf('police.unitPosition', position('HANG-1', 1), PURPOSE)
  const answer = await police.push(OPS_ROOM, body, { prefer: 'wait=1' })
  t.equal(answer.status, 202)
  const begun = Date.now()
  t.equal(await field.police.stop(), 0)
  t.ok(Date.now() - begun < 8_000, `after ${Date.now() - begun} ms`)
  field.army.hang(false)
  await field.police.start()
  await allSettled(field)
  const ids = (await itemsOf(army)).map(item => dig(item, 'id'))
  t.equal(ids.filter(id => id === idOf(answer.json)).length, 1, 'what was under way arrived once')
}

async function checkLimit(t: Tap, like: Field): Promise<void> {
  const editConfig = (text: string) => `${text}\nlimits: { waiting: 100 }\n`
  await using field = await layField({ like, editConfig })
  await field.police.start()
  using police = await openSystem(field.police, { name: 'public-order-system' })
  const body = (seq: number) => pushOf('police.unitPosition', position('FULL-1', seq), PURPOSE)
  const lines = Array.from({ length: 100 }, (_, index) => `${JSON.stringify(body(index + 1))}\n`)
  const asked = { acting: OPS_ROOM, type: 'application/x-ndjson', body: lines.join('') }
  t.notMatch(
    (await police.ask('POST', '/v1/exchanges/batch', asked)).text,
    /problem|refusal/,
    'a hundred may wait',
  )
  const turned = await police.push(OPS_ROOM, body(101))
  t.equal(turned.status, 429)
  t.match(turned.json, { code: 'overloaded' }, 'one more is turned away')
  t.ok(turned.headers['retry-after'])
  await field.army.start()
  using army = await openSystem(field.army, { name: 'army-portal' })
  await take(army, 100, '0')
  await allSettled(field)
  t.equal((await police.push(OPS_ROOM, body(101))).status, 202, 'once they have arrived there is room')
  await allSettled(field)
  await checkLedgers(t, field)
}

/** So many events of the stream after a cursor. */
async function take(army: System, count: number, after: string): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  const signal = AbortSignal.timeout(60_000)
  for await (const event of await army.follow(WATCH, STREAM, signal, { 'last-event-id': after })) {
    events.push(event)
    if (events.length === count) return events
  }
  throw new Error(`only ${events.length} of ${count} events came`)
}

/** Every position the army can read. */
async function itemsOf(army: System): Promise<readonly Json[]> {
  return listOf(dig((await army.ask('GET', `${LIST}&limit=200`, { acting: WATCH })).json, 'items'))
}

async function countIn(army: System): Promise<number> {
  return (await itemsOf(army)).length
}

function listOf(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

function stateOf(json: Json | undefined): Json | undefined {
  return dig(json, 'exchanges', 0, 'state')
}
