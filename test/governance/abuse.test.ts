/** What a peer's gateway can do to ours with a good certificate, a good key, and no good will. */
import t from 'tap'
import { RESUMPTION_TYPE, resumptionStatement } from '../../src/governance/governance.ts'
import { type Digest, digestOf, type Json, timestamp, uuidv7 } from '../../src/kit/kit.ts'
import { APPROVAL_TYPE, statementOf } from '../../src/policy/policy.ts'
import { signJws } from '../../src/seal/seal.ts'
import { ProblemsError, Refusal } from '../../src/terms/terms.ts'
import { agency, handClock } from '../stores/exchange-store.suite.ts'
import { ARMY, compile, firstSource, ID, type Person, POLICE, revise, TwoDesks } from './two-desks.ts'

const looser = revise(firstSource, ['ops-room', 'liaison-officer', 'silver-adviser'])
const another = revise(firstSource, ['ops-room', 'liaison-officer', 'bronze-adviser'])

const who = ({ officer }: Person) => ({ person: officer.person, role: officer.roles[0] ?? '' })

type Forged = Readonly<Record<string, unknown>>

/** The police gateway with a mind of its own, at the army's outer door. */
function rogue(desks: TwoDesks) {
  const head = () => ({
    act: uuidv7(desks.clock),
    from: POLICE,
    to: ARMY,
    agreement: ID,
    at: timestamp(desks.clock.now()),
  })
  const seal = (act: object) =>
    signJws(desks.signerOf(POLICE), 'concordat-agreement+jws', JSON.stringify(act))
  const tell = async (...lines: readonly string[]): Promise<readonly string[]> => {
    const body = Buffer.from(lines.map(line => `${line}\n`).join(''))
    const { results } = await desks.army.governance.receive(POLICE, body)
    return results.map(({ outcome, code }) => code ?? outcome)
  }
  return {
    head,
    seal,
    tell,
    say: (act: Forged) => tell(seal({ ...head(), ...act })),
    suspended: (change: Forged = {}) => ({
      ...head(),
      kind: 'suspended',
      person: 'x',
      reason: 'made up',
      ...change,
    }),
    /** As the police gateway makes it, with whatever is changed afterwards. */
    proposed(source: string, change: Forged = {}) {
      const agreement = compile(source)
      const statement = statementOf(agreement)
      const approval = desks.people.author.sign(APPROVAL_TYPE, statement)
      const about = { kind: 'proposed', agreement: agreement.id, digest: agreement.digest, source, statement }
      return { ...head(), ...about, approval, answers: [], ...change }
    },
  }
}

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'done'
  } catch (thrown) {
    if (thrown instanceof Refusal) return [thrown.code, thrown.rule].filter(Boolean).join(' ')
    throw thrown
  }
}

const suspensionsOf = (desks: TwoDesks) => desks.army.register.lives.get(ID)?.suspensions ?? []

void t.test('an id that is known does not let another text pass for it', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { seal, tell, suspended } = rogue(desks)
  const first = suspended({ purposes: ['debrief'] })
  t.strictSame(await tell(seal(first), seal(first)), ['recorded', 'known'])
  t.strictSame(await tell(seal({ ...first, reason: 'another' })), ['act-invalid'])
  t.equal(suspensionsOf(desks).length, 1)
})

void t.test('nothing is compiled that no author has signed', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { say, proposed } = rogue(desks)
  const { approver, armyApprover } = desks.people
  const statement = statementOf(compile(looser))
  let compiled = 0
  const { compile: real } = desks.army.rules
  Object.assign(desks.army.rules, {
    compile(source: string) {
      compiled++
      return real(source)
    },
  })
  const forge = (change: Forged) => say(proposed(looser, change))
  const sign = (person: Person, role: string) => person.sign(APPROVAL_TYPE, statement, role)
  t.strictSame(await forge({ source: `${looser}\n# more` }), ['act-invalid'], 'another text')
  t.strictSame(await forge({ digest: `sha256:${'0'.repeat(64)}` }), ['act-invalid'], 'another digest')
  t.strictSame(await forge({ agreement: 'some.other' }), ['act-invalid'], 'another agreement')
  t.strictSame(await forge({ approval: sign(approver, 'author') }), ['approval-invalid'], 'no author')
  t.strictSame(
    await forge({ approval: sign(armyApprover, 'approver') }),
    ['approval-invalid'],
    'of the other side',
  )
  t.strictSame(
    await forge({ statement: { ...statement, compiledDigest: statement['compiledDigest'], more: 'x' } }),
    ['approval-invalid'],
    'not what was signed',
  )
  t.equal(compiled, 0)
  t.strictSame(await forge({}), ['recorded'])
  t.equal(compiled, 1)
})

