/**
 * The verifier as a program of its own: `node main.ts --dir <export> --vkey <key>`, or `--proof <file>` for one leaf,
 * or `--dir <export> --theirs <export> --day <day>` to reconcile two. Ends with 0 where all is good, 1 where something was
 * tampered with or differs, 2 where it was not called rightly, 3 where something is missing.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { reconcile } from './reconcile.ts'
import { printReconciliation, RECONCILE_EXIT } from './reconcile-report.ts'
import { EXIT, printProofReport, printReport } from './report.ts'
import { readKey, readPolicy, verifyExport, verifyProof } from './verify.ts'

const USAGE =
  'node main.ts (--dir <export> | --proof <file> [--leaf <file>]) [--vkey <key>]... [--policy <file>] [--tsa <file>] [--tolerance <seconds>] [--theirs <export> --day <YYYY-MM-DD> [--theirs-vkey <key>]...] [--json]'

process.exitCode = run(process.argv.slice(2))

function run(args: readonly string[]): number {
  try {
    return judge(args)
  } catch (fault) {
    console.error(fault instanceof Error ? fault.message : 'cannot be read')
    console.error(USAGE)
    return 2
  }
}

function judge(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      dir: { type: 'string' },
      proof: { type: 'string' },
      leaf: { type: 'string' },
      vkey: { type: 'string', multiple: true },
      policy: { type: 'string' },
      tsa: { type: 'string' },
      theirs: { type: 'string' },
      'theirs-vkey': { type: 'string', multiple: true },
      day: { type: 'string' },
      tolerance: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  })
  const { dir, proof, leaf, vkey, tolerance, json } = values
  const [policy, tsa] = [values.policy, values.tsa].map(path =>
    path === undefined ? undefined : readFileSync(path),
  )
  if (tsa && (dir === undefined || values.theirs !== undefined)) throw new Error('not so:')
  if ((dir === undefined) === (proof === undefined) || !/^\d{1,9}$/.test(tolerance))
    throw new Error('not so:')
  if (dir !== undefined) {
    const toleranceMs = Number(tolerance) * 1000
    const { theirs, day } = values
    const ours = { directory: dir, vkey: vkey?.join('\n'), policy }
    if (theirs !== undefined) {
      const other = { directory: theirs, vkey: values['theirs-vkey']?.join('\n'), policy }
      const found = reconcile({ ours, theirs: other, day: day ?? '', toleranceMs })
      console.log(json ? JSON.stringify(found) : printReconciliation(found).join('\n'))
      return RECONCILE_EXIT[found.verdict]
    }
    const report = verifyExport({ ...ours, tsa, toleranceMs })
    console.log(json ? JSON.stringify(report) : printReport(report).join('\n'))
    return EXIT[report.verdict]
  }
  const reading = policy && readPolicy(policy)
  if (reading?.ok === false) throw new Error(`the policy, line ${reading.line}: ${reading.says}`)
  const report = verifyProof({
    proof: readFileSync(proof ?? ''),
    leaf: leaf === undefined ? undefined : readFileSync(leaf),
    keys: [...(vkey ?? []).map(readKey).filter(key => key !== undefined), ...(reading?.policy.logs ?? [])],
    policy: reading?.policy,
  })
  console.log(json ? JSON.stringify(report) : printProofReport(report).join('\n'))
  return EXIT[report.verdict]
}
