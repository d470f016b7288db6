import { type Converter, made, type Site } from '../converter.ts'

/**
 * A fixed text that belongs to the target whenever the source is there: the rank system beside a rank.
 *
 * Slot: `value` (any leaf). Parameter `value`: the text. Gives: text, id, enum. Loss: DEFAULTED.
 */
export const constant: Converter = {
  slots: [{ name: 'value', types: ['text', 'id', 'enum', 'time', 'count', 'number', 'bool'] }],
  gives: ['text', 'id', 'enum'],
  parameters: ['value'],
  compile(site: Site) {
    const value = site.parameters.get('value')
    if (value === undefined) site.complain('parameter-missing', '`constant` needs `value`')
    const values = site.target.values
    if (value !== undefined && values && !values.includes(value))
      site.complain('enum-value', `\`${value}\` is not a value of \`${site.target.path}\``)
    if (value !== undefined && !site.room.accepts(value))
      site.complain('value-unfit', `\`${value}\` is not a value of \`${site.target.path}\``)
    const fixed = made(value ?? '', { outcome: 'DEFAULTED', rule: site.rule })
    return () => fixed
  },
}
