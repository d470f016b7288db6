import type { Command } from 'commander'
import type { components } from '../contract/contract.ts'
import { RESUMPTION_TYPE, resumptionStatement } from '../governance/governance.ts'
import { suspensionLines } from './agreement-status.ts'
import { asOfficer, type OfficerOptions, type OfficerSession, officerCommand, Stop, tell } from './officer.ts'
import { openPen, type PenOptions, signing } from './officer-pen.ts'
import type { Terminal } from './terminal.ts'

type Suspension = components['schemas']['Suspension']

interface SuspendOptions extends OfficerOptions {
  readonly purpose?: readonly string[]
  readonly reason: string
}

/** `concordat agreement suspend`: either side alone stops an agreement at once. */
export function suspendCommand(terminal: Terminal): Command {
  return officerCommand(
    'suspend',
    'stop an agreement at once, on both sides (operator, approver or data-protection officer)',
  )
    .argument('<id>', 'the agreement')
    .option('--purpose <purpose...>', 'only these purposes (default: all of them)')
    .requiredOption('--reason <text>', 'why, for the officers of both sides')
    .addHelpText('after', '\nThe last line is the id of the suspension, which `resume` takes.')
    .action((agreement: string, options: SuspendOptions) =>
      asOfficer(terminal, options, async session => {
        const { reason, purpose } = options
        const which = purpose ? { purposes: [...purpose] } : {}
        const body = { agreement, reason, ...which }
        const suspended = await session.send('Suspension', '/v1/suspensions', body)
        if (options.json) return terminal.out(JSON.stringify(suspended, null, 2))
        tell(terminal, [agreement, ...suspensionLines(suspended).slice(0, 1), suspended.id])
      }),
    )
}

/** `concordat agreement resume`: an approver agrees that a suspended agreement goes on; it does once one of each side has. */
export function resumeCommand(terminal: Terminal): Command {
  return signing(
    officerCommand(
      'resume',
      'agree that a suspended agreement goes on (approver; one of each side is needed)',
    ),
  )
    .argument('<suspension>', 'its id, as `status` tells it')
    .action((id: string, options: OfficerOptions & PenOptions) =>
      asOfficer(terminal, options, async session => {
        const { agreement } = await suspensionIn(session, id)
        const pen = await openPen(terminal, session.agency, options)
        const signature = { ...pen(RESUMPTION_TYPE, resumptionStatement(agreement, id), 'approver') }
        const path = `/v1/suspensions/${encodeURIComponent(id)}/resumption`
        const resumed = await session.send('Suspension', path, { signature })
        if (options.json) return terminal.out(JSON.stringify(resumed, null, 2))
        terminal.out(
          resumed.lifted ? `${agreement} goes on` : `${agreement} goes on once the other side agrees as well`,
        )
      }),
    )
}

async function suspensionIn(session: OfficerSession, id: string): Promise<Suspension> {
  const { agreements } = await session.read('AgreementList', '/v1/agreements')
  const found = agreements.flatMap(({ suspensions }) => suspensions).find(one => one.id === id)
  if (found === undefined) throw new Stop(1, `there is no suspension ${id} here`)
  return found
}
