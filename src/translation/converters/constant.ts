import { checkResults } from '../bounds.ts'
import { type Converter, made, ofValues, type Site } from '../converter.ts'

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
    else checkResults(site, [value])
    const fixed = made(value ?? '', { outcome: 'DEFAULTED', rule: site.rule })
    return ofValues(() => fixed, { kind: 'always', answer: fixed })
  },
}
