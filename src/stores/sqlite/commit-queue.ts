import { Refusal } from '../../terms/terms.ts'
import {
  type Answer,
  type Answers,
  type Command,
  type CommandKind,
  type CommandOf,
  type Hindrance,
  type Outcome,
  weightOf,
} from './command.ts'

/** What one transaction takes at most. */
const BATCH_COMMANDS = 512
const BATCH_BYTES = 8 * 1024 * 1024
/** What may wait at most before we say that it is too much. */
const WAITING_COMMANDS = 4096
const WAITING_BYTES = 64 * 1024 * 1024

interface Waiting {
  readonly command: Command
  readonly bytes: number
  resolve(answer: Answer): void
  reject(fault: unknown): void
}

/**
 * Group commit without a timer: one batch is at work in the thread, and whatever is asked for meanwhile waits here and
 * becomes the next. A lone command goes at once, together with others of the same turn of the event loop.
 */
export interface CommitQueue {
  /** Resolves when the command is durable. Rejects with a Refusal `store-unavailable` or `overloaded`, or with a fault. */
  apply<K extends CommandKind>(command: CommandOf<K>): Promise<Answers[K]>
  /**
   * Gives the store to one alone: what is at work is brought to its end, then only what `work` asks for is carried out, and
   * everything else waits until that has ended. Only one at a time.
   */
  alone<T>(work: (apply: CommitQueue['apply']) => Promise<T>): Promise<T>
  /** The thread has carried out the batch at work. */
  settle(outcomes: readonly Outcome[]): void
  /** Rejects everything from now on. */
  fail(why: Hindrance): void
  /** Resolves when nothing is at work and nothing waits. */
  drained(): Promise<void>
}

export interface CommitQueueParts {
  /** Gives a batch to the thread; it is answered through `settle`. */
  post(commands: readonly Command[]): void
  /** Hears of each command that could not be recorded. */
  onUnrecorded(command: Command, why: Hindrance): void
}

export function makeCommitQueue({ post, onUnrecorded }: CommitQueueParts): CommitQueue {
  let waiting: Waiting[] = []
  /** What the one asks for who has the store alone. */
  let sole: Waiting[] | undefined
  let waitingBytes = 0
  let atWork: readonly Waiting[] = []
  let scheduled = false
  let failed: Hindrance | undefined
  const idle: (() => void)[] = []

  function schedule(): void {
    if (scheduled || atWork.length > 0 || (sole ?? waiting).length === 0) return
    scheduled = true
    setImmediate(send)
  }

  function send(): void {
    scheduled = false
    if (failed !== undefined) return
    if (sole) {
      atWork = sole.splice(0)
      if (atWork.length === 0) return
    } else {
      const count = batchLength(waiting)
      atWork = waiting.slice(0, count)
      waiting = waiting.slice(count)
      waitingBytes -= bytesIn(atWork)
    }
    post(atWork.map(one => one.command))
  }

  function enqueue(entry: Waiting): void {
    if (failed !== undefined) return turnAway(entry, failed)
    if (waiting.length >= WAITING_COMMANDS || waitingBytes + entry.bytes > WAITING_BYTES)
      return entry.reject(new Refusal('overloaded'))
    waiting.push(entry)
    waitingBytes += entry.bytes
    schedule()
  }

  function conclude(one: Waiting, outcome: Outcome | undefined): void {
    if (outcome?.kind === 'answer') one.resolve(outcome.answer)
    else if (outcome?.kind === 'fault') one.reject(new Error(outcome.says))
    else turnAway(one, outcome?.why ?? 'io-error')
  }

  function turnAway(one: Waiting, why: Hindrance): void {
    onUnrecorded(one.command, why)
    one.reject(new Refusal('store-unavailable'))
  }

  function becomeIdle(): void {
    if (atWork.length === 0 && waiting.length === 0 && !sole) for (const resolve of idle.splice(0)) resolve()
  }

  function enqueueSole(entry: Waiting): void {
    if (failed !== undefined) return turnAway(entry, failed)
    sole?.push(entry)
    schedule()
  }

  return {
    apply: command => asked(command, enqueue),
    async alone(work) {
      if (sole) throw new Error('somebody has the store alone already')
      sole = []
      try {
        return await work(command => asked(command, enqueueSole))
      } finally {
        sole = undefined
        schedule()
        becomeIdle()
      }
    },
    settle(outcomes) {
      const batch = atWork
      atWork = []
      for (const [index, one] of batch.entries()) conclude(one, outcomes[index])
      schedule()
      becomeIdle()
    },
    fail(why) {
      failed = why
      const all = [...atWork, ...(sole?.splice(0) ?? []), ...waiting]
      atWork = []
      waiting = []
      for (const one of all) turnAway(one, why)
      becomeIdle()
    },
    drained: () =>
      new Promise(resolve => {
        idle.push(resolve)
        becomeIdle()
      }),
  }
}

/** A command in the queue, and what becomes of it. */
function asked<K extends CommandKind>(
  command: CommandOf<K>,
  enqueue: (entry: Waiting) => void,
): Promise<Answers[K]> {
  return new Promise((resolve, reject) => {
    // The thread answers each command with its own kind of answer, which the message cannot show to the compiler.
    const answer = resolve as (answer: Answer) => void
    enqueue({ command, bytes: weightOf(command), resolve: answer, reject })
  })
}

/** How many of those that wait fit into one transaction; at least one. */
function batchLength(waiting: readonly Waiting[]): number {
  let bytes = 0
  const over = waiting.findIndex((one, index) => {
    bytes += one.bytes
    return index > 0 && (index >= BATCH_COMMANDS || bytes > BATCH_BYTES)
  })
  return over < 0 ? waiting.length : over
}

function bytesIn(batch: readonly Waiting[]): number {
  return batch.reduce((sum, one) => sum + one.bytes, 0)
}
