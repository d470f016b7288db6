import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { exportSheet } from '../policy/policy.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface ExportOptions {
  readonly out: string
  readonly schemas: string
}

/** `concordat agreement export`: the tables of a policy as a spreadsheet. */
export function exportCommand(terminal: Terminal): Command {
  return new Command('export')
    .description('write the tables of a sharing policy as a spreadsheet, one sheet for each resource')
    .argument('<file>', 'the sharing policy (YAML)')
    .requiredOption('--out <table.xlsx>', 'where the spreadsheet goes')
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .addHelpText('after', '\nAn empty cell is one that nobody has decided; it withholds.')
    .action(async (file: string, { out, schemas }: ExportOptions) => {
      const reading = await openDesk(terminal, schemas).read(file)
      await writeFile(resolve(terminal.cwd, out), exportSheet(reading))
      const { id, revision, resources } = reading.resolved.draft
      terminal.out(`${id} revision ${revision}: ${counted(resources.size, 'table')} written to ${out}`)
    })
}
