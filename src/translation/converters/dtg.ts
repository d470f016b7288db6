import type { Json } from '../../kit/kit.ts'
import { checkResults } from '../bounds.ts'
import { blocked, type Converted, type Converter, choiceOf, made, type Site, unmapped } from '../converter.ts'
import { printDtg } from '../date-time-group.ts'
import type { Manner } from '../mapping.ts'
import { type Moment, readMoment } from '../moment.ts'

const DAY = { value: 24, unit: 'h' } as const
/** How a moment, a day and a month are written, and a moment of another century. */
const FORMS = ['061204ZNOV21', '06NOV21', 'NOV21', '061204ZNOV1921'] as const
const SECONDS_FORMS = ['06120431ZNOV21', '06NOV21', 'NOV21', '06120431ZNOV1921'] as const
const RANGE_FORMS = FORMS.flatMap(form => [`${form}-${form}`, `FROM ${form}`, `UNTIL ${form}`])
const MONTH = { value: 31, unit: 'd' } as const

/**
 * RFC 3339 → date-time group in zone Z (ACP 121; APP-11): `DDHHMMZMMMYY`, seconds cut off.
 *
 * Slot: `value` (time, date or `$receivedAt`). Parameters `seconds: keep` writes `DDHHMMSSZMMMYY`; `note` is said where seconds
 * are cut off. Gives: text. Loss: EXACT, APPROXIMATED by the seconds cut off, WIDENED for a day or month; UNMAPPED for a year.
 * Refuses: `form`.
 */
export const dtg: Converter = {
  slots: [{ name: 'value', types: ['time', 'date', 'instant'] }],
  gives: ['text'],
  parameters: ['note', 'seconds'],
  compile(site: Site) {
    const seconds = site.parameters.has('seconds') && choiceOf(site, 'seconds', ['cut', 'keep']) === 'keep'
    const manners = makeManners(site)
    checkResults(site, seconds ? SECONDS_FORMS : FORMS)
    return ([value], context) => {
      const moment = momentOf(value)
      if (moment === undefined) return blocked(`${site.rule}.form`)
      return print(moment, { anchor: context.receivedAt, manners, rule: site.rule, seconds })
    }
  },
}

/**
 * Two times → two date-time groups with a hyphen between: `061130ZNOV21-061600ZNOV21`; `FROM …` or `UNTIL …` where the other
 * is not known.
 *
 * Slots: `from`, `to` (time or date, either may be missing). Gives: text. Loss: as `dtg`; NARROWED for one end alone. Refuses:
 * `form`.
 */
export const dtgRange: Converter = {
  slots: [
    { name: 'from', types: ['time', 'date'], optional: true },
    { name: 'to', types: ['time', 'date'], optional: true },
  ],
  gives: ['text'],
  parameters: [],
  compile(site: Site) {
    checkResults(site, RANGE_FORMS)
    const open: Manner = {
      outcome: 'NARROWED',
      rule: `${site.rule}.open`,
      note: 'one end of the period only',
    }
    return ([from, to], context) => {
      const texts: string[] = []
      const moments: Moment[] = []
      for (const value of [from, to]) {
        if (value === undefined) continue
        const moment = momentOf(value)
        if (moment === undefined) return blocked(`${site.rule}.form`)
        const text = printDtg(moment, context.receivedAt)
        if (text === undefined) return unmapped(site.rule, 'a year alone has no date-time group')
        texts.push(text)
        moments.push(moment)
      }
      if (from === undefined) return made(`UNTIL ${texts[0]}`, open)
      if (to === undefined) return made(`FROM ${texts[0]}`, open)
      return made(`${texts[0]}-${texts[1]}`, mannerOfRange(site.rule, moments))
    }
  },
}

function mannerOfRange(rule: string, moments: readonly Moment[]): Manner {
  if (moments.some(moment => moment.kind !== 'instant')) return { outcome: 'WIDENED', rule }
  const cut = moments.some(moment => moment.kind === 'instant' && moment.at % 60_000 !== 0)
  return cut ? { outcome: 'APPROXIMATED', rule, error: { value: 60, unit: 's' } } : { outcome: 'EXACT', rule }
}

interface Manners {
  readonly exact: Manner
  readonly day: Manner
  readonly month: Manner
  readonly cut: (seconds: number) => Manner
}

function makeManners({ rule, parameters }: Site): Manners {
  const note = parameters.get('note')
  const said = note === undefined ? {} : { note }
  return {
    exact: { outcome: 'EXACT', rule: `${rule}.min` },
    day: { outcome: 'WIDENED', rule: `${rule}.day`, error: DAY, note: 'only the day is known' },
    month: { outcome: 'WIDENED', rule: `${rule}.month`, error: MONTH, note: 'only the month is known' },
    cut: value => ({ outcome: 'APPROXIMATED', rule: `${rule}.min`, error: { value, unit: 's' }, ...said }),
  }
}

function momentOf(value: Json | undefined): Moment | undefined {
  if (typeof value === 'number') return { kind: 'instant', at: value }
  return typeof value === 'string' ? readMoment(value) : undefined
}

interface Printing {
  readonly anchor: number
  readonly manners: Manners
  readonly rule: string
  readonly seconds: boolean
}

function print(moment: Moment, use: Printing): Converted {
  const text = printDtg(moment, use.anchor, use.seconds)
  if (text === undefined) return unmapped(use.rule, 'a year alone has no date-time group')
  if (moment.kind === 'day') return made(text, use.manners.day)
  if (moment.kind !== 'instant') return made(text, use.manners.month)
  const cut = moment.at % (use.seconds ? 1_000 : 60_000)
  return made(text, cut === 0 ? use.manners.exact : use.manners.cut(cut / 1000))
}
