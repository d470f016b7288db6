import { resolve } from 'node:path'
import { timestamp } from '../kit/kit.ts'
import { openSqliteLedger, type SqliteLedger } from '../stores/stores.ts'
import type { Terminal } from './terminal.ts'

/** Which log of which store a command is about. */
export interface LedgerOptions {
  readonly store: string
  /** The number of the log, from 1; the newest without it. */
  readonly log?: string
}

/**
 * Opens a log of a store for reading, also while the gateway runs. Ends the command and gives undefined where it cannot, or where
 * the log was dropped.
 */
export function openStoredLedger(terminal: Terminal, options: LedgerOptions): SqliteLedger | undefined {
  const ledger = openEvenDropped(terminal, options)
  if (ledger?.droppedAt === undefined) return ledger
  terminal.err(`log ${options.log} was dropped on ${dayOf(ledger.droppedAt)}, after its retention had ended`)
  ledger[Symbol.dispose]()
  terminal.end(3)
  return undefined
}

/** `2034-01-05` */
export function dayOf(at: number): string {
  return timestamp(at).slice(0, 10)
}

/** The same for a log that may have been dropped: little is left of it. */
export function openEvenDropped(terminal: Terminal, { store, log }: LedgerOptions): SqliteLedger | undefined {
  if (log !== undefined && !/^[1-9]\d{0,8}$/.test(log)) {
    terminal.err('--log is a number, counted from 1')
    terminal.end(2)
    return undefined
  }
  try {
    return openSqliteLedger(resolve(terminal.cwd, store), log === undefined ? undefined : Number(log))
  } catch {
    terminal.err(`there is no readable store${log === undefined ? '' : `, or no log ${log},`} in ${store}`)
    terminal.end(3)
    return undefined
  }
}
