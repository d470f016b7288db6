/** Two whole gateways, and somebody at a door who means harm. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { connect } from 'node:tls'
import t, { type Test as Tap } from 'tap'
import { type Json, type JsonObject, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import { signJws } from '../../src/seal/seal.ts'
import { signerOf } from '../support/counterfeit.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField, openField, type Side } from '../support/field.ts'
import { type Acting, type Answer, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { checkLedgers } from './endings.ts'
import { type Officers, openOfficers } from './officers.ts'
import { OPS_ROOM, position, pushOf } from './records.ts'

t.setTimeout(300_000)

const ID = 'northshire-police.to.army-1div.public-order'
const AUTHOR: Acting = { person: 'p-118', role: 'author', purpose: 'governance' }

/** What must never be seen outside the documents and acts that hold it. */
const SECRETS = ['WHISKEY 99', 'the informant was followed', 'p-118', 'p-204', 'p-311', 'a-052', 'eyJhbGciOi']

interface Stage {
  readonly field: Field
  readonly officers: Officers
  readonly system: System
}

void t.test('whoever abuses the life of agreements gets nowhere', async t => {
  await using field = await openField()
  const officers = await openOfficers(field.police, field.army)
  const system = await openSystem(field.police, { name: 'public-order-system' })
  const stage: Stage = { field, officers, system }
  try {
    t.equal(await push(stage), 'accepted')
    await t.test('the console door opens to officers with a token, and each as himself', t =>
      console_(t, stage),
    )
    await t.test('what is no request of the contract is none', t => forms(t, stage))
    await t.test('a stranger who drips holds nobody up', t => dripping(t, stage))
    await t.test('a flood of acts delays neither exchanges nor a suspension', t => flood(t, stage))
    await t.test('what waits under a suspension does not leave', t => waiting(t, stage))
    await t.test('a peer that hangs does not keep the gateway from ending', t => hanging(t, stage))
    await t.test('a store that somebody has edited does not let go what was stopped', t => edited(t, stage))
    await t.test('nothing of it is in logs, leaves or metrics', t => silent(t, stage))
    await checkLedgers(t, field, 1)
  } finally {
    officers[Symbol.dispose]()
    system[Symbol.dispose]()
  }
})

void t.test('what was queued under an agreement that has ended since does not leave', async t => {
  const ends = new Date(Date.now() + 30_000).toISOString()
  await using field = await openField({
    editPolicy: (text, name) =>
      name.startsWith('northshire-police.to') ? text.replace(/expiresAt: .*/, `expiresAt: ${ends}`) : text,
  })
  using system = await openSystem(field.police, { name: 'public-order-system' })
  await field.army.kill()
  const body = pushOf('police.unitPosition', position('PSU-1', 1), OPS_ROOM.purpose)
  const pushed = await system.push(OPS_ROOM, body)
  t.equal(pushed.status, 202, pushed.text)
  const id = text(pushed.json, 'exchanges', 0, 'id')
  await until(() => Date.now() > Date.parse(ends) + 500, 'the agreement has ended', 60)
  await field.army.start()
  await until(async () => {
    const { json } = await system.ask('GET', `/v1/exchanges/${id}`, { acting: OPS_ROOM })
    return text(json, 'state') === 'expired'
  }, 'it is given up')
  t.notOk(
    (await field.army.leaves()).some(leaf => leaf['xid'] === id),
    'the army has seen nothing of it',
  )
})

void t.test('a policy file with other words under the same signatures is not taken', async t => {
  // Policies of its own: those of the project serve other tests at the same time.
  await using field = await layField({ editPolicy: text => text })
  const [file] = field.police.config.agreements
  if (file === undefined) throw new Error('there is no agreement')
  const source = await readFile(file.file, 'utf8')
  await writeFile(file.file, `${source}\n# a word that nobody has signed\n`)
  await t.rejects(field.police.start(), /approval-statement|approval-signature/)
  await writeFile(file.file, source)
  await field.police.start()
  t.ok(field.police.running)
})

