import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { openSqliteLedger } from '../stores/stores.ts'
import { at, listAt, show, textAt } from './look.ts'
import { type FieldAgency, parseJson } from './practice-field.ts'
import type { Stage } from './stage.ts'
import type { Teller } from './teller.ts'

const PLANNER = { person: 'p-118', role: 'planner', purpose: 'joint-planning' }
const OPS_ROOM = { person: 'p-204', role: 'ops-room', purpose: 'live-coordination' }
const ARMY_PLANNER = { person: 'a-017', role: 'planner', purpose: 'joint-planning' }
const ARMY_OPS = { person: 'a-031', role: 'ops-room', purpose: 'live-coordination' }

/** What happens between the two agencies on one day, told and checked. */
export async function story(stage: Stage, teller: Teller): Promise<void> {
  await missionCrosses(stage, teller)
  await purposeDecides(stage, teller)
  await noIsNo(stage, teller)
  await liveStream(stage, teller)
  await otherWay(stage, teller)
  await bothRemember(stage, teller)
}

/** The exchange of an answer with one recipient. */
function exchangeOf(answer: Json): Json | undefined {
  return at(answer, 'body.exchanges.0')
}

async function missionCrosses({ police, army }: Stage, teller: Teller): Promise<void> {
  teller.chapter('A police operation crosses to the army')
  teller.say(
    'Northshire Police share operation SANDPIPER for joint planning. The agreement has a row for each item and a column for each purpose; what is not listed stays at home.',
  )
  const operation = listAt(await police.ask('records'), 'operations')[0]
  const shared = await police.ask('shareOperation', { ...PLANNER, name: 'SANDPIPER' })
  const id = textAt(exchangeOf(shared), 'id')
  const seen = at(await army.ask('one', { ...ARMY_PLANNER, resource: 'army.opord', exchange: id }), 'body')
  const order = at(seen, 'document')
  const explained = new Map(
    listAt(await police.ask('standing', { ...PLANNER, exchange: id }), 'body.explanation').map(item => [
      textAt(item, 'path'),
      item,
    ]),
  )
  const why = (path: string) => {
    const item = explained.get(path)
    return [textAt(item, 'outcome'), textAt(item, 'treatment'), textAt(item, 'row')]
      .filter(part => part !== '—')
      .slice(0, 2)
      .join(': ')
  }
  teller.table(
    ['what the police hold', 'value', 'what the army sees', 'under the agreement'],
    OPERATION_ROWS.map(([held, path, there, item]) => [
      held,
      textAt(operation, path),
      there === '' ? '—' : textAt(order, there),
      why(item),
    ]),
    [24, 32, 36, 24],
  )
  const text = JSON.stringify(seen)
  teller.claim(
    'The army holds it as an OPORD in its own schema, receipted under the army gateway’s signature.',
    textAt(exchangeOf(shared), 'receipt.outcome') === 'accepted' &&
      textAt(order, 'messageId.type') === 'OPORD',
  )
  const names = listAt(operation, 'command').map(post => textAt(post, 'officer.name'))
  teller.claim('No officer’s name crossed.', names.length > 0 && names.every(name => !text.includes(name)))
  teller.claim(
    'The protected person, the threat assessment and the free text on tensions stayed at home.',
    ['R. Delacroix', 'TA-26-0091', 'Shopkeepers'].every(mark => !text.includes(mark)),
  )
  teller.claim(
    'The place where officers sleep is not among the places the army sees.',
    listAt(order, 'p3Execution.coordinatingInstructions.controlMeasures').length === 3 &&
      !text.includes('barracks'),
  )
  teller.claim(
    'Each commander has a code name that works only under this agreement, not a collar number.',
    textAt(order, 'p5CommandSignal.command.policePosts.0.number').startsWith('N-') &&
      !text.includes('NS0007'),
  )
  lossReport(teller, listAt(seen, 'translation'))
}

