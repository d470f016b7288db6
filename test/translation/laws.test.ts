import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { realmOf } from '../../src/translation/realm.ts'
import {
  type Mapping,
  type ReportLine,
  squareOf,
  squareOfReference,
  type Translation,
} from '../../src/translation/translation.ts'
import { POLICE_SYMBOLS, symbolOf } from '../../src/translation/unit-symbols.ts'
import { rowsOf } from './converter-support.ts'
import { allMappings, cases, context, hasConformanceData, mappingSource, schemas } from './support.ts'

const registry = schemas()
const mappings = allMappings(registry)

function translate(id: string, document: JsonObject): Translation {
  const mapping = mappings.get(id)
  if (!mapping) throw new Error(`no mapping ${id}`)
  return mapping.translate(document, context)
}

function translated(id: string, document: JsonObject): JsonObject {
  const translation = translate(id, document)
  if (translation.kind === 'blocked') throw new Error(`${id} blocked by ${translation.rule}`)
  return translation.document
}

const TO_ARMY = 'police.unitPosition.to.army.positionReport'
const TO_POLICE = 'army.positionReport.to.police.unitPosition'

void t.test('a position comes back as it went, as far as each side can say it', async t => {
  const there = {
    unitId: 'PSU-GMP-021',
    realm: 'EXERCISE',
    callsign: 'GOLF 21',
    operationId: 'op-1',
    unitType: 'PSU',
    at: '2021-11-06T12:04:31Z',
    validTo: '2021-11-06T12:14:31Z',
    position: { lat: 55.8639, lon: -4.2719, accuracyM: 10, source: 'MACHINE.GPS' },
    courseDeg: 92,
    speedMph: 2.5,
    state: 6,
    strength: 25,
    seq: 10432,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
  }
  const { sidc, position, originatorLabel, ...back } = translated(TO_POLICE, translated(TO_ARMY, there))
  const { position: sent, ...rest } = there
  t.same(back, rest)
  t.equal(sidc, '10131000142007001400')
  t.same(originatorLabel, context.label)
  if (!isJsonObject(position ?? null)) throw new Error('no position')
  const { lat, lon, accuracyM } = position as { lat: number; lon: number; accuracyM: number }
  const metres = Math.hypot(
    (lat - sent.lat) * 111_320,
    (lon - sent.lon) * 111_320 * Math.cos((lat * Math.PI) / 180),
  )
  t.ok(metres <= accuracyM, `${metres.toFixed(1)} m off, ${accuracyM} m claimed`)
})

void t.test('army to police and back keeps the square, the status and the symbol', async t => {
  const there = {
    track: 'GMP.PSU-GMP-021',
    unit: 'PSU-GMP-021',
    sidc: '10031000142007001400',
    sidc15: 'SFGPUULC---D---',
    dtg: '061204ZNOV21',
    timestamp: '2021-11-06T12:04:00Z',
    mgrs: '30UVG20399166',
    bearingMils: 1600,
    speedKmh: 18,
    statusCode: 'Operational',
    activity: 'MOVING',
    strength: 29,
    alert: false,
    source: 'MACHINE.GPS',
    seq: 551,
  }
  const back = translated(TO_ARMY, translated(TO_POLICE, there))
  const { originatorLabel, ...rest } = back
  t.same(originatorLabel, context.label)
  t.same(rest, there)
})

const position = fc.record(
  {
    unitId: fc.constantFrom('PSU-GMP-021', 'DOG-NS-1', 'N-00ff', 'x'),
    unitType: fc.constantFrom('PSU', 'DOG', 'FIT', 'OTHER', 'alias'),
    at: fc.constantFrom('2021-11-06T12:04:31Z', '2021-11', '2021-11-06', '2021'),
    position: fc.record({
      lat: fc.double({ min: -79, max: 83, noNaN: true }),
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
      cell: fc.constantFrom('100m', '1km', '10km'),
    }),
    courseDeg: fc.integer({ min: 0, max: 360 }),
    speedMph: fc.integer({ min: 0, max: 120 }),
    state: fc.integer({ min: 0, max: 16 }),
    strength: fc.oneof(
      fc.integer({ min: 0, max: 400 }),
      fc.constantFrom('below 10', '10-49', '5000 or more'),
    ),
    seq: fc.nat(),
  },
  { requiredKeys: [] },
)

