import type { Digest } from '../kit/kit.ts'
import type { Agreement } from '../policy/policy.ts'
import type { AgencyId, RefusalCode } from '../terms/terms.ts'

/** The agreements that count at this moment, by what a walk looks for. Governance keeps it. */
export interface AgreementBook {
  /** The agreement under which the provider may show this resource to the recipient; its dates are judged at each decision. */
  find(provider: AgencyId, recipient: AgencyId, resource: string): Agreement | undefined
  /** Any revision that was agreed here once. */
  byDigest(digest: Digest): Agreement | undefined
  /** Why nothing goes under an agreement at present, beside its dates: suspended, or no longer the revision that counts. */
  barrier(agreement: Agreement, purpose: string): RefusalCode | undefined
  /**
   * Whether an urgent use frees a purpose of who and when at present.
   *
   * @param inHand also where it ended so recently that what was sent under it may still be on its way
   */
  isUrgent(agreement: Agreement, purpose: string, inHand?: boolean): boolean
  /**
   * What the recipient's gateway has declared that it can carry out. Undefined where it has declared nothing: then its officers,
   * who signed the agreement, answer for every obligation in it.
   */
  abilitiesOf(agreement: Agreement): ReadonlySet<string> | undefined
  /** Those that count, one for each agreement. */
  readonly all: readonly Agreement[]
}
