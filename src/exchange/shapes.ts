import { dayOf, type ShapeEntry, type ShapeStore } from '../delivery/delivery.ts'
import { type Clock, canonicalJson, type Digest, digestOf, type Log } from '../kit/kit.ts'
import { type Agreement, type Decided, makeShaper, type Shaper } from '../policy/policy.ts'

/** Takes note of the shape of a document that was decided about; never fails and never waits. */
export type NoteShape = (agreement: Agreement, decided: Decided) => void

export interface ShapeCollector extends AsyncDisposable {
  readonly note: NoteShape
}

/** How long shapes wait before they are written, ms. */
const FLUSH_MS = 5_000
/** How many different shapes may wait before they are written at once. */
const MOST_WAITING = 512
/** How many agreements are prepared for at a time. */
const MOST_SHAPERS = 32

type Waiting = Omit<ShapeEntry, 'day' | 'count'> & { count: number }

/**
 * Counts the shapes of decided documents in memory and writes them in the background, equal ones together. No document is kept,
 * not even for the time they wait. What waits is lost in a crash: the ledger tells what was released, shapes only help to judge
 * drafts of agreements.
 */
export function makeShapeCollector(parts: {
  readonly store: Pick<ShapeStore, 'addShapes'>
  readonly clock: Clock
  readonly log: Log
}): ShapeCollector {
  const shapers = new Map<Digest, Shaper>()
  let waiting = new Map<string, Waiting>()
  let running: Promise<void> = Promise.resolve()
  let told = false

  function shaperOf(agreement: Agreement): Shaper {
    const known = shapers.get(agreement.digest)
    if (known) return known
    if (shapers.size >= MOST_SHAPERS) shapers.delete(shapers.keys().next().value ?? agreement.digest)
    const made = makeShaper(agreement)
    shapers.set(agreement.digest, made)
    return made
  }

  function count(agreement: Agreement, decided: Decided): void {
    const shaper = shaperOf(agreement)
    const key = `${agreement.digest} ${shaper.key(decided)}`
    const known = waiting.get(key)
    if (known) {
      known.count += 1
      return
    }
    const shape = shaper.print(decided)
    if (shape) waiting.set(key, entryOf(agreement, decided, canonicalJson(shape)))
    if (waiting.size >= MOST_WAITING) flush()
  }

  function flush(): void {
    if (waiting.size === 0) return
    const day = dayOf(parts.clock.now())
    const entries = [...waiting.values()].map(entry => ({ ...entry, day }))
    waiting = new Map()
    told = false
    const write = parts.store.addShapes(entries).catch((fault: unknown) => {
      parts.log.error('shapes-lost', fault, { shapes: entries.length })
    })
    running = Promise.all([running, write]).then(() => {})
  }

  const timer = setInterval(flush, FLUSH_MS)
  timer.unref()
  return {
    note(agreement, decided) {
      const { resource, purpose } = decided
      if (!agreement.purposes.has(purpose) || !agreement.resources.has(resource)) return
      try {
        count(agreement, decided)
      } catch (fault) {
        // Once for each flush: a fault in every document must not fill the log.
        if (!told) parts.log.error('shape-fault', fault, { agreement: agreement.id, resource, purpose })
        told = true
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      flush()
      await running
    },
  }
}

function entryOf({ id, revision }: Agreement, { resource, purpose }: Decided, text: string): Waiting {
  return { digest: digestOf(text), agreement: id, revision, resource, purpose, text, count: 1 }
}
