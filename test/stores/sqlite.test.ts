import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type Clock, systemClock } from '../../src/kit/kit.ts'
import { growTree, leafHash } from '../../src/ledger/ledger.ts'
import { openVaultTable } from '../../src/stores/sqlite/vault-table.ts'
import { openSqliteLedger, openSqliteShapes, openSqliteStore } from '../../src/stores/stores.ts'
import { vaultRow } from '../support/vault.ts'
import { agreementStoreSuite } from './agreement-store.suite.ts'
import { anchorStoreSuite } from './anchor-store.suite.ts'
import {
  acceptEntry,
  agency,
  exchangeStoreSuite,
  handClock,
  inboxEntry,
  releaseEntry,
  type Store,
} from './exchange-store.suite.ts'
import { shapeStoreSuite } from './shape-store.suite.ts'
import { vaultStoreSuite } from './vault-store.suite.ts'
import { witnessStoreSuite } from './witness-store.suite.ts'

t.setTimeout(120_000)

const CHILD = fileURLToPath(new URL('./appending-child.ts', import.meta.url))
const ARMY = agency('army-1div')

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-store-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function open(directory: string, onFailure: (fault: Error) => void = fault => t.fail(fault.message)) {
  return openSqliteStore({ directory, clock: systemClock, onFailure })
}

const openFresh = (clock: Clock) =>
  openSqliteStore({ directory: freshDirectory(), clock, onFailure: fault => t.fail(fault.message) })

exchangeStoreSuite(t, 'sqlite', openFresh)
shapeStoreSuite(t, 'sqlite', openFresh)
agreementStoreSuite(t, 'sqlite', openFresh)
vaultStoreSuite(t, 'sqlite', openFresh)
witnessStoreSuite(t, 'sqlite', openFresh)
anchorStoreSuite(t, 'sqlite', openFresh)

void t.test('nothing is lost at the turn of a log, and nothing stands behind a closing leaf', async tt => {
  await using store = await openFresh(handClock())
  await store.note(['first'])
  const wanted = new Set(['first'])
  const state = { over: false }
  const writers = ['a', 'b', 'c'].map(async name => {
    for (let at = 0; !state.over; at++) {
      await store.note([`${name}${at}`])
      wanted.add(`${name}${at}`)
      await new Promise(done => setTimeout(done, 1))
    }
  })
  for (let year = 1; year <= 3; year++)
    await store.turnLog(`close ${year}`, async head => {
      if (year === 2) await new Promise(done => setTimeout(done, 30))
      return { checkpoint: { ...head, note: `${year}`, vkey: 'v', at: year }, leaves: [`open ${year}`] }
    })
  state.over = true
  await Promise.all(writers)
  const logs = await Promise.all([1, 2, 3, 4].map(number => store.log(number).leaves(0, 9_999)))
  for (const year of [1, 2, 3]) {
    tt.equal(logs[year - 1]?.at(-1), `close ${year}`)
    tt.equal((await store.log(year).latestCheckpoint())?.size, logs[year - 1]?.length)
    tt.equal(logs[year]?.[0], `open ${year}`)
  }
  const found = logs.flat().filter(text => !/^(close|open)/.test(text))
  tt.same(found.sort(), [...wanted].sort(), `each of ${wanted.size} once`)
})

void t.test('whoever has the store alone may fail or find it ending, and the others go on', async tt => {
  const store = await openFresh(handClock())
  await store.note(['first'])
  const turning = store.turnLog('close', async () => {
    await new Promise(done => setTimeout(done, 20))
    throw new Error('no key')
  })
  const noted = store.note(['second'])
  await tt.rejects(
    store.turnLog('close', () => Promise.reject(new Error('x'))),
    'one at a time',
  )
  await tt.rejects(turning, { message: 'no key' })
  await noted
  tt.same(await store.leaves(0, 9), ['first', 'second'])
  const last = store.turnLog('close', async head => ({
    checkpoint: { ...head, note: 'n', vkey: 'v', at: 1 },
    leaves: ['open'],
  }))
  const late = store.note(['third'])
  await store[Symbol.asyncDispose]()
  await Promise.all([last, late])
  tt.pass('what was begun is brought to its end')
})

