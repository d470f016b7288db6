import { checkResults } from '../bounds.ts'
import {
  type Converted,
  type Converter,
  made,
  ofValues,
  type Site,
  type TableEntry,
  unmapped,
} from '../converter.ts'

/**
 * An enumeration by a table of the mapping. Every value of the source must be in the table or named in its `unmapped` list, and
 * every result must be a value of the target; a value that is in neither (a pseudonym) is left out and said so. False friends
 * are refused when the mapping is loaded: words that both services use for different things, and DMNSTR from anything.
 *
 * Slot: `value` (enum). Parameter `table`. Gives: enum, text. Loss: by the table.
 */
export const table: Converter = {
  slots: [{ name: 'value', types: ['enum'] }],
  gives: ['enum', 'text'],
  parameters: ['table'],
  compile(site: Site) {
    const rows = answersIn(site)
    const no = unmapped(site.rule, 'no counterpart')
    return ofValues(([value]) => (typeof value === 'string' ? (rows.get(value) ?? no) : no))
  },
}

/** What each row of the table that the parameter names answers; complains of everything that is wrong with the table. */
export function answersIn(site: Site): ReadonlyMap<string, Converted> {
  const entries = tableOf(site)
  checkTable(site, entries)
  checkResults(site, resultsOf(entries))
  for (const [key, entry] of entries) checkFriends(site, key, entry)
  return new Map([...entries].map(([key, entry]) => [key, rowOf(site, entry)]))
}

/** The table that the parameter names; complains and is empty where there is none. */
export function tableOf(site: Site): ReadonlyMap<string, TableEntry> {
  const name = site.parameters.get('table') ?? ''
  const entries = site.tables.get(name)
  if (entries === undefined) site.complain('table-unknown', `there is no table \`${name}\``)
  return entries ?? new Map()
}

/**
 * What one row of a table answers. Its rule carries the word that the target holds and never the one of the source: where several
 * become one, or none, the report would tell what the target does not.
 */
export function rowOf({ rule }: Site, { is, outcome, note }: TableEntry): Converted {
  const said = note === undefined ? {} : { note }
  if (outcome === 'UNMAPPED') return { kind: 'unmapped', manner: { outcome, rule, ...said } }
  return made(is, { outcome, rule: `${rule}.${is}`, ...said })
}

/** The words that a table can answer with. */
export function resultsOf(entries: ReadonlyMap<string, TableEntry>): readonly string[] {
  return [...entries.values()].filter(({ outcome }) => outcome !== 'UNMAPPED').map(({ is }) => is)
}

/**
 * Complains of a value of the source without a row, and of a row without a value. A text has no list of values, and any row may be
 * one of them.
 */
export function checkTable(site: Site, entries: ReadonlyMap<string, TableEntry>): void {
  if (entries.size === 0) return
  const source = site.sources[0]?.values
  for (const value of source ?? [])
    if (!entries.has(value)) site.complain('enum-unmapped', `the table says nothing about \`${value}\``)
  for (const key of entries.keys())
    if (source?.includes(key) === false)
      site.complain('enum-value', `\`${key}\` is not a value of \`${site.sources[0]?.path}\``)
}

/** Words that police and armies share and mean differently: an army contains an enemy, engages targets, secures by force. */
const FALSE_FRIENDS: ReadonlyMap<string, string> = new Map(
  [
    'CONTAIN CONTAINMENT CONTAINING',
    'NEUTRALISE NEUTRALIZE NEUTRALISATION',
    'DEMONSTRATE DEMONSTRATION DMNSTR',
    'ENGAGE ENGAGEMENT ENGAGING',
    'SECURE SECURING',
    'TACTICAL',
    'OPERATIONAL',
  ].flatMap(words => words.split(' ').map((word): [string, string] => [word, words])),
)

/** Complains of a row whose two words both services use, for different things. */
export function checkFriends(site: Site, key: string, { is, outcome }: TableEntry): void {
  if (outcome === 'UNMAPPED') return
  const shared = FALSE_FRIENDS.get(is)
  if ((shared !== undefined && shared === FALSE_FRIENDS.get(key)) || is === 'DMNSTR')
    site.complain('false-friend', `\`${key}\` and \`${is}\` mean different things to the two services`)
}
