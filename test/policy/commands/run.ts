import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { agreementCommand } from '../../../src/cli/agreement.ts'
import type { ExitCode, Terminal } from '../../../src/cli/terminal.ts'
import { type Json, readJsonText } from '../../../src/kit/kit.ts'
import { terminalAt } from '../../support/terminal.ts'
import { here } from '../support.ts'

const root = join(here, '../..')
export const police = join(root, 'policies/northshire-police.to.army-1div.public-order.yaml')
export const army = join(root, 'policies/army-1div.to.northshire-police.public-order.yaml')

export interface Ending {
  readonly out: string
  readonly err: string
  readonly code: ExitCode
}

/** Runs `concordat agreement …` in a directory and gives back what it said and how it ended. */
export async function run(cwd: string, ...args: readonly string[]): Promise<Ending> {
  return runCommand(agreementCommand, cwd, args)
}

/** The same for any command. */
export async function runCommand(
  make: (terminal: Terminal, asked: string | undefined) => Command | Promise<Command>,
  cwd: string,
  args: readonly string[],
): Promise<Ending> {
  const said = { out: '', err: '', code: 0 as ExitCode }
  const command = await make(terminalAt({ cwd }, said), args[0])
  for (const one of [command, ...command.commands]) {
    one.exitOverride().configureOutput({
      writeOut: text => {
        said.out += text
      },
      writeErr: text => {
        said.err += text
      },
    })
  }
  try {
    await new Command().addCommand(command).parseAsync([command.name(), ...args], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    said.code = thrown.exitCode === 0 ? 0 : 2
  }
  return said
}

/** A shipped policy with some of its text replaced; what is to be replaced has to be there. */
export function edited(file: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
      return text.replace(from, to)
    },
    readFileSync(file, 'utf8'),
  )
}

/** A text that has to be JSON. */
export function jsonIn(text: string): Json {
  const reading = readJsonText(text)
  if (!reading.ok) throw new Error(`not JSON: ${text.slice(0, 80)}`)
  return reading.value
}
