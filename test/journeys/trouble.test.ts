import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test as Tap } from 'tap'
import { type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { reissueExampleCrl, serialOf } from '../../src/seal/seal.ts'
import { run } from '../support/audit.ts'
import { openCounterfeiter } from '../support/counterfeit.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField, openField, type Side } from '../support/field.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { type Acting, type Answer, openSystem, type System } from '../support/system.ts'
import { until } from '../support/until.ts'
import { agreementOf, allSettled, checkLedgers } from './endings.ts'
import { OPS_ROOM, operation, position, pushOf } from './records.ts'

t.setTimeout(180_000)

const project = fileURLToPath(new URL('../..', import.meta.url))
const PURPOSE = OPS_ROOM.purpose
const WATCH: Acting = { role: 'watchkeeper', purpose: PURPOSE }
const SHARED = `/v1/shared/army.positionReport?purpose=${PURPOSE}&limit=200`

void t.test('when something is wrong', async t => {
  await using like = await layField()
  await t.test('an agreement that has run out, or does not hold yet', t => checkDates(t, like))
  await t.test('another revision of the agreement than the other side has', t => checkRevisions(t, like))
  await t.test('a document for which there is no translation', t => checkMappings(t, like))
  await t.test('the other gateway is struck off', t => checkStruckOff(t, like))
  await t.test('a store without space', t => checkFullStore(t, like))
  await t.test('a store without space on the other side', t => checkFullPeer(t, like))
  await t.test('a store that cannot be written any more', t => checkBrokenStore(t, like))
})

const report = { track: '1EX.TPTPL.1', label: { policy: 'UK-GSC', classification: 'OFFICIAL' } }

async function checkDates(t: Tap, like: Field): Promise<void> {
  const editPolicy = (text: string, name: string) =>
    name.startsWith('northshire')
      ? text.replace('expiresAt: 2028-01-01T00:00:00Z', 'expiresAt: 2026-05-03T00:00:00Z')
      : text
          .replace('effectiveFrom: 2026-01-01T00:00:00Z', 'effectiveFrom: 2027-12-01T00:00:00Z')
          .replace('reviewBy: 2026-12-01', 'reviewBy: 2027-12-15')
  await using field = await openField({ like, editPolicy })
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'tracker' })
  await checkPush(t, field.police, await police.push(OPS_ROOM, position1), 'agreement-expired')
  const body = { ...pushOf('army.positionReport', report, PURPOSE), to: 'northshire-police' }
  await checkPush(t, field.army, await army.push(WATCH, body), 'agreement-not-yet-in-force')

  using peer = await openCounterfeiter(field.police, field.army)
  using partner = await openCounterfeiter(field.army, field.police)
  const forged = { purpose: PURPOSE, version: '1.0.0' }
  const expired = {
    ...forged,
    resource: 'police.unitPosition',
    agreement: await agreementOf(field.army, 'northshire'),
    document: { unitId: 'PSU-1' },
  }
  const early = {
    ...forged,
    resource: 'army.positionReport',
    agreement: await agreementOf(field.police, 'army'),
    document: report,
  }
  const [late] = peer.receipts(await peer.send(peer.seal([expired])))
  t.match(late, { outcome: 'refused', code: 'agreement-expired' }, 'the receiver refuses it, too')
  const [soon] = partner.receipts(await partner.send(partner.seal([early])))
  t.match(soon, { outcome: 'refused', code: 'agreement-not-yet-in-force' })
  await checkLedgers(t, field)
}

const position1 = pushOf('police.unitPosition', position('PSU-1', 1), PURPOSE)

async function checkRevisions(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  const name = 'northshire-police.to.army-1div.public-order'
  const text = await readFile(join(project, `policies/${name}.yaml`), 'utf8')
  const edited = join(field.directory, `${name}.yaml`)
  const signatures = join(field.directory, `${name}.sig.json`)
  await writeFile(
    edited,
    text.replace('revision: 1', 'revision: 2').replace('reviewOwner: Head', 'reviewOwner: Deputy Head'),
  )
  const config = await readFile(field.police.config.file, 'utf8')
  const [own] = field.police.config.agreements
  await writeFile(
    field.police.config.file,
    config.replace(own?.file ?? '', edited).replace(own?.signatures ?? '', signatures),
  )
  await t.rejects(
    field.police.start(),
    /signatures-missing/,
    'nobody has signed it: the gateway does not start',
  )
  await sign(field, edited, signatures)
  await Promise.all([field.police.start(), field.army.start()])

  using police = await openSystem(field.police, { name: 'public-order-system' })
  const answer = await police.push(OPS_ROOM, position1, { prefer: 'wait=20' })
  t.match(dig(answer.json, 'exchanges', 0), { state: 'refused', receipt: { code: 'agreement-mismatch' } })
  const id = String(dig(answer.json, 'exchanges', 0, 'id'))
  t.match(
    (await field.army.leaves()).find(({ xid }) => xid === id),
    { kind: 'refused', why: 'agreement-mismatch' },
  )
  t.match(
    (await field.police.leaves()).findLast(({ xid }) => xid === id),
    { kind: 'receipted', decision: 'refused', why: 'agreement-mismatch' },
  )
  const { json } = await police.ask('GET', `/v1/exchanges/${id}`, { acting: OPS_ROOM })
  t.match(json, { state: 'refused', agreement: { revision: 2 } }, 'the sender is told')
  await checkLedgers(t, field)

  await field.police.stop()
  await writeFile(field.police.config.file, config)
  await t.rejects(field.police.start(), /agreement-rolled-back/, 'the older revision does not come back')
}

