import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type DocumentSchema, loadSchemas, type SchemaRegistry } from '../contract/contract.ts'
import { FORMAT_NAMES, type FormatLoss, type FormatName } from '../formats/formats.ts'
import type { JsonObject } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import type { ReportLine } from '../translation/translation.ts'
import { houseSchemas } from './agreement-desk.ts'
import { labelFrom } from './label.ts'
import { findSchema } from './schema.ts'
import { tableLines } from './table.ts'
import type { Terminal } from './terminal.ts'
import { type Asked, readAsked, readSource, Stop, writeIn } from './translate-edges.ts'
import { findMapping, houseMappings } from './translate-mapping.ts'

export interface TranslateOptions {
  readonly from: string
  readonly to?: string
  readonly mapping?: string
  readonly through?: string
  readonly label?: string
  readonly provider: string
  readonly at?: string
  readonly read: 'json' | 'edxl-rm'
  readonly format?: FormatName
  readonly out?: string
  readonly schemas: string
  readonly mappings: string
  readonly json: boolean
}

const HELP = `
The document goes to standard output, the report to standard error, so that \`> order.json\` keeps them apart.
Without --to only the format changes. No agreement is asked, and nothing is released or recorded.
Ends with 1 where the document, or what becomes of it, does not meet its schema, or a value must not be translated.`

/** `concordat translate`: what a document becomes in another vocabulary, and what is lost on the way. */
export function translateCommand(terminal: Terminal): Command {
  const read = new Option('--read <format>', 'what it is written in').choices(['json', 'edxl-rm'])
  const format = new Option('--format <format>', 'write the result in another format').choices(FORMAT_NAMES)
  return new Command('translate')
    .description('translate a document by a mapping, check it before and after, and report every loss')
    .argument('<document>', 'the document (JSON)')
    .requiredOption('--from <resource>', 'its schema, such as police.operation or police.operation@1.0.0')
    .option('--to <resource>', 'the schema that it is translated to, such as army.opord')
    .option('--mapping <file>', 'a mapping of your own (YAML) instead of those of the program')
    .option(
      '--through <resource>',
      'by two mappings, through this shared schema (default: where no one mapping does it)',
    )
    .option('--label <label>', 'such as OFFICIAL-SENSITIVE, or JSON (default: the label of the document)')
    .option('--provider <agency>', 'the agency that it would come from', 'practice-agency')
    .option('--at <time>', 'when it would be received, RFC 3339 (default: now)')
    .addOption(read.default('json'))
    .addOption(format)
    .option('--out <file>', 'write the result into a file')
    .option('--schemas <directory>', 'document schemas', houseSchemas)
    .option('--mappings <directory>', 'mappings', houseMappings)
    .option('--json', 'answer in JSON: the document, its report, or why there is none', false)
    .addHelpText('after', HELP)
    .action(async (file: string, options: TranslateOptions) => {
      try {
        await deliver(terminal, options, await translate(terminal, file, options))
      } catch (thrown) {
        if (!(thrown instanceof Stop)) throw thrown
        if (options.json) terminal.out(JSON.stringify(thrown.facts, null, 2))
        terminal.err(thrown.message)
        terminal.end(thrown.exit)
      }
    })
}

/** What came of it: the document, what the translation says, and what reading and writing other formats lost. */
interface Outcome {
  readonly document: JsonObject
  readonly schema: DocumentSchema
  readonly label: Label | undefined
  readonly report: readonly ReportLine[]
  readonly losses: readonly FormatLoss[]
}

async function translate(terminal: Terminal, file: string, options: TranslateOptions): Promise<Outcome> {
  const asked = readAsked(options)
  const registry = loadSchemas(resolve(terminal.cwd, options.schemas))
  const from = schemaNamed(registry, options.from)
  const to = schemaNamed(registry, options.to ?? options.from)
  const { document, losses } = await readSource(terminal, file, { read: options.read, from })
  demand(file, from, document)
  const label = asked.label ?? labelFrom(document['label'])
  if (options.to === undefined) return { document, schema: from, label, report: [], losses }
  if (!label) throw new Stop(2, 'the document has no label: give one with --label, such as OFFICIAL')
  const mapping = await findMapping(terminal, { ...options, registry, from, to })
  const made = mapping.translate(document, contextOf(asked, label))
  if (made.kind === 'blocked') {
    const { rule, path } = made
    const says = `blocked by the rule ${rule}${path === '' ? '' : ` at ${path}`}: this must not be translated without a person`
    throw new Stop(1, says, { blocked: { rule, path } })
  }
  demand(`what ${mapping.id} makes of it`, to, made.document)
  return { document: made.document, schema: to, label, report: made.report.lines(), losses }
}

function schemaNamed(registry: SchemaRegistry, named: string): DocumentSchema {
  const found = findSchema(registry, named)
  if (typeof found === 'string') throw new Stop(2, found)
  return found
}

/** @throws Stop where the document does not meet its schema; the value is not told */
function demand(what: string, { resource, version, check }: DocumentSchema, document: JsonObject): void {
  const misfit = check(document)
  if (!misfit) return
  const { pointer, says } = misfit
  const place = pointer === '' ? 'its top' : pointer
  throw new Stop(1, `${what} does not meet ${resource} ${version} at ${place}: ${says}`, {
    invalid: { schema: resource, version, pointer, says },
  })
}

function contextOf({ provider, at, exchangeId }: Asked, label: Label) {
  return { provider, label, receivedAt: at, exchangeId }
}

async function deliver(terminal: Terminal, options: TranslateOptions, outcome: Outcome): Promise<void> {
  const { format, out, json } = options
  const { document, schema, report } = outcome
  const written =
    format === undefined
      ? { text: JSON.stringify(document, null, 2), losses: [] }
      : writeIn(format, schema, outcome)
  const losses = [...outcome.losses, ...written.losses]
  const result = written.text.trimEnd()
  if (out !== undefined) await writeFile(resolve(terminal.cwd, out), `${result}\n`)
  if (json) {
    const { resource, version } = schema
    const answer = { resource, version, document, report, losses }
    return terminal.out(JSON.stringify(format === undefined ? answer : { ...answer, text: result }, null, 2))
  }
  if (out === undefined) terminal.out(result)
  for (const line of [...reportLines(report), ...lossLines(losses)]) terminal.err(line)
}

/** A table for people: where, what became of it, by which rule, how far off, why. */
export function reportLines(report: readonly ReportLine[]): readonly string[] {
  if (report.length === 0) return []
  const rows = report.map(({ path, outcome, rule, error, note = '', reversible }) => [
    path === '' ? '(document)' : path,
    outcome,
    rule,
    error === undefined ? '' : `${error.value} ${error.unit}`,
    reversible === false ? `${note}${note === '' ? '' : '; '}does not come back` : note,
  ])
  const counts = Map.groupBy(report, ({ outcome }) => outcome)
  const summary = [...counts].map(([outcome, lines]) => `${lines.length} ${outcome}`).join(', ')
  return [...tableLines([['path', 'outcome', 'rule', 'error', 'note'], ...rows]), '', summary]
}

function lossLines(losses: readonly FormatLoss[]): readonly string[] {
  if (losses.length === 0) return []
  return tableLines([['lost with the format', 'why'], ...losses.map(({ path, why }) => [path, why])])
}
