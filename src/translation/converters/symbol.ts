import type { Json } from '../../kit/kit.ts'
import { blocked, type Converter, made, type Site, type Slot, type Values } from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { type Realm, realmOf } from '../realm.ts'
import { charactersOf, digitsOf, readSymbol, symbolOf, type UnitSymbol } from '../unit-symbols.ts'

const SLOTS: readonly Slot[] = [
  { name: 'type', types: ['enum'], optional: true },
  { name: 'unit', types: ['id'], optional: true },
  { name: 'status', types: ['enum'], optional: true },
  { name: 'realm', types: ['enum'], optional: true },
]

/** What a unit is taken to be, and where that comes from. */
interface Known {
  readonly unitType: string
  readonly symbol: UnitSymbol
  readonly from: 'type' | 'code' | 'nothing'
}

/**
 * Police unit type → 20-digit symbol (APP-6D). Where the type is not there, the first word of the unit code is tried if the
 * parameter `prefixes: police` allows it (`PSU-…`), and else the unit is a generic police unit; both are said.
 *
 * Slots, all optional: `type` (enum), `unit` (id), `status` (enum: a unit that is requested or accepted is planned), `realm`
 * (enum: real or exercise). Gives: text. Loss: EXACT, WIDENED, DEFAULTED. Refuses: `realm`, a word that no list has.
 */
export const sidc: Converter = {
  slots: SLOTS,
  gives: ['text'],
  parameters: ['prefixes'],
  compile(site: Site) {
    const known = makeKnown(site)
    return values => {
      const unit = known(values)
      if (unit === undefined) return undefined
      const realm = realmIn(values[3])
      if (realm === undefined) return blocked(`${site.rule}.realm`)
      return made(digitsOf(unit.symbol, isPlanned(values[2]), realm), mannerOf(unit, site.rule))
    }
  },
}

/**
 * As {@link sidc}, in 15 characters (APP-6A), which have no modifiers. Slots and refusals as there. Gives: text. Loss: NARROWED where the kind of
 * unit is lost with the modifiers.
 */
export const sidc15: Converter = {
  slots: SLOTS,
  gives: ['text'],
  parameters: ['prefixes'],
  compile(site: Site) {
    const known = makeKnown(site)
    return values => {
      const unit = known(values)
      if (unit === undefined) return undefined
      const realm = realmIn(values[3])
      if (realm === undefined) return blocked(`${site.rule}.realm`)
      const rule = `${site.rule}.${unit.unitType.toLowerCase().replaceAll('_', '-')}.15`
      const note = unit.symbol.lost
      const manner: Manner =
        note === undefined
          ? { ...mannerOf(unit, site.rule), rule }
          : { outcome: 'NARROWED', rule, note, reversible: false }
      return made(charactersOf(unit.symbol, isPlanned(values[2]), realm), manner)
    }
  },
}

/**
 * 20-digit symbol → police unit type. A friend's unit only: suspect and hostile need a person.
 *
 * Slot: `value` (text). Gives: enum. Loss: EXACT, NARROWED, WIDENED. Refuses: the field without a meaning (`form`, `version`,
 * `context`, `identity`, `symbol-set`, `status`, `hq`, `amplifier`, `entity`, `modifier`), `civil-identity`.
 */
export const unitType: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['enum'],
  parameters: [],
  compile(site: Site) {
    return ([value]) => {
      if (typeof value !== 'string') return undefined
      const reading = readSymbol(value)
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
    if (typeof type === 'string' && named) return { unitType: type, symbol: named, from: 'type' }
    const prefix = byCode && typeof unit === 'string' ? /^([A-Z]+)-[A-Z]+-\d/.exec(unit)?.[1] : undefined
    const coded = prefix === undefined ? undefined : symbolOf(prefix)
    if (prefix !== undefined && coded) return { unitType: prefix, symbol: coded, from: 'code' }
    return generic && { unitType: 'police', symbol: generic, from: 'nothing' }
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

/** Where nothing is said, it is real; undefined for a word that no list has. */
function realmIn(value: Json | undefined): Realm | undefined {
  if (value === undefined) return 'real'
  return typeof value === 'string' ? realmOf(value) : undefined
}

function isPlanned(status: Json | undefined): boolean {
  return status === 'Requested' || status === 'Accepted'
}
