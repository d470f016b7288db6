import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { auditCommand } from '../../src/cli/audit.ts'
import { type VerifyReport, verifyExport } from '../../src/cli/audit-verify/verify.ts'
import type { ExchangeStore } from '../../src/delivery/delivery.ts'
import { digestOf, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import {
  entryBundle,
  type LedgerStore,
  makeCheckpointer,
  makeLeafWriter,
  type NoteSigner,
  printVkey,
  readEntryBundle,
} from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { type Said, terminalAt } from '../support/terminal.ts'
import { makeNoteSigner, ORIGIN } from './exported-ledger.ts'

t.setTimeout(180_000)

type Store = ExchangeStore & LedgerStore

const SIZE = 700

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-audit-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const signer = makeNoteSigner(ORIGIN)
const vkey = printVkey(signer)

function openStore(directory: string): Promise<Store> {
  return openSqliteStore({ directory, clock: systemClock, onFailure: fault => t.fail(fault.message) })
}

async function cover(store: Store): Promise<void> {
  const parts = { store, signer, clock: systemClock, publish: () => {}, onFault: () => {} }
  await using checkpointer = makeCheckpointer(parts)
  await checkpointer.tick()
}

const writer = makeLeafWriter({ clock: systemClock, agency: 'northshire-police' })

function decided(xid: string) {
  return writer.write('decided', {
    xid,
    from: 'northshire-police',
    to: 'army-1div',
    res: 'police.operation',
    purpose: 'joint-planning',
    decision: 'forward',
    policy: digestOf('policy'),
    fields: { shared: 3 },
    env: digestOf(xid),
  })
}

function receipted(xid: string, prev: string) {
  const facts = { xid, prev, from: 'northshire-police', to: 'army-1div' }
  return writer.write('receipted', { ...facts, decision: 'accepted', receipt: digestOf('r') })
}

/** `count` leaves: exchanges decided and answered in turn. */
function story(count: number): string[] {
  const leaves: string[] = []
  while (leaves.length < count) {
    const xid = uuidv7(systemClock)
    const first = decided(xid)
    leaves.push(first.text, receipted(xid, first.id).text)
  }
  return leaves.slice(0, count)
}

/** Runs `concordat audit` as `main` would and gives what it printed and how it ended. */
async function run(...args: string[]): Promise<Said> {
  const said: Said = { out: '', err: '', code: 0 }
  const command = await auditCommand(terminalAt({ cwd: tmpdir() }, said), args[0])
  await command.parseAsync(args, { from: 'user' })
  return said
}

async function exported(leaves: readonly string[]): Promise<string> {
  const [directory, to] = [freshDirectory(), join(freshDirectory(), 'export')]
  await using store = await openStore(directory)
  await store.note(leaves)
  await cover(store)
  const { code } = await run('export', '--store', directory, '--to', to)
  if (code !== 0) throw new Error('the export did not succeed')
  return to
}

const GOOD = await exported(story(SIZE))

/** A copy of the good export that may be spoilt. */
function copy(): string {
  const to = join(freshDirectory(), 'copy')
  cpSync(GOOD, to, { recursive: true })
  return to
}

const verify = (directory: string) =>
  verifyExport({ directory, vkey, policy: undefined, toleranceMs: 60_000 })

function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(directory, name)).isFile() && name !== 'README.txt')
    .sort()
}

void t.test('exports a ledger that verifies, also while the gateway goes on writing', async tt => {
  const [directory, to] = [freshDirectory(), join(freshDirectory(), 'deep', 'export')]
  await using store = await openStore(directory)
  await store.note(story(300))
  await cover(store)
  await store.note(story(10))
  const done = await run('export', '--store', directory, '--to', to)
  tt.equal(done.code, 0)
  tt.match(done.out, /300 leaves exported/)
  tt.match(done.out, /10 newer leaves are not covered/)
  tt.same(files(to), [
    'checkpoint',
    'checkpoints/300',
    'checkpoints/index',
    'tile/0/000',
    'tile/0/001.p/44',
    'tile/1/000.p/1',
    'tile/entries/000',
    'tile/entries/001.p/44',
    'vkey',
  ])
  tt.ok(existsSync(join(to, 'README.txt')))
  const judged = await run('verify', '--dir', to, '--vkey', vkey)
  tt.equal(judged.code, 0, judged.out)
  tt.match(judged.out, /300 leaves/)
  const believed = await run('verify', '--dir', to)
  tt.equal(believed.code, 0)
  tt.match(believed.out, /the key was taken from the export/)
  const { out } = await run('verify', '--dir', to, '--json')
  tt.match(JSON.parse(out), { verdict: 'good', size: 300, open: 0, leaves: { decided: 150, receipted: 150 } })
})

