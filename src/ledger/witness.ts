import { type Clock, digestOf, unreachable } from '../kit/kit.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import type { LeafWriter } from './leaf.ts'
import { fromBase64, type NoteKey, type NoteSigner, openNote, splitNote } from './note.ts'
import { judgePostQuantum, type PostQuantumKey } from './post-quantum.ts'
import { verifyConsistency } from './proof.ts'
import { emptyRoot, HASH_BYTES } from './tree.ts'
import type { LogConflict, PeerLog, WitnessStore } from './witness-store.ts'

/** The largest body of `add-checkpoint` that is read. */
export const ADD_CHECKPOINT_BYTES = 16_384
const MAX_PROOF_LINES = 63
const MINUTE_MS = 60_000
/** How often one peer may ask in a minute. A log asks six times; one that is told to hurry asks sixty times, and again where it was told another size. */
const ASKS_A_MINUTE = 120

/** What a log asks of a witness (C2SP tlog-witness `add-checkpoint`). */
export interface AddCheckpoint {
  readonly old: number
  readonly proof: readonly Uint8Array[]
  readonly note: string
}

/** The body of `add-checkpoint`: the old size, the proof, an empty line, the signed checkpoint. */
export function printAddCheckpoint({ old, proof, note }: AddCheckpoint): string {
  const lines = proof.map(hash => `${Buffer.from(hash).toString('base64')}\n`)
  return `old ${old}\n${lines.join('')}\n${note}`
}

/** Reads the body of `add-checkpoint`; undefined where it is malformed. The note is not looked at yet. */
export function readAddCheckpoint(body: Uint8Array): AddCheckpoint | undefined {
  const text = decode(body)
  const gap = text?.indexOf('\n\n') ?? -1
  if (text === undefined || gap < 0) return undefined
  const [first = '', ...lines] = text.slice(0, gap).split('\n')
  const [, digits] = /^old (0|[1-9][0-9]*)$/.exec(first) ?? []
  const old = Number(digits)
  const proof = lines.map(fromBase64)
  if (digits === undefined || !Number.isSafeInteger(old) || proof.length > MAX_PROOF_LINES) return undefined
  if (!proof.every(hash => hash?.length === HASH_BYTES)) return undefined
  return { old, proof: proof.filter(hash => hash !== undefined), note: text.slice(gap + 2) }
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

/**
 * What a witness answers. `cosigned`: 200 with signature lines. `malformed`: 400. `unknown-key`: 403. `unknown-log`: 404.
 * `other-size`: 409 with the size that we have seen. `inconsistent`: 422. `overloaded`: 429.
 */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly lines: string }
  | { readonly kind: 'other-size'; readonly size: number }
  | { readonly kind: 'malformed' | 'unknown-key' | 'unknown-log' | 'inconsistent' | 'overloaded' }

export interface WitnessParts {
  readonly store: WitnessStore
  /** Signs cosignatures under the name of this witness, with a key that signs nothing else. */
  readonly signer: NoteSigner
  /** The key of a peer's log under a name; undefined where the peer has no such log. */
  readonly keyOf: (peer: string, origin: string) => NoteKey | undefined
  /** The second key of that log; undefined where the peer has none. */
  readonly postQuantumKeyOf?: (peer: string, origin: string) => PostQuantumKey | undefined
  readonly clock: Clock
  readonly leaves: LeafWriter
  /** Told of each conflict that is new, once it is kept. */
  readonly onConflict: (conflict: LogConflict) => void
}

/** Looks at the heads of peers' logs and cosigns what goes on from what it has seen. */
export interface Witness {
  /** A cosignature has left this function only once the head and its leaf are durable. */
  addCheckpoint(peer: string, body: Uint8Array): Promise<WitnessAnswer>
}

/** A C2SP tlog-witness. The head is compared and set in one transaction: of two requests that race, one is told the new size. */
export function makeWitness(parts: WitnessParts): Witness {
  const asked = new Map<string, { from: number; count: number }>()

  function isTooOften(peer: string): boolean {
    const now = parts.clock.now()
    const known = asked.get(peer)
    if (known === undefined || now - known.from >= MINUTE_MS) asked.set(peer, { from: now, count: 1 })
    else known.count++
    return (asked.get(peer)?.count ?? 0) > ASKS_A_MINUTE
  }

  return {
    async addCheckpoint(peer, body) {
      if (isTooOften(peer)) return { kind: 'overloaded' }
      const asks = body.length > ADD_CHECKPOINT_BYTES ? undefined : readAddCheckpoint(body)
      const head = asks && readCheckpoint(splitNote(asks.note)?.text ?? '')
      if (asks === undefined || head === undefined) return { kind: 'malformed' }
      const key = parts.keyOf(peer, head.origin)
      if (key === undefined) return { kind: 'unknown-log' }
      const opened = openNote(asks.note, [key])
      if (!opened.ok) return { kind: 'unknown-key' }
      const second = parts.postQuantumKeyOf?.(peer, head.origin)
      if (second && judgePostQuantum(asks.note, second) !== 'signed') return { kind: 'unknown-key' }
      return await answer(parts, peer, asks, { ...head, text: opened.text })
    },
  }
}

