import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { APPROVAL_TYPE, printAnswers, readAnswers, statementOf } from '../policy/policy.ts'
import { ProblemsError } from '../terms/terms.ts'
import { counted } from './agreement-desk.ts'
import { headLines } from './agreement-show.ts'
import {
  asOfficer,
  type OfficerOptions,
  type OfficerSession,
  officerCommand,
  Stop,
  tell,
  writeNew,
} from './officer.ts'
import { openPen, type PenOptions, signing } from './officer-pen.ts'
import { makeSheet, sheetLines } from './officer-sheet.ts'
import type { Terminal } from './terminal.ts'

type Schemas = components['schemas']
type Report = Schemas['DraftReport']
type Finding = Schemas['AgreementFinding']
type Answer = Schemas['Answer']

interface ProposeOptions extends OfficerOptions, PenOptions {
  readonly answers?: string
}

/** `concordat agreement propose`: an author freezes a revision under their signature. */
export function proposeCommand(terminal: Terminal): Command {
  return signing(
    officerCommand('propose', 'save a draft, have it checked, and propose it under its author’s signature'),
  )
    .argument('<file>', 'the sharing policy (YAML)')
    .option(
      '--answers <file>',
      'answers to what the checks ask (YAML); written to be filled in where it is not there yet',
    )
    .addHelpText(
      'after',
      '\nWhere something is asked and not answered, an answers file to fill in is printed, and it ends with 1.\nThe last line is the digest of the revision, which `show` and `approve` take.',
    )
    .action((file: string, options: ProposeOptions) =>
      asOfficer(terminal, options, session => propose(terminal, session, file, options)),
    )
}

async function propose(
  terminal: Terminal,
  session: OfficerSession,
  file: string,
  options: ProposeOptions,
): Promise<void> {
  const source = await readFile(resolve(terminal.cwd, file), 'utf8')
  const report = await session.send('DraftReport', '/v1/agreements/drafts', { source }, 'PUT')
  const stops = report.findings.filter(({ level }) => level === 'stop')
  if (stops.length > 0 || report.statement === undefined)
    throw new Stop(1, 'stop: cannot be proposed', ...stops.map(finding => findingLine(file, finding)))
  const answers = await answersTo(terminal, report, options)
  if (answers === undefined) return terminal.end(1)
  const { agreement } = await makeSheet(session, {
    source,
    statement: report.statement,
    changes: report.changes,
  })
  const pen = await openPen(terminal, session.agency, options)
  const approval = { ...pen(APPROVAL_TYPE, statementOf(agreement), 'author') }
  const body = { source, approval, answers: answers.map(answer => ({ ...answer })) }
  const proposed = await session.send('AgreementRevision', '/v1/agreements/proposals', body)
  if (options.json) return terminal.out(JSON.stringify(proposed, null, 2))
  const lines = [
    ...headLines(proposed),
    ...sheetLines(proposed.changes),
    '',
    'proposed',
    proposed.summary.digest,
  ]
  tell(terminal, lines)
}

/** As a compiler prints it. */
function findingLine(file: string, { line, column, check, says, fix }: Finding): string {
  return `  ${file}:${line}:${column} check ${check}: ${says}${fix === undefined ? '' : `; ${fix}`}`
}

/** Answers to everything that is asked; undefined where some are missing, which has been told. */
async function answersTo(
  terminal: Terminal,
  { agreement = '', revision = 0, findings }: Report,
  { answers: file, json }: ProposeOptions,
): Promise<readonly Answer[] | undefined> {
  const asked = findings.filter(({ level }) => level === 'ask')
  const written = file === undefined ? undefined : await textIn(resolve(terminal.cwd, file))
  const given = written === undefined ? [] : answersIn(written, file ?? '')
  const answered = new Map(given.map(answer => [answer.finding, answer]))
  const open = asked.filter(({ key }) => !answered.has(key))
  if (open.length === 0) return asked.flatMap(({ key }) => answered.get(key) ?? [])
  const form = printAnswers(`Answers for ${agreement} revision ${revision}`, open)
  if (file !== undefined && written === undefined) {
    await writeNew(terminal, file, form)
    terminal.err(
      `not proposed: ${counted(open.length, 'question')} to answer; fill in ${file} and propose again`,
    )
  } else {
    terminal.err(
      `not proposed: ${counted(open.length, 'question')} to answer; put a reason to each in a file for --answers`,
    )
    terminal.out(json ? JSON.stringify({ open }, null, 2) : form.replace(/\n$/, ''))
  }
  return undefined
}

async function textIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}

function answersIn(text: string, file: string): readonly Answer[] {
  const reading = readAnswers(text, file)
  if (!reading.ok) throw new ProblemsError(reading.problems)
  return reading.answers
}
