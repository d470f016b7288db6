import { isJsonObject, type Json } from '../../kit/kit.ts'
import type { Bounds } from '../../terms/terms.ts'
import { type Converter, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { makeFit } from '../text-fit.ts'

/**
 * A list of numbered texts → one text, in order: `1. Keep people safe (priority 1); 2. …`. Parameters name the members: `text`, and if
 * there are any `number` and `priority`. Entries without their text are passed over.
 *
 * Slot: `value` (list). Parameters `text`, `number`, `priority`; `longer: cut` as in `text`. Gives: text. Loss: NARROWED;
 * UNMAPPED.
 */
export const sentences: Converter = {
  slots: [{ name: 'value', types: ['list'] }],
  gives: ['text'],
  parameters: ['text', 'number', 'priority', 'longer'],
  compile(site: Site) {
    const names = {
      text: site.parameters.get('text') ?? '',
      number: site.parameters.get('number'),
      priority: site.parameters.get('priority'),
    }
    if (names.text === '') site.complain('parameter-missing', '`sentences` needs `text`')
    const manner: Manner = { outcome: 'NARROWED', rule: site.rule, note: 'a list as one text' }
    const fit = makeFit(site, joinedBounds(site, names), manner)
    const no = unmapped(site.rule, 'no text in the list')
    return ([value]) => {
      if (!Array.isArray(value)) return no
      const parts: string[] = []
      for (const entry of value) {
        const sentence = sentenceOf(entry, names)
        if (sentence !== undefined) parts.push(sentence)
      }
      return parts.length === 0 ? no : fit(parts.join('; '))
    }
  },
}

interface Names {
  readonly text: string
  readonly number: string | undefined
  readonly priority: string | undefined
}

/** How long the whole can be, where the list and its members are bounded. */
function joinedBounds({ room }: Site, names: Names): Bounds {
  const text = room.readMember(names.text).maxLength
  if (room.entries === undefined || text === undefined) return {}
  const extra = (name: string | undefined, around: string) =>
    name === undefined ? 0 : figureLength(room.readMember(name)) + around.length
  const one = extra(names.number, '. ') + text + extra(names.priority, ' (priority )')
  return { maxLength: room.entries * (one + '; '.length) }
}

/** The characters of a number, or of a text that stands for one. */
function figureLength({ maximum, maxLength }: Bounds): number {
  return maxLength ?? (maximum === undefined ? Number.POSITIVE_INFINITY : String(maximum).length)
}

function sentenceOf(entry: Json, names: Names): string | undefined {
  if (!isJsonObject(entry)) return undefined
  const text = entry[names.text]
  if (typeof text !== 'string') return undefined
  const number = names.number === undefined ? undefined : entry[names.number]
  const priority = names.priority === undefined ? undefined : entry[names.priority]
  const before = typeof number === 'number' || typeof number === 'string' ? `${number}. ` : ''
  const after = typeof priority === 'number' || typeof priority === 'string' ? ` (priority ${priority})` : ''
  return before + text + after
}