void t.test('state 0 always arrives as an alert, and only it does', async t => {
  fc.assert(
    fc.property(position, document => {
      const { alert } = translated(TO_ARMY, document)
      if (document.state === undefined || document.state > 11) return alert === undefined
      return alert === (document.state === 0)
    }),
    { numRuns: 400 },
  )
  fc.assert(
    fc.property(fc.constantFrom('READY', 'MOVING', 'COMMITTED', undefined), activity => {
      const document = { track: 'A.1', alert: true, ...(activity && { activity }) }
      return translated(TO_POLICE, document)['state'] === 0
    }),
  )
  t.pass()
})

void t.test('every treated position gives a target that meets its schema', async t => {
  const schema = registry.get('army.positionReport')
  fc.assert(
    fc.property(position, document => {
      const target = translated(TO_ARMY, { unitId: 'PSU-GMP-021', ...document })
      return schema?.check(target) === undefined
    }),
    { numRuns: 500 },
  )
  t.pass()
})

void t.test('the strength is the same on both sides', async t => {
  const part = fc.integer({ min: 0, max: 300 })
  fc.assert(
    fc.property(
      fc.record({ inspectors: part, sergeants: part, constables: part, drivers: part, staff: part }),
      parts => {
        const total = Object.values(parts).reduce((sum, value) => sum + value, 0)
        const target = translated('police.unitDeployment.to.army.taskOrg', {
          unitId: 'PSU-NS-1',
          strength: { ...parts, total },
        })
        const units = target['units']
        const unit = Array.isArray(units) ? (units[0] as JsonObject) : {}
        return isJsonObject(unit['strength'] ?? null) && (unit['strength'] as JsonObject)['others'] === total
      },
    ),
  )
  t.pass()
})

/** The leaf of a document that says whether it is real; undefined where nothing does. */
function realmLeafOf({
  resource,
  version,
}: Mapping['from']): { path: string; words: readonly string[] } | undefined {
  for (const [path, { values = [] }] of registry.get(resource, version)?.catalogue.leaves ?? []) {
    const realms = values.map(realmOf)
    if (realms.includes('real') && !realms.includes(undefined)) return { path, words: values }
  }
  return undefined
}

function withLeaf(document: JsonObject, [name = '', ...rest]: readonly string[], word: string): JsonObject {
  const below = document[name]
  const value =
    rest.length === 0 ? word : withLeaf(isJsonObject(below ?? null) ? (below as JsonObject) : {}, rest, word)
  return { ...document, [name]: value }
}

