import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import { CIVIL_EVENTS, GUARDED_EVENTS } from '../codes/jc3iedm-events.ts'
import {
  blocked,
  type Converted,
  type Converter,
  choiceOf,
  exactly,
  made,
  ofValues,
  type Site,
  type Slot,
  type TableEntry,
  unmapped,
} from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { REALMS, realmTold } from '../realm.ts'
import { ACTIVITY, readDigits } from '../symbol-digits.ts'
import { mannerOfNeutral, neutralSymbol } from './sidc.ts'
import { checkTable, resultsOf, rowOf, tableOf } from './table.ts'

const CIVIL: ReadonlySet<string> = new Set(CIVIL_EVENTS.trim().split(/\s+/))
const GUARDED: ReadonlySet<string> = new Set(GUARDED_EVENTS.trim().split(/\s+/))

/** A riot in JC3IEDM, as police name it, and as an activity; and what it is called until a commander has confirmed it. */
const RIOT = { code: 'RIOT', kind: 'RIOT', entity: '110110' } as const
const UNREST = { code: 'CIVUNR', kind: 'DISORDER', entity: '120000' } as const
/** The commanders whose word makes it a riot for partners. */
const CONFIRMERS: ReadonlySet<Json | undefined> = new Set(['GOLD', 'SILVER'])

const CONFIRMED: Slot = { name: 'confirmed', types: ['enum'], optional: true }

/** What stands for a riot that nobody has confirmed. */
function unrestAs(form: keyof typeof UNREST, { rule }: Site) {
  const manner: Manner = { outcome: 'WIDENED', rule: `${rule}.unconfirmed`, note: 'not confirmed as a riot' }
  return { kind: 'value', value: UNREST[form], manner } as const
}

/**
 * A police kind of incident → JC3IEDM event category (NIEM 6.0), by a table of the mapping. No table can make a combat code, or
 * one of the words that mislead, out of what police say: a lawful protest is CIVDML and never DMNSTR. A riot stays unrest until
 * Gold or Silver has confirmed it.
 *
 * Slots: `value` (enum), `confirmed` (enum, optional: the commander who confirmed the kind). Parameter `table`. Gives: enum, text.
 * Loss: by the table; WIDENED for an unconfirmed riot; UNMAPPED where the table says so.
 */
export const event: Converter = {
  slots: [{ name: 'value', types: ['enum'] }, CONFIRMED],
  gives: ['enum', 'text'],
  parameters: ['table'],
  compile(site: Site) {
    const entries = tableOf(site)
    checkTable(site, entries)
    for (const [word, entry] of entries) checkEvent(site, word, entry)
    const results = resultsOf(entries)
    checkResults(site, results.includes(RIOT.code) ? [...results, UNREST.code] : results)
    const rows = new Map([...entries].map(([word, entry]) => [word, rowOf(site, entry)]))
    const no = unmapped(site.rule, 'no counterpart')
    const unrest = unrestAs('code', site)
    return ofValues(([value, confirmed]) => {
      if (value === undefined) return undefined
      const row = typeof value === 'string' ? (rows.get(value) ?? no) : no
      const riot = row.kind === 'value' && row.value === RIOT.code
      return riot && !CONFIRMERS.has(confirmed) ? unrest : row
    })
  },
}

function checkEvent(site: Site, word: string, { is, outcome }: TableEntry): void {
  if (outcome === 'UNMAPPED') return
  if (GUARDED.has(is))
    site.complain('event-guarded', `\`${word}\` must not become \`${is}\`: combat, or a word that misleads`)
  else if (!CIVIL.has(is)) site.complain('event-unknown', `\`${is}\` is no JC3IEDM event category`)
}

/**
 * A police kind of incident as police name it, beside the code. A riot is a disorder until Gold or Silver has confirmed it.
 *
 * Slots: as `event`. Gives: enum. Loss: EXACT; WIDENED for an unconfirmed riot; UNMAPPED for what is no kind.
 */
export const eventKind: Converter = {
  slots: [{ name: 'value', types: ['enum'] }, CONFIRMED],
  gives: ['enum'],
  parameters: [],
  compile(site: Site) {
    const kinds = new Set(site.sources[0]?.values)
    checkResults(site, [...kinds, UNREST.kind])
    const exact = exactly(site.rule)
    const unrest = unrestAs('kind', site)
    const no = unmapped(site.rule, 'no such police incident')
    return ofValues(([value, confirmed]) => {
      if (value === undefined) return undefined
      if (value === RIOT.kind && !CONFIRMERS.has(confirmed)) return unrest
      return typeof value === 'string' && kinds.has(value) ? made(value, exact) : no
    })
  },
}

