import { BARE_INSTALLATIONS, LETTER_CODES, RETIRED_CODES } from './codes/app6-letters.ts'
import {
  CONTROL_MEASURE,
  faultOf,
  isNewerEdition,
  LAND_EQUIPMENT,
  LAND_INSTALLATION,
  type SymbolFields,
} from './symbol-digits.ts'

/** What a code of 15 characters names in the newer edition. */
interface Meaning {
  readonly set: string
  readonly entity: string
  readonly modifierOne: string
  readonly modifierTwo: string
  /** False where the digits go back to another code. */
  readonly returns: boolean
}

const NOTHING_LOST: readonly string[] = []

/** Context and identity by the second letter: P pending … H hostile, and G … K in an exercise (MIL-STD-2525C, table A-I). */
const IDENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({ P: '00', U: '01', A: '02', F: '03', N: '04', S: '05', H: '06' }).concat(
    Object.entries({ G: '10', W: '11', M: '12', D: '13', L: '14', J: '15', K: '16' }),
  ),
)
const IDENTITY_LETTERS = flipped(IDENTITIES)
const STATUSES: ReadonlyMap<string, string> = new Map(
  Object.entries({ P: '0', A: '1', C: '2', D: '3', X: '4', F: '5' }),
)
const STATUS_LETTERS = flipped(STATUSES)
/** Control measures may be suspected or known, which the digits no longer tell apart from planned and present. */
const OLD_STATUSES: ReadonlyMap<string, string> = new Map(Object.entries({ S: '1', K: '0' }))
const HQS: ReadonlyMap<string, string> = new Map(
  Object.entries({ '-': '0', F: '1', A: '2', C: '3', E: '4', G: '5', B: '6', D: '7' }),
)
const HQ_LETTERS = flipped(HQS)
const ECHELONS: ReadonlyMap<string, string> = new Map([
  ['-', '00'],
  ...zip('ABCDEFGHIJKLMN', '11 12 13 14 15 16 17 18 21 22 23 24 25 26'),
])
const ECHELON_LETTERS = flipped(ECHELONS)
/** The letter after M. */
const MOBILITIES: ReadonlyMap<string, string> = new Map(
  zip('OPQRSTWUVXY', '31 32 33 34 35 36 37 41 42 51 52'),
)
const MOBILITY_LETTERS = flipped(MOBILITIES)
const TOWED: ReadonlyMap<string, string> = new Map(Object.entries({ S: '61', L: '62' }))
const TOWED_LETTERS = flipped(TOWED)

function zip(letters: string, digits: string): [string, string][] {
  return digits.split(' ').map((value, index) => [letters.charAt(index), value])
}

function flipped(map: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...map].map(([key, value]) => [value, key]))
}

const MEANINGS = readMeanings()
/** By set, entity and modifiers: scheme, dimension and function. */
const CODES: ReadonlyMap<string, string> = new Map(
  [...MEANINGS].filter(([, { returns }]) => returns).map(([code, meaning]) => [idOf(meaning), code]),
)
const BARE: ReadonlySet<string> = new Set(
  [...BARE_INSTALLATIONS.matchAll(/(\w+)=/g)].map(([, code = '']) => code),
)
const RETIRED: ReadonlySet<string> = new Set(RETIRED_CODES.split(/\s+/))

function readMeanings(): ReadonlyMap<string, Meaning> {
  const tables = [...LETTER_CODES, { set: LAND_INSTALLATION, codes: BARE_INSTALLATIONS }]
  const entries = tables.flatMap(({ set, codes }) =>
    [...codes.matchAll(/([A-Z0-9]+)([=~])(\d+)(?:\/(\d\d)(\d\d)?)?/g)].map(
      ([, code = '', sign, entity = '', modifierOne = '00', modifierTwo = '00']): [string, Meaning] => [
        code,
        { set, entity: entity.padEnd(6, '0'), modifierOne, modifierTwo, returns: sign === '=' },
      ],
    ),
  )
  return new Map(entries)
}

