import { createSecretKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import { canonicalJson, digestOf, isJsonObject, type JsonObject } from '../../src/kit/kit.ts'
import {
  type Agreement,
  addApproval,
  checkApprovals,
  compileAgreement,
  type Officer,
  type OfficerSignature,
  signStatement,
  statementOf,
} from '../../src/policy/policy.ts'
import type { AgencyId, Label } from '../../src/terms/terms.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { attempt, compiled, here, jsonFile, label, parts, policyWith } from './support.ts'

const root = join(here, '../..')
const missionSource = readFileSync(join(here, 'cases/mission-planning/policy.yaml'), 'utf8')
const mission = compiled(missionSource)
const rally = jsonFile(join(here, 'cases/mission-live/document.json'))

// The two shipped agreements ----------------------------------------------------------------------------------------

const schemas = loadSchemas(join(root, 'schemas'))
const examples = join(process.env['CONFORMANCE_DATA'] ?? join(root, '../shared/data'), 'domain-examples')

function shipped(name: string): Agreement {
  const file = join(root, 'policies', `${name}.public-order.yaml`)
  return compileAgreement(readFileSync(file, 'utf8'), file, {
    catalogueOf: resource => schemas.get(resource)?.catalogue,
    squareOf,
    pseudonymKey: () => createSecretKey(Buffer.alloc(32, 5)),
  })
}

const police = shipped('northshire-police.to.army-1div')
const army = shipped('army-1div.to.northshire-police')
const inForce = Date.parse('2026-11-21T12:00:00Z')

void t.test('the shipped agreements hold, each with at least a dozen worked examples', t => {
  t.ok(police.examples >= 12 && army.examples >= 12)
  t.strictSame(
    [...police.resources.keys()],
    ['police.operation', 'police.unitDeployment', 'police.unitPosition'],
  )
  t.strictSame([police.provider, police.recipient], ['northshire-police', 'army-1div'])
  t.strictSame([army.provider, army.recipient], ['army-1div', 'northshire-police'])
  for (const { digest, form } of [police, army]) t.equal(digest, digestOf(canonicalJson(form)))
  t.end()
})

void t.test('every item of every resource is decided for every purpose', t => {
  for (const agreement of [police, army]) {
    for (const resource of agreement.resources.keys()) {
      for (const purpose of agreement.purposes.keys()) {
        for (const { path, row } of agreement.explain(resource, purpose, []))
          t.ok(row, `${path} for ${purpose}`)
      }
    }
  }
  t.end()
})

const unlessMissing = existsSync(examples) ? {} : { skip: 'the independent test data is not on this machine' }

void t.test('the independent example documents go live, and the receiver accepts them', unlessMissing, t => {
  const cases = [
    [police, 'police.operation'],
    [police, 'police.unitDeployment'],
    [police, 'police.unitPosition'],
    [army, 'army.positionReport'],
  ] as const
  for (const [agreement, resource] of cases) {
    const document = jsonFile(join(examples, `${resource}.json`))
    const asked = {
      resource,
      purpose: 'live-coordination',
      role: 'ops-room',
      document,
      request: {},
      now: inForce,
    }
    const decision = agreement.decide({ ...asked, label: document['label'] as unknown as Label })
    if (decision.kind === 'refuse') {
      t.fail(`${resource} is refused with ${decision.code}`)
      continue
    }
    const { document: cut, tally } = agreement.project(decision)
    t.strictSame(agreement.recheck(resource, 'live-coordination', JSON.parse(JSON.stringify(cut))), [])
    const names = /[A-H]\. Example|EX21|junction 3|G0001|GM12345|GM20001|\+44141/
    t.notMatch(JSON.stringify(cut), names)
    t.equal(agreement.explain(resource, 'live-coordination', tally).length > 10, true)
    t.same(JSON.parse(JSON.stringify(tally)), tally)
  }
  t.end()
})

void t.test('real squares of the grid are fixed points', t => {
  const asked = {
    resource: 'police.unitPosition',
    purpose: 'debrief',
    role: 'lessons-team',
    label,
    request: {},
    now: inForce,
  }
  let snapped = 0
  fc.assert(
    fc.property(
      fc.double({ min: -179.99, max: 179.99, noNaN: true }),
      fc.double({ min: -79.9, max: 83.9, noNaN: true }),
      (lon, lat) => {
        const decision = police.decide({ ...asked, document: { unitId: 'U-1', position: { lon, lat } } })
        if (decision.kind === 'refuse') return false
        const { document } = police.project(decision)
        if ('position' in document) snapped++
        return police.recheck('police.unitPosition', 'debrief', document).length === 0
      },
    ),
    { numRuns: 1_000 },
  )
  t.ok(snapped > 950, `${snapped} positions were snapped`)
  t.end()
})

// Deciding and rechecking ---------------------------------------------------------------------------------------------

void t.test('recheck names places and never values', t => {
  const received = {
    ...{ reference: 'PO-26-118', threatLevel: 'LOW', crowdEstimate: 12, narrative: 'secret', 'a\nb': 1 },
    weather: {},
    sectors: [
      {
        code: 'S1',
        kind: 'custody',
        centre: { type: 'Point', coordinates: [-4.2, 55.8] },
        officersDeployed: 64,
      },
      { code: 'S2', commander: { shoulderNumber: null } },
      7,
    ],
    tags: [],
    intelligence: [{ urn: 'I-1', handlingCode: 'C' }, { urn: 'I-2' }],
    people: [{ name: 'Pat Doe' }],
    units: { callSign: 'ALFA' },
  }
  const found = mission.recheck('drill.mission', 'live-coordination', received)
  t.strictSame(found.map(({ path, code }) => `${path} ${code}`).sort(), [
    '? unknown-or-withheld',
    'intelligence[0] entry-not-allowed',
    'narrative unknown-or-withheld',
    'people unknown-or-withheld',
    'sectors[0].centre not-as-treated',
    'sectors[0].officersDeployed not-as-treated',
    'sectors[1].commander.shoulderNumber not-as-treated',
    'sectors[2] wrong-shape',
    'tags empty',
    'units wrong-shape',
    'weather empty',
  ])
  t.notMatch(JSON.stringify(found), /secret|Pat Doe|a\\nb|-4.2/)
  t.strictSame(mission.recheck('drill.mission', 'media', {}), [{ path: '', code: 'not-covered' }])
  t.strictSame(mission.recheck('drill.other', 'debrief', {}), [{ path: '', code: 'not-covered' }])
  t.strictSame(mission.recheck('drill.mission', 'debrief', []), [{ path: '', code: 'wrong-shape' }])
  t.end()
})

void t.test('a branch is held against the items that the document itself shows', t => {
  const codes = (members: JsonObject) =>
    mission.recheck('drill.mission', 'live-coordination', members).map(({ path }) => path)
  const at = (officersDeployed: number | string) => ({ sectors: [{ code: 'S1', officersDeployed }] })
  t.strictSame(codes({ threatLevel: 'CRITICAL', ...at(64) }), [])
  t.strictSame(codes({ threatLevel: 'CRITICAL', ...at('50-99') }), ['sectors[0].officersDeployed'])
  t.strictSame(codes({ threatLevel: 'LOW', ...at('50-99') }), [])
  t.strictSame(codes({ threatLevel: 'LOW', ...at(64) }), ['sectors[0].officersDeployed'])
  // Nothing is shown that tells the branch: either may have been taken.
  t.strictSame(codes(at(64)), [])
  t.strictSame(codes(at('50-99')), [])
  t.end()
})

void t.test('a list of which no entry goes is refused as a whole', t => {
  const agreement = compiled(
    policyWith({
      resource: {
        include: { 'units[]': { all: 'none' } },
        fields: { reference: { all: 'share' }, 'units[].callSign': { all: 'share' } },
      },
    }),
  )
  t.strictSame(agreement.recheck('drill.mission', 'drill', { units: [{ callSign: 'ALFA' }] }), [
    { path: 'units', code: 'unknown-or-withheld' },
  ])
  t.end()
})

void t.test('a branch that cannot be told lets no later branch through', t => {
  const agreement = compiled(
    policyWith({
      conditions: { known: { says: 'known', test: 'has(mission.threatLevel) && mission.crowdEstimate > 3' } },
      treatments: { three: { says: 'the end', mask: { keepLast: 3 } } },
      resource: {
        fields: {
          threatLevel: { all: 'share' },
          crowdEstimate: { all: 'share' },
          // biome-ignore lint/suspicious/noThenProperty: the word of the file format; the object is never awaited
          title: { all: [{ if: 'known', then: 'share' }, { else: 'three' }] },
        },
      },
    }),
  )
  const codes = (threatLevel: string | number, crowdEstimate: number) => {
    const received = { threatLevel, crowdEstimate, title: '***end' }
    return agreement.recheck('drill.mission', 'drill', received).map(({ path }) => path)
  }
  t.strictSame(codes('LOW', 2), [])
  t.strictSame(codes(5, 9), ['threatLevel', 'title'])
  t.end()
})

void t.test('what leaves shares nothing with what stays', t => {
  const asked = {
    resource: 'drill.mission',
    purpose: 'live-coordination',
    role: 'ops-room',
    label,
    now: mission.effectiveFrom,
  }
  const decision = mission.decide({ ...asked, document: rally, request: { missionReference: 'PO-26-118' } })
  if (decision.kind === 'refuse') throw new Error(decision.code)
  const inside = new Set<unknown>()
  const walk = (value: unknown, visit: (object: object) => void): void => {
    if (typeof value !== 'object' || value === null) return
    visit(value)
    for (const member of Object.values(value)) walk(member, visit)
  }
  walk(rally, object => inside.add(object))
  const before = JSON.stringify(rally)
  walk(mission.project(decision).document, object => t.notOk(inside.has(object)))
  t.equal(JSON.stringify(rally), before)
  t.end()
})

void t.test('hostile documents are cut down without a fault', t => {
  const open = policyWith({
    conditions: {
      hot: { says: 'hot', test: "mission.threatLevel == 'SEVERE' && mission.crowdEstimate > 3" },
    },
    resource: {
      include: { 'units[]': { all: 'hot' } },
      fields: { 'units[].callSign': { all: 'share' }, reference: { all: 'share' } },
    },
  })
  const agreement = compiled(open)
  fc.assert(
    fc.property(
      fc.object({
        key: fc.constantFrom('units', 'reference', 'threatLevel', 'callSign', 'constructor', 'toString'),
      }),
      document => {
        const asked = {
          resource: 'drill.mission',
          purpose: 'drill',
          role: 'planner',
          label,
          request: {},
          now: agreement.effectiveFrom,
        }
        const decision = agreement.decide({ ...asked, document: document as JsonObject })
        if (decision.kind === 'refuse') return false
        agreement.recheck('drill.mission', 'drill', document as JsonObject)
        return isJsonObject(agreement.project(decision).document)
      },
    ),
    { numRuns: 1_000 },
  )
  t.end()
})

// Pseudonyms ----------------------------------------------------------------------------------------------------------

function aliasOf(agreement: Agreement, purpose: string, document: JsonObject): unknown {
  const asked = {
    resource: 'drill.mission',
    purpose,
    role: 'planner',
    label,
    request: {},
    now: agreement.effectiveFrom,
  }
  const decision = agreement.decide({ ...asked, document })
  return decision.kind === 'refuse' ? decision.code : agreement.project(decision).document['title']
}

function aliasing(scope: readonly string[], key = 'kms://drill/2026'): string {
  return policyWith({
    purposes: ['drill', 'other'],
    treatments: { alias: { says: 'an alias', pseudonymise: { key, scope: [...scope], prefix: 'N-' } } },
    resource: { fields: { title: { all: 'alias' } } },
  })
}

void t.test('a pseudonym holds inside its scope and nowhere else', t => {
  const whole = compiled(aliasing(['agreement']))
  const perPurpose = compiled(aliasing(['agreement', 'purpose']))
  const perMission = compiled(aliasing(['agreement', 'mission.reference']))
  const [one, two] = [
    { title: 'NS 2201', reference: 'M-1' },
    { title: 'NS 2201', reference: 'M-2' },
  ]
  t.match(aliasOf(whole, 'drill', one), /^N-[0-9a-f]{32}$/)
  t.equal(aliasOf(whole, 'drill', one), aliasOf(whole, 'other', two))
  t.equal(aliasOf(whole, 'drill', one), aliasOf(whole, 'drill', { title: ' ns  2201 ' }))
  t.not(aliasOf(whole, 'drill', one), aliasOf(whole, 'drill', { title: 'NS 2202' }))
  t.not(aliasOf(perPurpose, 'drill', one), aliasOf(perPurpose, 'other', one))
  t.not(aliasOf(perMission, 'drill', one), aliasOf(perMission, 'drill', two))
  t.equal(aliasOf(perMission, 'drill', one), aliasOf(perMission, 'other', one))
  const other = compiled(aliasing(['agreement']).replace('a.to.b.drill', 'a.to.c.drill'))
  t.not(aliasOf(whole, 'drill', one), aliasOf(other, 'drill', one))
  t.end()
})

void t.test('without its scope or its key the value stays', t => {
  t.equal(
    aliasOf(compiled(aliasing(['agreement', 'mission.reference'])), 'drill', { title: 'NS 2201' }),
    undefined,
  )
  const elsewhere = compiled(aliasing(['agreement'], 'kms://elsewhere/2026'))
  t.strictSame(elsewhere.pseudonymKeys, ['kms://elsewhere/2026'])
  t.equal(aliasOf(elsewhere, 'drill', { title: 'NS 2201' }), undefined)
  t.end()
})

void t.test('a scope with many values does not remember them all', t => {
  const perMission = compiled(aliasing(['agreement', 'mission.reference']))
  const first = aliasOf(perMission, 'drill', { title: 'A', reference: 'M-0' })
  for (let index = 1; index < 600; index++)
    aliasOf(perMission, 'drill', { title: 'A', reference: `M-${index}` })
  t.equal(aliasOf(perMission, 'drill', { title: 'A', reference: 'M-0' }), first)
  t.end()
})

// Duties --------------------------------------------------------------------------------------------------------------

void t.test('the time of deletion is the earliest term', t => {
  const about = {
    resource: 'drill.mission',
    purpose: 'live-coordination',
    receivedAt: Date.parse('2026-05-02T12:00:00Z'),
  }
  const at = (document: JsonObject) => {
    const instant = mission.deleteAt({ ...about, document })
    return instant === undefined ? undefined : new Date(instant).toISOString()
  }
  t.equal(at({ endsAt: '2026-05-02T18:00:00+01:00' }), '2026-05-09T17:00:00.000Z')
  t.equal(at({ endsAt: '2026-12-01T00:00:00Z' }), '2026-06-01T12:00:00.000Z')
  t.equal(at({}), '2026-05-09T12:00:00.000Z')
  t.equal(at({ endsAt: 'whenever' }), '2026-05-09T12:00:00.000Z')
  t.equal(mission.deleteAt({ ...about, purpose: 'debrief', document: {} }), undefined)
  const duties = mission.obligations('drill.mission', 'live-coordination')
  t.strictSame(duties?.caveats, ['Not to be passed on'])
  t.strictSame(duties?.deleteAfter, [
    { from: 'mission.endsAt', period: 'P7D' },
    { from: 'receipt', period: 'P30D' },
  ])
  t.strictSame(duties?.must[1], { log: { who: 'person', keep: 'P5Y' } })
  t.equal(mission.obligations('drill.mission', 'media'), undefined)
  t.end()
})

// Digests -------------------------------------------------------------------------------------------------------------

void t.test('the digest covers the meaning and not the spelling', t => {
  const reordered = missionSource.replace(
    'reference: { all: share }',
    'reference: { safeguarding: share, others: share } # all',
  )
  const spelled = compiled(reordered)
  t.not(spelled.sourceDigest, mission.sourceDigest)
  t.equal(spelled.digest, mission.digest)
  const changes: readonly (readonly [string, string])[] = [
    ['title: { safeguarding: withhold, others: share }', 'title: { all: share }'],
    ['edges: [10, 50, 100, 500, 1000, 5000]', 'edges: [10, 50, 100, 500, 1000]'],
    ['person.ageYears < 18', 'person.ageYears < 19'],
    ['requesters: [lessons-team]', 'requesters: [lessons-team, planner]'],
    ['period: P30D', 'period: P31D'],
    ['revision: 7', 'revision: 8'],
  ]
  for (const [from, to] of changes) {
    t.ok(missionSource.includes(from))
    t.not(compiled(missionSource.replace(from, to)).digest, mission.digest, to)
  }
  t.end()
})

// Approval ------------------------------------------------------------------------------------------------------------

interface Person {
  readonly officer: Officer
  readonly privateKey: KeyObject
}

function person(agency: string, name: string, roles: readonly string[]): Person {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    officer: { agency: agency as AgencyId, person: name, roles, kid: `kid-${name}`, key: publicKey },
    privateKey,
  }
}