void t.test('what was written is there after the store was closed and opened again', async tt => {
  const directory = freshDirectory()
  const sent = releaseEntry(systemClock)
  const leaves = Array.from({ length: 700 }, (_, at) => `{"n":${at}}`)
  let root: Uint8Array
  {
    await using store = await open(directory)
    await store.note(leaves)
    await store.release([sent], undefined)
    root = (await store.head()).root
  }
  tt.notOk(existsSync(join(directory, 'concordat.db-wal')), 'a clean end leaves no log')
  await using store = await open(directory)
  tt.match(await store.sent(sent.id), { state: 'queued' })
  tt.match(await store.waiting(ARMY, 0, 5), [{ id: sent.id }])
  const head = await store.head()
  tt.equal(head.size, 701)
  tt.ok(Buffer.from(root).equals(head.root))
  await store.note(['one more'])
  await checkWhole(tt, store, new Set([...leaves, sent.leaf, 'one more']))
})

void t.test(
  'a second gateway is refused, in this process and in another, until the first has ended',
  async tt => {
    const directory = freshDirectory()
    const store = await open(directory)
    await tt.rejects(open(directory), /store-in-use/)
    const child = startChild([directory, '1', '1', '10'])
    tt.not(await child.exit, 0)
    tt.same(child.lines, [])
    tt.same(await store.size(), 0)
    await store[Symbol.asyncDispose]()
    await (await open(directory))[Symbol.asyncDispose]()
  },
)

void t.test('the ledger can be read by another process while the gateway writes', async tt => {
  const directory = freshDirectory()
  await using store = await open(directory)
  await store.note(['a'])
  using ledger = openSqliteLedger(directory)
  await store.note(['b'])
  tt.same(await ledger.leaves(0, 9), ['a', 'b'])
})

void t.test('shapes can be read by another process while the gateway writes', async tt => {
  const directory = freshDirectory()
  await using store = await open(directory)
  using shapes = openSqliteShapes(directory)
  const entry = { digest: 'd', agreement: 'a', revision: 1, resource: 'r', purpose: 'p', text: '{}' }
  await store.addShapes([{ ...entry, count: 2, day: '2026-03-01' }])
  tt.match(await shapes.shapes({ agreement: 'a', since: '', limit: 9 }), [{ digest: 'd', count: 2 }])
  tt.throws(() => openSqliteShapes(freshDirectory()), 'a directory without a store has none')
})

void t.test('leaves, tiles and checkpoints cannot be changed or deleted by accident', async tt => {
  const directory = await filledStore(600, 300)
  using db = new DatabaseSync(join(directory, 'concordat.db'))
  for (const table of ['leaf', 'tile', 'checkpoint'])
    tt.throws(() => db.exec(`DELETE FROM ${table}`), /never deleted/)
  tt.throws(() => db.exec(`UPDATE leaf SET text = 'x' WHERE seq = 1`), /never changed/)
  tt.throws(() => db.exec(`UPDATE tile SET idx = 9`), /never changed/)
  tt.throws(() => db.exec(`UPDATE checkpoint SET note = 'x'`), /never changed/)
})

void t.test('a ledger that is not the one we signed is not opened', async tt => {
  const cases: [code: string, sql: string][] = [
    ['ledger-changed', `UPDATE leaf SET text = 'x' WHERE seq = 520`],
    ['ledger-changed', `UPDATE leaf SET text = 'x' WHERE seq = 300`],
    ['ledger-changed', `UPDATE tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 0`],
    ['ledger-changed', 'UPDATE checkpoint SET root = zeroblob(32)'],
    ['ledger-changed', 'DELETE FROM tile WHERE idx = 1'],
    ['ledger-damaged', 'DELETE FROM leaf WHERE seq = 530'],
    ['ledger-rolled-back', 'DELETE FROM leaf WHERE seq > 400'],
    ['store-newer', 'PRAGMA user_version = 99'],
  ]
  for (const [code, sql] of cases) {
    const directory = await filledStore(600, 550)
    withoutTriggers(directory, sql)
    await tt.rejects(open(directory), new RegExp(code), `${code}: ${sql}`)
  }
  const directory = await filledStore(600, 550)
  const file = join(directory, 'concordat.db')
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xa5, 16384 * 2 + 8, 16384 * 3))
  await tt.rejects(open(directory), /store-damaged/)
  const cut = await filledStore(600, 550)
  truncateSync(join(cut, 'concordat.db'), 16384 * 5)
  await tt.rejects(open(cut))
})

