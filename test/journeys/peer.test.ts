import t, { type Test as Tap } from 'tap'
import {
  digestOf,
  isJsonObject,
  type Json,
  type JsonObject,
  makeSalt,
  systemClock,
  uuidv7,
} from '../../src/kit/kit.ts'
import { type AgencyId, isAgencyId } from '../../src/terms/terms.ts'
import { type Counterfeiter, type Forged, openCounterfeiter, signerOf } from '../support/counterfeit.ts'
import { dig } from '../support/dig.ts'
import { type Field, openField, type Side } from '../support/field.ts'
import { type Answer, openSystem, type System } from '../support/system.ts'
import { agreementOf, checkLedgers, idOf } from './endings.ts'
import { OPS_ROOM, operation, PLANNER, position, pushOf } from './records.ts'

t.setTimeout(180_000)

/** An exchange that the army refuses, although the police gateway has signed it. */
interface Excess {
  readonly says: string
  readonly code: string
  readonly forged: Partial<Forged>
}

const PURPOSE = OPS_ROOM.purpose
const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL' }
const PRECISE = { type: 'Point', coordinates: [-4.2837, 55.869] }
/** The centre of the square kilometre around it, as the agreement has it. */
const COARSE = { type: 'Point', coordinates: [-4.286497, 55.871265], cell: '1km' }

/** Under way, so that the stage of live coordination is met and only what a case changes can be wrong. */
function order(change: JsonObject): JsonObject {
  return { id: 'operation-1', version: 1, lifecycle: 'LIVE', label: LABEL, ...change }
}

/** A unit that has moved, or in planning one that has not. */
function unit(change: JsonObject, deploymentStatus = 'On Scene'): JsonObject {
  return { id: 'd-1', unitId: 'PSU-1', unitType: 'PSU', deploymentStatus, ...change }
}

function venue(kind: string, geometry: Json): JsonObject {
  return order({ venues: [{ venueId: 'V-1', kind, geometry }] })
}

function beyond(says: string, document: Json, purpose = PURPOSE, resource = 'police.operation'): Excess {
  const atItsStage = purpose === PLANNER.purpose && isJsonObject(document) && 'lifecycle' in document
  const staged = atItsStage ? { ...document, lifecycle: 'APPROVED' } : document
  return { says, code: 'beyond-agreement', forged: { document: staged, purpose, resource } }
}

const BEYOND: readonly Excess[] = [
  beyond('a name', order({ command: [{ role: 'GOLD', officer: { name: 'Alexandra Vale' } }] })),
  beyond('a collar number as it is', order({ command: [{ role: 'GOLD', officer: { collar: 'NS0001' } }] })),
  beyond(
    'a whole telephone number',
    order({ command: [{ role: 'GOLD', contact: { tel: '+447700900123' } }] }),
  ),
  beyond('free text', order({ communityTensions: 'they say' })),
  beyond('a protected person', order({ protectedPersons: [{ name: 'P. Example' }] })),
  beyond('where officers sleep', venue('ACCOMMODATION', PRECISE)),
  beyond('a member nobody knows', order({ surprise: 1 })),
  beyond('a custody site to the metre', venue('CUSTODY', PRECISE)),
  beyond(
    'a custody site to the metre that calls itself a square',
    venue('CUSTODY', { ...PRECISE, cell: '1km' }),
  ),
  beyond('any site to the metre, in planning', venue('ASSEMBLY', PRECISE), PLANNER.purpose),
  beyond(
    'a square of 100 m where 1 km is agreed',
    venue('ASSEMBLY', { ...COARSE, cell: '100m' }),
    PLANNER.purpose,
  ),
  beyond(
    'the talkgroup, in planning',
    order({ command: [{ role: 'GOLD', contact: { talkgroup: 'NS-1' } }] }),
    PLANNER.purpose,
  ),
  beyond(
    'the exact number of a unit, in planning',
    unit({ strength: { total: 25 } }, 'Requested'),
    PLANNER.purpose,
    'police.unitDeployment',
  ),
  beyond(
    'a number plate',
    unit({ vehicles: [{ kind: 'CARRIER', vrm: 'EX26 AAA' }] }),
    PURPOSE,
    'police.unitDeployment',
  ),
  beyond('the mark of a covert unit', unit({ covert: false }), PURPOSE, 'police.unitDeployment'),
  beyond('an operation that is not yet under way', order({ lifecycle: 'APPROVED' })),
  {
    says: 'what is marked above the ceiling of the link',
    code: 'beyond-agreement',
    forged: { document: order({}), label: { policy: 'UK-GSC', classification: 'SECRET' } },
  },
  beyond('a position, in planning', { unitId: 'PSU-1' }, PLANNER.purpose, 'police.unitPosition'),
]

