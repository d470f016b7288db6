import { checkResults } from '../bounds.ts'
import { blocked, type Converter, choiceOf, made, ofValues, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'

/** Combat effectiveness (MIL-STD-2525D, JMSML) as what police ask: can the unit be used? Percentages are not invented. */
const AVAILABILITY: ReadonlyMap<string, string> = new Map(
  Object.entries({ FO: 'AVAILABLE', SO: 'PART', MO: 'PART', NO: 'NONE' }),
)
/** The same as NIEM operational status. */
const OPERATIONAL: ReadonlyMap<string, string> = new Map(
  Object.entries({
    FO: 'Operational',
    SO: 'SubstantiallyOperational',
    MO: 'MarginallyOperational',
    NO: 'NotOperational',
    UNK: 'NotKnown',
  }),
)

/**
 * Combat effectiveness `FO`, `SO`, `MO`, `NO`, `UNK` → availability, or NIEM operational status.
 *
 * Slot: `value` (enum). Parameter `to`: `availability` (`AVAILABLE`, `PART`, `NONE`) or `status`. Gives: enum, text. Loss:
 * NARROWED, EXACT; UNMAPPED where it is not known. Refuses: `unknown`.
 */
export const effectiveness: Converter = {
  slots: [{ name: 'value', types: ['enum', 'text'] }],
  gives: ['enum', 'text'],
  parameters: ['to'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['availability', 'status'])
    const manner: Manner = { outcome: to === 'status' ? 'EXACT' : 'NARROWED', rule: site.rule }
    const table = to === 'status' ? OPERATIONAL : AVAILABILITY
    checkResults(site, table.values())
    const answers = new Map([...table].map(([code, word]) => [code, made(word, manner)]))
    const no = unmapped(site.rule, 'not known')
    const refusal = blocked(`${site.rule}.unknown`)
    return ofValues(([value]) => {
      if (typeof value !== 'string') return no
      return answers.get(value) ?? (value === 'UNK' ? no : refusal)
    })
  },
}
