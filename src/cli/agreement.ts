import { Command } from 'commander'
import { addFrom, type Shelf } from './shelf.ts'
import type { Terminal } from './terminal.ts'

const commands: Shelf = {
  check: async terminal => (await import('./agreement-check.ts')).checkCommand(terminal),
  test: async terminal => (await import('./agreement-test.ts')).testCommand(terminal),
  mutate: async terminal => (await import('./agreement-mutate.ts')).mutateCommand(terminal),
  print: async terminal => (await import('./agreement-print.ts')).printCommand(terminal),
  diff: async terminal => (await import('./agreement-diff.ts')).diffCommand(terminal),
  simulate: async terminal => (await import('./agreement-simulate.ts')).simulateCommand(terminal),
  explain: async terminal => (await import('./agreement-explain.ts')).explainCommand(terminal),
  import: async terminal => (await import('./agreement-import.ts')).importCommand(terminal),
  export: async terminal => (await import('./agreement-export.ts')).exportCommand(terminal),
  status: async terminal => (await import('./agreement-status.ts')).statusCommand(terminal),
  show: async terminal => (await import('./agreement-show.ts')).showCommand(terminal),
  draft: async terminal => (await import('./agreement-draft.ts')).draftCommand(terminal),
  propose: async terminal => (await import('./agreement-propose.ts')).proposeCommand(terminal),
  approve: async terminal => (await import('./agreement-approve.ts')).approveCommand(terminal),
  reject: async terminal => (await import('./agreement-end.ts')).endCommand(terminal, 'reject'),
  withdraw: async terminal => (await import('./agreement-end.ts')).endCommand(terminal, 'withdraw'),
  suspend: async terminal => (await import('./agreement-suspend.ts')).suspendCommand(terminal),
  resume: async terminal => (await import('./agreement-suspend.ts')).resumeCommand(terminal),
  urgent: async terminal => (await import('./agreement-urgent.ts')).urgentCommand(terminal),
  notices: async terminal => (await import('./agreement-notices.ts')).noticesCommand(terminal),
  sign: async terminal => (await import('./agreement-sign.ts')).signCommand(terminal),
}

/**
 * `concordat agreement`: checks, prints, compares and tries out sharing policies before they are proposed; and what officers do
 * about them at their gateway, or with files.
 *
 * @param asked the word behind `agreement`
 */
export async function agreementCommand(terminal: Terminal, asked: string | undefined): Promise<Command> {
  const group = new Command('agreement').description(
    'check, print, compare, try out, propose, approve, suspend and sign sharing policies',
  )
  return await addFrom(commands, group, terminal, [asked])
}
