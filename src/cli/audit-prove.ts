import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import {
  inclusionProof,
  leafHash,
  printProof,
  readCheckpoint,
  readEntryBundle,
  TILE_WIDTH,
  tilePath,
  verifyInclusion,
} from '../ledger/ledger.ts'
import type { SqliteLedger } from '../stores/stores.ts'
import { cosignedNote } from './audit-export.ts'
import { findLeaf } from './leaf-by-id.ts'
import { openStoredLedger } from './stored-ledger.ts'
import type { Terminal } from './terminal.ts'

interface ProveOptions {
  readonly store?: string
  readonly dir?: string
  readonly log?: string
  readonly leaf: string
  readonly to?: string
}

/** `concordat audit prove`: hands out one leaf with the proof that it is in the ledger. */
export function proveCommand(terminal: Terminal): Command {
  return new Command('prove')
    .description('prove to anybody that one leaf is in the ledger (C2SP tlog-proof)')
    .option('--store <directory>', "the gateway's store; the gateway may be running")
    .option('--dir <directory>', 'an export, instead of the store')
    .option('--log <number>', 'which log of the store, counted from 1 (default: the newest)')
    .requiredOption('--leaf <id|number>', 'the id of the leaf, or its number counted from 0')
    .option('--to <file>', 'where to write (default: to the terminal)')
    .action((options: ProveOptions) => runProve(terminal, options))
}

async function runProve(terminal: Terminal, options: ProveOptions): Promise<void> {
  const { store, dir, log, to } = options
  if ((store === undefined) === (dir === undefined)) {
    terminal.err('either --store or --dir is needed')
    return terminal.end(2)
  }
  using stored =
    store === undefined ? undefined : openStoredLedger(terminal, { store, ...(log ? { log } : {}) })
  const source = dir === undefined ? stored && fromStore(stored) : fromExport(resolve(terminal.cwd, dir))
  if (!source) return
  const made = await prove(source, options.leaf)
  if (made.kind !== 'proven') {
    terminal.err(SAYS[made.kind])
    return terminal.end(made.kind === 'altered' ? 1 : 3)
  }
  if (to === undefined) terminal.out(made.proof.slice(0, -1))
  else writeFileSync(resolve(terminal.cwd, to), made.proof)
  terminal.end(0)
}

const SAYS = {
  'no-checkpoint': 'there is no signed checkpoint to prove anything against',
  unknown: 'there is no such leaf below a signed checkpoint',
  altered: 'the leaf does not lead to the signed root: run `concordat audit verify` on an export',
} as const

/** Where leaves and their hashes come from. */
export interface Provable {
  leaves(from: number, to: number): Promise<readonly string[]>
  inclusion(index: number, size: number): Promise<readonly Uint8Array[]>
  /** How many leaves the newest checkpoint covers. */
  size(): Promise<number>
  /** The newest checkpoint over a leaf that a witness has cosigned, or else the newest one. */
  noteOver(index: number): Promise<string | undefined>
}

export type Proving =
  | { readonly kind: 'proven'; readonly proof: string; readonly index: number; readonly leaf: string }
  | { readonly kind: keyof typeof SAYS }

/**
 * Makes the proof of one leaf.
 *
 * @param wanted the leaf's id, or its number
 */
export async function prove(source: Provable, wanted: string): Promise<Proving> {
  const size = await source.size()
  if (size === 0) return { kind: 'no-checkpoint' }
  const number = /^\d{1,15}$/.test(wanted) ? Number(wanted) : await findLeaf(source, size, wanted)
  const [leaf] = number === undefined || number >= size ? [] : await source.leaves(number, number + 1)
  if (leaf === undefined || number === undefined) return { kind: 'unknown' }
  const checkpoint = await source.noteOver(number)
  const head = checkpoint && readCheckpoint(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1))
  if (!head) return { kind: 'no-checkpoint' }
  const hashes = await source.inclusion(number, head.size)
  const claim = { leafHash: leafHash(leaf), index: number, size: head.size, root: head.root }
  if (!verifyInclusion(claim, hashes)) return { kind: 'altered' }
  return {
    kind: 'proven',
    index: number,
    leaf,
    proof: printProof({ index: number, leaf, hashes, checkpoint }),
  }
}

/** Proofs out of a store. */
export function fromStore(ledger: SqliteLedger): Provable {
  return {
    leaves: ledger.leaves,
    inclusion: ledger.inclusion,
    size: async () => (await ledger.latestCheckpoint())?.size ?? 0,
    async noteOver(index) {
      const cosigned = await ledger.lastCosigned()
      const [seen] =
        cosigned === undefined || cosigned <= index ? [] : await ledger.checkpoints(cosigned - 1, 1)
      const chosen = seen ?? (await ledger.latestCheckpoint())
      return chosen && cosignedNote(ledger, chosen)
    },
  }
}

/** Proofs out of an export. What is missing there makes the proof impossible, not wrong. */
export function fromExport(directory: string): Provable {
  const text = (path: string) => readOr(() => readFileSync(join(directory, path), 'utf8'), '')
  const newest = text('checkpoint')
  const size = readCheckpoint(newest.slice(0, newest.indexOf('\n\n') + 1))?.size ?? 0
  const bundle = (index: number) => {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const path = join(directory, tilePath('entries', index, width))
    return readOr(() => readEntryBundle(readFileSync(path)) ?? [], [])
  }
  const leaf = (index: number) => bundle(Math.floor(index / TILE_WIDTH))[index % TILE_WIDTH]
  const tile = (level: number, index: number) =>
    readOr(() => readFileSync(join(directory, tilePath(level, index, TILE_WIDTH))), undefined)
  return {
    size: async () => size,
    async leaves(from, to) {
      const first = Math.floor(from / TILE_WIDTH)
      const bundles = Array.from({ length: Math.ceil(Math.min(to, size) / TILE_WIDTH) - first }, (_, at) =>
        bundle(first + at),
      )
      return bundles
        .flat()
        .slice(from % TILE_WIDTH, (from % TILE_WIDTH) + to - from)
        .map(String)
    },
    inclusion: async (index, under) =>
      inclusionProof({ leafHash: at => leafHash(leaf(at) ?? ''), tile }, index, under),
    async noteOver(index) {
      const sizes = [...text('checkpoints/index').matchAll(/^\d+/gm)].map(([covered]) => Number(covered))
      const seen = sizes.reverse().filter(covered => covered > index)
      return seen.map(covered => text(`checkpoints/${covered}`)).find(isCosigned) ?? newest
    },
  }
}

/** More than the one signature line of the log stands below it. */
function isCosigned(note: string): boolean {
  return note.slice(note.indexOf('\n\n') + 2).split('\n').length > 2
}

function readOr<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read()
  } catch {
    return otherwise
  }
}