/** What the police hold: name, path, where it is in the order, and the item of the catalogue. */
const OPERATION_ROWS: readonly (readonly [string, string, string, string])[] = [
  ['operation', 'operationName', 'exerciseOrOperation.name', 'operationName'],
  ['lifecycle', 'lifecycle', 'p1Situation.supportedOperation.phase', 'lifecycle'],
  [
    'first aim',
    'strategicIntent.aims.0.text',
    'p1Situation.friendly.higherIntent2Up',
    'strategicIntent.aims[].text',
  ],
  [
    'where it assembles',
    'venues.0.geometry',
    'p3Execution.coordinatingInstructions.controlMeasures.0.mgrs',
    'venues[].geometry',
  ],
  ['where officers sleep', 'venues.3.name', '', 'venues[]'],
  ['Gold: role', 'command.0.role', 'p5CommandSignal.command.policePosts.0.role', 'command[].role'],
  ['Gold: name', 'command.0.officer.name', '', 'command[].officer.name'],
  [
    'Gold: collar number',
    'command.0.officer.collar',
    'p5CommandSignal.command.policePosts.0.number',
    'command[].officer.collar',
  ],
  [
    'Gold: telephone',
    'command.0.contact.tel',
    'p5CommandSignal.command.policePosts.0.tel',
    'command[].contact.tel',
  ],
  ['Gold: talkgroup', 'command.0.contact.talkgroup', '', 'command[].contact.talkgroup'],
  ['threat assessment', 'threatAssessmentRef', '', 'threatAssessmentRef'],
  ['community tensions', 'communityTensions', '', 'communityTensions'],
  ['protected person', 'protectedPersons.0.name', '', 'protectedPersons[].name'],
]

function lossReport(teller: Teller, lines: readonly Json[]): void {
  teller.say(
    'The army gateway translated it and says what was lost on the way. Of what policy kept back it knows nothing.',
  )
  const lossy = lines.filter(line => textAt(line, 'outcome') !== 'EXACT')
  const picked = ['APPROXIMATED', 'NARROWED', 'DEFAULTED', 'UNMAPPED'].flatMap(outcome =>
    lossy.filter(line => textAt(line, 'outcome') === outcome).slice(-2),
  )
  teller.table(
    ['in the order', 'outcome', 'rule', 'error or note'],
    picked.map(line => [
      textAt(line, 'path') || '(no place for it)',
      textAt(line, 'outcome'),
      textAt(line, 'rule'),
      errorOf(line),
    ]),
    [54, 13, 30, 30],
  )
  teller.claim(
    `${lines.length} lines in the report, ${lossy.length} of them with a loss, each named.`,
    lines.length > 20 && lossy.length > 0,
  )
}

function errorOf(line: Json): string {
  const error = at(line, 'error')
  return error === undefined ? textAt(line, 'note') : `${textAt(error, 'value')} ${textAt(error, 'unit')}`
}

async function purposeDecides({ police, army }: Stage, teller: Teller): Promise<void> {
  teller.chapter('The same unit, two purposes')
  teller.say(
    'One record of unit PSU-NS-021, pushed twice. Planners see roughly where and how many; the operations room sees exactly.',
  )
  const seen: JsonObject[] = []
  for (const [sender, reader] of [
    [PLANNER, ARMY_PLANNER],
    [OPS_ROOM, ARMY_OPS],
  ] as const) {
    const answer = await police.ask('shareDeployment', { ...sender, unit: 'PSU-NS-021' })
    const shown = await army.ask('one', {
      ...reader,
      resource: 'army.taskOrg',
      exchange: textAt(exchangeOf(answer), 'id'),
    })
    const unit = at(shown, 'body.document.units.0')
    seen.push(isJsonObject(unit) ? unit : {})
  }
  const [planning, live] = seen
  const unit = listAt(await police.ask('records'), 'deployments')[0]
  const rows: readonly (readonly [string, string, string])[] = [
    ['location', 'location.geometry', 'mgrs'],
    ['strength', 'strength.total', 'strength.others'],
    ['call sign', 'callsign', 'name'],
    ['commander', 'commander.collar', 'commander.number'],
    ['first vehicle, VRM', 'vehicles.0.vrm', 'equipment.0.vrm'],
    ['task in words', 'taskText', 'taskText'],
  ]
  teller.table(
    ['item', 'the police hold', 'joint-planning', 'live-coordination'],
    rows.map(([item, held, there]) => [
      item,
      textAt(unit, held),
      textAt(planning, there),
      textAt(live, there),
    ]),
    [20, 34, 34, 34],
  )
  teller.claim(
    'For planning the place is a 1 km square; live it is a 10 m square inside it.',
    textAt(planning, 'mgrs').length === 9 && textAt(live, 'mgrs').length === 13,
  )
  teller.claim(
    'For planning the strength is a band; live it is the number.',
    textAt(planning, 'strength.others') === '25-49' && at(live, 'strength.others') === 25,
  )
  teller.claim(
    'No purpose carries the registration marks or the task in words.',
    !JSON.stringify(seen).includes('NX26') && !JSON.stringify(seen).includes('signal box'),
  )
}

