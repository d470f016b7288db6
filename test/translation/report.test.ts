import t from 'tap'
import type { Manner } from '../../src/translation/mapping.ts'
import { readReport } from '../../src/translation/report.ts'
import { makeSay, Sayings, SpokenReport } from '../../src/translation/spoken-report.ts'

const exact: Manner = { outcome: 'EXACT', rule: 'r' }
const lost: Manner = { outcome: 'UNMAPPED', rule: 'lost' }

function linesOf(report: SpokenReport): readonly string[] {
  t.same(readReport(report.kept()), report.lines(), 'it comes back as it was kept')
  return report.lines().map(({ path, rule }) => `${path} ${rule}`)
}

void t.test('a report says of each place what was said there', t => {
  const sayings = new Sayings()
  const [id, rows, name] = [sayings.add('/id', exact), sayings.addList('/rows'), sayings.add('/name', exact)]
  const [inner, code] = [sayings.addList('/inner'), sayings.add('', lost)]
  const report = new SpokenReport(sayings)
  report.say(id)
  report.say(rows)
  report.enter()
  report.say(name)
  report.say(inner)
  report.enter()
  report.say(code)
  t.equal(report.place(), '/rows/0/inner/0')
  report.end()
  report.say(name)
  const left = report.enter()
  report.say(name)
  report.say(inner)
  report.enter()
  report.say(code)
  const within = report.enter()
  report.say(name)
  report.leaveOut(within)
  report.end()
  report.leaveOut(left)
  const taken = report.enter()
  report.say(name)
  report.takeBack(taken)
  report.say(name)
  report.end()
  report.say(code)
  t.same(linesOf(report.close()), [
    '/id r',
    '/rows/0/name r',
    '/rows/0/inner/0 lost',
    '/rows/0/name r',
    '/rows r',
    '/rows lost',
    '/rows r',
    '/rows/1/name r',
    ' lost',
  ])
  t.same(report.counts(), { EXACT: 6, UNMAPPED: 3 })
  t.end()
})

void t.test('one number says several things, and a run those whose bits it has', t => {
  const sayings = new Sayings()
  const all = sayings.addAll([
    { pointer: '/a', manner: exact },
    { pointer: '/b', manner: lost },
  ])
  const run = sayings.addRun(['/c', '/d', '/e'].map(pointer => ({ pointer, manner: exact })))
  const after = sayings.add('/f', exact)
  const report = new SpokenReport(sayings)
  for (const number of [all, run + 0b101, run + 0b010, after, run + 0b101]) report.say(number)
  t.same(linesOf(report.close()), ['/a r', '/b lost', '/c r', '/e r', '/d r', '/f r', '/c r', '/e r'])
  t.end()
})

void t.test('a rule can say more things than there are numbers for', t => {
  const sayings = new Sayings()
  const say = makeSay(sayings, '/at')
  const manners = Array.from({ length: 200 }, (_, at): Manner => ({ outcome: 'EXACT', rule: `r${at}` }))
  const report = new SpokenReport(sayings)
  for (const manner of manners) say(report, manner)
  const mark = report.size
  for (const manner of manners) say(report, manner)
  report.takeBack(mark)
  for (const manner of manners.slice(-3)) say(report, manner)
  const expected = [...manners, ...manners.slice(-3)]
  t.same(
    linesOf(report.close()),
    expected.map(({ rule }) => `/at ${rule}`),
  )
  t.same(report.counts(), { EXACT: 203 })
  t.end()
})

void t.test('a report stays as it is while others are written', t => {
  const sayings = new Sayings()
  const [one, other] = [sayings.add('/one', exact), sayings.add('/other', lost)]
  const reports = [one, other].map(number => {
    const report = new SpokenReport(sayings)
    for (let times = 0; times < 20_000; times++) report.say(number)
    return report.close()
  })
  t.same(
    reports.map(report => report.counts()),
    [{ EXACT: 20_000 }, { UNMAPPED: 20_000 }],
  )
  t.end()
})
