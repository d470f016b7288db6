import type { Json } from '../../kit/kit.ts'
import { ARMY_OPS, eventually, OPS_ROOM } from '../cast.ts'
import { at, listAt, textAt } from '../look.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

/** Positions as they come. */
export async function liveStream({ police, army }: Stage, teller: Teller): Promise<void> {
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
