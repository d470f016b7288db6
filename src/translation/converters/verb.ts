import type { Json } from '../../kit/kit.ts'
import { COMBAT_VERBS } from '../codes/combat-verbs.ts'
import { blocked, type Converter, exactly, type Site, unmapped } from '../converter.ts'
import { makeFit } from '../text-fit.ts'
import { answersIn, tableOf } from './table.ts'

const COMBAT: ReadonlySet<string> = new Set(COMBAT_VERBS.trim().split(/\s+/))

/** Longer texts are no verbs: what may be said in them needs no reading. */
const LONGEST_VERB = 128

/**
 * The task verb of an order → a word of the target, by a table of the mapping from verbs to words. Case, spaces and hyphens do not
 * matter: `traffic control` is `TRAFFIC_CONTROL`. A verb of combat, and one that both services use for different things, needs a
 * person, also inside a longer text; another one that the table does not have is left out.
 *
 * Slot: `value` (text). Parameter `table`. Gives: enum, text. Loss: by the table; UNMAPPED. Refuses: `combat`.
 */
export const wordOfVerb: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['enum', 'text'],
  parameters: ['table'],
  compile(site: Site) {
    const rows = answersIn(site)
    for (const verb of rows.keys())
      if (isCombat(verb)) site.complain('verb-guarded', `\`${verb}\` needs a person and has no row`)
    const no = unmapped(site.rule, 'no such task here')
    const combat = blocked(`${site.rule}.combat`)
    return ([value]) => {
      const verb = verbIn(value)
      if (verb === undefined) return no
      return isCombat(verb) ? combat : (rows.get(verb) ?? no)
    }
  },
}

/**
 * A text that stands beside a task verb, where the table of the mapping knows the verb: the unit that is held in reserve, the purpose
 * of a task that has a counterpart. Beside other verbs it is left out.
 *
 * Slots: `value` (text or id), `verb` (text). Parameters `table`; `longer` as in `text`. Gives: text, id. Loss: EXACT; NARROWED where
 * cut; UNMAPPED beside another verb, and for what is no text.
 */
export const besideVerb: Converter = {
  slots: [
    { name: 'value', types: ['text', 'id'] },
    { name: 'verb', types: ['text'] },
  ],
  gives: ['text', 'id'],
  parameters: ['table', 'longer'],
  compile(site: Site) {
    const entries = tableOf(site)
    const verbs = new Set(
      [...entries].filter(([, { outcome }]) => outcome !== 'UNMAPPED').map(([verb]) => verb),
    )
    const fit = makeFit(site, site.room.reads[0] ?? {}, exactly(site.rule))
    const other = unmapped(site.rule, 'its task has no place here')
    const no = unmapped(site.rule, 'not a text')
    return ([value, said]) => {
      if (value === undefined) return undefined
      if (typeof value !== 'string') return no
      const verb = verbIn(said)
      return verb !== undefined && verbs.has(verb) ? fit(value) : other
    }
  },
}

/** The verb as tables write it: capitals, with `_` between words. Undefined for what is none. */
function verbIn(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_VERB) return undefined
  return value
    .trim()
    .toUpperCase()
    .replaceAll(/[\s_-]+/g, '_')
}

/** Whether one of the words, in any form of the verb, is one of combat. */
function isCombat(verb: string): boolean {
  return (verb.match(/[A-Z]+/g) ?? []).some(word => formsOf(word).some(form => COMBAT.has(form)))
}

/** A word, and what it may be a form of: `SEIZING` of `SEIZE`, `DENIES` of `DENY`, `ATTACKED` of `ATTACK`. */
function formsOf(word: string): readonly string[] {
  const stem = word.replace(/(?:ING|ED|ES|S)$/, '')
  return [word, stem, `${stem}E`, stem.replace(/I$/, 'Y')]
}
