/**
 * The memory: an append-only tree of leaves that anybody can check (RFC 6962 hashing, C2SP tlog-tiles, signed-note and
 * tlog-checkpoint, all unchanged). This folder makes texts, hashes and proofs; where they are kept is a port.
 */
export { type Checkpoint, printCheckpoint, readCheckpoint } from './checkpoint.ts'
export { type Checkpointer, type CheckpointerParts, makeCheckpointer } from './checkpointer.ts'
export { type LeafWriter, MAX_LEAF_BYTES, makeLeafWriter, type WrittenLeaf } from './leaf.ts'
export { type Commitments, EVENT_CODES, type LeafFacts, type LeafKind, type Tally } from './leaf-kinds.ts'
export type { Head, LedgerReader, LedgerStore, SavedCheckpoint } from './ledger-store.ts'
export {
  keyId,
  type NoteFault,
  type NoteKey,
  type NoteReading,
  type NoteSigner,
  openNote,
  printVkey,
  readVkey,
  signNote,
} from './note.ts'
export {
  type ConsistencyClaim,
  consistencyProof,
  type InclusionClaim,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts'
export { entryBundle, MAX_ENTRY_BYTES, readEntryBundle, tilePath } from './tiles.ts'
export {
  type Edge,
  edgeOf,
  emptyRoot,
  type FullTile,
  type GrowingTree,
  growTree,
  HASH_BYTES,
  leafHash,
  nodeHash,
  rootAt,
  rootOf,
  TILE_WIDTH,
  type TreeSource,
} from './tree.ts'
