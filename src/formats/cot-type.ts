/** How an event of Cursor on Target names what stands there, and whether it is real. */
export interface CotType {
  /** `a-f-G-U-C-I`: an atom, its affiliation, its battle dimension, its function. */
  readonly type: string
  /** Operation, exercise or simulation; undefined where the symbols do not say. */
  readonly opex: 'o' | 'e' | 's' | undefined
}

/** Standard identity, digit 4 of APP-6D; under an exercise 5 is a joker and 6 a faker. */
const AFFILIATIONS: ReadonlyMap<string, string> = new Map([
  ['0', 'p'],
  ['1', 'u'],
  ['2', 'a'],
  ['3', 'f'],
  ['4', 'n'],
  ['5', 's'],
  ['6', 'h'],
])

interface OldAffiliation {
  readonly affiliation: string
  readonly exercise: boolean
}

/** Character 2 of APP-6B: an exercise has letters of its own, and its affiliations stay apart from real ones by opex. */
const OLD_AFFILIATIONS: ReadonlyMap<string, OldAffiliation> = new Map([
  ...affiliations('PUAFNSH', 'puafnsh', false),
  ...affiliations('GWMDLJK', 'puafnjk', true),
])

function affiliations(letters: string, meant: string, exercise: boolean): [string, OldAffiliation][] {
  return Array.from(letters, (letter, index) => [letter, { affiliation: meant.charAt(index), exercise }])
}

const CONTEXTS: ReadonlyMap<string, 'o' | 'e' | 's'> = new Map([
  ['0', 'o'],
  ['1', 'e'],
  ['2', 's'],
])

/** Symbol sets of APP-6D to battle dimensions; whatever is not listed stands on the ground. */
const DIMENSIONS: ReadonlyMap<string, string> = new Map([
  ['01', 'A'],
  ['02', 'A'],
  ['05', 'P'],
  ['06', 'P'],
  ['30', 'S'],
  ['35', 'U'],
  ['36', 'U'],
])

/** Land civilians and activities: crowds and processions. They are never friend and never hostile (domain guard). */
const CIVILIAN_SETS: ReadonlySet<string> = new Set(['11', '40'])
const CIVILIAN_AFFILIATIONS: ReadonlySet<string> = new Set(['p', 'u', 'n'])

interface Reading {
  readonly affiliation: string
  readonly dimension: string
  /** The letters of the function, outermost first; empty where the symbol has none that Cursor on Target knows. */
  readonly functions: readonly string[]
  readonly opex: CotType['opex']
}

/**
 * The type of an event after the public schema (MITRE, version 2.0): affiliation, dimension and realm from the 20 digits
 * (APP-6D) where there are any, the function from the 15 characters (APP-6A and B), which alone have its letters. An exercise
 * stays an exercise where either symbol says so. Without a symbol it is something unknown on the ground.
 */
export function cotTypeOf(symbols: {
  readonly digits: string | undefined
  readonly characters: string | undefined
}): CotType {
  const now = symbols.digits === undefined ? undefined : readDigits(symbols.digits)
  const old = symbols.characters === undefined ? undefined : readCharacters(symbols.characters)
  const { affiliation, dimension } = now ?? old ?? { affiliation: 'u', dimension: 'G' }
  const functions = old?.dimension === dimension ? old.functions : []
  return { type: ['a', affiliation, dimension, ...functions].join('-'), opex: realmOf(now, old) }
}

function realmOf(now: Reading | undefined, old: Reading | undefined): CotType['opex'] {
  if (now?.opex === 's') return 's'
  return old?.opex === 'e' ? 'e' : (now?.opex ?? old?.opex)
}

function readDigits(sidc: string): Reading | undefined {
  const found = /^\d\d([0-2])([0-6])(\d\d)\d{14}(?:\d{10})?$/.exec(sidc)
  if (!found) return undefined
  const [, context = '', identity = '', set = ''] = found
  const opex = CONTEXTS.get(context)
  const affiliation = AFFILIATIONS.get(identity) ?? 'u'
  return {
    affiliation: guarded(opex === 'e' ? exercised(affiliation) : affiliation, CIVILIAN_SETS.has(set)),
    dimension: DIMENSIONS.get(set) ?? 'G',
    functions: [],
    opex,
  }
}

/** Suspect and hostile as an exercise plays them. */
function exercised(affiliation: string): string {
  if (affiliation === 's') return 'j'
  return affiliation === 'h' ? 'k' : affiliation
}

function guarded(affiliation: string, civilian: boolean): string {
  return civilian && !CIVILIAN_AFFILIATIONS.has(affiliation) ? 'u' : affiliation
}

/** Only the warfighting scheme has battle dimensions and functions; special operations forces (F) are not shown as such. */
function readCharacters(sidc: string): Reading | undefined {
  const found = /^([SGWIOE])([PUAFNSHGWMDLJK])([A-Z-])[A-Z*-]([A-Z0-9*-]{6})[A-Z0-9*-]{5}$/.exec(sidc)
  if (!found) return undefined
  const [, scheme = '', letter = '', dimension = '', id = ''] = found
  const { affiliation, exercise } = OLD_AFFILIATIONS.get(letter) ?? { affiliation: 'u', exercise: false }
  const known = scheme === 'S' && 'PAGSU'.includes(dimension)
  return {
    affiliation: guarded(affiliation, scheme === 'O'),
    dimension: known ? dimension : 'G',
    functions: known ? Array.from(/^[A-Z0-9]*/.exec(id)?.[0] ?? '') : [],
    opex: exercise ? 'e' : undefined,
  }
}
