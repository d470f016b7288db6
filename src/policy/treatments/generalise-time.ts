import type { LeafType } from '../../terms/terms.ts'
import type { Findings } from '../findings.ts'
import { isCalendarDay, isInstant, parseInstant, readChoice, readRecord } from '../read.ts'
import type { Source } from '../source.ts'
import type { PreparedTreatment, TreatedLeaf, Treatment, TreatmentFamily } from './treatment.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Steps inside a day, in milliseconds; each divides the day, so that the steps of all days line up. */
const CLOCK_STEPS = {
  PT1M: MINUTE,
  PT5M: 5 * MINUTE,
  PT10M: 10 * MINUTE,
  PT15M: 15 * MINUTE,
  PT30M: 30 * MINUTE,
  PT1H: HOUR,
  PT6H: 6 * HOUR,
  PT12H: 12 * HOUR,
} as const

/** Steps of the calendar, as the length of the part of `YYYY-MM-DD` that is kept. */
const CALENDAR_STEPS = { P1D: 10, P1M: 7, P1Y: 4 } as const

type Step = keyof typeof CLOCK_STEPS | keyof typeof CALENDAR_STEPS

/** The beginning of the step in which the time lies, in UTC: an instant, a day, a month or a year. */
export const generaliseTime: TreatmentFamily = {
  prepare(findings: Findings, source: Source): PreparedTreatment {
    const { to } = readRecord(findings, source, { what: '`generaliseTime`', keys: { to: 'required' } })
    const choices: readonly [Step, ...Step[]] = [
      'P1Y',
      'P1M',
      'P1D',
      'PT12H',
      'PT6H',
      'PT1H',
      'PT30M',
      'PT15M',
      'PT10M',
      'PT5M',
      'PT1M',
    ]
    const step = readChoice(findings, to, { what: '`to`', choices })
    return {
      terms: { to: step },
      reads: [],
      fits: type => fits(step, type),
      forLeaf: leaf => makeFloor(step, leaf),
    }
  },
}

function fits(step: Step, type: LeafType): boolean {
  return type === 'time' || (type === 'date' && Object.hasOwn(CALENDAR_STEPS, step))
}

function makeFloor(step: Step, leaf: TreatedLeaf): Treatment {
  if (step === 'P1D' || step === 'P1M' || step === 'P1Y')
    return calendarFloor(CALENDAR_STEPS[step], leaf.type)
  const length = CLOCK_STEPS[step]
  return {
    apply: value => {
      const instant = typeof value === 'string' ? parseInstant(value) : undefined
      return instant === undefined ? undefined : inUtc(Math.floor(instant / length) * length)
    },
    accepts: value => {
      const instant = typeof value === 'string' ? parseInstant(value) : undefined
      return instant !== undefined && instant % length === 0 && inUtc(instant) === value
    },
  }
}

/** RFC 3339 without fractions; undefined outside the years it can write. */
function inUtc(instant: number): string | undefined {
  const text = new Date(instant).toISOString()
  return text.length === 24 ? `${text.slice(0, 19)}Z` : undefined
}

function calendarFloor(kept: number, type: LeafType): Treatment {
  const complete = '0000-01-01'
  return {
    apply: value => {
      if (typeof value !== 'string') return undefined
      if (type === 'date') return isCalendarDay(value) ? value.slice(0, kept) : undefined
      // Where the time is in UTC already, so is its day.
      if (/[Zz]$/.test(value)) return isInstant(value) ? value.slice(0, kept) : undefined
      const instant = parseInstant(value)
      return instant === undefined ? undefined : inUtc(instant)?.slice(0, kept)
    },
    accepts: value =>
      typeof value === 'string' && value.length === kept && isCalendarDay(value + complete.slice(kept)),
  }
}
