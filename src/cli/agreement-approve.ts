import { type Command, Option } from 'commander'
import type { components } from '../contract/contract.ts'
import { APPROVAL_TYPE, statementOf } from '../policy/policy.ts'
import { counted } from './agreement-desk.ts'
import { answerLines, headLines, revisionPath } from './agreement-show.ts'
import { asOfficer, type OfficerOptions, type OfficerSession, officerCommand, Stop, tell } from './officer.ts'
import { openPen, type PenOptions, signing } from './officer-pen.ts'
import { hasToBeSeen, makeSheet, sheetLines } from './officer-sheet.ts'
import type { Terminal } from './terminal.ts'

type RevisionView = components['schemas']['AgreementRevision']

interface ApproveOptions extends OfficerOptions, PenOptions {
  readonly acknowledge: readonly string[]
  readonly acknowledgeAll: boolean
}

/** `concordat agreement approve`: a second person, or one of the recipient, signs a proposed revision. */
export function approveCommand(terminal: Terminal): Command {
  const some = new Option(
    '--acknowledge <key...>',
    'a change that is looser, by the key in brackets',
  ).default([])
  const all = new Option('--acknowledge-all', 'every change that is looser: all of them have been looked at')
  return signing(officerCommand('approve', 'approve a proposed revision after comparing it with its text'))
    .argument('<digest>', 'the revision, as `status` or `notices` tells it')
    .addOption(some)
    .addOption(all.default(false).conflicts('acknowledge'))
    .addHelpText(
      'after',
      '\nThe text is compiled here and compared with what the gateway says before anything is signed.\nEnds with 1, and the list, where a change that is looser or cannot be compared is not acknowledged.',
    )
    .action((digest: string, options: ApproveOptions) =>
      asOfficer(terminal, options, session => approve(terminal, session, digest, options)),
    )
}

async function approve(
  terminal: Terminal,
  session: OfficerSession,
  digest: string,
  options: ApproveOptions,
): Promise<void> {
  const shown = await session.read('AgreementRevision', revisionPath(digest))
  const { agreement, changes } = await makeSheet(session, shown)
  if (agreement.digest !== digest)
    throw new Stop(1, `the gateway shows ${agreement.digest} under that digest; nothing was signed`)
  if (!options.json) tellSheet(terminal, { ...shown, changes: [...changes] })
  const acknowledged = acknowledge(changes.filter(hasToBeSeen), options)
  const pen = await openPen(terminal, session.agency, options)
  const approval = { ...pen(APPROVAL_TYPE, statementOf(agreement), 'approver') }
  const body = { approval, acknowledged: [...acknowledged] }
  const approved = await session.send('AgreementRevision', revisionPath(digest, '/approvals'), body)
  if (options.json) return terminal.out(JSON.stringify(approved, null, 2))
  const { state, missing } = approved.summary
  const left = missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''
  terminal.out(`\napproved by ${options.person}; now ${state}${left}`)
}

function tellSheet(terminal: Terminal, shown: RevisionView): void {
  const { changes, answers, statement } = shown
  const first = statement['replaces'] === 'none'
  const nothing = first
    ? 'A first revision: all of it is new; `show --source` prints it'
    : 'No difference in meaning'
  const lines = [
    ...headLines(shown),
    ...(changes.length > 0 ? sheetLines(changes) : [`\n${nothing}`]),
    ...(answers.length > 0 ? ['\nAnswers of its author', ...answers.flatMap(answerLines)] : []),
  ]
  tell(terminal, lines)
}

/** The keys of all changes that have to be acknowledged. @throws Stop where one of them is not */
function acknowledge(
  looser: RevisionView['changes'],
  { acknowledge: keys, acknowledgeAll }: ApproveOptions,
): readonly string[] {
  const unknown = keys.find(key => !looser.some(change => change.key === key))
  if (unknown !== undefined) throw new Stop(1, `no change that has to be acknowledged has the key ${unknown}`)
  const left = acknowledgeAll ? [] : looser.filter(({ key }) => !keys.includes(key))
  if (left.length === 0) return looser.map(({ key }) => key)
  throw new Stop(
    1,
    `not approved: ${counted(left.length, 'change')} to acknowledge, each with --acknowledge <key>`,
    ...left.map(
      ({ key, kind, subject, purpose }) => `  ${key} ${kind} ${subject}${purpose ? ` for ${purpose}` : ''}`,
    ),
  )
}
