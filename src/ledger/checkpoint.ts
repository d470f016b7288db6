import { HASH_BYTES } from './tree.ts'

/** How large the tree is and what its root is, under the name of its log (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log's name, without scheme: `gateway.northshire-police.example/audit/2026`. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** The text that is signed: origin, size in decimal, root in base64, a line each. */
export function printCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${Buffer.from(checkpoint.root).toString('base64')}\n`
}

/** Reads a checkpoint text. Extension lines after the third are allowed and passed over; anything else is undefined. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  if (!text.endsWith('\n')) return undefined
  const [origin, size, encoded, ...extensions] = text.slice(0, -1).split('\n')
  if (!origin || size === undefined || encoded === undefined || extensions.includes('')) return undefined
  const count = Number(size)
  if (!/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(count)) return undefined
  const root = Buffer.from(encoded, 'base64')
  if (root.length !== HASH_BYTES || root.toString('base64') !== encoded) return undefined
  return { origin, size: count, root }
}