/** An author and an approver of the provider, and an approver of the recipient: as officers do it, by the command. */
async function sign(field: Field, policy: string, out: string): Promise<void> {
  for (const [party, person, role] of [
    ['northshire-police', 'p-118', 'author'],
    ['northshire-police', 'p-204', 'approver'],
    ['army-1div', 'a-031', 'approver'],
  ] as const) {
    const key = join(field.certificates, party, 'officers', `${person}.key.pem`)
    const words = ['--party', party, '--person', person, '--role', role, '--key', key, '--out', out]
    const { exitCode, text } = await run(['agreement', 'sign', policy, ...words])
    if (exitCode !== 0) throw new Error(text)
  }
}

async function checkMappings(t: Tap, like: Field): Promise<void> {
  const mappings = await mkdtemp(join(tmpdir(), 'concordat-mappings-'))
  t.teardown(() => rm(mappings, { recursive: true, force: true }))
  await cp(join(project, 'schemas/mappings'), mappings, { recursive: true })
  for (const name of await readdir(mappings))
    if (name.startsWith('police.unitPosition')) await rm(join(mappings, name))
  await using field = await openField({
    like,
    editConfig: (text, agency) =>
      agency === 'army-1div' ? `${text}\ncatalogue: { mappings: ${mappings} }\n` : text,
  })
  using police = await openSystem(field.police, { name: 'public-order-system' })
  const answer = await police.push(OPS_ROOM, position1, { prefer: 'wait=20' })
  t.match(dig(answer.json, 'exchanges', 0), { state: 'refused', receipt: { code: 'mapping-missing' } })
  const other = await police.push(OPS_ROOM, pushOf('police.operation', operation('o-1'), PURPOSE), {
    prefer: 'wait=20',
  })
  t.match(dig(other.json, 'exchanges', 0), { state: 'accepted' }, 'other documents arrive')
  await checkLedgers(t, field)
}

async function checkStruckOff(t: Tap, like: Field): Promise<void> {
  await using field = await openField({ like })
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const first = await police.push(OPS_ROOM, position1, { prefer: 'wait=20' })
  t.match(dig(first.json, 'exchanges', 0), { state: 'accepted' }, 'a connection stands')
  using peer = await openCounterfeiter(field.police, field.army)
  t.equal((await peer.system.ask('GET', '/peer/v1/canary')).status, 200)
  const begun = Date.now()
  await strikeOff(field.police, 'gateway')
  const canary = () => peer.system.ask('GET', '/peer/v1/canary')
  await until(
    () =>
      canary().then(
        ({ status }) => status === 403,
        () => true,
      ),
    'the end of the connection',
    5,
  )
  t.ok(Date.now() - begun < 2_000, `the gateway is cut off after ${Date.now() - begun} ms`)
  await t.rejects(canary(), 'and cannot come back')
  const second = await police.push(OPS_ROOM, position1, { prefer: 'wait=2' })
  t.match(dig(second.json, 'exchanges', 0), { state: 'queued' }, 'what is pushed waits')
  const page = await army.ask('GET', SHARED, { acting: WATCH })
  t.match(dig(page.json, 'items'), { length: 1 }, 'and does not arrive')
  await until(
    async () =>
      (await field.army.leaves()).some(
        ({ kind, why, door }) =>
          kind === 'handshake.refused' && why === 'certificate-revoked' && door === 'outer',
      ),
    'a leaf',
    5,
  )
  await checkLedgers(t, field, 1)
}

async function strikeOff({ certificates }: Side, name: string): Promise<void> {
  const pem = await readFile(join(certificates, `${name}.pem`), 'utf8')
  await reissueExampleCrl(certificates, [serialOf(pem)], systemClock)
}

