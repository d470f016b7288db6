import type { LossOutcome } from './mapping.ts'
import { contextOf, type Realm } from './realm.ts'
import { dangerOf, LAND_EQUIPMENT, LAND_UNIT, readDigits, type SymbolFault } from './symbol-digits.ts'

/** A police unit as a land unit of APP-6D / MIL-STD-2525D, and in the older 15 characters of APP-6A. */
export interface UnitSymbol {
  readonly hq: '0' | '2'
  /** Echelon digits: 11 team, 12 squad, 13 section, 14 platoon; 00 none. */
  readonly echelon: string
  readonly entity: string
  readonly modifier: string
  /** Characters 1 to 15 for a unit that is present; the fourth turns to A where it is planned. */
  readonly old: string
  /** How well the 20 digits say it. */
  readonly outcome: LossOutcome
  readonly note?: string
  /** What the 15 characters lose beyond that. */
  readonly lost?: string
}

const POLICE = { hq: '0', echelon: '00', entity: '200700', modifier: '00', old: 'SFGPUULC-------' } as const
const GENERIC = { ...POLICE, outcome: 'WIDENED', note: 'police unit, kind not shown' } as const

/**
 * Police unit types to symbols (JMSML land unit entities and modifiers). Teams that work near people stay hidden in the generic
 * symbol; so nothing, not even a note, may tell those that are hidden from those that only have no symbol of their own.
 */
export const POLICE_SYMBOLS = {
  PSU: {
    ...POLICE,
    echelon: '14',
    modifier: '14',
    old: 'SFGPUULC---D---',
    outcome: 'EXACT',
    lost: 'public-order modifier not expressible',
  },
  PSU_SERIAL: {
    ...POLICE,
    echelon: '13',
    modifier: '14',
    old: 'SFGPUULC---C---',
    outcome: 'EXACT',
    lost: 'public-order modifier not expressible',
  },
  DOG: {
    ...POLICE,
    echelon: '12',
    modifier: '20',
    old: 'SFGPUULC---B---',
    outcome: 'EXACT',
    lost: 'dog modifier not expressible',
  },
  SEARCH: {
    ...POLICE,
    echelon: '13',
    modifier: '53',
    old: 'SFGPUULC---C---',
    outcome: 'EXACT',
    lost: 'search modifier not expressible',
  },
  ARV: {
    ...POLICE,
    echelon: '11',
    modifier: '64',
    old: 'SFGPUULC---A---',
    outcome: 'EXACT',
    lost: 'special weapons modifier not expressible',
  },
  MEDIC: {
    ...POLICE,
    modifier: '75',
    outcome: 'EXACT',
    lost: 'medical modifier not expressible',
  },
  COMMAND: { ...POLICE, hq: '2', old: 'SFGPUULC--A----', outcome: 'EXACT' },
  UAS: {
    ...POLICE,
    entity: '121900',
    old: 'SFGPUCVU-------',
    outcome: 'WIDENED',
    note: 'unmanned aircraft unit, police not shown',
  },
  MOUNTED: GENERIC,
  EGT: GENERIC,
  FIT: GENERIC,
  PLT: GENERIC,
  CID: GENERIC,
  ROADS: GENERIC,
  MARINE: GENERIC,
  AIR: GENERIC,
  CBRN: GENERIC,
  REMOVAL: GENERIC,
  CUSTODY: GENERIC,
  OTHER: GENERIC,
} satisfies Record<string, UnitSymbol>

const SYMBOLS: ReadonlyMap<string, UnitSymbol> = new Map(Object.entries(POLICE_SYMBOLS))

const NAMES: ReadonlyMap<UnitSymbol, string> = new Map(
  [...SYMBOLS]
    .filter(([, symbol]) => symbol !== GENERIC)
    .map(([unitType, symbol]) => [symbol, unitType.toLowerCase().replaceAll('_', '-')]),
)

/** The symbol of a police unit type; undefined for a type that is none of ours. */
export function symbolOf(unitType: string): UnitSymbol | undefined {
  return SYMBOLS.get(unitType)
}

/** What a symbol says of the kind of unit, in a rule id: `psu`; `police` where it says nothing. */
export function nameOf(symbol: UnitSymbol): string {
  return NAMES.get(symbol) ?? 'police'
}

