import { resolve } from 'node:path'
import { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { dropLog, type LogDrop } from '../gateway/gateway.ts'
import { makeLog } from '../http/http.ts'
import { systemClock, unreachable } from '../kit/kit.ts'
import { dayOf } from './stored-ledger.ts'
import type { Terminal } from './terminal.ts'

interface DropOptions {
  readonly config: string
  readonly log: string
  readonly why: string
}

/** `concordat audit drop`: lets a whole year of the ledger go when its retention has ended. */
export function dropCommand(terminal: Terminal): Command {
  return new Command('drop')
    .description('delete a closed log of the ledger for good, once its retention has ended; recorded')
    .option('--config <file>', 'its configuration; the gateway must not be running', 'concordat.yaml')
    .requiredOption('--log <log>', 'its origin, or its number in the store, counted from 1')
    .requiredOption('--why <text>', 'the written policy that it follows; no names of persons')
    .addHelpText(
      'after',
      '\nWhat stays for ever: the first and the closing leaf with their proofs, and the last checkpoint with the cosignatures' +
        '\nand the time stamp that there are. Proofs that were handed out before still verify. How long a log is kept is' +
        '\n`retention.ledgerYears` in the configuration. Export the log first where anybody may still want it.',
    )
    .action(async (options: DropOptions) => {
      if (options.why.trim() === '' || options.why.length > 500) {
        terminal.err('--why is a text of at most 500 characters')
        return terminal.end(2)
      }
      const config = loadConfig(resolve(terminal.cwd, options.config))
      const edge = { clock: systemClock, log: makeLog('error', undefined) }
      const done = await dropLog(config, edge, options)
      if (done.kind !== 'dropped') {
        terminal.err(`${refusal(done, options.log)}; nothing was changed`)
        return terminal.end(done.kind === 'unknown' ? 2 : 1)
      }
      terminal.out(`${done.origin} is dropped: of ${done.size} leaves, the first and the closing one stay`)
      if (done.swept) return
      terminal.err('not everything could be deleted yet; the rest goes when the store is opened next')
      terminal.end(3)
    })
}

function refusal(done: Exclude<LogDrop, { readonly kind: 'dropped' }>, log: string): string {
  switch (done.kind) {
    case 'unknown':
      return `the store has no log ${log}`
    case 'growing':
      return `${log} is the log that still grows`
    case 'gone':
      return `${log} was dropped before`
    case 'early':
      return Number.isNaN(done.until)
        ? `it cannot be told when ${log} was closed`
        : `${log} is kept until ${dayOf(done.until)} (\`retention.ledgerYears\`)`
    case 'needed':
      return `the vault keeps until ${dayOf(done.until)} who was behind leaves of ${log}`
    case 'unsigned':
      return `${log} has no signed checkpoint, so nothing would prove what it was`
    case 'changed':
      return `the leaves of ${log} are not those in its last checkpoint: run \`concordat audit verify\` on an export of it`
    default:
      return unreachable(done)
  }
}
