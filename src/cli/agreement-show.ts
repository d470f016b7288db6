import { type Command, Option } from 'commander'
import type { components } from '../contract/contract.ts'
import { revisionLines } from './agreement-status.ts'
import { asOfficer, type OfficerOptions, officerCommand, tell } from './officer.ts'
import { sheetLines } from './officer-sheet.ts'
import type { Terminal } from './terminal.ts'

type RevisionView = components['schemas']['AgreementRevision']

/** `concordat agreement show`: one revision with everything that has been done about it. */
export function showCommand(terminal: Terminal): Command {
  return officerCommand(
    'show',
    'show one revision: what is signed, what it changes, who has done what about it',
  )
    .argument('<digest>', 'as `status` tells it')
    .addOption(
      new Option('--source', 'print its text (YAML) and nothing else').default(false).conflicts('json'),
    )
    .action((digest: string, options: OfficerOptions & { readonly source: boolean }) =>
      asOfficer(terminal, options, async session => {
        const shown = await session.read('AgreementRevision', revisionPath(digest))
        if (options.json) return terminal.out(JSON.stringify(shown, null, 2))
        if (options.source) return terminal.out(shown.source.replace(/\n$/, ''))
        tell(terminal, [...headLines(shown), ...bodyLines(shown)])
      }),
    )
}

/** Where the gateway answers for one revision, and below it for what is done about it. */
export function revisionPath(digest: string, below = ''): string {
  return `/v1/agreements/${encodeURIComponent(digest)}${below}`
}

/** Which revision it is and where it stands. */
export function headLines({
  agreement,
  title,
  provider,
  recipient,
  summary,
  path,
}: RevisionView): readonly string[] {
  const needs =
    path === 'whole'
      ? 'needs an author and an approver of the provider, and an approver of the recipient'
      : 'nowhere looser: needs an author and an approver of the provider; the recipient is told'
  return [
    `${agreement}: ${title}`,
    `  from ${provider} to ${recipient}`,
    ...revisionLines(summary),
    `  ${needs}`,
  ]
}

function bodyLines(shown: RevisionView): readonly string[] {
  const { statement, changes, approvals, answers, acts, verifiedBy, problems = [] } = shown
  const first = statement['replaces'] === 'none'
  return [
    '\nStatement, which approvals sign',
    ...Object.entries(statement).map(([name, value]) => `  ${name}: ${inOneLine(value)}`),
    ...(changes.length > 0
      ? sheetLines(changes)
      : [first ? '\nA first revision: all of it is new' : '\nNo difference in meaning']),
    ...(answers.length > 0 ? ['\nAnswers of its author', ...answers.flatMap(answerLines)] : []),
    '\nApprovals',
    ...approvals.map(({ person, role, party, at }) => `  ${person} as ${role} of ${party} at ${at}`),
    ...verifiedBy.map(agency => `  verified by the gateway of ${agency}`),
    '\nWhat has been done',
    ...acts.map(actLine),
    ...(problems.length > 0 ? ['\nWhy it was declined', ...problems.map(problemLine)] : []),
  ]
}

/** What its author has answered to the checks. */
export function answerLines({ says, reason }: RevisionView['answers'][number]): readonly string[] {
  return [`  ${says}`, `    answer: ${reason}`]
}

function inOneLine(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function actLine({ kind, from, at, person, reason }: RevisionView['acts'][number]): string {
  const who = person === undefined ? `the gateway of ${from}` : `${person} of ${from}`
  return `  ${at} ${kind} by ${who}${reason === undefined ? '' : `: ${reason}`}`
}

function problemLine({ line, code, says }: NonNullable<RevisionView['problems']>[number]): string {
  return `  ${line > 0 ? `line ${line} ` : ''}${code}: ${says}`
}
