import t from 'tap'
import { type Fact, finish, makeTally, tell } from './support/tally.ts'

/** The result of a run over these files in which tap tells these facts. */
function runOf(files: readonly string[], facts: readonly Fact[], exitCode: number | string = 0) {
  const tally = makeTally(files)
  const told = facts.flatMap(fact => tell(tally, fact))
  const { passed, failed, skipped, lines } = finish(tally, exitCode)
  return { counts: `${passed}/${failed}/${skipped}`, text: [...told, ...lines].join('\n') }
}

const pass: Fact = { kind: 'pass', fullname: 'a > fine' }
const fail: Fact = { kind: 'fail', fullname: 'a > wrong', diag: { compare: '===', diff: '-1\n+2\n' } }
const start: Fact = { kind: 'start', name: 'a.test.ts', level: 1 }
const end: Fact = { kind: 'end', name: 'a.test.ts', level: 1, ok: true, skip: false, time: 1_234 }
const over: Fact = { kind: 'end', level: 0 }
const files = ['a.test.ts']

void t.test('a good run', t => {
  const { counts, text } = runOf(files, [start, pass, pass, end, over])
  t.equal(counts, '2/0/0')
  t.equal(text, '✓ a.test.ts  2 passed  1.2 s')
  t.end()
})

void t.test('assertions of subtests count, their own lines do not', t => {
  const inner: Fact[] = [
    { kind: 'start', name: 'sub', level: 2 },
    pass,
    { kind: 'end', name: 'sub', level: 2, ok: true },
  ]
  t.equal(runOf(files, [start, ...inner, pass, end, over]).counts, '2/0/0')
  t.end()
})

void t.test('a failure is told in full', t => {
  const { counts, text } = runOf(files, [start, pass, fail, { ...end, ok: false }, over], 1)
  t.equal(counts, '1/1/0')
  t.match(text, /✗ a > wrong\n +compare: ===\n +-1\n +\+2\n✗ a\.test\.ts {2}1 passed, 1 failed/)
  t.end()
})

void t.test('skips are told apart, each with its reason', t => {
  const skip: Fact = { kind: 'skip', fullname: 'a > later', skip: 'no data' }
  const { counts, text } = runOf(files, [start, pass, skip, { kind: 'todo', name: 'one day' }, end, over])
  t.equal(counts, '1/0/2')
  t.match(text, /a > later: skipped, no data/)
  t.equal(runOf(files, [start, pass, { ...end, skip: 'not here' }, over]).counts, '1/0/1')
  t.end()
})

void t.test('what was not told counts as a failure', t => {
  const cases: readonly (readonly [
    what: string,
    facts: readonly Fact[],
    exitCode: number | string,
    counts: string,
  ])[] = [
    [
      'a file that ended badly without a failed assertion',
      [start, pass, { ...end, ok: false, diag: { exitCode: 7 } }, over],
      1,
      '1/1/0',
    ],
    ['a file that asserts nothing', [start, { ...end, skip: 'no tests found' }, over], 0, '0/1/0'],
    ['a file that was never reported', [over], 0, '0/1/0'],
    ['a report that breaks off', [start, pass, end], 0, '1/1/0'],
    ['a runner that fails for no reason that it tells', [start, pass, end, over], 1, '1/1/0'],
    ['a runner that was killed', [start, pass, end, over], 'SIGKILL', '1/1/0'],
    ['a runner that did not start', [], 'not started', '0/2/0'],
  ]
  for (const [what, facts, exitCode, counts] of cases)
    t.equal(runOf(files, facts, exitCode).counts, counts, what)
  t.equal(runOf([], [over]).counts, '0/1/0', 'a run of nothing')
  t.end()
})