const author = person('northshire-police', 'p-118', ['author', 'approver'])
const approver = person('northshire-police', 'p-204', ['approver'])
const recipient = person('army-1div', 'a-031', ['approver'])
const stranger = person('coastguard', 'c-007', ['approver'])
const officers = [author, approver, recipient, stranger].map(({ officer }) => officer)
const verifies = (key: KeyObject, bytes: Uint8Array, signature: Uint8Array) =>
  verify(null, bytes, key, signature)

function approve(
  { officer, privateKey }: Person,
  role: 'author' | 'approver',
  agreement = mission,
): OfficerSignature {
  const who = { party: officer.agency, person: officer.person, kid: officer.kid, role, at: inForce }
  return signStatement(agreement, who, bytes => sign(null, bytes, privateKey))
}

function fileOf(approvals: readonly OfficerSignature[], agreement = mission): JsonObject {
  const empty: JsonObject | undefined = undefined
  return (
    approvals.reduce<JsonObject | undefined>((file, one) => addApproval(agreement, file, one), empty) ?? {}
  )
}

function codes(file: JsonObject, known = officers): readonly string[] {
  return checkApprovals(mission, JSON.stringify(file), 'x.sig.json', {
    officers: known,
    verify: verifies,
  }).map(({ code }) => code)
}

