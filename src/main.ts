#!/usr/bin/env node
import { createInterface } from 'node:readline'
import { Command, CommanderError } from 'commander'
import { agreementCommand } from './cli/agreement.ts'
import { auditCommand } from './cli/audit.ts'
import { certsCommand } from './cli/certs.ts'
import { demoCommand } from './cli/demo.ts'
import { healthCommand } from './cli/health.ts'
import { initCommand } from './cli/init.ts'
import { schemaCommand } from './cli/schema.ts'
import { serveCommand } from './cli/serve.ts'
import type { ExitCode, Terminal } from './cli/terminal.ts'
import { tokenCommand } from './cli/token.ts'
import { translateCommand } from './cli/translate.ts'
import { ProblemsError, printProblem } from './terms/terms.ts'

/** The process edge: the only file that touches `process`. */
const stop = new AbortController()
const signalled = (signal: NodeJS.Signals) => {
  // The second signal ends the process at once.
  if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
  stop.abort()
}
process.on('SIGINT', signalled)
process.on('SIGTERM', signalled)
process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
  if (fault.code === 'EPIPE') process.exit(0)
  throw fault
})

const terminal: Terminal = {
  out: line => process.stdout.write(`${line}\n`),
  err: line => process.stderr.write(`${line}\n`),
  env: process.env,
  cwd: process.cwd(),
  colour: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  end: (code: ExitCode) => {
    process.exitCode = code
  },
  stop: stop.signal,
  machine: {
    execArgv: process.execArgv,
    execPath: process.execPath,
    version: process.version,
    uid: process.getuid?.(),
  },
  lines: () => createInterface({ input: process.stdin }),
}

const program = new Command('concordat')
  .description(
    'a gateway between two agencies: shares by field and purpose, translates, and proves what it did',
  )
  .version('0.1.0')
  .showSuggestionAfterError()
  .exitOverride()
  .addHelpText('after', '\nExit codes: 0 good, 1 finding, 2 usage, 3 unreachable.')

const commands = [
  demoCommand(terminal),
  initCommand(terminal),
  serveCommand(terminal),
  healthCommand(terminal),
  certsCommand(terminal),
  tokenCommand(terminal),
  agreementCommand(terminal),
  auditCommand(terminal),
  schemaCommand(terminal),
  translateCommand(terminal),
]
for (const command of commands) program.addCommand(passOn(command))

try {
  await program.parseAsync(process.argv)
} catch (thrown) {
  process.exitCode = explain(thrown)
}

/** Lets a mistyped option end as a usage error wherever it stands. */
function passOn(command: Command): Command {
  command.exitOverride()
  for (const below of command.commands) passOn(below)
  return command
}

function explain(thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  if (thrown instanceof ProblemsError) {
    for (const problem of thrown.problems) terminal.err(printProblem(problem))
    return 1
  }
  terminal.err(thrown instanceof Error ? thrown.message : 'something went wrong')
  return isUnreachable(thrown) ? 3 : 1
}

function isUnreachable(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return (
    typeof code === 'string' && ['ENOENT', 'EACCES', 'ECONNREFUSED', 'ETIMEDOUT', 'EADDRINUSE'].includes(code)
  )
}
