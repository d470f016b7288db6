import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test as Tap } from 'tap'
import { systemClock } from '../../src/kit/kit.ts'
import { isWhole, open, told } from './failure-telling.ts'

t.setTimeout(120_000)

const CHILD = fileURLToPath(new URL('./failure-child.ts', import.meta.url))

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'concordat-disk-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Which sync after the opening meets what. */
const TROUBLES = [
  [2, 'error=EIO'],
  [14, 'error=EIO'],
  [1, 'signal=KILL'],
  [9, 'signal=KILL'],
] as const

/** How many syncs the opening of a new store takes. */
async function syncsOfOpening(): Promise<number> {
  const trace = join(freshDirectory(), 'trace')
  await runTraced(['-e', 'trace=fdatasync,fsync,write', '-o', trace], [freshDirectory(), '1', '1'])
  const lines = readFileSync(trace, 'utf8').split('\n')
  const ready = lines.findIndex(line => line.includes('"ready'))
  return lines.slice(0, ready).filter(line => /f(?:data)?sync\(/.test(line)).length
}

void t.test('an fsync that fails ends the process, and what was acknowledged before is there', async tt => {
  if (!hasStrace()) return tt.pass('strace is not here, so no system call could be made to fail')
  const opening = await syncsOfOpening()
  for (const [after, fault] of TROUBLES) {
    const at = opening + after
    const directory = freshDirectory()
    const rule = `inject=fdatasync,fsync:${fault}:when=${at}`
    const child = await runTraced(
      ['-e', 'trace=fdatasync,fsync', '-e', rule, '-o', '/dev/null'],
      [directory, '40', '4'],
    )
    const groups = child.lines.filter(line => line.startsWith('group '))
    tt.equal(groups.length, after - 1, `${fault} at call ${at}: ${groups.length} groups acknowledged`)
    tt.not(child.code, 0)
    if (fault === 'error=EIO') {
      tt.equal(child.lines.filter(line => line === 'failed').length, 1, 'it says so')
      const after = child.lines.slice(child.lines.indexOf('failed'))
      tt.same(
        after.filter(line => line.startsWith('group ')),
        [],
        'and acknowledges nothing after it',
      )
    }
    await checkGroups(tt, directory, { groups: groups.length, missing: fault === 'error=EIO' })
  }
})

async function checkGroups(
  tt: Tap,
  directory: string,
  wanted: { groups: number; missing: boolean },
): Promise<void> {
  const { store, said } = await open(directory, systemClock)
  await store.note(['last'])
  const leaves = await told(store)
  const whole = leaves.filter(leaf => leaf.startsWith('{'))
  tt.ok(
    whole.length >= wanted.groups * 4 && whole.length % 4 === 0,
    'every group is there whole or not at all',
  )
  tt.equal(
    leaves.some(leaf => leaf.startsWith('missed io-error')),
    wanted.missing,
    'the ledger says what it has missed',
  )
  tt.ok(await isWhole(store))
  await store[Symbol.asyncDispose]()
  tt.same(said, [])
}

void t.test('one sync for each group of leaves, between its last write and its acknowledgement', async tt => {
  if (!hasStrace()) return tt.pass('strace is not here, so the system calls were not seen')
  const [groups, each] = [40, 25]
  const trace = join(freshDirectory(), 'trace')
  const calls = 'trace=pwrite64,write,fdatasync,fsync'
  const child = await runTraced(
    ['-y', '-s', '64', '-e', calls, '-o', trace],
    [freshDirectory(), `${groups}`, `${each}`],
  )
  tt.equal(child.lines.filter(line => line.startsWith('group ')).length, groups)
  const lines = readFileSync(trace, 'utf8').split('\n')
  const from = lines.findIndex(line => /write\(1<.*"ready\\n"/.test(line))
  const found = follow(lines.slice(from + 1))
  tt.equal(found.acknowledged, groups, 'the acknowledgements are seen')
  tt.equal(found.early, 0, 'none is given while something is written and not yet synced')
  tt.equal(found.unsynced, 0, 'and none without a sync of its own')
  tt.ok(
    found.syncs >= groups && found.syncs <= groups + 5,
    `${found.syncs} syncs for ${groups} groups of ${each} leaves`,
  )
})

/** Walks through the calls: writes into the log, syncs of the log, and acknowledgements. */
function follow(lines: readonly string[]) {
  const found = { acknowledged: 0, early: 0, unsynced: 0, syncs: 0 }
  let [pending, synced] = [false, 0]
  for (const line of lines) {
    if (/write\(1<[^>]*>, "closed/.test(line)) break
    if (/pwrite64\(\d+<[^>]*concordat\.db-wal>/.test(line)) pending = true
    // A call that another thread interrupts is told in two lines; it is over with the second.
    else if (/f(?:data)?sync\(\d+<[^>]*concordat\.db-wal>\)? +(?:= 0|<unfinished)/.test(line)) {
      pending = false
      synced++
    } else if (/write\(1<[^>]*>, "group /.test(line)) {
      found.acknowledged++
      if (pending) found.early++
      if (synced === 0) found.unsynced++
      found.syncs += synced
      synced = 0
    }
  }
  return found
}

function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function runTraced(options: readonly string[], args: readonly string[]) {
  // A test runner hooks itself into every child by NODE_OPTIONS.
  const command = ['-u', 'NODE_OPTIONS', 'strace', '-f', ...options, process.execPath, CHILD, ...args]
  const child = spawn('env', command, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return new Promise<{ readonly lines: readonly string[]; readonly code: number | null }>(done =>
    child.once('close', code => done({ lines: text.split('\n'), code })),
  )
}
