import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { diffAgreements, type ImportedSheet, importSheet, tryExamples } from '../policy/policy.ts'
import { ProblemsError, printProblem } from '../terms/terms.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import { tellChanges } from './agreement-diff.ts'
import type { Terminal } from './terminal.ts'

interface ImportOptions {
  readonly into: string
  readonly resource?: string
  readonly out?: string
  readonly schemas: string
}

/** `concordat agreement import`: takes the tables of a policy from a spreadsheet, or refuses the file and says why. */
export function importCommand(terminal: Terminal): Command {
  return new Command('import')
    .description(
      'put the tables of a spreadsheet in the place of those of a sharing policy, and tell what changes',
    )
    .argument('<table.xlsx>', 'the spreadsheet: rows are items, columns are purposes')
    .requiredOption('--into <policy.yaml>', 'the sharing policy whose tables are replaced')
    .option(
      '--resource <name>',
      'only the table of this resource (default: every sheet, named like its resource)',
    )
    .option('--out <file>', 'write the result here (default: into the policy itself)')
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .addHelpText(
      'after',
      '\nA file with anything hidden, filtered, computed, linked or embedded is refused, and all of it is listed.\nThe revision stays as it is; nothing is written where the result would not read. Ends with 1 where it is refused.',
    )
    .action(async (table: string, options: ImportOptions) => {
      const imported = await read(terminal, table, options)
      if (!imported) return
      const { out = options.into } = options
      await writeFile(resolve(terminal.cwd, out), imported.source)
      tell(terminal, imported, options.into)
      terminal.out(`\n${counted(imported.resources.length, 'table')} of ${table} written to ${out}`)
    })
}

/** What was read; undefined where it is refused, which has been told. */
async function read(
  terminal: Terminal,
  table: string,
  { into, resource, schemas }: ImportOptions,
): Promise<ImportedSheet | undefined> {
  const { parts } = openDesk(terminal, schemas)
  const [bytes, source] = [
    await readFile(resolve(terminal.cwd, table)),
    await readFile(resolve(terminal.cwd, into), 'utf8'),
  ]
  try {
    return importSheet({ bytes, table, source, file: into, parts, resource })
  } catch (thrown) {
    if (!(thrown instanceof ProblemsError)) throw thrown
    for (const problem of thrown.problems) terminal.err(printProblem(problem))
    terminal.err(`refused: ${counted(thrown.problems.length, 'problem')}; nothing was written`)
    terminal.end(1)
    return undefined
  }
}

/** The change sheet, and the worked examples that no longer come out as they state. */
function tell(terminal: Terminal, { before, after }: ImportedSheet, file: string): void {
  const changes = diffAgreements({ reading: before }, { reading: after })
  tellChanges(terminal, before.resolved.draft, after.resolved.draft, changes)
  const failing = tryExamples(after, file).filter(({ problems }) => problems.length > 0)
  if (failing.length === 0) return
  terminal.out(
    `\n${counted(failing.length, 'worked example')} no longer ${failing.length === 1 ? 'holds' : 'hold'}:`,
  )
  for (const { name, problems } of failing) {
    terminal.out(`  ${name}`)
    for (const problem of problems) terminal.out(`    ${printProblem(problem)}`)
  }
}
