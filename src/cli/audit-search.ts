import type { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { looking, type RecordOptions, readPages } from './audit-records.ts'
import { endLine } from './audit-register.ts'
import { asOfficer, type OfficerOptions, officerCommand, tell } from './officer.ts'
import type { Terminal } from './terminal.ts'

type Found = components['schemas']['RecordPage']['records'][number]

/** `concordat audit search`: every leaf about somebody or something. */
export function searchCommand(terminal: Terminal): Command {
  const command = officerCommand(
    'search',
    'find every leaf about a reference, a person or an exchange: what was shared, received, read, refused, decided by officers',
  )
  return looking(command).action((options: OfficerOptions & RecordOptions) =>
    asOfficer(terminal, options, async session => {
      const { entries, more } = await readPages(options, async query => {
        const page = await session.read('RecordPage', `/v1/records?${query}`)
        return { entries: page.records, next: page.next }
      })
      if (options.json) terminal.out(JSON.stringify({ records: entries, more }, null, 2))
      else tell(terminal, [...entries.flatMap(recordLines), endLine(entries.length, 'leaf', more)])
    }),
  )
}

const TOLD = [
  'act',
  'decision',
  'why',
  'rule',
  'from',
  'to',
  'by',
  'role',
  'res',
  'purpose',
  'agreement',
  'count',
]

function recordLines({ number, leaf, opened }: Found): readonly string[] {
  const members = new Map<string, unknown>(Object.entries(leaf))
  const said = TOLD.flatMap(name => (members.has(name) ? [`${name} ${String(members.get(name))}`] : []))
  return [
    `${String(members.get('t'))} ${String(members.get('kind'))}: ${said.join(', ')}`,
    ...Object.entries(opened)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `  ${name}: ${value}`),
    `  leaf ${number}, ${String(members.get('id'))}`,
  ]
}
