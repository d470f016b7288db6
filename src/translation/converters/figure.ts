import { isJsonObject, type Json } from '../../kit/kit.ts'
import { checkMember } from '../bounds.ts'
import { type Converter, exactly, made, type Site, unmapped } from '../converter.ts'

/** What a figure says of one group: a number, `below 5`, or `withheld`. */
const FORMS = [0, 'withheld', 'below 5', 'below 999999999'] as const
const TOLD = /^(?:withheld|below \d{1,9})$/

/**
 * A table of numbers that the sender's gateway worked out, as it came: every key a member of the same name.
 *
 * Slot: `value` (table). Gives: group. Loss: EXACT; UNMAPPED.
 */
export const figure: Converter = {
  slots: [{ name: 'value', types: ['table'] }],
  gives: ['group'],
  parameters: [],
  compile(site: Site) {
    const names = site.sources[0]?.values ?? []
    for (const name of names)
      if (!site.target.values?.includes(name))
        site.complain('enum-value', `\`${site.target.path}\` has no \`${name}\``)
      else checkMember(site, name, FORMS)
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'not a table of numbers')
    return ([value]) => {
      if (!isJsonObject(value)) return no
      const told = names.flatMap((name): [string, Json][] => {
        const one = Object.hasOwn(value, name) ? value[name] : undefined
        return isTold(one) ? [[name, one]] : []
      })
      return told.length === 0 ? no : made(Object.fromEntries(told), exact)
    }
  },
}

function isTold(one: Json | undefined): one is number | string {
  return Number.isSafeInteger(one) || (typeof one === 'string' && TOLD.test(one))
}
