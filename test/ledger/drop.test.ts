/** Retention of whole logs: a closed year is dropped for good, and what is kept still proves what it was. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { auditCommand } from '../../src/cli/audit.ts'
import { verifyExport } from '../../src/cli/audit-verify/verify.ts'
import { dropLog } from '../../src/gateway/gateway.ts'
import { turnYear } from '../../src/gateway/year.ts'
import type { Clock } from '../../src/kit/kit.ts'
import {
  leafHash,
  makeCheckpointer,
  makeLeafWriter,
  type NoteSigner,
  printProof,
  printVkey,
  verifyInclusion,
} from '../../src/ledger/ledger.ts'
import { openSqliteLedger, openSqliteStore, type Store } from '../../src/stores/stores.ts'
import { type Said, terminalAt } from '../support/terminal.ts'
import { vaultRow } from '../support/vault.ts'
import { makeNoteSigner } from './exported-ledger.ts'

t.setTimeout(120_000)

const OLD = 'army-1div.concordat/ledger/2026'
const NEW = 'army-1div.concordat/ledger/2027'
const SECRET = 'a-mark-that-only-old-leaves-bear'
const TAG = new Uint8Array(16).fill(7)
const signer = makeNoteSigner(OLD)
const quiet = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} } as never

interface House {
  readonly directory: string
  readonly config: never
  readonly clock: Clock
  /** Row ids of the vault: of a leaf of the old log, and of one of the new log. */
  readonly rows: { readonly old: string; readonly young: string }
  readonly sizes: { readonly old: number; readonly young: number }
  readonly handedOut: { readonly leaf: string; readonly proof: readonly Uint8Array[]; readonly note: string }
  at(time: string): void
  open(): Promise<Store>
}

/** A store whose log of 2026 was closed by the turn of the year and is longer than two full tiles. */
async function house(more: { readonly kept?: number } = {}): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-drop-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  let now = Date.parse('2026-03-01T00:00:00Z')
  const clock: Clock = { now: () => now }
  const config = {
    storeDirectory: directory,
    agency: 'army-1div',
    ledgerOrigin: undefined,
    retention: { ledgerYears: 7 },
  } as never
  const open = () => openSqliteStore({ directory, clock, onFailure: fault => t.fail(fault.message) })
  const leaves = makeLeafWriter({ clock, agency: 'army-1div' })
  const some = (count: number, rule: string) =>
    Array.from({ length: count }, () => leaves.write('admin', { act: 'test', rule }).text)
  await using store = await open()
  const opening = leaves.write('log.open', { origin: OLD, vkey: printVkey(signer) }).text
  const row = vaultRow(clock, { tags: [TAG], expiresAt: more.kept ?? clock.now() + 1_000 })
  await store.note([opening, ...some(299, SECRET)], [undefined, row])
  await cover(store, signer, clock)
  const seen = await store.latestCheckpoint()
  await store.saveCosignature({ size: 300, witness: 'w', line: '— w AAAA\n', at: now } as never)
  await store.saveAnchor(
    { size: 300, kind: 'rfc3161', token: new Uint8Array([1, 2, 3]), at: now },
    leaves.write('admin', { act: 'stamp' }).text,
  )
  await store.note(some(300, SECRET))
  await cover(store, signer, clock)
  const [leaf = ''] = await store.leaves(17, 18)
  const handedOut = { leaf, proof: await store.inclusion(17, 300), note: seen?.note ?? '' }
  now = Date.parse('2027-01-02T00:00:00Z')
  const edge = {
    clock,
    log: quiet,
    leaves,
    confirmed: () => true,
    publish: () => undefined,
    beginning: () => [],
  }
  const next = await turnYear({ ...edge, config, store } as never, signer)
  const old = (await store.logs()).length === 2 ? 602 : 0
  const young = vaultRow(clock, { tags: [TAG] })
  await store.note(some(400, 'young'), [young])
  await cover(store, next, clock)
  return {
    directory,
    config,
    clock,
    open,
    handedOut,
    rows: { old: row.id, young: young.id },
    sizes: { old, young: await store.size() },
    at(time) {
      now = Date.parse(time)
    },
  }
}

async function cover(store: Store, by: NoteSigner, clock: Clock): Promise<void> {
  const parts = {
    store,
    signer: by,
    clock,
    publish: () => {},
    onFault: (fault: unknown) => t.fail(String(fault)),
  }
  await using checkpointer = makeCheckpointer(parts)
  await checkpointer.tick()
}

const drop = ({ config, clock }: House, log: string) =>
  dropLog(config, { clock, log: quiet }, { log, why: 'policy 7, section 2' })

/** Runs `concordat audit` as `main` would and gives what it printed and how it ended. */
async function run(...args: string[]) {
  const said: Said = { out: '', err: '', code: 0 }
  const command = await auditCommand(terminalAt({ cwd: tmpdir() }, said), args[0])
  await command.parseAsync(args, { from: 'user' })
  return { code: said.code, says: (said.out + said.err).trimEnd() }
}