void t.test('a text of the worst kind costs no more than one of the best', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { say, head } = rogue(desks)
  const keys = Array.from({ length: 40_000 }, (_, at) => `k${at}: 1`).join('\n')
  const source = `id: ${ID}\n${keys}\n`.slice(0, 399_000)
  const digest: Digest = `sha256:${'1'.repeat(64)}`
  const statement = { policy: ID, compiledDigest: digest, sourceDigest: digestOf(source) }
  const approval = desks.people.author.sign(APPROVAL_TYPE, statement)
  const act = { ...head(), kind: 'proposed', digest, source, statement, approval, answers: [] }
  const begun = performance.now()
  t.strictSame(await say(act), ['agreement-unfit'])
  t.ok(performance.now() - begun < 15_000, 'keys are not compared each with every other')
  await desks.allTold()
})

void t.test('proposals have a measure', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { say, proposed } = rogue(desks)
  const refused = { approval: desks.people.approver.sign(APPROVAL_TYPE, {}, 'author') }
  for (let at = 0; at < 20; at++) t.strictSame(await say(proposed(looser, refused)), ['approval-invalid'])
  t.strictSame(await say(proposed(looser)), ['overloaded'])
  clock.move(300_000)
  t.strictSame(await say(proposed(looser)), ['recorded'], 'later there is room again')
})

void t.test('not more than twenty proposals of one agency are open, whatever they are called', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { say, proposed } = rogue(desks)
  const name = (at: number) =>
    at === 0 ? looser : revise(firstSource, ['ops-room', 'liaison-officer', `role-${at}`])
  for (let at = 0; at < 20; at++) {
    clock.move(300_000)
    t.strictSame(await say(proposed(name(at))), ['recorded'], `${at}`)
  }
  clock.move(300_000)
  t.strictSame(await say(proposed(name(20))), ['overloaded'])
})

void t.test("an agreement with others is none of the peer's business", async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { say, proposed } = rogue(desks)
  const third = firstSource
    .replace('id: northshire-police\n', 'id: southshire-police\n')
    .replace(/^id: .*$/m, 'id: southshire.to.army')
  t.not(third, firstSource)
  const theirs = compile(third)
  t.equal(theirs.provider, 'southshire-police')
  t.strictSame(await say(proposed(third)), ['act-invalid'], 'provided by another agency')
  // As if it had been agreed with them.
  const life = desks.army.register.lives.get(ID)
  const [revision] = life?.revisions ?? []
  if (revision === undefined) throw new Error('the first revision is in force')
  const other = { ...revision, agreement: { ...theirs, id: 'shared.id' }, agreedAt: undefined }
  const lives = desks.army.register.lives as Map<string, NonNullable<typeof life>>
  lives.set('shared.id', { id: 'shared.id', revisions: [other], suspensions: [], urgentUses: [] })
  const mine = firstSource.replace(/^id: .*$/m, 'id: shared.id')
  t.strictSame(await say(proposed(mine)), ['agreement-conflict'], 'under the id of an agreement with others')
  t.equal(lives.get('shared.id')?.revisions.length, 1)
  t.strictSame(await say({ kind: 'suspended', agreement: 'shared.id', person: 'x', reason: 'made up' }), [
    'not-found',
  ])
  // Its digest under a text of ours, so that declining ours would end theirs.
  const statement = { ...statementOf(compile(looser)), compiledDigest: theirs.digest, policy: 'shared.id' }
  const approval = desks.people.author.sign(APPROVAL_TYPE, statement)
  const mixed = proposed(looser, { agreement: 'shared.id', digest: theirs.digest, statement, approval })
  t.match(await say(mixed), [/agreement-(unfit|conflict)/])
  t.equal(lives.get('shared.id')?.revisions[0]?.ended, undefined, 'theirs is still open')
  t.equal(agency('southshire-police'), theirs.provider)
})

void t.test('what is open cannot be ended by a text that only borrows its digest', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { say, proposed } = rogue(desks)
  await desks.propose(looser)
  await desks.approve(desks.people.approver, looser)
  await desks.allTold()
  t.equal(desks.army.state(looser), 'approved', 'the army has the proposal')
  const { digest } = compile(looser)
  const statement = { ...statementOf(compile(another)), compiledDigest: digest }
  const approval = desks.people.author.sign(APPROVAL_TYPE, statement)
  t.strictSame(await say(proposed(another, { digest, statement, approval })), ['agreement-unfit'])
  t.equal(desks.army.state(looser), 'approved')
})

