import { readdirSync, readFileSync } from 'node:fs'
import { type Problem, ProblemsError } from '../../terms/terms.ts'
import { type Database, numberOf } from './database.ts'

/**
 * Brings a file to the newest form: the numbered `.sql` files beside this module, each once, forwards only. The number
 * reached is kept in `user_version` and written in the same transaction, so a crash between two leaves a whole form.
 *
 * @param prefix which series: empty for the main file, `vault-` for the vault
 * @throws ProblemsError where a newer gateway has written the file
 */
export function migrate(db: Database, file: string, prefix: '' | 'vault-'): void {
  const series = seriesOf(prefix)
  const reached = numberOf(db.prepare('PRAGMA user_version').get() ?? {}, 'user_version')
  if (reached > series.length) throw new ProblemsError([newerThanWe(file, reached, series.length)])
  for (const [index, name] of series.entries()) if (index >= reached) step(db, name, index + 1)
}

/** File names in order. Their numbers count from 001 without a gap. */
function seriesOf(prefix: string): string[] {
  const form = new RegExp(`^${prefix}\\d{3}-[a-z0-9-]+\\.sql$`)
  return readdirSync(new URL('./', import.meta.url))
    .filter(name => form.test(name))
    .sort()
}

function step(db: Database, name: string, number: number): void {
  const sql = readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')
  db.exec(`BEGIN IMMEDIATE;\n${sql};\nPRAGMA user_version = ${number};\nCOMMIT;`)
}

function newerThanWe(file: string, found: number, known: number): Problem {
  const says = `the store has form ${found}, and this gateway knows up to ${known}: it was written by a newer gateway`
  return { file, line: 0, column: 0, code: 'store-newer', says }
}
