/** Situation reports there and back: what comes home, what does not, and that the losses of both ways together say so. */
import fc from 'fast-check'
import t from 'tap'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { makeJoin } from '../../src/translation/chain-report.ts'
import { CIVIL_EVENTS, GUARDED_EVENTS } from '../../src/translation/codes/jc3iedm-events.ts'
import { readDtg } from '../../src/translation/date-time-group.ts'
import { type CompiledMapping, compileMapping, type ReportLine } from '../../src/translation/translation.ts'
import { asObject, dig } from '../support/dig.ts'
import { metresBetween } from './converter-support.ts'
import { context, mappingSource, schemas } from './support.ts'

const registry = schemas()
const compiled = (id: string) => compileMapping(mappingSource(id), `${id}.yaml`, registry)
const toPolice = compiled('army.sitrep.to.police.situationReport')
const toArmy = compiled('police.situationReport.to.army.sitrep')
const RUNS = { numRuns: 300 }

/** The document of a mapping, which has to meet its schema. */
function walk(mapping: CompiledMapping, document: JsonObject) {
  const translation = mapping.translate(document, context)
  if (translation.kind === 'blocked') throw new Error(`${mapping.id} blocked by ${translation.rule}`)
  const violation = registry.get(mapping.to.resource)?.check(translation.document)
  if (violation) throw new Error(`${mapping.id}: ${violation.pointer} ${violation.says}`)
  return translation
}

/** There and back: what came home, and the one report of both losses. */
function roundTrip(first: CompiledMapping, second: CompiledMapping, sent: JsonObject) {
  const there = walk(first, sent)
  const home = walk(second, there.document)
  const lines = makeJoin(first.origins, second.origins)(there, home).lines()
  /** The rules by which a value of what was sent had no place on the other side. */
  const lostBy = (path: string): readonly string[] => [
    `unmapped.${path}`,
    ...there.report.lines().flatMap(line => {
      const made = first.origins.find(({ target }) => target === patternOf(line.path))
      return line.outcome === 'UNMAPPED' && made?.sources.includes(path) ? [line.rule] : []
    }),
  ]
  return { sent, there: there.document, home: home.document, lines, lostBy }
}

/** `/units/0/unitId` as the catalogue names it. */
function patternOf(pointer: string): string {
  return pointer.slice(1).replace(/\/\d+/g, '[]').replaceAll('/', '.')
}

/** The pointers of all leaves; a label and a point are one value, and a group without members is none. */
function leavesOf(value: Json, at = ''): readonly string[] {
  const isGroup = (Array.isArray(value) || isJsonObject(value)) && !/(?:abel|geometry)$/.test(at)
  return isGroup ? Object.entries(value).flatMap(([name, one]) => leavesOf(one, `${at}/${name}`)) : [at]
}

function valueAt(document: Json, pointer: string): Json | undefined {
  const steps = pointer.split('/').slice(1)
  return dig(document, ...steps.map(step => (/^\d+$/.test(step) ? Number(step) : step)))
}

/** What came home otherwise than both reports together say; undefined where nothing did. */
function untold({ sent, home, lines, lostBy }: ReturnType<typeof roundTrip>): string | undefined {
  for (const pointer of new Set([...leavesOf(sent), ...leavesOf(home)])) {
    // The marking of the partner is the one of the exchange, and a flag that stops a document has no other part in it
    if (/(?:originatorLabel|specialForces|covert)$/.test(pointer)) continue
    const [before, after] = [valueAt(sent, pointer), valueAt(home, pointer)]
    if (same(before, after)) continue
    const line = lines.find(({ path }) => path === pointer)
    const lost = lostBy(patternOf(pointer))
    if (lines.some(({ path, outcome, rule }) => path === '' && outcome === 'UNMAPPED' && lost.includes(rule)))
      continue
    if (after === undefined ? line?.outcome === 'UNMAPPED' : line && allows(line, before, after)) continue
    return `${pointer}: ${JSON.stringify(before)} came home as ${JSON.stringify(after)}`
  }
  return undefined
}

/** Nothing and not known are one. */
function same(one: Json | undefined, other: Json | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null)
}

