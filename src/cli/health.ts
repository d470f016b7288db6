import { resolve } from 'node:path'
import { Command } from 'commander'
import { askConsole } from '../ask.ts'
import { loadConfig } from '../config.ts'
import type { Terminal } from './terminal.ts'

/** `concordat health`: asks a running gateway whether it is ready, as a container's health check does. */
export function healthCommand(terminal: Terminal): Command {
  return new Command('health')
    .description('ask a running gateway whether it is ready')
    .option('--config <file>', 'its configuration', 'concordat.yaml')
    .option('--json', 'print its answer as JSON', false)
    .action(async ({ config: file, json }: { config: string; json: boolean }) => {
      const answer = await askConsole(loadConfig(resolve(terminal.cwd, file)), '/readyz').catch(
        () => undefined,
      )
      if (answer === undefined) {
        terminal.err('the gateway does not answer')
        return terminal.end(3)
      }
      terminal.out(json ? answer.text : answer.status === 200 ? 'ready' : 'not ready')
      if (answer.status !== 200) terminal.end(1)
    })
}