async function noIsNo({ police }: Stage, teller: Teller): Promise<void> {
  teller.chapter('A no, and why')
  const asked: readonly (readonly [string, JsonObject])[] = [
    ['a planner asks for live coordination', { ...OPS_ROOM, role: 'planner', unit: 'PSU-NS-021' }],
    ['a covert unit', { ...PLANNER, unit: 'SEARCH-NS-025' }],
    ['a purpose that no agreement has', { ...PLANNER, purpose: 'media-relations', unit: 'PSU-NS-021' }],
  ]
  const answers: Json[] = []
  for (const [, what] of asked) answers.push(await police.ask('shareDeployment', what))
  teller.table(
    ['what was tried', 'status', 'code', 'rule'],
    asked.map(([says], index) => [
      says,
      textAt(answers[index], 'status'),
      textAt(answers[index], 'body.code'),
      textAt(answers[index], 'body.rule'),
    ]),
    [40, 6, 24, 24],
  )
  const codes = answers.map(answer => textAt(answer, 'body.code'))
  teller.claim(
    'Each was refused by name, before anything left the house.',
    codes.join() === 'role-not-allowed,gate-failed,purpose-unknown',
  )
  teller.claim(
    'Each refusal has an id under which it is in the ledger.',
    answers.every(answer => textAt(answer, 'body.exchangeId').length === 36),
  )
}

async function liveStream({ police, army }: Stage, teller: Teller): Promise<void> {
  teller.chapter('Live: positions as they come')
  teller.say(
    'The army portal follows a stream of server-sent events while four units walk. In the third round one of them presses the emergency button.',
  )
  const before = listAt(await army.ask('seen'), '').length
  await army.ask('follow', ARMY_OPS)
  const sent = listAt(await police.ask('reportPositions', { ...OPS_ROOM, rounds: 3, everyMs: 150 }), '')
  const events = await eventually(
    async () => listAt(await army.ask('seen'), '').slice(before),
    found => found.length >= sent.length,
  )
  teller.table(
    ['unit', 'police: lat, lon', 'mph', 'state', 'army: MGRS', 'km/h', 'symbol', 'alert'],
    events.slice(-5).map(event => {
      const report = at(event, 'document')
      const source = sent.find(one => textAt(one, 'body.exchanges.0.id') === textAt(event, 'id'))
      const place = `${textAt(source, 'position.position.lat')}, ${textAt(source, 'position.position.lon')}`
      return [
        textAt(report, 'unit'),
        place,
        textAt(source, 'position.speedMph'),
        textAt(source, 'position.state'),
        textAt(report, 'mgrs'),
        textAt(report, 'speedKmh'),
        textAt(report, 'sidc'),
        textAt(report, 'alert'),
      ]
    }),
    [14, 20, 4, 5, 15, 5, 20, 5],
  )
  teller.claim(
    `All ${sent.length} positions arrived, each once and in order for its unit.`,
    inOrder(sent, events),
  )
  teller.claim(
    'The emergency arrived as an alert, and as the only one.',
    events.filter(event => at(event, 'document.alert') === true).length === 1,
  )
}

function inOrder(sent: readonly Json[], events: readonly Json[]): boolean {
  const idsOf = (list: readonly Json[], path: string, unit: string, unitPath: string) =>
    list
      .filter(one => textAt(one, unitPath) === unit)
      .map(one => textAt(one, path))
      .join()
  const units = new Set(sent.map(one => textAt(one, 'position.unitId')))
  return [...units].every(
    unit =>
      idsOf(sent, 'body.exchanges.0.id', unit, 'position.unitId') ===
      idsOf(events, 'id', unit, 'document.unit'),
  )
}

async function otherWay({ police, army }: Stage, teller: Teller): Promise<void> {
  teller.chapter('The other way')
  const answer = await army.ask('reportPosition', ARMY_OPS)
  const id = textAt(exchangeOf(answer), 'id')
  const list = await police.ask('shared', OPS_ROOM)
  const found = listAt(list, 'body.items').find(item => textAt(item, 'id') === id)
  teller.say(
    `An army transport platoon reports where it is; the police read it as one of their own position records: ${show(at(found, 'document.position'))}, ${textAt(found, 'document.speedMph')} mph.`,
  )
  teller.claim(
    'It came back through its own agreement and its own mapping.',
    textAt(found, 'resource') === 'police.unitPosition' &&
      textAt(found, 'document.unitType').startsWith('MILITARY'),
  )
}

