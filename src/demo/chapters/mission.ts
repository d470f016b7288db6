import type { Json } from '../../kit/kit.ts'
import { ARMY_PLANNER, exchangeOf, PLANNER } from '../cast.ts'
import { at, listAt, textAt } from '../look.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

/** A police operation crosses to the army: what was shared, treated and withheld, and what was lost in translation. */
export async function missionCrosses({ police, army }: Stage, teller: Teller): Promise<void> {
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
    const outcome = textAt(item, 'outcome')
    if (outcome === 'shared') return outcome
    const treatment = textAt(item, 'treatment')
    return `${outcome === 'mixed' ? 'left out' : outcome}: ${treatment === '—' ? textAt(item, 'row') : treatment}`
  }
  teller.table(
    ['what the police hold', 'value', 'what the army sees', 'under the agreement'],
    OPERATION_ROWS.map(([held, path, there, item]) => [
      held,
      textAt(operation, path),
      there === '' ? '—' : textAt(order, there),
      why(item),
    ]),
    [21, 32, 36, 38],
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
    lossy.filter(line => textAt(line, 'outcome') === outcome).slice(0, 2),
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
