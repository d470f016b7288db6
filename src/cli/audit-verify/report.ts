import type { ProofReport } from './proof.ts'
import type { VerifyReport } from './verify.ts'

/** How a command ends: 0 good, 1 tampered, 3 incomplete. */
export const EXIT = { good: 0, tampered: 1, incomplete: 3 } as const

/** What was found in an export, for people: the verdict is the last line. */
export function printReport(report: VerifyReport): string[] {
  const lines = printFindings(report)
  if (report.firstBadLeaf !== undefined) lines.push(`first bad leaf: ${report.firstBadLeaf}`)
  const { origin = 'unknown', size = 'no', root = 'unknown', checkpoints } = report
  lines.push(`log ${origin}, ${size} leaves, root ${root}`)
  lines.push(`${checkpoints} signed ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}`)
  if (report.witnessed !== undefined)
    lines.push(`the first ${report.witnessed} leaves were seen by ${witnessesIn(report)}`)
  lines.push(...printStamped(report.stamped))
  const kinds = Object.entries(report.leaves).map(([kind, count]) => `${count} ${kind}`)
  if (kinds.length > 0) lines.push(`read: ${kinds.join(', ')}; ${report.open} forwarded and still open`)
  if (report.vkeyFrom === 'export')
    lines.push(`the key was taken from the export: compare it with the agency's: ${report.vkey ?? 'none'}`)
  lines.push(VERDICTS[report.verdict])
  return lines
}

function witnessesIn({ seenBy, seenAt }: VerifyReport): string {
  const when = seenAt ? `, last at ${new Date(seenAt * 1000).toISOString()}` : ''
  return `${seenBy.join(', ') || 'no witness, and none is asked for'}${when}`
}

function printStamped({ heads, by, newest, authorityFrom }: VerifyReport['stamped']): string[] {
  if (!newest) return []
  const names = by.map(({ subject }) => subject).join('; ')
  const what = `${heads} ${heads === 1 ? 'head is' : 'heads are'} time-stamped by ${names}`
  const said = `${what}; the first ${newest.size} leaves were there at ${new Date(newest.at).toISOString()}`
  if (authorityFrom === 'caller') return [said]
  const prints = by.map(({ fingerprint }) => fingerprint).join('; ')
  return [
    said,
    `the key of the time stamps was taken from the export: compare it with the authority's certificate: ${prints}`,
  ]
}

function printFindings({ findings }: Pick<VerifyReport, 'findings'>): string[] {
  return findings.map(({ kind, code, says }) => `${kind}: ${code}: ${says}`)
}

const VERDICTS = {
  good: 'good: every leaf is the one that was signed',
  tampered: 'tampered: the export is not what was signed, or contradicts itself',
  incomplete: 'incomplete: something is missing, so it cannot be told',
} as const satisfies Record<VerifyReport['verdict'], string>

/** What was found of one leaf and its proof. */
export function printProofReport(report: ProofReport): string[] {
  const lines = printFindings(report)
  const { origin = 'unknown', size = 'unknown', index = 'unknown' } = report
  if (report.leaf !== undefined) lines.push(report.leaf)
  lines.push(`leaf ${index} of ${size} in the log ${origin}`)
  if (report.seenBy.length > 0) lines.push(`seen by ${report.seenBy.join(', ')}`)
  lines.push(PROOF_VERDICTS[report.verdict])
  return lines
}

const PROOF_VERDICTS = {
  good: 'good: the leaf is in the log that was signed',
  tampered: 'tampered: the proof does not hold',
  incomplete: 'incomplete: something is missing, so it cannot be told',
} as const satisfies Record<VerifyReport['verdict'], string>