void t.test('what is no reality stops, or arrives as none, in every case of every mapping', async t => {
  const arrived = new Map<string, number>()
  for (const { name, mapping: id, document } of cases()) {
    const mapping = mappings.get(id)
    const leaf = mapping && realmLeafOf(mapping.from)
    for (const word of leaf?.words ?? []) {
      if (!mapping || !leaf || realmOf(word) === 'real') continue
      const translation = mapping.translate(withLeaf(document, leaf.path.split('.'), word), context)
      if (translation.kind === 'blocked') continue
      const told = realmLeafOf(mapping.to)?.path.split('.')
      const said = told?.reduce<Json | undefined>(
        (value, step) => (isJsonObject(value ?? null) ? (value as JsonObject)[step] : undefined),
        translation.document,
      )
      const text = JSON.stringify(translation.document)
      if (told) t.ok(typeof said === 'string' && realmOf(said) !== 'real', `${name} ${word}: ${String(said)}`)
      else t.match(text, /"sidc":"\d\d[12]/, `${name} ${word}: its symbol says so`)
      t.notMatch(text, REAL_SYMBOL, `${name} ${word}: no symbol of something real`)
      arrived.set(id, (arrived.get(id) ?? 0) + 1)
    }
  }
  for (const id of [
    'police.operation.to.army.opord',
    'army.opord.to.police.operation',
    'police.unitDeployment.to.army.taskOrg',
    TO_ARMY,
  ])
    t.ok((arrived.get(id) ?? 0) > 5, id)
  t.ok((arrived.get('joint.resourceStatus.to.police.unitDeployment') ?? 0) > 2)
  for (const id of ['army.opord.to.police.briefing.iimarch', 'army.opord.to.police.tacticalPlan'])
    t.ok((arrived.get(id) ?? 0) > 2, id)
})

/** A symbol of something real, in 20 digits or in 15 characters. */
const REAL_SYMBOL = /"sidc":"\d\d0|"sidc15":"[A-Z][PUAFNSH]/

void t.test('a track whose symbol is no reality stops, or arrives as none, in every case', async t => {
  let arrived = 0
  for (const { name, mapping, document } of cases()) {
    if (mapping !== TO_POLICE) continue
    for (const [sidc, sidc15] of [
      ['10131000141636000000', 'SDGPUST----D---'],
      ['10231000141636000000', undefined],
      ['10131000141636000000', 'SFGPUST----D---'],
      ['10031000141636000000', 'SDGPUST----D---'],
      [undefined, 'SDGPUST----D---'],
    ] as const) {
      const { sidc: _, sidc15: __, ...rest } = document
      const drawn = { ...rest, ...(sidc && { sidc }), ...(sidc15 && { sidc15 }) }
      const translation = translate(mapping, drawn)
      if (translation.kind === 'blocked') continue
      t.equal(translation.document['realm'], 'EXERCISE', `${name} ${sidc} ${sidc15}`)
      t.notMatch(JSON.stringify(translation.document), REAL_SYMBOL)
      const back = translate(TO_ARMY, translation.document)
      t.ok(back.kind === 'translated' && !REAL_SYMBOL.test(JSON.stringify(back.document)), 'and back')
      arrived++
    }
  }
  t.ok(arrived > 20, `${arrived} arrived`)
})

const TO_TASK_ORG = 'police.deploymentBoard.to.army.taskOrg'
const digits = fc
  .tuple(
    fc.constantFrom('0', '1', '2'),
    fc.constantFrom('3', '4'),
    fc.constantFrom('141636000000', '152013000000', '142007001400', '139900000000', '001104000000'),
  )
  .map(([realm, identity, rest]) => `10${realm}${identity}1000${rest}`)
const letters = fc
  .tuple(fc.constantFrom('F', 'N', 'D', 'L'), fc.constantFrom('PUCI----E---', 'PQQQ----E---', 'PUULC---D---'))
  .map(([identity, rest]) => `S${identity}G${rest}`)
const unreal = (symbol: unknown) => /^(?:\d\d[12]\d{17}|.[DL].{13})$/.test(String(symbol))

/** What police say of a unit that a partner has drawn, as a position and as the one unit of a board. */
const partnerUnit = fc
  .record(
    {
      realm: fc.constantFrom('REAL', 'EXERCISE', 'TEST'),
      unitType: fc.constantFrom('PSU', 'FIT', 'MILITARY_TRANSPORT', 'MILITARY_OTHER'),
      sidc: digits,
      sidc15: letters,
    },
    { requiredKeys: [] },
  )
  .map(record => record as JsonObject)

void t.test('nothing that a partner drew as an exercise goes out as real', t => {
  const seen = { mixed: 0, exercise: 0, kept: 0 }
  const judge = (id: string, { realm, ...unit }: JsonObject, document: JsonObject) => {
    const translation = translate(id, { ...document, ...(realm === undefined ? {} : { realm }) })
    const drawn = [unit['sidc'], unit['sidc15']].some(unreal)
    if (realm === 'REAL' && drawn) {
      if (translation.kind !== 'blocked' || !translation.rule.endsWith('.mixed')) return false
      seen.mixed++
    }
    if (translation.kind === 'blocked') return true
    const isExercise = drawn || realm === 'EXERCISE' || realm === 'TEST'
    const text = JSON.stringify(translation.document)
    if (isExercise) seen.exercise++
    else seen.kept++
    const shown = /"sidc":"\d\d[12]|"sidc15":".[GWMDLJK]/.test(text)
    const sent = unit['sidc15'] !== undefined && text.includes(`"sidc15":"${String(unit['sidc15'])}"`)
    return isExercise ? shown && (sent || !REAL_SYMBOL.test(text)) : !shown
  }
  fc.assert(
    fc.property(partnerUnit, ({ sidc15: _older, ...one }) => {
      const { realm: _, ...unit } = one
      return judge(TO_ARMY, one, { unitId: '1EX.A', ...unit })
    }),
    { numRuns: 600 },
  )
  fc.assert(
    fc.property(partnerUnit, one => {
      const { realm: _, ...unit } = one
      return judge(TO_TASK_ORG, one, { id: 'b', units: [{ unitId: '1EX.A', ...unit }] })
    }),
    { numRuns: 600 },
  )
  for (const [name, count] of Object.entries(seen)) t.ok(count > 50, `${count} ${name}`)
  const stated = { unitId: 'PSU-NS-1', unitType: 'PSU', realm: 'EXERCISE', sidc: '10031000141636000000' }
  t.equal(translated(TO_ARMY, stated)['sidc'], '10131000142007001400', 'its own word wins')
  t.end()
})

void t.test('what does not say whether it is real is taken as real, and the report says so', t => {
  for (const [id, path] of [
    ['police.unitDeployment.to.army.taskOrg', '/units/0'],
    [TO_ARMY, ''],
  ] as const) {
    const linesOf = (change: JsonObject) => {
      const translation = translate(id, { unitId: 'PSU-NS-1', unitType: 'PSU', ...change })
      const lines = translation.kind === 'blocked' ? [] : translation.report.lines()
      return lines.filter(line => line.path.startsWith(`${path}/sidc`))
    }
    t.match(linesOf({}), [{ note: /taken as real/ }, { note: /taken as real/ }], id)
    t.notMatch(JSON.stringify(linesOf({ realm: 'REAL' })), /taken/, id)
    t.equal(linesOf({ realm: 'REAL' }).length, 2)
  }
  t.end()
})

/** A document whose symbols of 20 digits have other contexts, one after the other and then again. */
function withContexts(value: Json, contexts: string, count = { symbols: 0 }): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => withContexts(entry, contexts, count))
  if (typeof value === 'string' && /^\d{20}(?:\d{10})?$/.test(value))
    return value.slice(0, 2) + contexts[count.symbols++ % contexts.length] + value.slice(3)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withContexts(member, contexts, count)]),
  )
}

