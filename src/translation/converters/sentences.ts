import { isJsonObject, type Json } from '../../kit/kit.ts'
import { type Converter, exactly, made, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'

/**
 * A list of numbered texts → one text, in order: `1. Keep people safe (priority 1); 2. …`. Parameters name the members: `text`, and if
 * there are any `number` and `priority`. Entries without their text are passed over.
 *
 * Slot: `value` (list). Parameters `text`, `number`, `priority`. Gives: text. Loss: NARROWED; UNMAPPED.
 */
export const sentences: Converter = {
  slots: [{ name: 'value', types: ['list'] }],
  gives: ['text'],
  parameters: ['text', 'number', 'priority'],
  compile(site: Site) {
    const names = {
      text: site.parameters.get('text') ?? '',
      number: site.parameters.get('number'),
      priority: site.parameters.get('priority'),
    }
    if (names.text === '') site.complain('parameter-missing', '`sentences` needs `text`')
    const manner: Manner = { outcome: 'NARROWED', rule: site.rule, note: 'a list as one text' }
    const no = unmapped(site.rule, 'no text in the list')
    return ([value]) => {
      if (!Array.isArray(value)) return no
      const parts: string[] = []
      for (const entry of value) {
        const sentence = sentenceOf(entry, names)
        if (sentence !== undefined) parts.push(sentence)
      }
      return parts.length === 0 ? no : made(parts.join('; '), manner)
    }
  },
}

interface Names {
  readonly text: string
  readonly number: string | undefined
  readonly priority: string | undefined
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

/**
 * Two texts as one, with a colon between: a code and what it stands for. Either may be missing.
 *
 * Slots: `code` (id or text), `text` (text), both optional. Gives: text. Loss: EXACT; UNMAPPED.
 */
export const coded: Converter = {
  slots: [
    { name: 'code', types: ['id', 'text'], optional: true },
    { name: 'text', types: ['text'], optional: true },
  ],
  gives: ['text'],
  parameters: [],
  compile(site: Site) {
    const exact = exactly(site.rule)
    return values => {
      const parts = values.filter(value => typeof value === 'string')
      return parts.length === 0 ? unmapped(site.rule, 'not a text') : made(parts.join(': '), exact)
    }
  },
}
