import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { sha256 } from '../kit/kit.ts'
import {
  type AnchorStore,
  entryBundle,
  type FullTile,
  growTree,
  type LedgerReader,
  leafHash,
  type SavedCheckpoint,
  TILE_WIDTH,
  tilePath,
  type WitnessStore,
} from '../ledger/ledger.ts'
import { type LedgerOptions, openStoredLedger } from './stored-ledger.ts'
import type { Terminal } from './terminal.ts'

interface ExportOptions extends LedgerOptions {
  readonly to: string
  readonly json?: true
}

/** `concordat audit export`: hands the ledger out. */
export function exportCommand(terminal: Terminal): Command {
  return new Command('export')
    .description('write the ledger as files that anybody can verify; the gateway may be running')
    .requiredOption('--store <directory>', "the gateway's store")
    .requiredOption('--to <directory>', 'where to write; must be empty or not exist')
    .option('--log <number>', 'which log of the store, counted from 1 (default: the newest)')
    .option('--json', 'answer in JSON')
    .action((options: ExportOptions) => runExport(terminal, options))
}

async function runExport(terminal: Terminal, options: ExportOptions): Promise<void> {
  const target = resolve(terminal.cwd, options.to)
  if (!isFree(target)) {
    terminal.err(`${options.to} is not an empty directory`)
    return terminal.end(2)
  }
  using ledger = openStoredLedger(terminal, options)
  if (!ledger) return
  const done = await exportLedger(ledger, target)
  if (done.kind === 'no-checkpoint') {
    terminal.err('the ledger has no signed checkpoint yet')
    return terminal.end(3)
  }
  const { kind: _kind, ...told } = done
  if (options.json) terminal.out(JSON.stringify({ ...told, directory: target }))
  else tellExported(terminal, options.to, done)
  if (done.altered)
    terminal.err(
      'the stored leaves do not lead to the signed root: run `concordat audit verify` on the export',
    )
  terminal.end(done.altered ? 1 : 0)
}

function tellExported(
  terminal: Terminal,
  to: string,
  { size, newer, checkpoints }: Extract<Exported, { kind: 'exported' }>,
): void {
  terminal.out(
    `${size} leaves exported to ${to}, with ${checkpoints} signed checkpoint${checkpoints === 1 ? '' : 's'}`,
  )
  if (newer > 0)
    terminal.out(`${newer} newer leaves are not covered by a signed checkpoint yet and were left out`)
}

