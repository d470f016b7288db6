import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test as Tap } from 'tap'
import { systemClock } from '../../src/kit/kit.ts'
import { reissueExampleCrl, serialOf } from '../../src/seal/seal.ts'
import { run } from '../support/audit.ts'
import { openCounterfeiter } from '../support/counterfeit.ts'
import { dig } from '../support/dig.ts'
import { type Field, layField, openField, type Side } from '../support/field.ts'
import { type Acting, type Answer, openSystem } from '../support/system.ts'
import { until } from '../support/until.ts'
import { agreementOf, checkLedgers } from './endings.ts'
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
