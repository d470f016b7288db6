import t, { type Test as Tap } from 'tap'
import {
  RESUMPTION_TYPE,
  REVIEW_TYPE,
  resumptionStatement,
  reviewStatement,
  URGENT_TYPE,
  urgentStatement,
} from '../../src/governance/governance.ts'
import { type Json, timestamp, uuidv7 } from '../../src/kit/kit.ts'
import { APPROVAL_TYPE, statementOf } from '../../src/policy/policy.ts'
import { signJws } from '../../src/seal/seal.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { handClock } from '../stores/exchange-store.suite.ts'
import { until } from '../support/until.ts'
import { compile, firstSource, ID, outgrown, type Person, POLICE, revise, TwoDesks } from './two-desks.ts'

t.setTimeout(180_000)

const DAY_MS = 86_400_000
const looser = revise(firstSource, ['ops-room', 'liaison-officer', 'silver-adviser'])
const tighter = revise(firstSource, ['ops-room', 'liaison-officer']).replace(
  'expiresAt: 2028-01-01',
  'expiresAt: 2027-12-01',
)

const who = ({ officer }: Person) => ({ person: officer.person, role: officer.roles[0] ?? '' })

const sorted = (kinds: readonly Json[]) => kinds.map(String).toSorted((a, b) => (a < b ? -1 : 1))

/** The code and rule with which something is refused. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (thrown) {
    if (thrown instanceof Refusal) return [thrown.code, thrown.rule].filter(Boolean).join(' ')
    throw thrown
  }
}

async function agree(desks: TwoDesks, source: string): Promise<void> {
  const { approver, armyApprover } = desks.people
  await desks.propose(source)
  await desks.approve(approver, source)
  await desks.allTold()
  t.equal(desks.army.state(source), 'approved', 'the army has the proposal')
  await desks.approve(armyApprover, source)
  await desks.allTold()
  t.equal(desks.police.state(source), desks.army.state(source), 'both know that it is agreed')
}

/** Both sides, and both again after a restart, come to the same states. */
async function sameAfterRestart(t: Tap, desks: TwoDesks): Promise<void> {
  const seen = () => [desks.police, desks.army].map(({ governance }) => governance.list().agreements)
  const before = seen()
  const summaries = before.map(agreements => agreements.map(({ revisions }) => revisions))
  await desks.start(desks.police.store, desks.army.store)
  t.strictSame(seen(), before, 'a restart changes nothing')
  t.strictSame(
    summaries[0]?.flat().filter(({ state }) => state !== 'proposed'),
    summaries[1]?.flat(),
    'both sides see the same, but for what has not been told',
  )
}

void t.test(
  'a revision in force takes the place of the one before, for what is in hand only after a minute',
  async t => {
    const clock = handClock()
    await using desks = await TwoDesks.open(clock)
    const [first, second] = [compile(firstSource), compile(looser)]
    await agree(desks, looser)
    for (const { book, state } of [desks.police, desks.army].map(desk => ({
      book: desk.book,
      state: desk.state(looser),
    }))) {
      t.equal(state, 'in-force')
      t.equal(book.find(first.provider, first.recipient, 'police.operation')?.digest, second.digest)
      t.equal(book.barrier(second, 'live-coordination'), undefined)
      t.equal(book.barrier(first, 'live-coordination'), undefined, 'what is on its way still comes in')
    }
    clock.move(61_000)
    t.equal(desks.army.book.barrier(first, 'live-coordination'), 'agreement-mismatch')
    t.equal(
      desks.army.book.barrier(compile(tighter), 'live-coordination'),
      'agreement-mismatch',
      'never agreed',
    )
    t.strictSame(
      desks.army.book.abilitiesOf(second),
      new Set(['delete-after']),
      'as its gateway has declared',
    )
    t.equal(desks.army.book.abilitiesOf(first), undefined)
    await sameAfterRestart(t, desks)
  },
)

