/** A moment as documents write it: an instant, or only the day or month that policy left of it. */
export type Moment =
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  | { readonly kind: 'instant'; readonly at: number }
  | { readonly kind: 'day'; readonly year: number; readonly month: number; readonly day: number }
  | { readonly kind: 'month'; readonly year: number; readonly month: number }
  | { readonly kind: 'year'; readonly year: number }

const PARTIAL = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/
const REST = /^(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/**
 * Reads an RFC 3339 date-time, or a date, month or year alone. A leap second counts as the second after it.
 *
 * @returns undefined where the text is none of these, or names a day or hour that does not exist
 */
export function readMoment(text: string): Moment | undefined {
  if (text.length < 20) return readPartial(text)
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined
  if (text[10] !== 'T' && text[10] !== 't') return undefined
  const at = utc(digits(text, 0) * 100 + digits(text, 2), digits(text, 5), digits(text, 8), {
    hour: digits(text, 11),
    minute: digits(text, 14),
    second: digits(text, 17),
  })
  const rest = at === undefined ? undefined : restOf(text)
  return at === undefined || rest === undefined ? undefined : { kind: 'instant', at: at + rest }
}

const ZERO = 0x30

/** The number that two digits name, or NaN. Documents are full of times, and this is several times faster than a pattern. */
function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Milliseconds that the part after the seconds adds: fraction and offset. */
function restOf(text: string): number | undefined {
  if (text.length === 20 && text[19] === 'Z') return 0
  if (text.length === 25 && text.endsWith('+00:00')) return 0
  const found = REST.exec(text.slice(19))
  if (!found) return undefined
  const [, fraction, sign, hours, minutes] = found
  const milliseconds = fraction === undefined ? 0 : Math.trunc(Number(`0.${fraction}`) * 1000)
  const offset = sign === undefined ? 0 : offsetOf(sign, Number(hours), Number(minutes))
  return offset === undefined ? undefined : milliseconds - offset
}

function readPartial(text: string): Moment | undefined {
  const found = PARTIAL.exec(text)
  if (!found) return undefined
  const year = Number(found[1])
  if (found[2] === undefined) return { kind: 'year', year }
  const month = Number(found[2])
  if (month < 1 || month > 12) return undefined
  if (found[3] === undefined) return { kind: 'month', year, month }
  const day = Number(found[3])
  return day >= 1 && day <= daysIn(year, month) ? { kind: 'day', year, month, day } : undefined
}

function offsetOf(sign: string, hours: number, minutes: number): number | undefined {
  if (hours > 23 || minutes > 59) return undefined
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** Milliseconds of a moment of the proleptic Gregorian calendar in UTC; undefined where it does not exist. Months count from one. */
export function utc(
  year: number,
  month: number,
  day: number,
  time: { hour: number; minute: number; second: number },
): number | undefined {
  // Written so that a part that is not a number fails too
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined
  if (!(time.hour <= 23 && time.minute <= 59 && time.second <= 60)) return undefined
  const seconds = time.hour * 3_600 + time.minute * 60 + time.second
  return year >= 100 ? daysUntil(year, month, day) * DAY_MS + seconds * 1_000 : undefined
}

/** A day of the proleptic Gregorian calendar. Months count from one. */
export interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

export const DAY_MS = 86_400_000
/** In 400 years, after which the calendar begins anew. */
const CYCLE = 146_097
/** From 1 March of the year 0 to 1 January 1970. Years that begin in March have their leap day at the end. */
const EPOCH = 719_468

/** Days since 1970-01-01. `Date` does the same, for all zones and habits of reading, and takes several times as long. */
function daysUntil(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1
  const days = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return (
    years * 365 + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) + days - EPOCH
  )
}

/**
 * The day on which a moment lies in UTC.
 *
 * @param at milliseconds since 1970-01-01T00:00:00Z
 */
export function dayOf(at: number): Day {
  const days = Math.floor(at / DAY_MS) + EPOCH
  const cycle = Math.floor(days / CYCLE)
  const inCycle = days - cycle * CYCLE
  // Without the leap days before it a day of the cycle is one of so many years of 365 days
  const leapDays =
    Math.floor(inCycle / 1_460) - Math.floor(inCycle / 36_524) + Math.floor(inCycle / (CYCLE - 1))
  const years = Math.floor((inCycle - leapDays) / 365)
  const inYear = inCycle - (365 * years + Math.floor(years / 4) - Math.floor(years / 100))
  const months = Math.floor((5 * inYear + 2) / 153)
  const month = months < 10 ? months + 3 : months - 9
  return {
    year: cycle * 400 + years + (month > 2 ? 0 : 1),
    month,
    day: inYear - Math.floor((153 * months + 2) / 5) + 1,
  }
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
