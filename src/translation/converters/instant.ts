import type { Json } from '../../kit/kit.ts'
import { checkLength, checkResults } from '../bounds.ts'
import {
  blocked,
  type Converted,
  type Converter,
  choiceOf,
  exactly,
  made,
  type Site,
  unmapped,
} from '../converter.ts'
import { type DtgReader, type DtgReading, readDtg } from '../date-time-group.ts'
import type { Manner } from '../mapping.ts'
import { type Moment, readMoment } from '../moment.ts'
import { judged } from '../text-fit.ts'

/** How an instant is written that came as a group. */
const WRITTEN = '2021-11-06T12:04:00Z'

interface Manners {
  readonly exact: Manner
  readonly anchored: Manner
  readonly minute: Manner
}

/**
 * RFC 3339 → RFC 3339 (the text is kept), or a date-time group where there is no timestamp (ACP 121, NIEM zone codes): all
 * zones with half hours, two and four digits of the year. Short groups take month and year from the time of receipt. A day or
 * month alone is not an instant, and none is made up for it.
 *
 * Slots: `value` (time), `dtg` (text), `hHour` (time: from it `H+2` counts); all optional. Parameter `zone: last` understands
 * `DDHHMMMMMYYZ` too. Gives: time. Loss: EXACT, APPROXIMATED by 60 s, DEFAULTED for a short group; UNMAPPED for a day alone, and
 * for D-day and H-hour without their anchor. Refuses: `form`, `local-zone` (J), `no-day`, `no-such-moment`.
 */
export const instant: Converter = {
  slots: [
    { name: 'value', types: ['time'], optional: true },
    { name: 'dtg', types: ['text'], optional: true },
    { name: 'hHour', types: ['time'], optional: true },
  ],
  gives: ['time'],
  parameters: ['zone'],
  compile(site: Site) {
    const { rule } = site
    const manners = makeManners(rule)
    const zoneLast = readsZoneLast(site)
    if (site.sources[0]) checkLength(site, site.room.reads[0]?.maxLength)
    checkResults(site, [WRITTEN])
    return judged(site, ([value, group, hHour], context) => {
      if (value === undefined && group === undefined) return undefined
      if (value === undefined)
        return fromGroup(group, readerOf(context.receivedAt, zoneLast, hHour), { rule, manners })
      const moment = typeof value === 'string' ? readMoment(value) : undefined
      if (typeof value !== 'string' || moment === undefined) return blocked(`${rule}.form`)
      return moment.kind === 'instant' ? made(value, manners.exact) : unmapped(rule, 'not an instant')
    })
  },
}

/**
 * One end of a period of date-time groups → RFC 3339: `061130ZNOV21-061600ZNOV21`, `FROM …`, `UNTIL …`. A short group takes
 * month and year from the time of receipt.
 *
 * Slot: `value` (text). Parameters `end`: `from` or `to`; `zone` as in `instant`. Gives: time. Loss: as `instant`, refusals too;
 * silent where the period does not have that end.
 */
export const instantOfRange: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['time'],
  parameters: ['end', 'zone'],
  compile(site: Site) {
    const { rule } = site
    const end = choiceOf(site, 'end', ['from', 'to'])
    const manners = makeManners(rule)
    const zoneLast = readsZoneLast(site)
    checkResults(site, [WRITTEN])
    return ([value], context) => {
      if (typeof value !== 'string') return blocked(`${rule}.form`)
      const group = endOf(value, end)
      if (group === undefined) return undefined
      return fromGroup(group, readerOf(context.receivedAt, zoneLast, undefined), { rule, manners })
    }
  },
}

/** The text of one end; the whole text where it is no period, so that it is refused as a group. */
function endOf(text: string, end: 'from' | 'to'): string | undefined {
  const found = /^\s*(?:(FROM|UNTIL)\s+)?([^-]*?)\s*(?:-\s*([^-]*?)\s*)?$/i.exec(text)
  if (!found) return text
  const [, word, first = '', second] = found
  if (word === undefined) return second === undefined || end === 'from' ? first : second
  if (second !== undefined) return text
  return (word.toUpperCase() === 'FROM') === (end === 'from') ? first : undefined
}

function readsZoneLast(site: Site): boolean {
  return site.parameters.has('zone') && choiceOf(site, 'zone', ['inside', 'last']) === 'last'
}

function readerOf(anchor: number, zoneLast: boolean, hHour: Json | undefined): DtgReader {
  const moment: Moment | undefined = typeof hHour === 'string' ? readMoment(hHour) : undefined
  return moment?.kind === 'instant' ? { anchor, zoneLast, hHour: moment.at } : { anchor, zoneLast }
}

function makeManners(rule: string): Manners {
  return {
    exact: exactly(rule),
    anchored: {
      outcome: 'DEFAULTED',
      rule: `${rule}.anchor`,
      note: 'month and year from the time of receipt',
    },
    minute: { outcome: 'APPROXIMATED', rule: `${rule}.min`, error: { value: 60, unit: 's' } },
  }
}

function fromGroup(
  group: Json | undefined,
  reader: DtgReader,
  { rule, manners }: { rule: string; manners: Manners },
): Converted {
  if (typeof group !== 'string') return blocked(`${rule}.form`)
  const reading: DtgReading = readDtg(group, reader)
  if (reading.kind === 'fault')
    return reading.fault === 'relative'
      ? unmapped(`${rule}.relative`, 'counts from a moment that is not told')
      : blocked(`${rule}.${reading.fault}`)
  if (reading.kind !== 'instant') return unmapped(rule, 'not an instant')
  const text = `${new Date(reading.at).toISOString().slice(0, 19)}Z`
  if (reading.anchored) return made(text, manners.anchored)
  return made(text, reading.seconds === 1 ? manners.exact : manners.minute)
}