export type Exported =
  | {
      readonly kind: 'exported'
      readonly size: number
      /** Leaves recorded since, which the newest signed checkpoint does not cover and the export does not hold. */
      readonly newer: number
      /** How many signed checkpoints it holds. */
      readonly checkpoints: number
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

/** What is exported: a ledger, and what witnesses have said of its checkpoints. */
export type ExportedLedger = LedgerReader & Pick<WitnessStore, 'cosignatures'> & Pick<AnchorStore, 'anchors'>

/** How many checkpoints are read at a time. */
const PAGE = 1000

/**
 * Writes the ledger up to its newest signed checkpoint as files that anybody can verify (C2SP tlog-tiles). Stored tiles
 * are written as they are: where they contradict the leaves, the verifier shall see it. The checkpoint comes last, so a
 * broken-off export is visibly incomplete.
 */
export async function exportLedger(ledger: ExportedLedger, directory: string): Promise<Exported> {
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
  const checkpoints = await writeCheckpoints(ledger, directory, checkpoint)
  const altered = tree.size !== size || Buffer.compare(tree.root(), checkpoint.root) !== 0
  return { kind: 'exported', size, newer: (await ledger.size()) - size, checkpoints, altered }
}

/** The note of a checkpoint with the lines of its witnesses below that of the log. */
export async function cosignedNote(ledger: ExportedLedger, { note, size }: SavedCheckpoint): Promise<string> {
  const cosignatures = await ledger.cosignatures(size)
  return [note, ...cosignatures.map(({ line }) => line)].join('')
}

/** All checkpoints up to the newest, the keys they are signed with, and at last the newest again by its own name. */
async function writeCheckpoints(
  ledger: ExportedLedger,
  directory: string,
  newest: SavedCheckpoint,
): Promise<number> {
  const sizes: number[] = []
  const index: string[] = []
  const vkeys = new Set(newest.vkey.split('\n'))
  for (let after = -1; after < newest.size; after = sizes.at(-1) ?? newest.size) {
    const page = await ledger.checkpoints(after, PAGE)
    for (const checkpoint of page.filter(({ size }) => size <= newest.size)) {
      const note = await cosignedNote(ledger, checkpoint)
      write(directory, `checkpoints/${checkpoint.size}`, note)
      index.push(`${checkpoint.size} ${sha256(note).toString('hex')}\n`)
      sizes.push(checkpoint.size)
      for (const vkey of checkpoint.vkey.split('\n')) vkeys.add(vkey)
    }
    if (page.length === 0) break
  }
  await writeAnchors(ledger, directory, newest.size)
  write(directory, 'checkpoints/index', index.join(''))
  write(directory, 'README.txt', README)
  write(directory, 'vkey', `${[...vkeys].join('\n')}\n`)
  write(directory, 'checkpoint', await cosignedNote(ledger, newest))
  return sizes.length
}

/** Each time stamp, with what was stamped: the note as the log has signed it, without the lines of witnesses. A list names them all. */
async function writeAnchors(ledger: ExportedLedger, directory: string, upTo: number): Promise<void> {
  const index: string[] = []
  for (const { size, token } of await ledger.anchors()) {
    const [checkpoint] = await ledger.checkpoints(size - 1, 1)
    if (size > upTo || checkpoint?.size !== size) continue
    write(directory, `anchors/${size}`, checkpoint.note)
    write(directory, `anchors/${size}.tsr`, token)
    index.push(`${size} ${sha256(token).toString('hex')}\n`)
  }
  if (index.length > 0) write(directory, 'anchors/index', index.join(''))
}

function writePartial(directory: string, size: number, level: number, row: readonly Uint8Array[]): void {
  if (row.length === 0) return
  const index = Math.floor(size / TILE_WIDTH ** (level + 1))
  write(directory, tilePath(level, index, row.length), Buffer.concat(row))
}

function write(directory: string, path: string, content: string | Uint8Array): void {
  const file = join(directory, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const README = `This directory is the audit ledger of one gateway, up to one signed checkpoint.

checkpoint        origin, number of leaves and root hash, signed (C2SP tlog-checkpoint, signed-note). Further signature
                  lines are those of witnesses (C2SP tlog-cosignature)
checkpoints/      every checkpoint that was signed before, under its number of leaves; \`index\` lists them
                  with their SHA-256
anchors/          checkpoints that an authority has time-stamped (RFC 3161), without the lines of witnesses, each with
                  its stamp; \`index\` lists the stamps with their SHA-256. With --tsa and the certificate of the authority, as
                  you know it by another way, the command below verifies them, too; with that of its issuer others do:
                  openssl ts -verify -data anchors/<size> -in anchors/<size>.tsr -CAfile <issuer.pem>
vkey              the keys they are signed with, newest first. Compare them with those the agency gave you by another way
tile/entries/     the leaves: JSON texts, each with a two-byte length before it, 256 to a file
tile/0/ and up    the hash tree over them (RFC 6962, C2SP tlog-tiles)

Verify it with:   concordat audit verify --dir . --vkey <the key you were given>
and, where you know its witnesses, with a policy file (C2SP tlog-policy) behind --policy; where you know the authority of its
time stamps, with that authority's certificate (PEM) behind --tsa.

Any other verifier of these public formats will do as well. Leaves hold names of systems, digests and counts, and
commitments to personal data, but no personal data.
`
