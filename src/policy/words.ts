import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import type { UrgentDraft } from './draft-urgent.ts'
import type { Marking } from './marking.ts'
import { shortName } from './paths.ts'
import type { Branch, Cell, Outcome } from './resolved.ts'

/** The words in which an agreement is printed and compared, so that both say the same. */

/** A sentence as a part of another one: its first letter small, unless its first word is an abbreviation or a name. */
export function asClause(sentence: string): string {
  return /^\p{Lu}(?:\p{Ll}|\s)/u.test(sentence)
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence
}

/** `live-coordination` as people write it. */
export function plainName(name: string): string {
  return name.replaceAll('-', ' ')
}

/** As {@link plainName}, to stand at the beginning. */
export function titleName(name: string): string {
  const plain = plainName(name)
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)

/** `1 May 2026` for `2026-05-01`. */
export function dayWords(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? month} ${year}`
}

/**
 * `1 May 2026, 06:00 UTC`.
 *
 * @param instant milliseconds since 1970
 */
export function instantWords(instant: number): string {
  const [day = '', time = ''] = new Date(instant).toISOString().split('T')
  return `${dayWords(day)}, ${time.slice(0, time.slice(6, 8) === '00' ? 5 : 8)} UTC`
}

const UNITS = ['year', 'month', 'day', 'hour', 'minute'] as const

/** `1 year and 6 months` for `P1Y6M`; a text that is no period stays as it is. */
export function periodWords(period: string): string {
  const match = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(period)
  const parts = UNITS.flatMap((unit, index) => {
    const written = match?.[index + 1]
    return written === undefined ? [] : [`${Number(written)} ${unit}${Number(written) === 1 ? '' : 's'}`]
  })
  return parts.length === 0 ? period : joinWords(parts)
}

/** `OFFICIAL-SENSITIVE (UK-GSC)`. */
export function labelWords({ policy, classification, sensitive }: Label): string {
  return `${classification}${sensitive === true ? '-SENSITIVE' : ''} (${policy})`
}

/** As {@link labelWords}, with the traffic light and the NATO label where there are any. */
export function markingWords({ tlp, stanag4774, ...label }: Marking): string {
  const light = tlp === undefined ? '' : `, TLP:${tlp}`
  return `${labelWords(label)}${light}${stanag4774 ? `, STANAG 4774 ${labelWords(stanag4774)}` : ''}`
}

/** What an outcome lets the recipient see, in the words of the agreement. */
export function outcomeWords({ kind, says }: Pick<Outcome, 'kind' | 'says'>): string {
  if (kind === 'share') return 'shared'
  if (kind === 'withhold') return 'withheld'
  const clause = asClause(says)
  if (kind === 'count') return `worked out: ${clause}`
  if (kind === 'pseudonymise') return `replaced by ${clause}`
  return /^only\b/.test(clause) ? clause : `only ${clause}`
}

/** A cell in words: what the recipient sees, and when. */
export function cellWords(cell: Cell): string {
  return cell.length === 1 && cell[0] ? outcomeWords(cell[0].outcome) : cell.map(branchWords).join('; ')
}

function branchWords({ condition, outcome }: Branch): string {
  return `${condition ? `if ${asClause(condition.says)}` : 'otherwise'}: ${outcomeWords(outcome)}`
}

/**
 * When something is stopped, as the end of a sentence.
 *
 * @param says what the condition says
 * @param passes the truth with which it is not stopped; whatever else comes out stops it
 */
export function stopWords(says: string, passes: boolean): string {
  return passes ? `unless ${asClause(says)}` : `if ${asClause(says)}, or if that cannot be told`
}

/** What exactly a named treatment does, from its terms as they are signed. */
export function treatmentWords(kind: Outcome['kind'], terms: JsonObject): string {
  switch (kind) {
    case 'share':
      return 'the value as it is'
    case 'withhold':
      return 'nothing'
    case 'mask': {
      const end = terms['keepLast'] === undefined ? 'first' : 'last'
      const keep = plainValue(terms['keepLast'] ?? terms['keepFirst'])
      return `keeps the ${end} ${keep} character${keep === '1' ? '' : 's'} behind a cover of ${plainValue(terms['with'])}`
    }
    case 'generalisePlace':
      return `moves a place to the middle of its ${plainValue(terms['grid'])} square of the military grid`
    case 'generaliseTime':
      return `cuts a time down to the beginning of its step of ${periodWords(plainValue(terms['to']))}`
    case 'band':
      return `gives a band that begins at one of ${listText(terms['edges'])}; below ${plainValue(terms['hideBelow'])} it says only that`
    case 'count':
      return figureWords(terms)
    case 'pseudonymise':
      return `a keyed code name (HMAC-SHA-256, key ${plainValue(terms['key'])}) that holds within ${listText(terms['scope'])}`
  }
}

/** How a figure is worked out, from its terms as they are signed. */
export function figureWords(terms: JsonObject): string {
  const of = (name: string): string => plainValue(terms[name])
  const by = of('by').slice(of('count').length + 1)
  const groups = of('by') === 'none' ? '' : `, for each value of ${by},`
  const rounding = terms['roundTo'] === 1 ? '' : `, rounded to ${of('roundTo')}`
  const other = of('by') === 'none' ? '' : ', and keeps back another number where a total would give one away'
  return `counts the entries of ${of('count')}${groups} that no red line leaves out${rounding}; below ${of('hideBelow')} it says only that${other}`
}

/** A text as it is, anything else as JSON. */
export function plainValue(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

function listText(value: Json | undefined): string {
  return Array.isArray(value) ? joinWords(value.map(plainValue)) : plainValue(value)
}

const PEOPLE = ['', 'one', 'two', 'three', 'four', 'five']

/** What urgent use of a purpose takes, as sentences. */
export function urgentWords({ people, lasts }: Pick<UrgentDraft, 'people' | 'lasts'>): string {
  const together = `${PEOPLE[people] ?? people} people together may open it for at most ${periodWords(lasts)}`
  return `In an emergency ${together}; the data-protection officers of both agencies are told. It relaxes who may ask and when, never what goes.`
}

/**
 * An obligation as one sentence to the recipient.
 *
 * @param duty one word with its terms, as the agreement signs it
 */
export function dutyWords(duty: JsonObject): string {
  const [name = ''] = Object.keys(duty)
  const written = duty[name] ?? null
  const terms = isJsonObject(written) ? written : {}
  const of = (member: string): string => plainValue(terms[member])
  const on = terms['on']
  const events = Array.isArray(on) ? joinWords(on.map(plainValue).map(plainName)) : ''
  switch (name) {
    case 'caveat':
      return `Show this caveat wherever the data is used: “${plainValue(written)}”`
    case 'onward':
      return written === 'not-allowed'
        ? 'Do not pass the data on.'
        : 'Do not pass the data on without the agreement of its originator.'
    case 'correct':
      return `Apply corrections of the provider within ${periodWords(of('within'))}.`
    case 'log':
      return `Log the ${of('who')} behind every access, and keep the log for ${periodWords(of('keep'))}.`
    case 'feedback':
      return `Tell the ${of('to')} of ${events}.`
    case 'notify':
      return `Notify the ${of('who')} of ${events}, within ${periodWords(of('within'))}.`
    case 'deleteAfter':
      return `Delete the data ${periodWords(of('period'))} after ${startWords(terms['from'])}.`
    default:
      return JSON.stringify(duty)
  }
}

/** From when a deletion counts: for every resource, or for each that the agreement names. */
function startWords(from: Json | undefined): string {
  if (!isJsonObject(from)) return from === 'receipt' ? 'receiving it' : plainValue(from)
  const starts = Object.entries(from).map(([resource, start]) => {
    const when = start === 'receipt' ? 'receiving it' : `the time in ${plainValue(start)}`
    if (resource === 'others') return Object.keys(from).length === 1 ? when : `${when} (all other documents)`
    return `${when} (${shortName(resource)})`
  })
  return joinWords(starts)
}
