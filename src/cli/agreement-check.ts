import { Command } from 'commander'
import { systemClock } from '../kit/kit.ts'
import type { Agreement, Finding, Linted } from '../policy/policy.ts'
import { ProblemsError } from '../terms/terms.ts'
import { counted, type Desk, houseSchemas, openDesk } from './agreement-desk.ts'
import { readTraffic } from './agreement-traffic.ts'
import type { Terminal } from './terminal.ts'

interface CheckOptions {
  readonly schemas: string
  readonly previous?: string
  readonly rules?: string
  readonly traffic?: string
  readonly json: boolean
}

/** `concordat agreement check`: everything that can be said about sharing policies before they are proposed. */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .description('compile sharing policies, run their worked examples and look for what authors get wrong')
    .argument('<file...>', 'sharing policies (YAML)')
    .option('--schemas <directory>', 'document schemas they are written against', houseSchemas)
    .option('--previous <file>', 'the revision in force, which the one checked is to follow')
    .option('--rules <file>', "the agency's own rules: its limits, its baseline and what it accepts (YAML)")
    .option(
      '--traffic <directory>',
      'the store of the gateway: replay past documents from their shapes (with --previous)',
    )
    .option('--json', 'print what was found as JSON', false)
    .addHelpText('after', '\nEnds with 1 if anything stops a policy from being proposed.')
    .action(
      async (files: readonly string[], { schemas, previous, rules, traffic: store, json }: CheckOptions) => {
        const desk = openDesk(terminal, schemas)
        const before = previous === undefined ? undefined : await desk.compile(previous)
        const agency = rules === undefined ? undefined : await desk.rules(rules)
        const traffic =
          before && store !== undefined
            ? await readTraffic(terminal, store, { agreement: before.id })
            : undefined
        if (store !== undefined && !traffic?.ok) {
          terminal.err(
            traffic?.says ?? '--traffic replays past documents under --previous, which is not given',
          )
          return terminal.end(2)
        }
        const given = { previous: before, agency, traffic: traffic?.ok ? traffic.shapes : undefined }
        const reports: Report[] = []
        for (const file of files) reports.push(await check(desk, file, given))
        if (json) terminal.out(JSON.stringify(reports, null, 2))
        else for (const report of reports) tell(terminal, report)
        if (reports.some(({ findings }) => findings.some(isStop))) terminal.end(1)
      },
    )
}

interface Report {
  readonly file: string
  /** Undefined where it does not compile, or an example fails. */
  readonly agreement:
    | (Pick<Agreement, 'id' | 'revision' | 'digest' | 'examples'> & { readonly schemas: readonly Pinned[] })
    | undefined
  readonly findings: readonly Finding[]
}

/** What `schema` of a resource has to say, for the table to be pinned to it. */
interface Pinned {
  readonly resource: string
  readonly version: string
  readonly digest: string
}

async function check(
  desk: Desk,
  file: string,
  given: Pick<Linted, 'previous' | 'agency' | 'traffic'>,
): Promise<Report> {
  const findings = await desk.lint(file, { ...given, now: systemClock.now() })
  try {
    const { id, revision, digest, examples, resources } = await desk.compile(file)
    const schemas = [...resources].map(([resource, pin]) => ({ resource, ...pin }))
    return { file, agreement: { id, revision, digest, examples, schemas }, findings }
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
    const { id, revision, digest, examples, schemas } = agreement
    terminal.out(`${id} revision ${revision}: ${examples} worked examples hold`)
    terminal.out(digest)
    for (const { resource, version, digest: pin } of schemas)
      terminal.out(`  ${resource}: { version: ${version}, digest: ${pin} }`)
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
