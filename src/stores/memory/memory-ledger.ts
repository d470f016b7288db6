import {
  consistencyProof,
  type GrowingTree,
  growTree,
  type Head,
  inclusionProof,
  type LedgerReader,
  type LedgerStore,
  leafHash,
  MAX_ENTRY_BYTES,
  rootAt,
  type SavedCheckpoint,
  type TreeSource,
} from '../../ledger/ledger.ts'

/** @throws Error where a leaf is longer than the format can hold */
export function refuseLong(leaves: readonly string[]): void {
  if (leaves.some(leaf => Buffer.byteLength(leaf) > MAX_ENTRY_BYTES))
    throw new Error('a leaf is longer than the ledger can hold')
}

interface MemoryLog {
  readonly texts: string[]
  readonly hashes: Uint8Array[]
  readonly tiles: Map<string, Uint8Array>
  readonly checkpoints: SavedCheckpoint[]
  readonly tree: GrowingTree
}

function emptyLog(): MemoryLog {
  const tiles = new Map<string, Uint8Array>()
  const tree = growTree(0, [], tile => tiles.set(`${tile.level}/${tile.index}`, tile.hashes))
  return { texts: [], hashes: [], tiles, checkpoints: [], tree }
}

/** Leaves, tiles and checkpoints in lists; the last of the logs grows. */
export function makeMemoryLedger() {
  const logs: MemoryLog[] = []
  let log = emptyLog()

  /** All of them or, where one is too long, none. Returns the number of the first in the store. */
  function append(leaves: readonly string[]): number {
    refuseLong(leaves)
    const first = logs.reduce((sum, { texts }) => sum + texts.length, log.texts.length)
    for (const leaf of leaves) {
      const hash = leafHash(leaf)
      log.texts.push(leaf)
      log.hashes.push(hash)
      log.tree.append(hash)
    }
    return first
  }

  async function openLog(leaves: readonly string[]): Promise<void> {
    refuseLong(leaves)
    logs.push(log)
    log = emptyLog()
    append(leaves)
  }

  async function saveCheckpoint(checkpoint: SavedCheckpoint): Promise<void> {
    const { size, root } = checkpoint
    if (size <= (log.checkpoints.at(-1)?.size ?? -1))
      throw new Error('a checkpoint of this size or a larger one is kept already')
    if (size > log.tree.size) throw new Error('the checkpoint is larger than the ledger')
    if (Buffer.compare(rootAt(size, sourceOf(log)), root) !== 0)
      throw new Error('the ledger has another root at this size')
    log.checkpoints.push(checkpoint)
  }

  const all = () => [...logs, log]
  const port: LedgerStore = {
    ...readerOf(() => log, all),
    head: async () => ({ size: log.tree.size, root: log.tree.root() }),
    log(number) {
      const found = all()[number - 1]
      if (found === undefined) throw new RangeError('the store has no such log')
      return readerOf(() => found, all)
    },
    openLog,
    saveCheckpoint,
    async turnLog(closing, turn) {
      // Nobody waits here: what was recorded meanwhile stands before the closing leaf, under a new checkpoint.
      for (;;) {
        const head = headWith(closing, log)
        const { checkpoint, leaves } = await turn(head)
        if (headWith(closing, log).size !== head.size) continue
        if (checkpoint.size !== head.size || Buffer.compare(checkpoint.root, head.root) !== 0)
          throw new Error('the checkpoint is not that of the whole log')
        refuseLong([closing, ...leaves])
        append([closing])
        log.checkpoints.push(checkpoint)
        return await openLog(leaves)
      }
    },
  }
  /** By its number in the store. */
  const leafAt = (number: number) => all().flatMap(({ texts }) => texts)[number]

  return { append, leafAt, port, newest: () => all().length }
}

function headWith(leaf: string, { tree }: MemoryLog): Head {
  const grown = growTree(tree.size, tree.edge(), () => undefined)
  grown.append(leafHash(leaf))
  return { size: grown.size, root: grown.root() }
}

function sourceOf(log: MemoryLog): TreeSource {
  return {
    leafHash: index => log.hashes[index] ?? new Uint8Array(),
    tile: (level, index) => log.tiles.get(`${level}/${index}`),
  }
}

function readerOf(log: () => MemoryLog, all: () => readonly MemoryLog[]): LedgerReader {
  function within(size: number): TreeSource {
    if (size > log().tree.size) throw new RangeError('the log has fewer leaves')
    return sourceOf(log())
  }
  return {
    size: async () => log().tree.size,
    leaves: async (from, to) => log().texts.slice(from, to),
    tile: async (level, index) => sourceOf(log()).tile(level, index),
    latestCheckpoint: async () => log().checkpoints.at(-1),
    checkpoints: async (after, limit) =>
      log()
        .checkpoints.filter(({ size }) => size > after)
        .slice(0, limit),
    inclusion: async (index, size) => inclusionProof(within(size), index, size),
    rootAt: async size => rootAt(size, within(size)),
    consistency: async (old, size) => consistencyProof(within(size), old, size),
    logs: async () => all().flatMap(({ texts }) => texts.slice(0, 1)),
  }
}
