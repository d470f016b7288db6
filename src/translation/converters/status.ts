import type { Json } from '../../kit/kit.ts'
import {
  blocked,
  type Convert,
  type Converted,
  type Converter,
  choiceOf,
  made,
  type Site,
  unmapped,
} from '../converter.ts'
import type { LossOutcome } from '../mapping.ts'

interface StateMeaning {
  readonly activity: string
  /** NIEM operational status; undefined where the state says nothing about it. */
  readonly status: string | undefined
  readonly outcome: LossOutcome
  readonly note?: string
}

/** Police state codes 1 to 11 in army words (domain tables; NIEM 6 `mo` unit status). */
const MEANINGS = {
  1: {
    activity: 'READY',
    status: 'Operational',
    outcome: 'WIDENED',
    note: 'on duty, patrol and station are one',
  },
  2: {
    activity: 'READY',
    status: 'Operational',
    outcome: 'WIDENED',
    note: 'on duty, patrol and station are one',
  },
  3: {
    activity: 'READY',
    status: 'Operational',
    outcome: 'WIDENED',
    note: 'on duty, patrol and station are one',
  },
  4: { activity: 'RESTING', status: 'TemporarilyNotOperational', outcome: 'EXACT' },
  5: { activity: 'MOVING', status: 'Operational', outcome: 'EXACT' },
  6: { activity: 'IN_LOCATION', status: 'Operational', outcome: 'EXACT' },
  7: { activity: 'COMMITTED', status: 'SubstantiallyOperational', outcome: 'APPROXIMATED' },
  8: {
    activity: 'COMMITTED',
    status: 'NotOperational',
    outcome: 'APPROXIMATED',
    note: 'not operational for tasking',
  },
  9: { activity: 'COMMITTED', status: undefined, outcome: 'WIDENED', note: 'reason not shown' },
  10: { activity: 'COMMITTED', status: undefined, outcome: 'WIDENED', note: 'reason not shown' },
  11: { activity: 'REST', status: undefined, outcome: 'EXACT' },
} satisfies Record<number, StateMeaning>

const STATES: ReadonlyMap<number, StateMeaning> = new Map(
  Object.entries(MEANINGS).map(([state, meaning]) => [Number(state), meaning]),
)
const EMERGENCY = 0
const LAST_STATE = 16

/**
 * Police state 0 to 16 → army status. Parameter `as`: `status` (NIEM code), `activity`, or `alert`. State 0 is always an alert and
 * nothing else; 12 to 16 are radio procedure and never translated.
 */
export const status: Converter = {
  slots: [{ name: 'value', types: ['count'] }],
  gives: ['enum', 'bool'],
  parameters: ['as'],
  compile(site: Site) {
    const as = choiceOf(site, 'as', ['status', 'activity', 'alert'])
    if ((as === 'alert') !== (site.target.type === 'bool'))
      site.complain('type-mismatch', `\`as: ${as}\` does not fit \`${site.target.path}\``)
    return as === 'alert' ? alertOf(site) : wordOf(site, as)
  },
}

function alertOf({ rule }: Site): Convert {
  return ([value]) => {
    if (!isState(value)) return refuse(value, rule)
    const exact = { outcome: 'EXACT', rule } as const
    if (value === EMERGENCY) return made(true, exact)
    return STATES.has(value) ? made(false, exact) : undefined
  }
}

function wordOf({ rule }: Site, as: 'status' | 'activity'): Convert {
  return ([value]) => {
    if (!isState(value)) return refuse(value, rule)
    if (value === EMERGENCY) return unmapped(rule, 'an emergency says nothing else')
    const meaning = STATES.get(value)
    if (meaning === undefined) return unmapped(rule, 'radio procedure, not a status')
    const word = as === 'status' ? meaning.status : meaning.activity
    if (word === undefined) return unmapped(rule, 'the state says nothing about it')
    const { outcome, note } = meaning
    return made(word, note === undefined ? { outcome, rule } : { outcome, rule, note })
  }
}

function isState(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_STATE
}

/** A number outside the code list is wrong; anything else was treated by policy and says nothing. */
function refuse(value: Json | undefined, rule: string): Converted {
  return typeof value === 'number' ? blocked(rule) : unmapped(rule, 'not a state code')
}

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

/** Army status, activity and alert → police state. A committed unit is 7 or 8 by its status, 8 where that is not known. */
export const state: Converter = {
  slots: [
    { name: 'alert', types: ['bool'], optional: true },
    { name: 'activity', types: ['enum'], optional: true },
    { name: 'status', types: ['enum'], optional: true },
  ],
  gives: ['count'],
  parameters: [],
  compile({ rule }: Site) {
    return ([alert, activity, operational]) => {
      if (alert === true) return made(EMERGENCY, { outcome: 'EXACT', rule: `${rule}.alert` })
      const committed = activity === 'COMMITTED'
      const found =
        (typeof activity === 'string' ? FROM_ACTIVITY.get(activity) : undefined) ??
        (typeof operational === 'string' && activity !== 'PLANNED' ? FROM_STATUS.get(operational) : undefined)
      if (committed) {
        const deployable = operational === 'SubstantiallyOperational' || operational === 'Operational'
        return made(deployable ? 7 : 8, { outcome: 'APPROXIMATED', rule: `${rule}.committed` })
      }
      if (found) return made(found.state, { outcome: found.outcome, rule })
      return activity === undefined && operational === undefined
        ? undefined
        : unmapped(rule, 'no such police state')
    }
  },
}
