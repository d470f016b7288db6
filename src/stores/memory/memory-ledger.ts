import {
  growTree,
  type LedgerStore,
  leafHash,
  MAX_ENTRY_BYTES,
  rootAt,
  type SavedCheckpoint,
} from '../../ledger/ledger.ts'

/** @throws Error where a leaf is longer than the format can hold */
export function refuseLong(leaves: readonly string[]): void {
  if (leaves.some(leaf => Buffer.byteLength(leaf) > MAX_ENTRY_BYTES))
    throw new Error('a leaf is longer than the ledger can hold')
}

/** Leaves, tiles and checkpoints in lists. */
export function makeMemoryLedger() {
  const texts: string[] = []
  const hashes: Uint8Array[] = []
  const tiles = new Map<string, Uint8Array>()
  const checkpoints: SavedCheckpoint[] = []
  const tree = growTree(0, [], tile => tiles.set(`${tile.level}/${tile.index}`, tile.hashes))
  const source = {
    leafHash: (index: number) => hashes[index] ?? new Uint8Array(),
    tile: (level: number, index: number) => tiles.get(`${level}/${index}`),
  }

  /** All of them or, where one is too long, none. */
  function append(leaves: readonly string[]): void {
    refuseLong(leaves)
    for (const leaf of leaves) {
      const hash = leafHash(leaf)
      texts.push(leaf)
      hashes.push(hash)
      tree.append(hash)
    }
  }

  const port: LedgerStore = {
    head: async () => ({ size: tree.size, root: tree.root() }),
    size: async () => tree.size,
    leaves: async (from, to) => texts.slice(from, to),
    tile: async (level, index) => source.tile(level, index),
    latestCheckpoint: async () => checkpoints.at(-1),
    async saveCheckpoint(checkpoint) {
      const { size, root } = checkpoint
      if (size <= (checkpoints.at(-1)?.size ?? -1))
        throw new Error('a checkpoint of this size or a larger one is kept already')
      if (size > tree.size) throw new Error('the checkpoint is larger than the ledger')
      if (Buffer.compare(rootAt(size, source), root) !== 0)
        throw new Error('the ledger has another root at this size')
      checkpoints.push(checkpoint)
    },
  }
  return { append, port }
}
