import { DAY_MS, dayOf, daysIn, type Moment, utc } from './moment.ts'
import { numbered } from './numbers.ts'

const MONTHS: readonly string[] = [
  'JAN',
  'FEB',
  'MAR',
  'APR',
  'MAY',
  'JUN',
  'JUL',
  'AUG',
  'SEP',
  'OCT',
  'NOV',
  'DEC',
]

/** Minutes east of UTC for each zone: the letters of ACP 121, and the codes of NIEM 6 `mo` for half hours and beyond +12. J is local time and has none. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ...Array.from('ABCDEFGHIKLM').map((letter, index): [string, number] => [letter, (index + 1) * 60]),
  ...Array.from('NOPQRSTUVWXY').map((letter, index): [string, number] => [letter, -(index + 1) * 60]),
  ['Z', 0],
  ['0', 210],
  ['1', 270],
  ['2', 330],
  ['3', 390],
  ['4', 570],
  ['5', 630],
  ['6', 690],
  ['7', -210],
  ['8', -510],
  ['9', -570],
  ['XA', 765],
  ['XB', 780],
  ['XC', 840],
])

/**
 * Why a date-time group cannot be read: `local-zone` is J, `no-day` a time of day alone, `relative` a D-day or H-hour that
 * nobody has told.
 */
export type DtgFault = 'form' | 'local-zone' | 'no-day' | 'no-such-moment' | 'relative'

export type DtgReading =
  | {
      readonly kind: 'instant'
      /** Milliseconds since 1970-01-01T00:00:00Z. */
      readonly at: number
      /** How long the moment named lasts: 60 seconds where the group has no seconds. */
      readonly seconds: 1 | 60
      readonly zone: string
      /** True where month and year were taken from the anchor. */
      readonly anchored: boolean
    }
  | { readonly kind: 'day' | 'month'; readonly moment: Moment }
  | { readonly kind: 'fault'; readonly fault: DtgFault }

export interface DtgReader {
  /** The moment, in ms, that short groups and two-digit years are understood from: the nearest month, the century within 50 years. */
  readonly anchor: number
  /** Whether `DDHHMMMMMYYZ`, with the zone at the end, is understood too. */
  readonly zoneLast?: boolean
  /** H-hour in ms, where it is known: `H+2` counts from it, and `D+1` from its day. */
  readonly hHour?: number
}

const GROUP = /^(\d{2})(\d{2})(\d{2})(\d{2})?(X[ABC]|[A-Z]|\d)(?:([A-Z]{3})(\d{4}|\d{2}))?$/
const NO_DAY = /^\d{4}(?:X[ABC]|[A-Z])$/
const RELATIVE = /^([DH])(?:-DAY|-HOUR)?(?:([+-])(\d{1,3}))?$/
const LONGEST_TEXT = 32
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59)
const ZONE_LAST = /^(\d{2})(\d{2})(\d{2})(\d{2})?([A-Z]{3})(\d{4}|\d{2})(X[ABC]|[A-Z])$/
const PARTIAL = /^(\d{2})?([A-Z]{3})(\d{4}|\d{2})$/

/**
 * Reads a date-time group: `DDHHMM[SS]ZMMMYY`, `…YYYY` (USMTF), or the short `DDHHMMZ`; any case, spaces allowed; and the day
 * or month alone that {@link printDtg} writes where no more is known. Zone J is refused: only the sender knows what it means.
 */
export function readDtg(text: string, reader: DtgReader): DtgReading {
  if (text.length > LONGEST_TEXT) return fault('form')
  const group = text.replaceAll(' ', '').toUpperCase()
  const relative = RELATIVE.exec(group)
  if (relative) return readRelative(relative, reader)
  if (NO_DAY.test(group)) return fault('no-day')
  const partial = PARTIAL.exec(group)
  if (partial) return readPartial(partial, reader)
  const last = reader.zoneLast === true ? ZONE_LAST.exec(group) : null
  const found = last
    ? [last[0], last[1], last[2], last[3], last[4], last[7], last[5], last[6]]
    : GROUP.exec(group)
  return found ? readGroup(found, reader) : fault('form')
}