void t.test('a revision holds from its date on, and never a moment before', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const from = new Date(clock.now() + DAY_MS).toISOString()
  const later = revise(firstSource, ['ops-room', 'liaison-officer', 'silver-adviser'], { from })
  await agree(desks, later)
  const { provider, recipient, digest } = compile(later)
  const counts = () => desks.army.book.find(provider, recipient, 'police.operation')?.digest
  t.equal(desks.army.state(later), 'scheduled')
  t.equal(counts(), compile(firstSource).digest)
  clock.move(DAY_MS - 1)
  t.equal(counts(), compile(firstSource).digest)
  clock.move(1)
  t.equal(counts(), digest)
  t.equal(desks.police.state(later), 'in-force')
  clock.move(10 * 365 * DAY_MS)
  t.equal(desks.police.state(later), 'expired')
  t.equal(counts(), digest, 'an older one does not come back when the newer has ended')
})

void t.test('a proposal that nobody completes lapses after thirty days', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  await desks.propose(looser)
  const asked = () => desks.police.governance.sealedAbout(desks.army.agency, compile(looser).digest)
  t.equal(await refusal(asked), 'not-found', 'the peer sees nothing that its officers have not approved')
  clock.move(30 * DAY_MS)
  t.equal(desks.police.state(looser), 'proposed')
  clock.move(1)
  t.equal(desks.police.state(looser), 'lapsed')
  t.equal(await refusal(() => desks.approve(desks.people.approver, looser)), 'act-out-of-turn')
})

void t.test('a tighter revision needs no officer of the recipient, a looser one does', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  await desks.propose(looser)
  await desks.approve(desks.people.approver, looser)
  await desks.propose(tighter)
  await desks.approve(desks.people.approver, tighter)
  await desks.allTold()
  t.equal(desks.police.state(tighter), 'in-force', 'the tighter one is in force')
  t.equal(desks.army.state(tighter), 'in-force')
  t.equal(desks.police.state(looser), 'outdated')
  await sameAfterRestart(t, desks)
})

void t.test(
  'what the recipient may not hold is declined with its reasons, and its author is told',
  async t => {
    await using desks = await TwoDesks.open(handClock())
    desks.objections = [
      { check: 37, level: 'stop', file: 'x', line: 7, column: 1, says: 'looser than line A1' },
    ]
    await desks.propose(looser)
    await desks.approve(desks.people.approver, looser)
    await desks.allTold()
    t.equal(desks.police.state(looser), 'declined', 'the police are told')
    t.match(desks.police.governance.read(compile(looser).digest).problems, [
      { code: 'check-37', line: 7, says: 'looser than line A1' },
    ])
    t.match(desks.police.governance.notices(), { notices: [{ kind: 'proposal-declined' }] })
    t.equal(await refusal(() => desks.approve(desks.people.armyApprover, looser)), 'act-out-of-turn')
    await sameAfterRestart(t, desks)
  },
)

void t.test(
  'a gateway that comes to other outcomes of the worked examples does not become a party to it',
  async t => {
    await using desks = await TwoDesks.open(handClock())
    const { author, approver } = desks.people
    const agreement = compile(looser)
    const theirs = { passed: agreement.examples, digest: `sha256:${'1'.repeat(64)}` }
    const statement = { ...statementOf(agreement), examples: theirs }
    const act = {
      act: uuidv7(desks.clock),
      from: POLICE,
      to: desks.army.agency,
      agreement: ID,
      at: timestamp(desks.clock.now()),
      digest: agreement.digest,
    }
    const approval = author.sign(APPROVAL_TYPE, statement)
    const proposed = { ...act, kind: 'proposed', source: looser, statement, approval, answers: [] }
    const send = (one: object) =>
      desks.army.governance.receive(
        POLICE,
        Buffer.from(`${signJws(desks.signerOf(POLICE), 'concordat-agreement+jws', JSON.stringify(one))}\n`),
      )
    t.match(await send(proposed), { results: [{ outcome: 'refused', code: 'agreement-unfit' }] })
    t.equal(desks.army.state(looser), undefined)
    t.match(
      desks.army.register.untold.map(({ act: answer }) => answer),
      [{ kind: 'declined', problems: [{ code: 'agreement-unfit', says: 'statement.examples' }] }],
    )

    await desks.propose(looser)
    await desks.approve(approver, looser)
    await desks.allTold()
    t.equal(desks.army.state(looser), 'approved', 'the army has the true one')
    const verified = {
      ...act,
      act: uuidv7(desks.clock),
      kind: 'verified',
      statement,
      path: 'whole',
      abilities: [],
    }
    t.match(await send(verified), { results: [{ code: 'act-invalid' }] }, 'another statement')
  },
)

