import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import t from 'tap'
import { systemClock } from '../../src/kit/kit.ts'
import { openWriter } from '../../src/stores/sqlite/writer.ts'
import { handClock, releaseEntry } from './exchange-store.suite.ts'
import { isWhole, open, told } from './failure-telling.ts'
import { shakyDriver } from './shaky-disk.ts'

t.setTimeout(120_000)

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-disk-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const UNAVAILABLE = { code: 'store-unavailable' }

void t.test(
  'a full disk: refusals are recorded, documents wait, and the ledger says what it has missed',
  async tt => {
    const directory = mountSmallDisk(48)
    if (!directory) return tt.pass('a small disk cannot be mounted here, so a full one was not tried')
    const clock = handClock()
    const { store, said } = await open(directory, clock)
    await store.note(['first'])
    fill(directory)
    let missed = 0
    for (; missed < 3; missed++)
      await tt.rejects(
        store.release([releaseEntry(clock, { line: 'x'.repeat(900_000) })], undefined),
        UNAVAILABLE,
      )
    tt.same(said, ['full 1'])
    await store.note(['a refusal'])
    fill(directory)
    const big = 'x'.repeat(60_000)
    const refusals = await Promise.allSettled(Array.from({ length: 400 }, () => store.note([big])))
    tt.ok(
      refusals.every(({ status }) => status === 'rejected'),
      'without its reserve it acknowledges nothing at all',
    )
    missed += refusals.length
    rmSync(join(directory, 'ballast'))
    clock.move(1_000)
    await store.head()
    tt.same(said, ['full 1', `has space ${missed}`], 'it recovers without being asked to record')
    await store.note(['last'])
    await store.note(['very last'])
    tt.same(await told(store), ['first', 'a refusal', `missed disk-full ${missed}`, 'last', 'very last'])
    tt.ok(await isWhole(store))
    await store[Symbol.asyncDispose]()
  },
)

void t.test('what could not be recorded is told after a restart, too', async tt => {
  const directory = mountSmallDisk(48)
  if (!directory) return tt.pass('a small disk cannot be mounted here, so a full one was not tried')
  const clock = handClock()
  const { store } = await open(directory, clock)
  await store.note(['first'])
  fill(directory)
  await tt.rejects(
    store.release([releaseEntry(clock, { line: 'x'.repeat(900_000) })], undefined),
    UNAVAILABLE,
  )
  await store[Symbol.asyncDispose]()
  rmSync(join(directory, 'ballast'))
  const { store: again } = await open(directory, clock)
  tt.same(await told(again), ['first'], 'nothing is written before somebody writes')
  await again.note(['last'])
  tt.same(await told(again), ['first', 'missed disk-full 1', 'last'])
  await again[Symbol.asyncDispose]()
  const { store: third } = await open(directory, clock)
  await third.note(['third'])
  tt.same((await told(third)).slice(3), ['third'], 'and once')
  await third[Symbol.asyncDispose]()
})

void t.test(
  'SQLite itself says that the file may not grow: nothing is half written, and it goes on with space',
  tt => {
    const directory = freshDirectory()
    const connections: DatabaseSync[] = []
    const Driver = shakyDriver(() => {})
    class Held extends Driver {
      constructor(...parameters: ConstructorParameters<typeof Driver>) {
        super(...parameters)
        connections.push(this)
      }
    }
    using writer = openWriter(directory, Held)
    const [main] = connections
    const limit = (pages: number) => main?.prepare(`PRAGMA max_page_count = ${pages}`).get()
    const note = (text: string, now: number) => {
      const work = { commands: [{ kind: 'note' as const, leaves: [text, text], vault: [] }], owed: undefined }
      return writer.apply({ now, ...work })
    }
    limit(1)
    const big = 'x'.repeat(40_000)
    tt.match(note(big, 1), { short: true, outcomes: [{ kind: 'unavailable', why: 'disk-full' }] })
    tt.match(note(big, 2), { short: true, outcomes: [{ kind: 'unavailable' }], broken: undefined })
    limit(100_000)
    tt.match(note(big, 5_000), { short: false, outcomes: [{ kind: 'answer' }] })
    using db = new DatabaseSync(join(directory, 'concordat.db'), { readOnly: true })
    tt.match(db.prepare('SELECT count(*) AS leaves, max(seq) AS last FROM leaf').get(), {
      leaves: 2,
      last: 1,
    })
    tt.end()
  },
)

void t.test(
  'the store thread dies: nothing is acknowledged, the owner hears of it, a restart says how many',
  async tt => {
    const directory = freshDirectory()
    const threads: Worker[] = []
    const remember = (thread: Worker) => threads.push(thread)
    process.on('worker', remember)
    const { store, said } = await open(directory, systemClock)
    process.off('worker', remember)
    await store.note(['first'])
    const acknowledged = new Set(['first'])
    const writes = Array.from({ length: 3_000 }, async (_, at) => {
      await store.note([`{"n":${at}}`])
      acknowledged.add(`{"n":${at}}`)
    })
    await threads[0]?.terminate()
    const results = await Promise.allSettled(writes)
    const refused = results.filter(({ status }) => status === 'rejected').length
    tt.ok(refused > 0, `${refused} of ${results.length} refused`)
    await tt.rejects(store.note(['late']), UNAVAILABLE)
    await tt.rejects(store.head(), UNAVAILABLE)
    tt.same(said, ['failed'], 'once')
    await store[Symbol.asyncDispose]()
    const { store: again } = await open(directory, systemClock)
    await again.note(['last'])
    const leaves = await told(again)
    tt.same(
      [...acknowledged].filter(leaf => !leaves.includes(leaf)),
      [],
      `${acknowledged.size} acknowledged, all there`,
    )
    tt.same(leaves.slice(-2), [`missed thread-ended ${refused + 1}`, 'last'])
    tt.ok(await isWhole(again))
    await again[Symbol.asyncDispose]()
  },
)

/** Takes all the space that is left. */
function fill(directory: string): void {
  const ballast = join(directory, 'ballast')
  for (const size of [1_048_576, 4_096])
    for (;;)
      try {
        writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break
      }
}

function mountSmallDisk(megabytes: number): string | undefined {
  const directory = freshDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', directory], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  t.teardown(() => execFileSync('umount', ['-l', directory]))
  return directory
}
