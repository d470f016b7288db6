import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ProblemsError } from '../../terms/terms.ts'
import { faultKind, LOCK_FILE } from './database.ts'

/**
 * Makes a directory ours until we end, however we end: the lock is SQLite's lock on an empty file, which the kernel lets
 * go with the process. Two gateways on one store would give the same leaf number twice.
 *
 * @throws ProblemsError where another gateway has it
 */
export function lockDirectory(directory: string): Disposable {
  const file = join(directory, LOCK_FILE)
  const db = new DatabaseSync(file, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (fault) {
    db.close()
    if (faultKind(fault) !== 'busy') throw fault
    const says = 'another gateway has this store open'
    throw new ProblemsError([{ file, line: 0, column: 0, code: 'store-in-use', says }])
  }
  return { [Symbol.dispose]: () => db.close() }
}
