import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ExchangeStore, ShapeReader, ShapeStore } from '../../delivery/delivery.ts'
import type { AgreementStore } from '../../governance/governance.ts'
import type { Clock } from '../../kit/kit.ts'
import type {
  AnchorStore,
  DropStore,
  LedgerReader,
  LedgerStore,
  VaultReader,
  VaultStore,
  WitnessStore,
} from '../../ledger/ledger.ts'
import { ProblemsError } from '../../terms/terms.ts'
import { openAnchorReader } from './anchor-table.ts'
import { type Done, type Hindrance, leavesIn, type Reply, type Request } from './command.ts'
import { type CommitQueue, makeCommitQueue } from './commit-queue.ts'
import { type Database, MAIN_FILE, openForReading, VAULT_FILE } from './database.ts'
import { type Droppable, openDroppable } from './drop-table.ts'
import { openLogs } from './log-table.ts'
import { type Cosignatures, openCosignatures, openLedgerReader, openReader, type Reader } from './reader.ts'
import { openShapeReader } from './shape-table.ts'
import { keepUnrecorded, type Unrecorded } from './unrecorded.ts'
import { openVaultReader } from './vault-table.ts'

/** All ports in one: what is recorded together has to be in one transaction. */
export type Store = ExchangeStore &
  LedgerStore &
  AgreementStore &
  ShapeStore &
  VaultStore &
  WitnessStore &
  AnchorStore &
  DropStore

export interface SqliteStoreParts {
  /** Made where it does not exist; held against every other gateway until the store is closed. */
  readonly directory: string
  readonly clock: Clock
  /** Called once when nothing can be recorded any more (an I/O error, the thread has died). The process should end. */
  readonly onFailure: (fault: Error) => void
  /** Undefined where nobody is told of a full disk and the ledger does not say what it has missed. */
  readonly shortage?: Shortage
}

/** What is to be done about a disk that is full for a while. */
export interface Shortage {
  /** Called when the disk is found to be full, and when it has space again. `unrecorded` leaves could not be written so far. */
  onChange(short: boolean, unrecorded: number): void
  /** Words the leaf that says how many leaves could not be written: the first one that can. */
  leaf(why: string, count: number): string
}

/**
 * The embedded store: one writing connection in a thread of its own, one reading connection here.
 *
 * @throws ProblemsError `store-in-use`, `store-newer`, `store-damaged`, `ledger-damaged`, `ledger-rolled-back`, `ledger-changed`
 */
export async function openSqliteStore(parts: SqliteStoreParts): Promise<Store> {
  const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: parts.directory })
  await untilReady(thread)
  const unrecorded = keepUnrecorded(parts.directory)
  const debt = makeDebt(unrecorded, parts.shortage)
  const queue = makeCommitQueue({
    post(commands) {
      const owed = commands.some(command => leavesIn(command) > 0) ? debt.owed() : undefined
      post(thread, { kind: 'apply', now: parts.clock.now(), commands, owed })
    },
    onUnrecorded: (command, why) => unrecorded.add(leavesIn(command), why),
  })
  const end = watch(thread, { queue, onDone: debt.done, onFailure: parts.onFailure })
  const db = await openForReadingOr(end, join(parts.directory, MAIN_FILE))
  const reader = openReader(db)
  const vaultFile = await openForReadingOr(end, join(parts.directory, VAULT_FILE))
  return {
    ...writing(queue, reader),
    ...reading(reader),
    ...openLedgerReader(db),
    ...openAnchorReader(db),
    log: number => openLedgerReader(db, number),
    ...openVaultReader(vaultFile),
    async [Symbol.asyncDispose]() {
      await queue.drained()
      queue.fail('thread-ended')
      for (const file of [db, vaultFile]) if (file.isOpen) file.close()
      await end()
      unrecorded[Symbol.dispose]()
    },
  }
}

async function openForReadingOr(end: () => Promise<void>, file: string): Promise<Database> {
  try {
    return openForReading(file)
  } catch (fault) {
    await end()
    throw fault
  }
}

/** One log of a store, with what witnesses have said of it. */
export type SqliteLedger = LedgerReader & Cosignatures & Pick<AnchorStore, 'anchors'> & Droppable & Disposable

/**
 * Reads the ledger of a store, also while its gateway runs.
 *
 * @param number of the log, counted from 1; without it the one that grows now, also when that is closed meanwhile
 */
export function openSqliteLedger(directory: string, number?: number): SqliteLedger {
  const db = openForReading(join(directory, MAIN_FILE))
  const log = number ?? openLogs(db)().length
  return {
    ...openLedgerReader(db, log),
    ...openCosignatures(db, log),
    ...openAnchorReader(db, log),
    ...openDroppable(db, log),
    [Symbol.dispose]: () => db.close(),
  }
}

/** Reads the vault of a store, also while its gateway runs. */
export function openSqliteVault(directory: string): VaultReader & Disposable {
  const db = openForReading(join(directory, VAULT_FILE))
  return { ...openVaultReader(db), [Symbol.dispose]: () => db.close() }
}

/** Reads the shapes of past traffic in a store, also while its gateway runs. */
export function openSqliteShapes(directory: string): ShapeReader & Disposable {
  const db = openForReading(join(directory, MAIN_FILE))
  try {
    const reader = openShapeReader(db)
    return { shapes: async query => reader.shapes(query), [Symbol.dispose]: () => db.close() }
  } catch (fault) {
    db.close()
    throw fault
  }
}

