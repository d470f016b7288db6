import { Command } from 'commander'
import { systemClock } from '../kit/kit.ts'
import type { Agreement, Finding } from '../policy/policy.ts'
import { ProblemsError } from '../terms/terms.ts'
import { counted, type Desk, houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface CheckOptions {
  readonly schemas: string
  readonly previous?: string
  readonly json: boolean
}

/** `concordat agreement check`: everything that can be said about sharing policies before they are proposed. */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .description('compile sharing policies, run their worked examples and look for what authors get wrong')
    .argument('<file...>', 'sharing policies (YAML)')
    .option('--schemas <directory>', 'document schemas they are written against', houseSchemas)
    .option('--previous <file>', 'the revision in force, which the one checked is to follow')
    .option('--json', 'print what was found as JSON', false)
    .addHelpText('after', '\nEnds with 1 if anything stops a policy from being proposed.')
    .action(async (files: readonly string[], { schemas, previous, json }: CheckOptions) => {
      const desk = openDesk(terminal, schemas)
      const before = previous === undefined ? undefined : await desk.compile(previous)
      const reports: Report[] = []
      for (const file of files) reports.push(await check(desk, file, before))
      if (json) terminal.out(JSON.stringify(reports, null, 2))
      else for (const report of reports) tell(terminal, report)
      if (reports.some(({ findings }) => findings.some(isStop))) terminal.end(1)
    })
}

interface Report {
  readonly file: string
  /** Undefined where it does not compile, or an example fails. */
  readonly agreement: Pick<Agreement, 'id' | 'revision' | 'digest' | 'examples'> | undefined
  readonly findings: readonly Finding[]
}

async function check(desk: Desk, file: string, before: Agreement | undefined): Promise<Report> {
  const findings = await desk.lint(file, { previous: before, now: systemClock.now() })
  try {
    const { id, revision, digest, examples } = await desk.compile(file)
    return { file, agreement: { id, revision, digest, examples }, findings }
  } catch (thrown) {
    if (!(thrown instanceof ProblemsError)) throw thrown
    return { file, agreement: undefined, findings }
  }
}

function isStop({ level }: Finding): boolean {
  return level === 'stop'
}

/** What stops goes where errors go, so that it is seen when the rest is put away. */
function tell(terminal: Terminal, { file, agreement, findings }: Report): void {
  if (agreement) {
    const { id, revision, digest, examples } = agreement
    terminal.out(`${id} revision ${revision}: ${examples} worked examples hold`)
    terminal.out(digest)
  }
  const at = (level: Finding['level']) => findings.filter(one => one.level === level)
  const [stops, asks, notes] = [at('stop'), at('ask'), at('note')]
  const tellAll = (heading: string, all: readonly Finding[], say: (line: string) => void) => {
    if (all.length > 0) say(heading)
    for (const finding of all) say(`  ${print(finding)}`)
  }
  tellAll('stop: cannot be proposed', stops, line => terminal.err(line))
  tellAll('ask: needs a written reason for the approver', asks, line => terminal.out(line))
  tellAll('note', notes, line => terminal.out(line))
  const summary = `${file}: ${counted(stops.length, 'stop')}, ${asks.length} to answer, ${counted(notes.length, 'note')}`
  if (stops.length > 0) terminal.err(summary)
  else terminal.out(summary)
}

/** As a compiler prints it: `file:line:column check 21: what would happen; what helps`. */
function print({ file, line, column, check, says, fix }: Finding): string {
  const hint = fix === undefined ? '' : `; ${fix}`
  return `${file}:${line}:${column} check ${check}: ${says}${hint}`
}
