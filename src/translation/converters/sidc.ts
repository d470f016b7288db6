import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import {
  alsoTelling,
  blocked,
  type Convert,
  type Converted,
  type Converter,
  choiceOf,
  exactly,
  made,
  type Site,
  type Slot,
  unmapped,
} from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { contextOf, REALMS, type Realm, realmOf, realmOfContext, realmTold, untoldIn } from '../realm.ts'
import {
  type ACTIVITY,
  dangerOf,
  LAND_CIVILIAN,
  printDigits,
  readDigits,
  type SymbolFields,
} from '../symbol-digits.ts'
import { readLetters, writeLetters } from '../symbol-letters.ts'
import { judged } from '../text-fit.ts'

const SLOTS: readonly Slot[] = [
  { name: 'value', types: ['text'] },
  { name: 'realm', types: ['enum'], optional: true },
]

type Writing =
  | { readonly kind: 'written'; readonly text: string; readonly lost: readonly string[] }
  | Converted

/** Joins reading, the rules of safety, and writing to one converter. */
function symbolConverter(
  read: (text: string) => ReturnType<typeof readDigits> | ReturnType<typeof readLetters>,
  write: (fields: SymbolFields, rule: string, text: string) => Writing,
  example: string,
): Converter {
  return {
    slots: SLOTS,
    gives: ['text'],
    parameters: [],
    compile(site: Site): Convert {
      const { rule } = site
      checkResults(site, [example])
      const exact = exactly(rule)
      return judged(site, ([value, realm]) => {
        if (value === undefined) return undefined
        const text = typeof value === 'string' ? value : ''
        const reading = read(text)
        if (reading.kind === 'refused') return refusalOf(reading.why, rule)
        const { fields } = reading
        const danger = dangerOf(fields) ?? (isOfRealm(fields, realm) ? undefined : 'realm')
        if (danger !== undefined) return blocked(`${rule}.${danger}`)
        const writing = write(fields, rule, text)
        if (writing.kind !== 'written') return writing
        const lost = 'lost' in reading ? [...reading.lost, ...writing.lost] : writing.lost
        return made(writing.text, lost.length === 0 ? exact : lossOf(lost, rule))
      })
    },
  }
}

/** A symbol that the other edition never had is left out; one that is wrong stops the translation. */
function refusalOf(why: string, rule: string): Converted {
  if (why === 'retired') return unmapped(`${rule}.retired`, 'the newer edition has given up this symbol')
  return why === 'function'
    ? unmapped(`${rule}.function`, 'no table has this symbol')
    : blocked(`${rule}.${why}`)
}

function lossOf(lost: readonly string[], rule: string): Manner {
  return { outcome: 'NARROWED', rule, note: `not expressible: ${lost.join(', ')}`, reversible: false }
}

/** Whether the symbol says of itself what the document says of it, where the document says anything. */
function isOfRealm(fields: SymbolFields, realm: Json | undefined): boolean {
  if (realm === undefined) return true
  const said = typeof realm === 'string' ? realmOf(realm) : undefined
  return said !== undefined && contextOf(said) === contextOf(realmOfContext(fields.context))
}

const NOTHING: readonly string[] = []
/** One platoon of the police, in both editions. */
const [DIGITS, LETTERS] = ['10031000142007001400', 'SFGPUULC---D---'] as const

/**
 * The 20-digit symbol as it came, where it may come: every field has a meaning by the tables of APP-6D and MIL-STD-2525D, nobody
 * is shown as suspect or hostile, civilians and crowds are unknown or neutral, and context and realm agree.
 *
 * Slots: `value` (text), `realm` (enum, optional). Gives: text. Loss: EXACT. Refuses: the field without a meaning as in
 * `unit-type`; `identity`, `civil-identity`, `realm`.
 */
export const sidcKept: Converter = symbolConverter(
  readDigits,
  (_, __, text) => ({ kind: 'written', text, lost: NOTHING }),
  DIGITS,
)

/**
 * The 15-character symbol as it came, under the same rules.
 *
 * Slots: as `sidc-kept`. Gives: text. Loss: EXACT. Refuses: `form`, `identity`, `status`, `size`, `civil-identity`, `realm`; UNMAPPED for a
 * symbol that no table has.
 */
export const sidc15Kept: Converter = symbolConverter(
  readLetters,
  (_, __, text) => ({ kind: 'written', text, lost: NOTHING }),
  LETTERS,
)

