import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import mgrs from 'mgrs'
import t from 'tap'
import { loadSchemas } from '../../src/contract/contract.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import type { Catalogue } from '../../src/terms/terms.ts'
import { audit } from '../support/audit.ts'
import { openCounterfeiter } from '../support/counterfeit.ts'
import { asObject, dig } from '../support/dig.ts'
import { type Field, openField, type Side } from '../support/field.ts'
import { changed, type Mark, type Marked, markDocument, needlesOf, valueFor } from '../support/marked.ts'
import { OPERATION, type Sample, samplesOf } from '../support/samples.ts'
import { type Acting, type Answer, openSystem, type System } from '../support/system.ts'
import { readTable } from '../support/table.ts'
import { agreementOf, idOf } from './endings.ts'
import { LESSONS, OPS_ROOM, PLANNER, pushOf } from './records.ts'

t.setTimeout(180_000)

const project = fileURLToPath(new URL('../..', import.meta.url))
const table = readTable(join(project, 'policies/northshire-police.to.army-1div.public-order.yaml'))
const schemas = loadSchemas(join(project, 'schemas'))
const ACTING = new Map([PLANNER, OPS_ROOM, LESSONS].map(acting => [acting.purpose, acting]))

const SAMPLES = samplesOf(table)

let counted = 0
const number = () => ++counted

void t.test('a document in which every leaf carries a mark', async t => {
  await using field = await openField({ editConfig: text => `${text}\nlog: { level: debug }\n` })
  using police = await openSystem(field.police, { name: 'public-order-system' })
  using army = await openSystem(field.army, { name: 'army-portal' })
  const secrets: string[] = []

  for (const one of SAMPLES)
    await t.test(`${one.name}: what is withheld does not arrive`, async t => {
      const catalogue = catalogueOf(one.resource)
      const marked = markDocument(catalogue, one.fixed, number)
      t.equal(
        new Set(marked.marks.map(({ path }) => path)).size,
        [...catalogue.leaves.values()].filter(({ derived }) => !derived).length,
        'no leaf is forgotten',
      )
      const judged = judge(one, marked)
      const kept = judged.filter(({ outcome }) => outcome !== 'share')
      const needles = kept.flatMap(({ mark, outcome }) => needlesOf(mark, outcome))
      t.comment(`${needles.length} marks may not be seen`)
      secrets.push(...needles)
      const answer = await push(police, one, marked.document)
      const shared = await readOne(army, one, idOf(answer.json))
      t.same(found(needles, JSON.stringify(shared)), [], 'no mark')
      t.same(
        foundNumbers(
          kept.map(({ mark }) => mark),
          shared,
        ),
        [],
        'no number',
      )
      t.same(squaresBetrayed(kept, shared), [], 'no place, however it is written')
      const open = judged
        .filter(({ outcome }) => outcome === 'share')
        .flatMap(({ mark }) => needlesOf(mark, 'share'))
      t.ok(found(open, JSON.stringify(shared)).length > 0, 'and what is shared does arrive')
      const others = withOtherSecrets(judged, marked.document)
      secrets.push(...others.needles)
      const other = await push(police, one, others.document)
      const sharedToo = await readOne(army, one, idOf(other.json))
      t.same(comparable(sharedToo), comparable(shared), 'what is withheld changes nothing of what arrives')
    })

  await t.test('a refusal repeats nothing of the document', async t => {
    const marked = markDocument(catalogueOf('police.operation'), { ...OPERATION, lifecycle: 'LIVE' }, number)
    const all = marked.marks.flatMap(mark => needlesOf(mark, 'withhold'))
    secrets.push(...all)
    for (const { name, code, answer } of await provoke(police, marked)) {
      t.equal(dig(answer.json, 'code'), code, name)
      t.same(found(all, answer.text), [], `${name}: no mark in the answer`)
    }
  })

  await t.test('what a peer sends beyond the agreement is not repeated either', async t => {
    const marked = markDocument(catalogueOf('police.operation'), { ...OPERATION, lifecycle: 'LIVE' }, number)
    const all = marked.marks.flatMap(mark => needlesOf(mark, 'withhold'))
    secrets.push(...all)
    for (const answer of await forge(field, marked.document)) {
      t.same(found(all, answer.text), [], 'no mark in the answer')
      t.same(found(all, receiptsText(answer)), [], 'no mark in the receipts')
    }
  })

  await t.test(
    'no mark is anywhere else: inboxes, stores, logs, metrics and ledgers of both sides',
    async t => {
      const [ours, theirs] = await Promise.all([audit(field.police), audit(field.army)])
      t.match(ours.report, { verdict: 'good', open: 0 })
      t.match(theirs.report, { verdict: 'good' })
      for (const { side, directory } of [
        { side: field.police, directory: ours.directory },
        { side: field.army, directory: theirs.directory },
      ]) {
        const { agency } = side
        t.same(found(secrets, bytesIn(side.store)), [], `the store of ${agency}, byte by byte`)
        t.same(found(secrets, rowsIn(side)), [], `the store of ${agency}, row by row`)
        t.same(found(secrets, bytesIn(directory)), [], `the ledger of ${agency}`)
        t.same(found(secrets, (await side.console('/metrics')).text), [], `the metrics of ${agency}`)
        t.same(found(secrets, side.output()), [], `the log of ${agency}`)
      }
      t.ok(
        found(['northshire-police.ZQ'], bytesIn(field.army.store)).length > 0,
        'shared marks are found this way',
      )
      t.ok(secrets.length > 400, `${secrets.length} marks were looked for`)
    },
  )
})

