import type { ExchangeStore, SentRow } from '../delivery/delivery.ts'
import { type Digest, readJsonText } from '../kit/kit.ts'
import type { Agreement, Explanation, Tally } from '../policy/policy.ts'
import { Refusal } from '../terms/terms.ts'
import type { AgreementBook } from './agreement-book.ts'
import type { Caller } from './authenticate.ts'

/** Where an exchange stands, and what was done with each item, for the system that released it. */
export interface Standing {
  readonly row: SentRow
  readonly resource: string
  readonly purpose: string
  readonly digest: Digest
  /** Undefined where the agreement is no longer loaded here. */
  readonly agreement: Agreement | undefined
  readonly explanation: readonly Explanation[]
}

/** What `record` wrote beside an exchange, for this room to read. */
interface Kept {
  readonly agreement: Digest
  readonly resource: string
  readonly purpose: string
  readonly tally: Tally
}

/**
 * Looks an exchange up for the system that released it.
 *
 * @throws Refusal not-found, also where the exchange belongs to another system: the two must look alike
 */
export function makeStatus(parts: {
  readonly store: Pick<ExchangeStore, 'sent'>
  readonly agreements: AgreementBook
}): (caller: Caller, id: string) => Promise<Standing> {
  return async (caller, id) => {
    const row = await parts.store.sent(id)
    if (row?.system !== caller.system) throw new Refusal('not-found')
    const reading = readJsonText(row.trail)
    if (!reading.ok) throw new Error('the kept trail of an exchange is not JSON')
    const { agreement: digest, resource, purpose, tally } = reading.value as unknown as Kept
    const agreement = parts.agreements.byDigest(digest)
    const explanation = agreement?.explain(resource, purpose, tally) ?? []
    return { row, resource, purpose, digest, agreement, explanation }
  }
}
