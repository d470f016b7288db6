import { type Digest, digestOf, type Json, timestamp } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import { Members } from './members.ts'

/** What a sender says of one exchange, under the signature of the batch. */
export interface Manifest {
  /** UUIDv7; stays the same over retries. */
  readonly id: string
  /** Ordering key: exchanges of one lane arrive in order. */
  readonly lane: string
  /** Counts from 1 in its lane. */
  readonly seq: number
  /** The number in the lane before this one, 0 for none. */
  readonly prev: number
  /** The compiled agreement it was released under. */
  readonly agreement: Digest
  readonly purpose: string
  readonly resource: string
  readonly version: string
  readonly label: Label
  /** 0 flash … 3 routine. */
  readonly precedence: number
  /** Length of the document line without its newline. */
  readonly bytes: number
  /** Of the document line without its newline. */
  readonly sha256: Digest
  /** Milliseconds; RFC 3339 on the wire. */
  readonly expiresAt: number
  /** The exchange this one answers or corrects. */
  readonly inReplyTo: string | undefined
}

/** The longest document line, in bytes. */
export const MAX_LINE_BYTES = 8_388_608

/**
 * The JSON text of a manifest as it is stored until it leaves: without `seq` and `prev`, which the outbox assigns and
 * `sealBatch` adds without printing the rest again.
 */
export function printManifest(manifest: Omit<Manifest, 'seq' | 'prev'>): string {
  const { id, lane, agreement, purpose, resource, version, label, precedence } = manifest
  const { bytes, sha256, expiresAt, inReplyTo } = manifest
  return JSON.stringify({
    id,
    lane,
    agreement,
    purpose,
    resource,
    version,
    label,
    precedence,
    bytes,
    sha256,
    expiresAt: timestamp(expiresAt),
    inReplyTo,
  })
}

const PURPOSE = /^[a-z][a-z0-9-]{0,62}$/
const RESOURCE = /^[a-z][A-Za-z0-9]{0,31}(?:\.[A-Za-z0-9]{1,31}){1,3}$/
const VERSION = /^[0-9A-Za-z](?:[0-9A-Za-z.+-]{0,31})$/
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,128}$/u

/** Reads one manifest. @throws Refusal `batch-malformed` */
export function readManifest(value: Json | undefined, pointer: string): Manifest {
  const members = new Members(value, pointer)
  const seq = members.whole('seq', 1, Number.MAX_SAFE_INTEGER)
  const manifest: Manifest = {
    id: members.uuid('id'),
    lane: members.text('lane', ONE_LINE),
    seq,
    prev: members.whole('prev', 0, seq - 1),
    agreement: members.digest('agreement'),
    purpose: members.text('purpose', PURPOSE),
    resource: members.text('resource', RESOURCE),
    version: members.text('version', VERSION),
    label: readLabel(members.take('label'), `${pointer}/label`),
    precedence: members.whole('precedence', 0, 3),
    bytes: members.whole('bytes', 1, MAX_LINE_BYTES),
    sha256: members.digest('sha256'),
    expiresAt: members.instant('expiresAt'),
    inReplyTo: members.has('inReplyTo') ? members.uuid('inReplyTo') : undefined,
  }
  members.end()
  return manifest
}

function readLabel(value: Json | undefined, pointer: string): Label {
  const members = new Members(value, pointer)
  const policy = members.text('policy', ONE_LINE)
  const classification = members.text('classification', ONE_LINE)
  const label: Label = members.has('sensitive')
    ? { policy, classification, sensitive: members.flag('sensitive') }
    : { policy, classification }
  members.end()
  return label
}

/** Whether a document line is the one its manifest names, by length and digest. */
export function digestMatches(line: Uint8Array, manifest: Manifest): boolean {
  return line.byteLength === manifest.bytes && digestOf(line) === manifest.sha256
}
