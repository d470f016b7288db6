import type { Json, JsonObject } from '../../kit/kit.ts'
import { OPS_ROOM, PLANNER } from '../cast.ts'
import { textAt } from '../look.ts'
import type { Stage } from '../stage.ts'
import type { Teller } from '../teller.ts'

/** What is not allowed is refused by name. */
export async function noIsNo({ police }: Stage, teller: Teller): Promise<void> {
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
