import { Command } from 'commander'
import type { Mutant } from '../policy/policy.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface MutateOptions {
  readonly all: boolean
  readonly schemas: string
  readonly json: boolean
}

/** `concordat agreement mutate`: which worked example would notice a cell that is turned round. */
export function mutateCommand(terminal: Terminal): Command {
  return new Command('mutate')
    .description('turn every cell round, one at a time, and name the worked example that catches it')
    .argument('<file>', 'the sharing policy (YAML)')
    .option('--all', 'tell the cells that are caught as well, one by one', false)
    .option('--schemas <directory>', 'document schemas it is written against', houseSchemas)
    .option('--json', 'print every turned cell as JSON', false)
    .addHelpText(
      'after',
      '\nA leak: a cell that keeps something back would share it. A gap: a cell that shares would keep it back.\nEnds with 1 if nobody would notice a leak.',
    )
    .action(async (file: string, { all, schemas, json }: MutateOptions) => {
      const mutants = await openDesk(terminal, schemas).mutate(file)
      if (json)
        terminal.out(JSON.stringify({ file, counts: countsOf(mutants), mutants: mutants.map(told) }, null, 2))
      else tell(terminal, file, mutants, all)
      if (mutants.some(mutant => isLeak(mutant) && isFree(mutant))) terminal.end(1)
    })
}

function isLeak({ flip }: Mutant): boolean {
  return flip === 'share'
}

/** Neither an example nor anything else stands in its way. */
function isFree({ caughtBy, stoppedBy }: Mutant): boolean {
  return caughtBy === undefined && stoppedBy === undefined
}

function told(mutant: Mutant): object {
  return { ...mutant, direction: isLeak(mutant) ? 'leak' : 'gap', survives: isFree(mutant) }
}

interface Counts {
  readonly turned: number
  readonly caught: number
  readonly stopped: number
  readonly surviving: number
}

function countsOf(mutants: readonly Mutant[]): Readonly<Record<'leak' | 'gap', Counts>> {
  const count = (some: readonly Mutant[]): Counts => ({
    turned: some.length,
    caught: some.filter(({ caughtBy }) => caughtBy !== undefined).length,
    stopped: some.filter(({ stoppedBy }) => stoppedBy !== undefined).length,
    surviving: some.filter(isFree).length,
  })
  return { leak: count(mutants.filter(isLeak)), gap: count(mutants.filter(one => !isLeak(one))) }
}

/** What nobody would notice goes where errors go when it is a leak, so that it is seen when the rest is put away. */
function tell(terminal: Terminal, file: string, mutants: readonly Mutant[], all: boolean): void {
  const free = mutants.filter(isFree)
  for (const mutant of all ? mutants : []) terminal.out(lineOf(mutant))
  for (const mutant of free) {
    const direction = isLeak(mutant) ? 'leak' : 'gap'
    const says = `${direction}: ${placeOf(mutant)} could become \`${mutant.flip}\`, and no worked example would notice`
    if (isLeak(mutant)) terminal.err(says)
    else terminal.out(says)
  }
  const { leak, gap } = countsOf(mutants)
  for (const [direction, counts] of Object.entries({ leak, gap })) {
    terminal.out(
      `${direction}: ${counted(counts.turned, 'cell')} turned round; ${counts.caught} caught by an example, ${counts.stopped} stopped elsewhere, ${counts.surviving} unnoticed`,
    )
  }
  if (leak.surviving > 0) terminal.err(`${file}: ${counted(leak.surviving, 'leak')} would go unnoticed`)
}

function lineOf(mutant: Mutant): string {
  const { caughtBy, stoppedBy, flip } = mutant
  const fate = caughtBy === undefined ? (stoppedBy ?? 'nobody') : `“${caughtBy}”`
  const how = caughtBy === undefined && stoppedBy !== undefined ? 'stopped by' : 'caught by'
  return `${placeOf(mutant)} made \`${flip}\`: ${how} ${fate}`
}

function placeOf({ resource, path, purpose }: Mutant): string {
  return `\`${path}\` of ${resource} for ${purpose}`
}
