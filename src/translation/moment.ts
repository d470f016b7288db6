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
  const at = Date.UTC(year, month - 1, day, time.hour, time.minute, time.second)
  // Date.UTC reads the years 0 to 99 as 1900 to 1999
  return year >= 100 ? at : undefined
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