function text(value: Json | undefined, ...path: readonly (string | number)[]): string {
  const found = dig(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** Pushes a position and returns how it ended. */
async function push({ system }: Stage, wait = 10): Promise<string> {
  const record = position('PSU-1', Math.floor(performance.now()), { callsign: 'WHISKEY 99' })
  const body = pushOf('police.unitPosition', record, OPS_ROOM.purpose)
  const { json } = await system.push(OPS_ROOM, body, { prefer: `wait=${wait}` })
  return text(json, 'code') || text(json, 'exchanges', 0, 'state')
}

const code = ({ status, json }: Answer) => `${status} ${text(json, 'code')}`

async function console_(t: Tap, { field: { police, army }, officers }: Stage): Promise<void> {
  using console = await openSystem(police, { name: 'gateway', door: 'console' })
  const digest = `sha256:${'0'.repeat(64)}`
  const operations: readonly (readonly [string, string, JsonObject?])[] = [
    ['GET', '/v1/agreements'],
    ['GET', `/v1/agreements/${digest}`],
    ['GET', '/v1/agreements/drafts'],
    ['GET', '/v1/notices'],
    ['GET', '/v1/urgent-uses'],
    ['PUT', '/v1/agreements/drafts', { source: 'id: x' }],
    ['POST', '/v1/suspensions', { agreement: ID, reason: 'no token' }],
    ['POST', `/v1/agreements/${digest}/rejection`, { reason: 'no token' }],
  ]
  for (const [method, path, body] of operations)
    t.equal(code(await console.ask(method, path, { ...(body && { body }) })), '401 token-missing', path)

  using inner = await openSystem(police, { name: 'public-order-system' })
  const borrowed = `Bearer ${inner.token(OPS_ROOM)}`
  t.equal(code(await console.ask('GET', '/v1/agreements', { authorization: borrowed })), '401 token-unbound')
  t.equal(code(await inner.ask('GET', '/v1/agreements', { acting: AUTHOR })), '404 not-found')
  using gatewayInside = await openSystem(police, { name: 'gateway', door: 'inner' })
  const asSystem = await gatewayInside.ask('GET', '/v1/shared/police.operation?purpose=debrief', {
    acting: AUTHOR,
  })
  t.match(code(asSystem), /^403 certificate-/, "the console's certificate is none of a system")
  using systemAtConsole = await openSystem(police, { name: 'public-order-system', door: 'console' })
  t.match(
    await systemAtConsole.ask('GET', '/v1/agreements', { acting: AUTHOR }).then(code, () => 'cut'),
    /^403 certificate-|cut/,
  )
  using foreign = await openSystem(police, { name: 'gateway', door: 'console', of: army })
  t.match(await foreign.ask('GET', '/v1/agreements', { acting: AUTHOR }).then(code, () => 'cut'), /^403|cut/)

  const { author, approver } = officers
  const reason = 'made up'
  t.equal(
    code(await author.ask('POST', '/v1/suspensions', { agreement: ID, reason })),
    '403 officer-not-allowed',
  )
  // The token says approver, the key says author.
  const posing = { person: 'p-118', role: 'approver', purpose: 'governance' }
  const listed = await approver.ask('GET', '/v1/agreements')
  const own = text(listed.json, 'agreements', 0, 'revisions', 0, 'digest')
  const shown = await approver.ask('GET', `/v1/agreements/${own}`)
  const approval = author.approve(dig(shown.json, 'statement'))
  const path = `/v1/agreements/${own}/approvals`
  t.match(code(await console.ask('POST', path, { acting: posing, body: { approval } })), /^40[39] /)
  const theirs = approver.approve(dig(shown.json, 'statement'))
  t.equal(
    code(await console.ask('POST', path, { acting: posing, body: { approval: theirs } })),
    '403 approval-invalid',
    'a signature counts in its own session only',
  )
}

const CUT: Answer = { status: 413, headers: {}, text: '', json: null }

async function forms(t: Tap, stage: Stage): Promise<void> {
  const { police } = stage.field
  const { officers } = stage
  const { author, operator } = officers
  for (const method of ['DELETE', 'PATCH', 'OPTIONS', 'PUT', 'TRACE', 'HEAD'])
    t.match(
      await author.ask(method, '/v1/agreements').then(
        one => one.status,
        () => 'cut',
      ),
      /404|cut/,
      method,
    )
  for (const path of [
    '/v1/agreements/sha256:0',
    '/v1/agreements/..%2f..%2fmetrics',
    `/v1/agreements/sha256:${'A'.repeat(64)}`,
    '/v1/agreements/%00',
    `/v1/agreements/${'x'.repeat(2_000)}`,
  ])
    t.match((await author.ask('GET', path)).status, /^40[04]$/, path.slice(0, 40))
  const split = 'a device\r\nset-cookie: x=1'
  const answer = await operator.ask('POST', '/v1/suspensions', { agreement: ID, reason: split })
  t.equal(code(answer), '400 request-invalid')
  t.notOk(answer.headers['set-cookie'])
  t.equal(
    code(
      await operator.ask('POST', '/v1/suspensions', { agreement: ID, purposes: ['debreif'], reason: 'typo' }),
    ),
    '403 purpose-unknown',
  )
  const large = await author
    .ask('PUT', '/v1/agreements/drafts', { source: 'x'.repeat(2_200_000) })
    .catch(() => CUT)
  t.match(large.status, /^4(?:00|13)$/)
  const keys = Array.from({ length: 40_000 }, (_, at) => `k${at}: 1`).join('\n')
  const looked = { begun: performance.now(), over: false }
  const looking = author.ask('PUT', '/v1/agreements/drafts', { source: keys }).finally(() => {
    looked.over = true
  })
  let longest = 0
  while (!looked.over) {
    const begun = performance.now()
    t.equal(await push(stage), 'accepted')
    longest = Math.max(longest, performance.now() - begun)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  t.equal((await looking).status, 200)
  const whole = performance.now() - looked.begun
  t.ok(longest < whole / 4, `a draft of the worst kind holds nobody up: ${longest} of ${whole} ms`)
  t.equal((await police.console('/livez')).status, 200)
}

/** Opens the outer door as the army and says one byte a second. */
async function dripping(t: Tap, stage: Stage): Promise<void> {
  const { police, army } = stage.field
  const read = (file: string) => readFile(join(army.certificates, file))
  const [cert, key] = await Promise.all([read('gateway.pem'), read('gateway.key.pem')])
  const ca = await readFile(join(police.certificates, 'ca.pem'))
  const ended = Array.from({ length: 20 }, () => {
    const socket = connect({ host: '127.0.0.1', port: police.config.doors.outer.port, cert, key, ca })
    socket.on('error', () => undefined)
    socket.on('secureConnect', () => {
      socket.write(
        'POST /peer/v1/agreements HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 999\r\n\r\n',
      )
      const drip = setInterval(() => socket.write('x'), 500)
      socket.once('close', () => clearInterval(drip))
    })
    return new Promise<number>(resolve => {
      const begun = performance.now()
      socket.once('close', () => resolve(performance.now() - begun))
      socket.resume()
    })
  })
  t.equal(await push(stage), 'accepted', 'others are served meanwhile')
  for (const lasted of await Promise.all(ended))
    t.ok(lasted < 20_000, `it was cut after ${Math.round(lasted)} ms`)
}

async function flood(t: Tap, stage: Stage): Promise<void> {
  const { field, officers } = stage
  const peers = await Promise.all(
    Array.from({ length: 8 }, () =>
      openSystem(field.army, { name: 'gateway', door: 'outer', of: field.police }),
    ),
  )
  const signer = await signerOf(field.police, 'batch')
  const line = () => {
    const head = {
      act: uuidv7(systemClock),
      from: 'northshire-police',
      to: 'army-1div',
      agreement: 'no.such',
    }
    const act = { ...head, kind: 'suspended', at: new Date().toISOString(), person: 'x', reason: 'made up' }
    return `${signJws(signer, 'concordat-agreement+jws', JSON.stringify(act))}\n`
  }
  const body = Buffer.from(Array.from({ length: 200 }, line).join(''))
  const talk = { going: true, answers: new Map<number, number>() }
  const talking = peers.map(async peer => {
    while (talk.going) {
      const { status } = await peer.ask('POST', '/peer/v1/agreements', { body, type: 'application/x-ndjson' })
      talk.answers.set(status, (talk.answers.get(status) ?? 0) + 1)
    }
  })
  const before = (await field.army.leaves()).length
  await new Promise(resolve => setTimeout(resolve, 1_000))
  t.equal(await push(stage), 'accepted', 'exchanges go on')
  const whole = () => talk.answers.get(200) ?? 0
  const wholeBefore = whole()
  const begun = performance.now()
  const suspended = await officers.armyOperator.ask('POST', '/v1/suspensions', {
    agreement: ID,
    purposes: ['debrief'],
    reason: 'the informant was followed',
  })
  t.equal(suspended.status, 201, suspended.text)
  t.ok(performance.now() - begun < 1_000, `it took ${Math.round(performance.now() - begun)} ms`)
  const meanwhile = whole() - wholeBefore
  t.ok(meanwhile <= 3, `it waited for lines and not for requests, of which ${meanwhile} came to their end`)
  await until(async () => {
    const { json } = await officers.approver.ask('GET', '/v1/agreements')
    return JSON.stringify(json).includes('the informant was followed')
  }, 'the police are told through all this')
  talk.going = false
  await Promise.all(talking)
  t.ok((talk.answers.get(429) ?? 0) > 0, 'one request at a time')
  const recorded = (await field.army.leaves()).slice(before).filter(leaf => leaf['room'] === 'govern')
  t.ok(recorded.length <= 210, `${recorded.length} refused acts are on the record`)
  for (const peer of peers) peer[Symbol.dispose]()
}

async function waiting(t: Tap, stage: Stage): Promise<void> {
  const { field, officers } = stage
  await field.army.kill()
  t.equal(await push(stage, 0), 'queued')
  const reason = 'before it has left'
  t.equal((await officers.operator.ask('POST', '/v1/suspensions', { agreement: ID, reason })).status, 201)
  t.equal(await push(stage), 'agreement-suspended')
  const before = await sharedCount(field.army)
  await Promise.all([field.police.kill(), field.army.start()])
  await field.police.start()
  await until(async () => {
    const { json } = await officers.armyOperator.ask('GET', '/v1/agreements')
    return JSON.stringify(json).includes(reason)
  }, 'the army is told')
  await new Promise(resolve => setTimeout(resolve, 3_000))
  t.equal(await sharedCount(field.army), before, 'nothing more has come')
  t.match((await field.police.console('/metrics')).text, /^concordat_outbox_exchanges\{.*\} 1$/m)
}

/** How much the army has accepted so far. */
async function sharedCount(side: Side): Promise<number> {
  return (await side.leaves()).filter(leaf => leaf['kind'] === 'accepted').length
}

async function hanging(t: Tap, { field, officers }: Stage): Promise<void> {
  field.army.hang(true)
  try {
    const reason = 'while the other side hangs'
    const asked = { agreement: ID, purposes: ['joint-planning'], reason }
    t.equal((await officers.operator.ask('POST', '/v1/suspensions', asked)).status, 201)
    const begun = performance.now()
    t.equal(await field.police.stop(), 0)
    t.ok(performance.now() - begun < 8_000, `it ended after ${Math.round(performance.now() - begun)} ms`)
  } finally {
    field.army.hang(false)
  }
  await field.police.start()
}

async function edited(t: Tap, stage: Stage): Promise<void> {
  const { police } = stage.field
  await police.stop()
  const file = join(police.store, 'concordat.db')
  using db = new DatabaseSync(file)
  db.exec('DROP TRIGGER agreement_act_is_final')
  const rows = db.prepare('SELECT row, text FROM agreement_act ORDER BY row').all()
  for (const { row, text: jws } of rows) {
    if (String(jws).startsWith('{')) continue
    const [header = '', payload = '', signature = ''] = String(jws).split('.')
    const act = JSON.parse(Buffer.from(payload, 'base64url').toString())
    if (act.kind !== 'suspended') continue
    const less = Buffer.from(JSON.stringify({ ...act, purposes: ['debrief'] })).toString('base64url')
    db.prepare('UPDATE agreement_act SET text = ? WHERE row = ?').run(
      [header, less, signature].join('.'),
      row ?? 0,
    )
  }
  db.close()
  await police.start()
  t.equal(await push(stage, 0), 'agreement-suspended')
  t.ok(police.logged('act-not-counted').length > 0)
}

async function silent(t: Tap, { field: { police, army } }: Stage): Promise<void> {
  for (const side of [police, army]) {
    const seen = {
      log: side.output(),
      leaves: JSON.stringify(await side.leaves()),
      metrics: (await side.console('/metrics')).text,
    }
    for (const [where, words] of Object.entries(seen))
      for (const secret of SECRETS) t.notOk(words.includes(secret), `${secret} in ${where} of ${side.agency}`)
  }
}
