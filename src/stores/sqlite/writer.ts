import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { unreachable } from '../../kit/kit.ts'
import { ProblemsError } from '../../terms/terms.ts'
import { openAgreementTable } from './agreement-table.ts'
import { openAnchorTable } from './anchor-table.ts'
import type { Answer, Command, CommandOf, Done, Hindrance, Outcome, Work } from './command.ts'
import {
  type Database,
  type Driver,
  faultKind,
  MAIN_FILE,
  openForWriting,
  textOf,
  VAULT_FILE,
} from './database.ts'
import { openDropTable } from './drop-table.ts'
import { openInboxTable } from './inbox-table.ts'
import { openLedgerTable } from './ledger-table.ts'
import { lockDirectory } from './lock.ts'
import { migrate } from './migrate.ts'
import { openOutboxTable } from './outbox-table.ts'
import { keepReserve } from './reserve.ts'
import { openShapeTable } from './shape-table.ts'
import { openVaultTable } from './vault-table.ts'
import { openWitnessTable } from './witness-table.ts'

/** The one writer of a store. Runs in the store's thread. */
export interface Writer extends Disposable {
  /** Carries out commands that wait together in one transaction, durable on return. One outcome for each, in order. */
  apply(work: Work): Done
}

/**
 * Opens the store in `directory`, or makes a new one, and holds the directory until it is closed.
 *
 * ```
 * well ─no space→ short: only what frees space or is a leaf alone     short ─reserve stands again→ well
 * well | short ─I/O error→ broken: nothing more, ever
 * ```
 *
 * @param Driver of SQLite, where it is not the usual one
 * @throws ProblemsError where the directory is in use or what it holds is not what we last wrote
 */