void t.test('what only its symbols tell to be no reality never arrives as real', t => {
  const seen = new Map<string, number>()
  for (const { name, mapping: id, document, expected } of cases()) {
    const mapping = mappings.get(id)
    if (!mapping?.from.resource.startsWith('army.') || expected['blocked'] !== undefined) continue
    const count = { symbols: 0 }
    withContexts(document, '0', count)
    if (count.symbols === 0) continue
    const leaf = realmLeafOf(mapping.from)?.path.split('.')
    const told = realmLeafOf(mapping.to)?.path.split('.')
    const silent = leaf === undefined ? document : (without(document, leaf) as JsonObject)
    const real = leaf === undefined ? document : withLeaf(document, leaf, 'OPERATION')
    for (const source of [silent, real])
      for (const contexts of ['1', '2', '3', '01', '10', '12', '02']) {
        if (count.symbols === 1 && contexts.startsWith('0')) continue
        const translation = translate(id, withContexts(source, contexts) as JsonObject)
        seen.set(id, (seen.get(id) ?? 0) + 1)
        if (translation.kind === 'blocked') continue
        const said = told?.reduce<Json | undefined>(
          (value, step) => (isJsonObject(value ?? null) ? (value as JsonObject)[step] : undefined),
          translation.document,
        )
        const text = `${name} ${contexts} ${source === real}: ${String(said)}`
        if (told && contexts !== '3') t.ok(typeof said === 'string' && realmOf(said) !== 'real', text)
        if (told && source === silent) t.ok(said, text)
        t.notMatch(JSON.stringify(translation.document), /"sidc":"100/, text)
      }
    const plain = translate(id, withContexts(silent, '0') as JsonObject)
    if (plain.kind === 'translated') t.equal(told && plain.document[told[0] ?? ''], undefined, name)
    else t.match(plain.rule, /\.mixed$/, `${name}: its older symbols still say exercise`)
  }
  for (const id of [
    'army.opord.to.police.operation',
    'army.incidentReport.to.police.incident.methane',
    'army.positionReport.to.police.unitPosition',
  ])
    t.ok((seen.get(id) ?? 0) > 5, `${id}: ${seen.get(id)}`)
  t.end()
})

/** Set and first two digits of the entity of what only armed forces have: land units, armoured vehicles, aircraft, ships. */
const OF_FORCES = /^(?:101[1-8]|1512|0111|0511|301[123]|3511)$/
/** Police, and internal security forces, among the land units. */
const OF_POLICE = ['200700', '201300']
const TO_BOARD = 'army.taskOrg.to.police.deploymentBoard'

/** How each symbol arrives in both mappings that name a kind of unit; nothing where it stops the translation. */
function arrivingWith(sidc: string): readonly { unit: JsonObject; lines: readonly ReportLine[] }[] {
  const track = translate(TO_POLICE, { track: 'A.1', sidc })
  const board = translate(TO_BOARD, { id: 'to-1', units: [{ id: 'u', sidc }] })
  return [track, board].flatMap(translation => {
    if (translation.kind === 'blocked') return []
    const { units } = translation.document
    const unit = Array.isArray(units) ? (units[0] as JsonObject) : translation.document
    const lines = translation.report.lines().filter(({ path }) => path.endsWith('/unitType'))
    return [{ unit, lines }]
  })
}

const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))

