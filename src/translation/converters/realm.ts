import { isJsonObject, type Json } from '../../kit/kit.ts'
import {
  blocked,
  type Convert,
  type Converted,
  type Converter,
  made,
  type Site,
  type SiteType,
} from '../converter.ts'
import type { LossOutcome } from '../mapping.ts'
import { type Realm, realmOf, realmOfContext, wordFor } from '../realm.ts'
import { readDigits } from '../symbol-digits.ts'
import { contextOfLetters, readLetters } from '../symbol-letters.ts'

const SYMBOLS: readonly SiteType[] = ['text', 'list']

/**
 * Whether it is real: `REAL`, `EXERCISE`, `TEST` ⇄ the flag of another list (`OPERATION`, `EXERCISE`; NIEM `OPEX`; `Actual`,
 * `Exercise`, `Test`), or read from a symbol of 20 digits or 15 characters. Exercise never becomes real: a target list without a
 * word for it is a problem of the mapping, and a word that no list has stops the translation.
 *
 * A document that does not say it may show it: symbols that are all of an exercise make it one. Symbols of something real say
 * nothing, because that is what a symbol shows where nobody has said otherwise; the older ones least of all, beside newer ones.
 *
 * Slots, all optional: `value` (enum or text), `symbols` in 20 digits and `letters` in 15 characters (a text, or a list). Parameters
 * `symbol` and `letter`: the members of such a list. Gives: enum. Loss: EXACT, or NARROWED where a test is called an exercise. Refuses: `unknown`; `mixed`, symbols that contradict each other, or something said to be real; `symbol`, one of no known context.
 */
export const realm: Converter = {
  slots: [
    { name: 'value', types: ['enum', 'text'], optional: true },
    { name: 'symbols', types: SYMBOLS, members: ['symbol'], optional: true },
    { name: 'letters', types: SYMBOLS, members: ['letter'], optional: true },
  ],
  gives: ['enum'],
  parameters: ['letter', 'symbol'],
  compile(site: Site) {
    const list = site.target.values ?? []
    checkLists(site, list)
    const unknown = blocked(`${site.rule}.unknown`)
    const shown = readShown(site, list)
    return ([value, ...symbols], context) => {
      if (value === undefined) return shown(symbols, context)
      const told = answer(value, list, site.rule)
      if (told === undefined) return unknown
      const seen = shown(symbols, context)
      const real = told.kind === 'value' && typeof told.value === 'string' && realmOf(told.value) === 'real'
      return real && isContradicted(seen, site.rule) ? blocked(`${site.rule}.mixed`) : told
    }
  },
}

function checkLists(site: Site, list: readonly string[]): void {
  const [value, ...symbols] = site.sources
  for (const word of [...(value?.values ?? []), ...list])
    if (realmOf(word) === undefined)
      site.complain('realm-unknown', `\`${word}\` does not say whether it is real`)
  for (const kind of ['real', 'exercise'] as const)
    if (wordFor(kind, list, '') === undefined)
      site.complain('realm-lost', `\`${site.target.path}\` has no word for \`${kind}\``)
  if (site.sources.every(source => source === undefined))
    site.complain('source-missing', '`realm` needs `value` or `symbols`')
  for (const [at, name] of ['symbol', 'letter'].entries())
    if (symbols[at]?.type === 'list' && !site.parameters.has(name))
      site.complain('parameter-missing', `\`realm\` needs \`${name}\` to read a list`)
}

/** A symbol of no context, which leaves the realm open, contradicts nothing that is said. */
function isContradicted(seen: Converted | undefined, rule: string): boolean {
  return seen !== undefined && !(seen.kind === 'blocked' && seen.rule === `${rule}.symbol`)
}

/** What the symbols of a document show together; undefined where they are of something real, or there are none. */
function readShown({ parameters, rule }: Site, list: readonly string[]): Convert {
  const [symbol = '', letter = ''] = ['symbol', 'letter'].map(name => parameters.get(name))
  const [mixed, open] = [blocked(`${rule}.mixed`), blocked(`${rule}.symbol`)]
  return ([symbols, letters]) => {
    const [newer, older] = [textsIn(symbols, symbol), textsIn(letters, letter)]
    const realms = new Set<Shown>()
    for (let at = 0; at < Math.max(newer.length, older.length); at++)
      for (const shown of shownByUnit(newer[at], older[at])) realms.add(shown)
    const unreal = unrealIn(realms)
    if (unreal === undefined) return realms.has('open') ? open : undefined
    if (realms.has('real')) return mixed
    return answerFor(unreal, '', { list, rule: `${rule}.symbol` })
  }
}

function textsIn(value: Json | undefined, member: string): readonly (string | undefined)[] {
  const entries: readonly (Json | undefined)[] = Array.isArray(value) ? value : [value]
  return entries.map(entry => {
    const text = isJsonObject(entry) ? entry[member] : entry
    return typeof text === 'string' ? text : undefined
  })
}

/** What a symbol shows; `open` for one of no known context. */
export type Shown = Realm | 'open'

/** Something that is not meant in earnest, as symbols show it; undefined where none does. */
export function unrealIn(shown: Iterable<Shown>): 'exercise' | 'simulation' | undefined {
  for (const one of shown) if (one === 'exercise' || one === 'simulation') return one
  return undefined
}

/** What both symbols of one unit show: many who draw an exercise in 20 digits write the letters as ever. */
export function shownByUnit(symbol: string | undefined, letters: string | undefined): readonly Shown[] {
  const newer = shownBy(symbol)
  const older = shownBy(letters)
  return newer.length === 0 ? older : [...newer, ...older.filter(one => one !== 'real' && one !== 'open')]
}

/**
 * What one symbol shows by its context, whatever else is wrong with it; nothing where it leaves that open, and for a code name that
 * policy has put in its place.
 */
function shownBy(text: string | undefined): readonly Shown[] {
  if (text === undefined) return []
  if (/^\d{20}(?:\d{10})?$/.test(text)) {
    const context = text.charAt(2)
    return [context <= '2' ? realmOfContext(context) : 'open']
  }
  if (text.length !== 15 || /^.[-*]/.test(text)) return []
  const context = contextOfLetters(text)
  return [context === undefined ? 'open' : realmOfContext(context)]
}

function answer(value: Json, list: readonly string[], rule: string): Converted | undefined {
  const own = typeof value === 'string' ? value : ''
  const known = realmOf(own) ?? realmOfSymbol(own)
  return known && answerFor(known, own, { list, rule })
}

function answerFor(
  known: Realm,
  own: string,
  { list, rule }: { list: readonly string[]; rule: string },
): Converted | undefined {
  const word = wordFor(known, list, own)
  if (word === undefined) return undefined
  const outcome: LossOutcome = realmOf(word) === known ? 'EXACT' : 'NARROWED'
  return made(word, outcome === 'EXACT' ? { outcome, rule } : { outcome, rule, note: `was a ${known}` })
}

/** The realm of a symbol; undefined where the text is none. */
export function realmOfSymbol(text: string): Realm | undefined {
  const reading = text.length === 15 ? readLetters(text) : readDigits(text)
  return reading.kind === 'symbol' ? realmOfContext(reading.fields.context) : undefined
}
