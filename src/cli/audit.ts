import { Command } from 'commander'
import { dropCommand } from './audit-drop.ts'
import { eraseCommand } from './audit-erase.ts'
import { exportCommand } from './audit-export.ts'
import { openCommand } from './audit-open.ts'
import { packCommand } from './audit-pack.ts'
import { proveCommand } from './audit-prove.ts'
import { reconcileCommand } from './audit-reconcile.ts'
import { registerCommand } from './audit-register.ts'
import { searchCommand } from './audit-search.ts'
import { siemCommand } from './audit-siem.ts'
import { verifyCommand } from './audit-verify.ts'
import { keysCommand, reopenCommand, settleCommand } from './audit-witness.ts'
import type { Terminal } from './terminal.ts'

/** `concordat audit`: hands the ledger out, and checks what was handed out. */
export function auditCommand(terminal: Terminal): Command {
  return new Command('audit')
    .description('export the ledger, prove single leaves of it, verify both; look into it, and let it forget')
    .addCommand(exportCommand(terminal))
    .addCommand(proveCommand(terminal))
    .addCommand(packCommand(terminal))
    .addCommand(verifyCommand(terminal))
    .addCommand(openCommand(terminal))
    .addCommand(reconcileCommand(terminal))
    .addCommand(registerCommand(terminal))
    .addCommand(searchCommand(terminal))
    .addCommand(siemCommand(terminal))
    .addCommand(eraseCommand(terminal))
    .addCommand(keysCommand(terminal))
    .addCommand(reopenCommand(terminal))
    .addCommand(settleCommand(terminal))
    .addCommand(dropCommand(terminal))
}