void t.test('civilians, crowds and activities are no unit, whatever the symbol set', t => {
  const wrong: string[] = []
  const told = new Set<string>()
  let [forces, none] = [0, 0]
  const judge = (sidc: string) => {
    const entity = sidc.slice(10, 16)
    const isForce = OF_FORCES.test(sidc.slice(4, 6) + entity.slice(0, 2))
    const isPolice = sidc.slice(4, 6) === '10' && OF_POLICE.includes(entity)
    for (const { unit, lines } of arrivingWith(sidc)) {
      if ((unit['unitType'] !== undefined) !== (isForce || isPolice)) wrong.push(sidc)
      if (isForce && !String(unit['unitType']).startsWith('MILITARY_')) wrong.push(sidc)
      if (isForce) forces++
      else if (!isPolice) {
        none++
        for (const { outcome, note } of lines) told.add(`${outcome} ${note}`)
        if (lines.length !== 1 || unit['sidc'] !== sidc) wrong.push(sidc)
      }
    }
  }
  for (const head of ['1001', '1003', '1004', '1301'])
    for (const set of twoDigits)
      for (const entity of twoDigits) {
        judge(`${head}${set}0000${entity}00000000`)
        judge(`${head}${set}0000${entity}01000000`)
      }
  for (const entity of twoDigits) judge(`1003100000${`20${entity}`}000000`)
  t.same(wrong, [])
  t.same([...told], ['UNMAPPED no such kind of unit here'], 'and none is told from another')
  t.ok(forces > 50 && none > 500, `${forces} of forces, ${none} of nobody`)
  t.end()
})

void t.test('what a partner drew as no unit never comes back as a friend', t => {
  let back = 0
  for (const realm of ['0', '1'])
    for (const identity of ['1', '4'])
      for (const set of twoDigits)
        for (const entity of ['000000', '110400', '120000', '120100', '140000', '201200']) {
          const sidc = `10${realm}${identity}${set}0000${entity}0000`
          const track = translate(TO_POLICE, { track: 'GMP.PSU-GMP-021', unit: 'PSU-GMP-021', sidc })
          if (track.kind === 'blocked' || track.document['unitType'] !== undefined) continue
          const home = translate(TO_ARMY, track.document)
          back++
          const drawn =
            home.kind === 'blocked' ? undefined : (home.document['sidc'] ?? home.document['sidc15'])
          t.equal(drawn, undefined, sidc)
          t.equal(home.kind, realm === '0' ? 'translated' : 'blocked', `${sidc}: no exercise is left untold`)
        }
  const stated = { unitId: 'u', unitType: 'DOG', sidc: '10041100001104000000' }
  t.equal(translated(TO_ARMY, stated)['sidc'], '10031000122007002000', 'unless police say what it is')
  t.ok(back > 100, `${back} came back`)
  t.end()
})

const independent = hasConformanceData ? {} : { skip: 'no independent data here' }

