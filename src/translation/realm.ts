import type { Json } from '../kit/kit.ts'

/**
 * Whether something is meant in earnest. Every standard has its own flag: SIDC context digit, operational or exercise codes of
 * NIEM, notification categories of EDXL and CAP, the opening set of a text message. Nothing becomes more real on its way.
 */
export type Realm = 'real' | 'exercise' | 'simulation' | 'test'

export const REALMS = ['real', 'exercise', 'simulation', 'test'] as const satisfies readonly Realm[]

/** The words of all lists, in capitals. */
const WORDS: ReadonlyMap<string, Realm> = new Map([
  ['REAL', 'real'],
  ['OPERATION', 'real'],
  ['OPERATIONS/REALITY', 'real'],
  ['OPER', 'real'],
  ['ACTUAL', 'real'],
  ['EXERCISE', 'exercise'],
  ['EXER', 'exercise'],
  ['TRAINING', 'exercise'],
  ['SIMULATION', 'simulation'],
  ['RECONSTRUCTION', 'simulation'],
  ['TEST', 'test'],
  ['SYSTEM', 'test'],
])

/** What stands in where a list has no word of its own: never the real one. */
const NEAREST: Readonly<Record<Realm, readonly Realm[]>> = {
  real: ['real'],
  exercise: ['exercise', 'simulation', 'test'],
  simulation: ['simulation', 'exercise', 'test'],
  test: ['test', 'exercise', 'simulation'],
}

/** The realm that a word of any list names; undefined for a word of none. */
export function realmOf(word: string): Realm | undefined {
  return WORDS.get(word.toUpperCase())
}

/** The realm that a document tells: real where it says nothing, undefined for a word that no list has. */
export function realmTold(value: Json | undefined): Realm | undefined {
  if (value === undefined) return 'real'
  return typeof value === 'string' ? realmOf(value) : undefined
}

/** The word of a list for a realm: the same one if the list has it, else the first of the realm, else the nearest that is not real. */
export function wordFor(realm: Realm, list: readonly string[], own: string): string | undefined {
  if (list.includes(own)) return own
  for (const near of NEAREST[realm]) {
    const found = list.find(word => realmOf(word) === near)
    if (found !== undefined) return found
  }
  return undefined
}

/** The context digit of a symbol: reality, exercise, simulation. A test is shown as an exercise. */
export function contextOf(realm: Realm): '0' | '1' | '2' {
  if (realm === 'real') return '0'
  return realm === 'simulation' ? '2' : '1'
}

/** What a symbol does not tell of a realm: a test is shown as an exercise, and so is a simulation in 15 characters. */
export function untoldIn(form: 'sidc' | 'sidc15', realm: Realm): string | undefined {
  const untold = realm === 'test' || (realm === 'simulation' && form === 'sidc15')
  return untold ? `was a ${realm}, shown as an exercise` : undefined
}

/** The realm that a context digit names. */
export function realmOfContext(digit: string): Realm {
  if (digit === '0') return 'real'
  return digit === '2' ? 'simulation' : 'exercise'
}
