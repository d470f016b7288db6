import { isJsonObject, type Json } from '../../kit/kit.ts'
import { blocked, type Converted, type Converter, exactly, made, type Site } from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { type Realm, realmOf, realmOfContext, wordFor } from '../realm.ts'
import { readDigits } from '../symbol-digits.ts'
import { contextOfLetters } from '../symbol-letters.ts'

/**
 * Whether a list of units is real, from their symbols: a single symbol of an exercise makes an exercise of the whole. Where no unit
 * has a symbol nothing is said.
 *
 * Slot: `value` (list). Parameters `digits` and `letters`: the members with the 20 digits and the 15 characters. Gives: enum. Loss:
 * EXACT; NARROWED where only some units are of an exercise, and for a simulation that is called an exercise. Refuses: `unknown`, a
 * symbol that does not tell.
 */
export const realmOfSymbols: Converter = {
  slots: [{ name: 'value', types: ['list'], members: ['digits', 'letters'] }],
  gives: ['enum'],
  parameters: ['digits', 'letters'],
  compile(site: Site) {
    const [digits, letters] = ['digits', 'letters'].map(name => site.parameters.get(name) ?? '')
    if (!digits || !letters) site.complain('parameter-missing', 'both `digits` and `letters` are needed')
    const list = site.target.values ?? []
    for (const realm of ORDER)
      if (wordFor(realm, list, '') === undefined)
        site.complain('realm-lost', `\`${site.target.path}\` has no word for \`${realm}\``)
    const refusal = blocked(`${site.rule}.unknown`)
    return ([units]) => {
      if (!Array.isArray(units)) return undefined
      const found = new Set<Realm>()
      for (const unit of units as readonly Json[]) {
        if (!isJsonObject(unit)) continue
        for (const context of [
          contextIn(unit[digits ?? ''], digitOf),
          contextIn(unit[letters ?? ''], contextOfLetters),
        ]) {
          if (context === undefined) return refusal
          if (context !== 'none') found.add(realmOfContext(context))
        }
      }
      return found.size === 0 ? undefined : (answerOf(found, list, site.rule) ?? refusal)
    }
  },
}

/** The context digit of a symbol, `none` where there is no symbol, undefined where it cannot be told. */
function contextIn(symbol: Json | undefined, read: (text: string) => string | undefined): string | undefined {
  if (symbol === undefined || symbol === null) return 'none'
  return typeof symbol === 'string' ? read(symbol) : undefined
}

function digitOf(text: string): string | undefined {
  const reading = readDigits(text)
  return reading.kind === 'symbol' ? reading.fields.context : undefined
}

/** From the strictest down. */
const ORDER = ['exercise', 'simulation', 'real'] as const

function answerOf(found: ReadonlySet<Realm>, list: readonly string[], rule: string): Converted | undefined {
  const realm = ORDER.find(one => found.has(one))
  const word = realm && wordFor(realm, list, '')
  if (realm === undefined || word === undefined) return undefined
  const notes = [
    ...(realmOf(word) === realm ? [] : [`was a ${realm}`]),
    ...(found.size > 1 ? ['not all units are shown so'] : []),
  ]
  const manner: Manner = { outcome: 'NARROWED', rule, note: notes.join('; '), reversible: false }
  return made(word, notes.length === 0 ? exactly(rule) : manner)
}
