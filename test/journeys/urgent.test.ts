import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test as Tap } from 'tap'
import { startGateway } from '../../src/gateway/gateway.ts'
import type { Log } from '../../src/kit/kit.ts'
import { dig, parse } from '../support/dig.ts'
import { type Field, layField } from '../support/field.ts'
import { openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { position, pushOf } from './records.ts'
import { type OfficerTerminal, openTerminal } from './terminals.ts'

t.setTimeout(120_000)

const ID = 'northshire-police.to.army-1div.public-order'
const LIVE = 'requesters: [ops-room, liaison-officer]'
const URGENT = 'urgent: { allowed: true, people: 2, lasts: PT15M, tell: [provider-dpo, recipient-dpo] }'
const ANYBODY = { role: 'duty-officer', purpose: 'live-coordination' }
const use = (purpose = 'live-coordination', out = 'use.json') =>
  ['--purpose', purpose, '--reason', 'a child is missing', '--out', out] as const

interface Stage {
  readonly system: System
  readonly operator: OfficerTerminal
  readonly approver: OfficerTerminal
  readonly dpo: OfficerTerminal
  readonly armyOperator: OfficerTerminal
  readonly armyDpo: OfficerTerminal
  /** Both gateways are that much later from now on. */
  later(milliseconds: number): void
}

void t.test('two persons open an urgent use with commands; both sides review it when it is over', async t => {
  await using field = await layField({
    editPolicy: (text, name) =>
      name.startsWith('northshire-police.to') ? text.replace(LIVE, `${LIVE}\n    ${URGENT}`) : text,
  })
  await using stack = new AsyncDisposableStack()
  let ahead = 0
  const clock = { now: () => Date.now() + ahead }
  for (const { config } of [field.police, field.army])
    stack.use(await startGateway(config, { clock, log: quiet, onFailure: fault => t.fail(String(fault)) }))
  const stage = await openStage(field, t.testdir(), milliseconds => {
    ahead += milliseconds
  })
  using _system = stage.system
  await t.test('begun, signed and opened', t => opened(t, stage))
  await t.test('reviewed, once it is over', t => reviewed(t, stage))
})

const quiet: Log = { info() {}, warn() {}, error() {} }

async function openStage({ police, army }: Field, directory: string, later: Stage['later']): Promise<Stage> {
  const [operator, approver, dpo, armyOperator, armyDpo] = await Promise.all([
    openTerminal(police, { person: 'p-311', role: 'operator' }, directory),
    openTerminal(police, { person: 'p-204', role: 'approver' }, directory),
    openTerminal(police, { person: 'p-402', role: 'dpo' }, directory),
    openTerminal(army, { person: 'a-052', role: 'operator' }, directory),
    openTerminal(army, { person: 'a-066', role: 'dpo' }, directory),
  ])
  const system = await openSystem(police, { name: 'public-order-system' })
  return { system, operator, approver, dpo, armyOperator, armyDpo, later }
}

/** `urgent sign` works without the gateway, so the token is not asked for. */
function signing(officer: OfficerTerminal, role: string) {
  return officer.sign('urgent', 'sign', 'use.json', '--role', role)
}

async function opened(
  t: Tap,
  { system, operator, approver, dpo, armyOperator, armyDpo }: Stage,
): Promise<void> {
  t.equal(await push(system), 'role-not-allowed')
  t.match(await operator.run('urgent', 'begin', ID, ...use('debrief')), {
    code: 1,
    err: 'the agreement allows no urgent use for debrief\n',
  })
  const begun = await operator.run('urgent', 'begin', ID, ...use())
  t.match(begun, {
    code: 0,
    out: /^use\.json written: 2 persons sign it, one of northshire-police among them; it lasts 15 minutes\n/,
  })
  t.match(await operator.run('urgent', 'begin', ID, ...use()), {
    code: 1,
    err: 'use.json is there already\n',
  })

  const first = await signing(operator, 'operator')
  t.match(
    first.out,
    /^urgent use of \S+ for live-coordination: a child is missing\n {2}sha256:\w+\n {2}signed by p-311 as operator of northshire-police at /,
  )
  t.match(
    await operator.run('urgent', 'open', 'use.json'),
    { code: 1, err: /^refused: request-invalid: / },
    'one is not enough',
  )
  t.match(
    (await signing(operator, 'operator')).out.match(/signed by/g),
    ['signed by'],
    'signing again replaces',
  )
  t.match(await signing(approver, 'operator'), { code: 0 })
  t.match(await operator.run('urgent', 'open', 'use.json'), {
    code: 1,
    err: /^refused: approval-invalid: [^\n]*\n {2}rule: approval-role\n/,
  })
  t.match(await signing(approver, 'approver'), { code: 0 })
  t.match(
    await dpo.run('urgent', 'open', 'use.json'),
    { code: 1, err: /^refused: officer-not-allowed: / },
    'one of those who signed',
  )
  const open = await operator.run('urgent', 'open', 'use.json')
  t.match(open, {
    code: 0,
    out: /\n {2}urgent use for live-coordination, open: opened by northshire-police at /,
  })

  t.equal(await push(system), 'accepted', 'whoever has the purpose may')
  await until(
    async () => (await armyDpo.run('notices')).out.startsWith('dpo: '),
    'the other side to know',
    10,
  )
  t.match((await dpo.run('notices')).out, /^dpo: [^\n]* urgent use for live-coordination is open until /)
  t.match(
    (await armyOperator.run('status', ID)).out,
    /urgent use for live-coordination, open: opened by northshire-police /,
  )
  t.match(
    await operator.run('urgent', 'open', 'use.json'),
    { code: 1, err: /^refused: act-out-of-turn: / },
    'a statement opens one use',
  )
}

async function reviewed(t: Tap, { system, operator, dpo, armyDpo, later }: Stage): Promise<void> {
  const { uses } = parse((await dpo.run('urgent', 'list', '--json')).out) as { uses: [{ id: string }] }
  const [{ id }] = uses
  const review = [
    'urgent',
    'review',
    id,
    '--finding',
    'found within the hour; nothing else was looked at',
  ] as const
  t.match(await dpo.sign(...review), { code: 1, err: /^refused: act-out-of-turn: / }, 'not before its end')
  later(15 * 60_000)
  t.equal(await push(system), 'role-not-allowed', 'it is over by itself')
  t.match((await dpo.run('notices')).out, /^dpo: [^\n]* has ended and has to be reviewed by this agency\n/m)
  t.match(await operator.sign(...review), { code: 1, err: /^refused: officer-not-allowed: / })
  t.match(await dpo.sign(...review), { code: 0, out: /review-due: [^\n]*; reviewed by northshire-police\n$/ })

  await operator.run('urgent', 'begin', ID, ...use('live-coordination', 'again.json'))
  const paper = join(operator.directory, 'again.json')
  await writeFile(paper, '{}')
  t.match(await operator.run('urgent', 'open', 'again.json'), {
    code: 1,
    err: /^again\.json: expected a file /,
  })

  await until(
    async () => (await armyDpo.run('urgent', 'list')).out.includes('reviewed by northshire-police'),
    'the first review',
    5,
  )
  t.match(await armyDpo.sign(...review), {
    code: 0,
    out: /, reviewed: [^\n]*; reviewed by northshire-police and army-1div\n$/,
  })
  await until(
    async () => (await dpo.run('urgent', 'list')).out.includes(', reviewed:'),
    'the second review',
    5,
  )
  t.notMatch((await dpo.run('notices')).out, /urgent/)
}

async function push(system: System): Promise<string> {
  const seq = Math.floor(performance.now())
  const body = pushOf('police.unitPosition', position('PSU-1', seq), ANYBODY.purpose)
  const { json } = await system.push(ANYBODY, body, { prefer: 'wait=10' })
  return String(dig(json, 'code') ?? dig(json, 'exchanges', 0, 'state') ?? '')
}
