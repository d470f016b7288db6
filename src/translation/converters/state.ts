import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import { type Converter, made, type Site, unmapped } from '../converter.ts'
import type { LossOutcome, Manner } from '../mapping.ts'

const EMERGENCY = 0
/** Committed, and either. */
const [DEPLOYABLE, NOT_DEPLOYABLE] = [7, 8] as const

/** Army words → police state. What stands first decides; the alert before everything. */
const FROM_ACTIVITY: ReadonlyMap<string, { state: number; outcome: LossOutcome }> = new Map([
  ['READY', { state: 1, outcome: 'APPROXIMATED' }],
  ['RESTING', { state: 4, outcome: 'EXACT' }],
  ['MOVING', { state: 5, outcome: 'EXACT' }],
  ['IN_LOCATION', { state: 6, outcome: 'EXACT' }],
  ['REST', { state: 11, outcome: 'EXACT' }],
])
const FROM_STATUS: ReadonlyMap<string, { state: number; outcome: LossOutcome }> = new Map([
  ['Operational', { state: 1, outcome: 'APPROXIMATED' }],
  ['SubstantiallyOperational', { state: 7, outcome: 'APPROXIMATED' }],
  ['MarginallyOperational', { state: 7, outcome: 'APPROXIMATED' }],
  ['NotOperational', { state: 8, outcome: 'APPROXIMATED' }],
  ['TemporarilyNotOperational', { state: 4, outcome: 'APPROXIMATED' }],
])

const FROM_DEPLOYMENT: ReadonlyMap<string, { state: number; outcome: LossOutcome }> = new Map([
  ['En-route', { state: 5, outcome: 'EXACT' }],
  ['On Scene', { state: 6, outcome: 'EXACT' }],
  ['Staging', { state: 1, outcome: 'APPROXIMATED' }],
  ['Camp', { state: 11, outcome: 'APPROXIMATED' }],
])

/** Everything that can come of them. */
const STATES: readonly number[] = [
  ...[FROM_ACTIVITY, FROM_STATUS, FROM_DEPLOYMENT].flatMap(table =>
    [...table.values()].map(one => one.state),
  ),
  EMERGENCY,
  DEPLOYABLE,
  NOT_DEPLOYABLE,
]

/**
 * Army status, activity and alert, or how far a deployment has come → police state. An alert is 0 before everything else. A
 * committed unit is 7 or 8 by its status, 8 where that is not known.
 *
 * Slots, all optional: `alert` (bool), `activity` (enum), `status` (enum: NIEM operational status), `deployment` (enum: NIEM
 * deployment status). Gives: count. Loss: EXACT, APPROXIMATED; UNMAPPED.
 */
export const state: Converter = {
  slots: [
    { name: 'alert', types: ['bool'], optional: true },
    { name: 'activity', types: ['enum'], optional: true },
    { name: 'status', types: ['enum'], optional: true },
    { name: 'deployment', types: ['enum'], optional: true },
  ],
  gives: ['count'],
  parameters: [],
  compile(site: Site) {
    const { rule } = site
    checkResults(site, STATES)
    const emergency = made(EMERGENCY, { outcome: 'EXACT', rule: `${rule}.alert` })
    const committed: Manner = { outcome: 'APPROXIMATED', rule: `${rule}.committed` }
    const no = unmapped(rule, 'no such police state')
    const calm = unmapped(`${rule}.calm`, 'no alert, and nothing else is said')
    return ([alert, activity, operational, deployment]) => {
      if (alert === true) return emergency
      if (activity === 'COMMITTED') {
        const deployable = operational === 'SubstantiallyOperational' || operational === 'Operational'
        return made(deployable ? DEPLOYABLE : NOT_DEPLOYABLE, committed)
      }
      const planned = activity === 'PLANNED'
      const found =
        wordIn(FROM_ACTIVITY, activity) ??
        (planned ? undefined : (wordIn(FROM_DEPLOYMENT, deployment) ?? wordIn(FROM_STATUS, operational)))
      if (found) return made(found.state, { outcome: found.outcome, rule })
      const silent = activity === undefined && operational === undefined && deployment === undefined
      if (!silent) return no
      return alert === undefined ? undefined : calm
    }
  },
}

function wordIn<T>(table: ReadonlyMap<string, T>, word: Json | undefined): T | undefined {
  return typeof word === 'string' ? table.get(word) : undefined
}