/**
 * 15 characters (MIL-STD-2525C, APP-6B) → 20 digits (MIL-STD-2525D, APP-6D), by the tables of JMSML.
 *
 * Slots: `value` (text), `realm` (enum, optional). Gives: text. Loss: EXACT; NARROWED where the digits lead back to another
 * code, or country or order of battle stay behind; UNMAPPED for a retired or unknown symbol. Refuses: as `sidc15-kept`.
 */
export const sidcOfSidc15: Converter = symbolConverter(
  readLetters,
  fields => ({ kind: 'written', text: printDigits(fields), lost: NOTHING }),
  DIGITS,
)

/**
 * 20 digits → 15 characters. What the older edition cannot say is said more generally: modifiers, subtype, type.
 *
 * Slots: `value` (text), `realm` (enum, optional). Gives: text. Loss: EXACT; NARROWED with what is lost; UNMAPPED where there is
 * no symbol at all. Refuses: as `sidc-kept`.
 */
export const sidc15OfSidc: Converter = symbolConverter(
  readDigits,
  (fields, rule) => {
    const writing = writeLetters(fields)
    if (writing.kind === 'letters') return { kind: 'written', text: writing.sidc15, lost: writing.lost }
    return unmapped(`${rule}.${writing.why}`, 'the older edition has no such symbol')
  },
  LETTERS,
)

const NEUTRAL = {
  version: '10',
  identity: '4',
  status: '0',
  hq: '0',
  amplifier: '00',
  modifierOne: '00',
  modifierTwo: '00',
  extension: '',
} as const
const ORGANISATION_OR_GROUP = '110400'

/**
 * A crowd or procession → its symbol: a group of civilians, always neutral.
 *
 * Slots: `value` (anything that says there is one), `realm` (enum, optional). Parameter `as`: `sidc` or `sidc15`. Gives: text.
 * Loss: EXACT; NARROWED for a test, which no symbol tells; DEFAULTED where no realm is stated. Refuses: `realm`.
 */
export const crowdSymbol: Converter = {
  slots: [
    { name: 'value', types: ['text', 'id', 'enum', 'count', 'number', 'bool', 'time', 'place'] },
    { name: 'realm', types: ['enum'], optional: true },
  ],
  gives: ['text'],
  parameters: ['as'],
  compile(site: Site) {
    const as = choiceOf(site, 'as', ['sidc', 'sidc15'])
    const exact = exactly(site.rule)
    const refusal = blocked(`${site.rule}.realm`)
    checkResults(
      site,
      REALMS.flatMap(realm => neutralSymbol(LAND_CIVILIAN, ORGANISATION_OR_GROUP, { realm, as })?.text ?? []),
    )
    return ([value, said]) => {
      if (value === undefined || value === false) return undefined
      const realm = realmTold(said)
      if (realm === undefined) return refusal
      const symbol = neutralSymbol(LAND_CIVILIAN, ORGANISATION_OR_GROUP, { realm, as })
      return symbol === undefined ? undefined : made(symbol.text, mannerOfNeutral(symbol, exact, said))
    }
  },
}

/** A symbol, and what it leaves unsaid. */
interface NeutralSymbol {
  readonly text: string
  readonly untold: string | undefined
}

/** A neutral symbol of civilians or activities; undefined where it has no 15 characters. */
export function neutralSymbol(
  set: typeof LAND_CIVILIAN | typeof ACTIVITY,
  entity: string,
  { realm, as }: { realm: Realm; as: 'sidc' | 'sidc15' },
): NeutralSymbol | undefined {
  const fields: SymbolFields = { ...NEUTRAL, context: contextOf(realm), set, entity }
  const untold = untoldIn('sidc', realm)
  if (as === 'sidc') return { text: printDigits(fields), untold }
  const writing = writeLetters(fields)
  if (writing.kind !== 'letters') return undefined
  const all = untold === undefined ? writing.lost : [...writing.lost, untold]
  return { text: writing.sidc15, untold: all.length === 0 ? undefined : all.join(', ') }
}

/** How a neutral symbol is told: as its row says, what it leaves unsaid, and that it says real where nobody has said anything. */
export function mannerOfNeutral({ untold }: NeutralSymbol, manner: Manner, realm: Json | undefined): Manner {
  const told = untold === undefined ? manner : alsoTelling(manner, 'NARROWED', untold)
  return realm === undefined ? alsoTelling(told, 'DEFAULTED', 'taken as real') : told
}
