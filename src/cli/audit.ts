import { Command } from 'commander'
import { addFrom, type Shelf } from './shelf.ts'
import type { Terminal } from './terminal.ts'

const commands: Shelf = {
  export: async terminal => (await import('./audit-export.ts')).exportCommand(terminal),
  prove: async terminal => (await import('./audit-prove.ts')).proveCommand(terminal),
  pack: async terminal => (await import('./audit-pack.ts')).packCommand(terminal),
  verify: async terminal => (await import('./audit-verify.ts')).verifyCommand(terminal),
  open: async terminal => (await import('./audit-open.ts')).openCommand(terminal),
  reconcile: async terminal => (await import('./audit-reconcile.ts')).reconcileCommand(terminal),
  register: async terminal => (await import('./audit-register.ts')).registerCommand(terminal),
  search: async terminal => (await import('./audit-search.ts')).searchCommand(terminal),
  siem: async terminal => (await import('./audit-siem.ts')).siemCommand(terminal),
  erase: async terminal => (await import('./audit-erase.ts')).eraseCommand(terminal),
  keys: async terminal => (await import('./audit-witness.ts')).keysCommand(terminal),
  reopen: async terminal => (await import('./audit-witness.ts')).reopenCommand(terminal),
  settle: async terminal => (await import('./audit-witness.ts')).settleCommand(terminal),
  drop: async terminal => (await import('./audit-drop.ts')).dropCommand(terminal),
}

/**
 * `concordat audit`: hands the ledger out, and checks what was handed out.
 *
 * @param asked the word behind `audit`
 */
export async function auditCommand(terminal: Terminal, asked: string | undefined): Promise<Command> {
  const group = new Command('audit').description(
    'export the ledger, prove single leaves of it, verify both; look into it, and let it forget',
  )
  return await addFrom(commands, group, terminal, [asked])
}
