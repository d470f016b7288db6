import { Worker } from 'node:worker_threads'
import type { Log } from '../kit/kit.ts'
import type { Finding } from '../policy/policy.ts'
import { type Problem, Refusal } from '../terms/terms.ts'
import type { ExaminerGround } from './examiner-thread.ts'

export type Question =
  | { readonly kind: 'study'; readonly source: string }
  | {
      readonly kind: 'lint'
      readonly source: string
      readonly previous: string | undefined
      readonly now: number
    }

export type Reply =
  | { readonly kind: 'studied'; readonly problems: readonly Problem[] }
  | { readonly kind: 'linted'; readonly findings: readonly Finding[] }

/**
 * Looks at texts of agreements in a thread of its own. To compile a text, to run its worked examples and all checks takes half a
 * second for a good one and many for one that is made to; meanwhile exchanges, heartbeats and suspensions go on.
 */
export interface Examiner extends AsyncDisposable {
  /** What keeps a text from becoming an agreement here; empty where nothing does. @throws Refusal agreement-unfit, overloaded */
  study(source: string): Promise<readonly Problem[]>
  /**
   * Everything that can be said about a draft.
   *
   * @param previous the text of the revision that it is to follow
   * @param now milliseconds since 1970
   * @throws Refusal agreement-unfit, overloaded
   */
  lint(source: string, previous: string | undefined, now: number): Promise<readonly Finding[]>
}

/** How many texts wait for their turn. */
const MOST_WAITING = 16
/** How long one text may take; the worst that is known takes five seconds. */
const PATIENCE_MS = 60_000
/** The thread has read all schemas and holds them: it ends when nobody has asked for so long. */
const IDLE_MS = 60_000
const MEMORY = { maxOldGenerationSizeMb: 512 }

/** @param ground what the thread reads for itself; it has no part in the store, the doors or the keys that sign */
export function makeExaminer(ground: ExaminerGround, log: Log): Examiner {
  let thread: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()

  async function end(): Promise<void> {
    clearTimeout(idle)
    const ended = thread
    thread = undefined
    await ended?.terminate()
  }

  function begin(): Worker {
    const begun = new Worker(new URL('./examiner-thread.ts', import.meta.url), {
      workerData: ground,
      resourceLimits: MEMORY,
    })
    begun.unref()
    // It may die when nobody waits for an answer, as of the memory that the last text has taken: that must not end the gateway.
    return begun.on('error', fault => {
      log.error('examination-fault', fault)
      if (thread === begun) thread = undefined
    })
  }

  async function examine(question: Question): Promise<Reply> {
    clearTimeout(idle)
    thread ??= begin()
    try {
      return await answerOf(thread, question)
    } catch (fault) {
      // One that has died has said so already, and one that was ended has no fault.
      if (thread !== undefined) log.error('examination-fault', fault)
      await end()
      throw new Refusal('agreement-unfit', { rule: 'examination' })
    } finally {
      idle = setTimeout(() => void end(), IDLE_MS).unref()
    }
  }

  async function ask(question: Question): Promise<Reply> {
    if (waiting >= MOST_WAITING) throw new Refusal('overloaded')
    waiting++
    const asked = turn.then(() => examine(question))
    turn = asked.catch(() => undefined)
    try {
      return await asked
    } finally {
      waiting--
    }
  }

  return {
    async study(source) {
      const reply = await ask({ kind: 'study', source })
      return reply.kind === 'studied' ? reply.problems : []
    },
    async lint(source, previous, now) {
      const reply = await ask({ kind: 'lint', source, previous, now })
      return reply.kind === 'linted' ? reply.findings : []
    },
    [Symbol.asyncDispose]: end,
  }
}

/** The reply to one question; rejects where the thread dies of it, or takes too long. */
async function answerOf(thread: Worker, question: Question): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const timer = setTimeout(() => reject(new Error('the examination took too long')), PATIENCE_MS)
  const onExit = () => reject(new Error('the examiner has ended'))
  thread.once('message', resolve).once('error', reject).once('exit', onExit)
  try {
    thread.postMessage(question)
    return await promise
  } finally {
    clearTimeout(timer)
    thread.off('message', resolve).off('error', reject).off('exit', onExit)
  }
}
