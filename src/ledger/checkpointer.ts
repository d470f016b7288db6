import type { Clock } from '../kit/kit.ts'
import { printCheckpoint } from './checkpoint.ts'
import type { Head, LedgerStore, SavedCheckpoint } from './ledger-store.ts'
import { printVkey, signNote } from './note.ts'
import { type LogSigner, printPostQuantumVkey, signPostQuantum } from './post-quantum.ts'

export interface CheckpointerParts {
  readonly store: Pick<LedgerStore, 'head' | 'saveCheckpoint' | 'latestCheckpoint'>
  /** Signs under the log's origin: its name is the first line of the checkpoint. */
  readonly signer: LogSigner
  /** Called before each checkpoint, and gives the signer of the log that grows, where that may become another one. */
  readonly turn?: (signer: LogSigner) => Promise<LogSigner>
  readonly clock: Clock
  /** Shows a stored checkpoint to the world; called once for each, in the order of the log. */
  readonly publish: (note: string) => void
  /** Hears of a checkpoint that could not be made; the next second tries again. */
  readonly onFault: (fault: unknown) => void
}

export interface Checkpointer extends AsyncDisposable {
  /** Signs, stores and publishes a checkpoint if there are leaves that none covers. Calls never overlap. */
  tick(): Promise<void>
  /** From now on a {@link tick} every second. Does not keep the process alive. */
  start(): void
}

const INTERVAL_MS = 1000

/**
 * Covers new leaves by a signed checkpoint. Sign → store → publish: if we die after signing, nobody has seen the note;
 * if we die after storing, it is the one that is published next time. A note that is not stored is never published, so
 * two checkpoints of one size can not be in the world.
 */
export function makeCheckpointer(parts: CheckpointerParts): Checkpointer {
  const { store, turn, clock, publish, onFault } = parts
  let signer = parts.signer
  let published: string | undefined
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function cover(): Promise<void> {
    if (turn) signer = await turn(signer)
    const [head, last] = await Promise.all([store.head(), store.latestCheckpoint()])
    if (last) show(last)
    if (head.size === 0 || head.size <= (last?.size ?? 0)) return
    const checkpoint = await signCheckpoint(signer, head, clock.now())
    await store.saveCheckpoint(checkpoint)
    show(checkpoint)
  }

  function show({ note }: SavedCheckpoint): void {
    if (note !== published) publish(note)
    published = note
  }

  function tick(): Promise<void> {
    running ??= cover().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    tick,
    start() {
      timer ??= setInterval(() => void tick().catch(onFault), INTERVAL_MS).unref()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running?.catch(onFault)
    },
  }
}

/** A head under the name of its log, signed; not to be shown to anybody before it is stored. */
export async function signCheckpoint(signer: LogSigner, head: Head, at: number): Promise<SavedCheckpoint> {
  const { size, root } = head
  const note = await signTwice(printCheckpoint({ origin: signer.name, size, root }), signer, at)
  return { size, root, note, vkey: vkeysOf(signer), at }
}

/** A line for each key: whoever knows only the first passes over the second. */
async function signTwice(text: string, signer: LogSigner, at: number): Promise<string> {
  const { name, postQuantum } = signer
  const note = await signNote(text, signer)
  if (postQuantum === undefined) return note
  return note + (await signPostQuantum(text, { ...postQuantum, name }, Math.floor(at / 1000)))
}

function vkeysOf(signer: LogSigner): string {
  const { name, postQuantum } = signer
  const second = postQuantum && printPostQuantumVkey({ name, publicKey: postQuantum.publicKey })
  return [printVkey(signer), ...(second === undefined ? [] : [second])].join('\n')
}