function catalogueOf(resource: string): Catalogue {
  const schema = schemas.get(resource)
  if (schema === undefined) throw new Error(`no schema of ${resource}`)
  return schema.catalogue
}

interface Judged {
  readonly mark: Mark
  readonly outcome: string
}

function judge({ resource, purpose }: Sample, { marks }: Marked): readonly Judged[] {
  return marks.map(mark => ({ mark, outcome: table.outcome(resource, purpose, mark) }))
}

/** The same document where it may be shown, and other values, or none, where it may not; with what betrays those. */
function withOtherSecrets(judged: readonly Judged[], document: JsonObject) {
  const withheld = judged.filter(
    ({ mark, outcome }) => outcome === 'withhold' && mark.path !== 'venues[].kind',
  )
  const others = withheld.map(({ mark }, index) => {
    const gone = mark.path === 'covert' || index % 3 === 0
    return { ...mark, given: gone, other: gone ? undefined : valueFor(mark.leaf, number()) }
  })
  return {
    document: changed(
      document,
      others.map(({ at, other }) => ({ at, value: other })),
    ),
    needles: others.flatMap(({ other, ...mark }) => needlesOf({ ...mark, value: other ?? null }, 'withhold')),
  }
}

async function push(police: System, { resource, purpose }: Sample, document: JsonObject): Promise<Answer> {
  const label = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
  const answer = await police.push(actingFor(purpose), pushOf(resource, document, purpose, { label }), {
    prefer: 'wait=20',
  })
  if (answer.status !== 201 || dig(answer.json, 'exchanges', 0, 'state') !== 'accepted')
    throw new Error(`${answer.status} ${answer.text}`)
  return answer
}

function actingFor(purpose: string): Acting {
  const acting = ACTING.get(purpose)
  if (acting === undefined) throw new Error(`nobody asks for ${purpose}`)
  return acting
}

async function readOne(army: System, { received, purpose }: Sample, id: string): Promise<JsonObject> {
  const acting = { role: 'watchkeeper', purpose }
  const answer = await army.ask('GET', `/v1/shared/${received}/${id}?purpose=${purpose}`, { acting })
  if (answer.status !== 200) throw new Error(answer.text)
  return asObject(answer.json)
}

