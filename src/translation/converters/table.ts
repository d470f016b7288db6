import { type Converted, type Converter, made, type Site, type TableEntry, unmapped } from '../converter.ts'

/**
 * An enumeration by a table of the mapping. Every value of the source must be in the table or named in its `unmapped` list, and
 * every result must be a value of the target; a value that is in neither (a pseudonym) is left out and said so.
 */
export const table: Converter = {
  slots: [{ name: 'value', types: ['enum'] }],
  gives: ['enum', 'text'],
  parameters: ['table'],
  compile(site: Site) {
    const name = site.parameters.get('table') ?? ''
    const entries = site.tables.get(name)
    if (entries === undefined) site.complain('table-unknown', `there is no table \`${name}\``)
    else checkTable(site, entries)
    const rows = new Map([...(entries ?? [])].map(([key, entry]) => [key, rowOf(site, key, entry)]))
    const no = unmapped(site.rule, 'no counterpart')
    return ([value]) => (typeof value === 'string' ? (rows.get(value) ?? no) : no)
  },
}

function rowOf(site: Site, key: string, entry: TableEntry): Converted {
  const rule = `${site.rule}.${key}`
  const said = entry.note === undefined ? {} : { note: entry.note }
  if (entry.outcome === 'UNMAPPED')
    return { kind: 'unmapped', manner: { outcome: 'UNMAPPED', rule, ...said } }
  return made(entry.is, { outcome: entry.outcome, rule, ...said })
}

function checkTable(site: Site, entries: ReadonlyMap<string, TableEntry>): void {
  const source = site.sources[0]?.values ?? []
  for (const value of source)
    if (!entries.has(value)) site.complain('enum-unmapped', `the table says nothing about \`${value}\``)
  for (const [key, entry] of entries) {
    if (!source.includes(key))
      site.complain('enum-value', `\`${key}\` is not a value of \`${site.sources[0]?.path}\``)
    if (entry.outcome === 'UNMAPPED') continue
    const values = site.target.values
    if (values && !values.includes(entry.is))
      site.complain('enum-value', `\`${entry.is}\` is not a value of \`${site.target.path}\``)
  }
}