/** All bytes of the store. */
function bytesIn(directory: string): string {
  return readdirSync(directory)
    .map(name => readFileSync(join(directory, name), 'latin1'))
    .join('')
}

void t.test('a log is dropped only when it is closed and its retention has ended', async tt => {
  const it = await house()
  const size = it.sizes.young
  it.at('2034-01-01T23:59:59Z')
  tt.same(await drop(it, OLD), { kind: 'early', until: Date.parse('2034-01-02T00:00:00Z') })
  it.at('2060-01-01T00:00:00Z')
  tt.same(await drop(it, NEW), { kind: 'growing' })
  tt.same(await drop(it, '2'), { kind: 'growing' })
  for (const unknown of ['3', '0', 'army-1div.concordat/ledger/2025'])
    tt.same(await drop(it, unknown), { kind: 'unknown' })
  await using store = await it.open()
  tt.equal(await store.size(), size, 'and nothing is recorded')
  tt.same(await store.drops(), [])
  tt.ok(bytesIn(it.directory).includes(SECRET))
})

void t.test('a log stays while the vault has to keep something about it', async tt => {
  const until = Date.parse('2040-01-01T00:00:00Z')
  const it = await house({ kept: until })
  it.at('2039-12-31T00:00:00Z')
  tt.same(await drop(it, '1'), { kind: 'needed', until })
  it.at('2040-01-01T00:00:00Z')
  tt.match(await drop(it, '1'), { kind: 'dropped' })
})

void t.test('what is dropped is gone for good, and what stays is as it was', async tt => {
  const it = await house()
  const before = openSqliteLedger(it.directory, 1)
  const last = await before.latestCheckpoint()
  before[Symbol.dispose]()
  it.at('2034-01-02T00:00:00Z')
  tt.same(await drop(it, OLD), { kind: 'dropped', origin: OLD, size: it.sizes.old, swept: true })
  tt.notOk(bytesIn(it.directory).includes(SECRET), 'no byte of the leaves is left in any file')
  tt.same(await drop(it, OLD), { kind: 'gone' })

  await using store = await it.open()
  tt.same(await store.drops(), [{ log: 1, at: it.clock.now(), swept: true }])
  tt.equal(await store.kept(it.rows.old), undefined, 'the rows of the vault are gone')
  const first = it.sizes.old
  tt.match(await store.kept(it.rows.young), { leaf: first + 1 }, 'others and their numbers are as before')
  tt.same(await store.tagged([TAG], 9_999, 9), [first + 1], 'and so is what the search finds')
  tt.match(JSON.parse((await store.leafAt(first)) ?? ''), { kind: 'log.open', origin: NEW, was: OLD })
  tt.equal(await store.leafAt(17), undefined)
  const [record] = await store.leaves(it.sizes.young, it.sizes.young + 1)
  tt.match(JSON.parse(record ?? ''), { kind: 'admin', act: 'ledger.drop', rule: OLD })
  tt.equal(await store.size(), it.sizes.young + 1)
  tt.match(
    (await store.logs()).map(text => JSON.parse(text).origin),
    [OLD, NEW],
  )

  using left = openSqliteLedger(it.directory, 1)
  tt.strictSame(await left.latestCheckpoint(), last, 'the last checkpoint stays')
  tt.same(
    (await left.checkpoints(0, 9)).map(({ size }) => size),
    [300, 602],
    'and what was cosigned and stamped',
  )
  tt.equal((await left.cosignatures(300)).length, 1)
  tt.equal((await left.anchors()).length, 1)
  tt.match(
    (await left.leaves(0, 602)).map(text => JSON.parse(text).kind),
    ['log.open', 'log.close'],
  )
})

void t.test('proofs hold: those handed out, those that stay, and those of newer logs', async tt => {
  const it = await house()
  it.at('2034-01-02T00:00:00Z')
  tt.match(await drop(it, OLD), { kind: 'dropped' })
  const { leaf, proof, note } = it.handedOut
  const paper = join(it.directory, 'leaf-17')
  writeFileSync(`${paper}.tlog-proof`, printProof({ index: 17, leaf, hashes: proof, checkpoint: note }))
  writeFileSync(`${paper}.json`, leaf)
  const vkey = ['--vkey', printVkey(signer)]
  const held = await run('verify', '--proof', `${paper}.tlog-proof`, '--leaf', `${paper}.json`, ...vkey)
  tt.equal(held.code, 0, held.says)

  using left = openSqliteLedger(it.directory, 1)
  const { size = 0, root = new Uint8Array() } = (await left.latestCheckpoint()) ?? {}
  const [opening = '', closing = ''] = await left.leaves(0, size)
  const db = new DatabaseSync(join(it.directory, 'concordat.db'), { readOnly: true })
  const row = db.prepare('SELECT opening_proof, closing_proof, why FROM dropped').get()
  db.close()
  tt.equal(row?.['why'], 'policy 7, section 2')
  for (const [index, text, column] of [
    [0, opening, 'opening_proof'],
    [size - 1, closing, 'closing_proof'],
  ] as const) {
    const joined = row?.[column]
    if (!(joined instanceof Uint8Array)) throw new Error('there is no proof')
    const hashes = Array.from({ length: joined.length / 32 }, (_, at) => joined.slice(at * 32, at * 32 + 32))
    tt.ok(verifyInclusion({ index, size, root, leafHash: leafHash(text) }, hashes), column)
  }

  const store = await it.open()
  await cover(store, { ...signer, name: NEW }, it.clock)
  await store[Symbol.asyncDispose]()
  const to = join(it.directory, 'export')
  tt.match(await run('export', '--store', it.directory, '--to', to), { code: 0 })
  const report = verifyExport({
    directory: to,
    vkey: printVkey({ ...signer, name: NEW }),
    policy: undefined,
    toleranceMs: 60_000,
  })
  tt.match(report, { verdict: 'good', origin: NEW, findings: [] })
})