function found(needles: readonly string[], hay: string): readonly string[] {
  return needles.filter(needle => hay.includes(needle))
}

/** Numbers that may not be seen and stand in the document or its report. */
function foundNumbers(kept: readonly Mark[], shared: JsonObject): readonly number[] {
  const seen = new Set<number>()
  collectNumbers(shared['document'] ?? null, seen)
  return kept.flatMap(({ value }) =>
    typeof value === 'number' && value > 30 && seen.has(value) ? [value] : [],
  )
}

function collectNumbers(value: Json, into: Set<number>): void {
  if (typeof value === 'number') into.add(value)
  else if (Array.isArray(value)) for (const entry of value) collectNumbers(entry, into)
  else if (isJsonObject(value)) for (const entry of Object.values(value)) collectNumbers(entry, into)
}

/** MGRS references that lead into the square of a place that is withheld, or more than a square kilometre into a coarse one. */
function squaresBetrayed(kept: readonly Judged[], shared: JsonObject): readonly string[] {
  const references = [...JSON.stringify(shared).matchAll(/\b(\d\d[C-X][A-Z]{2})(\d{2,10})\b/g)]
  return kept.flatMap(({ mark, outcome }) => {
    if (mark.leaf.type !== 'place') return []
    const square = mgrs.forward(pointOf(mark.value), 2)
    const into = references.filter(([, zone = '', digits = '']) => squareOf(zone, digits) === square)
    return into.filter(([, , digits = '']) => outcome === 'withhold' || digits.length > 4).map(([all]) => all)
  })
}

function squareOf(zone: string, digits: string): string {
  const half = digits.length / 2
  return `${zone}${digits.slice(0, 2)}${digits.slice(half, half + 2)}`
}

function pointOf(value: Json): [number, number] {
  const lon = dig(value, 'lon') ?? dig(value, 'coordinates', 0)
  const lat = dig(value, 'lat') ?? dig(value, 'coordinates', 1)
  return [Number(lon), Number(lat)]
}

/** Everything that arrived but what tells one arrival from another: ids and the moment. */
function comparable(shared: JsonObject): Json {
  const { id: _id, cursor: _cursor, receivedAt: _at, deleteAt: _until, ...rest } = shared
  const document = structuredClone(rest['document']) as Record<string, Json>
  if (isJsonObject(document['messageId'])) document['messageId'] = { ...document['messageId'], dtg: '' }
  const translation = Array.isArray(rest['translation']) ? rest['translation'] : []
  return {
    ...rest,
    document,
    translation: translation.filter(line => dig(line, 'path') !== '/messageId/dtg'),
  }
}

interface Provoked {
  readonly name: string
  readonly code: string
  readonly answer: Answer
}

