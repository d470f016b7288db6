import { resolve } from 'node:path'
import { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { reopenLog, settleConflicts, verifierKeysOf } from '../gateway/gateway.ts'
import { makeLog } from '../http/http.ts'
import { systemClock } from '../kit/kit.ts'
import type { Terminal } from './terminal.ts'

/** `concordat audit keys`: what peers are given to watch this ledger with. */
export function keysCommand(terminal: Terminal): Command {
  return new Command('keys')
    .description('print the verifier keys of the ledger and of the witness, as peers are given them')
    .option('--config <file>', 'its configuration', 'concordat.yaml')
    .action(async ({ config: file }: { config: string }) => {
      const text = await verifierKeysOf(loadConfig(resolve(terminal.cwd, file)), systemClock)
      if (text === undefined) {
        terminal.err('the key of the ledger cannot be read')
        return terminal.end(3)
      }
      terminal.out(text.trimEnd())
    })
}

/** `concordat audit reopen`: the way on for a store that is an older copy. */
export function reopenCommand(terminal: Terminal): Command {
  return new Command('reopen')
    .description(
      'end the ledger of a store that was restored from an older copy, and begin another one in it',
    )
    .option('--config <file>', 'its configuration; the gateway must not be running', 'concordat.yaml')
    .requiredOption('--why <reason>', '`restored`')
    .addHelpText(
      'after',
      '\nThe first leaf of the new ledger names the last head of the old one that a peer has cosigned, so that anybody can see' +
        '\nhow many leaves are missing. Bring the newest copy of the store back instead, if there is one.',
    )
    .action(async (options: { config: string; why: string }) => {
      if (options.why !== 'restored') {
        terminal.err('--why is `restored`')
        return terminal.end(2)
      }
      const config = loadConfig(resolve(terminal.cwd, options.config))
      const done = await reopenLog(config, { clock: systemClock, log: makeLog('error', undefined) })
      if (done.kind === 'unreached') {
        terminal.err('no peer that witnesses this ledger answers; nothing was changed')
        return terminal.end(3)
      }
      if (done.kind === 'intact') {
        terminal.err('no peer has seen more of this ledger than the store holds; nothing was changed')
        return terminal.end(1)
      }
      const { origin, lost } = done
      terminal.out(`the ledger goes on as ${origin}`)
      terminal.out(
        `of ${lost.origin}, ${lost.witness} has cosigned ${lost.size} leaves; this store held ${lost.kept}`,
      )
    })
}

/** `concordat audit settle`: the contradictions in a peer's ledger have been looked into. */
export function settleCommand(terminal: Terminal): Command {
  return new Command('settle')
    .description(
      "note that the contradictions in a peer's ledger have been looked into; both heads stay as evidence",
    )
    .option('--config <file>', 'its configuration; the gateway must not be running', 'concordat.yaml')
    .requiredOption('--peer <agency>', 'whose ledger')
    .requiredOption('--why <reason>', 'a word for the own ledger, such as restored')
    .action(async (options: { config: string; peer: string; why: string }) => {
      const config = loadConfig(resolve(terminal.cwd, options.config))
      const edge = { clock: systemClock, log: makeLog('error', undefined) }
      const count = await settleConflicts(config, edge, options)
      if (count === 0) {
        terminal.err(`nothing is open about ${options.peer}`)
        return terminal.end(1)
      }
      terminal.out(`${count} settled`)
    })
}
