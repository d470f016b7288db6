import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, linkSync, mkdtempSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Test as Tap } from 'tap'
import { growTree, type Head, leafHash } from '../../src/ledger/ledger.ts'
import type { Command, Done } from '../../src/stores/sqlite/command.ts'
import { openWriter, type Writer } from '../../src/stores/sqlite/writer.ts'
import { openSqliteLedger } from '../../src/stores/stores.ts'
import type { DurableWrite } from './durable-writes.ts'
import { handClock } from './exchange-store.suite.ts'
import { type Step, shakyDriver } from './shaky-disk.ts'

const NOW = handClock().now()
const FILES = ['concordat.db', 'concordat.db-wal', 'vault.db', 'vault.db-wal']

/** The files as they stand at this moment: what a process that is killed now leaves behind. */
export function imageOf(directory: string): string {
  const image = mkdtempSync(join(dirname(directory), 'store-'))
  for (const name of FILES)
    if (existsSync(join(directory, name))) copyFileSync(join(directory, name), join(image, name))
  const reserve = join(directory, 'reserve')
  if (existsSync(reserve)) linkSync(reserve, join(image, 'reserve'))
  return image
}

export function digestOf(directory: string): string {
  const hash = createHash('sha256')
  for (const name of FILES) {
    const file = join(directory, name)
    hash.update(`${name} ${existsSync(file)}`).update(existsSync(file) ? readFileSync(file) : '')
  }
  return hash.digest('hex')
}

export function apply(writer: Writer, commands: readonly Command[], owed?: string): Done {
  return writer.apply({ now: NOW, commands, owed })
}

export const isAcknowledged = ({ outcomes }: Done) => outcomes.every(({ kind }) => kind === 'answer')

export interface State {
  /** Every row of the main file. */
  readonly main: string
  /** When each row of the vault is due, by its id; the row itself in the text. */
  readonly vault: ReadonlyMap<string, { readonly due: unknown; readonly text: string }>
}

export function stateOf(directory: string): State {
  using main = new DatabaseSync(join(directory, 'concordat.db'), { readOnly: true })
  using vault = new DatabaseSync(join(directory, 'vault.db'), { readOnly: true })
  const rows = vault.prepare('SELECT id, hex(key) || hex(sealed) AS text, expires_at AS due FROM vault').all()
  return {
    main: tablesOf(main)
      .map(name => `${name}\n${rowsOf(main, name).join('\n')}`)
      .join('\n'),
    vault: new Map(rows.map(({ id, due, text }) => [String(id), { due, text: String(text) }])),
  }
}

function tablesOf(db: DatabaseSync): string[] {
  const names = db.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
  return names.all().map(({ name }) => String(name))
}

function rowsOf(db: DatabaseSync, table: string): string[] {
  const rows = db.prepare(`SELECT * FROM ${table}`).all()
  return rows
    .map(row =>
      JSON.stringify(row, (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
      ),
    )
    .sort()
}

/** One write between the state it finds and the state it makes. */
export interface Case {
  readonly write: DurableWrite
  readonly commands: readonly Command[]
  /** A closed store in which it has not happened yet. */
  readonly base: string
  readonly found: State
  readonly made: State
  /** What the connections do for it, in order. */
  readonly steps: readonly Step[]
}

/**
 * Carries the write out once without any trouble.
 *
 * @param base an empty directory, for the store in which it has not happened yet
 */
export function prepare(write: DurableWrite, base: string): Case {
  {
    using writer = openWriter(base)
    if (write.before.length > 0 && !isAcknowledged(apply(writer, write.before))) throw new Error(write.says)
  }
  const directory = imageOf(base)
  const steps: Step[] = []
  let armed = false
  using writer = openWriter(
    directory,
    shakyDriver(step => armed && steps.push(step)),
  )
  const found = stateOf(directory)
  const commands = write.commands(headOf(writer))
  armed = true
  const done = apply(writer, commands)
  armed = false
  if (!isAcknowledged(done)) throw new Error(`${write.says}: ${JSON.stringify(done)}`)
  return { write, commands, base, found, made: stateOf(directory), steps }
}

export function headOf(writer: Writer): Head {
  const [outcome] = apply(writer, [{ kind: 'head' }]).outcomes
  const answer = outcome?.kind === 'answer' ? outcome.answer : null
  if (typeof answer !== 'object' || answer === null || !('root' in answer)) throw new Error('no head')
  return answer
}

/**
 * Opens what is left as at any start, and goes on as its caller would. What was acknowledged is there; what was not is there
 * whole or not at all; the tree is the one over all leaves; and the same command brings everything to the same end.
 */
export async function checkLeft(
  tt: Tap,
  one: Case,
  left: { directory: string; acknowledged: boolean; at: string },
) {
  const { directory, acknowledged, at } = left
  using writer = openWriter(directory)
  const state = stateOf(directory)
  const happened = state.main === one.made.main
  const whole = happened || state.main === one.found.main
  if (!whole) return tt.equal(state.main, one.found.main, `${at}: neither as before nor as after`)
  if (acknowledged && !happened) return tt.fail(`${at}: acknowledged, and lost`)
  const odd = oddIn(state.vault, happened ? one.made.vault : one.found.vault, one)
  if (odd.length > 0) return tt.same(odd, [], `${at}: the vault does not fit`)
  if (!happened || one.write.repeatable) apply(writer, one.commands)
  tt.ok(stateOf(directory).main === one.made.main, `${at}: ${happened ? 'there' : 'repeated'}`)
  if (!goesInTheEnd(writer, one, directory)) tt.fail(`${at}: what was to be forgotten is still there`)
  const head = headOf(writer)
  apply(writer, [{ kind: 'note', leaves: ['{"after":1}'], vault: [] }])
  await checkTree(tt, directory, { ...headOf(writer), before: head.size, at })
}

/** A row whose end is recorded goes with the next sweep, where it has not gone at once. */
function goesInTheEnd(writer: Writer, { commands, found, made }: Case, directory: string): boolean {
  const sweep = commands.filter(({ kind }) => kind === 'forget')
  if (sweep.length > 0) apply(writer, sweep)
  const { vault } = stateOf(directory)
  return [...found.vault.keys()].every(id => made.vault.has(id) || !vault.has(id))
}

/** Rows that must be there and are not: those that were to be forgotten may be due already, or gone once it is recorded. */
function oddIn(vault: State['vault'], wanted: State['vault'], { found, made }: Case): string[] {
  const missing = [...wanted].filter(([id, row]) => vault.get(id)?.text !== row.text).map(([id]) => id)
  const gone = [...found.vault.keys()].filter(id => !made.vault.has(id))
  const staying = wanted === made.vault ? gone.filter(id => vault.has(id) && vault.get(id)?.due !== 0) : []
  return [...missing, ...staying]
}

async function checkTree(tt: Tap, directory: string, head: Head & { before: number; at: string }) {
  using ledger = openSqliteLedger(directory)
  const tree = growTree(0, [], () => {})
  for (const leaf of await ledger.leaves(0, head.size)) tree.append(leafHash(leaf))
  const whole = tree.size === head.before + 1 && Buffer.from(tree.root()).equals(head.root)
  if (!whole) tt.fail(`${head.at}: the tree is not the one over the leaves`)
}