/** Whether a loss that was told is as large as the one that there is. */
function allows({ outcome, error }: ReportLine, before: Json | undefined, after: Json): boolean {
  if (outcome === 'EXACT' || outcome === 'UNMAPPED') return false
  if (error?.unit === 's') return Math.abs(timeOf(before) - timeOf(after)) / 1000 <= error.value
  if (error?.unit === 'm' && typeof after === 'number') return Math.abs(Number(before) - after) <= error.value
  // A sphere is a part in a hundred off, and six decimals are a tenth of a metre
  if (error?.unit === 'm') return metresBetween(spotOf(before), spotOf(after)) <= (error.value + 0.2) * 1.02
  return true
}

function timeOf(value: Json | undefined): number {
  const reading = readDtg(String(value), { anchor: context.receivedAt, zoneLast: false })
  return reading.kind === 'instant' ? reading.at : Date.parse(String(value))
}

function spotOf(value: Json | undefined): { lat: number; lon: number } {
  return { lat: Number(dig(value, 'coordinates', 1)), lon: Number(dig(value, 'coordinates', 0)) }
}

const valuesOf = (resource: string, path: string) => {
  const values = registry.catalogueOf(resource)?.leaves.get(path)?.values ?? []
  return fc.constantFrom(...values)
}
const group = fc
  .record({ day: fc.integer({ min: 1, max: 28 }), minute: fc.integer({ min: 0, max: 59 }) })
  .map(({ day, minute }) => `${String(day).padStart(2, '0')}04${String(minute).padStart(2, '0')}ZNOV21`)
const mgrs = fc
  .record({ east: fc.nat(99_999), north: fc.nat(99_999), digits: fc.integer({ min: 1, max: 5 }) })
  .map(({ east, north, digits }) => {
    return `30UVG${[east, north].map(metres => String(metres).padStart(5, '0').slice(0, digits)).join('')}`
  })
const total = fc.oneof(fc.nat(5_000), fc.constantFrom('below 10', '10-49', '500 or more'))
const label = fc.constantFrom<JsonObject>(
  { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true, descriptor: 'LOCSEN' },
  { sensitive: false, classification: 'OFFICIAL', policy: 'UK-GSC' },
)
const some = { requiredKeys: [] as [] }