void t.test('says how it cannot be done: usage 2, nothing there 3', async tt => {
  const [directory, to] = [freshDirectory(), freshDirectory()]
  const none = join(freshDirectory(), 'none')
  tt.equal((await run('export', '--store', directory, '--to', to)).code, 3, 'no store')
  tt.equal((await run('export', '--store', directory, '--to', GOOD)).code, 2, 'the target holds something')
  await using store = await openStore(directory)
  await store.note(['{}'])
  tt.equal((await run('export', '--store', directory, '--to', to)).code, 3, 'no checkpoint yet')
  tt.equal((await run('verify', '--dir', none)).code, 3)
  tt.equal((await run('verify', '--dir', GOOD, '--tolerance', 'x')).code, 2)
  tt.equal(
    (await run('verify', '--dir', GOOD, '--vkey', 'x')).code,
    3,
    'a key that cannot be read proves nothing',
  )
})

void t.test('finds every flipped bit, deleted file, cut file and swapped pair', async tt => {
  const names = files(GOOD).filter(name => name !== 'vkey' && name !== 'checkpoints/700')
  let missed = 0
  for (let round = 0; round < 60; round++) {
    const directory = copy()
    const name = names[round % names.length] ?? ''
    const file = join(directory, name)
    const way = ['flip', 'cut', 'delete', 'swap'][Math.floor(round / names.length) % 4]
    const bytes = readFileSync(file)
    const at = Math.floor(Math.random() * bytes.length)
    if (way === 'flip') bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (round % 8)), at)
    if (way === 'delete') rmSync(file)
    if (way === 'flip') writeFileSync(file, bytes)
    if (way === 'cut') writeFileSync(file, bytes.subarray(0, at))
    if (way === 'swap') swapFiles(file, join(directory, names[(round + 1) % names.length] ?? ''))
    const { verdict } = verify(directory)
    if (verdict === 'good' || (way !== 'delete' && verdict !== 'tampered')) {
      missed += 1
      tt.comment(`${way} ${name} at ${at}: ${verdict}`)
    }
  }
  tt.equal(missed, 0)
})

void t.test('names the first leaf that was altered, removed, put in, or moved', async tt => {
  const cases: [says: string, leaf: number, change: (leaves: Buffer[]) => void][] = [
    ['altered', 300, leaves => leaves[44]?.fill('x', 30, 31)],
    ['altered in the last, partial bundle', 600, leaves => leaves[88]?.fill('x', 30, 31)],
    ['removed', 356, leaves => leaves.splice(100, 1)],
    ['put in', 266, leaves => leaves.splice(10, 0, Buffer.from('{"v":1}'))],
    [
      'moved',
      276,
      leaves => leaves.splice(20, 2, leaves[21] ?? Buffer.alloc(0), leaves[20] ?? Buffer.alloc(0)),
    ],
    ['removed at the end', 699, leaves => leaves.pop()],
    ['all removed', 512, leaves => leaves.splice(0)],
  ]
  for (const [says, leaf, change] of cases) {
    const directory = copy()
    editBundle(directory, leaf >= 512 ? '002.p/188' : '001', change)
    tt.match(verify(directory), { verdict: 'tampered', firstBadLeaf: leaf }, says)
  }
})

void t.test('an altered tile is told from an altered leaf by the root that was signed', async tt => {
  const directory = copy()
  const file = join(directory, 'tile/0/001')
  writeFileSync(file, readFileSync(file).fill(0, 320, 352))
  const report = verify(directory)
  tt.match(report, { verdict: 'tampered', firstBadLeaf: undefined })
  tt.match(report.findings, [{ code: 'tile-differs' }])
  tt.equal(report.findings.length, 1)
})

void t.test('a whole forged ledger needs the key: signed by another, or by nobody, it is found', async tt => {
  const forged = await exportedBy(makeNoteSigner(ORIGIN))
  tt.equal(verify(forged).verdict, 'tampered')
  tt.same(codes(verify(forged)), ['vkey-differs', 'checkpoint-signature'])
  const believed = verifyExport({ directory: forged, vkey: undefined, policy: undefined, toleranceMs: 0 })
  tt.match(believed, { verdict: 'good', vkeyFrom: 'export' }, 'which is why the key must come by another way')
  const directory = copy()
  cpSync(join(forged, 'tile'), join(directory, 'tile'), { recursive: true })
  tt.match(verify(directory), { verdict: 'tampered' })
  const elsewhere = verifyExport({
    directory: GOOD,
    vkey: printVkey({ ...signer, name: 'other.example/log' }),
    policy: undefined,
    toleranceMs: 0,
  })
  tt.same(codes(elsewhere), ['vkey-differs', 'checkpoint-origin'])
})

