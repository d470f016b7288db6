import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { agreementCommand } from '../../src/cli/agreement.ts'
import { auditCommand } from '../../src/cli/audit.ts'
import type { ExitCode, Terminal } from '../../src/cli/terminal.ts'
import type { Side } from '../support/field.ts'
import { openSystem } from '../support/system.ts'
import { terminalAt } from '../support/terminal.ts'

/** How one command ended, and what it said. */
export interface Ending {
  readonly out: string
  readonly err: string
  readonly code: ExitCode
}

/** An officer who works with `concordat agreement …` at the own gateway. */
export interface OfficerTerminal {
  readonly person: string
  /** Where their files lie. */
  readonly directory: string
  /** Runs a command of an officer with the configuration of the side; the token is in the environment. */
  run(...args: readonly string[]): Promise<Ending>
  /** As `run`, for `concordat audit …`. */
  audit(...args: readonly string[]): Promise<Ending>
  /** As `run`, with the officer's name and key. */
  sign(...args: readonly string[]): Promise<Ending>
  readonly token: string
  readonly key: string
}

export async function openTerminal(
  side: Side,
  { person, role }: { readonly person: string; readonly role: string },
  directory: string,
): Promise<OfficerTerminal> {
  using system = await openSystem(side, { name: 'gateway', door: 'console' })
  const token = system.token({ person, role, purpose: 'governance' })
  const key = join(side.certificates, 'officers', `${person}.key.pem`)
  const { file } = side.config
  const env = { CONCORDAT_TOKEN: token }
  const run = (...args: readonly string[]) =>
    runAgreement({ cwd: directory, env }, [...args, '--config', file])
  return {
    person,
    directory,
    token,
    key,
    run,
    audit: (...args) => runIn({ cwd: directory, env }, auditCommand, [...args, '--config', file]),
    sign: (...args) => run(...args, '--person', person, '--key', key),
  }
}

/** Runs `concordat agreement …` in this process. */
export function runAgreement(place: Pick<Terminal, 'cwd' | 'env'>, args: readonly string[]): Promise<Ending> {
  return runIn(place, agreementCommand, args)
}

async function runIn(
  place: Pick<Terminal, 'cwd' | 'env'>,
  make: typeof agreementCommand,
  args: readonly string[],
): Promise<Ending> {
  const said = { out: '', err: '', code: 0 as ExitCode }
  const command = await make(terminalAt(place, said), args[0])
  quieten(command, said)
  try {
    await new Command().addCommand(command).parseAsync([command.name(), ...args], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    said.code = thrown.exitCode === 0 ? 0 : 2
  }
  return said
}

function quieten(command: Command, said: { err: string }): void {
  command.exitOverride().configureOutput({
    writeErr: text => {
      said.err += text
    },
  })
  for (const below of command.commands) quieten(below, said)
}