void t.test('what the tables call civil is no unit', independent, t => {
  let civil = 0
  for (const [set, file] of [
    ['10', 'Land_Unit'],
    ['11', 'Land_Unit_Civilian'],
    ['15', 'Land_Equipment'],
    ['20', 'Land_Installation'],
    ['40', 'Activities'],
  ] as const)
    for (const row of rowsOf(`symbology/jmsml-Coded_Domain_${file}_Entities.csv`, ',')) {
      const [name, entity = ''] = [row.slice(0, -1).join(), row.at(-1)]
      const isCivil = set === '11' || set === '40' || /^(?:Civilian|Law Enf|Emergency|Install)/.test(name)
      if (!isCivil || OF_POLICE.includes(entity)) continue
      for (const { unit } of arrivingWith(`1004${set}0000${entity}0000`)) {
        civil++
        t.equal(unit['unitType'], undefined, `${set}: ${name}`)
      }
    }
  t.ok(civil > 200, `${civil}`)
  t.end()
})

void t.test('a marking arrives byte for byte, or nothing arrives', async t => {
  const own = fc.record(
    {
      policy: fc.constant('UK-GSC'),
      classification: fc.constantFrom('OFFICIAL', 'SECRET'),
      sensitive: fc.boolean(),
      descriptor: fc.constantFrom('PERSONAL', 'LOCSEN'),
    },
    { requiredKeys: ['policy', 'classification'] },
  )
  let narrow = 0
  for (const [id, mapping] of mappings) {
    const source = cases().find(one => one.mapping === id && one.expected['blocked'] === undefined)?.document
    const names = [mapping.from, mapping.to].map(({ resource, version }) =>
      [...(registry.get(resource, version)?.catalogue.leaves.keys() ?? [])].filter(path =>
        path.startsWith('label.'),
      ),
    )
    const [comes = [], takes = []] = names
    if (takes.length < comes.length) narrow++
    fc.assert(
      fc.property(own, label => {
        const members = Object.keys(label).map(name => `label.${name}`)
        if (!members.every(name => comes.includes(name))) return true
        const translation = translate(id, { ...source, label })
        if (translation.kind === 'blocked')
          return translation.path === '/label' && !members.every(name => takes.includes(name))
        return JSON.stringify(translation.document['label']) === JSON.stringify(label)
      }),
    )
    t.pass(id)
  }
  t.ok(narrow > 0, 'some schema has no place for all of it')
})

void t.test('an army post never becomes a police command', t => {
  const order = {
    messageId: { type: 'OPORD', originator: 'GOLD' },
    p1Situation: { friendly: { intentApprovedBy: 'GOLD' } },
    p5CommandSignal: {
      command: { succession: ['GOLD', 'SILVER'], liaison: { officer: 'BRONZE', callsign: 'GOLD' } },
    },
  }
  const { method } = translated('army.opord.to.police.briefing.iimarch', order)
  t.equal(method, undefined)
  const { author, approvedBy } = translated('army.opord.to.police.tacticalPlan', order)
  t.same([author, approvedBy], [undefined, undefined])
  t.end()
})

void t.test('no command role takes the level of its adjective', async t => {
  const roles = ['GOLD', 'SILVER', 'BRONZE']
  const words = ['STRATEGIC', 'TACTICAL', 'OPERATIONAL']
  const target = translated('police.operation.to.army.opord', {
    command: roles.map((role, index) => ({ role, level: words[index] ?? '' })),
  })
  const posts = ((target['p5CommandSignal'] as JsonObject)['command'] as JsonObject)[
    'policePosts'
  ] as readonly JsonObject[]
  t.same(
    posts.map(post => post['level']),
    ['STRATEGIC', 'OPERATIONAL', 'TACTICAL'],
  )
  const silent = translated('police.operation.to.army.opord', { command: [{ level: 'TACTICAL' }] })
  t.equal(silent['p5CommandSignal'], undefined, 'the adjective alone says nothing')
})

/** Every leaf of a document as a list of names and indices. */
function leavesOf(
  value: Json,
  before: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((entry: Json, index) => leavesOf(entry, [...before, index]))
  if (!isJsonObject(value)) return [before]
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, [...before, name]))
}

function without(value: Json, [name, ...rest]: readonly (string | number)[]): Json {
  if (Array.isArray(value))
    return value.map((entry: Json, index) => (index === name ? without(entry, rest) : entry))
  if (!isJsonObject(value) || name === undefined) return value
  const { [String(name)]: member, ...others } = value
  return rest.length === 0 || member === undefined
    ? others
    : { ...others, [String(name)]: without(member, rest) }
}