/** A checkpoint whose log's signature holds, with its text. */
interface ShownHead extends Checkpoint {
  readonly text: string
}

async function answer(
  parts: WitnessParts,
  peer: string,
  asks: AddCheckpoint,
  head: ShownHead,
): Promise<WitnessAnswer> {
  const known = await parts.store.peerLog(head.origin)
  const judgement = judge(asks, head, known)
  switch (judgement) {
    case 'malformed':
    case 'inconsistent':
      return { kind: judgement }
    case 'other-size':
      return { kind: 'other-size', size: known?.size ?? 0 }
    case 'same-size':
    case 'proof':
      if (known !== undefined) await keep(parts, { peer, head, note: asks.note, known, why: judgement })
      return judgement === 'proof' ? { kind: 'inconsistent' } : { kind: 'other-size', size: known?.size ?? 0 }
    case 'good':
      return await advance(parts, peer, asks.note, head, known)
    default:
      return unreachable(judgement)
  }
}

type Judgement = 'malformed' | 'other-size' | 'inconsistent' | LogConflict['why'] | 'good'

/** What is to be said of a head under the signature of its log, given the newest that we have cosigned. */
function judge({ old, proof }: AddCheckpoint, head: Checkpoint, known: PeerLog | undefined): Judgement {
  if (old > head.size) return 'malformed'
  if (head.size === 0 && !isSame(head.root, emptyRoot())) return 'inconsistent'
  if (known?.size === head.size && !isSame(known.root, head.root)) return 'same-size'
  if (old !== (known?.size ?? 0)) return 'other-size'
  // Every log begins with the empty one, and no log changes by not growing: neither has anything to prove.
  if (old === 0 || old === head.size) return proof.length === 0 ? 'good' : 'malformed'
  const claim = { old, oldRoot: known?.root ?? emptyRoot(), size: head.size, root: head.root }
  return verifyConsistency(claim, proof) ? 'good' : 'proof'
}

async function advance(
  { store, signer, clock, leaves }: WitnessParts,
  peer: string,
  note: string,
  head: ShownHead,
  known: PeerLog | undefined,
): Promise<WitnessAnswer> {
  const at = clock.now()
  const line = await cosign(head.text, signer, Math.floor(at / 1000))
  if (known?.size === head.size) return { kind: 'cosigned', lines: line }
  const { origin, size, root } = head
  const kept = `${head.text}\n${linesOfLog(note, origin)}${line}`
  const facts = { peer, origin, size, root: Buffer.from(root).toString('base64'), env: digestOf(kept) }
  const leaf = leaves.write('witness.cosigned', facts).text
  const done = await store.advance({ from: known, to: { origin, peer, size, root, note: kept, at }, leaf })
  if (done) return { kind: 'cosigned', lines: line }
  return { kind: 'other-size', size: (await store.peerLog(origin))?.size ?? 0 }
}

/** The signature lines of a note under the log's own name. */
function linesOfLog(note: string, origin: string): string {
  const own = splitNote(note)?.signatures.filter(({ name }) => name === origin) ?? []
  const encoded = own.map(({ keyId, bytes }) => Buffer.concat([keyId, bytes]).toString('base64'))
  return encoded.map(one => `\u2014 ${origin} ${one}\n`).join('')
}

interface Contradiction {
  readonly peer: string
  readonly head: Checkpoint
  readonly note: string
  readonly known: PeerLog
  readonly why: LogConflict['why']
}

async function keep({ store, clock, leaves, onConflict }: WitnessParts, found: Contradiction): Promise<void> {
  const { peer, head, note, known, why } = found
  const { origin, size } = head
  const conflict = { origin, peer, size, why, note, was: known.note, at: clock.now() }
  const digests = { env: digestOf(note), was: digestOf(known.note) }
  const leaf = leaves.write('witness.conflict', { peer, origin, size, why, ...digests }).text
  if (await store.keepConflict(conflict, leaf)) onConflict(conflict)
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
