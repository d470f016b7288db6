/** Two versions of one schema live at the same time: each agreement says which one its exchanges are made of. */
import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { PushRequest } from '../../src/exchange/exchange.ts'
import type { JsonObject } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement, readAgencyRules } from '../../src/policy/policy.ts'
import { makeSigner } from '../../src/seal/seal.ts'
import { type AgencyId, ProblemsError, Refusal } from '../../src/terms/terms.ts'
import { compileMapping, makeMappingBook, squareOf } from '../../src/translation/translation.ts'
import { NEXT_VERSION, projectFile, upgradedSchemas } from '../support/upgraded-schemas.ts'
import { ARMY, callerWith, House, POLICE, policeToArmy } from './two-houses.ts'

const THIRD = 'army-3div' as AgencyId
const schemas = upgradedSchemas(true)
const parts = {
  catalogueOf: schemas.catalogueOf,
  squareOf,
  pseudonymKey: () => createSecretKey(randomBytes(32)),
}

const shipped = readFileSync(projectFile('policies/northshire-police.to.army-1div.public-order.yaml'), 'utf8')
const next = schemas.catalogueOf('police.unitPosition')
const today = schemas.catalogueOf('police.unitPosition', '1.1.0')

/** The shipped policy for another division, written against the next version. */
const forThird = shipped
  .replaceAll('army-1div', THIRD)
  .replace(`version: 1.1.0, digest: ${today?.digest}`, `version: ${NEXT_VERSION}, digest: ${next?.digest}`)
  .replace(
    '      seq: { live-coordination: share, others: withhold }',
    '$&\n      batteryPercent: { live-coordination: share, others: withhold }',
  )

const mappingFile = 'police.unitPosition.to.army.positionReport.yaml'
const mappingToday = readFileSync(projectFile(`schemas/mappings/${mappingFile}`), 'utf8')
const mappingNext = mappingToday
  .replace(
    'from: { schema: police.unitPosition, version: 1.1.0 }',
    `from: { schema: police.unitPosition, version: ${NEXT_VERSION} }`,
  )
  .replace('unmapped:\n', 'unmapped:\n  - { from: batteryPercent, why: no such field }\n')

function bookOf(...sources: readonly string[]) {
  const compiled = sources.map(source => ({
    file: mappingFile,
    mapping: compileMapping(source, mappingFile, { catalogueOf: schemas.catalogueOf }),
  }))
  return makeMappingBook(compiled, schemas)
}

function compile(source: string): Agreement {
  return compileAgreement(source, 'policy.yaml', parts)
}

const agreements = [compile(shipped), compile(forThird)]

function threeHouses(mappings = bookOf(mappingToday, mappingNext).book) {
  const keys = new Map(
    [POLICE, ARMY, THIRD].map(agency => [agency, makeSigner(generateKeyPairSync('ed25519').privateKey)]),
  )
  const given = { schemas, agreements, mappings, peers: [POLICE, ARMY, THIRD] }
  return {
    police: new House(POLICE, ARMY, keys, given),
    army: new House(ARMY, POLICE, keys, given),
    third: new House(THIRD, POLICE, keys, given),
  }
}

const position: JsonObject = {
  unitId: 'PSU-NS-021',
  operationId: 'urn:uuid:11111111-2222-4333-8444-555555555501',
  unitType: 'PSU',
  covert: false,
  at: '2026-05-02T12:04:31Z',
  position: { lat: 55.86394, lon: -4.27187, accuracyM: 12, source: 'MACHINE.GPS' },
  state: 6,
  seq: 10432,
  label: { policy: 'UK-GSC', classification: 'OFFICIAL' },
}
const nextPosition = { ...position, batteryPercent: 80 }

const officer = callerWith('ops-room', 'live-coordination')
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }

function push(house: House, order: Pick<PushRequest, 'to' | 'document'> & Partial<PushRequest>) {
  const label = { policy: 'UK-GSC', classification: 'OFFICIAL' }
  const about = { purpose: 'live-coordination', resource: 'police.unitPosition', label }
  return house.exchange.push(officer, { ...about, ...order }, given)
}

async function refused(t: Test, code: string, work: Promise<unknown>): Promise<void> {
  const thrown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  t.equal(thrown instanceof Refusal && thrown.code, code)
}

async function inboxOf(house: House) {
  const rows = await house.store.shared({
    resource: 'army.positionReport',
    purposes: ['live-coordination'],
    after: 0,
    limit: 9,
  })
  return rows.map(({ document }) => document)
}

void t.test('a document travels in the version that the agreement with its recipient names', async t => {
  const { police, army, third } = threeHouses()
  await push(police, { to: ARMY, document: position })
  t.match(police.outgoing[0]?.manifest, /"version":"1\.1\.0"/)
  t.equal((await police.sendTo(army))[0]?.outcome, 'accepted')
  await push(police, { to: THIRD, document: nextPosition })
  t.match(police.outgoing[0]?.manifest, /"version":"1\.2\.0"/)
  t.match(police.outgoing[0]?.line, /"batteryPercent":80/)
  t.equal((await police.sendTo(third))[0]?.outcome, 'accepted')
  t.match([await inboxOf(army), await inboxOf(third)], [[/"PSU-NS-021"/], [/"PSU-NS-021"/]])
})

void t.test('one push to two recipients is judged by the version of each', async t => {
  const { police } = threeHouses()
  const both = await push(police, { to: [ARMY, THIRD], document: position })
  t.same(both.kind === 'pushed' && both.to.map(({ state }) => state), ['queued', 'queued'])
  t.match(
    police.outgoing.map(({ manifest }) => manifest),
    [/"version":"1\.1\.0"/, /"version":"1\.2\.0"/],
  )
  const one = await push(police, { to: [ARMY, THIRD], document: nextPosition })
  t.same(one.kind === 'pushed' && one.to.map(({ refusal }) => refusal?.code), ['document-invalid', undefined])
})

