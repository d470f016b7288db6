import type { Command } from 'commander'
import { headLines, revisionPath } from './agreement-show.ts'
import { asOfficer, type OfficerOptions, officerCommand, tell } from './officer.ts'
import type { Terminal } from './terminal.ts'

const ENDINGS = {
  reject: { below: '/rejection', says: 'reject a proposed revision (approver of either side)' },
  withdraw: { below: '/withdrawal', says: 'withdraw a proposed revision (author of the provider)' },
} as const

/** `concordat agreement reject` and `withdraw`: a proposal goes no further, and its author learns why. */
export function endCommand(terminal: Terminal, name: keyof typeof ENDINGS): Command {
  const { below, says } = ENDINGS[name]
  return officerCommand(name, says)
    .argument('<digest>', 'the revision, as `status` tells it')
    .requiredOption('--reason <text>', 'why, for the officers of both sides')
    .action((digest: string, options: OfficerOptions & { readonly reason: string }) =>
      asOfficer(terminal, options, async session => {
        const { reason } = options
        const ended = await session.send('AgreementRevision', revisionPath(digest, below), { reason })
        if (options.json) return terminal.out(JSON.stringify(ended, null, 2))
        tell(terminal, headLines(ended))
      }),
    )
}
