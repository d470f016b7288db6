import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ExchangeStore, ShapeReader, ShapeStore } from '../../delivery/delivery.ts'
import type { AgreementStore } from '../../governance/governance.ts'
import type { Clock } from '../../kit/kit.ts'
import type { LedgerReader, LedgerStore } from '../../ledger/ledger.ts'
import { ProblemsError } from '../../terms/terms.ts'
import type { Reply, Request } from './command.ts'
import { type CommitQueue, makeCommitQueue } from './commit-queue.ts'
import { type Database, MAIN_FILE, openForReading } from './database.ts'
import { openLedgerReader, openReader, type Reader } from './reader.ts'
import { openShapeReader } from './shape-table.ts'

/** All ports in one: what is recorded together has to be in one transaction. */
export type Store = ExchangeStore & LedgerStore & AgreementStore & ShapeStore

export interface SqliteStoreParts {
  /** Made where it does not exist; held against every other gateway until the store is closed. */
  readonly directory: string
  readonly clock: Clock
  /** Called once when nothing can be recorded any more (an I/O error, the thread has died). The process should end. */
  readonly onFailure: (fault: Error) => void
}

/**
 * The embedded store: one writing connection in a thread of its own, one reading connection here.
 *
 * @throws ProblemsError `store-in-use`, `store-newer`, `store-damaged`, `ledger-damaged`, `ledger-rolled-back`, `ledger-changed`
 */
export async function openSqliteStore(parts: SqliteStoreParts): Promise<Store> {
  const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: parts.directory })
  await untilReady(thread)
  const queue = makeCommitQueue(commands => post(thread, { kind: 'apply', now: parts.clock.now(), commands }))
  const end = watch(thread, queue, parts.onFailure)
  const db = await openForReadingOr(end, join(parts.directory, MAIN_FILE))
  const reader = openReader(db)
  return {
    ...writing(queue, reader),
    ...reading(reader),
    async [Symbol.asyncDispose]() {
      await queue.drained()
      queue.fail()
      if (db.isOpen) db.close()
      await end()
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

/** Reads the ledger of a store, also while its gateway runs. */
export function openSqliteLedger(directory: string): LedgerReader & Disposable {
  const db = openForReading(join(directory, MAIN_FILE))
  return { ...openLedgerReader(db), [Symbol.dispose]: () => db.close() }
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
    async rememberRevision(agreement, revision, digest) {
      await queue.apply({ kind: 'remember', agreement, revision, digest })
    },
    addActs: entries => queue.apply({ kind: 'acts', entries }),
    async markTold(ids, at) {
      await queue.apply({ kind: 'told', ids, at })
    },
    async saveDraft(draft, leaf) {
      await queue.apply({ kind: 'draft', draft, leaf })
    },
    async dropDraft(agreement) {
      await queue.apply({ kind: 'drop-draft', agreement })
    },
    async addShapes(entries) {
      await queue.apply({ kind: 'shapes', entries })
    },
    head: () => queue.apply({ kind: 'head' }),
    async saveCheckpoint(checkpoint) {
      const refused = await queue.apply({ kind: 'checkpoint', checkpoint })
      if (refused !== null) throw new Error(refused)
    },
  } satisfies Partial<Store>
}

function reading(reader: Reader) {
  return {
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
    size: () => reader.size(),
    leaves: (from, to) => reader.leaves(from, to),
    tile: (level, index) => reader.tile(level, index),
    latestCheckpoint: () => reader.latestCheckpoint(),
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

/** Hears the thread from now on. Returns how to end it. */
function watch(thread: Worker, queue: CommitQueue, onFailure: (fault: Error) => void): () => Promise<void> {
  let over = false
  function fail(fault: Error): void {
    if (over) return
    over = true
    queue.fail()
    onFailure(fault)
  }
  const exited = new Promise<void>(resolve => thread.once('exit', () => resolve()))
  thread.on('message', (reply: Reply) => {
    if (reply.kind !== 'applied') return
    queue.settle(reply.outcomes)
    if (reply.broken !== undefined) fail(new Error(`nothing can be recorded any more: ${reply.broken}`))
  })
  thread.once('error', fault =>
    fail(fault instanceof Error ? fault : new Error('the store thread has failed')),
  )
  thread.once('exit', () => fail(new Error('the store thread has ended')))
  return async () => {
    over = true
    post(thread, { kind: 'close' })
    await exited
  }
}