function idOf({ set, entity, modifierOne, modifierTwo }: Omit<Meaning, 'returns'>): string {
  return set + entity + modifierOne + modifierTwo
}

/** Why 15 characters cannot be read: `retired` is a code that the newer edition gave up, `function` one that no table has. */
export type LettersFault = 'form' | 'identity' | 'status' | 'size' | 'retired' | 'function'

export type LettersReading =
  | {
      readonly kind: 'symbol'
      readonly fields: SymbolFields
      /** What the digits cannot carry back. */
      readonly lost: readonly string[]
    }
  | { readonly kind: 'refused'; readonly why: LettersFault }

const FORM = /^[SGOEI][A-Z*-][A-Z*-][A-Z*-][A-Z0-9*-]{11}$/

/** Reads a symbol of 15 characters (MIL-STD-2525C, APP-6B) as the fields of 20 digits. `*` counts as a hyphen. */
export function readLetters(text: string): LettersReading {
  const letters = text.toUpperCase().replaceAll('*', '-')
  if (!FORM.test(letters)) return refused('form')
  const identity = IDENTITIES.get(letters.charAt(1))
  if (identity === undefined) return refused('identity')
  const [statusLetter, scheme] = [letters.charAt(3), letters.charAt(0)]
  const old = scheme === 'G' ? OLD_STATUSES.get(statusLetter) : undefined
  const status = STATUSES.get(statusLetter) ?? old
  if (status === undefined) return refused('status')
  const code = scheme + letters.charAt(2) + letters.slice(4, 10).replace(/-+$/, '')
  const meaning = MEANINGS.get(code)
  if (meaning === undefined) return refused(RETIRED.has(code) ? 'retired' : 'function')
  const size = sizeOf(letters.slice(10, 12))
  if (size === undefined) return refused('size')
  const fields: SymbolFields = {
    version: '10',
    context: identity.charAt(0),
    identity: identity.charAt(1),
    set: meaning.set,
    status,
    ...size,
    entity: meaning.entity,
    modifierOne: meaning.modifierOne,
    modifierTwo: meaning.modifierTwo,
    extension: '',
  }
  const misplaced = letters.charAt(10) === 'H' && meaning.set !== LAND_INSTALLATION
  if (misplaced || faultOf(fields) !== undefined) return refused('size')
  return { kind: 'symbol', fields, lost: lossOf(letters, meaning, { old: old !== undefined, code }) }
}

/** The context digit that the second letter tells, also of a symbol that no table has; undefined for what is no symbol. */
export function contextOfLetters(text: string): string | undefined {
  const letters = text.toUpperCase().replaceAll('*', '-')
  return FORM.test(letters) ? IDENTITIES.get(letters.charAt(1))?.charAt(0) : undefined
}

function refused(why: LettersFault): LettersReading {
  return { kind: 'refused', why }
}

/** Characters 11 and 12: headquarters or task force and echelon, an installation, mobility, or a towed array. */
function sizeOf(letters: string): Pick<SymbolFields, 'hq' | 'amplifier'> | undefined {
  const [first, second] = [letters.charAt(0), letters.charAt(1)]
  if (first === 'H')
    return second === '-' || second === 'B' ? { hq: second === 'B' ? '1' : '0', amplifier: '00' } : undefined
  const table = first === 'M' ? MOBILITIES : first === 'N' ? TOWED : ECHELONS
  const hq = first === 'M' || first === 'N' ? '0' : HQS.get(first)
  const amplifier = table.get(second)
  return hq === undefined || amplifier === undefined ? undefined : { hq, amplifier }
}

function lossOf(
  letters: string,
  { returns, set }: Meaning,
  { old, code }: { old: boolean; code: string },
): readonly string[] {
  const bare = set === LAND_INSTALLATION && (letters.charAt(10) === 'H') === BARE.has(code)
  const lost = [
    ...(returns ? [] : ['one code for two']),
    ...(letters.slice(12, 14) === '--' ? [] : ['country']),
    ...(letters.charAt(14) === (set === CONTROL_MEASURE ? 'X' : '-') ? [] : ['order of battle']),
    ...(old ? ['suspected or known'] : []),
    ...(bare ? ['spelling of an installation'] : []),
  ]
  return lost.length === 0 ? NOTHING_LOST : lost
}

