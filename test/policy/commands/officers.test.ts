import t from 'tap'
import { houseSchemas } from '../../../src/cli/agreement-desk.ts'
import { endingWell, problemLines, Stop, tell } from '../../../src/cli/officer.ts'
import { type Asking, makeSheet, partsFor, type Reported } from '../../../src/cli/officer-sheet.ts'
import type { Terminal } from '../../../src/cli/terminal.ts'
import { changesSince } from '../../../src/governance/governance.ts'
import {
  type Agreement,
  compileAgreement,
  printAnswers,
  readAnswers,
  statementOf,
} from '../../../src/policy/policy.ts'
import { ProblemsError } from '../../../src/terms/terms.ts'
import { edited, police } from './run.ts'

// What an officer signs is worked out here ------------------------------------------------------------------------

const config = { schemas: houseSchemas }
const compile = (source: string): Agreement => compileAgreement(source, 'policy', partsFor({ config }))
const before = edited(police)
const inForce = compile(before)
const after = edited(
  police,
  ['revision: 1\n', `revision: 2\nreplaces: ${inForce.digest}\n`],
  ['commander.rank: { debrief: withhold, others: share }', 'commander.rank: { all: share }'],
  ['      commander: { collar: ~alias }\n', '      commander: { rank: INSP, collar: ~alias }\n'],
)
const proposed = compile(after)
const honest: Reported = {
  source: after,
  statement: statementOf(proposed),
  changes: [...changesSince(inForce, proposed)],
}

/** A gateway that shows one text under every digest. */
function showing(source: string): Asking {
  const read = async () => ({ source }) as never
  return { config, read }
}

void t.test('a revision that the gateway tells as it is', async t => {
  const sheet = await makeSheet(showing(before), honest)
  t.equal(sheet.agreement.digest, proposed.digest)
  t.match(
    sheet.changes.filter(({ direction }) => direction === 'looser'),
    [{ kind: 'cell', subject: 'commander.rank', purpose: 'debrief' }],
  )
})

const looserStill = edited(police, [
  'commander.name: { all: withhold }',
  'commander.name: { all: officer-alias }',
])
const lies: readonly (readonly [says: string, told: Partial<Reported>, shown: string, what: RegExp])[] = [
  [
    'another digest',
    { statement: { ...honest.statement, compiledDigest: inForce.digest } },
    before,
    /`compiledDigest`/,
  ],
  [
    'another date',
    { statement: { ...honest.statement, expiresAt: '2031-01-01T00:00:00.000Z' } },
    before,
    /`expiresAt`/,
  ],
  ['another text', { source: `${after}# one word more\n` }, before, /`sourceDigest`/],
  ['a statement with something more', { statement: { ...honest.statement, also: true } }, before, /`also`/],
  ['no changes', { changes: [] }, before, /the changes/],
  [
    'a looser change as a tighter one',
    { changes: honest.changes.map(one => ({ ...one, direction: 'tighter' as const })) },
    before,
    /the changes/,
  ],
  [
    'another revision before',
    {},
    edited(police, ['reviewBy: 2026-12-01', 'reviewBy: 2026-12-02']),
    /the revision before/,
  ],
]

void t.test('what a gateway tells otherwise than it is, is never signed', async t => {
  for (const [says, told, shown, what] of lies) {
    const thrown = await makeSheet(showing(shown), { ...honest, ...told }).catch((fault: unknown) => fault)
    t.ok(thrown instanceof Stop, says)
    t.match(thrown, { exit: 1, message: what }, says)
    t.match(thrown, { message: /nothing was signed$/ })
  }
  await t.rejects(
    makeSheet(showing(looserStill), { ...honest, source: looserStill }),
    ProblemsError,
    'examples that fail',
  )
})

// Answers ---------------------------------------------------------------------------------------------------------

const questions = [
  { key: '0123456789abcdef', check: 34, line: 9, says: 'condition `a` has "4" parts: write several' },
  { key: '1111111111111111', check: 48, line: 11, says: "it's # looser" },
]

void t.test('an answers file is read as it is printed, once there are reasons in it', t => {
  const form = printAnswers('Answers for x revision 2', questions)
  t.strictSame(readAnswers(form, 'answers.yaml'), { ok: true, answers: [] }, 'nothing is answered yet')
  const [first, second] = ['because it is so', '>-\n    as it was\n    before']
  const filled = form.replace('reason:\n', `reason: ${first}\n`).replace(/reason:\n$/, `reason: ${second}\n`)
  t.strictSame(readAnswers(filled, 'answers.yaml'), {
    ok: true,
    answers: [
      { finding: '0123456789abcdef', reason: 'because it is so' },
      { finding: '1111111111111111', reason: 'as it was before' },
    ],
  })
  t.end()
})

void t.test('an answers file with something else in it is refused with its place', t => {
  const cases: readonly (readonly [text: string, problem: object])[] = [
    ['- finding: a\n  raison: b\n', { line: 2, code: 'unknown-key' }],
    ['finding: a\n', { line: 1, code: 'not-a-list' }],
    ['- finding: a\n  reason: [b]\n', { line: 2, code: 'not-a-text' }],
    ['- finding: &x a\n  reason: *x\n', { line: 1 }],
    ['', { line: 1, code: 'yaml-empty' }],
  ]
  for (const [text, problem] of cases)
    t.match(
      readAnswers(text, 'answers.yaml'),
      { ok: false, problems: [{ file: 'answers.yaml', ...problem }] },
      text,
    )
  t.end()
})

void t.test('what somebody has written cannot move the cursor or make up a line', async t => {
  const said: string[] = []
  const place = {
    out: (line: string) => void said.push(line),
    err: (line: string) => void said.push(line),
    end() {},
  }
  const terminal = place as unknown as Terminal
  tell(terminal, ['\nHeading', '  reason: \u001b[2Jgood\napproved by p-204\u202e\u200b'])
  await endingWell(terminal, () => Promise.reject(new Stop(1, 'refused\r\u0007')))
  t.strictSame(said, [
    '\nHeading',
    '  reason: \\u{1b}[2Jgood\\u{a}approved by p-204\\u{202e}\\u{200b}',
    'refused\\u{d}\\u{7}',
  ])
})

void t.test('a refusal is told with everything that was said', t => {
  const errors = [
    { pointer: '/acknowledged', says: '`a` is missing' },
    { pointer: '/acknowledged', says: '`b` is missing' },
  ]
  const about = {
    type: 'urn:concordat:refusal:acknowledgement-missing',
    title: 'Not all.',
    status: 422,
  } as const
  t.strictSame(
    problemLines({ ...about, code: 'acknowledgement-missing', rule: 'r', errors, exchangeId: 'x-1' }),
    [
      'refused: acknowledgement-missing: Not all.',
      '  rule: r',
      '  /acknowledged `a` is missing',
      '  /acknowledged `b` is missing',
      '  in the ledger as x-1',
    ],
  )
  t.end()
})
