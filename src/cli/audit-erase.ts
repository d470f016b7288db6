import type { Command } from 'commander'
import { counted } from './agreement-desk.ts'
import { instantOf } from './audit-records.ts'
import { asOfficer, type OfficerOptions, officerCommand, Stop } from './officer.ts'
import type { Terminal } from './terminal.ts'

interface EraseOptions extends OfficerOptions {
  readonly why: string
  readonly xid?: string
  readonly reference?: string
  readonly before?: string
}

/** `concordat audit erase`: lets what leaves commit to be forgotten. */
export function eraseCommand(terminal: Terminal): Command {
  return officerCommand(
    'erase',
    'erase for good who was behind leaves of the ledger, and what finds them; the leaves stay (data-protection officer)',
  )
    .requiredOption('--why <text>', 'the ground; it is recorded, sealed, with your name')
    .option('--xid <id>', 'one exchange')
    .option('--reference <text>', 'all documents that carry it, shared or received')
    .option('--before <time>', 'everything before this day or instant (UTC), but what officers did')
    .action((options: EraseOptions) =>
      asOfficer(terminal, options, async session => {
        const done = await session.send('Erasure', '/v1/erasures', orderIn(options))
        if (options.json) return terminal.out(JSON.stringify(done, null, 2))
        terminal.out(`${counted(done.erased, 'leaf', 'leaves')} can no longer be opened or found`)
        terminal.out(`in the ledger as ${done.recordedAs}`)
      }),
    )
}

function orderIn({ why, xid: exchange, reference, before }: EraseOptions): {
  why: string
  exchange?: string
  reference?: string
  before?: string
} {
  if ([exchange, reference, before].filter(one => one !== undefined).length !== 1)
    throw new Stop(2, 'expected one of --xid, --reference and --before')
  if (exchange !== undefined) return { why, exchange }
  if (reference !== undefined) return { why, reference }
  return { why, before: instantOf('--before', before ?? '') }
}
