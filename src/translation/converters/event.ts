import { CIVIL_EVENTS, GUARDED_EVENTS } from '../codes/jc3iedm-events.ts'
import {
  blocked,
  type Converted,
  type Converter,
  choiceOf,
  made,
  type Site,
  type TableEntry,
  unmapped,
} from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { ACTIVITY, readDigits } from '../symbol-digits.ts'
import { neutralSymbol } from './sidc.ts'
import { checkTable, rowOf, tableOf } from './table.ts'

const CIVIL: ReadonlySet<string> = new Set(CIVIL_EVENTS.trim().split(/\s+/))
const GUARDED: ReadonlySet<string> = new Set(GUARDED_EVENTS.trim().split(/\s+/))
const RIOT = 'RIOT'
/** What a riot is called until a commander has confirmed it. */
const UNREST = 'CIVUNR'

/**
 * A police kind of incident → JC3IEDM event category (NIEM 6.0), by a table of the mapping. No table can make a combat code, or
 * one of the words that mislead, out of what police say: a lawful protest is CIVDML and never DMNSTR. A riot stays unrest until
 * `confirmed` is true.
 *
 * Slots: `value` (enum), `confirmed` (bool, optional). Parameter `table`. Gives: enum, text. Loss: by the table; WIDENED for an
 * unconfirmed riot; UNMAPPED where the table says so.
 */
export const event: Converter = {
  slots: [
    { name: 'value', types: ['enum'] },
    { name: 'confirmed', types: ['bool'], optional: true },
  ],
  gives: ['enum', 'text'],
  parameters: ['table'],
  compile(site: Site) {
    const entries = tableOf(site)
    checkTable(site, entries)
    for (const [word, entry] of entries) checkEvent(site, word, entry)
    const rows = new Map([...entries].map(([word, entry]) => [word, rowOf(site, word, entry)]))
    const no = unmapped(site.rule, 'no counterpart')
    const doubt: Manner = {
      outcome: 'WIDENED',
      rule: `${site.rule}.unconfirmed`,
      note: 'not confirmed as a riot',
    }
    const unrest = made(UNREST, doubt)
    return ([value, confirmed]) => {
      if (value === undefined) return undefined
      const row = typeof value === 'string' ? (rows.get(value) ?? no) : no
      const riot = row.kind === 'value' && row.value === RIOT && confirmed !== true
      return riot ? unrest : row
    }
  },
}

function checkEvent(site: Site, word: string, { is, outcome }: TableEntry): void {
  if (outcome === 'UNMAPPED') return
  if (GUARDED.has(is))
    site.complain('event-guarded', `\`${word}\` must not become \`${is}\`: combat, or a word that misleads`)
  else if (!CIVIL.has(is)) site.complain('event-unknown', `\`${is}\` is no JC3IEDM event category`)
  if (is === RIOT && site.target.values && !site.target.values.includes(UNREST))
    site.complain('enum-value', `\`${UNREST}\` is not a value of \`${site.target.path}\``)
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
    for (const [code, entry] of entries) checkCode(site, code, entry)
    const rows = new Map([...entries].map(([code, entry]) => [code, rowOf(site, code, entry)]))
    const no = unmapped(site.rule, 'no such police incident')
    const guarded = blocked(`${site.rule}.guarded`)
    const unknown = blocked(`${site.rule}.unknown`)
    return ([value]) => {
      if (typeof value !== 'string') return no
      if (GUARDED.has(value)) return guarded
      return rows.get(value) ?? (CIVIL.has(value) ? no : unknown)
    }
  },
}

function checkCode(site: Site, code: string, { is, outcome }: TableEntry): void {
  if (GUARDED.has(code)) site.complain('event-guarded', `\`${code}\` needs a person and has no row`)
  else if (!CIVIL.has(code)) site.complain('event-unknown', `\`${code}\` is no JC3IEDM event category`)
  const values = site.target.values
  if (outcome !== 'UNMAPPED' && values && !values.includes(is))
    site.complain('enum-value', `\`${is}\` is not a value of \`${site.target.path}\``)
}

/**
 * A police kind of incident → the symbol of an activity (symbol set 40), always neutral, by a table from words to entities:
 * `LAWFUL_PROTEST: '120100'`.
 *
 * Slots: `value` (enum), `realm` (enum, optional). Parameters `table`; `as`: `sidc` or `sidc15`. Gives: text. Loss: by the
 * table; UNMAPPED. Refuses: `realm`.
 */
export const eventSymbol: Converter = {
  slots: [
    { name: 'value', types: ['enum'] },
    { name: 'realm', types: ['enum'], optional: true },
  ],
  gives: ['text'],
  parameters: ['table', 'as'],
  compile(site: Site) {
    const as = choiceOf(site, 'as', ['sidc', 'sidc15'])
    const entries = tableOf(site)
    checkTable(site, entries)
    const rows = new Map(
      [...entries].map(([word, entry]) => [word, rowOf(site, word, checkEntity(site, entry))]),
    )
    const no = unmapped(site.rule, 'no counterpart')
    const none = unmapped(`${site.rule}.no-letters`, 'the older edition has no such symbol')
    const refusal = blocked(`${site.rule}.realm`)
    return ([value, realm]): Converted | undefined => {
      if (value === undefined) return undefined
      const row = typeof value === 'string' ? (rows.get(value) ?? no) : no
      if (row.kind !== 'value' || typeof row.value !== 'string') return row
      if (neutralSymbol(ACTIVITY, row.value, { realm, as: 'sidc' }) === undefined) return refusal
      const text = neutralSymbol(ACTIVITY, row.value, { realm, as })
      return text === undefined ? none : made(text, row.manner)
    }
  },
}

function checkEntity(site: Site, entry: TableEntry): TableEntry {
  const digits = neutralSymbol(ACTIVITY, entry.is, { realm: undefined, as: 'sidc' })
  const known = digits !== undefined && readDigits(digits).kind === 'symbol'
  if (entry.outcome !== 'UNMAPPED' && !known)
    site.complain('entity-unknown', `\`${entry.is}\` is no entity of symbol set 40`)
  return entry
}
