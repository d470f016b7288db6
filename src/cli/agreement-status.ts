import type { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { asOfficer, type OfficerOptions, officerCommand, Stop, tell } from './officer.ts'
import type { Terminal } from './terminal.ts'

type Schemas = components['schemas']
type Summary = Schemas['AgreementSummary']
type RevisionSummary = Schemas['RevisionSummary']
type Suspension = Schemas['Suspension']
type UrgentUse = Schemas['UrgentUse']

/** `concordat agreement status`: where every agreement stands. */
export function statusCommand(terminal: Terminal): Command {
  return officerCommand(
    'status',
    'tell where agreements stand: revisions, dates, who is missing, what is suspended',
  )
    .argument('[id]', 'only this agreement')
    .action((id: string | undefined, options: OfficerOptions) =>
      asOfficer(terminal, options, async session => {
        const { agreements } = await session.read('AgreementList', '/v1/agreements')
        const { uses } = await session.read('UrgentUseList', '/v1/urgent-uses')
        const found = agreements.filter(({ agreement }) => id === undefined || agreement === id)
        if (id !== undefined && found.length === 0) throw new Stop(1, `there is no agreement ${id} here`)
        const told = found.map(one => ({
          ...one,
          urgentUses: uses.filter(({ agreement }) => agreement === one.agreement),
        }))
        if (options.json) return terminal.out(JSON.stringify({ agreements: told }, null, 2))
        if (told.length === 0) terminal.out('there are no agreements')
        for (const [at, one] of told.entries()) tell(terminal, agreementLines(one, at === 0))
      }),
    )
}

function agreementLines(
  about: Summary & { readonly urgentUses: readonly UrgentUse[] },
  first: boolean,
): string[] {
  const { agreement, title, provider, recipient, revisions, suspensions, urgentUses } = about
  return [
    `${first ? '' : '\n'}${agreement}: ${title}`,
    `  from ${provider} to ${recipient}`,
    ...revisions.toSorted((a, b) => a.revision - b.revision).flatMap(revisionLines),
    ...suspensions.filter(({ lifted }) => !lifted).flatMap(suspensionLines),
    ...urgentUses.flatMap(urgentLines),
  ]
}

/** One revision in two lines, and a third where somebody has still to act. */
export function revisionLines(summary: RevisionSummary): string[] {
  const { revision, state, origin, effectiveFrom, expiresAt, digest, missing } = summary
  const came = origin === 'file' ? ', from a file' : ''
  return [
    `  revision ${revision}: ${state}${came}, ${dayOf(effectiveFrom)} to ${dayOf(expiresAt)}`,
    `    ${digest}`,
    ...(isOpen(summary) && missing.length > 0 ? [`    missing: ${missing.join(', ')}`] : []),
  ]
}

function isOpen({ state }: RevisionSummary): boolean {
  return state === 'proposed' || state === 'approved'
}

export function suspensionLines({ id, purposes, by, at, reason, resumedBy }: Suspension): string[] {
  const what = purposes ? purposes.join(', ') : 'as a whole'
  const agreed = resumedBy.length > 0 ? `; may go on for ${resumedBy.join(' and ')}` : ''
  return [`  suspended ${what} by ${by} at ${at}: ${reason}${agreed}`, `    suspension ${id}`]
}

export function urgentLines(use: UrgentUse): string[] {
  const { id, purpose, state, openedBy, openedAt, until, reason, reviewedBy } = use
  const reviews = reviewedBy.length > 0 ? `; reviewed by ${reviewedBy.join(' and ')}` : ''
  return [
    `  urgent use for ${purpose}, ${state}: opened by ${openedBy} at ${openedAt}, until ${until}: ${reason}${reviews}`,
    `    urgent use ${id}`,
  ]
}

function dayOf(instant: string): string {
  return instant.endsWith('T00:00:00.000Z') ? instant.slice(0, 10) : instant
}
