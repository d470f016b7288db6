import { type Clock, type Digest, type Json, timestamp } from '../kit/kit.ts'
import type { AgencyId } from '../terms/terms.ts'
import { BATCH_LIMITS, readSigned } from './batch.ts'
import { type JwsType, type KeyOf, signJws } from './jws.ts'
import type { Signer } from './keys.ts'
import { Members, malformed } from './members.ts'

const RECEIPTS_TYPE = 'concordat-receipts+jws' satisfies JwsType

/**
 * The receiver's answer for one exchange. `accepted` and `refused` are final and recorded in its ledger under `leaf`;
 * `retry` asks for the exchange again later and promises nothing.
 */
export type Receipt = AcceptedReceipt | RefusedReceipt | RetryReceipt

interface ReceiptBase {
  readonly id: string
  /** Of the document line that is answered. */
  readonly sha256: Digest
  /** Milliseconds; RFC 3339 on the wire. */
  readonly at: number
}
export interface AcceptedReceipt extends ReceiptBase {
  readonly outcome: 'accepted'
  readonly leaf: string
}
export interface RefusedReceipt extends ReceiptBase {
  readonly outcome: 'refused'
  /** From the sender's point of view a text: a newer peer may know more codes. */
  readonly code: string
  readonly leaf: string
}
export interface RetryReceipt extends ReceiptBase {
  readonly outcome: 'retry'
  readonly code: string
}

/** The JSON text of one receipt: made once, kept by the receiver, sent again byte for byte when asked again. */
export function printReceipt(receipt: Receipt): string {
  const { id, sha256, outcome, at } = receipt
  const code = outcome === 'accepted' ? undefined : receipt.code
  const leaf = outcome === 'retry' ? undefined : receipt.leaf
  return JSON.stringify({ id, sha256, outcome, code, leaf, at: timestamp(at) })
}

/**
 * Signs the answer to one batch.
 *
 * @param receipts JSON texts from {@link printReceipt}, one for each exchange
 * @returns a compact JWS
 */
export function sealReceipts(
  { signer, clock }: { readonly signer: Signer; readonly clock: Clock },
  answer: { batch: string; from: AgencyId; to: AgencyId; receipts: readonly string[] },
): string {
  const { batch, from, to, receipts } = answer
  const head = JSON.stringify({ batch, from, to, at: timestamp(clock.now()) })
  return signJws(signer, RECEIPTS_TYPE, `${head.slice(0, -1)},"receipts":[${receipts.join(',')}]}`)
}

export interface OpenedReceipts {
  readonly batch: string
  readonly from: AgencyId
  readonly to: AgencyId
  /** Milliseconds. */
  readonly at: number
  readonly receipts: readonly Receipt[]
}

/**
 * Opens the answer to a batch. Whether it answers the batch that was sent is for the caller to compare.
 *
 * @throws Refusal `batch-malformed` or `batch-signature-invalid`
 */
export function openReceipts(compact: Uint8Array, { keyOf }: { readonly keyOf: KeyOf }): OpenedReceipts {
  const payload = readSigned(compact, RECEIPTS_TYPE, keyOf)
  const list = payload.list('receipts', BATCH_LIMITS.exchanges)
  const opened: OpenedReceipts = {
    batch: payload.uuid('batch'),
    from: payload.agency('from'),
    to: payload.agency('to'),
    at: payload.instant('at'),
    receipts: list.map((entry, index) => readReceipt(entry, `/receipts/${index}`)),
  }
  payload.end()
  if (new Set(opened.receipts.map(receipt => receipt.id)).size !== opened.receipts.length)
    throw malformed('/receipts', 'expected one receipt for each exchange')
  return opened
}

const OUTCOME = /^(?:accepted|refused|retry)$/
const CODE = /^[a-z][a-z0-9-]{0,63}$/

function readReceipt(value: Json, pointer: string): Receipt {
  const members = new Members(value, pointer)
  const base = { id: members.uuid('id'), sha256: members.digest('sha256'), at: members.instant('at') }
  const receipt = readOutcome(members, base)
  members.end()
  return receipt
}

function readOutcome(members: Members, base: ReceiptBase): Receipt {
  const outcome = members.text('outcome', OUTCOME)
  if (outcome === 'accepted') return { ...base, outcome, leaf: members.uuid('leaf') }
  const code = members.text('code', CODE)
  if (outcome === 'refused') return { ...base, outcome, code, leaf: members.uuid('leaf') }
  return { ...base, outcome: 'retry', code }
}
