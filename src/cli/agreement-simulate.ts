import { Command } from 'commander'
import {
  type SimulatedDifference,
  type SimulatedItem,
  sampleNames,
  simulateAgreements,
} from '../policy/policy.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import type { Terminal } from './terminal.ts'

interface SimulateOptions {
  readonly samples: true | readonly string[] | undefined
  readonly schemas: string
  readonly json: boolean
}

/** `concordat agreement simulate`: what a revision would have changed for the samples. */
export function simulateCommand(terminal: Terminal): Command {
  return new Command('simulate')
    .description(
      'run two revisions over the samples of the newer one and tell only what differs, without values',
    )
    .argument('<old>', 'the sharing policy in force (YAML)')
    .argument('<new>', 'the other revision (YAML)')
    .option('--samples [names...]', 'only these samples of the newer one (default: all of them)')
    .option('--schemas <directory>', 'document schemas they are written against', houseSchemas)
    .option('--json', 'print the differences as JSON', false)
    .addHelpText(
      'after',
      '\nEach sample is used as it is and as the worked examples change it, for every purpose and role.\nEnds with 1 if more goes, or something goes in another form; otherwise with 0.',
    )
    .action(async (old: string, now: string, options: SimulateOptions) => {
      const desk = openDesk(terminal, options.schemas)
      const [before, after] = [await desk.compile(old), await desk.compile(now)]
      const known = sampleNames(after)
      const names = Array.isArray(options.samples) ? options.samples : [...known]
      const unknown = names.find(name => !known.has(name))
      if (unknown !== undefined) {
        terminal.err(`${now} has no sample ${unknown}; it has ${[...known].join(', ')}`)
        return terminal.end(2)
      }
      const differences = simulateAgreements(before, after, new Set(names))
      if (options.json) terminal.out(JSON.stringify({ samples: names, differences }, null, 2))
      else tell(terminal, differences)
      if (differences.some(isMore)) terminal.end(1)
    })
}

function isMore({ released, items }: SimulatedDifference): boolean {
  return released.newly > 0 || items.some(({ more, changed }) => more + changed > 0)
}

function tell(terminal: Terminal, differences: readonly SimulatedDifference[]): void {
  if (differences.length === 0) terminal.out('no sample comes out otherwise')
  for (const { resource, purpose, roles, documents, released, items } of differences) {
    terminal.out(`${resource} for ${purpose}, asked by ${roles.join(' or ')}: ${totals(items)}`)
    terminal.out(
      `  ${documents.differing} of ${counted(documents.tried, 'document')} ${documents.differing === 1 ? 'differs' : 'differ'}`,
    )
    if (released.newly > 0)
      terminal.out(`  ${counted(released.newly, 'document')} more: refused before, released now`)
    if (released.noLonger > 0)
      terminal.out(`  ${counted(released.noLonger, 'document')} fewer: released before, refused now`)
    for (const { path, ...counts } of items) terminal.out(`  ${path}: ${valueWords(counts)}`)
  }
}

/** Items, not values: an item counts as more where at least one value of it does. */
function totals(items: readonly SimulatedItem[]): string {
  const count = (kind: keyof Omit<SimulatedItem, 'path'>) => items.filter(item => item[kind] > 0).length
  const [more, fewer, changed] = [count('more'), count('fewer'), count('changed')]
  return `${counted(more, 'item')} more, ${fewer} fewer, ${changed} in another form`
}

function valueWords({ more, fewer, changed }: Omit<SimulatedItem, 'path'>): string {
  const parts = [
    ...(more > 0 ? [`${counted(more, 'value')} more`] : []),
    ...(fewer > 0 ? [`${counted(fewer, 'value')} fewer`] : []),
    ...(changed > 0 ? [`${counted(changed, 'value')} in another form`] : []),
  ]
  return parts.join(', ')
}