export function openWriter(directory: string, Driver?: Driver): Writer {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  using parts = new DisposableStack()
  parts.use(lockDirectory(directory))
  const main = parts.adopt(openChecked(join(directory, MAIN_FILE), '', Driver), db => db.close())
  const vaultFile = parts.adopt(openChecked(join(directory, VAULT_FILE), 'vault-', Driver), db => db.close())
  syncDirectory(directory)
  const tables = openTables(main, vaultFile)
  const reserve = keepReserve(directory)
  const open = parts.move()
  let broken: string | undefined
  let short = false
  let owed: string | undefined

  function attempt(commands: readonly Command[], now: number): readonly Outcome[] {
    if (broken !== undefined) return commands.map(() => unavailable('io-error'))
    try {
      return commit(commands, now)
    } catch (fault) {
      return recover(fault, commands, now)
    }
  }

  function commit(commands: readonly Command[], now: number): readonly Outcome[] {
    main.exec('BEGIN IMMEDIATE')
    const paying = owed !== undefined && !short && tables.ledger.head().size > 0
    if (paying) tables.ledger.append([owed ?? ''])
    const outcomes = commands.map(command => answered(perform(tables, command, now)))
    tables.vault.flush()
    main.exec('COMMIT')
    if (paying) owed = undefined
    const erasures = commands.filter(command => command.kind === 'erase')
    if (commands.some(({ kind }) => kind === 'forget')) afterwards(() => tables.vault.bury())
    if (commands.some(({ kind }) => kind === 'drop-log')) afterwards(() => tables.drops.sweep())
    if (erasures.some(({ count }) => count > 0) || outcomes.some(hasCorrected))
      afterwards(() => main.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
    return outcomes
  }

  /** Nothing of the commands has happened. None can fail by itself but by a defect, so that case may be slow. */
  function recover(fault: unknown, commands: readonly Command[], now: number): readonly Outcome[] {
    const kind = rollBack() ? faultKind(fault) : 'broken'
    switch (kind) {
      case 'own':
        if (commands.length === 1) return [{ kind: 'fault', says: messageOf(fault) }]
        return commands.flatMap(command => attempt([command], now))
      case 'busy':
        return commands.map(() => unavailable('locked'))
      case 'full':
        if (short) return commands.map(() => unavailable('disk-full'))
        short = true
        reserve.release()
        return sparingly(commands, now)
      case 'broken':
        broken = messageOf(fault)
        return commands.map(() => unavailable('io-error'))
      default:
        return unreachable(kind)
    }
  }

  function rollBack(): boolean {
    try {
      tables.vault.discard()
      if (main.isTransaction) main.exec('ROLLBACK')
      tables.ledger.reload()
      return true
    } catch {
      return false
    }
  }

  function sparingly(commands: readonly Command[], now: number): readonly Outcome[] {
    const outcomes = attempt(commands.filter(isFrugal), now).values()
    return commands.map(command => (isFrugal(command) && outcomes.next().value) || unavailable('disk-full'))
  }

  /** Deleted text also leaves the write-ahead log. A fault here is not one of the commands, which are durable. */
  function afterwards(cleanUp: () => void): void {
    try {
      cleanUp()
    } catch (fault) {
      if (faultKind(fault) === 'broken') broken = messageOf(fault)
    }
  }

  // A drop that we died in is gone on with.
  afterwards(() => tables.drops.sweep())
  return {
    apply(work) {
      short &&= !reserve.stands(work.now)
      owed = work.owed
      const outcomes = short ? sparingly(work.commands, work.now) : attempt(work.commands, work.now)
      return { outcomes, short, broken, paid: work.owed !== undefined && owed === undefined }
    },
    [Symbol.dispose]: () => open.dispose(),
  }
}

/** Whether a document was deleted because another one has come in its place. */
function hasCorrected(outcome: Outcome): boolean {
  const answer = outcome.kind === 'answer' ? outcome.answer : null
  if (typeof answer !== 'object' || answer === null || !('outcomes' in answer)) return false
  return answer.outcomes.some(one => one.kind === 'stored' && one.corrected)
}

function unavailable(why: Hindrance): Outcome {
  return { kind: 'unavailable', why }
}

function answered(answer: Answer): Outcome {
  return { kind: 'answer', answer }
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

const LAVISH: ReadonlySet<Command['kind']> = new Set(['release', 'accept', 'shapes', 'draft'])

/** What may still be written when the disk is full: leaves without a document, and what makes room. */
function isFrugal(command: Command): boolean {
  return !LAVISH.has(command.kind)
}

type Tables = ReturnType<typeof openTables>

function openTables(main: Database, vaultFile: Database) {
  const ledger = openLedgerTable(main)
  const vault = openVaultTable(vaultFile)
  const rememberRevision = main.prepare(
    `INSERT INTO agreement_revision (agreement, revision, digest) VALUES (?, ?, ?)
     ON CONFLICT (agreement) DO UPDATE SET revision = excluded.revision, digest = excluded.digest
     WHERE excluded.revision > revision`,
  )
  const outbox = openOutboxTable(main, ledger, vault)
  const agreements = openAgreementTable(main, ledger, vault)
  const [inbox, shapes] = [openInboxTable(main, ledger, vault), openShapeTable(main)]
  const witness = openWitnessTable(main, ledger)
  const anchors = openAnchorTable(main, ledger)
  const drops = openDropTable(main, ledger, vault)
  return { ledger, vault, outbox, agreements, inbox, shapes, witness, anchors, drops, rememberRevision }
}

function perform(tables: Tables, command: Command, now: number): Answer {
  switch (command.kind) {
    case 'note':
      note(tables, command)
      return null
    case 'release':
      return tables.outbox.release(command.entries, command.once, now)
    case 'accept':
      return tables.inbox.accept(command.batch, command.entries, now)
    case 'settle':
      tables.outbox.settle(command.entries, now)
      return null
    case 'erase':
      tables.shapes.forget(command.due)
      return tables.inbox.erase(command)
    case 'forget':
      if (!tables.vault.doom(command.ids)) return false
      tables.ledger.append([command.leaf])
      return true
    case 'shapes':
      tables.shapes.add(command.entries)
      return null
    case 'remember':
      tables.rememberRevision.run(command.agreement, command.revision, command.digest)
      return null
    case 'acts':
      return tables.agreements.addActs(command.entries)
    case 'told':
      tables.agreements.markTold(command.ids, command.at)
      return null
    case 'draft':
      tables.agreements.saveDraft(command.draft, command.leaf, command.vault)
      return null
    case 'drop-draft':
      tables.agreements.dropDraft(command.agreement)
      return null
    case 'checkpoint':
      return tables.ledger.saveCheckpoint(command.checkpoint)
    case 'head':
      return tables.ledger.head(command.leaf)
    case 'open-log':
      tables.ledger.openLog(command.leaves)
      return null
    case 'turn-log':
      tables.ledger.turnLog(command)
      return null
    case 'advance':
      return tables.witness.advance(command.step)
    case 'conflict':
      return tables.witness.keepConflict(command.conflict, command.leaf)
    case 'settle-conflicts':
      return tables.witness.settleConflicts(command.peer, command.at, command.leaf)
    case 'cosignature':
      tables.witness.saveCosignature(command)
      return null
    case 'anchor':
      tables.anchors.save(command)
      return null
    case 'drop-log':
      return tables.drops.drop(command.order)
    default:
      return unreachable(command)
  }
}

function note({ ledger, vault }: Tables, { leaves, vault: rows }: CommandOf<'note'>): void {
  const first = ledger.append(leaves)
  for (const [at, row] of rows.entries()) if (row) vault.add(row, first + at)
}

/** A file that is whole and in the newest form. */
function openChecked(file: string, prefix: '' | 'vault-', Driver?: Driver): Database {
  const doubtful = isDoubtful(file)
  const db = openForWriting(file, Driver)
  try {
    if (doubtful) check(db, file)
    migrate(db, file, prefix)
    return db
  } catch (fault) {
    db.close()
    throw fault
  }
}

const QUICK_BYTES = 256 * 1024 * 1024

/** After a stop that was not clean, a log is left. A large file that was closed cleanly is not read whole at each start. */
function isDoubtful(file: string): boolean {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return (log !== undefined && log.size > 0) || (size > 0 && size < QUICK_BYTES)
}

function check(db: Database, file: string): void {
  const found = textOf(db.prepare('PRAGMA quick_check(1)').get() ?? {}, 'quick_check')
  if (found === 'ok') return
  const says = 'the file is damaged: SQLite finds pages or rows that contradict each other'
  throw new ProblemsError([{ file, line: 0, column: 0, code: 'store-damaged', says }])
}

/** A new file outlives a power cut only once its directory is on the disk, too. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
