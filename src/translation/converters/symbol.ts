import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import {
  alsoTelling,
  blocked,
  type Converter,
  choiceOf,
  made,
  type Site,
  type Slot,
  unmapped,
  type Values,
} from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { REALMS, type Realm, realmTold, untoldIn } from '../realm.ts'
import {
  charactersOf,
  digitsOf,
  nameOf,
  POLICE_SYMBOLS,
  readSymbol,
  symbolOf,
  UNIT_TYPES,
  type UnitSymbol,
} from '../unit-symbols.ts'
import { realmOfSymbol, shownByUnit, unrealIn } from './realm.ts'

const SLOTS: readonly Slot[] = [
  { name: 'type', types: ['enum'], optional: true },
  { name: 'unit', types: ['id'], optional: true },
  { name: 'status', types: ['enum'], optional: true },
  { name: 'realm', types: ['enum'], optional: true },
  { name: 'partner', types: ['text'], optional: true },
]

type Stage = 'planned' | 'present' | 'gone'

/** How far a unit has come, by deployment status (NIEM) and by the status of duty units and planning units. */
const STAGES: ReadonlyMap<string, Stage> = new Map([
  ...staged('planned', ['Requested', 'Accepted', 'PLANNED', 'PUBLISHED', 'PROPOSED', 'OFFERED', 'CONFIRMED']),
  ...staged('present', ['Mobilized', 'En-route', 'Staging', 'On Scene', 'Camp']),
  ...staged('present', ['BOOKED_ON', 'BOOKED_OFF', 'DEPLOYED']),
  ...staged('gone', ['Rejected', 'CANCELLED', 'RELEASED']),
])

function staged(stage: Stage, words: readonly string[]): readonly (readonly [string, Stage])[] {
  return words.map(word => [word, stage])
}

/** What a unit is taken to be, and where that comes from. */
interface Known {
  readonly symbol: UnitSymbol
  readonly from: 'type' | 'code' | 'nothing'
}

/**
 * Police unit type → 20-digit symbol (APP-6D). Where the type is not there, the first word of the unit code is tried if the
 * parameter `prefixes: police` allows it (`PSU-…`), and else the unit is a generic police unit; both are said. A unit that is
 * asked for or set aside is shown as planned, and one that does not come, or no longer, not at all. Only the symbol tells that a
 * unit is not real: in an exercise one that does not come is shown as planned, and where there can be no symbol, the unit stops the
 * translation.
 *
 * A partner may have sent the unit under a symbol of its own. Where no realm is stated, that symbol tells it; beside a realm that is
 * stated it changes nothing, but what is said to be real and drawn as an exercise needs a person. What a partner has drawn as civilians,
 * as an activity or as a thing is no police unit, unless police say its type.
 *
 * Slots, all optional: `type` (enum), `unit` (id), `status` (enum: of a deployment, a duty unit or a planning unit), `realm`
 * (enum), `partner` (text: the symbol of a partner). Parameters `prefixes`; `unstated`: `present` (the rule) or `planned`, what a unit
 * is taken for whose status is not stated. Gives: text. Loss: EXACT, WIDENED; DEFAULTED, also where no realm is stated; NARROWED
 * for a test, which no symbol tells; UNMAPPED. Refuses: `realm`, a word that no list has or a symbol that cannot be read; `mixed`;
 * `realm-lost`.
 */
export const sidc: Converter = unitSymbol('sidc')

/**
 * As {@link sidc}, in 15 characters (APP-6A), which have no modifiers. Slots, parameters and refusals as there. Gives: text.
 * Loss: NARROWED where the kind of unit is lost with the modifiers. Its rule carries what the symbol tells of the unit: `psu.15`.
 */
export const sidc15: Converter = unitSymbol('sidc15')

function unitSymbol(form: 'sidc' | 'sidc15'): Converter {
  return {
    slots: SLOTS,
    gives: ['text'],
    parameters: ['prefixes', 'unstated'],
    compile(site: Site) {
      const known = makeKnown(site)
      const stageIn = makeStage(site)
      const print = form === 'sidc' ? digitsOf : charactersOf
      const units = Object.values(POLICE_SYMBOLS)
      for (const planned of [false, true])
        checkResults(
          site,
          REALMS.flatMap(realm => units.map(unit => print(unit, planned, realm))),
        )
      const refusal = blocked(`${site.rule}.realm`)
      const mixed = blocked(`${site.rule}.mixed`)
      const lost = blocked(`${site.rule}.realm-lost`)
      const gone = unmapped(`${site.rule}.gone`, 'a unit that does not come, or no longer, has no symbol')
      const nobody = unmapped(`${site.rule}.partner`, 'no symbol stands for such a unit')
      return values => {
        const realm = realmIn(values)
        if (realm === undefined) return refusal
        if (realm === 'mixed') return mixed
        const unit = known(values)
        const { stage, taken } = stageIn(values[2])
        if (unit === undefined) return realm === 'real' ? undefined : lost
        if (unit.from !== 'type' && isNoUnit(values[4])) return realm === 'real' ? nobody : lost
        if (stage === 'gone' && realm === 'real') return gone
        const manner = form === 'sidc' ? mannerOf(unit, site.rule) : oldMannerOf(unit, site.rule)
        const assumed = assumedOf({
          real: values[3] === undefined && values[4] === undefined,
          planned: taken,
        })
        const left = stage === 'gone' ? 'does not come, shown as planned' : undefined
        const told = alsoTold(manner, assumed, [untoldIn(form, realm), left])
        return made(print(unit.symbol, stage !== 'present', realm), told)
      }
    },
  }
}