function writing(queue: CommitQueue, reader: Reader) {
  return {
    async note(leaves, vault = []) {
      await queue.apply({ kind: 'note', leaves, vault })
    },
    release: (entries, once) => queue.apply({ kind: 'release', entries, once }),
    accept: (batch, entries) => queue.apply({ kind: 'accept', batch, entries }),
    async settle(entries) {
      await queue.apply({ kind: 'settle', entries })
    },
    async erase(now, leaf) {
      for (;;) {
        const count = reader.due(now)
        const words = count > 0 ? leaf(count) : undefined
        if (await queue.apply({ kind: 'erase', due: now, count, leaf: words })) return count
      }
    },
    forget: (ids, leaf) => queue.apply({ kind: 'forget', ids, leaf }),
    async rememberRevision(agreement, revision, digest) {
      await queue.apply({ kind: 'remember', agreement, revision, digest })
    },
    addActs: entries => queue.apply({ kind: 'acts', entries }),
    async markTold(ids, at) {
      await queue.apply({ kind: 'told', ids, at })
    },
    async saveDraft(draft, leaf, vault) {
      await queue.apply({ kind: 'draft', draft, leaf, vault })
    },
    async dropDraft(agreement) {
      await queue.apply({ kind: 'drop-draft', agreement })
    },
    async addShapes(entries) {
      await queue.apply({ kind: 'shapes', entries })
    },
    ...witnessing(queue),
    head: () => queue.apply({ kind: 'head' }),
    async saveCheckpoint(checkpoint) {
      const refused = await queue.apply({ kind: 'checkpoint', checkpoint })
      if (refused !== null) throw new Error(refused)
    },
    async openLog(leaves) {
      await queue.apply({ kind: 'open-log', leaves })
    },
    turnLog: (closing, turn) =>
      queue.alone(async apply => {
        const head = await apply({ kind: 'head', leaf: closing })
        await apply({ kind: 'turn-log', closing, ...(await turn(head)) })
      }),
  } satisfies Partial<Store>
}

function witnessing(queue: CommitQueue) {
  return {
    advance: step => queue.apply({ kind: 'advance', step }),
    keepConflict: (conflict, leaf) => queue.apply({ kind: 'conflict', conflict, leaf }),
    settleConflicts: (peer, at, leaf) => queue.apply({ kind: 'settle-conflicts', peer, at, leaf }),
    async saveCosignature(cosignature, log) {
      await queue.apply({ kind: 'cosignature', cosignature, log })
    },
    async saveAnchor(anchor, leaf, log) {
      await queue.apply({ kind: 'anchor', anchor, leaf, log })
    },
    dropLog: order => queue.apply({ kind: 'drop-log', order }),
  } satisfies Partial<Store>
}

function reading(reader: Reader) {
  return {
    leafAt: async number => reader.leafAt(number),
    waiting: async (peer, after, limit) => reader.waiting(peer, after, limit),
    sent: async id => reader.sent(id),
    shared: async query => reader.shared(query),
    sharedOne: async id => reader.sharedOne(id),
    sharedEnd: async () => reader.sharedEnd(),
    backlog: async peer => reader.backlog(peer),
    revision: async agreement => reader.revision(agreement),
    revisions: async () => reader.revisions(),
    acts: async () => reader.acts(),
    drafts: async () => reader.drafts(),
    shapes: async query => reader.shapes(query),
    peerLog: async origin => reader.peerLog(origin),
    peerLogs: async peer => reader.peerLogs(peer),
    conflicts: async () => reader.conflicts(),
    lastCosignature: async (witness, log) => reader.lastCosignature(witness, log),
    cosignatures: async size => reader.cosignatures(size),
    drops: async () => reader.drops(),
  } satisfies Partial<Store>
}

function post(thread: Worker, request: Request): void {
  thread.postMessage(request)
}

function untilReady(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('message', (reply: Reply) => {
      thread.off('error', reject)
      if (reply.kind === 'ready') return resolve()
      const problems = reply.kind === 'unfit' ? reply.problems : undefined
      const fault = problems ? new ProblemsError(problems) : reply.kind === 'unfit' ? reply.fault : undefined
      reject(fault instanceof Error ? fault : new Error('the store cannot be opened', { cause: fault }))
    })
  })
}

/** Goes on owing the ledger a leaf until the thread says that it is durable. One batch is at work at a time. */
function makeDebt(unrecorded: Unrecorded, shortage: Shortage | undefined) {
  let told = 0
  let wasShort = false
  return {
    owed(): string | undefined {
      told = unrecorded.count
      return told > 0 ? shortage?.leaf(unrecorded.why, told) : undefined
    },
    done({ paid, short }: Done): void {
      if (paid) unrecorded.settle(told)
      if (short !== wasShort) shortage?.onChange(short, unrecorded.count)
      wasShort = short
    },
  }
}

interface Hearing {
  readonly queue: CommitQueue
  readonly onDone: (done: Done) => void
  readonly onFailure: (fault: Error) => void
}

/** Hears the thread from now on. Returns how to end it. */
function watch(thread: Worker, { queue, onDone, onFailure }: Hearing): () => Promise<void> {
  let over = false
  function fail(fault: Error, why: Hindrance): void {
    if (over) return
    over = true
    queue.fail(why)
    onFailure(fault)
  }
  const exited = new Promise<void>(resolve => thread.once('exit', () => resolve()))
  thread.on('message', (reply: Reply) => {
    if (reply.kind !== 'applied') return
    queue.settle(reply.outcomes)
    onDone(reply)
    if (reply.broken !== undefined)
      fail(new Error(`nothing can be recorded any more: ${reply.broken}`), 'io-error')
  })
  thread.once('error', fault =>
    fail(fault instanceof Error ? fault : new Error('the store thread has failed'), 'thread-ended'),
  )
  thread.once('exit', () => fail(new Error('the store thread has ended'), 'thread-ended'))
  return async () => {
    over = true
    post(thread, { kind: 'close' })
    await exited
  }
}