function readGroup(found: readonly (string | undefined)[], reader: DtgReader): DtgReading {
  const [, day, hour, minute, second, zone = '', monthName, yearText] = found
  if (zone === 'J') return fault('local-zone')
  const offset = ZONES.get(zone)
  if (offset === undefined) return fault('form')
  const time = { hour: Number(hour), minute: Number(minute), second: Number(second ?? 0) }
  const seconds = second === undefined ? 60 : 1
  if (monthName === undefined || yearText === undefined) {
    // A digit at the end of bare digits is no zone that anybody meant
    if (/^\d$/.test(zone)) return fault('form')
    const at = nearest(Number(day), time, { offset, anchor: reader.anchor })
    return at === undefined ? fault('no-such-moment') : { kind: 'instant', at, seconds, zone, anchored: true }
  }
  const month = MONTHS.indexOf(monthName) + 1
  if (month === 0) return fault('form')
  const local = utc(yearOf(yearText, reader.anchor), month, Number(day), time)
  const at = local === undefined ? undefined : local - offset * 60_000
  // An hour of another zone may lie in the year 10000, which RFC 3339 cannot say
  if (at === undefined || at > LAST_MOMENT) return fault('no-such-moment')
  return { kind: 'instant', at, seconds, zone, anchored: false }
}

function readRelative(found: RegExpExecArray, { hHour }: DtgReader): DtgReading {
  if (hHour === undefined) return fault('relative')
  const count = Number(`${found[2] ?? ''}${found[3] ?? 0}`)
  if (found[1] === 'H')
    return { kind: 'instant', at: hHour + count * 3_600_000, seconds: 60, zone: 'Z', anchored: false }
  return { kind: 'day', moment: { kind: 'day', ...dayOf(hHour + count * DAY_MS) } }
}

function readPartial(found: RegExpExecArray, reader: DtgReader): DtgReading {
  const month = MONTHS.indexOf(found[2] ?? '') + 1
  if (month === 0) return fault('form')
  const year = yearOf(found[3] ?? '', reader.anchor)
  if (found[1] === undefined) return { kind: 'month', moment: { kind: 'month', year, month } }
  const day = Number(found[1])
  if (day < 1 || day > daysIn(year, month)) return fault('no-such-moment')
  return { kind: 'day', moment: { kind: 'day', year, month, day } }
}

function fault(code: DtgFault): DtgReading {
  return { kind: 'fault', fault: code }
}

/** A two-digit year is the one within fifty years of the anchor. */
function yearOf(text: string, anchor: number): number {
  const written = Number(text)
  if (text.length === 4) return written
  const { year: now } = dayOf(anchor)
  const year = now - (now % 100) + written
  if (year > now + 50) return year - 100
  return year <= now - 50 ? year + 100 : year
}

/** The month in which this day and time lies nearest to the anchor. */
function nearest(
  day: number,
  time: { hour: number; minute: number; second: number },
  { offset, anchor }: { offset: number; anchor: number },
): number | undefined {
  const local = dayOf(anchor + offset * 60_000)
  let best: number | undefined
  for (const step of [-1, 0, 1]) {
    const index = local.year * 12 + local.month - 1 + step
    const at = utc(Math.floor(index / 12), (index % 12) + 1, day, time)
    if (at === undefined) continue
    const moment = at - offset * 60_000
    if (best === undefined || Math.abs(moment - anchor) < Math.abs(best - anchor)) best = moment
  }
  return best
}

/**
 * Writes a moment in zone Z: `DDHHMMZMMMYY`, or `DDMMMYY`, `MMMYY` where only the day or month is known. Seconds are cut off
 * unless `seconds` asks for `DDHHMMSSZMMMYY`. The year has four digits where two would be understood as another century from
 * `anchor`. A year alone has no form.
 */
export function printDtg(moment: Moment, anchor: number, seconds = false): string | undefined {
  if (moment.kind === 'year') return undefined
  if (moment.kind === 'month') return monthYear(moment.month, moment.year, anchor)
  if (moment.kind === 'day') return two(moment.day) + monthYear(moment.month, moment.year, anchor)
  const { year, month, day } = dayOf(moment.at)
  const inDay = Math.floor((moment.at - Math.floor(moment.at / DAY_MS) * DAY_MS) / 1_000)
  const minute = two(day) + (HOURS[Math.floor(inDay / 60)] ?? '')
  const time = seconds ? minute + two(inDay % 60) : minute
  return `${time}Z${monthYear(month, year, anchor)}`
}

function monthYear(month: number, year: number, anchor: number): string {
  const { year: now } = dayOf(anchor)
  const understood = year > now - 50 && year <= now + 50
  return (MONTHS[month - 1] ?? '') + (understood ? two(year % 100) : String(year).padStart(4, '0'))
}

const TWO = numbered(100, 2)

/** Hour and minute, for all minutes of a day. */
const HOURS: readonly string[] = Array.from(
  { length: 1_440 },
  (_, at) => two(Math.floor(at / 60)) + two(at % 60),
)

function two(value: number): string {
  return TWO[value] ?? String(value)
}