void t.test(
  'vault rows belong to stored leaves, are never replaced by a repetition, and go in time',
  async tt => {
    const directory = freshDirectory()
    const clock = handClock()
    await using store = await openSqliteStore({
      directory,
      clock,
      onFailure: fault => tt.fail(fault.message),
    })
    const row = (id: string, fill: number) =>
      vaultRow(clock, { id, key: new Uint8Array(32).fill(fill), tags: [new Uint8Array(16).fill(7)] })
    const entry = acceptEntry(clock)
    const stored = { ...entry, vault: row(entry.id, 1) }
    const batch = (id: string) => ({ peer: ARMY, id, issuedAt: clock.now() })
    await store.accept(batch('1'), [stored])
    await store.accept(batch('2'), [{ ...stored, vault: row(entry.id, 2) }])
    const sent = releaseEntry(clock)
    await store.release([{ ...sent, vault: row(sent.id, 3) }], undefined)
    using vault = new DatabaseSync(join(directory, 'vault.db'), { readOnly: true })
    const keys = () =>
      vault.prepare('SELECT id, hex(substr(key, 1, 1)) AS first FROM vault ORDER BY id').all()
    await store.note(['a reading'], [row('reading', 4)])
    const expected = [
      { id: entry.id, first: '01' },
      { id: sent.id, first: '03' },
      { id: 'reading', first: '04' },
    ]
    tt.match(
      keys(),
      expected.sort((one, other) => (one.id < other.id ? -1 : 1)),
    )
    await store.forget([entry.id, 'reading'], 'erased 2')
    tt.match(keys(), [{ id: sent.id }])
    tt.equal(await store.size(), 4)
    const inFiles = (bytes: Buffer) =>
      ['vault.db', 'vault.db-wal'].some(name => readFileSync(join(directory, name)).includes(bytes))
    tt.notOk(inFiles(Buffer.alloc(32, 4)), 'a key that is gone is in no file')
    tt.ok(inFiles(Buffer.alloc(32, 3)), 'one that stays would be found so')
    await store.forget([sent.id], 'erased 1')
    tt.same(vault.prepare('SELECT * FROM lookup').all(), [], 'no tag is left')
    tt.notOk(inFiles(Buffer.alloc(16, 7)), 'in no file')
  },
)

void t.test('rows whose erasure was recorded go with the next sweep, should we die in between', async tt => {
  const directory = freshDirectory()
  const clock = handClock()
  const row = vaultRow(clock, { expiresAt: clock.now() + 1_000_000 })
  {
    await using store = await openSqliteStore({
      directory,
      clock,
      onFailure: fault => tt.fail(fault.message),
    })
    await store.note(['a leaf'], [row])
  }
  {
    using db = new DatabaseSync(join(directory, 'vault.db'))
    const table = openVaultTable(db)
    tt.equal(table.doom([row.id]), true)
    tt.equal(table.doom([row.id]), false, 'once')
    table.flush()
  }
  await using store = await openSqliteStore({ directory, clock, onFailure: fault => tt.fail(fault.message) })
  tt.same(await store.doomed({ kind: 'due', of: 'disclosure', at: clock.now() }, 9), [row.id])
  tt.equal(await store.forget([row.id], 'erased'), true)
  tt.equal(await store.kept(row.id), undefined)
})

void t.test('an erased document is in no file of the store any more', async tt => {
  const directory = freshDirectory()
  await using store = await open(directory)
  const marker = 'MARKER-OF-A-SECRET-PLAN'
  const document = JSON.stringify({ plan: marker.concat(' ').repeat(3000) })
  const entry = acceptEntry(systemClock, { inbox: inboxEntry(systemClock, { document, deleteAt: 1000 }) })
  await store.accept({ peer: ARMY, id: 'b', issuedAt: 1 }, [entry])
  const holds = () =>
    readdirSync(directory).filter(name => readFileSync(join(directory, name)).includes(marker))
  tt.not(holds().length, 0)
  tt.equal(await store.erase(1000, count => `{"erased":${count}}`), 1)
  tt.same(holds(), [])
})

