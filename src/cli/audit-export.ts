import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  entryBundle,
  type FullTile,
  growTree,
  type LedgerReader,
  leafHash,
  type SavedCheckpoint,
  TILE_WIDTH,
  tilePath,
} from '../ledger/ledger.ts'

export type Exported =
  | {
      readonly kind: 'exported'
      readonly size: number
      /** Leaves recorded since, which the newest signed checkpoint does not cover and the export does not hold. */
      readonly newer: number
      /** True where the stored leaves do not lead to the root that was signed. */
      readonly altered: boolean
    }
  | { readonly kind: 'no-checkpoint' }

/** True where a directory may be exported into: it does not exist or holds nothing. */
export function isFree(directory: string): boolean {
  try {
    return readdirSync(directory).length === 0
  } catch (fault) {
    return fault instanceof Error && 'code' in fault && fault.code === 'ENOENT'
  }
}

/**
 * Writes the ledger up to its newest signed checkpoint as files that anybody can verify (C2SP tlog-tiles). Stored tiles
 * are written as they are: where they contradict the leaves, the verifier shall see it. The checkpoint comes last, so a
 * broken-off export is visibly incomplete.
 */
export async function exportLedger(ledger: LedgerReader, directory: string): Promise<Exported> {
  const checkpoint = await ledger.latestCheckpoint()
  if (!checkpoint) return { kind: 'no-checkpoint' }
  const { size } = checkpoint
  const full: FullTile[] = []
  const tree = growTree(0, [], tile => full.push(tile))
  for (let from = 0; from < size; from += TILE_WIDTH) {
    const leaves = await ledger.leaves(from, Math.min(from + TILE_WIDTH, size))
    if (leaves.length === 0) break
    write(directory, tilePath('entries', from / TILE_WIDTH, leaves.length), entryBundle(leaves))
    for (const leaf of leaves) tree.append(leafHash(leaf))
    for (const { level, index, hashes } of full.splice(0))
      write(directory, tilePath(level, index, TILE_WIDTH), (await ledger.tile(level, index)) ?? hashes)
  }
  for (const [level, row] of tree.edge().entries()) writePartial(directory, size, level, row)
  writeHead(directory, checkpoint)
  const altered = tree.size !== size || Buffer.compare(tree.root(), checkpoint.root) !== 0
  return { kind: 'exported', size, newer: (await ledger.size()) - size, altered }
}

function writePartial(directory: string, size: number, level: number, row: readonly Uint8Array[]): void {
  if (row.length === 0) return
  const index = Math.floor(size / TILE_WIDTH ** (level + 1))
  write(directory, tilePath(level, index, row.length), Buffer.concat(row))
}

function writeHead(directory: string, checkpoint: SavedCheckpoint): void {
  write(directory, 'README.txt', README)
  write(directory, 'vkey', `${checkpoint.vkey}\n`)
  write(directory, 'checkpoint', checkpoint.note)
}

function write(directory: string, path: string, content: string | Uint8Array): void {
  const file = join(directory, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const README = `This directory is the audit ledger of one gateway, up to one signed checkpoint.

checkpoint        origin, number of leaves and root hash, signed (C2SP tlog-checkpoint, signed-note)
vkey              the key it is signed with. Compare it with the one the agency gave you by another way
tile/entries/     the leaves: JSON texts, each with a two-byte length before it, 256 to a file
tile/0/ and up    the hash tree over them (RFC 6962, C2SP tlog-tiles)

Verify it with:   concordat audit verify --dir . --vkey <the key you were given>

Any other verifier of these public formats will do as well. Leaves hold names of systems, digests and counts, and
commitments to personal data, but no personal data.
`