void t.test('a revision that does not follow the one in force is refused', async t => {
  await using desks = await TwoDesks.open(handClock())
  await agree(desks, looser)
  t.equal(await refusal(() => desks.propose(tighter)), 'agreement-unfit stop', 'the checks say so')
  const onward = revise(looser, ['ops-room', 'liaison-officer'])
  await desks.propose(onward)
  t.equal(await refusal(() => desks.propose(onward)), 'act-out-of-turn', 'the same one twice')
})

void t.test('a schema that changes does not cut the chain of revisions', async t => {
  await using desks = await TwoDesks.open(handClock())
  await agree(desks, looser)
  const { id, digest, revision } = compile(looser)
  const next = revise(looser, ['ops-room', 'liaison-officer'])
  outgrown.add(firstSource).add(looser)
  t.teardown(() => outgrown.clear())
  desks.inForceOnce.set(id, { revision, digest })
  await desks.start(desks.police.store, desks.army.store)
  t.strictSame(desks.police.governance.list().agreements, [], 'what was in force cannot be read any more')
  t.equal(
    await refusal(() => desks.propose(tighter)),
    'agreement-conflict replaces',
    'what follows another one',
  )
  await agree(desks, next)
  t.equal(desks.army.state(next), 'in-force')
  desks.inForceOnce.set(id, { revision: revision + 1, digest: compile(next).digest })
  await desks.start(desks.police.store, desks.army.store)
  t.equal(desks.army.state(next), 'in-force', 'also after another restart')
})

void t.test('withdrawn and rejected proposals are over on both sides', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { author, approver, armyApprover } = desks.people
  await desks.propose(looser)
  const { digest } = compile(looser)
  t.equal(
    await refusal(() => desks.police.governance.end(who(approver), 'withdrawn', digest, 'no')),
    'officer-not-allowed author',
  )
  await desks.approve(approver, looser)
  await desks.allTold()
  t.equal(desks.army.state(looser), 'approved', 'the army has it')
  await desks.army.governance.end(who(armyApprover), 'rejected', digest, 'too wide')
  await desks.allTold()
  t.equal(desks.police.state(looser), 'rejected', 'the police are told')
  t.equal(
    await refusal(() => desks.police.governance.end(who(author), 'withdrawn', digest, 'no')),
    'act-out-of-turn',
  )
  await desks.propose(looser)
  t.equal(desks.police.state(looser), 'proposed', 'the same may be proposed again')
  await desks.approve(approver, looser)
  await desks.allTold()
  t.equal(desks.army.state(looser), 'approved', 'the army has it again')
})

void t.test(
  'a suspension holds at once, survives a restart, and ends with a signature of each side',
  async t => {
    await using desks = await TwoDesks.open(handClock())
    const { operator, approver, armyApprover } = desks.people
    const agreement = compile(firstSource)
    desks.connected = false
    const { id } = await desks.police.governance.suspend(who(operator), { agreement: ID, reason: 'a leak' })
    t.equal(desks.police.book.barrier(agreement, 'debrief'), 'agreement-suspended')
    t.equal(desks.police.state(firstSource), 'suspended')
    t.equal(desks.army.book.barrier(agreement, 'debrief'), undefined, 'the link is cut')
    desks.connected = true
    desks.hurry()
    await until(
      () => desks.army.book.barrier(agreement, 'debrief') === 'agreement-suspended',
      'the army is told',
    )
    await sameAfterRestart(t, desks)
    const sign = (person: Person) => person.sign(RESUMPTION_TYPE, resumptionStatement(ID, id))
    await desks.police.governance.resume(who(approver), id, sign(approver))
    t.equal(
      await refusal(() => desks.police.governance.resume(who(approver), id, sign(approver))),
      'act-out-of-turn',
    )
    t.equal(desks.police.book.barrier(agreement, 'debrief'), 'agreement-suspended')
    await until(
      () => desks.army.governance.list().agreements[0]?.suspensions[0]?.resumedBy.length === 1,
      'the army is told',
    )
    await desks.army.governance.resume(who(armyApprover), id, sign(armyApprover))
    await until(() => desks.police.book.barrier(agreement, 'debrief') === undefined, 'it goes on')
    t.equal(
      await refusal(() =>
        desks.army.governance.suspend(who(armyApprover), { agreement: 'no.such', reason: 'x' }),
      ),
      'not-found',
    )
  },
)