async function checkFullStore(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await using mounted = await mountSmallDisk(t, field.police.store)
  if (mounted === undefined) return
  await Promise.all([field.police.start(), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  t.equal((await police.push(OPS_ROOM, numbered(1), { prefer: 'wait=20' })).status, 201, 'there is space')
  const filler = join(field.police.store, 'filler')
  await fill(filler, 1_000_000)
  const answers = await pushUntilRefused(police)
  t.match(answers.at(-1)?.json, { code: 'store-unavailable' }, 'without space a push is refused')
  t.equal(answers.at(-1)?.status, 503)
  t.ok(answers.at(-1)?.headers['retry-after'], 'and told to come again')
  t.equal((await field.police.console('/livez')).status, 200, 'the gateway goes on')
  await rm(filler)
  await until(
    async () => (await police.push(OPS_ROOM, numbered(1_000))).status === 202,
    'space, and an answer',
    10,
  )
  await checkArrived(t, { field, army, answers })
  await checkLedgers(t, field)
  await Promise.all([field.police.stop(), field.army.stop()])
}

async function checkFullPeer(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await using mounted = await mountSmallDisk(t, field.army.store)
  if (mounted === undefined) return
  await Promise.all([field.police.start(), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const filler = join(field.army.store, 'filler')
  await fill(filler, 0)
  const turnedAway = () =>
    field.police.logged('batch-turned-away').filter(({ status }) => status === 503).length
  const answers: Answer[] = []
  for (let number = 1; turnedAway() === 0 && number < 100; number++)
    answers.push(await police.push(OPS_ROOM, numbered(number), { prefer: 'wait=1' }))
  t.ok(turnedAway() > 0, 'the other side says that it cannot record')
  t.same(
    answers.filter(({ status }) => status !== 201 && status !== 202),
    [],
    'what is pushed is acknowledged and waits',
  )
  await rm(filler)
  await checkArrived(t, { field, army, answers })
  await checkLedgers(t, field)
  await Promise.all([field.police.stop(), field.army.stop()])
}

/** The process may not make a file longer than four megabytes: an I/O error in the middle of the work. */
async function checkBrokenStore(t: Tap, like: Field): Promise<void> {
  await using field = await layField({ like })
  await Promise.all([field.police.start({ shell: 'ulimit -f 8192' }), field.army.start()])
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  await field.army.stop()
  const answers = await pushUntilRefused(police)
  const last = answers.at(-1)
  t.ok(last === undefined || last.status !== 202, 'the push that could not be recorded was not acknowledged')
  if (last?.status === 503) t.match(last.json, { code: 'store-unavailable' })
  t.equal(await field.police.ended(), 1, 'the gateway ends')
  t.ok(field.police.logged('store-failed').length > 0, 'and says why')
  await Promise.all([field.police.start(), field.army.start()])
  await checkArrived(t, { field, army, answers })
  await checkLedgers(t, field)
}

/** A push of about 200 kB; its number is the serial of the order that arrives. */
function numbered(number: number): JsonObject {
  const command = Array.from({ length: 180 }, (_, index) => ({
    role: 'SILVER',
    function: `Sector ${index}`,
    location: `${number} `.padEnd(120, 'x'),
    from: '2026-05-02T06:00:00Z',
  }))
  const aims = Array.from({ length: 40 }, (_, index) => ({
    n: index + 1,
    text: 'x'.repeat(600),
    priority: 1,
  }))
  const venues = Array.from({ length: 500 }, (_, index) => ({
    venueId: `V-${index}`,
    name: 'x'.repeat(160),
    kind: 'RVP',
  }))
  const document = operation('big', { version: number, venues, command, strategicIntent: { aims } })
  return pushOf('police.operation', document, PURPOSE)
}

/** One after the other, until one is not taken; the last answer is its, unless the connection was cut. */
async function pushUntilRefused(police: System): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (let number = 2; number < 400; number++) {
    const answer = await police.push(OPS_ROOM, numbered(number)).catch(() => undefined)
    if (answer !== undefined) answers.push(answer)
    if (answer?.status !== 202) return answers
  }
  throw new Error('nothing was refused')
}

/** Leaves so many bytes free, more or less. */
async function fill(file: string, spared: number): Promise<void> {
  for (const size of [1_048_576, 4_096]) {
    const block = Buffer.alloc(size)
    for (;;)
      try {
        await writeFile(file, block, { flag: 'a' })
      } catch {
        break
      }
  }
  await truncate(file, (await stat(file)).size - spared)
}

/** Everything that was acknowledged is in the army's inbox, once; what was refused is not. */
async function checkArrived(
  t: Tap,
  {
    field,
    army,
    answers,
  }: { readonly field: Field; readonly army: System; readonly answers: readonly Answer[] },
): Promise<void> {
  await allSettled(field)
  const acknowledged = answers.flatMap(({ status, json }) =>
    status === 202 || status === 201 ? [String(dig(json, 'exchanges', 0, 'id'))] : [],
  )
  const path = `/v1/shared/army.opord?purpose=${PURPOSE}&limit=200`
  const items = dig((await army.ask('GET', path, { acting: WATCH })).json, 'items')
  const arrived = (Array.isArray(items) ? items : []).map(item => String(dig(item, 'id')))
  t.equal(new Set(arrived).size, arrived.length, 'nothing arrived twice')
  t.same(
    acknowledged.filter(id => !arrived.includes(id)),
    [],
    `all ${acknowledged.length} that were acknowledged arrived`,
  )
}

async function checkPush(t: Tap, side: Side, answer: Answer, code: string): Promise<void> {
  t.equal(answer.status, 403)
  t.match(answer.json, { code }, code)
  const quoted = dig(answer.json, 'exchangeId')
  t.match(
    (await side.leaves()).find(({ xid }) => xid === quoted),
    { kind: 'refused', why: code },
    `${code}: recorded`,
  )
}