const other = digestOf('an agreement of somebody else')

const UNFIT: readonly Excess[] = [
  { says: 'an unknown agreement', code: 'agreement-mismatch', forged: { agreement: other } },
  { says: 'an unknown purpose', code: 'purpose-unknown', forged: { purpose: 'media-relations' } },
  { says: 'an unknown resource', code: 'resource-unknown', forged: { resource: 'police.incident' } },
  { says: 'another version of the schema', code: 'schema-mismatch', forged: { version: '2.0.0' } },
  {
    says: 'an exchange that is too old',
    code: 'exchange-expired',
    forged: { expiresAt: Date.now() - 1_000 },
  },
  { says: 'another document than its digest names', code: 'digest-mismatch', forged: { sha256: other } },
  {
    says: 'a document that is no JSON',
    code: 'json-malformed',
    forged: { line: `{"salt":"${makeSalt()}","document":{` },
  },
  {
    says: 'a document with the same member twice',
    code: 'json-duplicate-key',
    forged: { line: `{"salt":"${makeSalt()}","document":{"id":"a","id":"b"}}` },
  },
  {
    says: 'a document nested too deeply',
    code: 'json-too-deep',
    forged: { line: `{"salt":"${makeSalt()}","document":${'['.repeat(40)}${']'.repeat(40)}}` },
  },
  { says: 'a document that is a list', code: 'batch-malformed', forged: { document: [] } },
  { says: 'a line without salt', code: 'batch-malformed', forged: { line: '{"document":{}}' } },
  {
    says: 'a line with more than it should have',
    code: 'batch-malformed',
    forged: { line: `{"salt":"${makeSalt()}","document":{},"note":"hello"}` },
  },
  {
    says: 'a strength that is not the sum of its parts',
    code: 'translation-blocked',
    forged: {
      resource: 'police.unitDeployment',
      document: unit({
        strength: { inspectors: 1, sergeants: 1, constables: 1, drivers: 1, staff: 1, total: 99 },
      }),
    },
  },
  {
    says: 'a position without the identifier that our side needs',
    code: 'target-invalid',
    forged: { resource: 'police.unitPosition', document: { label: LABEL } },
  },
]

