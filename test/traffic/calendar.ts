import { unreachable } from '../../src/kit/kit.ts'

/**
 * The days of the event: fourteen live days from 31 October 2021, and eight weeks of planning before. Times are milliseconds since
 * 1970; what people plan by is the local time of Glasgow, whose clocks go back on the first live morning.
 */
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Midnight of the first live day, still in summer time. */
const LIVE_FROM = Date.UTC(2021, 9, 30, 23)
/** From here on local time is UTC. */
const CLOCKS_BACK = Date.UTC(2021, 9, 31, 1)

/** Local midnight at the beginning of a day; day 0 is the first live one, and 14 the end of the last. */
export function dayAt(day: number): number {
  return LIVE_FROM + day * DAY_MS + (day >= 1 ? HOUR_MS : 0)
}

/** Hours by which local time is ahead of UTC. */
function offsetAt(at: number): 0 | 1 {
  return at < CLOCKS_BACK ? 1 : 0
}

/** RFC 3339 in whole seconds, with the offset that the clocks on the wall had. */
export function localTime(at: number): string {
  const offset = offsetAt(at)
  return `${new Date(at + offset * HOUR_MS).toISOString().slice(0, 19)}+0${offset}:00`
}

/** `2021-10-31`, by local time. */
export function localDate(at: number): string {
  return localTime(at).slice(0, 10)
}

const MONTHS = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC'

/** A date-time group in zone Z: `310130ZOCT21`. */
export function dateTimeGroup(at: number): string {
  const [date, time] = new Date(at).toISOString().split('T')
  const [year = '', month = '', day] = (date ?? '').split('-')
  const name = MONTHS.slice(Number(month) * 3 - 3, Number(month) * 3)
  return `${day}${(time ?? '').slice(0, 5).replace(':', '')}Z${name}${year.slice(2)}`
}

/** How traffic spreads over the hours of a day. */
export type Rhythm = 'office' | 'shifts' | 'day' | 'steady'

/** How much falls into the hour that begins at `at`, in proportion to other hours of the same rhythm. */
export function weightOf(rhythm: Rhythm, at: number): number {
  const local = new Date(at + offsetAt(at) * HOUR_MS)
  const hour = local.getUTCHours()
  switch (rhythm) {
    case 'office':
      return officeWeight(hour, local.getUTCDay())
    case 'shifts':
      return SHIFT_STARTS.includes(hour) ? 12 : SHIFT_STARTS.includes((hour + 1) % 24) ? 5 : 1
    case 'day':
      return hour >= 12 && hour < 23 ? 4 : 1
    case 'steady':
      return 1
    default:
      return unreachable(rhythm)
  }
}

const SHIFT_STARTS: readonly number[] = [6, 14, 18, 22]

function officeWeight(hour: number, weekday: number): number {
  const weekend = weekday === 0 || weekday === 6
  if (hour < 8 || hour >= 18) return 1
  return weekend ? 3 : 12
}

/** Whole hours from one day to another, the hour that comes twice counted twice. */
export function hoursBetween(fromDay: number, toDay: number): number {
  return Math.round((dayAt(toDay) - dayAt(fromDay)) / HOUR_MS)
}

/** The start of the last shift before a moment. */
export function shiftStart(at: number): number {
  let start = at - (at % HOUR_MS)
  while (weightOf('shifts', start) !== 12) start -= HOUR_MS
  return start
}