void t.test('a system that says which version it wrote for is not taken to mean another', async t => {
  const { police } = threeHouses()
  await push(police, { to: ARMY, document: position, version: '1.1.0' })
  await push(police, { to: THIRD, document: position, version: NEXT_VERSION })
  t.equal(police.outgoing.length, 2)
  for (const [to, version] of [
    [ARMY, NEXT_VERSION],
    [THIRD, '1.1.0'],
    [ARMY, '2.0.0'],
  ] as const)
    await refused(t, 'schema-mismatch', push(police, { to, document: position, version }))
  await refused(t, 'document-invalid', push(police, { to: ARMY, document: nextPosition }))
  t.equal(police.outgoing.length, 2)
})

void t.test('without an agreement the newest version judges, and nothing goes', async t => {
  const { police } = threeHouses()
  const order = { to: ARMY, resource: 'army.positionReport', document: { track: 'x' } }
  await refused(t, 'agreement-missing', push(police, order))
  await refused(t, 'schema-mismatch', push(police, { ...order, version: '0.9.0' }))
})

void t.test('what a peer sends in another version than was agreed is refused', async t => {
  for (const [to, from, into] of [
    ['army', '1.1.0', NEXT_VERSION],
    ['third', NEXT_VERSION, '1.1.0'],
  ] as const) {
    const houses = threeHouses()
    await push(houses.police, { to: houses[to].agency, document: position })
    const rows = houses.police.outgoing
      .splice(0)
      .map(row => ({ ...row, manifest: row.manifest.replace(`"${from}"`, `"${into}"`) }))
    const [receipt] = await houses.police.sendTo(houses[to], rows)
    t.match(receipt, { outcome: 'refused', code: 'schema-mismatch' })
  }
})

void t.test('a version that the recipient has no mapping for is refused by it', async t => {
  const { police, army, third } = threeHouses(bookOf(mappingToday).book)
  await push(police, { to: THIRD, document: position })
  t.match((await police.sendTo(third))[0], { outcome: 'refused', code: 'mapping-missing' })
  await push(police, { to: ARMY, document: position })
  t.match((await police.sendTo(army))[0], { outcome: 'accepted' })
})

void t.test('one version of one resource is delivered by one mapping', t => {
  t.same(bookOf(mappingToday, mappingNext).problems, [])
  t.match(bookOf(mappingToday, mappingToday).problems, [{ code: 'mapping-twice', file: mappingFile }])
  const aside = mappingToday.replace('\nrules:', '\ndelivers: false\nrules:')
  t.same(bookOf(mappingToday, aside).problems, [])
  t.equal(bookOf(aside).book.find('police.unitPosition', '1.1.0'), undefined)
  t.throws(() => bookOf(mappingToday.replace('\nrules:', '\ndelivers: perhaps\nrules:')), ProblemsError)
  t.end()
})

void t.test('a document of the shared vocabulary reaches the other side as it is', t => {
  const mapping = bookOf().book.find('joint.resourceStatus', '1.0.0')
  const document = { requestRef: 'MA/1', status: 'Staging' }
  const label = { policy: 'UK-GSC', classification: 'OFFICIAL' }
  const translation = mapping?.translate(document, { provider: ARMY, label, receivedAt: 0, exchangeId: 'x' })
  t.match(translation, { kind: 'translated', document })
  t.match(mapping, { to: { resource: 'joint.resourceStatus', version: '1.0.0' } })
  t.equal(bookOf().book.find('police.unitPosition', '1.1.0'), undefined)
  t.end()
})

void t.test('an agreement means the same after an upgrade as before, as long as its version lives', t => {
  t.equal(agreements[0]?.digest, policeToArmy.digest)
  t.match(agreements[0]?.resources.get('police.unitPosition'), { version: '1.1.0', digest: today?.digest })
  t.match(agreements[1]?.resources.get('police.unitPosition'), { version: NEXT_VERSION })
  const without = upgradedSchemas(false)
  const problems = (() => {
    try {
      compileAgreement(shipped, 'policy.yaml', { ...parts, catalogueOf: without.catalogueOf })
      return []
    } catch (thrown) {
      if (thrown instanceof ProblemsError) return thrown.problems
      throw thrown
    }
  })()
  t.ok(problems.some(({ code }) => code === 'catalogue-version'))
  t.end()
})

void t.test('a line of an agency may speak of what only an older version has', t => {
  const line = (path: string) =>
    `format: agency-rules/1\nagency: ${POLICE}\nbaseline:\n` +
    `  - { id: B1, says: no, resource: army.opord, path: ${path}, most: withhold }\n`
  const older = { ...schemas, catalogueOf: olderOpord }
  t.equal(readAgencyRules(line('p4AdminLogistics.forage'), 'rules.yaml', older).ok, true)
  t.equal(readAgencyRules(line('acknowledge'), 'rules.yaml', older).ok, true)
  t.equal(readAgencyRules(line('p4AdminLogistics.fodder'), 'rules.yaml', older).ok, false)
  t.end()
})

/** As published, but that the older order has an item which the newest one has no longer. */
function olderOpord(resource: string, version?: string) {
  const catalogue = schemas.catalogueOf(resource, version)
  const leaf = catalogue?.leaves.get('p4AdminLogistics.transport')
  if (version !== '1.0.0' || !catalogue || !leaf) return catalogue
  const path = 'p4AdminLogistics.forage'
  return { ...catalogue, leaves: new Map([...catalogue.leaves, [path, { ...leaf, path }]]) }
}
