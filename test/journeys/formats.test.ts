import t, { type Test as Tap } from 'tap'
import { cotSchema, hasXmllint, violations } from '../formats/support.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField } from '../support/field.ts'
import { openSystem, type System } from '../support/system.ts'
import { allSettled, checkLedgers, idOf } from './endings.ts'
import { OPS_ROOM, operation, PLANNER, position, pushOf } from './records.ts'

t.setTimeout(180_000)

const LIVE = OPS_ROOM.purpose
const WATCH = { role: 'watchkeeper', purpose: LIVE }
const LIST = `/v1/shared/army.positionReport?purpose=${LIVE}`
const GEO = { accept: 'application/geo+json' }
const XML = { accept: 'application/xml' }

void t.test('the army reads what the police share in formats that its maps know', async t => {
  await using field = await layField()
  await Promise.all([field.police.start(), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const ids: string[] = []
  for (const seq of [1, 2, 3])
    ids.push(
      idOf((await police.push(OPS_ROOM, pushOf('police.unitPosition', position('PSU-7', seq), LIVE))).json),
    )
  await police.push(
    PLANNER,
    pushOf('police.operation', operation('op-map', { lifecycle: 'APPROVED' }), PLANNER.purpose),
  )
  await allSettled(field)
  await t.test('positions', t => checkPositions(t, army, ids[0] ?? ''))
  await t.test('an order', t => checkOrder(t, army))
  await t.test('what there is not', t => checkRefused(t, { field, army }))
  await t.test('every reading is on record', t => checkRecord(t, field, ids[0] ?? ''))
  await t.test('the ledgers', t => checkLedgers(t, field))
})

async function checkPositions(t: Tap, army: System, id: string): Promise<void> {
  const json = await army.ask('GET', LIST, { acting: WATCH })
  t.match(
    json.headers['content-type'],
    /^application\/json/,
    'who asks for nothing gets what there always was',
  )
  const page = await army.ask('GET', `${LIST}&limit=2`, { acting: WATCH, headers: GEO })
  t.equal(page.status, 200, page.text)
  t.match(page.headers['content-type'], /^application\/geo\+json/)
  t.match(page.json, {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', geometry: { type: 'Point' } }],
  })
  const [lon, lat] = [0, 1].map(axis => dig(page.json, 'features', 0, 'geometry', 'coordinates', axis))
  const shown = dig(json.json, 'items', 0, 'document', 'mgrs')
  t.equal(dig(page.json, 'features', 0, 'properties', 'mgrs'), shown)
  t.ok(Number(lon) < 0 && Number(lat) > 50, 'longitude first')
  const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(String(page.headers['link'])) ?? []
  const rest = await army.ask('GET', next, { acting: WATCH, headers: GEO })
  t.equal(dig(rest.json, 'features', 1), undefined)
  t.equal(rest.headers['link'], undefined, 'and that is the last page')
  const one = await army.ask('GET', `/v1/shared/army.positionReport/${id}?purpose=${LIVE}`, {
    acting: WATCH,
    headers: XML,
  })
  t.match(one.headers['content-type'], /^application\/xml/)
  t.match(one.text, /^<\?xml .*\n<event version="2\.0" uid="[^"]*PSU-7" type="a-f-G-U-U-L-C"/)
  t.match(one.headers['vary'], /accept/)
  const etag = String(one.headers['etag'])
  const again = await army.ask('GET', `/v1/shared/army.positionReport/${id}?purpose=${LIVE}`, {
    acting: WATCH,
    headers: { ...XML, 'if-none-match': etag },
  })
  t.equal(again.status, 304)
  const all = await army.ask('GET', LIST, { acting: WATCH, headers: XML })
  const events = all.text.match(/<event .*?<\/event>/g) ?? []
  t.equal(events.length, 3)
  const schema = cotSchema('Base-Event')
  if (schema && hasXmllint) t.equal(violations(schema, [one.text, ...events]), '')
  else t.comment('xmllint or the public schema is not on this machine')
}

async function checkOrder(t: Tap, army: System): Promise<void> {
  const acting = { role: 'watchkeeper', purpose: PLANNER.purpose }
  const path = `/v1/shared/army.opord?purpose=${PLANNER.purpose}`
  const map = await army.ask('GET', path, { acting, headers: GEO })
  t.equal(map.status, 200, map.text)
  t.match(map.json, {
    features: [{ id: 'V-1', properties: { kind: 'ASSEMBLY_POINT', shared: { purpose: PLANNER.purpose } } }],
  })
}

async function checkRefused(
  t: Tap,
  { field, army }: { readonly field: Field; readonly army: System },
): Promise<void> {
  const order = `/v1/shared/army.opord?purpose=${PLANNER.purpose}`
  const acting = { role: 'watchkeeper', purpose: PLANNER.purpose }
  for (const [path, headers] of [
    [order, XML],
    [order, { accept: 'text/csv' }],
  ] as const) {
    const answer = await army.ask('GET', path, { acting, headers })
    t.equal(answer.status, 406)
    t.match(answer.json, { code: 'format-unavailable', rule: /application\/json/ })
    const quoted = dig(answer.json, 'exchangeId')
    const leaf = (await field.army.leaves()).find(({ id }) => id === quoted)
    t.match(leaf, { kind: 'refused', why: 'format-unavailable' })
  }
  const wrong = await army.ask('GET', LIST, { acting, headers: GEO })
  t.match(wrong.json, { code: 'purpose-not-granted' }, 'no format is a way round the purpose')
}

async function checkRecord(t: Tap, field: Field, id: string): Promise<void> {
  const leaves = (await field.army.leaves()).filter(({ kind }) => kind === 'consulted')
  const counts = leaves.filter(({ res }) => res === 'army.positionReport').map(({ count }) => count)
  t.same(counts, [3, 2, 1, 1, 1, 3], 'as for JSON, whatever the format')
  t.equal(leaves.filter(({ xid }) => xid === id).length, 2)
}