void t.test('a peer stops an agreement as often as it likes, but not without end', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { seal, tell, suspended } = rogue(desks)
  const some = () => seal(suspended({ purposes: ['debrief'] }))
  const told = await tell(...Array.from({ length: 70 }, some))
  t.equal(told.filter(one => one === 'recorded').length, 64)
  t.equal(told.at(-1), 'overloaded')
  t.equal(desks.army.book.barrier(compile(firstSource), 'live-coordination'), undefined)
  t.strictSame(await tell(seal(suspended())), ['recorded'], 'a stop of the whole still counts')
  t.strictSame(await tell(seal(suspended())), ['overloaded'], 'once')
  t.equal(desks.army.book.barrier(compile(firstSource), 'live-coordination'), 'agreement-suspended')
  const { operator } = desks.people
  const { id } = await desks.army.governance.suspend(who(operator), { agreement: ID, reason: 'ours' })
  t.ok(id, 'our own do not wait for theirs')
})

void t.test('our own officers do not wait behind a peer that talks without end', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { seal, tell, suspended } = rogue(desks)
  const { operator } = desks.people
  let slow = 0
  const { store } = desks.army
  const add = store.addActs.bind(store)
  Object.assign(desks.army.store, {
    async addActs(entries: Parameters<typeof add>[0]) {
      slow++
      await new Promise(resolve => setTimeout(resolve, 20))
      return add(entries)
    },
  })
  const flood = tell(...Array.from({ length: 60 }, () => seal(suspended({ purposes: ['debrief'] }))))
  await desks.army.governance.suspend(who(operator), { agreement: ID, reason: 'now' })
  t.ok(slow < 6, `${slow} acts were recorded before ours`)
  t.equal(
    await refusal(() => tell(seal(suspended()))),
    'overloaded',
    'a second request of the same peer is turned away meanwhile',
  )
  t.equal((await flood).length, 60)
})

void t.test('refusals are on the record, but a peer cannot fill the ledger with them', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { tell } = rogue(desks)
  const count = async () => desks.army.store.size()
  const before = await count()
  for (let at = 0; at < 3; at++) await tell(...Array.from({ length: 150 }, () => 'not a jws'))
  t.equal((await count()) - before, 200)
  clock.move(20_000)
  await tell('no', 'no', 'no')
  t.equal((await count()) - before, 202)
})

void t.test('names and reasons hold nothing that a terminal would obey', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { say, suspended, proposed } = rogue(desks)
  for (const reason of [
    '\u001b[2Jgone',
    'a\u202eb\u202c',
    'one\ntwo',
    'zero\u200bwidth',
    'x\u2028y',
    'no',
    'n'.repeat(2001),
  ])
    t.strictSame(await say(suspended({ reason })), ['act-invalid'])
  t.strictSame(await say(suspended({ person: 'p\u0007' })), ['act-invalid'])
  t.strictSame(await say(suspended({ reason: 'Überfall – plötzlich 警察 🚓' })), ['recorded'])
  // What we say back quotes their text.
  const source = looser.replace(/^title: .*$/m, `"ti\\e[2Jtle${'🚓'.repeat(700)}": x`)
  const digest: Digest = `sha256:${'2'.repeat(64)}`
  const statement = { policy: ID, compiledDigest: digest, sourceDigest: digestOf(source) }
  const approval = desks.people.author.sign(APPROVAL_TYPE, statement)
  t.strictSame(await say(proposed(looser, { source, digest, statement, approval })), ['agreement-unfit'])
  await desks.start(desks.police.store, desks.army.store)
  t.ok(desks.army.register.untold.length >= 1, 'what we have said can be read again')
})

void t.test('a statement with members of its own is not repeated anywhere', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { say, proposed } = rogue(desks)
  const statement = { ...statementOf(compile(looser)), ['secret '.repeat(1000)]: 'x' }
  const approval = desks.people.author.sign(APPROVAL_TYPE, statement)
  t.strictSame(await say(proposed(looser, { statement, approval })), ['agreement-unfit'])
  const leaves = await desks.army.store.leaves(0, await desks.army.store.size())
  t.notMatch(leaves.join(''), /secret/)
  t.match(
    leaves.findLast(leaf => leaf.includes('"refused"')),
    '"rule":"statement"',
  )
})

void t.test('a resumption needs an approver of each side', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { say } = rogue(desks)
  const { operator, approver, armyApprover, author } = desks.people
  const { id } = await desks.army.governance.suspend(who(operator), { agreement: ID, reason: 'a leak' })
  const statement = resumptionStatement(ID, id)
  const resumed = (signature: Json) => say({ kind: 'resumed', suspension: id, signature })
  const signed = (person: Person, role?: string) => ({ ...person.sign(RESUMPTION_TYPE, statement, role) })
  t.strictSame(await resumed(signed(author)), ['approval-invalid'], 'an author')
  t.strictSame(await resumed(signed(author, 'approver')), ['approval-invalid'], 'an author as approver')
  t.strictSame(await resumed(signed(armyApprover)), ['approval-invalid'], 'our own approver')
  t.strictSame(await resumed({ ...signed(approver), sig: 'A'.repeat(86) }), ['approval-invalid'])
  const elsewhere = approver.sign(RESUMPTION_TYPE, resumptionStatement(ID, uuidv7(desks.clock)))
  t.strictSame(await resumed({ ...elsewhere }), ['approval-invalid'], 'of another suspension')
  t.strictSame(await resumed(signed(approver)), ['recorded'])
  t.strictSame(await resumed(signed(approver)), ['act-out-of-turn'], 'twice')
  t.equal(desks.army.book.barrier(compile(firstSource), 'debrief'), 'agreement-suspended')
})