void t.test('a corrected document is in no file of the store any more', async tt => {
  const directory = freshDirectory()
  await using store = await open(directory)
  const marker = 'MARKER-OF-A-WRONG-PLAN'
  const document = JSON.stringify({ plan: marker.concat(' ').repeat(3000) })
  const wrong = acceptEntry(systemClock, { inbox: inboxEntry(systemClock, { document }) })
  const right = acceptEntry(systemClock, {
    seq: 2,
    prev: 1,
    inbox: inboxEntry(systemClock, { corrects: wrong.id }),
  })
  await store.accept({ peer: ARMY, id: 'b', issuedAt: 1 }, [wrong])
  const holds = () =>
    readdirSync(directory).filter(name => readFileSync(join(directory, name)).includes(marker))
  tt.not(holds().length, 0)
  await store.accept({ peer: ARMY, id: 'c', issuedAt: 1 }, [right])
  tt.same(holds(), [])
})

void t.test('says that it is overloaded before it takes more than it can hold', async tt => {
  await using store = await open(freshDirectory())
  const all = await Promise.allSettled(Array.from({ length: 5000 }, (_, at) => store.note([`{"n":${at}}`])))
  const refused = all.filter(one => one.status === 'rejected')
  tt.ok(refused.length > 0)
  for (const one of refused) if (one.reason.code !== 'overloaded') tt.fail(String(one.reason))
  tt.equal(await store.size(), all.length - refused.length)
})

void t.test('kill -9 at any moment loses nothing that was acknowledged', async tt => {
  const directory = freshDirectory()
  const acknowledged = new Set<string>()
  for (let round = 0; round < 5; round++) {
    const child = startChild([directory, '16', '1000000', '300'])
    await child.ready
    await new Promise(resolve => setTimeout(resolve, 30 + Math.random() * 300))
    child.process.kill('SIGKILL')
    await child.exit
    const leaves = child.lines.filter(line => line.startsWith('leaf ')).map(line => line.slice(5))
    for (const leaf of leaves) acknowledged.add(leaf)
    await using store = await open(directory)
    tt.ok(leaves.length > 0, `round ${round}: ${leaves.length} acknowledged`)
    await checkWhole(tt, store, acknowledged)
    const head = await store.head()
    const last = await store.latestCheckpoint()
    if (head.size > (last?.size ?? 0)) await store.saveCheckpoint({ ...head, note: 'n', vkey: 'v', at: 1 })
  }
})

