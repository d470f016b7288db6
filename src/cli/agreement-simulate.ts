import { Command } from 'commander'
import {
  type Agreement,
  type SimulatedDifference,
  type SimulatedItem,
  sampleNames,
  simulateAgreements,
} from '../policy/policy.ts'
import { counted, houseSchemas, openDesk } from './agreement-desk.ts'
import { readTraffic, tellReplay } from './agreement-traffic.ts'
import type { Terminal } from './terminal.ts'

interface SimulateOptions {
  readonly against?: string
  readonly traffic?: string
  readonly since?: string
  readonly samples: true | readonly string[] | undefined
  readonly schemas: string
  readonly json: boolean
}

const HELP = `
Without --traffic, each sample is used as it is and as the worked examples change it, for every purpose and role.
With --traffic, past documents are decided again from their shapes: what was in them, never what it said. Counts
below five are not told.
Ends with 1 if more goes, something goes in another form, or that cannot be told; otherwise with 0.`

/** `concordat agreement simulate`: what a revision would have changed, for the samples or for past traffic. */
export function simulateCommand(terminal: Terminal): Command {
  return new Command('simulate')
    .description('run two revisions over samples or past traffic and tell only what differs, without values')
    .argument('<old>', 'the sharing policy in force (YAML); with --against, the draft')
    .argument('[new]', 'the other revision (YAML)')
    .option('--against <policy>', 'the sharing policy in force, where only the draft is named')
    .option('--traffic <directory>', 'the store of the gateway: replay past documents from their shapes')
    .option('--since <day>', 'with --traffic: only shapes seen on this day or later, such as 2026-05-02')
    .option('--samples [names...]', 'only these samples of the newer one (default: all of them)')
    .option('--schemas <directory>', 'document schemas they are written against', houseSchemas)
    .option('--json', 'print the differences as JSON', false)
    .addHelpText('after', HELP)
    .action(async (one: string, other: string | undefined, options: SimulateOptions) => {
      const files = filesOf(one, other, options)
      if ('says' in files) {
        terminal.err(files.says)
        return terminal.end(2)
      }
      const desk = openDesk(terminal, options.schemas)
      const pair = [await desk.compile(files.old), await desk.compile(files.now)] as const
      if (options.traffic === undefined) simulateSamples(terminal, pair, files.now, options)
      else await simulateTraffic(terminal, pair, options.traffic, options)
    })
}

interface Files {
  readonly old: string
  readonly now: string
}

/** Which is which, or what is wrong with the command. */
function filesOf(
  one: string,
  other: string | undefined,
  { against, traffic, since, samples }: SimulateOptions,
): Files | { readonly says: string } {
  if (since !== undefined && (traffic === undefined || !/^\d{4}-\d\d-\d\d$/.test(since)))
    return { says: '--since takes a day such as 2026-05-02, and goes with --traffic' }
  if (traffic !== undefined && samples !== undefined)
    return { says: 'either --samples or --traffic: they are two simulations' }
  if ((against === undefined) === (other === undefined))
    return { says: 'name two policies, or the draft and --against the policy in force' }
  return against === undefined ? { old: one, now: other ?? '' } : { old: against, now: one }
}

type Pair = readonly [Agreement, Agreement]

async function simulateTraffic(
  terminal: Terminal,
  pair: Pair,
  directory: string,
  { since, json }: SimulateOptions,
): Promise<void> {
  const traffic = await readTraffic(terminal, directory, { agreement: pair[0].id, since })
  if (!traffic.ok) {
    terminal.err(traffic.says)
    terminal.end(2)
  } else if (tellReplay(terminal, pair, traffic, json)) terminal.end(1)
}

function simulateSamples(
  terminal: Terminal,
  [before, after]: Pair,
  file: string,
  { samples, json }: SimulateOptions,
): void {
  const known = sampleNames(after)
  const names = Array.isArray(samples) ? samples : [...known]
  const unknown = names.find(name => !known.has(name))
  if (unknown !== undefined) {
    terminal.err(`${file} has no sample ${unknown}; it has ${[...known].join(', ')}`)
    return terminal.end(2)
  }
  const differences = simulateAgreements(before, after, new Set(names))
  if (json) terminal.out(JSON.stringify({ samples: names, differences }, null, 2))
  else tell(terminal, differences)
  if (differences.some(isMore)) terminal.end(1)
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