const all = [approve(author, 'author'), approve(approver, 'approver'), approve(recipient, 'approver')]

void t.test('an author, another approver and the recipient make an agreement', t => {
  t.strictSame(codes(fileOf(all)), [])
  t.strictSame(statementOf(mission)['compiledDigest'], mission.digest)
  t.end()
})

void t.test('no signature can be spared', t => {
  for (const gone of all) t.strictSame(codes(fileOf(all.filter(one => one !== gone))), ['approval-missing'])
  t.strictSame(codes({}).length > 3, true)
  const unreadable = checkApprovals(mission, 'not json', 'x.sig.json', {
    officers: officers,
    verify: verifies,
  })
  t.strictSame(
    unreadable.map(({ file, code }) => [file, code]),
    [['x.sig.json', 'approval-form']],
  )
  t.end()
})

void t.test('one person, or one key, counts once', t => {
  const alone = fileOf([
    approve(author, 'author'),
    approve(author, 'approver'),
    approve(recipient, 'approver'),
  ])
  t.strictSame(codes(alone), ['approval-person-twice'])
  const borrowed: Person = {
    officer: { ...approver.officer, key: author.officer.key },
    privateKey: author.privateKey,
  }
  const known = officers.map(one => (one.person === 'p-204' ? borrowed.officer : one))
  t.strictSame(
    codes(
      fileOf([approve(author, 'author'), approve(borrowed, 'approver'), approve(recipient, 'approver')]),
      known,
    ),
    ['approval-key-twice'],
  )
  t.end()
})