void t.test('two agreements over the same resource are never both in force', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { approver, armyApprover } = desks.people
  // Of a pair that has none in force yet, two may be proposed.
  const pair = (name: string) => firstSource.replace(/^id: .*$/m, `id: ${name}`)
  const fresh = new Map()
  for (const desk of [desks.police, desks.army]) {
    const lives = desk.register.lives as Map<string, unknown>
    fresh.set(desk, lives.get(ID))
    lives.delete(ID)
  }
  const [one, two] = [pair('one.of-two'), pair('two.of-two')]
  for (const source of [one, two]) {
    await desks.propose(source)
    await desks.approve(approver, source)
    await desks.allTold()
    t.equal(desks.army.state(source), 'approved', 'the army has the proposal')
  }
  await desks.approve(armyApprover, one)
  t.equal(await refusal(() => desks.approve(armyApprover, two)), 'agreement-conflict one.of-two')
  t.equal(desks.army.state(two), 'approved')
  const { provider, recipient } = compile(one)
  t.equal(desks.army.book.find(provider, recipient, 'police.operation')?.id, 'one.of-two')
})

void t.test('a stop outlives the key of whoever made it, and the agreement that it stopped', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { say, suspended } = rogue(desks)
  t.strictSame(await say(suspended({ purposes: ['debrief'] })), ['recorded'])
  const agreement = compile(firstSource)
  const { keyOf } = desks.army.rules
  t.equal(desks.army.book.barrier(agreement, 'live-coordination'), undefined)
  // The peer has another key now: what was signed with the old one cannot be verified any more.
  desks.withoutKeysOf.add(POLICE)
  await desks.start(desks.police.store, desks.army.store)
  t.equal(desks.army.book.barrier(agreement, 'debrief'), 'agreement-suspended')
  t.equal(
    desks.army.book.barrier(agreement, 'live-coordination'),
    'agreement-suspended',
    'in doubt, all of it',
  )
  desks.withoutKeysOf.clear()
  t.ok(keyOf)
  // The officers who signed the agreement are gone; others sign the same again.
  await desks.start(desks.police.store, desks.army.store, 'a-031')
  t.equal(suspensionsOf(desks).length, 1, 'nothing of the agreement counts, but the stop does')
})

void t.test('a row that somebody has changed stops the start', async t => {
  const clock = handClock()
  await using desks = await TwoDesks.open(clock)
  const { operator } = desks.people
  await desks.army.governance.suspend(who(operator), { agreement: ID, reason: 'a leak' })
  const rows = await desks.army.store.acts()
  const altered = (text: string) => ({
    ...desks.army.store,
    acts: async () => rows.map((row, at) => (at === rows.length - 1 ? { ...row, text } : row)),
  })
  await t.rejects(desks.start(desks.police.store, altered('{')), ProblemsError)
  await t.rejects(desks.start(desks.police.store, altered(rows[0]?.text ?? '')), ProblemsError)
  const [header = '', payload = '', signature = ''] = (rows.at(-1)?.text ?? '').split('.')
  const act = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const less = Buffer.from(JSON.stringify({ ...act, purposes: ['debrief'] })).toString('base64url')
  await desks.start(desks.police.store, altered([header, less, signature].join('.')))
  t.equal(
    desks.army.book.barrier(compile(firstSource), 'live-coordination'),
    'agreement-suspended',
    'a stop that says less than it did stops all',
  )
})

void t.test('nobody believes that a purpose has stopped which nobody has', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { operator } = desks.people
  const typo = { agreement: ID, purposes: ['live-cordination'], reason: 'a leak' }
  t.equal(
    await refusal(() => desks.police.governance.suspend(who(operator), typo)),
    'purpose-unknown live-cordination',
  )
})

void t.test('drafts have a measure', async t => {
  await using desks = await TwoDesks.open(handClock())
  const { author } = desks.people
  const save = (at: number) => desks.police.governance.saveDraft(who(author), `id: draft-${at}\n`)
  for (let at = 0; at < 50; at++) await save(at)
  t.equal(await refusal(() => save(50)), 'overloaded drafts')
  t.ok(await save(3), 'one of those may be saved again')
})
