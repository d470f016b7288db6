import t from 'tap'
import type { SharedRow } from '../../src/delivery/delivery.ts'
import { chooseFormat, writeShared, writeSharedPage } from '../../src/http/shared-formats.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { registry } from '../formats/support.ts'
import { dig, parse } from '../support/dig.ts'
import { agency } from '../translation/support.ts'

const parts = { agency: agency('army-1div'), clock: { now: () => Date.UTC(2026, 4, 2) }, schemas: registry }

function chosen(accept: string | undefined, resource = 'army.positionReport', many = false): string {
  try {
    return chooseFormat(parts, accept, { resource, many })?.name ?? 'json'
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code
    throw thrown
  }
}

void t.test('Accept chooses as RFC 9110 has it', t => {
  const GEO = 'application/geo+json'
  for (const [accept, name] of [
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/json', 'json'],
    [GEO, 'geojson'],
    ['APPLICATION/GEO+JSON', 'geojson'],
    ['application/xml', 'cot'],
    [`${GEO}, */*`, 'geojson'],
    [`${GEO};q=0.5, application/json`, 'json'],
    [`${GEO};q=0.9,application/xml;q=0.95 , application/json;q=0.1`, 'cot'],
    ['application/xml;charset=utf-8', 'cot'],
    ['application/json;q=0, */*;q=0.1', 'cot'],
    ['text/html', 'format-unavailable'],
    ['application/json;q=0', 'format-unavailable'],
    ['', 'format-unavailable'],
    [',;q=,', 'format-unavailable'],
  ] as const)
    t.equal(chosen(accept), name, String(accept))
  t.end()
})

void t.test('a resource has the formats that it has', t => {
  t.equal(chosen('application/xml', 'army.opord'), 'format-unavailable')
  t.equal(chosen('application/geo+json', 'army.opord'), 'geojson')
  t.equal(chosen('application/xml', 'police.mutualAidRequest'), 'edxl-rm')
  t.equal(
    chosen('application/xml', 'police.mutualAidRequest', true),
    'format-unavailable',
    'which has no list',
  )
  t.equal(chosen('application/xml', 'army.positionReport', true), 'cot')
  t.equal(chosen('application/geo+json', 'no.such'), 'format-unavailable')
  t.equal(chosen('application/json', 'no.such'), 'json')
  t.end()
})

function row(document: JsonObject): SharedRow {
  const about = {
    from: 'northshire-police',
    label: { policy: 'UK-GSC', classification: 'SECRET' },
    caveats: ['NOT FOR PRESS'],
    agreement: 'sha256:x',
    receivedAt: '2026-05-02T00:00:00Z',
  }
  const row = {
    row: 1,
    id: 'x-1',
    leafId: 'l',
    peer: parts.agency,
    resource: 'army.positionReport',
    version: '1.0.0',
    purpose: 'live-coordination',
  }
  return {
    ...row,
    document: JSON.stringify(document),
    about: JSON.stringify(about),
    receivedAt: 0,
    deleteAt: Date.UTC(2026, 5, 1),
  } as SharedRow
}

void t.test('what the exchange says goes with the document', t => {
  const geo = chooseFormat(parts, 'application/geo+json', { resource: 'army.positionReport', many: true })
  const cot = chooseFormat(parts, 'application/xml', { resource: 'army.positionReport', many: true })
  if (!geo || !cot) throw new Error('no format')
  const full = row({ track: 'T.1', mgrs: '30UVG2091', timestamp: '2026-05-02T10:00:00Z' })
  const feature = parse(writeShared(parts, geo, full))
  t.match(feature, {
    properties: {
      marking: 'SECRET',
      shared: {
        exchange: 'x-1',
        from: 'northshire-police',
        purpose: 'live-coordination',
        caveats: ['NOT FOR PRESS'],
        deleteAt: '2026-06-01T00:00:00.000Z',
        partialView: true,
      },
    },
  })
  t.match(writeShared(parts, cot, full), /access="SECRET".*caveat="NOT FOR PRESS" releaseableTo="army-1div"/)
  const bare = row({ track: 'T.2' })
  const page = writeSharedPage(parts, geo, [full, bare, full])
  t.equal(page.leftOut, 1)
  const features = dig(parse(page.text), 'features')
  t.equal(Array.isArray(features) && features.length, 2)
  t.equal(writeSharedPage(parts, cot, [bare]).leftOut, 1)
  t.throws(() => writeShared(parts, cot, bare), { code: 'format-unavailable', rule: 'no place' })
  t.end()
})
