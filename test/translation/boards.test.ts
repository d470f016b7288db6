/** A task organisation and the board of a police control room: what comes back, and what never may. */
import fc from 'fast-check'
import t from 'tap'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { ReportLine } from '../../src/translation/translation.ts'
import { POLICE_SYMBOLS } from '../../src/translation/unit-symbols.ts'
import { allMappings, context, schemas } from './support.ts'

const registry = schemas()
const mappings = allMappings(registry)
const TO_BOARD = 'army.taskOrg.to.police.deploymentBoard'
const TO_ARMY = 'police.deploymentBoard.to.army.taskOrg'

interface Walked {
  readonly document: JsonObject
  readonly lines: readonly ReportLine[]
}

/** Undefined where the translation is stopped. What arrives meets its schema. */
function walk(id: string, document: JsonObject): Walked | undefined {
  const mapping = mappings.get(id)
  const translation = mapping?.translate(document, context)
  if (!mapping || translation?.kind !== 'translated') return undefined
  const violation = registry.get(mapping.to.resource)?.check(translation.document)
  if (violation) throw new Error(`${violation.pointer} ${violation.says}`)
  return { document: translation.document, lines: translation.report.lines() }
}

function walked(id: string, document: JsonObject): Walked {
  const found = walk(id, document)
  if (!found) throw new Error(`${id} stopped ${JSON.stringify(document)}`)
  return found
}

function valueAt(document: Json | undefined, pointer: string): Json | undefined {
  return pointer
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((value, step) => {
      if (Array.isArray(value)) return (value as readonly Json[])[Number(step)]
      return isJsonObject(value ?? null) ? (value as JsonObject)[step] : undefined
    }, document)
}

const unitsOf = ({ units = [] }: JsonObject) => units as readonly JsonObject[]

const real = [
  ['10031000141636000000', 'SFGPUST----D---'],
  ['10031000142007001400', 'SFGPUULC---D---'],
  ['10041000151211000000', undefined],
  [undefined, 'SFGPUULM---C---'],
  [undefined, undefined],
] as const
const others = [
  ['10131000151211000000', 'SDGPUCI----E---'],
  ['10231000151211000000', undefined],
  [undefined, 'SDGPQQQ----E---'],
] as const