interface Rule {
  to: string
  from?: string | Record<string, string>
  each?: string
  rules?: Rule[]
}

/** For each target leaf path of a mapping, the source paths that its rule reads. */
function sourcesOf(
  rules: readonly Rule[],
  scope = { source: '', target: '' },
): ReadonlyMap<string, readonly string[]> {
  const join = (base: string, path: string) => (path === '.' ? base : base === '' ? path : `${base}.${path}`)
  const found = new Map<string, readonly string[]>()
  for (const rule of rules) {
    const target = join(scope.target, rule.to)
    if (rule.rules) {
      const inner = { source: join(scope.source, rule.each ?? '.'), target }
      for (const [path, sources] of sourcesOf(rule.rules, inner)) found.set(path, sources)
      continue
    }
    const written = typeof rule.from === 'string' ? [rule.from] : Object.values(rule.from ?? {})
    found.set(
      target,
      written
        .flatMap(path => path.split(' | '))
        .map(path => (path.startsWith('/') ? path.slice(1) : join(scope.source, path))),
    )
  }
  return found
}

/** `command[0].role` as the mapping writes it. */
function patternOf(path: readonly (string | number)[]): string {
  return path
    .map(step => (typeof step === 'number' ? '[]' : `.${step}`))
    .join('')
    .slice(1)
}

void t.test('the report tells no kind of unit and no word of a table that the target does not tell', t => {
  const mapping = 'police.unitDeployment.to.army.taskOrg'
  const told = (change: JsonObject) => {
    const translation = translate(mapping, {
      id: 'd-1',
      unitId: 'NS-1',
      deploymentStatus: 'Staging',
      ...change,
    })
    if (translation.kind === 'blocked') throw new Error(translation.rule)
    return { document: translation.document, report: translation.report.lines() }
  }
  const generic = told({ unitType: 'OTHER' })
  const note = symbolOf('OTHER')?.note
  const hidden = Object.keys(POLICE_SYMBOLS).filter(type => symbolOf(type)?.note === note)
  t.ok(['PLT', 'EGT', 'FIT', 'CID', 'MOUNTED'].every(type => hidden.includes(type)))
  for (const unitType of hidden) t.same(told({ unitType }), generic, unitType)
  const taskless = told({ task: 'DISPERSAL' })
  for (const task of ['LIAISON_TEAM', 'EVIDENCE_GATHERING', 'SPOTTERS'])
    t.same(told({ task }), taskless, task)
  let words = 0
  for (const { name, mapping: id, document } of cases()) {
    const translation = translate(id, document)
    if (translation.kind === 'blocked') continue
    for (const { path, outcome, rule } of translation.report.lines()) {
      const word = /\.([A-Z][A-Z0-9_]+)$/.exec(rule)?.[1]
      if (word === undefined) continue
      words++
      const held = path
        .split('/')
        .slice(1)
        .reduce((value, step) => (value as JsonObject)[step] ?? null, translation.document as Json)
      t.ok(outcome !== 'UNMAPPED' && held === word, `${name}: ${rule}`)
    }
  }
  t.ok(words > 50, `${words} words`)
  t.end()
})

void t.test('a unit that is not there yet is shown as planned, in both symbols', t => {
  const statuses = {
    'police.unitDeployment.to.army.taskOrg': [
      'deploymentStatus',
      'Requested Accepted',
      'Mobilized En-route Staging Camp',
    ],
    'police.dutyUnit.to.army.taskOrg': ['status', 'PLANNED PUBLISHED', 'BOOKED_ON BOOKED_OFF'],
    'police.planningUnit.to.army.taskOrg': ['status', 'PROPOSED OFFERED CONFIRMED', 'DEPLOYED'],
  } as const
  for (const [id, [name, planned, present]] of Object.entries(statuses))
    for (const [words, digit, letter] of [
      [planned, '1', 'A'],
      [present, '0', 'P'],
    ] as const)
      for (const word of words.split(' ')) {
        const { units } = translated(id, { id: 'u', unitId: 'u', [name]: word })
        const { sidc, sidc15 } = (units as readonly JsonObject[])[0] ?? {}
        t.equal(`${String(sidc)[6]} ${String(sidc15)[3]}`, `${digit} ${letter}`, `${id}: ${word}`)
      }
  t.end()
})

