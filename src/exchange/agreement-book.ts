import type { Digest } from '../kit/kit.ts'
import type { Agreement } from '../policy/policy.ts'
import type { AgencyId } from '../terms/terms.ts'

/** The agreements in force here, by what one looks for. */
export interface AgreementBook {
  /** The agreement under which the provider may show this resource to the recipient. */
  find(provider: AgencyId, recipient: AgencyId, resource: string): Agreement | undefined
  byDigest(digest: Digest): Agreement | undefined
  readonly all: readonly Agreement[]
}

/**
 * @param agreements loaded and approved; dates are judged at each decision
 * @throws Error where two cover the same resource in the same direction: which one holds would be a guess
 */
export function makeAgreementBook(agreements: readonly Agreement[]): AgreementBook {
  const byPair = new Map<string, Agreement>()
  const byDigest = new Map<Digest, Agreement>()
  for (const agreement of agreements) {
    byDigest.set(agreement.digest, agreement)
    for (const resource of agreement.resources.keys()) {
      const key = `${agreement.provider}>${agreement.recipient}>${resource}`
      const other = byPair.get(key)
      if (other !== undefined) throw new Error(`${agreement.id} and ${other.id} both cover ${resource}`)
      byPair.set(key, agreement)
    }
  }
  return {
    find: (provider, recipient, resource) => byPair.get(`${provider}>${recipient}>${resource}`),
    byDigest: digest => byDigest.get(digest),
    all: agreements,
  }
}