/** Members that may be missing. */
function some(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> {
  return fc.record(members, { requiredKeys: [] }).map(made => made as JsonObject)
}

const count = fc.option(fc.integer({ min: 0, max: 400 }))
const commander = some({
  rank: fc.constantFrom('Lieutenant', 'INSP'),
  rankSystem: fc.constantFrom('UK-ARMY', 'UK-POLICE'),
  rankCode: fc.constantFrom('OF-1', 'OF-2', 'OR-8'),
  spanCode: fc.constantFrom('OF-1', 'OF-2'),
  name: fc.constant('Otto Invented'),
  number: fc.constant('00000001'),
})
const status = fc.constantFrom(
  'Operational',
  'SubstantiallyOperational',
  'MarginallyOperational',
  'NotOperational',
  'TemporarilyNotOperational',
  'NotKnown',
)
const unitMembers = some({
  name: fc.constantFrom('TPT PL', 'NOVEMBER 21'),
  parent: fc.constantFrom('1EX', null),
  homeForce: fc.constant('army-1div'),
  strength: some({ officers: count, others: fc.oneof(count, fc.constant('50-99')) }),
  relationship: fc.constantFrom('OPCON', 'Direct Support'),
  equipment: fc.array(
    fc
      .integer({ min: 0, max: 9 })
      .map(quantity => ({ kind: `K${quantity}`, quantity, serial: `${quantity}` })),
    { minLength: 1, maxLength: 3 },
  ),
  capabilities: fc.constant(['LIFT', 'RECOVERY']),
  trainingLevel: fc.constant('READY'),
  commander,
  task: fc.constantFrom('CORDON', 'CHECKPOINT', 'PATROL', 'SEARCH', 'TRAFFIC_CONTROL', 'RESERVE'),
  mgrs: fc.constantFrom('30UVG', '30UVG29', '30UVG2091', '30UVG203916', '30UVG20399166', '36SYC3182353543'),
  statusCode: status,
  activity: fc.constantFrom('READY', 'RESTING', 'MOVING', 'IN_LOCATION', 'COMMITTED', 'REST', 'PLANNED'),
  deploymentStatus: fc.constantFrom('Requested', 'Rejected', 'Mobilized', 'Staging', 'Camp'),
  alert: fc.boolean(),
})

type Symbols = readonly [sidc: string | undefined, sidc15: string | undefined]

function taskOrgWith(symbols: readonly Symbols[]): fc.Arbitrary<JsonObject> {
  const unit = fc.tuple(unitMembers, fc.constantFrom(...symbols)).map(
    ([members, [sidc, sidc15]]): JsonObject => ({
      ...members,
      ...(sidc === undefined ? {} : { sidc }),
      ...(sidc15 === undefined ? {} : { sidc15 }),
    }),
  )
  return fc
    .tuple(
      some({
        operation: fc.constant('op-1'),
        effective: fc.constantFrom('060600ZNOV21', '06060030ZNOV2021', '060600ANOV21', 'NOV21'),
        until: fc.constant('062000ZNOV21'),
        root: fc.constant('1EX'),
        label: fc.constant({ policy: 'UK-GSC', classification: 'OFFICIAL', descriptor: 'PERSONAL' }),
      }),
      fc.array(unit, { minLength: 1, maxLength: 5 }),
    )
    .map(([top, units]) => ({
      ...top,
      id: 'to-1',
      units: units.map((one, index): JsonObject => ({ id: `1EX.${index}`, ...one })),
    }))
}

/** Members of a task organisation, and where they are on the board. */
const TOP = { id: 'id', operation: 'operationId', root: 'leadUnit', label: 'label' }
const UNIT = {
  id: 'unitId',
  name: 'callsign',
  sidc: 'sidc',
  sidc15: 'sidc15',
  parent: 'commandedBy',
  homeForce: 'homeForce',
  'strength/others': 'strength/total',
  relationship: 'relationship',
  'equipment/0/kind': 'equipment/0/kind',
  'equipment/1/quantity': 'equipment/1/quantity',
  'equipment/2/serial': 'equipment/2/serial',
  'capabilities/1': 'capabilities/1',
  trainingLevel: 'trainingLevel',
  'commander/rank': 'commander/partnerRank',
  'commander/rankSystem': 'commander/rankSystem',
  'commander/rankCode': 'commander/rankCode',
  'commander/spanCode': 'commander/spanCode',
  'commander/name': 'commander/name',
  'commander/number': 'commander/number',
  task: 'task',
  mgrs: 'location/geometry',
  statusCode: 'operationalStatus',
  activity: 'state',
  alert: 'state',
  deploymentStatus: 'deploymentStatus',
}

/** Every pair of places for so many units. */
function pairsFor(units: number): readonly (readonly [string, string])[] {
  const top = Object.entries(TOP).map(([army, police]) => [`/${army}`, `/${police}`] as const)
  const each = Array.from({ length: units }, (_, index) =>
    Object.entries(UNIT).map(
      ([army, police]) => [`/units/${index}/${army}`, `/units/${index}/${police}`] as const,
    ),
  )
  return [...top, ...each.flat()]
}

void t.test('a task organisation comes back as it was, or one of the two reports tells the loss', async t => {
  let [whole, told] = [0, 0]
  fc.assert(
    fc.property(taskOrgWith(real), document => {
      const there = walked(TO_BOARD, document)
      const back = walked(TO_ARMY, there.document)
      for (const [army, police] of pairsFor(unitsOf(document).length)) {
        const sent = valueAt(document, army)
        if (sent === undefined || sent === null) continue
        const lines = [...there.lines, ...back.lines].filter(({ path }) => path === police || path === army)
        const exact = lines.every(({ outcome }) => outcome === 'EXACT')
        const same = JSON.stringify(valueAt(back.document, army)) === JSON.stringify(sent)
        if (lines.length === 0 || (exact && !same)) throw new Error(`${army}: ${JSON.stringify(lines)}`)
        if (exact) whole++
        else told++
      }
      return true
    }),
    { numRuns: 400 },
  )
  t.ok(whole > 1_000 && told > 300, `${whole} came back whole, ${told} with a loss that was told`)
})

void t.test('what a way there and back has done once, a second one does not do again', async t => {
  const reference = /^\d\d[A-Z]{3}\d{2,}$/
  // No police state says that a unit is planned, and without it the operational status says more than it did beside it
  const isPlanned = (document: JsonObject) => unitsOf(document).some(({ activity }) => activity === 'PLANNED')
  const unplanned = taskOrgWith(real).filter(document => !isPlanned(document))
  fc.assert(
    fc.property(unplanned, document => {
      const once = walked(TO_ARMY, walked(TO_BOARD, document).document).document
      const twice = walked(TO_ARMY, walked(TO_BOARD, once).document).document
      const kept = unitsOf(document).every(({ mgrs }, index) => {
        const square = typeof mgrs === 'string' && reference.test(mgrs) ? mgrs : undefined
        return unitsOf(once)[index]?.['mgrs'] === square
      })
      return kept && JSON.stringify(twice) === JSON.stringify(once)
    }),
    { numRuns: 300 },
  )
  t.pass()
})

void t.test('a strength is the same number on the board, and none where it is not known', async t => {
  fc.assert(
    fc.property(taskOrgWith(real), document => {
      const board = walked(TO_BOARD, document)
      const back = walked(TO_ARMY, board.document)
      return unitsOf(document).every(({ strength }, index) => {
        const { officers = null, others = null } = (strength ?? {}) as JsonObject
        const known = typeof others === 'number' || (typeof others === 'string' && officers === null)
        const total = typeof others === 'number' ? others + Number(officers ?? 0) : others
        const shown = valueAt(board.document, `/units/${index}/strength`)
        const returned = valueAt(back.document, `/units/${index}/strength`)
        if (!known) return shown === undefined && returned === undefined
        return (
          JSON.stringify(shown) === JSON.stringify({ total }) &&
          JSON.stringify(returned) === JSON.stringify({ others: total })
        )
      })
    }),
    { numRuns: 400 },
  )
  const part = fc.integer({ min: 0, max: 300 })
  fc.assert(
    fc.property(
      fc.record({ inspectors: part, sergeants: part, constables: part, drivers: part, staff: part }),
      parts => {
        const total = Object.values(parts).reduce((sum, value) => sum + value, 0)
        const document = { id: 'b', units: [{ strength: { ...parts, total } }] }
        const sent = walked(TO_ARMY, document).document
        const home = walked(TO_BOARD, sent).document
        return (
          valueAt(sent, '/units/0/strength/others') === total &&
          JSON.stringify(valueAt(home, '/units/0/strength')) === JSON.stringify({ total })
        )
      },
    ),
  )
  t.pass()
})

void t.test('an alert is state 0 and state 0 an alert, and nothing else is', async t => {
  fc.assert(
    fc.property(taskOrgWith(real), document =>
      unitsOf(walked(TO_BOARD, document).document).every(
        ({ state }, index) => (state === 0) === (unitsOf(document)[index]?.['alert'] === true),
      ),
    ),
    { numRuns: 300 },
  )
  for (let state = 0; state <= 16; state++) {
    const sent = walked(TO_ARMY, { id: 'b', units: [{ unitId: 'u', state }] }).document
    t.equal(
      valueAt(sent, '/units/0/alert'),
      state === 0 ? true : state <= 11 ? false : undefined,
      `state ${state}`,
    )
  }
})

void t.test('a board is of an exercise or it is not, and no exercise looks real', async t => {
  let stopped = 0
  fc.assert(
    fc.property(taskOrgWith(real), taskOrgWith(others), (one, other) => {
      const mixed = walk(TO_BOARD, { ...one, units: [...unitsOf(one), ...unitsOf(other)] })
      if (unitsOf(one).some(({ sidc, sidc15 }) => sidc ?? sidc15) && mixed !== undefined) return false
      const board = walked(TO_BOARD, other).document
      if (board['realm'] !== 'EXERCISE') return false
      const back = walk(TO_ARMY, board)
      if (back === undefined) stopped++
      else if (!unitsOf(back.document).every(looksLikeExercise)) return false
      return walked(TO_BOARD, one).document['realm'] === undefined
    }),
    { numRuns: 300 },
  )
  t.ok(stopped > 50, `${stopped} were stopped`)
  const kinds = fc.constantFrom(...Object.keys(POLICE_SYMBOLS), 'MILITARY_OTHER', undefined)
  const statuses = fc.constantFrom('Rejected', 'Accepted', 'Staging', undefined)
  let passed = 0
  fc.assert(
    fc.property(fc.constantFrom('EXERCISE', 'TEST'), kinds, statuses, (realm, unitType, deploymentStatus) => {
      const unit = { ...(unitType && { unitType }), ...(deploymentStatus && { deploymentStatus }) }
      const sent = walk(TO_ARMY, { id: 'b', realm, units: [{ unitId: 'u', ...unit }] })
      if (sent === undefined) return unitType === undefined || unitType === 'MILITARY_OTHER'
      passed++
      return unitsOf(sent.document).every(looksLikeExercise)
    }),
    { numRuns: 300 },
  )
  t.ok(passed > 100, `${passed} passed`)
})

function looksLikeExercise({ sidc, sidc15 }: JsonObject): boolean {
  const digits = typeof sidc === 'string' ? ['1', '2'].includes(sidc[2] ?? '') : undefined
  const letters = typeof sidc15 === 'string' ? /^.[GWMDLJK]/.test(sidc15) : undefined
  return (digits ?? letters ?? false) && (letters ?? true)
}

void t.test('no unit of an army is shown as police, and comes back as none', async t => {
  const police = new Set(Object.keys(POLICE_SYMBOLS))
  const entities = ['110500', '121100', '140800', '141200', '161300', '163600', '201300', '111000', '121900']
  for (const entity of entities)
    for (const tail of ['0000', '1400', '2000']) {
      const sidc = `1003100014${entity}${tail}`
      const board = walked(TO_BOARD, { id: 'to-1', units: [{ id: 'u', sidc }] }).document
      const [unit = {}] = unitsOf(board)
      t.notOk(police.has(String(unit['unitType'])), `${sidc} is ${String(unit['unitType'])}`)
      const withheld = { ...board, units: [{ unitId: 'u', unitType: unit['unitType'] ?? null }] }
      const [back = {}] = unitsOf(walked(TO_ARMY, withheld).document)
      t.equal(back['sidc'], undefined, 'without its symbol it gets no other')
    }
})

void t.test('labels come back byte for byte', async t => {
  const label = { policy: 'UK-GSC', classification: 'OFFICIAL', descriptor: 'PERSONAL', sensitive: false }
  const there = walked(TO_BOARD, { id: 'to-1', label }).document
  const back = walked(TO_ARMY, there).document
  t.equal(JSON.stringify(there['label']), JSON.stringify(label))
  t.equal(JSON.stringify(back['label']), JSON.stringify(label))
  t.equal(JSON.stringify(back['originatorLabel']), JSON.stringify(context.label))
})

void t.test('ten commanders keep the order of their ranks on the board', async t => {
  const codes = ['OR-2', 'OR-6', 'OF-1', 'OF-3', 'OF-4', 'OF-5', 'OF-6', 'OF-7', 'OF-8', 'OF-10']
  const ranks = ['PC', 'SGT', 'INSP', 'CHINSP', 'SUPT', 'CHSUPT', 'ACC', 'DCC', 'CC']
  const units = codes.map(rankCode => ({ commander: { rank: 'as it came', rankCode } }))
  const board = unitsOf(walked(TO_BOARD, { id: 'to-1', units }).document)
  const order = board.map(unit => ranks.indexOf(String(valueAt(unit, '/commander/comparableRank'))))
  t.same(
    order,
    order.toSorted((one, other) => one - other),
  )
  t.ok(board.every(unit => valueAt(unit, '/commander/partnerRank') === 'as it came'))
})