void t.test('a signature cannot stand for another role, person, party, time or agreement', t => {
  const [first, second, third] = all
  if (!first || !second || !third) throw new Error('three approvals')
  t.strictSame(codes(fileOf([first, { ...second, role: 'author' }, third])), [
    'approval-role',
    'approval-missing',
  ])
  t.strictSame(codes(fileOf([{ ...first, role: 'approver' }, second, third])), [
    'approval-signature',
    'approval-missing',
  ])
  t.strictSame(codes(fileOf([first, { ...second, person: 'p-205' }, third])), [
    'approval-key-unknown',
    'approval-missing',
  ])
  t.strictSame(codes(fileOf([first, { ...second, party: 'army-1div' }, third])), [
    'approval-key-unknown',
    'approval-missing',
  ])
  t.strictSame(codes(fileOf([first, { ...second, at: '2026-01-01T00:00:00.000Z' }, third])), [
    'approval-signature',
    'approval-missing',
  ])
  const other = compiled(missionSource.replace('revision: 7', 'revision: 8'))
  t.strictSame(codes(fileOf([first, approve(approver, 'approver', other), third])), [
    'approval-signature',
    'approval-missing',
  ])
  const theirs = checkApprovals(other, JSON.stringify(fileOf(all)), 'x', { officers, verify: verifies }).map(
    ({ code }) => code,
  )
  t.ok(theirs.includes('approval-statement') && theirs.includes('approval-signature'))
  t.end()
})

