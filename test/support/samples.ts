import type { Fixed } from './marked.ts'
import type { readTable } from './table.ts'

/** What must be so, that the document may go at all; and entries for which the conditions of the table differ. */
const LABEL = { 'label.policy': 'UK-GSC', 'label.classification': 'OFFICIAL', 'label.sensitive': true }
export const OPERATION: Fixed = {
  ...LABEL,
  'venues[].kind': ['ASSEMBLY', 'CUSTODY', 'ACCOMMODATION', 'PROTECTED_SITE'],
  'command[].role': ['GOLD', 'LIAISON_OFFICER', 'SILVER'],
}
const UNIT: Fixed = { ...LABEL, unitType: 'PSU', covert: false }
/** The army checks the sum. */
const STRENGTH: Fixed = {
  'strength.inspectors': 731,
  'strength.sergeants': 1402,
  'strength.constables': 3203,
  'strength.drivers': 1504,
  'strength.staff': 1605,
  'strength.total': 8445,
}

/** A document that the army gets for a purpose. */
export interface Sample {
  readonly name: string
  readonly resource: string
  readonly received: string
  readonly purpose: string
  readonly fixed: Fixed
}

const stages = [
  ['joint-planning', 'APPROVED', 'Accepted'],
  ['live-coordination', 'LIVE', 'On Scene'],
  ['debrief', 'CLOSED', 'Camp'],
] as const

/** Documents of every resource that the table shares, for every purpose that it names. */
export function samplesOf(table: ReturnType<typeof readTable>): readonly Sample[] {
  return stages.flatMap(([purpose, lifecycle, deploymentStatus]): Sample[] => {
    const unit = { ...UNIT, ...STRENGTH, deploymentStatus }
    return [
      sample('police.operation', 'army.opord', purpose, { ...OPERATION, lifecycle }),
      sample('police.unitDeployment', 'army.taskOrg', purpose, { ...unit, state: 6 }),
      sample('police.unitDeployment', 'army.taskOrg', purpose, { ...unit, state: 0 }, 'in an emergency'),
      sample('police.unitPosition', 'army.positionReport', purpose, UNIT),
    ].filter(({ resource }) => table.purposes(resource).includes(purpose))
  })
}

function sample(resource: string, received: string, purpose: string, fixed: Fixed, more = ''): Sample {
  return { name: `${resource} for ${purpose} ${more}`.trim(), resource, received, purpose, fixed }
}
