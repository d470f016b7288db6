import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import type { Json } from '../../src/kit/kit.ts'
import { readJsonText } from '../../src/kit/kit.ts'
import { dig } from '../support/dig.ts'
import {
  BLEMISHES,
  FAULTS,
  FORCES,
  LATE_SHARE,
  mixOf,
  REPEATED_SHARE,
  SHARES,
  SUB_OPERATIONS,
  type TrafficMessage,
  trafficOf,
  VENUES,
} from './traffic.ts'
import { writtenOf } from './written.ts'

const schemas = loadSchemas(fileURLToPath(new URL('../../schemas', import.meta.url)))
const SMALL = { seed: 1, scale: 0.001, positions: 0.02 } as const
const LARGER = { seed: 1, scale: 0.01, positions: 0 } as const
const small = [...trafficOf(SMALL)]
const larger = [...trafficOf(LARGER)]

/** Messages at full scale, by resource: as counted for a summit in 2021. */
const TABLE = {
  'police.mutualAidRequest': 18_000,
  'police.mutualAidOffer': 14_400,
  'joint.resourceStatus': 78_000,
  'police.planningUnit': 28_800,
  'police.dutyUnit': 46_400,
  'police.unitDeployment': 34_800,
  'police.operation': 480,
  'police.tacticalPlan': 600,
  'police.briefing.iimarch': 840,
  'police.incident.methane': 1_680,
  'police.intelligenceReport': 840,
  'joint.macaRequest': 160,
  'joint.macaResponse': 80,
  'army.opord': 75,
  'army.taskOrg': 100,
  'army.sitrep': 700,
  'joint.strengthAggregate': 4_032,
} as const

void t.test('the same seed gives the same messages, in every process', async t => {
  t.same([...trafficOf(SMALL)], small)
  const args = ['--seed', '1', '--scale', '0.001', '--positions', '0.02']
  const printed = execFileSync(process.execPath, [join(import.meta.dirname, 'print.ts'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  t.equal(printed, small.map(printLine).join(''))
  const others = [...trafficOf({ ...SMALL, seed: 2 })].map(({ body }) => body)
  t.not(others.join('\n'), small.map(({ body }) => body).join('\n'), 'another seed gives others')
  for (const wrong of [{ scale: 2 }, { scale: 0 }, { positions: -1 }, { seed: 0.5 }, { scale: Number.NaN }])
    t.throws(() => trafficOf({ ...SMALL, ...wrong }).next(), RangeError)
})

function printLine(message: TrafficMessage): string {
  return `${JSON.stringify({ ...message, at: new Date(message.at).toISOString() })}\n`
}

void t.test('as many messages as the table says', async t => {
  for (const [resource, count] of Object.entries(TABLE)) {
    const full = mixOf(1, 1).filter(kind => kind.resource === resource)
    t.equal(
      full.reduce((sum, kind) => sum + kind.count, 0),
      count,
      resource,
    )
    const written = larger.filter(message => message.resource === resource && !isAgain(message)).length
    t.ok(Math.abs(written - count / 100) <= 1, `${resource} at 1/100: ${written} for ${count / 100}`)
  }
  const everything = mixOf(1, 1).reduce((sum, kind) => sum + kind.count, 0)
  t.ok(Math.abs(everything - 21_760_000) < 10_000, `${everything} with all positions`)
  const reports = small.filter(({ kind }) => kind === 'unit-position' || kind === 'track').length
  t.ok(Math.abs(reports - 21_530_880 * 0.001 * 0.02) < 20, `${reports} positions`)
  for (const { name } of mixOf(0.001, 0.02))
    t.ok(
      small.some(({ kind }) => kind === name),
      `${name} occurs at 1/1000`,
    )
})

function isAgain({ fault }: TrafficMessage): boolean {
  return fault === 'repeated' || fault === 'key-used-again'
}

void t.test('as many mishaps as were asked for, and each at least once', async t => {
  for (const fault of FAULTS)
    t.ok(
      small.some(message => message.fault === fault),
      `${fault} at 1/1000`,
    )
  t.ok(small.some(({ late }) => late))
  const written = larger.filter(message => !isAgain(message))
  const near = (found: number, share: number, what: string) => {
    const expected = share * written.length
    t.ok(
      Math.abs(found - expected) <= 4 * Math.sqrt(expected) + 1,
      `${what}: ${found} for ${expected.toFixed(1)}`,
    )
  }
  near(larger.filter(isAgain).length, REPEATED_SHARE, 'sent again')
  near(larger.filter(({ late }) => late).length, LATE_SHARE, 'late')
  for (const fault of BLEMISHES)
    near(written.filter(message => message.fault === fault).length, SHARES[fault], fault)
  const malformed = BLEMISHES.filter(fault => fault !== 'wrong-realm' && fault !== 'above-clearance')
  t.equal(
    malformed.reduce((sum, fault) => sum + SHARES[fault], 0).toFixed(4),
    '0.0050',
    'half a per cent malformed',
  )
})

void t.test('what is sound meets its schema, and what is spoilt is spoilt in its own way', async t => {
  const wrong = [...small, ...larger].flatMap(message => {
    const found = faultIn(message)
    const { expected } = message
    return found === (expected.kind === 'refusal' ? expected.code : 'none') ? [] : [{ ...message, found }]
  })
  t.same(wrong, [])
})

/** The code with which a message has to be refused by its text alone, or by its key where it says that this was used. */
function faultIn({ fault, resource, body }: TrafficMessage): string {
  const reading = readJsonText(body)
  if (!reading.ok) return 'json-malformed'
  const document = dig(reading.value, 'document')
  if (schemas.get(resource)?.check(document) !== undefined) return 'document-invalid'
  const isSecret = dig(reading.value, 'label', 'classification') === 'SECRET'
  if (isSecret || realmOf(document) === 'EXERCISE') return 'gate-failed'
  return fault === 'key-used-again' ? 'idempotency-mismatch' : 'none'
}

function realmOf(document: Json | undefined): Json | undefined {
  return dig(document, 'realm') ?? dig(document, 'exerciseOrOperation', 'kind')
}

void t.test('what is sent again has the key of something sent before', async t => {
  for (const run of [small, larger]) {
    const first = new Map<string, string>()
    const wrong = run.filter(message => {
      const { idempotencyKey, body, fault } = message
      const before = first.get(idempotencyKey)
      if (before === undefined) first.set(idempotencyKey, body)
      const found = before === undefined ? 'new' : before === body ? 'repeated' : 'key-used-again'
      return found !== (isAgain(message) ? fault : 'new')
    })
    t.same(wrong, [])
  }
})

void t.test('amendments grow by versions, and what is late comes after what was written later', async t => {
  const written = [...writtenOf(LARGER)]
  const place = new Map(written.map(({ idempotencyKey }, at) => [idempotencyKey, at]))
  t.equal(place.size, written.length, 'no key twice')
  const amending = written.filter(({ supersedes }) => supersedes !== undefined)
  t.ok(amending.length > written.length / 2, `${amending.length} of ${written.length} amend something`)
  const unfounded = amending.filter(({ idempotencyKey, supersedes = '' }) => {
    return !((place.get(supersedes) ?? Infinity) < (place.get(idempotencyKey) ?? -1))
  })
  t.same(unfounded, [], 'something that was written before')
  let furthest = -1
  const misplaced = larger.filter(message => {
    if (isAgain(message)) return false
    const here = place.get(message.idempotencyKey) ?? -1
    const isLate = here < furthest
    furthest = Math.max(furthest, here)
    return isLate !== message.late
  })
  t.same(misplaced, [], 'what is late was overtaken, and nothing else was')
  const times = larger.map(({ at }) => at)
  const inOrder = times.toSorted((one, other) => one - other)
  t.same(times, inOrder, 'time never goes back')
})

void t.test('shifts begin by the clock on the wall, also on the day on which it goes back', async t => {
  const deployments = larger.filter(({ kind, fault }) => kind === 'deployment' && fault === 'none')
  const hours = deployments.map(message => Number(/T(\d\d)/.exec(londonTime(message.at))?.[1]))
  const peak = hours.filter(hour => [6, 14, 18, 22].includes(hour)).length / hours.length
  t.ok(Math.abs(peak - 48 / 84) < 0.12, `${(peak * 100).toFixed(0)} % of deployments in these hours`)
  const live = [...trafficOf({ seed: 5, scale: 0.001, positions: 0.2 })]
  const times = live.flatMap(({ resource, body, fault }) => {
    if (resource !== 'police.unitPosition' || fault === 'truncated') return []
    return [String(dig(JSON.parse(body), 'document', 'at'))]
  })
  const twice = times.filter(time => time.startsWith('2021-10-31T01:'))
  t.ok(
    twice.some(time => time.endsWith('+01:00')),
    'the hour before the clocks go back',
  )
  t.ok(
    twice.some(time => time.endsWith('+00:00')),
    'and the same hour again',
  )
  t.same(
    times.filter(time => time.startsWith('2021-10-31T02:') && time.endsWith('+01:00')),
    [],
  )
  const ofDay = (day: string) => times.filter(time => time.startsWith(day)).length
  t.ok(ofDay('2021-10-31') > 0 && ofDay('2021-11-13') > 0 && ofDay('2021-11-14') === 0, 'fourteen days')
})

/** The time in Glasgow, by the time zone database. */
function londonTime(at: number): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'medium',
  })
    .format(at)
    .replace(' ', 'T')
}

