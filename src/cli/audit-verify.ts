import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { EXIT, printProofReport, printReport } from './audit-verify/report.ts'
import {
  type Key,
  type Policy,
  readKey,
  readPolicy,
  verifyExport,
  verifyProof,
} from './audit-verify/verify.ts'
import type { Terminal } from './terminal.ts'

interface VerifyOptions {
  readonly dir?: string
  readonly proof?: string
  readonly leaf?: string
  readonly vkey?: readonly string[]
  readonly policy?: string
  readonly tsa?: string
  readonly tolerance: string
  readonly json?: true
}

/** `concordat audit verify`: checks what was handed out, without the gateway that handed it out. */
export function verifyCommand(terminal: Terminal): Command {
  return new Command('verify')
    .description('check signatures, hashes and sense of an export, or the proof of one leaf, offline')
    .option('--dir <directory>', 'the export')
    .option('--proof <file>', 'the proof of one leaf')
    .option('--leaf <file>', 'the leaf of the proof (default: the one in the proof)')
    .option(
      '--vkey <key...>',
      'the verifier keys as the agency gave them (default: those of the policy or export)',
    )
    .option('--policy <file>', 'whose cosignatures are asked for (C2SP tlog-policy)')
    .option(
      '--tsa <file>',
      'PEM of the certificate that the time-stamping authority signs with (default: the one in its stamps)',
    )
    .option('--tolerance <seconds>', "how far a leaf's time may run backwards", '60')
    .option('--json', 'answer in JSON')
    .action((options: VerifyOptions) => runVerify(terminal, options))
}

function runVerify(terminal: Terminal, options: VerifyOptions): void {
  if ((options.dir === undefined) === (options.proof === undefined))
    return usage(terminal, 'either --dir or --proof is needed')
  if (!/^\d{1,9}$/.test(options.tolerance)) return usage(terminal, '--tolerance is a number of seconds')
  const policy = openFile(terminal, options.policy)
  const proof = openFile(terminal, options.proof)
  const leaf = openFile(terminal, options.leaf)
  const tsa = openFile(terminal, options.tsa)
  const unread = [policy, proof, leaf, tsa].find(file => file !== undefined && file.bytes === undefined)
  if (unread) return usage(terminal, `${unread.path} cannot be read`)
  if (proof && tsa) return usage(terminal, '--tsa goes with --dir')
  if (proof?.bytes)
    return judgeProof(terminal, options, { proof: proof.bytes, leaf: leaf?.bytes, policy: policy?.bytes })
  const report = verifyExport({
    directory: resolve(terminal.cwd, options.dir ?? ''),
    vkey: options.vkey?.join('\n'),
    policy: policy?.bytes,
    tsa: tsa?.bytes,
    toleranceMs: Number(options.tolerance) * 1000,
  })
  tellAll(terminal, options.json ? [JSON.stringify(report)] : printReport(report))
  terminal.end(EXIT[report.verdict])
}

function judgeProof(
  terminal: Terminal,
  options: VerifyOptions,
  given: { readonly proof: Buffer; readonly leaf: Buffer | undefined; readonly policy: Buffer | undefined },
): void {
  const reading = given.policy && readPolicy(given.policy)
  if (reading?.ok === false) return usage(terminal, `the policy, line ${reading.line}: ${reading.says}`)
  const policy: Policy | undefined = reading?.policy
  const keys: Key[] = (options.vkey ?? []).map(readKey).filter(key => key !== undefined)
  const { proof, leaf } = given
  const report = verifyProof({ proof, leaf, keys: keys.length > 0 ? keys : (policy?.logs ?? []), policy })
  tellAll(terminal, options.json ? [JSON.stringify(report)] : printProofReport(report))
  terminal.end(EXIT[report.verdict])
}

interface GivenFile {
  readonly path: string
  readonly bytes: Buffer | undefined
}

function openFile(terminal: Terminal, path: string | undefined): GivenFile | undefined {
  if (path === undefined) return undefined
  try {
    return { path, bytes: readFileSync(resolve(terminal.cwd, path)) }
  } catch {
    return { path, bytes: undefined }
  }
}

function usage(terminal: Terminal, says: string): void {
  terminal.err(says)
  terminal.end(2)
}

function tellAll(terminal: Terminal, lines: readonly string[]): void {
  for (const line of lines) terminal.out(line)
}
