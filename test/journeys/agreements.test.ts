import { readFile } from 'node:fs/promises'
import t, { type Test as Tap } from 'tap'
import {
  RESUMPTION_TYPE,
  REVIEW_TYPE,
  reviewStatement,
  URGENT_TYPE,
  urgentStatement,
} from '../../src/governance/governance.ts'
import { type Json, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { signJws } from '../../src/seal/seal.ts'
import { signerOf } from '../support/counterfeit.ts'
import { dig } from '../support/dig.ts'
import { type Field, openField, type Side } from '../support/field.ts'
import { type Acting, type Answer, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { approve, type Officers, openOfficers, propose } from './officers.ts'
import { OPS_ROOM, operation, PLANNER, position, pushOf } from './records.ts'

t.setTimeout(240_000)

const ID = 'northshire-police.to.army-1div.public-order'
const URGENT = 'urgent: { allowed: true, people: 2, lasts: PT15M, tell: [provider-dpo, recipient-dpo] }'
const LIVE = 'requesters: [ops-room, liaison-officer]'

/** Two gateways whose police agreement allows urgent use of one purpose. */
function open(): Promise<Field> {
  return openField({
    editPolicy: (text, name) =>
      name.startsWith('northshire-police.to') ? text.replace(LIVE, `${LIVE}\n    ${URGENT}`) : text,
  })
}

/** The next revision of a text, changed. */
function revise(
  source: string,
  replaces: string,
  ...changes: readonly (readonly [string, string])[]
): string {
  const [, revision = '0'] = /^revision: (\d+)$/m.exec(source) ?? []
  const next = source
    .replace(/^replaces: .*\n/m, '')
    .replace(/^revision: \d+$/m, `revision: ${Number(revision) + 1}\nreplaces: ${replaces}`)
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the policy does not say: ${from}`)
    return text.replace(from, to)
  }, next)
}

interface Stage {
  readonly field: Field
  readonly officers: Officers
  readonly system: System
}

async function standing(of: { ask(method: string, path: string): Promise<Answer> }) {
  const { json } = await of.ask('GET', '/v1/agreements')
  const agreements = dig(json, 'agreements')
  const one = Array.isArray(agreements) ? agreements.find(each => dig(each, 'agreement') === ID) : undefined
  const revisions = dig(one, 'revisions')
  const states = new Map(
    (Array.isArray(revisions) ? revisions : []).map(each => [text(each, 'digest'), text(each, 'state')]),
  )
  const [inForce] = [...states].find(([, state]) => state === 'in-force' || state === 'suspended') ?? []
  return { states, inForce, suspensions: dig(one, 'suspensions') }
}

function text(value: Json | undefined, ...path: readonly (string | number)[]): string {
  const found = dig(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** Pushes a position and returns how it ended, after that many seconds: the state, or the code of the refusal. */
async function push({ system }: Stage, acting: Acting = OPS_ROOM, wait = 10): Promise<string> {
  const seq = Math.floor(performance.now())
  const body = pushOf('police.unitPosition', position('PSU-1', seq), acting.purpose)
  const { json } = await system.push(acting, body, { prefer: `wait=${wait}` })
  return text(json, 'code') || text(json, 'exchanges', 0, 'state')
}

async function lastDecided(side: Side): Promise<Json | undefined> {
  return (await side.leaves()).findLast(leaf => leaf['kind'] === 'decided')
}

const SILVER: Acting = { role: 'silver-adviser', purpose: 'live-coordination' }
const BRONZE: Acting = { role: 'bronze-adviser', purpose: 'live-coordination' }

void t.test('the life of an agreement between two gateways', async t => {
  await using field = await open()
  const officers = await openOfficers(field.police, field.army)
  const system = await openSystem(field.police, { name: 'public-order-system' })
  const stage: Stage = { field, officers, system }
  try {
    await t.test('an officer comes with the own certificate and nobody else with it', t =>
      ownCertificate(t, stage),
    )
    await t.test('a looser revision needs both sides', t => looser(t, stage))
    await t.test('without the second signature it never takes effect', t => unsigned(t, stage))
    await t.test('a tighter one takes the short path', t => tighter(t, stage))
    await t.test('either side suspends alone, and resuming needs both', t => suspension(t, stage))
    await t.test('an urgent use frees who and when, and has to be reviewed', t => urgent(t, stage))
    await t.test('what a peer makes up is refused and on the record', t => forged(t, stage))
    await t.test('a peer that was away is told when it is back', t => away(t, stage))
  } finally {
    officers[Symbol.dispose]()
    system[Symbol.dispose]()
  }
})

async function ownCertificate(t: Tap, { field }: Stage): Promise<void> {
  using console = await openSystem(field.police, { name: 'officer', door: 'console' })
  const as = (person: string, client: string) => {
    const token = console.token({ person, role: 'author', purpose: 'governance' }, { system: client })
    return console.ask('GET', '/v1/agreements', { authorization: `Bearer ${token}` })
  }
  t.equal((await as('p-118', 'officer:p-118')).status, 200)
  t.match((await as('p-204', 'officer:p-118')).json, { code: 'token-unbound', rule: 'sub' })
  t.match((await as('p-204', 'officer:p-204')).json, { code: 'token-unbound' })
  t.equal((await console.ask('GET', '/readyz')).status, 200)
  t.match((await console.ask('GET', '/v1/agreements')).json, { code: 'token-missing' })
}

async function looser(t: Tap, stage: Stage): Promise<void> {
  const { field, officers } = stage
  const { author, approver, armyApprover } = officers
  const { inForce: first = '' } = await standing(author)
  t.equal((await standing(armyApprover)).inForce, first, 'both have the same file in force')
  t.equal(await push(stage), 'accepted')
  t.equal(await push(stage, SILVER), 'role-not-allowed')
  const source = text((await author.ask('GET', `/v1/agreements/${first}`)).json, 'source')
  const next = revise(source, first, [LIVE, 'requesters: [ops-room, liaison-officer, silver-adviser]'])

  const unfit = await author.ask('PUT', '/v1/agreements/drafts', { source: next.replace('tests:', 'test:') })
  t.equal(unfit.status, 200, 'a draft may be saved however bad it is')
  t.match(unfit.json, { findings: [{ level: 'stop' }] })
  t.match((await author.ask('GET', '/v1/agreements/drafts')).json, {
    drafts: [{ agreement: ID, savedBy: 'p-118' }],
  })
  t.match(await approver.ask('PUT', '/v1/agreements/drafts', { source: next }), {
    status: 403,
    json: { code: 'officer-not-allowed' },
  })

  const draft = (await author.ask('PUT', '/v1/agreements/drafts', { source: next })).json
  t.equal(text(draft, 'path'), 'whole')
  const unanswered = await author.ask('POST', '/v1/agreements/proposals', {
    source: next,
    approval: author.approve(dig(draft, 'statement')),
  })
  t.match(unanswered, { status: 422, json: { code: 'agreement-unfit', rule: 'unanswered' } })
  const borrowed = { source: next, approval: approver.approve(dig(draft, 'statement'), { role: 'author' }) }
  t.match(await author.ask('POST', '/v1/agreements/proposals', borrowed), {
    json: { code: 'approval-invalid' },
  })

  const proposed = await propose(author, next)
  t.equal(proposed.status, 201, proposed.text)
  const digest = text(proposed.json, 'summary', 'digest')
  t.equal(text(proposed.json, 'summary', 'state'), 'proposed')
  t.equal(
    (await armyApprover.ask('GET', `/v1/agreements/${digest}`)).status,
    404,
    'not before its own agency has approved',
  )
  const path = `/v1/agreements/${digest}/approvals`
  const approval = approver.approve(dig(proposed.json, 'statement'))
  t.match(await author.ask('POST', path, { approval }), {
    status: 403,
    json: { code: 'officer-not-allowed' },
  })
  t.match(await approver.ask('POST', path, { approval }), {
    status: 422,
    json: { code: 'acknowledgement-missing' },
  })
  const changed = { ...approval, at: '2026-01-01T00:00:00.000Z' }
  t.match(
    (await approver.ask('POST', path, { approval: changed, acknowledged: keysOf(proposed.json) })).json,
    {
      code: 'approval-invalid',
      rule: 'approval-signature',
    },
  )
  t.equal(await push(stage, SILVER), 'role-not-allowed')

  const approved = await approve(approver, digest)
  t.equal(approved.status, 200, approved.text)
  await until(
    async () => (await armyApprover.ask('GET', `/v1/agreements/${digest}`)).status === 200,
    'the army has the proposal',
  )
  const seen = async () => (await armyApprover.ask('GET', `/v1/agreements/${digest}`)).json
  await until(async () => dig(await seen(), 'verifiedBy', 1) !== undefined, 'the army has verified it')
  const shown = await seen()
  t.match(shown, { verifiedBy: ['northshire-police', 'army-1div'], summary: { state: 'approved' } })
  t.match(dig(shown, 'summary', 'missing'), ['an approver of `army-1div`'])
  t.match((await armyApprover.ask('GET', '/v1/notices')).json, {
    notices: [{ kind: 'decide-proposal', digest }],
  })
  t.equal(await push(stage, SILVER), 'role-not-allowed')

  const countersigned = await approve(armyApprover, digest)
  t.match(countersigned, { status: 200, json: { summary: { state: 'in-force' } } }, countersigned.text)
  await until(
    async () => (await standing(author)).inForce === digest,
    'the revision is in force with the police',
  )
  t.equal(await push(stage, SILVER), 'accepted')
  t.match(await lastDecided(field.police), { policy: digest }, 'an exchange cites the digest')
  t.equal((await standing(author)).states.get(first), 'superseded')
  for (const side of [field.police, field.army]) {
    const acts = (await side.leaves()).filter(leaf => leaf['kind'] === 'agreement')
    t.ok(acts.length >= 6, 'every step is in the ledger')
    t.notMatch(JSON.stringify(acts), /p-118|p-204|(?<![0-9a-f])a-031/, 'without the name of a person')
  }
}

function keysOf(revision: Json | undefined): string[] {
  const changes = dig(revision, 'changes')
  return Array.isArray(changes) ? changes.map(one => text(one, 'key')) : []
}

async function unsigned(t: Tap, stage: Stage): Promise<void> {
  const { field, officers } = stage
  const { author, approver, armyApprover } = officers
  const { inForce: second = '' } = await standing(author)
  const source = text((await author.ask('GET', `/v1/agreements/${second}`)).json, 'source')
  const next = revise(source, second, [
    'liaison-officer, silver-adviser]',
    'liaison-officer, silver-adviser, bronze-adviser]',
  ])
  const digest = text((await propose(author, next)).json, 'summary', 'digest')
  t.equal((await approve(approver, digest)).status, 200)
  await until(
    async () => (await armyApprover.ask('GET', `/v1/agreements/${digest}`)).status === 200,
    'the army has the proposal',
  )
  t.equal(await push(stage, BRONZE), 'role-not-allowed')

  const files = await Promise.all(
    field.police.config.agreements.map(async ({ file }) => readFile(file, 'utf8')),
  )
  t.ok(
    files.some(file => file.includes(`id: ${ID}`) && file.includes('revision: 1\n')),
    'the files are still the older ones',
  )
  await Promise.all([field.police.stop(), field.army.stop()])
  await Promise.all([field.police.start(), field.army.start()])
  t.equal(
    field.police.logged('agreement-file-older').length,
    1,
    'the older file is told of and does not count',
  )
  t.equal((await standing(author)).inForce, second, 'what was agreed is in force after a restart')
  t.equal((await standing(author)).states.get(digest), 'approved')
  await until(async () => (await push(stage, SILVER)) === 'accepted', 'the restarted gateways exchange')
  t.equal(await push(stage, BRONZE), 'role-not-allowed', 'what was not agreed is not')

  const twice = await approve(approver, digest)
  t.match(twice, { status: 403, json: { code: 'approval-invalid', rule: 'approval-person-twice' } })
}

async function tighter(t: Tap, stage: Stage): Promise<void> {
  const { field, officers } = stage
  const { author, approver, armyApprover } = officers
  const { inForce: second = '', states } = await standing(author)
  const [open = ''] = [...states].find(([, state]) => state === 'approved') ?? []
  const source = text((await author.ask('GET', `/v1/agreements/${second}`)).json, 'source')
  const next = revise(source, second, ['liaison-officer, silver-adviser]', 'liaison-officer]'])
  const proposed = await propose(author, next)
  t.match(proposed, { status: 201, json: { path: 'tighter-only' } }, proposed.text)
  const digest = text(proposed.json, 'summary', 'digest')
  t.equal((await approve(approver, digest)).status, 200)
  await until(
    async () => (await standing(author)).inForce === digest,
    'the revision is in force with the police',
  )
  await until(
    async () => (await standing(armyApprover)).inForce === digest,
    'the revision is in force with the army',
  )
  t.equal(await push(stage, SILVER), 'role-not-allowed')
  t.equal(await push(stage), 'accepted')
  t.equal(
    (await standing(author)).states.get(open),
    'outdated',
    'a proposal that follows another revision is over',
  )
  t.match(await approve(armyApprover, open), { status: 409, json: { code: 'act-out-of-turn' } })
  t.equal(field.army.logged('act-refused').length, 0)
}

async function suspension(t: Tap, stage: Stage): Promise<void> {
  const { approver, operator, armyApprover, armyOperator, author } = stage.officers
  const reason = 'a device was lost'
  t.match(await author.ask('POST', '/v1/suspensions', { agreement: ID, reason }), { status: 403 })
  const suspended = await armyOperator.ask('POST', '/v1/suspensions', { agreement: ID, reason })
  t.match(suspended, { status: 201, json: { by: 'army-1div', lifted: false, reason } }, suspended.text)
  const id = text(suspended.json, 'id')
  const begun = performance.now()
  await until(
    async () => (await push(stage, OPS_ROOM, 0)) === 'agreement-suspended',
    'the other side has stopped',
  )
  t.ok(
    performance.now() - begun < 1_000,
    `the other side stopped after ${Math.round(performance.now() - begun)} ms`,
  )
  t.match((await operator.ask('GET', '/v1/notices')).json, { notices: [{ kind: 'suspended' }] })
  t.match(await standing(approver), { suspensions: [{ id, reason, by: 'army-1div', lifted: false }] })

  const resumption = `/v1/suspensions/${id}/resumption`
  const signed = (officer: typeof approver) => ({
    signature: officer.sign(RESUMPTION_TYPE, dig(suspended.json, 'statement')),
  })
  t.match(await armyOperator.ask('POST', resumption, signed(armyOperator)), { status: 403 })
  t.match(await armyApprover.ask('POST', resumption, signed(approver)), {
    json: { code: 'approval-invalid' },
  })
  t.match(await armyApprover.ask('POST', resumption, signed(armyApprover)), {
    status: 200,
    json: { lifted: false, resumedBy: ['army-1div'] },
  })
  t.equal(await push(stage), 'agreement-suspended', 'one side alone cannot resume')
  await until(
    async () => (await approver.ask('POST', resumption, signed(approver))).status === 200,
    'the police agree that it goes on',
  )
  await until(async () => (await push(stage)) === 'accepted', 'it goes on')

  const some = await operator.ask('POST', '/v1/suspensions', {
    agreement: ID,
    purposes: ['joint-planning'],
    reason,
  })
  t.equal(some.status, 201, some.text)
  t.equal(await push(stage), 'accepted', 'other purposes go on')
  const planned = pushOf('police.operation', operation('OP-9', { lifecycle: 'APPROVED' }), PLANNER.purpose)
  t.match((await stage.system.push(PLANNER, planned)).json, { code: 'agreement-suspended' })
  for (const officer of [approver, armyApprover]) {
    const path = `/v1/suspensions/${text(some.json, 'id')}/resumption`
    const signature = officer.sign(RESUMPTION_TYPE, dig(some.json, 'statement'))
    await until(
      async () => (await officer.ask('POST', path, { signature })).status === 200,
      'each side agrees that the purpose goes on',
    )
  }
  await until(async () => (await stage.system.push(PLANNER, planned)).status === 202, 'the purpose goes on')
}

async function urgent(t: Tap, stage: Stage): Promise<void> {
  const { approver, operator, dpo, armyApprover, armyDpo } = stage.officers
  const { inForce: digest = '' } = await standing(approver)
  const nonce = uuidv7(systemClock)
  const about = { policy: ID, digest, purpose: 'live-coordination', reason: 'a wall has come down', nonce }
  const statement = { ...urgentStatement(about) }
  const planned = pushOf('police.operation', operation('OP-8', { lifecycle: 'APPROVED' }), OPS_ROOM.purpose)
  const anybody: Acting = { role: 'control-room', purpose: 'live-coordination' }
  t.match((await stage.system.push(anybody, planned)).json, { code: 'role-not-allowed' })
  const alone = {
    statement,
    signatures: [operator.sign(URGENT_TYPE, statement), operator.sign(URGENT_TYPE, statement)],
  }
  t.match((await operator.ask('POST', '/v1/urgent-uses', alone)).json, {
    code: 'approval-invalid',
    rule: 'approval-person-twice',
  })
  const never = { ...statement, purpose: 'debrief' }
  const notAllowed = {
    statement: never,
    signatures: [operator.sign(URGENT_TYPE, never), armyApprover.sign(URGENT_TYPE, never)],
  }
  t.match((await operator.ask('POST', '/v1/urgent-uses', notAllowed)).json, { code: 'urgent-not-allowed' })
  const signatures = [operator.sign(URGENT_TYPE, statement), armyApprover.sign(URGENT_TYPE, statement)]
  t.match((await approver.ask('POST', '/v1/urgent-uses', { statement, signatures })).json, {
    code: 'officer-not-allowed',
  })
  const opened = await operator.ask('POST', '/v1/urgent-uses', { statement, signatures })
  t.match(opened, { status: 201, json: { id: nonce, state: 'open' } }, opened.text)
  const { json } = await stage.system.push(anybody, planned, { prefer: 'wait=10' })
  t.equal(text(json, 'exchanges', 0, 'state'), 'accepted', JSON.stringify(json))
  t.match(await lastDecided(stage.field.police), { rule: 'urgent-use', role: 'control-room' })
  t.match((await dpo.ask('GET', '/v1/notices')).json, { notices: [{ kind: 'urgent-use', role: 'dpo' }] })
  t.match((await armyDpo.ask('GET', '/v1/notices')).json, { notices: [{ kind: 'urgent-use', role: 'dpo' }] })
  const again = { ...statement, nonce: uuidv7(systemClock) }
  const twice = {
    statement: again,
    signatures: [operator.sign(URGENT_TYPE, again), armyApprover.sign(URGENT_TYPE, again)],
  }
  t.match((await operator.ask('POST', '/v1/urgent-uses', twice)).json, { code: 'urgent-review-due' })
  const finding = 'it was needed'
  const early = { finding, signature: dpo.sign(REVIEW_TYPE, reviewStatement(ID, nonce, finding)) }
  t.match((await dpo.ask('POST', `/v1/urgent-uses/${nonce}/review`, early)).json, { code: 'act-out-of-turn' })
}

async function forged(t: Tap, { field }: Stage): Promise<void> {
  using peer = await openSystem(field.army, { name: 'gateway', door: 'outer', of: field.police })
  const post = (body: string) =>
    peer.ask('POST', '/peer/v1/agreements', { body: Buffer.from(body), type: 'application/x-ndjson' })
  const signer = await signerOf(field.police, 'batch')
  const act = {
    act: uuidv7(systemClock),
    kind: 'suspended',
    from: 'army-1div',
    to: 'army-1div',
    agreement: ID,
    at: new Date().toISOString(),
    person: 'p-1',
    reason: 'made up',
  }
  const seal = (change: object) =>
    `${signJws(signer, 'concordat-agreement+jws', JSON.stringify({ ...act, ...change }))}\n`
  t.match(
    (await post(seal({}))).json,
    { results: [{ outcome: 'refused', code: 'act-invalid' }] },
    'another agency',
  )
  t.match((await post(seal({ from: 'northshire-police', kind: 'exploded' }))).json, {
    results: [{ code: 'act-invalid' }],
  })
  t.match((await post(seal({ from: 'northshire-police', agreement: 'no.such' }))).json, {
    results: [{ code: 'not-found' }],
  })
  const resumed = { from: 'northshire-police', kind: 'resumed', suspension: act.act }
  t.match((await post(seal(resumed))).json, { results: [{ code: 'act-invalid' }] }, 'without a signature')
  t.match(await post('not a jws\n'), { status: 200, json: { results: [{ code: 'act-invalid' }] } })
  t.match(await post('no newline'), { status: 422, json: { code: 'act-invalid' } })
  const refused = (await field.army.leaves()).filter(
    leaf => leaf['kind'] === 'refused' && leaf['room'] === 'govern',
  )
  t.ok(refused.length >= 5, 'each no is on the record')
  t.equal((await peer.ask('GET', `/peer/v1/agreements/sha256:${'0'.repeat(64)}`)).status, 404)
}

async function away(t: Tap, stage: Stage): Promise<void> {
  const { operator, armyApprover, approver } = stage.officers
  await stage.field.army.kill()
  const reason = 'the army gateway is gone'
  const suspended = await operator.ask('POST', '/v1/suspensions', { agreement: ID, reason })
  t.equal(suspended.status, 201, suspended.text)
  t.equal(await push(stage), 'agreement-suspended', 'it holds here at once')
  await stage.field.army.start()
  await until(async () => {
    const { suspensions } = await standing(armyApprover)
    return Array.isArray(suspensions) && suspensions.some(one => dig(one, 'reason') === reason)
  }, 'the army is told')
  t.match((await standing(approver)).suspensions, [{}, {}, { reason, lifted: false }])
}
