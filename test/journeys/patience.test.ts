import t, { type Test as Tap } from 'tap'
import { dig } from '../support/dig.ts'
import { type Field, layField, openField } from '../support/field.ts'
import { type Acting, openSystem } from '../support/system.ts'
import { until } from '../support/until.ts'
import { allSettled, checkLedgers, idOf } from './endings.ts'
import { OPS_ROOM, operation, PLANNER, position, pushOf } from './records.ts'

t.setTimeout(180_000)

const PURPOSE = OPS_ROOM.purpose
const WATCH: Acting = { role: 'watchkeeper', purpose: PURPOSE }

void t.test('what takes longer than half a minute', async t => {
  await using like = await layField()
  t.jobs = 3
  const stories = [
    t.test('a push that waits for a receipt', { buffered: true }, t => checkWait(t, like)),
    t.test('a stream on which nothing happens', { buffered: true }, t => checkStream(t, like)),
    t.test('an exchange whose time runs out', { buffered: true }, t => checkExpiry(t, like)),
  ]
  await Promise.all(stories)
})

/** Longer than the time after which a connection without traffic is given up. */
const LONG_SECONDS = 35

async function checkWait(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await field.police.start()
  using police = await openSystem(field.police, { name: 'public-order-system' })
  const body = pushOf('police.unitPosition', position('WAIT-1', 1), PURPOSE)
  const begun = Date.now()
  const answer = await police.push(OPS_ROOM, body, { prefer: `wait=${LONG_SECONDS}` })
  t.equal(answer.status, 202, 'is answered when its patience ends')
  t.match(answer.json, { exchanges: [{ state: 'queued' }] })
  t.ok(Date.now() - begun >= LONG_SECONDS * 1_000)
  const held = police.push(OPS_ROOM, body, { prefer: 'wait=60' })
  await until(
    async () => /^concordat_outbox_exchanges\{.*\} 2$/m.test((await field.police.console('/metrics')).text),
    'the second push',
  )
  t.equal(await field.police.stop(), 0, 'does not keep its gateway from stopping')
  t.match((await held).json, { exchanges: [{ state: 'queued' }] }, 'and is answered even so')
  await Promise.all([field.police.start(), field.army.start()])
  await allSettled(field)
  await checkLedgers(t, field)
}

async function checkStream(t: Tap, like: Field): Promise<void> {
  await using field = await openField({ like })
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const acting = { role: 'watchkeeper', purpose: PLANNER.purpose }
  const stop = new AbortController()
  const stream = await army.follow(acting, `/v1/shared/stream?purpose=${PLANNER.purpose}`, stop.signal)
  const next = stream.next()
  const early = await Promise.race([next.then(() => 'an event or its end'), quiet(LONG_SECONDS)])
  t.equal(early, 'quiet', 'stays open')
  const document = operation('late', { lifecycle: 'APPROVED' })
  const sent = await police.push(PLANNER, pushOf('police.operation', document, PLANNER.purpose), {
    prefer: 'wait=20',
  })
  t.equal(dig((await next).value?.data, 'id'), idOf(sent.json), 'and tells what comes at last')
  stop.abort()
  await checkLedgers(t, field)
}

function quiet(seconds: number): Promise<string> {
  return new Promise(done => setTimeout(() => done('quiet'), seconds * 1_000))
}

async function checkExpiry(t: Tap, like: Field): Promise<void> {
  const editConfig = (text: string) => `${text}\nlimits: { timeToLiveSeconds: 60 }\n`
  await using field = await layField({ like, editConfig })
  await field.police.start()
  using police = await openSystem(field.police, { name: 'public-order-system' })
  const push = (seq: number) =>
    police.push(OPS_ROOM, pushOf('police.unitPosition', position('OLD-1', seq), PURPOSE))
  const old = idOf((await push(1)).json)
  const standing = async () => (await police.ask('GET', `/v1/exchanges/${old}`, { acting: OPS_ROOM })).json
  await until(async () => dig(await standing(), 'state') === 'expired', 'the end of its time', 90)
  t.match(
    (await field.police.leaves()).find(({ xid, kind }) => xid === old && kind === 'expired'),
    { kind: 'expired' },
    'is recorded',
  )
  const young = idOf((await push(2)).json)
  await field.army.start()
  using army = await openSystem(field.army, { name: 'army-portal' })
  const signal = AbortSignal.timeout(30_000)
  const stream = await army.follow(WATCH, `/v1/shared/stream?purpose=${PURPOSE}`, signal, {
    'last-event-id': '0',
  })
  const { value } = await stream.next()
  t.equal(dig(value?.data, 'id'), young, 'does not arrive any more; the next one of its lane does')
  await allSettled(field)
  await checkLedgers(t, field)
}
