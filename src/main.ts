#!/usr/bin/env node
import { createInterface } from 'node:readline'
import { Command, CommanderError } from 'commander'
import { addFrom, type Shelf } from './cli/shelf.ts'
import type { ExitCode, Terminal } from './cli/terminal.ts'
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

const commands: Shelf = {
  demo: async terminal => (await import('./cli/demo.ts')).demoCommand(terminal),
  init: async terminal => (await import('./cli/init.ts')).initCommand(terminal),
  serve: async terminal => (await import('./cli/serve.ts')).serveCommand(terminal),
  health: async terminal => (await import('./cli/health.ts')).healthCommand(terminal),
  certs: async terminal => (await import('./cli/certs.ts')).certsCommand(terminal),
  token: async terminal => (await import('./cli/token.ts')).tokenCommand(terminal),
  agreement: async (terminal, below) =>
    await (await import('./cli/agreement.ts')).agreementCommand(terminal, below),
  audit: async (terminal, below) => await (await import('./cli/audit.ts')).auditCommand(terminal, below),
  schema: async terminal => (await import('./cli/schema.ts')).schemaCommand(terminal),
  translate: async terminal => (await import('./cli/translate.ts')).translateCommand(terminal),
}

const program = new Command('concordat')
  .description(
    'a gateway between two agencies: shares by field and purpose, translates, and proves what it did',
  )
  .version('0.1.0')
  .showSuggestionAfterError()
  .addHelpText('after', '\nExit codes: 0 good, 1 finding, 2 usage, 3 unreachable.')

try {
  await passOn(await addFrom(commands, program, terminal, process.argv.slice(2))).parseAsync(process.argv)
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
