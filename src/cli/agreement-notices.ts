import type { Command } from 'commander'
import { asOfficer, type OfficerOptions, officerCommand, tell } from './officer.ts'
import type { Terminal } from './terminal.ts'

/** `concordat agreement notices`: what waits for whom. */
export function noticesCommand(terminal: Terminal): Command {
  return officerCommand('notices', 'tell what waits for somebody of this agency, most pressing first').action(
    (options: OfficerOptions) =>
      asOfficer(terminal, options, async session => {
        const { notices } = await session.read('NoticeList', '/v1/notices')
        if (options.json) return terminal.out(JSON.stringify({ notices }, null, 2))
        if (notices.length === 0) return terminal.out('nothing waits')
        for (const { role, agreement, peer, digest, says } of notices) {
          tell(terminal, [
            `${role}: ${agreement ?? peer ?? ''}: ${says}`,
            ...(digest === undefined ? [] : [`  ${digest}`]),
          ])
        }
      }),
  )
}
