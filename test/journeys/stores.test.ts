import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test as Tap } from 'tap'
import type { JsonObject } from '../../src/kit/kit.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField } from '../support/field.ts'
import { fillDisk, mountSmallDisk } from '../support/small-disk.ts'
import { type Acting, type Answer, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { allSettled, checkLedgers } from './endings.ts'
import { OPS_ROOM, operation, pushOf } from './records.ts'

t.setTimeout(180_000)

const PURPOSE = OPS_ROOM.purpose
const WATCH: Acting = { role: 'watchkeeper', purpose: PURPOSE }

void t.test('when a store is in trouble', async t => {
  await using like = await layField()
  await t.test('a store without space', t => checkFullStore(t, like))
  await t.test('a store without space on the other side', t => checkFullPeer(t, like))
  await t.test('a store that cannot be written any more', t => checkBrokenStore(t, like))
})

async function checkFullStore(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await using mounted = await mountSmallDisk(t, field.police.store)
  if (mounted === undefined) return
  await Promise.all([field.police.start(), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  t.equal((await police.push(OPS_ROOM, numbered(1), { prefer: 'wait=20' })).status, 201, 'there is space')
  const filler = join(field.police.store, 'filler')
  await fillDisk(filler, 1_000_000)
  const answers = await pushUntilRefused(police)
  t.match(answers.at(-1)?.json, { code: 'store-unavailable' }, 'without space a push is refused')
  t.equal(answers.at(-1)?.status, 503)
  t.ok(answers.at(-1)?.headers['retry-after'], 'and told to come again')
  t.equal((await field.police.console('/livez')).status, 200, 'the gateway goes on')
  await rm(filler)
  await until(
    async () => (await police.push(OPS_ROOM, numbered(1_000))).status === 202,
    'space, and an answer',
    10,
  )
  await checkArrived(t, { field, army, answers })
  await checkLedgers(t, field)
  await Promise.all([field.police.stop(), field.army.stop()])
}

async function checkFullPeer(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await using mounted = await mountSmallDisk(t, field.army.store)
  if (mounted === undefined) return
  await Promise.all([field.police.start(), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const filler = join(field.army.store, 'filler')
  await fillDisk(filler, 0)
  const turnedAway = () =>
    field.police.logged('batch-turned-away').filter(({ status }) => status === 503).length
  const answers: Answer[] = []
  for (let number = 1; turnedAway() === 0 && number < 100; number++)
    answers.push(await police.push(OPS_ROOM, numbered(number), { prefer: 'wait=1' }))
  t.ok(turnedAway() > 0, 'the other side says that it cannot record')
  t.same(
    answers.filter(({ status }) => status !== 201 && status !== 202),
    [],
    'what is pushed is acknowledged and waits',
  )
  await rm(filler)
  await checkArrived(t, { field, army, answers })
  await checkLedgers(t, field)
  await Promise.all([field.police.stop(), field.army.stop()])
}

/** The process may not make a file longer than four megabytes: an I/O error in the middle of the work. */
async function checkBrokenStore(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await Promise.all([field.police.start({ shell: 'ulimit -f 8192' }), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  await field.army.stop()
  const answers = await pushUntilRefused(police)
  const last = answers.at(-1)
  t.ok(last === undefined || last.status !== 202, 'the push that could not be recorded was not acknowledged')
  if (last?.status === 503) t.match(last.json, { code: 'store-unavailable' })
  t.equal(await field.police.ended(), 1, 'the gateway ends')
  t.ok(field.police.logged('store-failed').length > 0, 'and says why')
  await Promise.all([field.police.start(), field.army.start()])
  await checkArrived(t, { field, army, answers })
  await checkLedgers(t, field)
}

/** A push of about 200 kB; its number is the serial of the order that arrives. */
function numbered(number: number): JsonObject {
  const command = Array.from({ length: 180 }, (_, index) => ({
    role: 'SILVER',
    function: `Sector ${index}`,
    location: `${number} `.padEnd(120, 'x'),
    from: '2026-05-02T06:00:00Z',
  }))
  const aims = Array.from({ length: 40 }, (_, index) => ({
    n: index + 1,
    text: 'x'.repeat(600),
    priority: 1,
  }))
  const venues = Array.from({ length: 500 }, (_, index) => ({
    venueId: `V-${index}`,
    name: 'x'.repeat(160),
    kind: 'RVP',
  }))
  const document = operation('big', { version: number, venues, command, strategicIntent: { aims } })
  return pushOf('police.operation', document, PURPOSE)
}

/** One after the other, until one is not taken; the last answer is its, unless the connection was cut. */
async function pushUntilRefused(police: System): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (let number = 2; number < 400; number++) {
    const answer = await police.push(OPS_ROOM, numbered(number)).catch(() => undefined)
    if (answer !== undefined) answers.push(answer)
    if (answer?.status !== 202) return answers
  }
  throw new Error('nothing was refused')
}

/** Everything that was acknowledged is in the army's inbox, once; what was refused is not. */
async function checkArrived(
  t: Tap,
  {
    field,
    army,
    answers,
  }: { readonly field: Field; readonly army: System; readonly answers: readonly Answer[] },
): Promise<void> {
  await allSettled(field)
  const acknowledged = answers.flatMap(({ status, json }) =>
    status === 202 || status === 201 ? [String(dig(json, 'exchanges', 0, 'id'))] : [],
  )
  const path = `/v1/shared/army.opord?purpose=${PURPOSE}&limit=200`
  const items = dig((await army.ask('GET', path, { acting: WATCH })).json, 'items')
  const arrived = (Array.isArray(items) ? items : []).map(item => String(dig(item, 'id')))
  t.equal(new Set(arrived).size, arrived.length, 'nothing arrived twice')
  t.same(
    acknowledged.filter(id => !arrived.includes(id)),
    [],
    `all ${acknowledged.length} that were acknowledged arrived`,
  )
}