void t.test('what a peer signs is checked as if it had not', async t => {
  await using field = await openField()
  using peer = await openCounterfeiter(field.police, field.army)
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const agreement = await agreementOf(field.police, 'northshire-police')
  const good: Forged = { resource: 'police.operation', purpose: PURPOSE, agreement, document: order({}) }
  const check = { field, peer, army, good }

  await t.test(
    'what the purpose does not carry is cut out, and what it carries is shown as its column says',
    async t => {
      const document = operation('harbour', {
        venues: [{ venueId: 'V-1', kind: 'CUSTODY', geometry: PRECISE }],
      })
      const live = await shared(police, army, document, PURPOSE, OPS_ROOM.role)
      const planned = await shared(
        police,
        army,
        { ...document, lifecycle: 'APPROVED' },
        PLANNER.purpose,
        PLANNER.role,
      )
      const post = ['p5CommandSignal', 'command', 'policePosts', 0] as const
      const measure = ['p3Execution', 'coordinatingInstructions', 'controlMeasures', 0, 'mgrs'] as const
      for (const arrived of [live, planned]) {
        t.notMatch(JSON.stringify(arrived), /Vale/, 'no name')
        t.equal(dig(arrived, ...post, 'name'), undefined)
        t.match(dig(arrived, ...post, 'number'), /^N-/, 'the officer under an alias')
        t.equal(dig(arrived, ...post, 'tel'), '***123', 'the end of the telephone number')
        t.match(dig(arrived, ...measure), /^30UVG\d{4}$/, 'the square kilometre of a custody site')
      }
      t.equal(dig(live, ...post, 'talkgroup'), 'NS-CMD-01', 'the talkgroup while it runs')
      t.equal(dig(planned, ...post, 'talkgroup'), undefined, 'and not before')
      const open = operation('quay', { venues: [{ venueId: 'V-1', kind: 'ASSEMBLY', geometry: PRECISE }] })
      t.match(
        dig(await shared(police, army, open, PURPOSE, OPS_ROOM.role), ...measure),
        /^30UVG\d{8}$/,
        'an open site exactly',
      )
    },
  )

  await t.test('the counterfeit that holds to the agreement is taken', async t => {
    const [receipt] = peer.receipts(
      await peer.send(peer.seal([{ ...good, document: venue('CUSTODY', COARSE) }])),
    )
    t.equal(receipt?.outcome, 'accepted')
  })

  await t.test('what goes beyond the agreement is refused and recorded', async t => {
    for (const excess of BEYOND) await checkReceipt(t, check, excess)
  })

  await t.test('what does not fit is refused and recorded', async t => {
    for (const excess of UNFIT) await checkReceipt(t, check, excess)
    const reverse = await agreementOf(field.police, 'army-1div')
    const forged = { agreement: reverse, resource: 'army.positionReport', document: { track: 'T-1' } }
    await checkReceipt(t, check, {
      says: 'the agreement of the other direction',
      code: 'agreement-mismatch',
      forged,
    })
  })

  await t.test('one bad exchange does not spoil the batch', async t => {
    const bad = { ...good, document: order({ communityTensions: 'they say' }) }
    const receipts = peer.receipts(
      await peer.send(peer.seal([good, bad, { ...good, id: uuidv7(systemClock) }])),
    )
    t.same(
      receipts.map(({ outcome }) => outcome),
      ['accepted', 'refused', 'accepted'],
    )
  })

  await t.test('an exchange is taken once', t => checkOnce(t, check))
  await t.test('a lane is taken in order', t => checkLane(t, check))
  await t.test('a batch that is not as agreed is refused as a whole', t => checkBatches(t, check))

  await t.test('after all this the real gateway still delivers, and both ledgers verify', async t => {
    const answer = await police.push(OPS_ROOM, pushOf('police.unitPosition', position('PSU-1', 1), PURPOSE), {
      prefer: 'wait=20',
    })
    t.equal(dig(answer.json, 'exchanges', 0, 'state'), 'accepted')
    for (const side of [field.police, field.army]) t.same(side.logged('failed'), [], 'nothing was a fault')
    await checkLedgers(t, field)
  })
})

interface Check {
  readonly field: Field
  readonly peer: Counterfeiter
  readonly army: System
  readonly good: Forged
}

/** Pushes a real operation and returns it as the army reads it. */
async function shared(
  police: System,
  army: System,
  document: JsonObject,
  purpose: string,
  role: string,
): Promise<Json> {
  const answer = await police.push({ role, purpose }, pushOf('police.operation', document, purpose), {
    prefer: 'wait=20',
  })
  const id = idOf(answer.json)
  const acting = { role: 'watchkeeper', purpose }
  const { json } = await army.ask('GET', `/v1/shared/army.opord/${id}?purpose=${purpose}`, { acting })
  return dig(json, 'document') ?? null
}

