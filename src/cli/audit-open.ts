import type { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { readPages } from './audit-records.ts'
import { asOfficer, type OfficerOptions, officerCommand, Stop, tell } from './officer.ts'
import type { Terminal } from './terminal.ts'

type Found = components['schemas']['RecordPage']['records'][number]

interface OpenOptions extends OfficerOptions {
  readonly xid: string
  readonly why: string
}

/**
 * `concordat audit open`: what the leaves of one exchange commit to. Only the running gateway holds the keys, and it records who
 * asked before it answers.
 */
export function openCommand(terminal: Terminal): Command {
  return officerCommand(
    'open',
    'open what the leaves of one exchange commit to: for whom it was done, and about what',
  )
    .requiredOption('--xid <id>', 'the exchange')
    .requiredOption('--why <text>', 'what this is for; it is recorded, sealed, with your name')
    .action((options: OpenOptions) =>
      asOfficer(terminal, options, async session => {
        const { entries } = await readPages(
          { why: options.why, xid: options.xid, limit: '10000' },
          async query => {
            const page = await session.read('RecordPage', `/v1/records?${query}`)
            return { entries: page.records.filter(isOf(options.xid)), next: page.next }
          },
        )
        if (options.json) terminal.out(JSON.stringify({ records: entries }, null, 2))
        else tell(terminal, entries.flatMap(openedLines))
        if (entries.length === 0)
          throw new Stop(3, 'nothing can be opened: there is no such exchange, or it has been erased')
      }),
    )
}

/** Leaves of the exchange itself; who has asked about it is found too, and is not meant here. */
function isOf(xid: string): (found: Found) => boolean {
  return ({ leaf }) => new Map<string, unknown>(Object.entries(leaf)).get('xid') === xid
}

/** A leaf, and under it each of its commitments: the value that fits it, or that there is none any more. */
function openedLines({ number, leaf, opened }: Found): readonly string[] {
  const members = new Map<string, unknown>(Object.entries(leaf))
  const values = new Map(Object.entries(opened))
  const committed = Object.keys(Object(members.get('c')))
  return [
    `leaf ${number}, ${String(members.get('id'))}: ${String(members.get('kind'))} at ${String(members.get('t'))}`,
    ...committed.map(name => `  ${name}: ${values.get(name) ?? 'erased, or not what was committed to'}`),
  ]
}
