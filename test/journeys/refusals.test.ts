import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test as Tap } from 'tap'
import { type Json, type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { mintToken, reissueExampleCrl, serialOf } from '../../src/seal/seal.ts'
import { audit } from '../support/audit.ts'
import { signerOf } from '../support/counterfeit.ts'
import { dig } from '../support/dig.ts'
import { type Field, openField, type Side } from '../support/field.ts'
import { type Acting, type Answer, type Asked, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { deployment, LESSONS, OPS_ROOM, operation, PLANNER, position, pushOf } from './records.ts'

t.setTimeout(180_000)

const PURPOSE = OPS_ROOM.purpose
const good = pushOf('police.unitPosition', position('PSU-1', 1), PURPOSE)
const goodText = JSON.stringify(good)

/** Something that must not work, and the code with which it is refused. */
interface Case {
  readonly says: string
  readonly code: string
  readonly status: number
  readonly method?: string
  readonly path?: string
  readonly asked: Asked
}

function push(
  says: string,
  code: string,
  status: number,
  body: Json | Buffer,
  acting: Acting = OPS_ROOM,
): Case {
  return { says, code, status, asked: { acting, body } }
}

/** A push of a document that was changed. */
function document(says: string, code: string, status: number, changed: Json): Case {
  return push(says, code, status, { ...good, document: changed })
}

const unit = position('PSU-1', 1)

const UNREADABLE: readonly Case[] = [
  push('half a JSON text', 'json-malformed', 400, goodText.slice(0, -5)),
  push('two JSON texts', 'json-malformed', 400, `${goodText}${goodText}`),
  push(
    'bytes that are not UTF-8',
    'json-malformed',
    400,
    Buffer.concat([Buffer.from(goodText), Buffer.of(0xff)]),
  ),
  push('a byte order mark', 'json-malformed', 400, `\ufeff${goodText}`),
  push('a lone surrogate', 'json-malformed', 400, goodText.replace('NOVEMBER', '\\ud800')),
  push(
    'an integer beyond 2^53',
    'json-malformed',
    400,
    goodText.replace('"seq":1', '"seq":9007199254740993'),
  ),
  push('a member named __proto__', 'json-malformed', 400, goodText.replace('"seq"', '"__proto__"')),
  push('an empty body', 'json-malformed', 400, ''),
  push('the same member twice', 'json-duplicate-key', 400, goodText.replace('"seq":1', '"seq":1,"seq":2')),
  push(
    'the same member twice, one escaped',
    'json-duplicate-key',
    400,
    goodText.replace('"seq":1', '"seq":1,"s\\u0065q":2'),
  ),
  push(
    'lists within lists within lists',
    'json-too-deep',
    400,
    goodText.replace('"seq":1', `"seq":${'['.repeat(33)}${']'.repeat(33)}`),
  ),
  push('a body of 300 kB', 'body-too-large', 413, goodText.padEnd(300_000)),
]

const UNFIT: readonly Case[] = [
  push('an unknown member of the envelope', 'request-invalid', 400, { ...good, priority: 1 }),
  push('no purpose', 'request-invalid', 400, {
    to: 'army-1div',
    resource: 'police.unitPosition',
    document: unit,
    label: {},
  }),
  push('a version that is none', 'request-invalid', 400, { ...good, version: 'latest' }),
  push('a purpose that is a list', 'request-invalid', 400, { ...good, purpose: [PURPOSE] }),
  push('a list instead of a push', 'request-invalid', 400, [good]),
  push('a recipient twice', 'request-invalid', 400, { ...good, to: ['army-1div', 'army-1div'] }),
  push('a document that is a text', 'request-invalid', 400, { ...good, document: 'all quiet' }),
  push('another marking than that of the document', 'request-invalid', 400, {
    ...good,
    label: { policy: 'UK-GSC', classification: 'SECRET' },
  }),
  document('an unknown field of the document', 'document-invalid', 422, { ...unit, shoeSize: 44 }),
  document('a field of the wrong type', 'document-invalid', 422, { ...unit, seq: 'one' }),
  document('a value that is not in the list', 'document-invalid', 422, { ...unit, unitType: 'CHOIR' }),
  document('a document without its identifier', 'document-invalid', 422, { seq: 1 }),
  document('a time that is none', 'document-invalid', 422, { ...unit, at: 'yesterday' }),
]

const NOT_AGREED: readonly Case[] = [
  push('an unknown resource', 'resource-unknown', 422, { ...good, resource: 'police.incident' }),
  push('another version of the schema than was agreed', 'schema-mismatch', 422, {
    ...good,
    version: '2.0.0',
  }),
  push('a resource without an agreement', 'agreement-missing', 403, {
    ...good,
    resource: 'army.positionReport',
    document: { track: 'T-1' },
  }),
  push('an unknown recipient', 'recipient-unknown', 422, { ...good, to: 'navy' }),
  push('ourselves as recipient', 'recipient-unknown', 422, { ...good, to: 'northshire-police' }),
  push(
    'an unknown purpose',
    'purpose-unknown',
    403,
    { ...good, purpose: 'media-relations' },
    { role: 'ops-room', purpose: 'media-relations' },
  ),
  push(
    'a purpose that carries no positions',
    'purpose-unknown',
    403,
    { ...good, purpose: PLANNER.purpose },
    PLANNER,
  ),
  push('a role that may not ask for the purpose', 'role-not-allowed', 403, good, {
    role: 'planner',
    purpose: PURPOSE,
  }),
  push('a purpose that the token does not grant', 'purpose-not-granted', 403, good, LESSONS),
  push(
    'a purpose whose time is over',
    'purpose-window',
    403,
    pushOf('police.operation', operation('o-1'), PLANNER.purpose),
    PLANNER,
  ),
  push('a label above the ceiling', 'gate-failed', 403, {
    ...good,
    document: { ...unit, label: { policy: 'UK-GSC', classification: 'SECRET' } },
    label: { policy: 'UK-GSC', classification: 'SECRET' },
  }),
  push(
    'a covert unit',
    'gate-failed',
    403,
    pushOf('police.unitDeployment', deployment('X-1', { covert: true }), PURPOSE),
  ),
  push('a plain-clothes position', 'gate-failed', 403, { ...good, document: { ...unit, unitType: 'CID' } }),
]

const ODD_REQUESTS: readonly Case[] = [
  {
    says: 'a content type that is text',
    code: 'content-type-unsupported',
    status: 415,
    asked: { acting: OPS_ROOM, body: goodText, type: 'text/plain' },
  },
  {
    says: 'a content type that only looks like JSON',
    code: 'content-type-unsupported',
    status: 415,
    asked: { acting: OPS_ROOM, body: goodText, type: 'application/json-seq' },
  },
  {
    says: 'NDJSON where one JSON text is expected',
    code: 'content-type-unsupported',
    status: 415,
    asked: { acting: OPS_ROOM, body: `${goodText}\n`, type: 'application/x-ndjson' },
  },
  {
    says: 'JSON where NDJSON is expected',
    code: 'content-type-unsupported',
    status: 415,
    path: '/v1/exchanges/batch',
    asked: { acting: OPS_ROOM, body: good },
  },
  {
    says: 'a list as JSON where NDJSON is expected',
    code: 'content-type-unsupported',
    status: 415,
    path: '/v1/exchanges/batch',
    asked: { acting: OPS_ROOM, body: [good] },
  },
  { says: 'no body at all', code: 'content-type-unsupported', status: 415, asked: { acting: OPS_ROOM } },
  {
    says: 'a batch without a line',
    code: 'request-invalid',
    status: 400,
    path: '/v1/exchanges/batch',
    asked: { acting: OPS_ROOM, body: '\n\n', type: 'application/x-ndjson' },
  },
  {
    says: 'the authorization header twice',
    code: 'header-duplicated',
    status: 400,
    asked: { acting: OPS_ROOM, body: good, extraHeaders: ['Authorization', 'Bearer x.y.z'] },
  },
  {
    says: 'the idempotency key twice',
    code: 'header-duplicated',
    status: 400,
    asked: {
      acting: OPS_ROOM,
      body: good,
      extraHeaders: ['Idempotency-Key', 'key-number-1', 'idempotency-key', 'key-number-2'],
    },
  },
  {
    says: 'the content type twice',
    code: 'header-duplicated',
    status: 400,
    asked: { acting: OPS_ROOM, body: good, extraHeaders: ['Content-Type', 'text/plain'] },
  },
  {
    says: 'an idempotency key that is too short',
    code: 'request-invalid',
    status: 400,
    asked: { acting: OPS_ROOM, body: good, headers: { 'idempotency-key': 'short' } },
  },
  {
    says: 'an unknown path',
    code: 'not-found',
    status: 404,
    method: 'GET',
    path: '/v1/everything',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a path of another door',
    code: 'not-found',
    status: 404,
    method: 'GET',
    path: '/metrics',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'an unknown method',
    code: 'not-found',
    status: 404,
    method: 'DELETE',
    path: '/v1/exchanges',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a path that cannot be decoded',
    code: 'not-found',
    status: 404,
    method: 'GET',
    path: '/v1/shared/%zz',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a path that never ends',
    code: 'not-found',
    status: 404,
    method: 'GET',
    path: `/v1/exchanges/${'a'.repeat(3_000)}`,
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'an exchange that is no id',
    code: 'request-invalid',
    status: 400,
    method: 'GET',
    path: '/v1/exchanges/1',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'an exchange that there is not',
    code: 'not-found',
    status: 404,
    method: 'GET',
    path: '/v1/exchanges/01a1fc49-70c6-72db-8844-5e38c98b9a93',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a list without a purpose',
    code: 'request-invalid',
    status: 400,
    method: 'GET',
    path: '/v1/shared/police.unitPosition',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a list of ten thousand',
    code: 'request-invalid',
    status: 400,
    method: 'GET',
    path: `/v1/shared/police.unitPosition?purpose=${PURPOSE}&limit=10000`,
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a list for a purpose that is not granted',
    code: 'purpose-not-granted',
    status: 403,
    method: 'GET',
    path: '/v1/shared/police.unitPosition?purpose=debrief',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a stream for a purpose that is not granted',
    code: 'purpose-not-granted',
    status: 403,
    method: 'GET',
    path: '/v1/shared/stream?purpose=debrief',
    asked: { acting: OPS_ROOM },
  },
  {
    says: 'a stream after an event that is none',
    code: 'request-invalid',
    status: 400,
    method: 'GET',
    path: `/v1/shared/stream?purpose=${PURPOSE}`,
    asked: { acting: OPS_ROOM, headers: { 'last-event-id': 'yesterday' } },
  },
  {
    says: 'a stream in a form that is no stream',
    code: 'request-invalid',
    status: 400,
    method: 'GET',
    path: `/v1/shared/stream?purpose=${PURPOSE}`,
    asked: { acting: OPS_ROOM, headers: { accept: 'application/json' } },
  },
]

void t.test('whatever is refused is refused by a code, is recorded, and the gateway serves on', async t => {
  await using field = await openField()
  using police = await openSystem(field.police, { name: 'public-order-system' })
  const groups = [
    ['what cannot be read', UNREADABLE],
    ['what does not have its form', UNFIT],
    ['what is not agreed', NOT_AGREED],
    ['requests that nobody should make', ODD_REQUESTS],
    ['tokens that are not good', await badTokens(field, police)],
  ] as const
  for (const [name, cases] of groups)
    await t.test(name, async t => {
      for (const one of cases) await checkRefused(t, field.police, one, await send(police, one))
      await checkServes(t, police)
    })

  await t.test('without a certificate, or with one of somebody else, there is no conversation', async t => {
    await checkCertificates(t, field)
    await checkServes(t, police)
  })

  await t.test('a system that is struck off is cut off within two seconds', async t => {
    await checkRevocation(t, field)
    await checkServes(t, police)
  })

  await t.test('a revocation list that is gone or broken leaves the last good one in force', async t => {
    await checkBrokenList(t, field)
    await checkServes(t, police)
  })

  await t.test('nothing of it was delivered, and both ledgers verify', async t => {
    const [ours, theirs] = await Promise.all([audit(field.police), audit(field.army)])
    t.match(ours, { exitCode: 0, report: { verdict: 'good', open: 0 } })
    t.match(theirs, { exitCode: 0, report: { verdict: 'good' } })
    t.equal(dig(theirs.report, 'leaves', 'accepted'), dig(ours.report, 'leaves', 'decided'))
    t.same(field.police.logged('failed'), [], 'no refusal was a fault')
    t.same(field.army.logged('failed'), [])
  })
})

function send(police: System, { method = 'POST', path = '/v1/exchanges', asked }: Case): Promise<Answer> {
  return police.ask(method, path, asked)
}

/** The answer is a problem document with the code, and the no is in the ledger under what the answer quotes. */
async function checkRefused(t: Tap, side: Side, one: Case, answer: Answer): Promise<void> {
  t.equal(answer.status, one.status, `${one.says}: ${answer.status}`)
  t.match(answer.headers['content-type'], /^application\/problem\+json/, `${one.says}: a problem document`)
  t.match(
    answer.json,
    { code: one.code, type: `urn:concordat:refusal:${one.code}`, status: one.status },
    `${one.says}: ${one.code}`,
  )
  const quoted = dig(answer.json, 'exchangeId')
  const leaves = await side.leaves()
  const leaf = leaves.findLast(({ id, xid }) => id === quoted || xid === quoted)
  t.match(leaf, { kind: 'refused', why: one.code }, `${one.says}: recorded`)
}

async function checkServes(t: Tap, police: System): Promise<void> {
  const answer = await police.push(OPS_ROOM, good, { prefer: 'wait=20' })
  t.equal(dig(answer.json, 'exchanges', 0, 'state'), 'accepted', 'and a good push still arrives')
}

/** Tokens that look good, and why they are not. */
async function badTokens(field: Field, police: System): Promise<readonly Case[]> {
  using other = await openSystem(field.police, { name: 'control-room' })
  const grant = {
    person: 'p-1',
    role: OPS_ROOM.role,
    purposes: [PURPOSE],
    system: 'public-order-system',
    thumbprint: police.thumbprint,
    ttlSeconds: 600,
  }
  const issuer = {
    signer: await signerOf(field.police, 'token'),
    clock: systemClock,
    issuer: 'urn:concordat:issuer:northshire-police',
    audience: 'urn:concordat:agency:northshire-police',
  }
  const token = (change: object = {}, by: object = {}) =>
    mintToken({ ...issuer, ...by }, { ...grant, ...change })
  const [header = '', payload = '', signature = ''] = token().split('.')
  const claims = Buffer.from(payload, 'base64url').toString('utf8')
  const raised = Buffer.from(claims.replace('ops-room', 'planner')).toString('base64url')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt","kid":"none"}').toString('base64url')
  const refused = (says: string, code: string, authorization: string | undefined): Case => {
    const asked = authorization === undefined ? { body: good } : { body: good, authorization }
    return { says, code, status: 401, asked }
  }
  const bearer = (says: string, code: string, compact: string) => refused(says, code, `Bearer ${compact}`)
  return [
    refused('no token', 'token-missing', undefined),
    refused('a password', 'token-invalid', 'Basic cDpx'),
    bearer('garbage', 'token-invalid', 'garbage'),
    bearer('garbage in three parts', 'token-invalid', 'a.b.c'),
    bearer('a token whose role was changed', 'token-invalid', `${header}.${raised}.${signature}`),
    bearer('a token without a signature', 'token-invalid', `${none}.${payload}.`),
    bearer(
      'a token of the other agency',
      'token-invalid',
      token({}, { signer: await signerOf(field.army, 'token') }),
    ),
    bearer(
      'a token signed with the batch key',
      'token-invalid',
      token({}, { signer: await signerOf(field.police, 'batch') }),
    ),
    bearer(
      'a token for another audience',
      'token-invalid',
      token({}, { audience: 'urn:concordat:agency:army-1div' }),
    ),
    bearer(
      'a token of another issuer',
      'token-invalid',
      token({}, { issuer: 'urn:concordat:issuer:army-1div' }),
    ),
    bearer('a token that would be good for two days', 'token-invalid', token({ ttlSeconds: 172_800 })),
    bearer('a token that has expired', 'token-expired', token({ ttlSeconds: -60 })),
    bearer(
      'a token that is not yet good',
      'token-expired',
      token({}, { clock: { now: () => Date.now() + 600_000 } }),
    ),
    bearer(
      'a token minted for the certificate of another system',
      'token-unbound',
      token({ thumbprint: other.thumbprint }),
    ),
    bearer('a token minted for another system', 'token-unbound', token({ system: 'control-room' })),
  ]
}

async function checkCertificates(t: Tap, { police, army }: Field): Promise<void> {
  for (const door of ['inner', 'outer', 'console'] as const) {
    await knock(Number(new URL(police.url(door)).port))
    using nobody = await openSystem(police, { name: undefined, door })
    await t.rejects(nobody.ask('GET', '/metrics'), `no certificate at the ${door} door`)
    const atDoor = (leaf: JsonObject) => leaf['kind'] === 'handshake.refused' && leaf['door'] === door
    await recorded(police, atDoor)
    const said = () => police.logged('handshake-refused').filter(line => line['door'] === door)
    await until(() => said().length > 0, 'a line of the log', 5)
    t.match(
      said(),
      [{ reason: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', count: 1 }],
      'who only looks whether the port is open is refused nothing',
    )
    const { text } = await police.console('/metrics')
    t.match(
      text,
      new RegExp(`^concordat_handshakes_abandoned_total\\{door="${door}"\\} [1-9]`, 'm'),
      'but counted',
    )
  }
  for (const door of ['inner', 'console'] as const) {
    using stranger = await openSystem(police, { name: 'army-portal', of: army, door })
    await t.rejects(stranger.ask('GET', '/livez'), `a certificate of another agency at the ${door} door`)
  }
  using gateway = await openSystem(police, { name: 'gateway' })
  const inner: Case = {
    says: 'a gateway at the inner door',
    code: 'certificate-unknown',
    status: 403,
    asked: { acting: OPS_ROOM, body: good },
  }
  await checkRefused(t, police, inner, await send(gateway, inner))
  using system = await openSystem(army, { name: 'public-order-system', of: police, door: 'outer' })
  const outer: Case = {
    says: 'a system of a peer at the outer door',
    code: 'certificate-unknown',
    status: 403,
    method: 'GET',
    path: '/peer/v1/canary',
    asked: {},
  }
  await checkRefused(t, army, outer, await send(system, outer))
  using peer = await openSystem(army, { name: 'gateway', of: police, door: 'outer' })
  t.equal((await peer.ask('GET', '/peer/v1/canary')).status, 200, 'the gateway of a peer is let in')
}

async function checkRevocation(t: Tap, { police }: Field): Promise<void> {
  using doomed = await openSystem(police, { name: 'control-room' })
  const path = `/v1/shared/police.unitPosition?purpose=${PURPOSE}`
  t.equal((await doomed.ask('GET', path, { acting: OPS_ROOM })).status, 200, 'it may read')
  const stream = await doomed.follow(
    OPS_ROOM,
    `/v1/shared/stream?purpose=${PURPOSE}`,
    new AbortController().signal,
  )
  const next = stream.next().catch(() => 'cut')
  const pem = await readFile(join(police.certificates, 'control-room.pem'), 'utf8')
  const begun = Date.now()
  await reissueExampleCrl(police.certificates, [serialOf(pem)], systemClock)
  await until(
    async () =>
      doomed.ask('GET', path, { acting: OPS_ROOM }).then(
        ({ status }) => status === 403,
        () => true,
      ),
    'the end of it',
    5,
  )
  t.equal(await next, 'cut', 'its stream is cut')
  t.ok(Date.now() - begun < 2_000, `${Date.now() - begun} ms`)
  await t.rejects(doomed.ask('GET', path, { acting: OPS_ROOM }), 'it cannot come back')
  await recorded(
    police,
    leaf => leaf['kind'] === 'handshake.refused' && leaf['why'] === 'certificate-revoked',
  )
}

async function checkBrokenList(t: Tap, { police }: Field): Promise<void> {
  const file = join(police.certificates, 'crl.pem')
  const list = await readFile(file)
  const rejections = () => new Set(police.logged('crl-rejected').map(({ finding }) => finding)).size
  await rm(file)
  await until(() => rejections() === 1, 'notice of the list that is gone', 5)
  await writeFile(file, 'nonsense')
  await until(() => rejections() > 1, 'notice of the list that is none', 5)
  using system = await openSystem(police, { name: 'public-order-system' })
  const path = `/v1/shared/police.unitPosition?purpose=${PURPOSE}`
  t.equal(
    (await system.ask('GET', path, { acting: OPS_ROOM })).status,
    200,
    'who is not on the list comes in',
  )
  using revoked = await openSystem(police, { name: 'control-room' })
  await t.rejects(revoked.ask('GET', path, { acting: OPS_ROOM }), 'who is on it does not')
  await writeFile(file, list)
}

/** Connects and hangs up, as a probe of the network team does. */
async function knock(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end()
  await once(socket, 'close')
}

/** Waits until a leaf like this is in the ledger; a handshake has no answer that would say so. */
async function recorded(side: Side, like: (leaf: JsonObject) => boolean): Promise<void> {
  await until(async () => (await side.leaves()).some(like), 'a leaf', 5)
}
