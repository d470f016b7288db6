/** Ten thousand documents in which every value is one that occurs nowhere else: none of them may be in the record. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { exportLedger } from '../../src/cli/audit-export.ts'
import { fromExport, prove } from '../../src/cli/audit-prove.ts'
import { readKey, verifyExport, verifyProof } from '../../src/cli/audit-verify/verify.ts'
import { isJsonObject, type JsonObject, systemClock } from '../../src/kit/kit.ts'
import { makeCheckpointer, type NoteSigner, printVkey } from '../../src/ledger/ledger.ts'
import { Refusal } from '../../src/terms/terms.ts'
import { markDocument, needlesOf } from '../support/marked.ts'
import { type Sample, samplesOf } from '../support/samples.ts'
import { readTable } from '../support/table.ts'
import { ARMY, callerWith, catalogueOf, type House, twoHouses } from './two-houses.ts'

t.setTimeout(300_000)

const DOCUMENTS = 10_000
const BATCH = 50
const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
const project = fileURLToPath(new URL('../..', import.meta.url))
const table = readTable(join(project, 'policies/northshire-police.to.army-1div.public-order.yaml'))
const SAMPLES = samplesOf(table)
const CALLERS = new Map([
  ['joint-planning', callerWith('planner', 'joint-planning')],
  ['live-coordination', callerWith('ops-room', 'live-coordination')],
  ['debrief', callerWith('lessons-team', 'debrief')],
])
const WATCHKEEPER = callerWith('watchkeeper', ...CALLERS.keys())
const STRANGER = callerWith('media-officer', ...CALLERS.keys())
const { signal } = new AbortController()
const given = { idempotencyKey: undefined, body: new Uint8Array(), waitMs: 0, signal, answer: () => '{}' }
const home = mkdtempSync(join(tmpdir(), 'concordat-marks-'))
t.teardown(() => rmSync(home, { recursive: true, force: true }))

/** What the forms of marks look like, whichever values they have; see `marked.ts`. A digest may well hold twenty decimal digits in a row. */
const FORMS =
  /ZQ[0-9A-Z]{5,}X|(?<![0-9a-f])1003\d{16}(?![0-9a-f])|\+4477\d{8}|\d{4}-\d\d-\d\dT13:47:11|\d\d1347Z[A-Z]{3}\d\d|-?\d+\.\d{5,}/g

let counted = 0
const number = () => ++counted
const needles = new Set<string>()
let released = 0
let refused = 0

function marked({ resource, fixed }: Sample): JsonObject {
  const catalogue = catalogueOf(resource)
  if (!catalogue) throw new Error(`no catalogue of ${resource}`)
  const { document, marks } = markDocument(catalogue, fixed, number)
  for (const needle of marks.flatMap(mark => needlesOf(mark, 'withhold'))) needles.add(needle)
  return document
}

/** One in ten is refused: asked by the wrong role, or with a field too many. */
async function push(house: House, sample: Sample, at: number): Promise<void> {
  const { resource, purpose } = sample
  const document = at % 20 === 7 ? { ...marked(sample), surprise: `ZQ${at}SURPRISEX` } : marked(sample)
  const caller = at % 20 === 17 ? STRANGER : CALLERS.get(purpose)
  if (!caller) throw new Error(`nobody asks for ${purpose}`)
  try {
    await house.exchange.push(caller, { to: ARMY, purpose, resource, document, label: LABEL }, given)
    released += 1
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || at % 10 !== 7) throw thrown
    refused += 1
  }
}

/** Portals read what has arrived, for each purpose. */
async function consult(house: House, cursors: Map<string, number>): Promise<void> {
  for (const { received: resource, purpose } of SAMPLES) {
    const key = `${resource} ${purpose}`
    const asked = { purpose, resource, after: cursors.get(key) ?? 0, limit: BATCH }
    const { rows } = await house.exchange.consult.list(WATCHKEEPER, asked)
    cursors.set(key, rows.at(-1)?.row ?? asked.after)
  }
}

function makeSigner(name: string): NoteSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { name, publicKey: raw, sign: bytes => sign(null, bytes, privateKey) }
}

const signers = new Map<string, NoteSigner>()

/** Covers the ledger of a house by a checkpoint and exports it. */
async function exported({
  store,
  agency,
}: House): Promise<{ readonly directory: string; readonly vkey: string }> {
  const signer = signers.get(agency) ?? makeSigner(`${agency}.concordat/ledger/2026`)
  signers.set(agency, signer)
  await using checkpointer = makeCheckpointer({
    store,
    signer,
    clock: systemClock,
    publish: () => {},
    onFault: () => {},
  })
  await checkpointer.tick()
  const directory = mkdtempSync(join(home, 'export-'))
  await exportLedger(store, directory)
  return { directory, vkey: printVkey(signer) }
}

function bytesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map(name => join(directory, name))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'latin1'))
    .join('\n')
}

/** Marks in a text: by their form, and word by word. */
function found(hay: string): readonly string[] {
  const words = hay.matchAll(/[A-Za-z0-9.+:-]{8,}/g)
  const known = [...words].flatMap(([word]) => (needles.has(word) ? [word] : []))
  return [...(hay.match(FORMS) ?? []), ...known].slice(0, 5)
}

void t.test(`no value of ${DOCUMENTS} marked documents is in leaves, logs or exports`, async t => {
  const { police, army } = twoHouses()
  const cursors = new Map<string, number>()
  for (let at = 0; at < DOCUMENTS; at++) {
    const sample = SAMPLES[at % SAMPLES.length]
    if (sample) await push(police, sample, at)
    if (police.outgoing.length < BATCH && at < DOCUMENTS - 1) continue
    const receipts = await police.sendTo(army)
    const [no] = receipts.filter(({ outcome }) => outcome !== 'accepted')
    if (no) t.fail(`a receipt says ${JSON.stringify(no)}`)
    await consult(army, cursors)
  }
  t.comment(`${released} released, ${refused} refused, ${needles.size} values looked for`)
  t.equal(released + refused, DOCUMENTS)
  t.ok(refused >= DOCUMENTS / 10 && needles.size > 20 * DOCUMENTS, 'there is something to look for')
  const [shared] = await army.store.shared({
    resource: undefined,
    purposes: ['live-coordination'],
    after: 0,
    limit: 1,
  })
  t.ok(found(shared?.document ?? '').length > 0, 'and it is found where it may be')
  t.ok(found('{"sidc":"10030000000000079190"}').length > 0, 'by its form too')

  const kinds = new Map<string, number>()
  for (const house of [police, army]) {
    const texts = await house.store.leaves(0, await house.store.size())
    for (const leaf of texts) {
      const kind = /"kind":"([^"]+)"/.exec(leaf)?.[1] ?? ''
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    t.same(found(texts.join('\n')), [], `the leaves of ${house.agency}`)
    t.same(found(house.logged.join('\n')), [], `the log of ${house.agency}`)
    t.same(house.faults, [], 'and nothing failed')
    const { directory, vkey } = await exported(house)
    t.same(found(bytesIn(directory)), [], `the export of ${house.agency}`)
    const { verdict, findings } = verifyExport({ directory, vkey, policy: undefined, toleranceMs: 60_000 })
    t.equal(verdict, 'good', findings[0]?.says ?? 'which is good')
  }
  t.match(Object.fromEntries(kinds), { decided: released, accepted: released, refused, consulted: Number })

  await t.test('and after erasure no commitment can be opened, while every proof still holds', async t => {
    for (const house of [police, army]) await forget(t, house)
  })
})

const DPO = { person: 'p-402', role: 'dpo' }

async function forget(t: Test, house: House): Promise<void> {
  const { directory, vkey } = await exported(house)
  const key = readKey(vkey)
  const committed = (await house.leaves()).flatMap(({ c, id, xid }) =>
    isJsonObject(c) ? [[xid, id].filter(name => typeof name === 'string')] : [],
  )
  const openable = async () => {
    const kept = await Promise.all(committed.flat().map(name => house.store.kept(name)))
    return kept.filter(row => row !== undefined).length
  }
  t.equal(await openable(), committed.length, `${committed.length} leaves of ${house.agency} can be opened`)
  const proofs: Buffer[] = []
  for (let leaf = 0; leaf < (await house.store.size()); leaf += 97) {
    const made = await prove(fromExport(directory), String(leaf))
    if (made.kind === 'proven') proofs.push(Buffer.from(made.proof))
  }
  await house.exchange.records.erase(DPO, { kind: 'before', at: systemClock.now() }, 'end of retention')
  t.equal(await openable(), 0, 'and none of them after erasure')
  t.ok(proofs.length > 100, `${proofs.length} proofs`)
  const verdicts = proofs.map(
    proof => verifyProof({ proof, leaf: undefined, keys: key ? [key] : [], policy: undefined }).verdict,
  )
  t.ok(
    verdicts.every(verdict => verdict === 'good'),
    'that were made before hold',
  )
  const after = verifyExport({
    directory: (await exported(house)).directory,
    vkey: undefined,
    policy: undefined,
    toleranceMs: 60_000,
  })
  t.match(
    after,
    { verdict: 'good', leaves: { 'vault.erased': Number } },
    'and so does the ledger as it is now',
  )
}