void t.test('finds what contradicts itself though every hash is right', async tt => {
  const [one, two] = [uuidv7(systemClock), uuidv7(systemClock)]
  const first = decided(one)
  const answer = receipted(one, first.id)
  const refused = writer.write('decided', {
    xid: two,
    from: 'a',
    to: 'b',
    res: 'r',
    purpose: 'p',
    decision: 'refuse',
    why: 'gate-failed',
  })
  const old = makeLeafWriter({ clock: { now: () => systemClock.now() - 90_000 }, agency: 'a' })
  const late = old.write('erased', { count: 1, rule: 'retention' }).text
  const cases: [code: string | undefined, leaf: number | undefined, leaves: string[]][] = [
    [undefined, undefined, [first.text, answer.text]],
    ['id-twice', 2, [first.text, answer.text, first.text]],
    ['ending-without-decision', 0, [answer.text, first.text]],
    ['ending-without-decision', 1, [refused.text, receipted(two, refused.id).text]],
    ['ending-without-decision', 1, [first.text, receipted(one, 'another leaf').text]],
    ['ending-twice', 2, [first.text, answer.text, receipted(one, first.id).text]],
    ['time-backwards', 1, [first.text, late]],
    ['leaf-malformed', 1, [first.text, 'not JSON']],
    ['leaf-malformed', 0, ['null']],
    ['leaf-malformed', 0, ['{"v":2,"id":"x","kind":"decided","t":"2026-01-01T00:00:00Z"}']],
  ]
  for (const [code, leaf, leaves] of cases) {
    const report = verify(await exported(leaves))
    tt.equal(report.findings[0]?.code, code)
    tt.equal(report.firstBadLeaf, leaf)
  }
  tt.match(verify(await exported([first.text])), { verdict: 'good', open: 1 })
})

void t.test(
  'a log begins and ends once, is written by one gateway, and accepts before it is read',
  async tt => {
    const [one, two] = [uuidv7(systemClock), uuidv7(systemClock)]
    const open = writer.write('log.open', { origin: ORIGIN, vkey }).text
    const other = writer.write('log.open', { origin: 'other.example/log', vkey }).text
    const again = { origin: ORIGIN, vkey, was: 'other.example/log', size: 5, root: 'x', why: 'year' } as const
    const close = writer.write('log.close', { origin: ORIGIN, to: `${ORIGIN}-2` }).text
    const ends = { from: 'army-1div', to: 'northshire-police', res: 'army.opord', purpose: 'joint-planning' }
    const accept = (xid: string) =>
      writer.write('accepted', { ...ends, xid, policy: digestOf('p'), env: digestOf(xid) })
    const first = accept(one)
    const consulted = (xid: string, prev: string) =>
      writer.write('consulted', { by: 'portal', purpose: 'joint-planning', count: 1, c: {}, xid, prev }).text
    const stranger = makeLeafWriter({ clock: systemClock, agency: 'army-1div' }).write('erased', {
      count: 1,
      rule: 'r',
    })
    const begun = decided(two)
    const cases: [code: string | undefined, leaf: number | undefined, leaves: string[]][] = [
      [undefined, undefined, [open, first.text, consulted(one, first.id), close]],
      ['opened-twice', 1, [open, writer.write('log.open', { origin: ORIGIN, vkey }).text]],
      ['other-log', 0, [other]],
      ['after-the-end', 2, [open, close, first.text]],
      ['other-gateway', 1, [open, stranger.text]],
      ['decided-twice', 2, [open, begun.text, decided(two).text]],
      ['accepted-twice', 2, [open, first.text, accept(one).text]],
      ['reading-without-acceptance', 1, [open, consulted(one, first.id)]],
      ['reading-without-acceptance', 2, [open, first.text, consulted(one, begun.id)]],
      ['ending-without-decision', 1, [open, receipted(two, begun.id).text]],
      [
        undefined,
        undefined,
        [writer.write('log.open', again).text, receipted(two, begun.id).text, consulted(one, first.id)],
      ],
    ]
    for (const [code, leaf, leaves] of cases) {
      const report = verify(await exported(leaves))
      tt.equal(report.findings[0]?.code, code)
      tt.equal(report.firstBadLeaf, leaf)
    }
  },
)

