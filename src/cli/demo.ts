import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { runDemo, runSystem, type SystemName, systemNames } from '../demo/demo.ts'
import { systemClock } from '../kit/kit.ts'
import type { Terminal } from './terminal.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

interface DemoOptions {
  readonly once: boolean
  readonly data?: string
  readonly certs: string
}

/** `concordat demo`: two gateways, a police system and an army portal on this machine, and the story of what passes between them. */
export function demoCommand(terminal: Terminal): Command {
  return new Command('demo')
    .description('see a police mission cross to the army: cut down by policy, translated, delivered, audited')
    .option('--once', 'tell the story, check every statement it makes, and end', false)
    .option(
      '--data <directory>',
      'keep stores, logs and exported ledgers here, a folder for each agency (default: data/demo, begun afresh)',
    )
    .option('--certs <directory>', 'example certificates; made on the first run', 'certs-example')
    .addHelpText(
      'after',
      '\nWith --once it ends with 0 only if every statement held. Without it the gateways run on until Ctrl-C.',
    )
    .addCommand(systemCommand(terminal), { hidden: true })
    .action(async (options: DemoOptions) => {
      const data = resolve(terminal.cwd, options.data ?? 'data/demo')
      await mkdir(data, { recursive: true })
      const places = { project, certificates: resolve(terminal.cwd, options.certs), data }
      const held = await runDemo({
        places,
        certificatesAsGiven: options.certs,
        clock: systemClock,
        fresh: options.data === undefined,
        once: options.once,
        execPath: terminal.machine.execPath,
        env: terminal.env,
        colour: terminal.colour,
        out: terminal.out,
        stop: terminal.stop,
      })
      if (!held) terminal.end(1)
    })
}

/** One system of the practice field, in a process of its own; spoken to in JSON lines. */
function systemCommand(terminal: Terminal): Command {
  return new Command('system')
    .argument('<name>', systemNames.join(' or '))
    .requiredOption('--folder <directory>', "the agency's folder of the example certificates")
    .requiredOption('--url <url>', 'the inner door of its gateway')
    .action(async (name: string, { folder, url }: { folder: string; url: string }) => {
      if (!systemNames.includes(name as SystemName)) return terminal.end(2)
      await runSystem(
        name as SystemName,
        { certificates: folder, url },
        { clock: systemClock, lines: terminal.lines, say: terminal.out },
      )
    })
}
