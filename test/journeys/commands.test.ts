import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test as Tap } from 'tap'
import type { Json } from '../../src/kit/kit.ts'
import { dig, parse } from '../support/dig.ts'
import { type Field, openField } from '../support/field.ts'
import { runProgram } from '../support/program.ts'
import { openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { OPS_ROOM, position, pushOf } from './records.ts'
import { registerAsked } from './register.ts'
import { type OfficerTerminal, openTerminal, runAgreement } from './terminals.ts'

t.setTimeout(240_000)

const ID = 'northshire-police.to.army-1div.public-order'
/** One item more for the debrief. */
const LOOSER = [
  ['commander.rank: { debrief: withhold, others: share }', 'commander.rank: { all: share }'],
  ['      commander: { collar: ~alias }\n', '      commander: { rank: INSP, collar: ~alias }\n'],
] as const
/** Telephone numbers stay at home while an operation is planned. */
const TIGHTER = [
  ['        joint-planning: last-three\n', '        joint-planning: withhold\n'],
  [', contact: { tel: "***123" }, location', ', location'],
  [', contact: { tel: "***456" } }', ' }'],
] as const

interface Desks {
  readonly field: Field
  readonly directory: string
  readonly author: OfficerTerminal
  readonly approver: OfficerTerminal
  readonly operator: OfficerTerminal
  readonly armyApprover: OfficerTerminal
  readonly armyOperator: OfficerTerminal
  readonly system: System
}

async function openDesks(field: Field, directory: string): Promise<Desks> {
  const { police, army } = field
  const [author, approver, operator, armyApprover, armyOperator] = await Promise.all([
    openTerminal(police, { person: 'p-118', role: 'author' }, directory),
    openTerminal(police, { person: 'p-204', role: 'approver' }, directory),
    openTerminal(police, { person: 'p-311', role: 'operator' }, directory),
    openTerminal(army, { person: 'a-031', role: 'approver' }, directory),
    openTerminal(army, { person: 'a-052', role: 'operator' }, directory),
  ])
  const system = await openSystem(police, { name: 'public-order-system' })
  return { field, directory, author, approver, operator, armyApprover, armyOperator, system }
}

void t.test('officers do with commands whatever there is to do about agreements', async t => {
  await using field = await openField()
  const desks = await openDesks(field, t.testdir())
  using _system = desks.system
  await t.test('who is refused learns why, and nothing is signed', t => refusals(t, desks))
  await t.test('a proposal is answered, approved by both sides, and cited', t => looser(t, desks))
  await t.test('a tighter one needs the provider alone', t => tighter(t, desks))
  await t.test('a proposal is rejected, or withdrawn', t => ended(t, desks))
  await t.test('suspended by one side, resumed by both', t => suspended(t, desks))
  await t.test('the register is asked, and something is forgotten', t =>
    registerAsked(t, field, desks.system, t.testdir()),
  )
  await t.test('the program says by its exit code what was amiss', t => asProgram(t, desks))
})

async function looser(
  t: Tap,
  { field, directory, author, approver, armyApprover, system }: Desks,
): Promise<void> {
  const draft = await revise(author, 'loose.yaml', LOOSER)

  const asked = await author.sign('propose', draft, '--answers', 'answers.yaml')
  t.match(asked, {
    code: 1,
    out: '',
    err: /^not proposed: 4 questions to answer; fill in answers\.yaml and propose again\n$/,
  })
  const form = await readFile(join(directory, 'answers.yaml'), 'utf8')
  t.match(form, /^# Answers for northshire-police\.to\.army-1div\.public-order revision 2\n/)
  t.match(
    form,
    /\n- finding: "[0-9a-f]{16}"\n {2}says: "line \d+, check 48: cell `commander\.rank` is looser,[^\n]*\n {2}reason:\n/,
  )
  const again = await author.sign('propose', draft, '--answers', 'answers.yaml')
  t.match(
    again,
    { code: 1, err: /4 questions to answer; put a reason to each/ },
    'empty reasons answer nothing',
  )
  t.equal(again.out, form, 'what is still to be answered is printed')
  await writeFile(
    join(directory, 'answers.yaml'),
    form.replaceAll('  reason:\n', '  reason: looked at, and as agreed\n'),
  )

  const proposed = await author.sign('propose', draft, '--answers', 'answers.yaml')
  t.match(proposed, { code: 0, err: '' })
  t.match(proposed.out, /revision 2: proposed, 2026-01-01 to 2028-01-01/)
  t.match(
    proposed.out,
    /Looser: more goes, or less is asked \(1 change\)\n {2}cell commander\.rank \(police\.unitDeployment, debrief\) \[[0-9a-f]{16}\]\n {4}was: withheld\n {4}now: shared\n/,
  )
  const digest = lastLine(proposed.out)
  t.match(
    (await approver.run('notices')).out,
    new RegExp(`^approver: ${ID}: revision 2 waits for an approver of this agency\n {2}${digest}$`, 'm'),
  )

  const unseen = await approver.sign('approve', digest)
  t.equal(unseen.code, 1)
  const [, key = ''] =
    /^not approved: 1 change to acknowledge, each with --acknowledge <key>\n {2}([0-9a-f]{16}) cell commander\.rank for debrief\n$/.exec(
      unseen.err,
    ) ?? []
  t.match(
    unseen.out,
    /Answers of its author\n {2}line \d+, check 10: [^\n]*\n {4}answer: looked at, and as agreed\n/,
  )
  t.match(await approver.sign('approve', digest, '--acknowledge', 'ffffffffffffffff'), {
    code: 1,
    err: /^no change that has to be acknowledged has the key f+\n$/,
  })
  t.match(
    await armyApprover.sign('approve', digest, '--acknowledge-all'),
    { code: 1, err: /^refused: not-found: / },
    'not before its own side',
  )
  t.match(await approver.sign('approve', digest, '--acknowledge', key), {
    code: 0,
    out: /\napproved by p-204; now approved; missing: an approver of `army-1div`, the gateway of `army-1div`\n$/,
  })

  await until(
    async () => (await armyApprover.run('status', ID)).out.includes('missing: an approver of `army-1div`\n'),
    'the proposal, verified',
    10,
  )
  t.match((await armyApprover.run('notices')).out, /revision 2 waits for an approver of this agency/)
  t.match(await armyApprover.sign('approve', digest, '--acknowledge-all'), {
    code: 0,
    out: /\napproved by a-031; now in-force\n$/,
  })
  await until(async () => (await inForce(author)).digest === digest, 'agreement on both sides', 10)

  const told = (await author.run('show', digest)).out
  t.match(told, /revision 2: in-force/)
  t.match(told, /needs an author and an approver of the provider, and an approver of the recipient/)
  t.match(told, /\nStatement, which approvals sign\n {2}type: sharing-policy-approval\/1\n/)
  t.match(
    told,
    /\nApprovals\n {2}p-118 as author of northshire-police at [^\n]*\n {2}p-204 as approver [^\n]*\n {2}a-031 as approver of army-1div/,
  )
  t.match(
    told,
    / proposed by p-118 of northshire-police\n(?:.*\n)* .* verified by the gateway of army-1div\n/,
  )
  const { out: source } = await author.run('show', digest, '--source')
  t.equal(source, await readFile(join(directory, 'loose.yaml'), 'utf8'), 'the text as it was proposed')
  t.match((await author.run('status')).out, /revision 1: superseded, from a file/)

  t.equal(await push(system), 'accepted')
  const decided = (await field.police.leaves()).findLast(leaf => leaf['kind'] === 'decided')
  t.equal(dig(decided, 'policy'), digest, 'an exchange cites it')
}

async function tighter(t: Tap, desks: Desks): Promise<void> {
  const { author, approver, armyApprover, armyOperator } = desks
  const draft = await revise(author, 'tight.yaml', TIGHTER)
  const digest = await propose(t, author, draft)
  const approved = await approver.sign('approve', digest)
  t.match(
    approved.out,
    /nowhere looser: needs an author and an approver of the provider; the recipient is told/,
  )
  t.match(
    approved.out,
    /\nTighter \(1 change\)\n {2}cell command\[\]\.contact\.tel \(police\.operation, joint-planning\)\n/,
  )
  t.match(approved, {
    code: 0,
    out: /approved by p-204; now approved; missing: the gateway of `army-1div`\n$/,
  })
  await until(async () => (await inForce(armyOperator)).digest === digest, 'the recipient to know', 10)
  t.match(
    (await armyApprover.run('show', digest)).out,
    / verified by the gateway of army-1div\n/,
    'it has verified by itself',
  )
}

async function ended(t: Tap, { author, approver, armyApprover, directory }: Desks): Promise<void> {
  const { digest: before } = await inForce(author)
  const { digest: older, source } = await inState(author, 'superseded')
  t.match(await author.run('draft', ID, '--from', older, '--out', 'back.yaml'), {
    code: 0,
    out: `back.yaml written: revision 4, to follow ${before}\n`,
  })
  const back = await readFile(join(directory, 'back.yaml'), 'utf8')
  const unnumbered = (text: string) => text.replace(/^revision: .*\nreplaces: .*\n/m, '')
  t.equal(unnumbered(back), unnumbered(source), 'a rollback is the older text with a new number')
  t.match(await author.run('draft', ID, '--out', 'back.yaml'), {
    code: 1,
    err: 'back.yaml is there already\n',
  })
  const rejected = await propose(t, author, 'back.yaml')
  const withdrawn = await propose(
    t,
    author,
    await revise(author, 'two.yaml', [['title: Police', 'title: The police']]),
  )
  t.match(await approver.run('reject', rejected, '--reason', 'not in this year'), {
    code: 0,
    out: /: rejected/,
  })
  t.match(
    (await author.run('show', rejected)).out,
    / rejected by p-204 of northshire-police: not in this year\n/,
  )
  t.match(await author.run('withdraw', withdrawn, '--reason', 'a slip of the pen'), {
    code: 0,
    out: /: withdrawn/,
  })
  t.match(await approver.sign('approve', withdrawn, '--acknowledge-all'), {
    code: 1,
    err: /^refused: act-out-of-turn: /,
  })
  t.match(await armyApprover.run('withdraw', before, '--reason', 'not ours'), {
    code: 1,
    err: /^refused: officer-not-allowed: /,
  })
}

async function suspended(
  t: Tap,
  { author, operator, approver, armyApprover, armyOperator, system }: Desks,
): Promise<void> {
  const stopped = await armyOperator.run(
    'suspend',
    ID,
    '--purpose',
    'live-coordination',
    '--reason',
    'radio log lost',
  )
  t.match(stopped, {
    code: 0,
    out: /\n {2}suspended live-coordination by army-1div at [^\n]*: radio log lost\n/,
  })
  const id = lastLine(stopped.out)
  await until(async () => (await operator.run('status', ID)).out.includes(id), 'the other side to know', 10)
  t.equal(await push(system), 'agreement-suspended')
  t.match((await operator.run('status', ID)).out, new RegExp(`radio log lost\n {4}suspension ${id}\n`))
  t.match(
    (await operator.run('notices')).out,
    /^approver: [^\n]*suspended for live-coordination by army-1div/,
  )
  t.match(await operator.sign('resume', id), {
    code: 1,
    err: /^refused: officer-not-allowed: [^\n]*\n {2}rule: approver\n {2}in the ledger as /,
  })
  t.match(await author.sign('resume', 'none'), { code: 1, err: 'there is no suspension none here\n' })
  t.match(await approver.sign('resume', id), {
    code: 0,
    out: `${ID} goes on once the other side agrees as well\n`,
  })
  t.equal(await push(system), 'agreement-suspended', 'one is not enough')
  await until(
    async () => (await armyApprover.run('status')).out.includes('may go on for northshire-police'),
    'the news',
    5,
  )
  t.match(await armyApprover.sign('resume', id), { code: 0, out: `${ID} goes on\n` })
  await until(async () => (await push(system)) === 'accepted', 'it to flow again', 20)
  t.notMatch((await operator.run('status', ID)).out, /suspended/)
}

async function refusals(t: Tap, { author, approver, armyApprover, directory }: Desks): Promise<void> {
  const { digest, source } = await inForce(author)
  await writeFile(join(directory, 'bad.yaml'), source.replace('tests:', 'test:'))
  const stop = await author.sign('propose', 'bad.yaml')
  t.match(stop, {
    code: 1,
    out: '',
    err: /^stop: cannot be proposed\n(?: {2}bad\.yaml:.*\n)* {2}bad\.yaml:\d+:\d+ check 2: .*`test`; did you mean `tests`\?\n/,
  })

  const draft = await revise(author, 'mine.yaml', [['title: Police', 'title: The police']])
  t.match(await approver.sign('propose', draft), {
    code: 1,
    err: /^refused: officer-not-allowed: This role may not do that\.\n {2}rule: author\n {2}in the ledger as [0-9a-f-]{36}\n$/,
  })
  await answer(author, draft)
  const lent = await author.run(
    'propose',
    draft,
    '--answers',
    'mine.yaml.answers',
    '--person',
    'p-204',
    '--key',
    author.key,
  )
  t.match(lent, { code: 1, err: /^refused: approval-invalid: [^\n]*\n {2}rule: approval-person\n/ })
  const borrowed = await author.run(
    'propose',
    draft,
    '--answers',
    'mine.yaml.answers',
    '--person',
    'p-118',
    '--key',
    approver.key,
  )
  t.match(borrowed, { code: 1, err: /^refused: approval-invalid: [^\n]*\n {2}rule: approval-key-unknown\n/ })
  t.match(
    await author.run(
      'propose',
      draft,
      '--person',
      'p-118',
      '--key',
      'none.pem',
      '--answers',
      'mine.yaml.answers',
    ),
    { code: 1, err: 'none.pem: the key file cannot be read\n' },
  )

  t.match(await author.run('show', 'sha256:abc'), {
    code: 1,
    err: /^refused: request-invalid: [^\n]*\n {2}\/digest [^\n]*\n/,
  })
  t.match(await author.run('status', 'no.such'), { code: 1, err: 'there is no agreement no.such here\n' })
  t.match(
    await author.run(
      'urgent',
      'begin',
      ID,
      '--purpose',
      'debrief',
      '--reason',
      'at once',
      '--out',
      'use.json',
    ),
    { code: 1, err: 'the agreement allows no urgent use for debrief\n' },
  )
  t.match(await author.run('urgent', 'list'), { code: 0, out: 'there are no urgent uses\n' })
  t.match(await author.run('urgent', 'open', 'mine.yaml'), {
    code: 1,
    err: 'mine.yaml: expected a file that `agreement urgent begin` has written\n',
  })
  t.match(await armyApprover.run('approve', digest), { code: 2 }, 'who signs has to say who they are')
  const json = parse((await author.run('status', '--json')).out)
  t.match(json, { agreements: [{ revisions: [{ state: 'in-force', origin: 'file' }], urgentUses: [] }, {}] })
}

async function asProgram(t: Tap, { field, author, directory }: Desks): Promise<void> {
  const { file } = field.police.config
  const place = { cwd: directory, env: {} }
  const untold = await runAgreement(place, ['status', '--config', file])
  t.match(untold, {
    code: 2,
    err: /^expected an access token in the file that --token-file names, or in CONCORDAT_TOKEN\n$/,
  })
  await writeFile(join(directory, 'token'), `${author.token}\n`, { mode: 0o600 })
  const told = await runProgram(['agreement', 'status', '--config', file, '--token-file', 'token', ID], {
    cwd: directory,
  })
  t.match(told, { code: 0, stdout: new RegExp(`^${ID}: `), stderr: '' })
  t.match(
    await runProgram(['agreement', 'status', '--config', file, '--certificate', 'token', ID], {
      cwd: directory,
    }),
    { code: 2 },
  )
  await writeFile(join(directory, 'stale'), `${author.token.slice(0, -4)}AAAA`)
  t.match(
    await runProgram(['agreement', 'status', '--config', file, '--token-file', 'stale'], { cwd: directory }),
    {
      code: 1,
      stderr: /^refused: token-invalid: /,
    },
  )
  await field.police.stop()
  t.match(
    await runProgram(['agreement', 'status', '--config', file, '--token-file', 'token'], { cwd: directory }),
    {
      code: 3,
      stdout: '',
      stderr: /^the gateway does not answer: /,
    },
  )
}

/** The revision in force, as this officer's gateway knows it. */
async function inForce(
  officer: OfficerTerminal,
): Promise<{ readonly digest: string; readonly source: string }> {
  return inState(officer, 'in-force')
}

/** The newest revision that stands there, as this officer's gateway knows it. */
async function inState(
  officer: OfficerTerminal,
  state: string,
): Promise<{ readonly digest: string; readonly source: string }> {
  const { agreements } = parse((await officer.run('status', ID, '--json')).out) as { agreements: Json }
  const revisions = dig(agreements, 0, 'revisions')
  const found = (Array.isArray(revisions) ? revisions : []).findLast(one => dig(one, 'state') === state)
  const digest = String(dig(found, 'digest'))
  return { digest, source: (await officer.run('show', digest, '--source')).out }
}

/** Writes the next revision of the text in force, changed, to a file. */
async function revise(
  author: OfficerTerminal,
  name: string,
  edits: readonly (readonly [string, string])[],
): Promise<string> {
  await author.run('draft', ID, '--out', name)
  const file = join(author.directory, name)
  const changed = edits.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`the policy does not say: ${from}`)
      return text.replace(from, to)
    },
    await readFile(file, 'utf8'),
  )
  await writeFile(file, changed)
  return name
}

/** Writes answers to everything that is asked about a draft. */
async function answer(author: OfficerTerminal, draft: string): Promise<void> {
  const file = join(author.directory, `${draft}.answers`)
  await author.sign('propose', draft, '--answers', `${draft}.answers`)
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('reason:\n', 'reason: as before\n'))
}

async function propose(t: Tap, author: OfficerTerminal, draft: string): Promise<string> {
  await answer(author, draft)
  const proposed = await author.sign('propose', draft, '--answers', `${draft}.answers`)
  t.match(proposed, { code: 0, err: '' })
  return lastLine(proposed.out)
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

/** Pushes a position and tells how it ended: the state, or the code of the refusal. */
async function push(system: System): Promise<string> {
  const seq = Math.floor(performance.now())
  const body = pushOf('police.unitPosition', position('PSU-1', seq), OPS_ROOM.purpose)
  const { json } = await system.push(OPS_ROOM, body, { prefer: 'wait=10' })
  return String(dig(json, 'code') ?? dig(json, 'exchanges', 0, 'state') ?? '')
}