/** Every kind of refusal of a push that has something of the document before its eyes. */
async function provoke(police: System, { document }: Marked): Promise<readonly Provoked[]> {
  const resource = 'police.operation'
  const body = (change: JsonObject = {}, purpose = OPS_ROOM.purpose) =>
    pushOf(resource, document, purpose, change)
  const venues = document['venues']
  const cases: readonly [string, string, Acting, Json][] = [
    [
      'unknown field',
      'document-invalid',
      OPS_ROOM,
      body({ document: { ...document, shoeSize: document['venues'] ?? '' } }),
    ],
    ['wrong type', 'document-invalid', OPS_ROOM, body({ document: { ...document, start: venues ?? '' } })],
    [
      'too long',
      'document-invalid',
      OPS_ROOM,
      body({ document: { ...document, operationName: JSON.stringify(document) } }),
    ],
    [
      'not one of the list',
      'document-invalid',
      OPS_ROOM,
      body({ document: { ...document, kind: document['operationName'] ?? '' } }),
    ],
    ['unknown resource', 'resource-unknown', OPS_ROOM, { ...body(), resource: 'police.incident' }],
    ['unknown recipient', 'recipient-unknown', OPS_ROOM, { ...body(), to: 'navy' }],
    [
      'unknown purpose',
      'purpose-unknown',
      { role: 'ops-room', purpose: 'media-relations' },
      body({}, 'media-relations'),
    ],
    ['purpose not granted', 'purpose-not-granted', LESSONS, body()],
    ['role not allowed', 'role-not-allowed', { role: 'planner', purpose: OPS_ROOM.purpose }, body()],
    ['another stage', 'purpose-window', PLANNER, body({}, PLANNER.purpose)],
    [
      'another label',
      'request-invalid',
      OPS_ROOM,
      body({ label: { policy: 'UK-GSC', classification: 'SECRET' } }),
    ],
    ['member of the envelope', 'request-invalid', OPS_ROOM, body({ extra: document })],
  ]
  const provoked: Provoked[] = []
  for (const [name, code, acting, sent] of cases)
    provoked.push({ name, code, answer: await police.push(acting, sent) })
  const secret = { policy: 'UK-GSC', classification: 'SECRET', sensitive: true }
  const gated = body({ label: secret, document: { ...document, label: secret } })
  provoked.push({ name: 'gate', code: 'gate-failed', answer: await police.push(OPS_ROOM, gated) })
  const text = JSON.stringify(body())
  const raw = async (name: string, code: string, sent: string) =>
    provoked.push({
      name,
      code,
      answer: await police.ask('POST', '/v1/exchanges', { acting: OPS_ROOM, body: sent }),
    })
  await raw('malformed', 'json-malformed', text.slice(0, -40))
  await raw(
    'duplicate key',
    'json-duplicate-key',
    text.replace('"operationName"', '"start":"x","operationName"'),
  )
  await raw(
    'too deep',
    'json-too-deep',
    text.replace('"version"', `"deep":${'['.repeat(40)}${']'.repeat(40)},"version"`),
  )
  await raw('too large', 'body-too-large', text.padEnd(400_000))
  await police.push(
    OPS_ROOM,
    { ...body(), to: ['navy', 'coastguard'] },
    { 'idempotency-key': 'marked-key-1' },
  )
  return provoked
}

/** Batches that carry everything to the army, signed by the police key. */
async function forge(field: Field, document: JsonObject): Promise<readonly Answer[]> {
  using peer = await openCounterfeiter(field.police, field.army)
  const agreement = await agreementOf(field.army, 'northshire-police')
  const forged = { resource: 'police.operation', purpose: OPS_ROOM.purpose, agreement, document }
  const nested = { [String(document['operationName'])]: document }
  const batches = [
    peer.seal([forged]),
    peer.seal([{ ...forged, document: nested }]),
    peer.seal([{ ...forged, line: JSON.stringify({ salt: 'x', document }) }]),
    peer.seal([{ ...forged, purpose: 'media-relations' }]),
    Buffer.from(`${JSON.stringify(document)}\n`),
  ]
  const answers: Answer[] = []
  for (const bytes of batches) answers.push(await peer.send(bytes))
  return answers
}

/** The signed part of an answer, readable. */
function receiptsText({ text }: Answer): string {
  return text
    .split('.')
    .map(part => Buffer.from(part, 'base64url').toString('utf8'))
    .join('\n')
}

function bytesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== 'reserve')
    .map(entry => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
    .join('\n')
}

/** Every row of every table, as text. */
function rowsIn({ store }: Side): string {
  return ['concordat.db', 'vault.db']
    .map(name => {
      const db = new DatabaseSync(join(store, name), { readOnly: true })
      try {
        const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
        return tables
          .flatMap(row => db.prepare(`SELECT * FROM "${String(row['name'])}"`).all())
          .flatMap(row =>
            Object.values(row).map(value =>
              value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
            ),
          )
          .join('\n')
      } finally {
        db.close()
      }
    })
    .join('\n')
}