async function bothRemember({ field, run }: Stage, teller: Teller): Promise<void> {
  teller.chapter('Both sides remember, and anybody can check')
  const leaves = new Map<string, readonly Json[]>()
  for (const side of [field.police, field.army]) {
    const recorded = await leavesOf(side)
    leaves.set(side.agency, recorded)
    teller.table(
      [`ledger of ${side.agency}`, 'code', 'exchange', 'decision or reason', 'policy, rule or counts'],
      recorded.filter(worthShowing).slice(-7).map(leafRow),
      [28, 8, 14, 20, 56],
    )
  }
  const [police = [], army = []] = leaves.values()
  const sent = police.filter(leaf => textAt(leaf, 'decision') === 'forward')
  const accepted = new Map(
    army
      .filter(leaf => textAt(leaf, 'kind') === 'accepted')
      .map(leaf => [textAt(leaf, 'xid'), textAt(leaf, 'env')]),
  )
  const same = sent.every(leaf => accepted.get(textAt(leaf, 'xid')) === textAt(leaf, 'env'))
  teller.claim(
    `${sent.length} releases in the police ledger; the army ledger names the same envelope for each.`,
    sent.length > 10 && same,
  )
  const refusals = police.filter(leaf => textAt(leaf, 'kind') === 'refused')
  teller.claim('The refusals are in it like everything else.', refusals.length >= 3)
  const text = JSON.stringify([...leaves.values()])
  teller.claim(
    'No name, no number plate, no place and no grid reference is in either ledger.',
    ['Marlowe', 'NX26', '30UWF', '-1.61'].every(mark => !text.includes(mark)),
  )
  await sleep(1_200)
  for (const side of [field.police, field.army]) await exportAndVerify(side, run, teller)
}

/** The checkpoint over the newest leaves is signed within a second of them. */
async function exportAndVerify(side: FieldAgency, run: Stage['run'], teller: Teller): Promise<void> {
  const target = join(side.directory, 'ledger')
  const exported = await run(['audit', 'export', '--store', join(side.directory, 'store'), '--to', target])
  const verified = await run(['audit', 'verify', '--dir', target])
  const [line = ''] = verified.output.split('\n')
  teller.claim(
    `Exported and verified offline, ${side.agency}: ${line}`,
    exported.code === 0 && verified.code === 0,
  )
}

async function leavesOf(side: FieldAgency): Promise<readonly Json[]> {
  using ledger = openSqliteLedger(join(side.directory, 'store'))
  const texts = await ledger.leaves(0, await ledger.size())
  return texts.map(parseJson)
}

/** Starts, keys and handshakes are of the gateway, not of this story. */
function worthShowing(leaf: Json): boolean {
  return ['decided', 'receipted', 'accepted', 'refused', 'consulted'].includes(textAt(leaf, 'kind'))
}

function leafRow(leaf: Json): string[] {
  const time = textAt(leaf, 't').slice(11, 19)
  const what = textAt(leaf, 'decision') === '—' ? textAt(leaf, 'why') : textAt(leaf, 'decision')
  const fields = at(leaf, 'fields')
  const counts = isJsonObject(fields)
    ? Object.entries(fields)
        .filter(([, count]) => count !== 0)
        .map(([name, count]) => `${count} ${name.toLowerCase()}`)
        .join(', ')
    : ''
  const about =
    counts ||
    (textAt(leaf, 'rule') === '—'
      ? `${textAt(leaf, 'res')} for ${textAt(leaf, 'purpose')}`
      : `rule ${textAt(leaf, 'rule')}`)
  return [
    `${time} ${textAt(leaf, 'kind')}`,
    textAt(leaf, 'code'),
    `…${textAt(leaf, 'xid').slice(-12)}`,
    what === '—' ? '' : what,
    about,
  ]
}

async function eventually<Found>(
  look: () => Promise<Found>,
  good: (found: Found) => boolean,
): Promise<Found> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await look()
    if (good(found)) return found
    await sleep(100)
  }
  return look()
}