void t.test('every log of a store is exported, and every key that a log was signed with', async tt => {
  const directory = freshDirectory()
  await using store = await openStore(directory)
  await store.note([writer.write('log.open', { origin: ORIGIN, vkey }).text, ...story(300)])
  await cover(store)
  const next = makeNoteSigner(`${ORIGIN}-2`)
  const opens = {
    origin: next.name,
    vkey: printVkey(next),
    was: ORIGIN,
    size: 301,
    root: 'x',
    why: 'year',
  } as const
  await store.openLog([writer.write('log.open', opens).text])
  const later = makeNoteSigner(next.name)
  for (const by of [next, later]) {
    await store.note(story(20))
    await using checkpointer = makeCheckpointer({
      store,
      signer: by,
      clock: systemClock,
      publish: () => {},
      onFault: () => {},
    })
    await checkpointer.tick()
  }
  const [first, second] = [join(freshDirectory(), '1'), join(freshDirectory(), '2')]
  tt.equal((await run('export', '--store', directory, '--log', '1', '--to', first)).code, 0)
  tt.equal((await run('export', '--store', directory, '--to', second)).code, 0)
  tt.equal((await run('export', '--store', directory, '--log', '3', '--to', join(directory, 'x'))).code, 3)
  tt.equal((await run('export', '--store', directory, '--log', 'x', '--to', join(directory, 'x'))).code, 2)
  tt.match(verify(first), { verdict: 'good', origin: ORIGIN, size: 301, checkpoints: 1 })
  const believed = await run('verify', '--dir', second, '--json')
  tt.match(JSON.parse(believed.out), { verdict: 'good', origin: next.name, size: 41, checkpoints: 2 })
  const keys = ['--vkey', printVkey(next), printVkey(later)]
  tt.equal((await run('verify', '--dir', second, ...keys)).code, 0, 'both keys were told')
  tt.equal((await run('verify', '--dir', second, '--vkey', printVkey(later))).code, 1, 'one key was not')
})

void t.test('a store whose leaf was altered behind our back is exported as it is, and found', async tt => {
  const [directory, to] = [freshDirectory(), join(freshDirectory(), 'export')]
  {
    await using store = await openStore(directory)
    await store.note(story(SIZE))
    await cover(store)
  }
  using db = new DatabaseSync(join(directory, 'concordat.db'))
  db.exec('DROP TRIGGER leaf_is_final')
  db.exec(`UPDATE leaf SET text = replace(text, 'joint-planning', 'debrief') WHERE seq = 400`)
  tt.equal((await run('export', '--store', directory, '--to', to)).code, 1)
  tt.match(verify(to), { verdict: 'tampered', firstBadLeaf: 400 })
})

void t.test('the verifier stands alone: copied away it needs nothing but Node', async tt => {
  const away = join(freshDirectory(), 'verifier')
  cpSync(fileURLToPath(new URL('../../src/cli/audit-verify', import.meta.url)), away, { recursive: true })
  for (const name of readdirSync(away)) {
    const text = readFileSync(join(away, name), 'utf8')
    for (const [, target] of text.matchAll(/(?:from |import\(?)'([^']+)'/g)) tt.match(target, /^(node:|\.\/)/)
  }
  const judge = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(away, 'main.ts'), ...args], { cwd: away, env: {}, encoding: 'utf8' })
  const good = judge('--dir', GOOD, '--vkey', vkey)
  tt.equal(good.status, 0, good.stderr)
  tt.match(good.stdout, /700 leaves/)
  const spoilt = copy()
  editBundle(spoilt, '001', leaves => leaves[44]?.fill('x', 30, 31))
  const found = judge('--dir', spoilt, '--vkey', vkey, '--json')
  tt.equal(found.status, 1)
  tt.match(JSON.parse(found.stdout), { firstBadLeaf: 300 })
  tt.equal(judge('--dir', join(away, 'none')).status, 3)
  tt.equal(judge().status, 2)
  tt.equal(judge('--dir', GOOD, '--polcy', 'x').status, 2)
})

/** What was found, each kind of it once. */
function codes({ findings }: VerifyReport): string[] {
  return [...new Set(findings.map(({ code }) => code))]
}

async function exportedBy(other: NoteSigner): Promise<string> {
  const [directory, to] = [freshDirectory(), join(freshDirectory(), 'export')]
  await using store = await openStore(directory)
  await store.note(story(SIZE))
  await using checkpointer = makeCheckpointer({
    store,
    signer: other,
    clock: systemClock,
    publish: () => {},
    onFault: () => {},
  })
  await checkpointer.tick()
  await run('export', '--store', directory, '--to', to)
  return to
}

function editBundle(directory: string, name: string, change: (leaves: Buffer[]) => void): void {
  const file = join(directory, 'tile/entries', name)
  const leaves = readEntryBundle(readFileSync(file))?.map(leaf => Buffer.from(leaf)) ?? []
  change(leaves)
  writeFileSync(file, entryBundle(leaves.map(String)))
}

function swapFiles(one: string, other: string): void {
  const [first, second] = [readFileSync(one), readFileSync(other)]
  writeFileSync(one, second)
  writeFileSync(other, first)
}
