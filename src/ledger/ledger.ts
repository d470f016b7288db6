/**
 * The memory: an append-only tree of leaves that anybody can check (RFC 6962 hashing, C2SP tlog-tiles, signed-note and
 * tlog-checkpoint, all unchanged). This folder makes texts, hashes and proofs; where they are kept is a port.
 */
export type { Anchor, AnchorStore } from './anchor-store.ts'
export { type Checkpoint, printCheckpoint, readCheckpoint } from './checkpoint.ts'
export {
  type Checkpointer,
  type CheckpointerParts,
  makeCheckpointer,
  signCheckpoint,
} from './checkpointer.ts'
export { type Cosigned, cosign, findCosignature, printWitnessVkey, readWitnessVkey } from './cosignature.ts'
export type { Drop, DropAnswer, DropOrder, DropStore } from './drop-store.ts'
export { type LeafWriter, MAX_LEAF_BYTES, makeLeafWriter, type WrittenLeaf } from './leaf.ts'
export { type Commitments, EVENT_CODES, type LeafFacts, type LeafKind, type Tally } from './leaf-kinds.ts'
export type { Head, LedgerReader, LedgerStore, LogTurn, SavedCheckpoint } from './ledger-store.ts'
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
export { isOfLineage, keyUnder, originOfYear, reopenedOrigin, yearOf } from './origin.ts'
export { findLostHead, type LostHead, type OwnLogs, type WitnessedHeads } from './own-heads.ts'
export {
  judgePostQuantum,
  type LogSigner,
  type PostQuantumKey,
  type PostQuantumSecret,
  printPostQuantumVkey,
  readPostQuantumVkey,
  signPostQuantum,
} from './post-quantum.ts'
export {
  type ConsistencyClaim,
  consistencyProof,
  type InclusionClaim,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts'
export { type LeafProof, printProof } from './proof-file.ts'
export { makePusher, type PushAnswer, type Pusher, type PusherParts } from './pusher.ts'
export { agencyWithPurpose, type SearchKeys, type Tag, type TagKind, tagsUnder, tagUnder } from './tags.ts'
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
export { type Committed, type Keeping, makeVault, type Secrets, type Vault } from './vault.ts'
export {
  type Doomed,
  type KeptRow,
  VAULT_KINDS,
  type VaultKind,
  type VaultReader,
  type VaultRow,
  type VaultStore,
} from './vault-store.ts'
export { printVerifierKeys, readVerifierKeys, type VerifierKeys } from './verifier-keys.ts'
export {
  ADD_CHECKPOINT_BYTES,
  makeWitness,
  printAddCheckpoint,
  readAddCheckpoint,
  type Witness,
  type WitnessAnswer,
} from './witness.ts'
export {
  type Advance,
  type LogConflict,
  MAX_CONFLICTS,
  type PeerLog,
  type SavedCosignature,
  type WitnessStore,
} from './witness-store.ts'