void t.test('forty-two forces by their size, 235 locations, sixty sub-operations', async t => {
  t.same([FORCES, VENUES, SUB_OPERATIONS], [42, 235, 60])
  const forces = new Map<string, string>()
  const venues = new Set<string>()
  const operations = new Set<string>()
  for (const message of trafficOf({ seed: 1, scale: 0.05, positions: 0 })) {
    if (message.kind !== 'duty-unit' && message.kind !== 'deployment') continue
    if (message.fault === 'truncated' || message.fault === 'wrong-type') continue
    const document = dig(JSON.parse(message.body), 'document')
    operations.add(String(dig(document, 'operationId')))
    if (message.kind === 'duty-unit') venues.add(String(dig(document, 'venueId')))
    else forces.set(String(dig(document, 'unitId')), String(dig(document, 'homeForce')))
  }
  const counts = [...Map.groupBy(forces, ([, force]) => force)].map(
    ([force, all]) => [force, all.length] as const,
  )
  const [[host, most] = ['', 0], ...others] = counts.toSorted(([, one], [, other]) => other - one)
  t.equal(host, 'northshire')
  t.ok(
    Math.abs(most / forces.size - 0.45) < 0.06,
    `the host gives ${((most / forces.size) * 100).toFixed(0)} %`,
  )
  t.ok(others.length > 35 && others.length < FORCES, `${others.length} other forces`)
  t.ok((others[0]?.[1] ?? 0) > 3 * (others.at(-1)?.[1] ?? 0), 'large ones more than small ones')
  t.ok(venues.size > 200 && venues.size <= VENUES, `${venues.size} locations`)
  t.equal(operations.size, SUB_OPERATIONS)
})