void t.test(
  'commands say plainly that a log was dropped, and a copy for a SIEM goes on behind it',
  async tt => {
    const it = await house()
    it.at('2034-01-02T00:00:00Z')
    await drop(it, '1')
    const to = join(it.directory, 'export')
    const { code, says } = await run('export', '--store', it.directory, '--log', '1', '--to', to)
    tt.equal(code, 3)
    tt.equal(says, 'log 1 was dropped on 2034-01-02, after its retention had ended')
    const cursor = join(it.directory, 'cursor')
    const siem = await run('siem', '--store', it.directory, '--cursor', cursor, '--format', 'rfc5424')
    tt.equal(siem.code, 0, siem.says.slice(0, 500))
    tt.match(siem.says, `${OLD} was dropped on 2034-01-02`)
    tt.match(siem.says, 'ledger.drop')
  },
)

void t.test('nothing but what a drop lets go can be deleted', async tt => {
  const it = await house()
  const sql = (statement: string) => {
    const db = new DatabaseSync(join(it.directory, 'concordat.db'))
    try {
      return db.exec(statement)
    } finally {
      db.close()
    }
  }
  const refused = (statement: string) =>
    tt.throws(() => sql(statement), /never deleted|never changed|stays|only a closed/, statement)
  const insert = (log: number, opening: number, closing: number) =>
    `INSERT INTO dropped (log, opening, closing, opening_proof, closing_proof, why, at) VALUES (${log}, ${opening}, ${closing}, x'', x'', 'w', 1)`
  const always = [
    'DELETE FROM leaf WHERE seq = 0',
    'DELETE FROM leaf WHERE seq = 601',
    'DELETE FROM leaf WHERE seq = 700',
  ]
  for (const table of ['tile', 'checkpoint', 'anchor', 'log']) refused(`DELETE FROM ${table}`)
  for (const one of [...always, 'DELETE FROM leaf WHERE seq = 17']) refused(one)
  refused(insert(1, 0, 601))
  refused('INSERT INTO lasting VALUES (2, 401); '.concat(insert(2, 602, 1_002)))
  it.at('2034-01-02T00:00:00Z')
  tt.match(await drop(it, '1'), { kind: 'dropped' })
  for (const one of always) refused(one)
  refused('DELETE FROM tile WHERE log = 2')
  refused('DELETE FROM checkpoint WHERE log = 2')
  refused('DELETE FROM checkpoint WHERE log = 1')
  refused('DELETE FROM anchor')
  refused('DELETE FROM dropped')
  refused('DELETE FROM lasting')
  refused('UPDATE dropped SET swept = 0')
  refused(`UPDATE dropped SET why = 'x'`)
  refused('UPDATE lasting SET size = 1')
})

void t.test('a drop that was broken off is gone on with when the store is opened', async tt => {
  const it = await house()
  const db = new DatabaseSync(join(it.directory, 'concordat.db'))
  db.exec(`PRAGMA secure_delete = ON;
    INSERT INTO lasting VALUES (1, 602), (1, 300);
    INSERT INTO dropped (log, opening, closing, opening_proof, closing_proof, why, at)
    VALUES (1, 0, 601, x'', x'', 'w', 1);
    DELETE FROM leaf WHERE seq BETWEEN 1 AND 100`)
  db.close()
  const store = await it.open()
  tt.same(await store.drops(), [{ log: 1, at: 1, swept: true }])
  tt.equal(await store.kept(it.rows.old), undefined)
  await store[Symbol.asyncDispose]()
  tt.notOk(bytesIn(it.directory).includes(SECRET))
})

void t.test('a log whose leaves are not those that were signed is not dropped', async tt => {
  const it = await house()
  const db = new DatabaseSync(join(it.directory, 'concordat.db'))
  db.exec(
    `DROP TRIGGER leaf_is_final; UPDATE leaf SET text = replace(text, 'log.close', 'log.clos3') WHERE seq = 601`,
  )
  db.close()
  it.at('2034-01-02T00:00:00Z')
  tt.same(await drop(it, '1'), { kind: 'changed' })
  await using store = await it.open()
  tt.same(await store.drops(), [])
  tt.ok(await store.leafAt(17))
})
