import { ENTITIES } from './codes/app6-digits.ts'
import { LETTER_CODES } from './codes/app6-letters.ts'

/** The fields of a symbol of 20 digits (MIL-STD-2525D figure A-1; APP-6D). All digits as text. */
export interface SymbolFields {
  readonly version: string
  readonly context: string
  readonly identity: string
  readonly set: string
  readonly status: string
  readonly hq: string
  /** Echelon, mobility, towed array or leadership. */
  readonly amplifier: string
  readonly entity: string
  readonly modifierOne: string
  readonly modifierTwo: string
  /** Digits 21 to 30, empty where there are none. */
  readonly extension: string
}

/** Which field of a symbol has a value without a meaning. */
export type SymbolFault =
  | 'form'
  | 'version'
  | 'context'
  | 'identity'
  | 'symbol-set'
  | 'status'
  | 'hq'
  | 'amplifier'
  | 'entity'
  | 'modifier'

export type SymbolDigits =
  | { readonly kind: 'symbol'; readonly fields: SymbolFields }
  | { readonly kind: 'refused'; readonly why: SymbolFault }

export const LAND_UNIT = '10'
export const LAND_CIVILIAN = '11'
export const LAND_EQUIPMENT = '15'
export const LAND_INSTALLATION = '20'
export const CONTROL_MEASURE = '25'
export const ACTIVITY = '40'
const DISMOUNTED = '27'

/** Symbol sets of MIL-STD-2525D, table A-III. */
const SETS: ReadonlySet<string> = new Set(
  '00 01 02 05 06 10 11 15 20 25 27 30 35 36 40 45 46 47 50 51 52 53 54 60'.split(' '),
)
const ECHELONS = '11 12 13 14 15 16 17 18 21 22 23 24 25 26'.split(' ')
const MOBILITIES = '31 32 33 34 35 36 37 41 42 51 52'.split(' ')
const TOWED_ARRAYS = ['61', '62']
const LEADERSHIPS = ['71', '72']
const AMPLIFIERS: ReadonlySet<string> = new Set([...ECHELONS, ...MOBILITIES, ...TOWED_ARRAYS])
/** What digits 9 and 10 can be where a set has its own; any amplifier elsewhere. */
const AMPLIFIERS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [LAND_UNIT, new Set(ECHELONS)],
  [LAND_EQUIPMENT, new Set(MOBILITIES)],
  [DISMOUNTED, new Set(LEADERSHIPS)],
])

/** Entities of the sets that have a whole table. What the table of 15 characters names beside them is special: `97`, `98`. */
const ENTITIES_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  ENTITIES.map(({ set, codes }) => {
    const own = codes.split(/\s+/).filter(code => code !== '')
    return [set, new Set([...own, ...lettered(set)].map(code => code.padEnd(6, '0')))]
  }),
)

function lettered(set: string): readonly string[] {
  return LETTER_CODES.filter(table => table.set === set).flatMap(({ codes }) =>
    [...codes.matchAll(/[=~](\d+)/g)].map(([, entity = '']) => entity),
  )
}

const LAST_MODIFIER_ONE = 78
const LAST_MODIFIER_TWO = 57
/** From this version on the tables are those of 2525E and APP-6E, which are not judged here. */
const NEWER_TABLES = '13'

const FORM = /^\d{20}(?:\d{10})?$/

/**
 * Takes a symbol of 20 or 30 digits apart and judges every field for which there is a table: versions 10 to 16, context 0 to 2,
 * identity 0 to 6, the symbol sets, entities of land units, civilians, equipment, installations and activities, modifiers of
 * land units.
 */
export function readDigits(sidc: string): SymbolDigits {
  if (!FORM.test(sidc)) return refused('form')
  const fields: SymbolFields = {
    version: sidc.slice(0, 2),
    context: sidc.charAt(2),
    identity: sidc.charAt(3),
    set: sidc.slice(4, 6),
    status: sidc.charAt(6),
    hq: sidc.charAt(7),
    amplifier: sidc.slice(8, 10),
    entity: sidc.slice(10, 16),
    modifierOne: sidc.slice(16, 18),
    modifierTwo: sidc.slice(18, 20),
    extension: sidc.slice(20),
  }
  const fault = faultOf(fields)
  return fault === undefined ? { kind: 'symbol', fields } : refused(fault)
}

function refused(why: SymbolFault): SymbolDigits {
  return { kind: 'refused', why }
}

/** The first field without a meaning; undefined where all have one. */
export function faultOf(fields: SymbolFields): SymbolFault | undefined {
  if (fields.version < '10' || fields.version > '16') return 'version'
  if (fields.context > '2') return 'context'
  if (fields.identity > '6') return 'identity'
  if (!SETS.has(fields.set)) return 'symbol-set'
  if (fields.status > '5') return 'status'
  if (fields.hq > '7') return 'hq'
  if (fields.amplifier !== '00' && !(AMPLIFIERS_OF.get(fields.set) ?? AMPLIFIERS).has(fields.amplifier))
    return 'amplifier'
  if (fields.version >= NEWER_TABLES) return undefined
  if (ENTITIES_OF.get(fields.set)?.has(fields.entity) === false) return 'entity'
  if (fields.set !== LAND_UNIT) return undefined
  const known =
    Number(fields.modifierOne) <= LAST_MODIFIER_ONE && Number(fields.modifierTwo) <= LAST_MODIFIER_TWO
  return known ? undefined : 'modifier'
}

export function isNewerEdition({ version }: SymbolFields): boolean {
  return version >= NEWER_TABLES
}

export function printDigits(fields: SymbolFields): string {
  const { version, context, identity, set, status, hq, amplifier, entity } = fields
  const head = version + context + identity + set + status + hq + amplifier
  return head + entity + fields.modifierOne + fields.modifierTwo + fields.extension
}

const HARMLESS: ReadonlySet<string> = new Set(['1', '4'])

/**
 * Why a symbol must not pass without a person: `identity` for suspect and hostile; `civil-identity` where civilians, crowds or
 * protests are shown as anything but unknown or neutral. A rule of safety, not of form.
 */
export function dangerOf({ identity, set, entity }: SymbolFields): 'identity' | 'civil-identity' | undefined {
  if (identity === '5' || identity === '6') return 'identity'
  const civil = set === LAND_CIVILIAN || (set === ACTIVITY && isCrowd(entity))
  return civil && !HARMLESS.has(identity) ? 'civil-identity' : undefined
}

/** Civil disturbance, demonstration, rioting. */
function isCrowd(entity: string): boolean {
  return entity.startsWith('12') || entity === '110110'
}
