import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { type GatewayConfig, loadConfig } from '../config.ts'
import { type Gateway, startGateway } from '../gateway/gateway.ts'
import { makeLog } from '../http/http.ts'
import { systemClock } from '../kit/kit.ts'
import { startUpFindings } from '../start-up.ts'
import type { Terminal } from './terminal.ts'

/** The day this release was made: a clock before it is wrong. */
const BUILD_DATE = Date.parse('2026-11-01T00:00:00Z')

/** `concordat serve`: runs one gateway until it is told to stop. */
export function serveCommand(terminal: Terminal): Command {
  return new Command('serve')
    .description('run a gateway')
    .option('--config <file>', 'its configuration', 'concordat.yaml')
    .addHelpText(
      'after',
      '\nLogs JSON lines to standard output. SIGTERM stops it: what is under way is finished first.',
    )
    .action(async ({ config: file }: { config: string }) => {
      const config = loadConfig(resolve(terminal.cwd, file))
      if (!mayStart(config, terminal)) return terminal.end(1)
      await run(config, terminal)
    })
}

/** Tells what is wrong with the machine or the key files; refuses where it must. */
function mayStart(config: GatewayConfig, terminal: Terminal): boolean {
  const { refuse, warn } = startUpFindings({
    ...terminal.machine,
    env: terminal.env,
    now: systemClock.now(),
    buildDate: BUILD_DATE,
    keyFiles: keyFilesOf(config).map(path => ({ path, mode: modeOf(path) })),
    fipsConfiguration: undefined,
    practice: config.practice,
  })
  for (const sentence of warn) terminal.err(`practice: ${sentence}`)
  for (const sentence of refuse) terminal.err(`refused: ${sentence}`)
  return refuse.length === 0
}

function keyFilesOf({ doors, keys }: GatewayConfig): readonly string[] {
  const files = [
    doors.inner.key,
    doors.outer.key,
    doors.console.key,
    keys.batch,
    keys.ledger,
    keys.search,
    ...(keys.witness === undefined ? [] : [keys.witness]),
    ...keys.pseudonyms.values(),
  ]
  return [...new Set(files)]
}

/** A file that is not there is told by whoever reads it. */
function modeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mode ?? 0
}

async function run(config: GatewayConfig, terminal: Terminal): Promise<void> {
  const log = makeLog(config.logLevel, undefined)
  const failed = Promise.withResolvers<Error>()
  const gateway: Gateway = await startGateway(config, { clock: systemClock, log, onFailure: failed.resolve })
  const stopped = new Promise<undefined>(done => {
    terminal.stop.addEventListener('abort', () => done(undefined), { once: true })
    if (terminal.stop.aborted) done(undefined)
  })
  const fault = await Promise.race([stopped, failed.promise])
  if (fault !== undefined) {
    log.error('store-failed', fault)
    terminal.end(1)
  }
  await gateway[Symbol.asyncDispose]()
}
