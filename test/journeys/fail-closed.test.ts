import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test as Tap } from 'tap'
import type { JsonObject } from '../../src/kit/kit.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField, type Side } from '../support/field.ts'
import { fillDisk, mountSmallDisk } from '../support/small-disk.ts'
import { type Acting, type Answer, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { allSettled, checkLedgers } from './endings.ts'
import { OPS_ROOM, operation, pushOf } from './records.ts'

t.setTimeout(180_000)

const PURPOSE = OPS_ROOM.purpose
const WATCH: Acting = { role: 'watchkeeper', purpose: PURPOSE }
const MORE = 12

void t.test('what cannot be recorded does not happen', async t => {
  await using like = await layField()
  await t.test('a full disk', t => checkFullDisk(t, like))
  await t.test('a disk that fails', t => checkFailingDisk(t, like))
})

async function checkFullDisk(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await using mounted = await mountSmallDisk(t, field.police.store)
  if (mounted === undefined) return
  await Promise.all([field.police.start(), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const taken = [await police.push(OPS_ROOM, large(1), { prefer: 'wait=20' })]
  t.equal(taken[0]?.status, 201)
  t.match(await checksOf(field.police), { recording: 'ok', space: 'ok' })

  const filler = join(field.police.store, 'filler')
  await fillDisk(filler, 0)
  const refused: Answer[] = []
  for (let number = 2; refused.length < MORE && number < 200; number++) {
    const answer = await police.push(OPS_ROOM, large(number))
    if (answer.status === 202) taken.push(answer)
    else refused.push(answer)
  }
  t.equal(refused.length, MORE, 'nothing is taken any more')
  for (const { status, json, headers } of refused)
    if (status !== 503 || dig(json, 'code') !== 'store-unavailable' || !headers['retry-after'])
      t.fail(`answered ${status} ${JSON.stringify(json)}`)
  await checkSaid(t, field.police)
  await checkRefusals(t, field.police, refused)

  await rm(filler)
  await until(async () => (await checksOf(field.police))['space'] === 'ok', 'space again', 10)
  t.match(
    field.police.logged('store-has-space'),
    [{ unrecorded: MORE }],
    'it recovers by itself, and says so',
  )
  const last = await police.push(OPS_ROOM, large(900), { prefer: 'wait=20' })
  t.equal(last.status, 201, 'and goes on')
  await checkMissed(t, field.police, { why: 'disk-full', count: MORE, next: idOf(last) })
  await allSettled(field)
  t.same(
    (await arrivedAt(army)).toSorted(),
    [...taken, last].map(idOf).toSorted(),
    'no document left that was refused',
  )
  await checkLedgers(t, field)
  await Promise.all([field.police.stop(), field.army.stop()])
}

/** The log, the health check and the metrics say it. */
async function checkSaid(t: Tap, side: Side): Promise<void> {
  t.equal(side.logged('store-full').length, 1, 'the log says it once')
  const { status, text } = await side.console('/readyz')
  t.equal(status, 503)
  t.match(JSON.parse(text), { status: 'failing', checks: { recording: 'ok', space: 'failing' } })
  t.equal((await side.console('/livez')).status, 200)
  t.match((await side.console('/metrics')).text, /^concordat_store_full 1$/m)
}

/** Each refusal is itself on the record: there is a reserve for that. */
async function checkRefusals(t: Tap, side: Side, refused: readonly Answer[]): Promise<void> {
  const leaves = (await side.leaves()).filter(
    ({ kind, why }) => kind === 'refused' && why === 'store-unavailable',
  )
  t.equal(leaves.length, refused.length, 'each refusal is recorded from the reserve')
}

/** The first leaf that could be written says how many could not; what was taken afterwards follows it. */
async function checkMissed(
  t: Tap,
  side: Side,
  { why, count, next }: { readonly why: string; readonly count?: number; readonly next: string },
): Promise<void> {
  const leaves = await side.leaves()
  const missed = leaves.filter(({ kind }) => kind === 'store.degraded')
  t.match(
    missed,
    [{ why, ...(count === undefined ? {} : { count }) }],
    'one leaf says what the ledger has missed',
  )
  const place = leaves.findIndex(({ kind }) => kind === 'store.degraded')
  t.ok(place < leaves.findIndex(({ xid }) => xid === next), 'before anything else is taken')
}

/** The process may not make a file longer than four megabytes: an I/O error in the middle of the work. */
async function checkFailingDisk(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await Promise.all([field.police.start({ shell: 'ulimit -f 8192' }), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const taken: Answer[] = []
  for (let number = 1; number < 200; number++) {
    const answer = await police.push(OPS_ROOM, large(number)).catch(() => undefined)
    if (answer?.status !== 202) break
    taken.push(answer)
  }
  t.equal(await field.police.ended(), 1, 'the gateway ends by itself, and not with success')
  t.equal(field.police.logged('store-failed').length, 1, 'and says why')
  const before = (await field.police.leaves()).length
  await field.police.start()
  const { kind, why } = (await field.police.leaves())[before] ?? {}
  t.match({ kind, why }, { kind: 'store.degraded', why: 'io-error' }, 'the first leaf after it')
  const last = await police.push(OPS_ROOM, large(900), { prefer: 'wait=20' })
  await checkMissed(t, field.police, { why: 'io-error', next: idOf(last) })
  await allSettled(field)
  const arrived = await arrivedAt(army)
  t.same(
    [...taken, last].map(idOf).filter(id => !arrived.includes(id)),
    [],
    'what was acknowledged arrived',
  )
  t.equal(new Set(arrived).size, arrived.length, 'once')
  await checkLedgers(t, field)
  await Promise.all([field.police.stop(), field.army.stop()])
}

function idOf({ json }: Answer): string {
  return String(dig(json, 'exchanges', 0, 'id'))
}

async function checksOf(side: Side): Promise<JsonObject> {
  const { checks } = JSON.parse((await side.console('/readyz')).text)
  return checks
}

async function arrivedAt(army: System): Promise<string[]> {
  const path = `/v1/shared/army.opord?purpose=${PURPOSE}&limit=200`
  const items = dig((await army.ask('GET', path, { acting: WATCH })).json, 'items')
  return (Array.isArray(items) ? items : []).map(item => String(dig(item, 'id')))
}

/** A push of about 100 kB; its number is the serial of the order that arrives. */
function large(number: number): JsonObject {
  const venues = Array.from({ length: 500 }, (_, at) => ({
    venueId: `V-${at}`,
    name: 'x'.repeat(160),
    kind: 'RVP',
  }))
  return pushOf('police.operation', operation('big', { version: number, venues }), PURPOSE)
}
