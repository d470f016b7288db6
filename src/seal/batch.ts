import { type Clock, readJson, timestamp, uuidv7 } from '../kit/kit.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import { type JwsType, type KeyOf, MAX_JWS_BYTES, signJws, verifyJws } from './jws.ts'
import type { Signer } from './keys.ts'
import { MAX_LINE_BYTES, type Manifest, readManifest } from './manifest.ts'
import { Members, malformed } from './members.ts'

/** What one batch may hold; both sides keep to it. */
export const BATCH_LIMITS = { exchanges: 512, bytes: MAX_LINE_BYTES } as const

const BATCH_TYPE = 'concordat-batch+jws' satisfies JwsType
const NEWLINE = 0x0a

/** Room for the head of the payload and the JWS around it; base64url makes 4 characters of 3 bytes. */
const MAX_MANIFEST_BYTES = Math.floor((MAX_JWS_BYTES * 3) / 4) - 2048

/** An exchange as the outbox keeps it. */
export interface WaitingExchange {
  /** From `printManifest`. */
  readonly manifest: string
  readonly seq: number
  readonly prev: number
  /** From `printLine`; the manifest names its digest. */
  readonly line: string
}

/**
 * How many of the first exchanges fit into one batch. 0 only where the list is empty or its first exchange alone is too
 * large, which the limits of the inner door prevent.
 */
export function countThatFit(exchanges: readonly WaitingExchange[]): number {
  let manifestBytes = 0
  let lineBytes = MAX_JWS_BYTES
  for (const [index, { manifest, line }] of exchanges.entries()) {
    manifestBytes += Buffer.byteLength(manifest) + SEQUENCE_BYTES
    lineBytes += Buffer.byteLength(line) + 1
    if (index === BATCH_LIMITS.exchanges) return index
    if (manifestBytes > MAX_MANIFEST_BYTES || lineBytes > BATCH_LIMITS.bytes) return index
  }
  return exchanges.length
}

/** `,"seq":…,"prev":…}` and the comma after it, with two numbers of 16 digits. */
const SEQUENCE_BYTES = 50

export interface SealedBatch {
  /** The id of the batch, which the receipts must name. */
  readonly batch: string
  /** NDJSON: the signed manifests, then one document line for each. */
  readonly bytes: Buffer
}

/**
 * Signs exchanges into one batch: one signature, whatever their number.
 *
 * @throws RangeError where the exchanges do not fit (see {@link countThatFit})
 */
export function sealBatch(
  { signer, clock }: { readonly signer: Signer; readonly clock: Clock },
  { from, to, exchanges }: { from: AgencyId; to: AgencyId; exchanges: readonly WaitingExchange[] },
): SealedBatch {
  if (exchanges.length === 0 || exchanges.length > BATCH_LIMITS.exchanges)
    throw new RangeError(`a batch holds 1 to ${BATCH_LIMITS.exchanges} exchanges`)
  const batch = uuidv7(clock)
  const head = JSON.stringify({ batch, from, to, issuedAt: timestamp(clock.now()) })
  const manifests = exchanges.map(withSequence).join(',')
  const payload = `${head.slice(0, -1)},"exchanges":[${manifests}]}`
  const lines = exchanges.map(exchange => exchange.line).join('\n')
  const bytes = Buffer.from(`${signJws(signer, BATCH_TYPE, payload)}\n${lines}\n`)
  if (bytes.length > BATCH_LIMITS.bytes) throw new RangeError('the batch is too large')
  return { batch, bytes }
}

function withSequence({ manifest, seq, prev }: WaitingExchange): string {
  return `${manifest.slice(0, -1)},"seq":${seq},"prev":${prev}}`
}

export interface BatchHead {
  readonly batch: string
  readonly from: AgencyId
  readonly to: AgencyId
  /** Milliseconds. */
  readonly issuedAt: number
}

/** A batch whose signature and form are good. Its documents are still unread and their digests unchecked. */
export interface OpenedBatch {
  readonly head: BatchHead
  readonly manifests: readonly Manifest[]
  /** One for each manifest, without the newline; views into the batch. */
  readonly lines: readonly Uint8Array[]
}

/**
 * Opens a batch: splits it at its newlines, verifies the signature over the manifests and reads them. Who the sender
 * claims to be, whether the batch is fresh and whether the digests match is for the caller to decide.
 *
 * @throws Refusal `batch-malformed` or `batch-signature-invalid`
 */
export function openBatch(bytes: Uint8Array, { keyOf }: { readonly keyOf: KeyOf }): OpenedBatch {
  const [first = new Uint8Array(), ...lines] = splitLines(bytes)
  const payload = readSigned(first, BATCH_TYPE, keyOf)
  const list = payload.list('exchanges', BATCH_LIMITS.exchanges)
  const head: BatchHead = {
    batch: payload.uuid('batch'),
    from: payload.agency('from'),
    to: payload.agency('to'),
    issuedAt: payload.instant('issuedAt'),
  }
  payload.end()
  const manifests = list.map((entry, index) => readManifest(entry, `/exchanges/${index}`))
  if (lines.length !== manifests.length)
    throw malformed('/exchanges', 'expected one document line for each exchange')
  if (new Set(manifests.map(manifest => manifest.id)).size !== manifests.length)
    throw malformed('/exchanges', 'expected each exchange once')
  return { head, manifests, lines }
}

/** The lines of a text in which every line ends in a newline; found on the raw bytes, before anything is decoded. */
function splitLines(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.byteLength > BATCH_LIMITS.bytes)
    throw malformed('', `expected at most ${BATCH_LIMITS.bytes} bytes`)
  if (bytes.at(-1) !== NEWLINE) throw malformed('', 'expected a newline at the end')
  const lines: Uint8Array[] = []
  for (let start = 0; start < bytes.byteLength; ) {
    const end = bytes.indexOf(NEWLINE, start)
    lines.push(bytes.subarray(start, end))
    if (lines.length > BATCH_LIMITS.exchanges + 1)
      throw malformed('', `expected at most ${BATCH_LIMITS.exchanges} exchanges`)
    start = end + 1
  }
  return lines
}

/**
 * The members of what a peer signed, once the signature is found good.
 *
 * @throws Refusal `batch-malformed` or `batch-signature-invalid`
 */
export function readSigned(compact: Uint8Array, typ: JwsType, keyOf: KeyOf): Members {
  if (compact.byteLength > MAX_JWS_BYTES) throw malformed('', 'expected a shorter signature')
  const verified = verifyJws(Buffer.from(compact).toString('latin1'), typ, keyOf)
  if (!verified.ok && verified.fault === 'signature') throw new Refusal('batch-signature-invalid')
  const reading = verified.ok ? readJson(verified.payload) : undefined
  if (!reading?.ok) throw malformed('', `expected a compact JWS of type ${typ} over I-JSON`)
  return new Members(reading.value, '')
}