void t.test('an urgent use ends by itself, and the next one waits for both reviews', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { operator, approver, armyApprover, dpo, armyDpo } = desks.people
  const agreement = compile(firstSource)
  const begin = (purpose = 'live-coordination', digest: string = agreement.digest) =>
    urgentStatement({ policy: ID, digest, purpose, reason: 'a wall has come down', nonce: uuidv7(clock) })
  const open = (statement: ReturnType<typeof begin>, ...people: readonly Person[]) =>
    desks.police.governance.openUrgentUse(
      who(operator),
      statement,
      people.map(one => one.sign(URGENT_TYPE, { ...statement })),
    )
  const statement = begin()
  t.equal(await refusal(() => open(statement, operator)), 'approval-invalid approval-missing')
  t.equal(await refusal(() => open(begin('debrief'), operator, armyApprover)), 'urgent-not-allowed')
  t.equal(
    await refusal(() => open(begin('live-coordination', `sha256:${'0'.repeat(64)}`), operator, approver)),
    'agreement-conflict',
  )
  const stale = begin()
  const signed = [operator, armyApprover].map(one => one.sign(URGENT_TYPE, { ...stale }))
  clock.move(2 * 3_600_000)
  t.equal(
    await refusal(() => desks.police.governance.openUrgentUse(who(operator), stale, signed)),
    'approval-invalid approval-stale',
  )
  await open(statement, operator, armyApprover)
  t.equal(
    await refusal(() => open(statement, operator, armyApprover)),
    'act-out-of-turn',
    'a statement opens one use',
  )
  for (const { book } of [desks.police, desks.army]) {
    t.ok(book.isUrgent(agreement, 'live-coordination'))
    t.notOk(book.isUrgent(agreement, 'debrief'))
  }
  const finding = 'it was needed'
  const review = async (desk: typeof desks.police, by: Person) =>
    desk.governance.reviewUrgentUse(
      who(by),
      statement.nonce,
      finding,
      by.sign(REVIEW_TYPE, reviewStatement(ID, statement.nonce, finding)),
    )
  t.equal(await refusal(() => review(desks.police, dpo)), 'act-out-of-turn', 'not before its end')
  clock.move(3_600_000)
  t.notOk(desks.police.book.isUrgent(agreement, 'live-coordination'))
  t.ok(desks.army.book.isUrgent(agreement, 'live-coordination', true), 'what is on its way still comes in')
  t.equal(await refusal(() => open(begin(), operator, armyApprover)), 'urgent-review-due')
  t.equal(await refusal(() => review(desks.police, approver)), 'officer-not-allowed dpo')
  await review(desks.police, dpo)
  await until(() => desks.army.governance.urgentUses().uses[0]?.reviewedBy.length === 1, 'the army is told')
  t.equal(await refusal(() => open(begin(), operator, armyApprover)), 'urgent-review-due')
  await review(desks.army, armyDpo)
  await until(
    () => desks.police.governance.urgentUses().uses[0]?.state === 'reviewed',
    'both have reviewed it',
  )
  await sameAfterRestart(t, desks)
  t.match(await open(begin(), operator, armyApprover), { state: 'open' })
})

void t.test('whose key is gone has not signed any more', async t => {
  await using desks = await TwoDesks.open(handClock())
  await agree(desks, looser)
  await desks.start(desks.police.store, desks.army.store, 'a-031')
  t.strictSame(desks.police.governance.list().agreements, [], 'nothing counts that this person signed')
})

void t.test('every act has its leaf, and an act that comes twice has one', async t => {
  await using desks = await TwoDesks.open(handClock())
  await agree(desks, looser)
  const expected = ['adopted', 'proposed', 'approved', 'verified', 'verified', 'approved']
  t.strictSame(
    (await desks.police.kinds()).filter(kind => kind !== 'agreement.draft'),
    expected,
  )
  t.strictSame(sorted(await desks.army.kinds()), sorted(expected))
  await desks.start(desks.police.store, desks.army.store)
  await until(() => desks.police.register.untold.length === 0, 'all is told again after a start')
  t.equal((await desks.army.kinds()).length, expected.length)
  t.ok(desks.army.governance.sealedAbout(POLICE, compile(looser).digest).length >= 2)
  t.equal(
    await refusal(() => desks.army.governance.sealedAbout(POLICE, `sha256:${'0'.repeat(64)}`)),
    'not-found',
  )
})
