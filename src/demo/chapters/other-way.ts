import { ARMY_OPS, exchangeOf, OPS_ROOM } from '../cast.ts'
import { listAt, textAt } from '../look.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

/** The army reports, the police read. */
export async function otherWay({ police, army }: Stage, teller: Teller): Promise<void> {
  teller.chapter('The other way')
  const answer = await army.ask('reportPosition', ARMY_OPS)
  const id = textAt(exchangeOf(answer), 'id')
  const list = await police.ask('shared', OPS_ROOM)
  const found = listAt(list, 'body.items').find(item => textAt(item, 'id') === id)
  teller.say(
    `An army transport platoon reports where it is; the police read it as one of their own position records: ${textAt(found, 'document.position.lat')}, ${textAt(found, 'document.position.lon')}, ${textAt(found, 'document.speedMph')} mph.`,
  )
  teller.claim(
    'It came back through its own agreement and its own mapping.',
    textAt(found, 'resource') === 'police.unitPosition' &&
      textAt(found, 'document.unitType').startsWith('MILITARY'),
  )
}