/** 20 digits: version 10, friend, land unit. Status 1 is planned; the context says whether it is real. */
export function digitsOf(symbol: UnitSymbol, planned: boolean, realm: Realm = 'real'): string {
  const head = `10${contextOf(realm)}310${planned ? '1' : '0'}`
  return `${head}${symbol.hq}${symbol.echelon}${symbol.entity}${symbol.modifier}00`
}

/** 15 characters: F is a friend, D one of an exercise. */
export function charactersOf(symbol: UnitSymbol, planned: boolean, realm: Realm = 'real'): string {
  const identity = realm === 'real' ? 'F' : 'D'
  return `${symbol.old.charAt(0)}${identity}${symbol.old.charAt(2)}${planned ? 'A' : 'P'}${symbol.old.slice(4)}`
}

/** Army entities that police know by a name of their own (JMSML land unit entities). */
const MILITARY: ReadonlyMap<string, string> = new Map([
  ['110500', 'MILITARY_LIAISON'],
  ['121100', 'MILITARY_INFANTRY'],
  ['140800', 'MILITARY_EOD'],
  ['141200', 'MILITARY_POLICE'],
  ['161300', 'MILITARY_MEDICAL'],
  ['163600', 'MILITARY_TRANSPORT'],
  ['201300', 'GENDARMERIE'],
])

/** The police unit type whose symbol this is, where exactly one has it. */
const POLICE_TYPES: ReadonlyMap<string, string> = new Map(
  [...SYMBOLS]
    .filter(([, symbol]) => symbol.outcome === 'EXACT')
    .map(([name, symbol]) => [keyOf(symbol), name]),
)

const MILITARY_OTHER = 'MILITARY_OTHER'

/**
 * What only armed forces have, by symbol set and the first two digits of the entity (JMSML): a positive list, so that nobody is shown
 * as military of whom the symbol does not say it. Civilians, emergency services and law enforcement have entities of their own in the
 * sets of forces too; weapons, mines, installations, persons, activities and measures are no units.
 */
const ARMED_FORCES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['01', new Set(['11'])],
  ['05', new Set(['11'])],
  [LAND_UNIT, new Set(['11', '12', '13', '14', '15', '16', '17', '18'])],
  [LAND_EQUIPMENT, new Set(['12'])],
  ['30', new Set(['11', '12', '13'])],
  ['35', new Set(['11'])],
])

/** Every unit type that a symbol can be read as. */
export const UNIT_TYPES: readonly string[] = [
  ...MILITARY.values(),
  ...POLICE_TYPES.values(),
  'OTHER',
  MILITARY_OTHER,
]

function keyOf({ hq, echelon, entity, modifier }: UnitSymbol): string {
  return hq + echelon + entity + modifier
}

export type SymbolReading =
  | { readonly kind: 'unit'; readonly unitType: string; readonly outcome: LossOutcome }
  /** No unit of police or armed forces: civilians and crowds, activities, things, and whatever the symbol leaves open. */
  | { readonly kind: 'none' }
  /** A field has no meaning, or the symbol must not pass without a person. */
  | { readonly kind: 'refused'; readonly why: SymbolFault | 'civil-identity' }

/** Reads a symbol of 20 or 30 digits (APP-6D and E, versions 10 to 16) as the unit type that police know. */
export function readSymbol(sidc: string): SymbolReading {
  const reading = readDigits(sidc)
  if (reading.kind === 'refused') return reading
  const danger = dangerOf(reading.fields)
  if (danger !== undefined) return { kind: 'refused', why: danger }
  const { set, entity } = reading.fields
  if (set !== LAND_UNIT) return otherForce(set, entity)
  const military = MILITARY.get(entity)
  if (military !== undefined) return { kind: 'unit', unitType: military, outcome: 'NARROWED' }
  const police = POLICE_TYPES.get(sidc.slice(7, 10) + entity + sidc.slice(16, 18))
  if (police !== undefined) return { kind: 'unit', unitType: police, outcome: 'EXACT' }
  if (entity === '200700') return { kind: 'unit', unitType: 'OTHER', outcome: 'WIDENED' }
  return otherForce(set, entity)
}

function otherForce(set: string, entity: string): SymbolReading {
  const isForce = ARMED_FORCES.get(set)?.has(entity.slice(0, 2)) ?? false
  return isForce ? { kind: 'unit', unitType: MILITARY_OTHER, outcome: 'WIDENED' } : { kind: 'none' }
}
