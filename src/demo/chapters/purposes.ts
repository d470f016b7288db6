import { isJsonObject, type JsonObject } from '../../kit/kit.ts'
import { ARMY_OPS, ARMY_PLANNER, exchangeOf, OPS_ROOM, PLANNER } from '../cast.ts'
import { at, listAt, textAt } from '../look.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

/** One record, two purposes. */
export async function purposeDecides({ police, army }: Stage, teller: Teller): Promise<void> {
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
