import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { type AgencyId, isAgencyId } from '../../terms/terms.ts'

export type Database = DatabaseSync
/** Makes connections. The one place where tests put in a driver whose disk fails. */
export type Driver = typeof DatabaseSync
export type Row = Record<string, SQLOutputValue>

/** Names of the files in a store's directory. */
export const MAIN_FILE = 'concordat.db'
export const VAULT_FILE = 'vault.db'
export const LOCK_FILE = 'concordat.lock'
export const RESERVE_FILE = 'reserve'
export const UNRECORDED_FILE = 'unrecorded'

/** How long a statement waits for a lock that another process holds on the file (an export, a backup), ms. */
const BUSY_MS = 5000

/**
 * A connection that writes. FULL: an fsync for each commit, so that what was answered outlives a power cut.
 * `secure_delete`: deleted text is overwritten, not only forgotten.
 */
export function openForWriting(file: string, Driver: Driver = DatabaseSync): Database {
  const db = new Driver(file, { timeout: BUSY_MS })
  db.exec('PRAGMA page_size = 16384')
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA synchronous = FULL')
  db.exec('PRAGMA foreign_keys = ON')
  db.exec('PRAGMA trusted_schema = OFF')
  db.exec('PRAGMA secure_delete = ON')
  db.exec('PRAGMA journal_size_limit = 67108864')
  return db
}

/** A connection that cannot write; sees each commit as soon as it is durable. */
export function openForReading(file: string): Database {
  const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS })
  db.exec('PRAGMA trusted_schema = OFF')
  return db
}

/**
 * What a driver error means for the store. `full`: no space, nothing was written, may pass. `busy`: another process has
 * the lock, nothing was written. `own`: this command cannot be carried out, the store is well. `broken`: the disk or the
 * file cannot be trusted any more; the fsync must not be tried again, the kernel may have dropped the pages.
 */
export type FaultKind = 'full' | 'busy' | 'own' | 'broken'

const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_FULL = 13
const SQLITE_CONSTRAINT = 19

export function faultKind(fault: unknown): FaultKind {
  const code = resultCode(fault)
  if (code === undefined || code === SQLITE_CONSTRAINT) return 'own'
  if (code === SQLITE_FULL) return 'full'
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) return 'busy'
  return 'broken'
}

/** The primary result code of SQLite, or undefined where the fault is not the driver's. */
function resultCode(fault: unknown): number | undefined {
  if (!(fault instanceof Error) || !('errcode' in fault) || typeof fault.errcode !== 'number')
    return undefined
  return fault.errcode & 0xff
}

export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw misread(column)
  return value
}

export function optionalTextOf(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column)
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw misread(column)
  return value
}

export function optionalNumberOf(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : numberOf(row, column)
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw misread(column)
  return value
}

export function agencyOf(row: Row, column: string): AgencyId {
  const value = textOf(row, column)
  if (!isAgencyId(value)) throw misread(column)
  return value
}

function misread(column: string): Error {
  return new Error(`the column ${column} does not hold what the schema says`)
}
