import { checkResults } from '../bounds.ts'
import { type Converter, exactly, made, ofValues, type Site, unmapped } from '../converter.ts'

/**
 * A code of a list that both sides use (NIEM deployment and operational status, reinforcement, command relationship; EDXL-RM
 * messages): it passes as it came. Every value of the source has to be one of the target, which is checked when the mapping is
 * loaded; something that is in no list, such as a pseudonym, is left out and said so.
 *
 * Slot: `value` (enum). Gives: enum, text. Loss: EXACT, or UNMAPPED.
 */
export const code: Converter = {
  slots: [{ name: 'value', types: ['enum'] }],
  gives: ['enum', 'text'],
  parameters: [],
  compile(site: Site) {
    const source = site.sources[0]?.values ?? []
    checkResults(site, source)
    const known = new Set(source)
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'not a code of the list')
    return ofValues(([value]) => (typeof value === 'string' && known.has(value) ? made(value, exact) : no))
  },
}
