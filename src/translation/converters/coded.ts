import { isJsonObject, type Json } from '../../kit/kit.ts'
import type { Bounds } from '../../terms/terms.ts'
import { checkRange } from '../bounds.ts'
import { type Converter, choiceOf, exactly, made, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { makeFit } from '../text-fit.ts'
import { instant } from './instant.ts'

const COLON = ': '
const STOP = '. '

/**
 * Two texts as one, with a colon between: a code and what it stands for. Either may be missing. A number comes first: `2. Procession:
 * the route stays open`.
 *
 * Slots: `code` (id or text), `text` (text), `number` (count), all optional. Parameter `longer: cut` as in `text`. Gives: text.
 * Loss: EXACT; NARROWED where cut; UNMAPPED, also for a number alone.
 */
export const coded: Converter = {
  slots: [
    { name: 'code', types: ['id', 'text'], optional: true },
    { name: 'text', types: ['text'], optional: true },
    { name: 'number', types: ['count'], optional: true },
  ],
  gives: ['text'],
  parameters: ['longer'],
  compile(site: Site) {
    const fit = makeFit(site, joinedBounds(site), exactly(site.rule))
    const no = unmapped(site.rule, 'not a text')
    return ([code, text, number]) => {
      const parts = [code, text].filter(value => typeof value === 'string')
      if (parts.length === 0) return no
      return fit((typeof number === 'number' ? number + STOP : '') + parts.join(COLON))
    }
  },
}

function joinedBounds({ room, sources }: Site): Bounds {
  const [code = {}, text = {}, number = {}] = room.reads
  const figures = number.maximum === undefined ? Number.POSITIVE_INFINITY : String(number.maximum).length
  const before = sources[2] === undefined ? 0 : figures + STOP.length
  const longest = (code.maxLength ?? Number.POSITIVE_INFINITY) + (text.maxLength ?? 0) + COLON.length
  return { maxLength: before + longest }
}

/** `2. Procession: the route stays open`, `Phase 2 - On call`, `3 Recovery`: numbers from 1 to 99. */
const NUMBERED = /^(?:phase )?([1-9]\d?)(?:[.:)]| -)? (.+)$/is

/** What a text says that is written as `coded` writes it. */
interface Parts {
  readonly number: number | undefined
  readonly code: string | undefined
  readonly text: string | undefined
  /** All of it but the number, where no colon takes it apart. */
  readonly alone: string | undefined
}

function partsOf(value: string, numbered: boolean): Parts {
  const [, figures, after = ''] = (numbered ? NUMBERED.exec(value.trim()) : null) ?? []
  const number = figures === undefined ? undefined : Number(figures)
  const whole = figures === undefined ? value : after
  const at = whole.indexOf(COLON)
  if (at <= 0) return { number, code: undefined, text: undefined, alone: whole }
  return { number, code: whole.slice(0, at), text: whole.slice(at + COLON.length), alone: undefined }
}

/** Whether the texts have to begin with a number; one without is then no entry of the target. */
function readsNumbers(site: Site): boolean {
  return site.parameters.has('numbered') && choiceOf(site, 'numbered', ['no', 'yes']) === 'yes'
}

/**
 * The number that a text begins with, as `coded` and orders write it.
 *
 * Slot: `value` (text). Gives: count. Loss: EXACT; UNMAPPED where there is none from 1 to 99.
 */
export const numberOfCoded: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['count'],
  parameters: [],
  compile(site: Site) {
    checkRange(site, { minimum: 1, maximum: 99 })
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'has no number')
    return ([value]) => {
      const number = typeof value === 'string' ? partsOf(value, true).number : undefined
      return number === undefined ? no : made(number, exact)
    }
  },
}

/**
 * One part of a text as `coded` writes it, taken apart at the first colon.
 *
 * Slot: `value` (text). Parameters `part`: `code` before the colon, `text` after it; `alone: keep` where a text without a colon is
 * this part; `numbered: yes` where a text begins with a number and says nothing without; `longer` as in `text`. Gives: text. Loss:
 * APPROXIMATED; NARROWED where cut; UNMAPPED without its number; silent where there is no such part.
 */
export const partOfCoded: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['text'],
  parameters: ['alone', 'longer', 'numbered', 'part'],
  compile(site: Site) {
    const { room, rule } = site
    const part = choiceOf(site, 'part', ['code', 'text'])
    const keeps = site.parameters.has('alone') && choiceOf(site, 'alone', ['leave', 'keep']) === 'keep'
    const numbered = readsNumbers(site)
    const manner: Manner = { outcome: 'APPROXIMATED', rule, note: 'taken apart at the first colon' }
    const whole: Manner = { outcome: 'APPROXIMATED', rule: `${rule}.alone`, note: 'nothing takes it apart' }
    const reads = { ...room.reads[0], minLength: 0 }
    const [fit, fitWhole] = [makeFit(site, reads, manner), makeFit(site, reads, whole)]
    const no = unmapped(rule, 'not a text')
    const none = unmapped(rule, 'has no number')
    return ([value]) => {
      if (typeof value !== 'string') return no
      const parts = partsOf(value, numbered)
      if (numbered && parts.number === undefined) return none
      const own = parts[part]
      if (own !== undefined) return fit(own)
      return keeps && parts.alone !== undefined ? fitWhole(parts.alone) : undefined
    }
  },
}

/**
 * The date-time group of the event in a list that has the same name as a text that `coded` wrote → RFC 3339: when a phase begins.
 *
 * Slots: `value` (text), `events` (list of objects with `event` and `dtg`). Parameter `numbered` as in `part-of-coded`. Gives: time.
 * Loss: as `instant`, refusals too; silent where no event has the name, or more than one has.
 */
export const timeOfEvent: Converter = {
  slots: [
    { name: 'value', types: ['text'] },
    { name: 'events', types: ['list'] },
  ],
  gives: ['time'],
  parameters: ['numbered'],
  compile(site: Site) {
    const numbered = readsNumbers(site)
    const read = instant.compile({ ...site, sources: [], parameters: new Map() })
    return ([value, events], context) => {
      if (typeof value !== 'string') return undefined
      const { alone, code, number } = partsOf(value, numbered)
      if (numbered && number === undefined) return undefined
      const group = groupOf(events, code ?? alone)
      return group === undefined ? undefined : read([undefined, group, undefined], context)
    }
  },
}

function groupOf(events: Json | undefined, name: string | undefined): Json | undefined {
  if (name === undefined || !Array.isArray(events)) return undefined
  const found = events.filter(isJsonObject).filter(({ event }) => event === name)
  return found.length === 1 ? found[0]?.['dtg'] : undefined
}