/** The receipt names the code and a leaf; the leaf is in the army's ledger; the inbox is as it was. */
async function checkReceipt(
  t: Tap,
  { field, peer, army, good }: Check,
  { says, code, forged }: Excess,
): Promise<void> {
  const id = uuidv7(systemClock)
  const before = await inbox(army)
  const [receipt] = peer.receipts(await peer.send(peer.seal([{ ...good, ...forged, id }])))
  t.match(receipt, { id, outcome: 'refused', code }, `${says}: ${code}`)
  const leaf = (await field.army.leaves()).findLast(one => one['xid'] === id)
  const quoted = receipt?.outcome === 'refused' ? receipt.leaf : ''
  t.match(leaf, { kind: 'refused', why: code, from: 'northshire-police', id: quoted }, `${says}: recorded`)
  t.equal(await inbox(army), before, `${says}: not delivered`)
}

/** Everything the army can read, as text. */
async function inbox(army: System): Promise<string> {
  let text = ''
  for (const purpose of [PURPOSE, PLANNER.purpose])
    for (const resource of ['army.opord', 'army.taskOrg', 'army.positionReport']) {
      const acting = { role: 'watchkeeper', purpose }
      text += (await army.ask('GET', `/v1/shared/${resource}?purpose=${purpose}&limit=200`, { acting })).text
    }
  return text
}

async function checkOnce(t: Tap, { field, peer, army, good }: Check): Promise<void> {
  const id = uuidv7(systemClock)
  const line = `{"salt":"${makeSalt()}","document":${JSON.stringify(order({}))}}`
  const [first] = peer.receipts(await peer.send(peer.seal([{ ...good, id, line }])))
  t.equal(first?.outcome, 'accepted')
  const before = await inbox(army)
  const [again] = peer.receipts(await peer.send(peer.seal([{ ...good, id, line }])))
  t.same(again, first, 'sent again, it gets the receipt that it got')
  const [conflict] = peer.receipts(
    await peer.send(peer.seal([{ ...good, id, document: order({ version: 2 }) }])),
  )
  t.match(
    conflict,
    { outcome: 'refused', code: 'exchange-conflict' },
    'another document under its id is refused',
  )
  t.equal(await inbox(army), before, 'and the first one stands')
  t.match(
    (await field.army.leaves()).findLast(leaf => leaf['xid'] === id),
    { kind: 'refused', why: 'exchange-conflict' },
  )
}

async function checkLane(t: Tap, { field, peer, army, good }: Check): Promise<void> {
  const lane = 'lane-of-its-own'
  const [one, two, three] = [1, 2, 3].map(() => uuidv7(systemClock))
  if (one === undefined || two === undefined || three === undefined) return
  const outcomes = async (...forged: Partial<Forged>[]) => {
    const answer = await peer.send(peer.seal(forged.map(part => ({ ...good, lane, ...part }))))
    return peer.receipts(answer).map(receipt => (receipt.outcome === 'accepted' ? 'accepted' : receipt.code))
  }
  t.same(await outcomes({ id: one, seq: 1, prev: 0 }), ['accepted'])
  const before = await inbox(army)
  t.same(await outcomes({ id: three, seq: 3, prev: 2 }), ['sequence-gap'], 'the third before the second')
  t.equal(await inbox(army), before, 'is not delivered')
  t.match(
    (await field.army.leaves()).findLast(leaf => leaf['xid'] === three),
    { kind: 'refused', why: 'sequence-gap' },
  )
  t.same(
    await outcomes({ id: two, seq: 2, prev: 1 }, { id: three, seq: 3, prev: 2 }),
    ['accepted', 'accepted'],
    'in order they are',
  )
}

