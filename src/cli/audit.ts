import { resolve } from 'node:path'
import { Command } from 'commander'
import { openSqliteLedger } from '../stores/stores.ts'
import { exportLedger, isFree } from './audit-export.ts'
import { type VerifyReport, verifyExport } from './audit-verify.ts'
import type { Terminal } from './terminal.ts'

/** `concordat audit`: hands the ledger out, and checks what was handed out. */
export function auditCommand(terminal: Terminal): Command {
  const audit = new Command('audit').description('export the ledger and verify an export')
  audit
    .command('export')
    .description('write the ledger as files that anybody can verify; the gateway may be running')
    .requiredOption('--store <directory>', "the gateway's store")
    .requiredOption('--to <directory>', 'where to write; must be empty or not exist')
    .option('--json', 'answer in JSON')
    .action((options: ExportOptions) => runExport(terminal, options))
  audit
    .command('verify')
    .description('check signature, hashes and sense of an export, offline')
    .requiredOption('--dir <directory>', 'the export')
    .option('--vkey <key>', 'the verifier key as the agency gave it (default: the one in the export)')
    .option('--tolerance <seconds>', "how far a leaf's time may run backwards", '60')
    .option('--json', 'answer in JSON')
    .action((options: VerifyOptions) => runVerify(terminal, options))
  return audit
}

interface ExportOptions {
  readonly store: string
  readonly to: string
  readonly json?: true
}

async function runExport(terminal: Terminal, options: ExportOptions): Promise<void> {
  const target = resolve(terminal.cwd, options.to)
  if (!isFree(target)) {
    terminal.err(`${options.to} is not an empty directory`)
    return terminal.end(2)
  }
  using ledger = openLedger(resolve(terminal.cwd, options.store))
  const done = ledger && (await exportLedger(ledger, target))
  if (done?.kind !== 'exported') {
    terminal.err(
      done ? 'the ledger has no signed checkpoint yet' : `there is no readable store in ${options.store}`,
    )
    return terminal.end(3)
  }
  const { size, newer, altered } = done
  if (options.json) terminal.out(JSON.stringify({ size, newer, altered, directory: target }))
  else {
    terminal.out(`${size} leaves exported to ${options.to}`)
    if (newer > 0)
      terminal.out(`${newer} newer leaves are not covered by a signed checkpoint yet and were left out`)
  }
  if (altered)
    terminal.err(
      'the stored leaves do not lead to the signed root: run `concordat audit verify` on the export',
    )
  terminal.end(altered ? 1 : 0)
}

function openLedger(directory: string): ReturnType<typeof openSqliteLedger> | undefined {
  try {
    return openSqliteLedger(directory)
  } catch {
    return undefined
  }
}

interface VerifyOptions {
  readonly dir: string
  readonly vkey?: string
  readonly tolerance: string
  readonly json?: true
}

function runVerify(terminal: Terminal, options: VerifyOptions): void {
  if (!/^\d{1,9}$/.test(options.tolerance)) {
    terminal.err('--tolerance is a number of seconds')
    terminal.end(2)
    return
  }
  const toleranceMs = Number(options.tolerance) * 1000
  const directory = resolve(terminal.cwd, options.dir)
  const report = verifyExport({ directory, vkey: options.vkey, toleranceMs })
  if (options.json) terminal.out(JSON.stringify(report))
  else for (const line of printReport(report)) terminal.out(line)
  terminal.end(EXIT[report.verdict])
}

const EXIT = { good: 0, tampered: 1, incomplete: 3 } as const satisfies Record<
  VerifyReport['verdict'],
  number
>

function printReport(report: VerifyReport): string[] {
  const lines = report.findings.map(({ kind, code, says }) => `${kind}: ${code}: ${says}`)
  if (report.firstBadLeaf !== undefined) lines.push(`first bad leaf: ${report.firstBadLeaf}`)
  const kinds = Object.entries(report.leaves).map(([kind, count]) => `${count} ${kind}`)
  lines.push(
    `log ${report.origin ?? 'unknown'}, ${report.size ?? 'no'} leaves, root ${report.root ?? 'unknown'}`,
  )
  if (kinds.length > 0) lines.push(`read: ${kinds.join(', ')}; ${report.open} forwarded and still open`)
  if (report.vkeyFrom === 'export')
    lines.push(`the key was taken from the export: compare it with the agency's: ${report.vkey ?? 'none'}`)
  lines.push(VERDICTS[report.verdict])
  return lines
}

const VERDICTS = {
  good: 'good: every leaf is the one that was signed',
  tampered: 'tampered: the export is not what was signed, or contradicts itself',
  incomplete: 'incomplete: something is missing, so it cannot be told',
} as const satisfies Record<VerifyReport['verdict'], string>
