import { Command } from 'commander'
import { type Json, type JsonObject, systemClock } from '../kit/kit.ts'
import { type Agreement, type Trial, type TrialValue, tryAgreement } from '../policy/policy.ts'
import type { Label } from '../terms/terms.ts'
import { type Desk, houseSchemas, openDesk, readObjectFile } from './agreement-desk.ts'
import { labelFrom, objectIn, readLabel } from './label.ts'
import type { Terminal } from './terminal.ts'

interface ExplainOptions {
  readonly resource: string
  readonly purpose: string
  readonly role: string
  readonly document: string
  readonly label?: string
  readonly context?: string
  readonly at?: string
  readonly values: boolean
  readonly schemas: string
  readonly json: boolean
}

/** `concordat agreement explain`: why the recipient would see what of one document. */
export function explainCommand(terminal: Terminal): Command {
  return new Command('explain')
    .description('decide about one document and say for each item what happens and why; nothing is released')
    .argument('<file>', 'the sharing policy (YAML)')
    .requiredOption('--resource <name>', 'what the document is, such as police.operation')
    .requiredOption('--purpose <name>', 'why it is asked for')
    .requiredOption('--role <name>', 'who asks')
    .requiredOption('--document <file>', 'the document (JSON)')
    .option(
      '--label <label>',
      'such as OFFICIAL, OFFICIAL-SENSITIVE, or JSON (default: the label of the document)',
    )
    .option('--context <json>', 'what the request says: JSON, or a file with it', '{}')
    .option('--at <time>', 'when it is asked, RFC 3339 (default: now)')
    .option('--values', 'show what we hold beside what they would get; personal data', false)
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .option('--json', 'print the explanation as JSON', false)
    .addHelpText(
      'after',
      '\nCode names are made with a practice key. Ends with 1 if the document would be refused.',
    )
    .action(async (file: string, options: ExplainOptions) => {
      const desk = openDesk(terminal, options.schemas)
      const agreement = await desk.compile(file)
      const asked = await readAsked(terminal, options)
      if (typeof asked === 'string') {
        terminal.err(asked)
        return terminal.end(2)
      }
      explain(terminal, desk, agreement, { ...options, ...asked })
    })
}

interface Asked {
  readonly document: JsonObject
  readonly label: Label
  readonly request: JsonObject
  readonly now: number
}

/** What is asked, or what is wrong with the command line. */
async function readAsked(terminal: Terminal, options: ExplainOptions): Promise<Asked | string> {
  const document = await readObjectFile(terminal, options.document)
  if (!document) return `${options.document} is not one JSON object`
  const label = options.label === undefined ? labelFrom(document['label']) : readLabel(options.label)
  if (!label) return `--label: expected OFFICIAL, OFFICIAL-SENSITIVE or {"policy": …, "classification": …}`
  const { context = '{}' } = options
  const inline = context.trimStart().startsWith('{')
  const request = inline ? objectIn(context) : await readObjectFile(terminal, context)
  if (!request) return '--context: expected one JSON object, or a file with one'
  const now = options.at === undefined ? systemClock.now() : Date.parse(options.at)
  if (Number.isNaN(now)) return '--at: expected a time such as 2026-05-02T10:00:00Z'
  return { document, label, request, now }
}

function explain(
  terminal: Terminal,
  desk: Desk,
  agreement: Agreement,
  asked: Asked & Pick<ExplainOptions, 'resource' | 'purpose' | 'role' | 'values' | 'json'>,
): void {
  const trial = tryAgreement(agreement, asked)
  const { resource, document } = asked
  const misfit = desk.schemaOf(resource, agreement.resources.get(resource)?.version)?.check(document)
  if (asked.json)
    terminal.out(JSON.stringify({ ...withoutValues(trial, asked.values), misfit: misfit?.pointer }, null, 2))
  else {
    if (misfit)
      terminal.err(
        `the document does not meet its schema at ${misfit.pointer || 'its top'}: a gateway would refuse it before this`,
      )
    tell(terminal, trial, asked.values)
  }
  if (trial.kind === 'refuse' || misfit) terminal.end(1)
}

function withoutValues(trial: Trial, values: boolean): object {
  if (trial.kind === 'refuse' || values) return trial
  const { kind, items } = trial
  return { kind, items }
}

function tell(terminal: Terminal, trial: Trial, values: boolean): void {
  if (trial.kind === 'refuse') {
    terminal.out(`refused (${trial.code}): ${trial.says}`)
    return
  }
  const present = trial.items.filter(({ outcome }) => outcome !== 'absent')
  for (const { outcome, says } of present) terminal.out(`${outcome.padEnd(8)}  ${says}`)
  const absent = trial.items.length - present.length
  if (absent > 0) terminal.out(`${absent} more could go and are not in the document`)
  const strange = trial.values.filter(({ path }) => path === undefined)
  for (const { at } of strange)
    terminal.out(`unknown   \`${shortened(at)}\` stays, because the schema does not know it`)
  if (values) for (const line of sideBySide(trial.values)) terminal.out(line)
}

const WIDEST = 48

/** What we hold beside what they would get, in columns. */
function sideBySide(values: readonly TrialValue[]): readonly string[] {
  const rows = [
    ['item', 'we hold', 'they would get'],
    ...values.map(({ at, held, given }) => [
      shortened(at),
      held === undefined ? '–' : shortened(held),
      given === undefined ? '–' : shortened(given),
    ]),
  ]
  const width = (column: number) => Math.max(...rows.map(row => Array.from(row[column] ?? '').length))
  const [first, second] = [width(0), width(1)]
  const lines = rows.map(
    ([at = '', held = '', given = '']) => `${at.padEnd(first)}  ${held.padEnd(second)}  ${given}`,
  )
  return ['', ...lines]
}

function shortened(value: Json): string {
  const characters = Array.from(typeof value === 'string' ? value : JSON.stringify(value))
  const plain =
    characters.length > WIDEST ? `${characters.slice(0, WIDEST - 1).join('')}…` : characters.join('')
  return plain.replaceAll(/\p{Cc}/gu, ' ')
}