/**
 * JC3IEDM event category (NIEM 6.0) → a police kind of incident, by a table of the mapping. Combat codes and words that mislead
 * need a person; a civil code that the table does not have is left out.
 *
 * Slot: `value` (enum or text). Parameter `table`, from codes to words. Gives: enum, text. Loss: by the table; UNMAPPED. Refuses:
 * `guarded`, `unknown`.
 */
export const eventOfCode: Converter = {
  slots: [{ name: 'value', types: ['enum', 'text'] }],
  gives: ['enum', 'text'],
  parameters: ['table'],
  compile(site: Site) {
    const entries = tableOf(site)
    for (const code of entries.keys()) checkCode(site, code)
    checkResults(site, resultsOf(entries))
    const rows = new Map([...entries].map(([code, entry]) => [code, rowOf(site, entry)]))
    const no = unmapped(site.rule, 'no such police incident')
    const guarded = blocked(`${site.rule}.guarded`)
    const unknown = blocked(`${site.rule}.unknown`)
    return ofValues(([value]) => {
      if (typeof value !== 'string') return no
      if (GUARDED.has(value)) return guarded
      return rows.get(value) ?? (CIVIL.has(value) ? no : unknown)
    })
  },
}

function checkCode(site: Site, code: string): void {
  if (GUARDED.has(code)) site.complain('event-guarded', `\`${code}\` needs a person and has no row`)
  else if (!CIVIL.has(code)) site.complain('event-unknown', `\`${code}\` is no JC3IEDM event category`)
}

/**
 * A police kind of incident → the symbol of an activity (symbol set 40), always neutral, by a table from words to entities:
 * `LAWFUL_PROTEST: '120100'`. The symbol of a riot waits for Gold or Silver.
 *
 * Slots: `value` (enum), `realm` (enum, optional), `confirmed` (enum, optional). Parameters `table`; `as`: `sidc` or `sidc15`.
 * Gives: text. Loss: by the table; WIDENED for an unconfirmed riot; NARROWED for a test, which no symbol tells; DEFAULTED where no
 * realm is stated; UNMAPPED. Refuses: `realm`.
 */
export const eventSymbol: Converter = {
  slots: [{ name: 'value', types: ['enum'] }, { name: 'realm', types: ['enum'], optional: true }, CONFIRMED],
  gives: ['text'],
  parameters: ['table', 'as'],
  compile(site: Site) {
    const as = choiceOf(site, 'as', ['sidc', 'sidc15'])
    const entries = tableOf(site)
    checkTable(site, entries)
    checkResults(
      site,
      [...resultsOf(entries), UNREST.entity].flatMap(entity => symbolsOf(entity, as)),
    )
    const rows = new Map([...entries].map(([word, entry]) => [word, rowOf(site, checkEntity(site, entry))]))
    const no = unmapped(site.rule, 'no counterpart')
    const none = unmapped(`${site.rule}.no-letters`, 'the older edition has no such symbol')
    const refusal = blocked(`${site.rule}.realm`)
    const unrest = unrestAs('entity', site)
    return ([value, said, confirmed]): Converted | undefined => {
      if (value === undefined) return undefined
      const found = typeof value === 'string' ? (rows.get(value) ?? no) : no
      const riot = found.kind === 'value' && found.value === RIOT.entity
      const row = riot && !CONFIRMERS.has(confirmed) ? unrest : found
      if (row.kind !== 'value' || typeof row.value !== 'string') return row
      const realm = realmTold(said)
      if (realm === undefined) return refusal
      const symbol = neutralSymbol(ACTIVITY, row.value, { realm, as })
      return symbol === undefined ? none : made(symbol.text, mannerOfNeutral(symbol, row.manner, said))
    }
  },
}

/** The symbols of an activity in every realm, as far as there are any. */
function symbolsOf(entity: string, as: 'sidc' | 'sidc15'): readonly string[] {
  return REALMS.flatMap(realm => neutralSymbol(ACTIVITY, entity, { realm, as })?.text ?? [])
}

function checkEntity(site: Site, entry: TableEntry): TableEntry {
  const symbol = neutralSymbol(ACTIVITY, entry.is, { realm: 'real', as: 'sidc' })
  const known = symbol !== undefined && readDigits(symbol.text).kind === 'symbol'
  if (entry.outcome !== 'UNMAPPED' && !known)
    site.complain('entity-unknown', `\`${entry.is}\` is no entity of symbol set 40`)
  return entry
}
