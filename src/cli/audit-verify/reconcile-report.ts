import type { Contradiction, OpenExchange, ReconcileReport, SideReport, Told } from './reconcile.ts'
import { printReport } from './report.ts'

/** How the command ends: 0 alike, 1 different or tampered, 3 incomplete. */
export const RECONCILE_EXIT = { good: 0, different: 1, tampered: 1, incomplete: 3 } as const

/** What the two ledgers say of the day, for people: the verdict is the last line. */
export function printReconciliation(report: ReconcileReport): string[] {
  const lines = [...printSide('ours', report.ours), ...printSide('theirs', report.theirs)]
  for (const one of report.differences) lines.push(`different: ${one.kind}: ${printOne(one)}`)
  for (const one of report.open) lines.push(`open: ${one.kind}: ${printOne(one)}`)
  for (const says of report.missing) lines.push(`missing: ${says}`)
  const { alike, heads, differences, open, day } = report
  lines.push(`${day}: ${alike} alike, ${differences.length} different, ${open.length} open`)
  lines.push(`${heads} heads of each other's log were cosigned that day, and are in it`)
  lines.push(VERDICTS[report.verdict])
  return lines
}

const VERDICTS = {
  good: 'good: both ledgers tell the same',
  different: 'different: the ledgers contradict each other',
  tampered: 'tampered: an export is not what was signed; nothing was compared',
  incomplete: 'incomplete: something is missing, so it cannot all be told',
} as const satisfies Record<ReconcileReport['verdict'], string>

function printSide(name: string, { gateway, until, verified }: SideReport): string[] {
  if (verified.verdict !== 'good') return printReport(verified).map(line => `${name}: ${line}`)
  const { origin, size } = verified
  return [`${name}: ${gateway}, ${size} leaves of ${origin}, up to ${until}: good`]
}

function printOne({ xid, from, to, ours, theirs }: Contradiction | OpenExchange): string {
  const what = xid === undefined ? `the log of ${from}, cosigned by ${to}` : `${xid} from ${from} to ${to}`
  return `${what}: ours ${printTold(ours)}, theirs ${printTold(theirs)}`
}

function printTold(told: Told | undefined): string {
  return told ? `leaf ${told.leaf} (${told.says})` : 'has nothing'
}
