import type { Json } from '../../kit/kit.ts'
import { blocked, type Converted, type Converter, made, type Site } from '../converter.ts'
import type { LossOutcome } from '../mapping.ts'
import { type Realm, realmOf, realmOfContext, wordFor } from '../realm.ts'
import { readDigits } from '../symbol-digits.ts'
import { readLetters } from '../symbol-letters.ts'

/**
 * Whether it is real: `REAL`, `EXERCISE`, `TEST` ⇄ the flag of another list (`OPERATION`, `EXERCISE`; NIEM `OPEX`; `Actual`,
 * `Exercise`, `Test`), or read from a symbol of 20 digits or 15 characters. Exercise never becomes real: a target list without a
 * word for it is a problem of the mapping, and a word that no list has stops the translation.
 *
 * Slot: `value` (enum or text). Gives: enum. Loss: EXACT, or NARROWED where a test is called an exercise. Refuses: `unknown`.
 */
export const realm: Converter = {
  slots: [{ name: 'value', types: ['enum', 'text'] }],
  gives: ['enum'],
  parameters: [],
  compile(site: Site) {
    const list = site.target.values ?? []
    for (const word of [...(site.sources[0]?.values ?? []), ...list])
      if (realmOf(word) === undefined)
        site.complain('realm-unknown', `\`${word}\` does not say whether it is real`)
    for (const kind of ['real', 'exercise'] as const)
      if (wordFor(kind, list, '') === undefined)
        site.complain('realm-lost', `\`${site.target.path}\` has no word for \`${kind}\``)
    const refusal = blocked(`${site.rule}.unknown`)
    return ([value]) => (value === undefined ? undefined : (answer(value, list, site.rule) ?? refusal))
  },
}

function answer(value: Json, list: readonly string[], rule: string): Converted | undefined {
  const own = typeof value === 'string' ? value : ''
  const known = realmOf(own) ?? realmOfSymbol(own)
  const word = known && wordFor(known, list, own)
  if (known === undefined || word === undefined) return undefined
  const outcome: LossOutcome = realmOf(word) === known ? 'EXACT' : 'NARROWED'
  return made(word, outcome === 'EXACT' ? { outcome, rule } : { outcome, rule, note: `was a ${known}` })
}

/** The realm of a symbol; undefined where the text is none. */
export function realmOfSymbol(text: string): Realm | undefined {
  const reading = text.length === 15 ? readLetters(text) : readDigits(text)
  return reading.kind === 'symbol' ? realmOfContext(reading.fields.context) : undefined
}