export type LettersWriting =
  | { readonly kind: 'letters'; readonly sidc15: string; readonly lost: readonly string[] }
  /** The older edition has no such symbol, not even a more general one, or the tables of the edition are not known. */
  | { readonly kind: 'refused'; readonly why: 'no-letters' | 'version' }

/**
 * Writes 15 characters. Where there is no code for an entity with its modifiers, the next more general one is taken: without
 * modifier 2, without modifier 1, without subtype, without type; `lost` says so.
 */
export function writeLetters(fields: SymbolFields): LettersWriting {
  if (isNewerEdition(fields)) return { kind: 'refused', why: 'version' }
  const found = codeFor(fields)
  if (found === undefined) return { kind: 'refused', why: 'no-letters' }
  const { code, lost } = found
  const size = printSize(fields, code)
  const identity = IDENTITY_LETTERS.get((fields.context === '0' ? '0' : '1') + fields.identity) ?? 'U'
  const head = code.charAt(0) + identity + code.charAt(1) + (STATUS_LETTERS.get(fields.status) ?? 'P')
  const tail = fields.set === CONTROL_MEASURE ? '--X' : '---'
  const all = [
    ...lost,
    ...size.lost,
    ...(fields.context === '2' ? ['simulation shown as exercise'] : []),
    ...(fields.version === '10' ? [] : ['edition']),
    ...(fields.extension === '' ? [] : ['digits 21 to 30']),
  ]
  const sidc15 = head + code.slice(2).padEnd(6, '-') + size.letters + tail
  return { kind: 'letters', sidc15, lost: all.length === 0 ? NOTHING_LOST : all }
}

function codeFor(fields: SymbolFields): { code: string; lost: readonly string[] } | undefined {
  const { set, entity, modifierOne, modifierTwo } = fields
  const whole = CODES.get(set + entity + modifierOne + modifierTwo)
  if (whole !== undefined) return { code: whole, lost: NOTHING_LOST }
  const more = [
    { id: `${set}${entity}${modifierOne}00`, lost: 'modifier 2' },
    { id: `${set}${entity}0000`, lost: modifierOne === '00' ? 'modifier 2' : 'modifiers' },
    { id: `${set}${entity.slice(0, 4)}000000`, lost: 'subtype and modifiers' },
    { id: `${set}${entity.slice(0, 2)}00000000`, lost: 'type and modifiers' },
  ]
  for (const { id, lost } of more) {
    const code = CODES.get(id)
    if (code !== undefined) return { code, lost: [lost] }
  }
  return undefined
}

function printSize(fields: SymbolFields, code: string): { letters: string; lost: readonly string[] } {
  const { set, hq, amplifier } = fields
  const lost = (unsaid: boolean, what: string) => (unsaid ? [what] : NOTHING_LOST)
  if (set === LAND_INSTALLATION && !BARE.has(code)) {
    const beyond = (hq !== '0' && hq !== '1') || amplifier !== '00'
    return { letters: hq === '1' ? 'HB' : 'H-', lost: lost(beyond, 'headquarters and echelon') }
  }
  const mobility = MOBILITY_LETTERS.get(amplifier)
  if (mobility !== undefined) return { letters: `M${mobility}`, lost: lost(hq !== '0', 'headquarters') }
  const towed = TOWED_LETTERS.get(amplifier)
  if (towed !== undefined) return { letters: `N${towed}`, lost: lost(hq !== '0', 'headquarters') }
  const echelon = ECHELON_LETTERS.get(amplifier)
  const letters = (HQ_LETTERS.get(hq) ?? '-') + (echelon ?? '-')
  return { letters, lost: lost(echelon === undefined, set === LAND_EQUIPMENT ? 'mobility' : 'amplifier') }
}