void t.test('a stranger or a bad signature is told even where enough others signed', t => {
  t.strictSame(codes(fileOf([...all, approve(stranger, 'approver')])), ['approval-stranger'])
  t.strictSame(codes(fileOf(all), [...officers.slice(0, 2)]), ['approval-key-unknown', 'approval-missing'])
  const [first] = all
  if (!first) throw new Error('an approval')
  const bent = { ...first, person: 'p-1', kid: first.kid }
  t.ok(codes(fileOf([...all, bent])).includes('approval-key-unknown'))
  t.ok(
    codes({ ...fileOf(all), signatures: [...all.map(one => ({ ...one })), { sig: 1 }] }).includes(
      'approval-form',
    ),
  )
  t.end()
})

void t.test('signing again replaces the same role, and another statement starts afresh', t => {
  const file = fileOf([...all, approve(author, 'author')])
  t.equal((file['signatures'] as unknown[]).length, 3)
  const other = compiled(missionSource.replace('revision: 7', 'revision: 8'))
  const fresh = addApproval(other, fileOf(all), approve(author, 'author', other))
  t.equal((fresh['signatures'] as unknown[]).length, 1)
  t.end()
})

void t.test('a file that is no YAML is told as such', t => {
  const broken = missionSource.replace('requesters: [lessons-team]', 'requesters: [lessons-team')
  const found = attempt(broken)
  const [first] = Array.isArray(found) ? found : []
  t.equal(first?.code, 'yaml-syntax')
  const line = broken.split('\n').findIndex(text => text.includes('requesters: [lessons-team')) + 1
  t.ok(first && first.line >= line && first.line <= line + 1)
  t.end()
})

void t.test('a catalogue may be pinned by its digest', t => {
  const catalogue = parts.catalogueOf('drill.mission')
  const pinned = missionSource.replace(
    '{ version: 3.2.0 }',
    `{ version: 3.2.0, digest: "${catalogue?.digest}" }`,
  )
  t.equal(compiled(pinned).digest, mission.digest)
  t.end()
})