/** As a word tells it, or else the symbol of a partner; undefined for what cannot be read, `mixed` for real drawn as an exercise. */
function realmIn([, , , said, partner]: Values): Realm | 'mixed' | undefined {
  const symbol = typeof partner === 'string' ? partner : ''
  if (said === undefined && partner !== undefined) return realmOfSymbol(symbol)
  const told = realmTold(said)
  return told === 'real' && unrealIn(shownByUnit(symbol, undefined)) ? 'mixed' : told
}

/** Whether a partner has drawn something else than a unit of police or armed forces: nobody makes a friend of a crowd. */
function isNoUnit(partner: Json | undefined): boolean {
  if (typeof partner !== 'string') return false
  const reading = readSymbol(partner)
  // What is no symbol at all is the code name that policy has put in its place.
  return reading.kind === 'none' || (reading.kind === 'refused' && reading.why !== 'form')
}

/** What the symbol says that nobody stated. */
function assumedOf({ real, planned }: { real: boolean; planned: boolean }): string | undefined {
  if (real) return planned ? 'taken as real and planned' : 'taken as real'
  return planned ? 'taken as planned' : undefined
}

/** A manner with what was assumed, and what the symbol leaves unsaid. */
function alsoTold(
  manner: Manner,
  assumed: string | undefined,
  unsaid: readonly (string | undefined)[],
): Manner {
  const told = assumed === undefined ? manner : alsoTelling(manner, 'DEFAULTED', assumed)
  const notes = unsaid.filter(note => note !== undefined)
  return notes.length === 0 ? told : alsoTelling(told, 'NARROWED', notes.join('; '))
}

/** Reads a status; `taken` where none is stated and the mapping says what to take. */
function makeStage(site: Site): (status: Json | undefined) => { stage: Stage; taken: boolean } {
  for (const word of site.sources[2]?.values ?? [])
    if (!STAGES.has(word)) site.complain('enum-unmapped', `nothing is known of the status \`${word}\``)
  const told = site.parameters.has('unstated')
  const stage = told ? choiceOf(site, 'unstated', ['present', 'planned']) : 'present'
  const unstated = { stage, taken: stage === 'planned' }
  const stated = new Map([...STAGES].map(([word, known]) => [word, { stage: known, taken: false }]))
  return status => (typeof status === 'string' ? stated.get(status) : undefined) ?? unstated
}

/**
 * 20-digit symbol → police unit type. A friend's unit only: suspect and hostile need a person. Only what armed forces have is called
 * military: civilians and crowds have no type, nor has an activity, a thing, or another agency.
 *
 * Slot: `value` (text). Gives: enum. Loss: EXACT, NARROWED, WIDENED; UNMAPPED for what is no unit of police or armed forces, always
 * with the same words. Refuses: the field without a meaning (`form`, `version`, `context`, `identity`, `symbol-set`, `status`, `hq`,
 * `amplifier`, `entity`, `modifier`), `civil-identity`.
 */
export const unitType: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['enum'],
  parameters: [],
  compile(site: Site) {
    checkResults(site, UNIT_TYPES)
    const none = unmapped(site.rule, 'no such kind of unit here')
    return ([value]) => {
      if (typeof value !== 'string') return undefined
      const reading = readSymbol(value)
      if (reading.kind === 'none') return none
      if (reading.kind === 'refused') return blocked(`${site.rule}.${reading.why}`)
      const { outcome } = reading
      const note = outcome === 'EXACT' ? {} : { note: 'the symbol is kept beside it' }
      return made(reading.unitType, { outcome, rule: site.rule, ...note })
    }
  },
}

function makeKnown(site: Site): (values: Values) => Known | undefined {
  const byCode = site.parameters.get('prefixes') === 'police'
  const generic = symbolOf('OTHER')
  return ([type, unit]) => {
    if (type === undefined && unit === undefined) return undefined
    const named = typeof type === 'string' ? symbolOf(type) : undefined
    if (named) return { symbol: named, from: 'type' }
    const prefix = byCode && typeof unit === 'string' ? /^([A-Z]+)-[A-Z]+-\d/.exec(unit)?.[1] : undefined
    const coded = prefix === undefined ? undefined : symbolOf(prefix)
    if (coded) return { symbol: coded, from: 'code' }
    return generic && { symbol: generic, from: 'nothing' }
  }
}

function mannerOf({ symbol, from }: Known, rule: string): Manner {
  if (from === 'code')
    return { outcome: 'DEFAULTED', rule: `${rule}.from-code`, note: 'kind of unit read from its code' }
  if (from === 'nothing')
    return { outcome: 'DEFAULTED', rule: `${rule}.generic`, note: 'kind of unit not stated' }
  return symbol.note === undefined
    ? { outcome: symbol.outcome, rule }
    : { outcome: symbol.outcome, rule, note: symbol.note, reversible: false }
}

function oldMannerOf(known: Known, stem: string): Manner {
  const rule = `${stem}.${nameOf(known.symbol)}.15`
  const note = known.symbol.lost
  if (note === undefined) return { ...mannerOf(known, stem), rule }
  return { outcome: 'NARROWED', rule, note, reversible: false }
}
