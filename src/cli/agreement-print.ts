import { Command, Option } from 'commander'
import { type PrintFormat, printAgreement } from '../policy/policy.ts'
import { houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface PrintOptions {
  readonly format: PrintFormat
  readonly schemas: string
}

/** `concordat agreement print`: the annex of the agreement, for people. */
export function printCommand(terminal: Terminal): Command {
  const format = new Option('--format <format>', 'how it is written')
    .choices(['markdown', 'html'] satisfies readonly PrintFormat[])
    .default('markdown')
  return new Command('print')
    .description('print a sharing policy as the annex of its agreement: sentences and tables for people')
    .argument('<file>', 'the sharing policy (YAML)')
    .addOption(format)
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .addHelpText('after', '\nThe HTML page stands alone: attach it, or print it from a browser.')
    .action(async (file: string, options: PrintOptions) => {
      const agreement = await openDesk(terminal, options.schemas).compile(file)
      terminal.out(printAgreement(agreement, options.format).trimEnd())
    })
}