void t.test('removing one item of the source changes no target that does not read it', async t => {
  for (const { name, mapping, document, expected } of cases()) {
    if (expected['blocked'] !== undefined) continue
    const sources = sourcesOf((parse(mappingSource(mapping)) as { rules: Rule[] }).rules)
    const whole = translated(mapping, document)
    let changed = 0
    for (const leaf of leavesOf(document)) {
      if (typeof leaf.at(-1) === 'number') continue
      const translation = translate(mapping, without(document, leaf) as JsonObject)
      if (translation.kind === 'blocked') continue
      const removed = patternOf(leaf)
      for (const [target, reads] of sources) {
        const related = reads.some(
          path => removed === path || removed.startsWith(`${path}.`) || removed.startsWith(`${path}[`),
        )
        if (
          !related &&
          JSON.stringify(valuesAt(whole, target)) !== JSON.stringify(valuesAt(translation.document, target))
        )
          changed++
      }
    }
    t.equal(changed, 0, name)
  }
})

/** The values at a target path, through all lists; order kept, gaps closed. */
function valuesAt(document: Json, path: string): readonly Json[] {
  let values: readonly Json[] = [document]
  for (const step of path.split('.')) {
    const name = step.replace('[]', '')
    values = values.flatMap(value => (isJsonObject(value) && value[name] !== undefined ? [value[name]] : []))
    if (step.endsWith('[]'))
      values = values.flatMap(value => (Array.isArray(value) ? (value as readonly Json[]) : []))
  }
  return values
}

void t.test(
  'a document that holds nothing is translated to what the mapping itself says, and crashes nothing',
  async t => {
    for (const [id, mapping] of mappings) {
      const translation = mapping.translate({}, context)
      t.equal(translation.kind, 'translated', id)
      t.ok(
        translation.kind === 'translated' &&
          translation.report.lines().every(({ outcome }) => outcome !== 'UNMAPPED'),
        `${id} speaks of nothing that is not there`,
      )
    }
  },
)

void t.test('no document makes a translation throw', async t => {
  const scalar = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('2021-02-31T00:00:00Z', '30UVG12', '061204ZNOV21'),
  )
  for (const [id, mapping] of mappings) {
    const { catalogue } = registry.get(mapping.from.resource) ?? {}
    const names = [
      ...new Set([...(catalogue?.leaves.keys() ?? [])].flatMap(path => path.replaceAll('[]', '').split('.'))),
    ]
    const name = fc.constantFrom(...names)
    const { any } = fc.letrec(tie => ({
      any: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(name, tie('any'), { maxKeys: 8 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(name, any, { maxKeys: 16 }), document => {
        mapping.translate(document as JsonObject, context)
      }),
      { numRuns: 300 },
    )
    t.pass(id)
  }
})

void t.test('the square of a square is itself', async t => {
  const side = fc.constantFrom(10, 100, 1_000, 10_000)
  const anywhere = fc.double({ min: -180, max: 180, noNaN: true })
  const border = fc
    .tuple(fc.integer({ min: -30, max: 30 }), fc.double({ min: -0.2, max: 0.2, noNaN: true }))
    .map(([zone, off]) => Math.max(-180, Math.min(180, zone * 6 + off)))
  const lat = fc.oneof(
    fc.double({ min: -80, max: 83.999, noNaN: true }),
    fc.constantFrom(0, 8, 56, 64, 72, -80, 83.9999),
  )
  fc.assert(
    fc.property(lat, fc.oneof(anywhere, border), side, (latitude, longitude, metres) => {
      const once = squareOf({ lat: latitude, lon: longitude }, metres)
      const twice = once && squareOf(once, metres)
      return once !== undefined && twice?.lat === once.lat && twice.lon === once.lon
    }),
    { numRuns: 3000 },
  )
  t.equal(squareOf({ lat: 85, lon: 0 }, 1000), undefined)
  t.equal(squareOf({ lat: 50, lon: 0 }, 250), undefined, 'only the sides that the grid has')
  t.equal(squareOfReference('30UVG2039891663', 1_000), '30UVG2091')
  t.equal(squareOfReference('30UVG20', 100), '30UVG20', 'never finer')
  t.equal(squareOfReference('30UVG1', 1_000), undefined)
})
