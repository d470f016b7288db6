import t from 'tap'
import { agreementCommand } from '../src/cli/agreement.ts'
import { auditCommand } from '../src/cli/audit.ts'
import { runProgram } from './support/program.ts'
import { terminalAt } from './support/terminal.ts'

t.setTimeout(120_000)

const terminal = terminalAt({ cwd: '.' }, { out: '', err: '', code: 0 })

for (const [name, group] of Object.entries({ agreement: agreementCommand, audit: auditCommand }))
  void t.test(`\`${name}\` hands out each of its commands by its word`, async t => {
    const all = (await group(terminal, undefined)).commands.map(command => command.name())
    t.ok(all.length > 10)
    for (const word of all) {
      const { commands } = await group(terminal, word)
      t.same(
        commands.map(command => command.name()),
        [word],
      )
    }
    for (const word of ['--help', 'help', 'constructor', `${all[0]}s`])
      t.equal((await group(terminal, word)).commands.length, all.length, `\`${word}\` shows them all`)
  })

void t.test('the program hands out each of its commands by its word', async t => {
  const { code, stdout } = await runProgram(['--help'])
  t.equal(code, 0)
  const words = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, word]) => word ?? [])
  t.ok(words.length > 9)
  for (const word of words.filter(word => word !== 'help')) {
    const told = await runProgram([word, '--help'])
    t.match(told, { code: 0, stdout: new RegExp(`^Usage: concordat ${word} `), stderr: '' })
  }
  t.match(await runProgram(['adit']), { code: 2, stderr: /Did you mean audit/ })
  t.match(await runProgram(['audit', 'verfiy']), { code: 2, stderr: /Did you mean verify/ })
})

/** Prints on standard error what Node loads. */
const WATCH = `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { console.error(url); return next(url, context) } })`

void t.test('whoever asks a gateway, or checks what it handed out, loads none', async t => {
  const watched = [`--import=data:text/javascript,${encodeURIComponent(WATCH)}`]
  const loadedBy = async (...args: string[]) => (await runProgram(args, { flags: watched })).stderr
  t.match(await loadedBy('serve', '--help'), /src\/gateway\/gateway\.ts/, 'it would be seen')
  for (const args of [
    ['health', '--help'],
    ['token', '--help'],
    ['agreement', 'status', '--help'],
    ['audit', 'export', '--help'],
  ])
    t.notMatch(await loadedBy(...args), /src\/gateway\//, args.join(' '))
  t.notMatch(
    await loadedBy('audit', 'verify', '--help'),
    /src\/(?:ledger|stores|kit)\//,
    'an auditor least of all',
  )
})
