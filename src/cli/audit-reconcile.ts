import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { reconcile } from './audit-verify/reconcile.ts'
import { printReconciliation, RECONCILE_EXIT } from './audit-verify/reconcile-report.ts'
import type { Terminal } from './terminal.ts'

interface ReconcileOptions {
  readonly ours: string
  readonly theirs: string
  readonly day: string
  readonly oursVkey?: readonly string[]
  readonly theirsVkey?: readonly string[]
  readonly oursPolicy?: string
  readonly theirsPolicy?: string
  readonly tolerance: string
  readonly json?: true
}

/** `concordat audit reconcile`: lays the exports of two agencies side by side. */
export function reconcileCommand(terminal: Terminal): Command {
  return new Command('reconcile')
    .description('find what one of two agencies has recorded of a day and the other has not, offline')
    .requiredOption('--ours <directory>', 'the export of one agency')
    .requiredOption('--theirs <directory>', 'the export of the other one')
    .requiredOption('--day <YYYY-MM-DD>', 'the day (UTC) on which exchanges were released')
    .option('--ours-vkey <key...>', 'the verifier keys of ours (default: those of the policy or export)')
    .option('--theirs-vkey <key...>', 'the verifier keys of theirs, as they gave them')
    .option('--ours-policy <file>', 'whose cosignatures are asked for on ours (C2SP tlog-policy)')
    .option('--theirs-policy <file>', 'whose cosignatures are asked for on theirs')
    .option('--tolerance <seconds>', 'how far times may run backwards, and the two clocks apart', '60')
    .option('--json', 'answer in JSON')
    .action((options: ReconcileOptions) => runReconcile(terminal, options))
}

function runReconcile(terminal: Terminal, options: ReconcileOptions): void {
  const usage = (says: string) => {
    terminal.err(says)
    terminal.end(2)
  }
  if (!/^\d{1,9}$/.test(options.tolerance)) return usage('--tolerance is a number of seconds')
  if (!/^\d{4}-\d\d-\d\d$/.test(options.day) || Number.isNaN(Date.parse(options.day)))
    return usage('--day is a day: YYYY-MM-DD')
  const policies = [options.oursPolicy, options.theirsPolicy].map(path => openPolicy(terminal, path))
  if (policies.includes('unread')) return usage('a policy file cannot be read')
  const [oursPolicy, theirsPolicy] = policies.map(policy => (policy === 'unread' ? undefined : policy))
  const side = (directory: string, vkey: readonly string[] | undefined, policy: Buffer | undefined) => ({
    directory: resolve(terminal.cwd, directory),
    vkey: vkey?.join('\n'),
    policy,
  })
  const report = reconcile({
    ours: side(options.ours, options.oursVkey, oursPolicy),
    theirs: side(options.theirs, options.theirsVkey, theirsPolicy),
    day: options.day,
    toleranceMs: Number(options.tolerance) * 1000,
  })
  const lines = options.json ? [JSON.stringify(report)] : printReconciliation(report)
  for (const line of lines) terminal.out(line)
  terminal.end(RECONCILE_EXIT[report.verdict])
}

function openPolicy(terminal: Terminal, path: string | undefined): Buffer | 'unread' | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(resolve(terminal.cwd, path))
  } catch {
    return 'unread'
  }
}
