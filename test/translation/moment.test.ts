import fc from 'fast-check'
import t from 'tap'
import { printDtg } from '../../src/translation/date-time-group.ts'
import { dayOf, readMoment, utc } from '../../src/translation/moment.ts'

/** All moments that RFC 3339 can name with a year of four digits that is no year of the first century. */
const moment = fc.oneof(
  fc.integer({ min: Date.UTC(100, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }),
  fc.integer({ min: Date.UTC(1960, 0, 1), max: Date.UTC(2060, 0, 1) }),
  fc
    .tuple(fc.integer({ min: 100, max: 9999 }), fc.constantFrom([1, 28], [1, 29], [2, 1], [11, 31], [0, 1]))
    .map(([year, [month = 0, day = 1]]) => Date.UTC(year, month, day)),
)

void t.test('the calendar is that of Date', t => {
  fc.assert(
    fc.property(moment, at => {
      const date = new Date(at)
      const { year, month, day } = dayOf(at)
      const isSame =
        year === date.getUTCFullYear() && month === date.getUTCMonth() + 1 && day === date.getUTCDate()
      const time = { hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds() }
      return isSame && utc(year, month, day, time) === at - date.getUTCMilliseconds()
    }),
    { numRuns: 20_000 },
  )
  t.same(dayOf(-1), { year: 1969, month: 12, day: 31 })
  t.equal(utc(2026, 2, 29, { hour: 0, minute: 0, second: 0 }), undefined)
  t.equal(utc(2024, 2, 29, { hour: 23, minute: 59, second: 60 }), Date.UTC(2024, 2, 1))
  t.end()
})

void t.test('a date-time group is the text of Date in other words', t => {
  const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
  const near = fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2060, 0, 1) })
  fc.assert(
    fc.property(near, fc.boolean(), (at, seconds) => {
      const written = new Date(at).toISOString()
      const read = readMoment(written)
      const [year, month, day] = written.slice(0, 10).split('-')
      const time = written.slice(11, seconds ? 19 : 16).replaceAll(':', '')
      const expected = `${day}${time}Z${months[Number(month) - 1]}${year?.slice(2)}`
      return read !== undefined && printDtg(read, Date.UTC(2020, 0, 1), seconds) === expected
    }),
    { numRuns: 5_000 },
  )
  t.end()
})