void t.test('each commit reaches the disk: an fsync for every acknowledged write', async tt => {
  if (!hasStrace()) return tt.pass('strace is not here, so the system calls were not counted')
  const trace = join(freshDirectory(), 'trace')
  const syncs = async (count: number): Promise<number> => {
    const command = ['-f', '-e', 'trace=fsync,fdatasync', '-o', trace, process.execPath, CHILD]
    const child = startProcess('strace', [...command, freshDirectory(), '1', String(count), '10'])
    await child.exit
    tt.equal(child.lines.filter(line => line.startsWith('leaf')).length, count)
    return readFileSync(trace, 'utf8')
      .split('\n')
      .filter(line => /f(data)?sync\(/.test(line)).length
  }
  const [none, sixty] = [await syncs(0), await syncs(60)]
  tt.ok(sixty - none >= 80, `60 commits, 20 of them with a vault row: ${sixty - none} calls`)
})

void t.test(
  'an I/O error ends all recording, at once and for good, and nothing acknowledged is lost',
  async tt => {
    const directory = freshDirectory()
    // A limit on the size of files, whose signal is ignored: writing beyond it fails like a broken disk.
    const script = `trap '' XFSZ; ulimit -f 8192; exec "$@"`
    const child = startProcess('sh', [
      '-c',
      script,
      'sh',
      process.execPath,
      CHILD,
      directory,
      '4',
      '600',
      '40000',
    ])
    await child.exit
    const [leaves, no] = ['leaf ', 'no '].map(word => child.lines.filter(line => line.startsWith(word)))
    tt.ok(leaves && leaves.length > 10, `${leaves?.length} acknowledged before`)
    tt.ok(no && no.length > 10, `${no?.length} refused after`)
    tt.same([...new Set(no)], ['no store-unavailable'])
    tt.equal(child.lines.filter(line => line === 'failed').length, 1, 'the owner hears of it once')
    tt.ok(
      child.lines.lastIndexOf(leaves?.at(-1) ?? '') < child.lines.indexOf('failed'),
      'none acknowledged after it',
    )
    await using store = await open(directory)
    await checkWhole(tt, store, new Set(leaves?.map(line => line.slice(5))))
  },
)

void t.test('a full disk refuses documents, still records refusals, and recovers by itself', async tt => {
  const directory = mountSmallDisk()
  if (!directory) return tt.pass('a small disk cannot be mounted here, so a full one was not tried')
  const clock = handClock()
  const store = await openSqliteStore({ directory, clock, onFailure: fault => tt.fail(fault.message) })
  const entry = () => releaseEntry(clock, { line: 'x'.repeat(100_000) })
  const leaves = new Set<string>()
  writeFileSync(join(directory, 'ballast'), Buffer.alloc(40 * 1024 * 1024))
  const refusal = await untilRefused(async () => {
    const one = entry()
    await store.release([one], undefined)
    leaves.add(one.leaf)
  })
  tt.match(refusal, { code: 'store-unavailable' })
  tt.notOk(existsSync(join(directory, 'reserve')), 'the reserve is given up')
  for (let at = 0; at < 500; at++) {
    const leaf = `{"refused":${at}}`
    await store.note([leaf])
    leaves.add(leaf)
  }
  await tt.rejects(store.release([entry()], undefined), { code: 'store-unavailable' })
  rmSync(join(directory, 'ballast'))
  clock.move(1000)
  const last = entry()
  tt.match(await store.release([last], undefined), { kind: 'queued' })
  tt.ok(existsSync(join(directory, 'reserve')), 'the reserve stands again')
  await checkWhole(tt, store, leaves.add(last.leaf))
  await store[Symbol.asyncDispose]()
})

async function untilRefused(act: () => Promise<void>): Promise<unknown> {
  for (let at = 0; at < 2000; at++) {
    try {
      await act()
    } catch (fault) {
      return fault
    }
  }
  return undefined
}

function mountSmallDisk(): string | undefined {
  const directory = freshDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', directory], { stdio: 'ignore' })
    t.teardown(() => execFileSync('umount', [directory]))
    return directory
  } catch {
    return undefined
  }
}

function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Every leaf asked for is there, and the head is the tree over all of them. */
async function checkWhole(
  tt: Pick<typeof t, 'same' | 'ok'>,
  store: Store,
  wanted: ReadonlySet<string>,
): Promise<void> {
  const head = await store.head()
  const found = await store.leaves(0, head.size)
  const tree = growTree(0, [], () => {})
  for (const leaf of found) tree.append(leafHash(leaf))
  const there = new Set(found)
  tt.same(
    [...wanted].filter(leaf => !there.has(leaf)),
    [],
    `all of ${wanted.size} leaves are there`,
  )
  tt.ok(Buffer.from(tree.root()).equals(head.root), 'the tree is whole')
}

async function filledStore(leaves: number, signed: number): Promise<string> {
  const directory = freshDirectory()
  await using store = await open(directory)
  const texts = Array.from({ length: leaves }, (_, at) => `{"n":${at}}`)
  await store.note(texts.slice(0, signed))
  const head = await store.head()
  await store.saveCheckpoint({ ...head, note: 'note', vkey: 'vkey', at: 1 })
  await store.note(texts.slice(signed))
  return directory
}

function withoutTriggers(directory: string, sql: string): void {
  using db = new DatabaseSync(join(directory, 'concordat.db'))
  for (const trigger of ['leaf_is_final', 'leaf_stays', 'tile_is_final', 'tile_stays', 'checkpoint_is_final'])
    db.exec(`DROP TRIGGER ${trigger}`)
  db.exec(sql)
}

interface Child {
  readonly process: ChildProcess
  readonly lines: string[]
  readonly ready: Promise<void>
  readonly exit: Promise<number | null>
}

function startChild(args: readonly string[]): Child {
  return startProcess(process.execPath, [CHILD, ...args])
}

function startProcess(command: string, args: readonly string[]): Child {
  // A test runner hooks itself into every child by NODE_OPTIONS, and would catch its signals.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', command, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines: string[] = []
  const ready = new Promise<void>(resolve => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (line === 'ready') resolve()
      else lines.push(line)
    })
  })
  const exit = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  return { process: child, lines, ready, exit }
}
