/**
 * Runs the tests: `npm test`, or `node test/run.ts test/kit/json.test.ts …` for some of them.
 *
 * Tap runs each file in a process of its own; its own parser reads what it prints. All those processes, and the gateways that
 * they start, share what Node has compiled and one set of certificates. This prints a line for each file and every failure in
 * full, and ends with `N passed, N failed`. Nothing is left to good faith: a file that crashes, runs out of time, asserts nothing
 * or is never reported counts as a failure, and so does tap itself.
 */
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Parser } from 'tap-parser'
import { SHARED_VARIABLE } from './support/shared.ts'
import { type Fact, finish, makeTally, type Tally, tell } from './support/tally.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const bin = join(root, 'node_modules', '.bin')

const chosen = process.argv.slice(2).map(file => relative(root, resolve(file)))
const files = chosen.length > 0 ? chosen : globSync('test/**/*.test.ts', { cwd: root }).sort()
const tally = makeTally(files)
const code = await runTap(files, tally)
const { passed, failed, skipped, lines } = finish(tally, code)
for (const line of lines) console.log(line)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/** Runs tap over the files and hands each of its facts to the tally. Resolves with its exit code, or the signal's name. */
async function runTap(files: readonly string[], tally: Tally): Promise<number | string> {
  // TAP and TAP_* would change what tap prints; NODE_OPTIONS what the tests are run with.
  const kept = Object.entries(process.env).filter(([name]) => !/^TAP(_|$)|^NODE_OPTIONS$/.test(name))
  const shared = mkdtempSync(join(tmpdir(), 'concordat-test-'))
  process.once('exit', () => rmSync(shared, { recursive: true, force: true }))
  const env = {
    ...Object.fromEntries(kept),
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    NODE_COMPILE_CACHE: join(shared, 'compiled'),
    [SHARED_VARIABLE]: shared,
  }
  // Only with its plain reporter does tap leave the standard error of the tests alone.
  const child = spawn(process.execPath, [tapScript(), 'run', '--reporter=tap', ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | string>(done => {
    child.once('error', () => done('not started'))
    child.once('close', (exitCode, signal) => done(exitCode ?? signal ?? 'unknown'))
  })
  const parser = new Parser()
  follow(parser, 0, fact => {
    for (const line of tell(tally, fact)) console.log(line)
  })
  for await (const chunk of child.stdout) parser.write(chunk as Buffer)
  parser.end()
  return await ended
}

/** Turns what the parser reads, at this level and below, into facts. */
function follow(parser: Parser, level: number, onFact: (fact: Fact) => void): void {
  parser.on('child', below => {
    onFact({ kind: 'start', level: level + 1, name: below.name })
    follow(below, level + 1, onFact)
  })
  parser.on('assert', result => {
    const { ok, name, fullname, skip, todo, time, diag, closingTestPoint } = result
    const about = { level: level + 1, ok, name, fullname, skip, time, diag: diag ?? undefined }
    if (closingTestPoint) return onFact({ ...about, kind: 'end' })
    const kind = skip ? 'skip' : todo ? 'todo' : ok ? 'pass' : 'fail'
    onFact({ ...about, kind })
  })
  if (level === 0) parser.on('complete', () => onFact({ kind: 'end', level: 0 }))
}

/** The script behind `tap`, so that it runs with the Node that runs this. */
function tapScript(): string {
  const home = join(root, 'node_modules', 'tap')
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    bin: Record<string, string>
  }
  return join(home, bin['tap'] ?? '')
}