async function checkBatches(t: Tap, { field, peer, good }: Check): Promise<void> {
  const forged = () => [{ ...good, id: uuidv7(systemClock) }]
  const sealed = peer.seal(forged())
  t.equal((await peer.send(sealed)).status, 200)
  const flipped = Buffer.from(peer.seal(forged()))
  flipped[40] = flipped[40] === 0x41 ? 0x42 : 0x41
  const text = peer.seal(forged()).toString('latin1')
  const [head = ''] = text.split('\n')
  const cases: readonly [says: string, code: string, status: number, bytes: Buffer][] = [
    ['a batch that was sent before', 'batch-replayed', 409, sealed],
    [
      'a batch of ten minutes ago',
      'batch-stale',
      403,
      peer.seal(forged(), { issuedAt: Date.now() - 600_000 }),
    ],
    ['a batch of tomorrow', 'batch-stale', 403, peer.seal(forged(), { issuedAt: Date.now() + 86_400_000 })],
    [
      'a batch in the name of another agency',
      'batch-wrong-sender',
      403,
      peer.seal(forged(), { from: agency('army-1div') }),
    ],
    [
      'a batch in the name of nobody known',
      'batch-wrong-sender',
      403,
      peer.seal(forged(), { from: agency('coastguard') }),
    ],
    [
      'a batch for another agency',
      'batch-wrong-recipient',
      403,
      peer.seal(forged(), { to: agency('coastguard') }),
    ],
    [
      'a batch signed with another key',
      'batch-signature-invalid',
      403,
      peer.seal(forged(), { signer: await signerOf(field.police, 'token') }),
    ],
    [
      'a batch signed with our own key',
      'batch-signature-invalid',
      403,
      peer.seal(forged(), { signer: await signerOf(field.army, 'batch') }),
    ],
    ['a batch of which a byte was changed', 'batch-malformed', 400, flipped],
    [
      'a batch that was changed after it was signed',
      'batch-signature-invalid',
      403,
      Buffer.from(withOtherClaims(text)),
    ],
    ['a batch without its documents', 'batch-malformed', 400, Buffer.from(`${head}\n`)],
    ['a batch with a document too many', 'batch-malformed', 400, Buffer.from(`${text}{}\n`)],
    ['a batch whose last line does not end', 'batch-malformed', 400, Buffer.from(text.slice(0, -1))],
    ['a batch that is none', 'batch-malformed', 400, Buffer.from('hello\n')],
    ['a batch of nine megabytes', 'body-too-large', 413, Buffer.alloc(9_000_000, 0x20)],
  ]
  for (const [says, code, status, bytes] of cases)
    await checkWhole(t, field.army, { says, code, status }, await peer.send(bytes))
  const asked = { type: 'application/json', body: '{}' }
  const whole = { says: 'a batch that says it is JSON', code: 'content-type-unsupported', status: 415 }
  await checkWhole(t, field.army, whole, await peer.system.ask('POST', '/peer/v1/batches', asked))
}

function agency(id: string): AgencyId {
  if (!isAgencyId(id)) throw new Error('no agency')
  return id
}

/** The same batch with the precedence of its exchange raised. */
function withOtherClaims(text: string): string {
  const [header = '', payload = '', ...rest] = text.split('.')
  const claims = Buffer.from(payload, 'base64url')
    .toString('utf8')
    .replace('"precedence":3', '"precedence":0')
  return [header, Buffer.from(claims).toString('base64url'), ...rest].join('.')
}

async function checkWhole(
  t: Tap,
  side: Side,
  { says, code, status }: { says: string; code: string; status: number },
  answer: Answer,
): Promise<void> {
  t.equal(answer.status, status, `${says}: ${answer.status}`)
  t.match(answer.json, { code }, `${says}: ${code}`)
  const quoted = dig(answer.json, 'exchangeId')
  const leaf = (await side.leaves()).findLast(({ id }) => id === quoted)
  t.match(leaf, { kind: 'refused', why: code, from: 'northshire-police' }, `${says}: recorded`)
}
