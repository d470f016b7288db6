import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
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
  /** NIEM deployment status. */
  readonly deployment: string
  /** NIEM operational status; undefined where the state says nothing about it. */
  readonly status: string | undefined
  readonly outcome: LossOutcome
  readonly note?: string
}

/** Police state codes 1 to 11 in army words (domain tables; NIEM 6 `mo` unit status). */
const MEANINGS = {
  1: {
    deployment: 'Staging',
    activity: 'READY',
    status: 'Operational',
    outcome: 'WIDENED',
    note: 'on duty, patrol and station are one',
  },
  2: {
    deployment: 'Staging',
    activity: 'READY',
    status: 'Operational',
    outcome: 'WIDENED',
    note: 'on duty, patrol and station are one',
  },
  3: {
    deployment: 'Staging',
    activity: 'READY',
    status: 'Operational',
    outcome: 'WIDENED',
    note: 'on duty, patrol and station are one',
  },
  4: { deployment: 'Staging', activity: 'RESTING', status: 'TemporarilyNotOperational', outcome: 'EXACT' },
  5: { deployment: 'En-route', activity: 'MOVING', status: 'Operational', outcome: 'EXACT' },
  6: { deployment: 'On Scene', activity: 'IN_LOCATION', status: 'Operational', outcome: 'EXACT' },
  7: {
    deployment: 'On Scene',
    activity: 'COMMITTED',
    status: 'SubstantiallyOperational',
    outcome: 'APPROXIMATED',
  },
  8: {
    deployment: 'On Scene',
    activity: 'COMMITTED',
    status: 'NotOperational',
    outcome: 'APPROXIMATED',
    note: 'not operational for tasking',
  },
  9: {
    deployment: 'On Scene',
    activity: 'COMMITTED',
    status: undefined,
    outcome: 'WIDENED',
    note: 'reason not shown',
  },
  10: {
    deployment: 'On Scene',
    activity: 'COMMITTED',
    status: undefined,
    outcome: 'WIDENED',
    note: 'reason not shown',
  },
  11: { deployment: 'Camp', activity: 'REST', status: undefined, outcome: 'EXACT' },
} satisfies Record<number, StateMeaning>

const STATES: ReadonlyMap<number, StateMeaning> = new Map(
  Object.entries(MEANINGS).map(([state, meaning]) => [Number(state), meaning]),
)
const EMERGENCY = 0
const LAST_STATE = 16

/**
 * Police state 0 to 16 → army status. State 0 is always an alert and nothing else; 12 to 16 are radio procedure and never
 * translated. A force with codes of its own names a table from them to the common ones: `codes: met` and `met: { '21': '6' }`.
 *
 * Slot: `value` (count; enum or text with `codes`). Parameters `as`: `status` (NIEM operational status), `activity`,
 * `deployment` (NIEM deployment status), `alert`; `codes`. Gives: enum, bool. Loss: EXACT, WIDENED, APPROXIMATED; UNMAPPED.
 * Refuses: `unknown`.
 */
export const status: Converter = {
  slots: [{ name: 'value', types: ['count', 'enum', 'text'] }],
  gives: ['enum', 'bool'],
  parameters: ['as', 'codes'],
  compile(site: Site) {
    const as = choiceOf(site, 'as', ['status', 'activity', 'deployment', 'alert'])
    if ((as === 'alert') !== (site.target.type === 'bool'))
      site.complain('type-mismatch', `\`as: ${as}\` does not fit \`${site.target.path}\``)
    const read = readerOf(site)
    return as === 'alert' ? alertOf(site, read) : wordOf(site, as, read)
  },
}

/** Turns what stands in the document into a common state, or leaves it as it is. */
type StateReader = (value: Json | undefined) => Json | undefined

function readerOf(site: Site): StateReader {
  const name = site.parameters.get('codes')
  if (name === undefined) return value => value
  const entries = site.tables.get(name)
  if (entries === undefined) site.complain('table-unknown', `there is no table \`${name}\``)
  const states = new Map<string, number>()
  for (const [code, { is }] of entries ?? []) {
    if (!/^(?:1[0-6]|\d)$/.test(is)) site.complain('enum-value', `\`${is}\` is no state from 0 to 16`)
    states.set(code, Number(is))
  }
  return value => {
    if (typeof value !== 'number' && typeof value !== 'string') return value
    // A number that the force's own list does not have is as wrong as one beyond the common list
    return states.get(String(value)) ?? (typeof value === 'number' ? -1 : value)
  }
}

function alertOf({ rule }: Site, read: StateReader): Convert {
  const [alert, calm] = [made(true, { outcome: 'EXACT', rule }), made(false, { outcome: 'EXACT', rule })]
  return ([written]) => {
    const value = read(written)
    if (!isState(value)) return refuse(value, rule)
    if (value === EMERGENCY) return alert
    return STATES.has(value) ? calm : undefined
  }
}

function wordOf(site: Site, as: 'status' | 'activity' | 'deployment', read: StateReader): Convert {
  const { rule } = site
  checkResults(
    site,
    [...STATES.values()].flatMap(meaning => meaning[as] ?? []),
  )
  const answers = new Map([...STATES].map(([state, meaning]) => [state, answerOf(meaning, as, rule)]))
  const emergency = unmapped(rule, 'an emergency says nothing else')
  const radio = unmapped(rule, 'radio procedure, not a status')
  return ([written]) => {
    const value = read(written)
    if (!isState(value)) return refuse(value, rule)
    return value === EMERGENCY ? emergency : (answers.get(value) ?? radio)
  }
}

function answerOf(meaning: StateMeaning, as: 'status' | 'activity' | 'deployment', rule: string): Converted {
  const word = meaning[as]
  if (word === undefined) return unmapped(rule, 'the state says nothing about it')
  const { outcome, note } = meaning
  return made(word, note === undefined ? { outcome, rule } : { outcome, rule, note })
}

function isState(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_STATE
}

/** A number outside the code list is wrong; anything else was treated by policy and says nothing. */
function refuse(value: Json | undefined, rule: string): Converted {
  return typeof value === 'number' ? blocked(`${rule}.unknown`) : unmapped(rule, 'not a state code')
}