const ARMY = (path: string) => valuesOf('army.sitrep', path)
const sitrep = fc.record(
  {
    messageId: fc.record({
      type: fc.constant('SITREP'),
      serial: fc.nat(999).map(String),
      originator: fc.constantFrom('HQ 1 DIV', '1 DRILL BN'),
      dtg: group,
    }),
    exerciseOrOperation: fc.record({ kind: ARMY('exerciseOrOperation.kind'), name: fc.constant('TESTBED') }),
    operation: fc.constantFrom('op-1', 'urn:op:2'),
    period: fc.record({ from: group, to: group }, some),
    ownForces: fc.record({
      units: fc.array(
        fc.record(
          {
            unit: fc.constantFrom('A-COY', 'B-COY'),
            mgrs,
            effectiveness: ARMY('ownForces.units[].effectiveness'),
            activity: ARMY('ownForces.units[].activity'),
            specialForces: fc.constant(false),
          },
          { requiredKeys: ['unit'] },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    events: fc.array(
      fc.record({
        dtg: group,
        code: fc.constantFrom(...CIVIL_EVENTS.trim().split(/\s+/)),
        text: fc.constant('In words'),
        mgrs,
      }),
      { minLength: 1, maxLength: 4 },
    ),
    personnel: fc.record(
      { killed: total, wounded: total, missing: total, sick: total, strength: total },
      some,
    ),
    logistics: fc.record({ classI: fc.nat(9), vehiclesOffRoad: total }, some),
    intentions: fc.constant('Secure the bridge'),
    commanderAssessment: ARMY('commanderAssessment'),
    label,
  },
  { requiredKeys: ['messageId'] },
)

const POLICE = (path: string) => valuesOf('police.situationReport', path)
const time = fc
  .integer({ min: Date.UTC(2021, 10, 1), max: Date.UTC(2021, 10, 14) })
  .map(at => new Date(at).toISOString())
const location = fc.record({
  geometry: fc.record({
    type: fc.constant('Point'),
    coordinates: fc.tuple(
      fc.double({ min: -5.9, max: 0, noNaN: true }),
      fc.double({ min: 50, max: 58, noNaN: true }),
    ),
  }),
  accuracyM: fc.constantFrom(1, 5, 10, 80, 100, 1_000),
})
const unknown = fc.oneof(total, fc.constant(null))
const situation = fc.record(
  {
    id: fc.constantFrom('sr-1', 'sr-2'),
    serial: fc.nat(999).map(String),
    reportedBy: fc.constant('Northshire control room'),
    reportedAt: time,
    operationId: fc.constant('op-1'),
    realm: POLICE('realm'),
    period: fc.record({ from: time, to: time }, some),
    units: fc.array(
      fc.record(
        {
          unitId: fc.constantFrom('PSU-NS-1', 'DOG-NS-2'),
          covert: fc.constant(false),
          availability: POLICE('units[].availability'),
          activity: POLICE('units[].activity'),
          location,
        },
        { requiredKeys: ['unitId'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    events: fc.array(
      fc.record(
        {
          at: time,
          code: POLICE('events[].code'),
          confirmedBy: POLICE('events[].confirmedBy'),
          text: fc.constant('In words'),
          location,
        },
        { requiredKeys: ['text'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    personnel: fc.record(
      { killed: unknown, injured: unknown, missing: unknown, sick: unknown, strength: unknown },
      some,
    ),
    logistics: fc.record({ vehiclesOffRoad: unknown }, some),
    intentions: fc.constant('Keep the route open'),
    assessment: POLICE('assessment'),
    label,
  },
  { requiredKeys: ['id', 'serial', 'reportedBy'] },
)

void t.test('a report of an army comes home as the losses of both ways say', async t => {
  const rank = ['NO', 'MO', 'SO', 'FO']
  fc.assert(
    fc.property(sitrep, document => {
      const trip = roundTrip(toPolice, toArmy, document)
      const { there, home } = trip
      const wrong = untold(trip)
      if (wrong !== undefined) throw new Error(wrong)
      if (document.label) t.equal(JSON.stringify(home['label']), JSON.stringify(document.label))
      const isReal = document.exerciseOrOperation?.kind === 'OPERATION'
      if (document.exerciseOrOperation) t.equal(there['realm'], isReal ? 'REAL' : 'EXERCISE')
      for (const [index, unit] of (document.ownForces?.units ?? []).entries()) {
        const back = asObject(dig(home, 'ownForces', 'units', index))
        const { effectiveness: fit = 'UNK' } = unit
        // Never fitter than it was, and not known stays not known
        if (fit === 'UNK') t.equal(back['effectiveness'], undefined)
        else t.ok(rank.indexOf(String(back['effectiveness'])) <= rank.indexOf(fit) && back['effectiveness'])
        t.equal(back['mgrs'], unit.mgrs, 'the square is the same')
      }
    }),
    RUNS,
  )
})

void t.test('a report of the police comes home as the losses of both ways say', async t => {
  const guarded = new Set(GUARDED_EVENTS.trim().split(/\s+/))
  fc.assert(
    fc.property(situation, document => {
      const trip = roundTrip(toArmy, toPolice, document as JsonObject)
      const { there, home } = trip
      const wrong = untold(trip)
      if (wrong !== undefined) throw new Error(wrong)
      if (document.label) t.equal(JSON.stringify(home['label']), JSON.stringify(document.label))
      if (document.realm)
        t.equal(dig(there, 'exerciseOrOperation', 'kind') === 'OPERATION', document.realm === 'REAL')
      for (const [index, { code, confirmedBy }] of (document.events ?? []).entries()) {
        const became = String(dig(there, 'events', index, 'code'))
        t.notOk(guarded.has(became), `${code} is no ${became}`)
        t.equal(became === 'RIOT', code === 'RIOT' && confirmedBy !== undefined)
      }
      for (const [index, { availability }] of (document.units ?? []).entries())
        t.equal(dig(home, 'units', index, 'availability'), availability)
    }),
    RUNS,
  )
})

void t.test('every event of combat, and every word that misleads, needs a person', async t => {
  const codes = GUARDED_EVENTS.trim().split(/\s+/)
  const passed = codes.filter(code => {
    const document = { messageId: { serial: '1', originator: 'A' }, events: [{ code: 'FIRE' }, { code }] }
    return toPolice.translate(document, context).kind === 'translated'
  })
  t.ok(codes.includes('DMNSTR') && codes.includes('ATTACK') && codes.length > 150, `${codes.length} codes`)
  t.same(passed, [])
})
