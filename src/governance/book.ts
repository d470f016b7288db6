import type { Clock, Digest } from '../kit/kit.ts'
import type { Agreement } from '../policy/policy.ts'
import type { AgencyId, RefusalCode } from '../terms/terms.ts'
import type { Life, Lives, Revision } from './lives.ts'
import { beginsAt, currentOf, isSuspended, openUrgentUse } from './state.ts'

/** For how long a superseded revision is still good for what a peer has sent under it. */
const IN_HAND_MS = 60_000

/** The agreements that count at this moment, as the walks ask for them. */
export interface Book {
  /** The agreement under which the provider may show this resource to the recipient; its dates are judged at each decision. */
  find(provider: AgencyId, recipient: AgencyId, resource: string): Agreement | undefined
  /** Any revision that was agreed here once. */
  byDigest(digest: Digest): Agreement | undefined
  /** Why nothing goes under an agreement at present, beside its dates; undefined where it may. */
  barrier(agreement: Agreement, purpose: string): RefusalCode | undefined
  /** Whether a purpose is free of who and when at present; `inHand`: or was a moment ago. */
  isUrgent(agreement: Agreement, purpose: string, inHand?: boolean): boolean
  /** What the recipient's gateway has declared it can carry out; undefined where officers alone have signed. */
  abilitiesOf(agreement: Agreement): ReadonlySet<string> | undefined
  /** Those that count, one for each agreement. */
  readonly all: readonly Agreement[]
}

/** What is looked up many times a second, worked out once for each change. */
interface Index {
  readonly of: Lives
  /** Until then the index holds, ms. */
  readonly until: number
  readonly current: readonly { readonly life: Life; readonly revision: Revision }[]
  readonly byPair: ReadonlyMap<string, Agreement>
  readonly byDigest: ReadonlyMap<Digest, { readonly life: Life; readonly revision: Revision }>
}

export function makeBook(livesNow: () => Lives, clock: Clock): Book {
  let index = indexOf(livesNow(), clock.now())
  const fresh = () => {
    const lives = livesNow()
    const now = clock.now()
    if (index.of !== lives || now >= index.until) index = indexOf(lives, now)
    return index
  }
  return {
    find: (provider, recipient, resource) => fresh().byPair.get(`${provider}>${recipient}>${resource}`),
    byDigest: digest => fresh().byDigest.get(digest)?.revision.agreement,
    barrier(agreement, purpose) {
      const found = fresh().byDigest.get(agreement.digest)
      if (found === undefined) return 'agreement-mismatch'
      if (isSuspended(found.life, purpose)) return 'agreement-suspended'
      return isInHand(found.life, found.revision, clock.now()) ? undefined : 'agreement-mismatch'
    },
    isUrgent(agreement, purpose, inHand = false) {
      const life = fresh().byDigest.get(agreement.digest)?.life
      const at = clock.now() - (inHand ? IN_HAND_MS : 0)
      return life !== undefined && openUrgentUse(life, agreement.digest, purpose, at) !== undefined
    },
    abilitiesOf(agreement) {
      const verified = fresh().byDigest.get(agreement.digest)?.revision.verified.get(agreement.recipient)
      return verified && new Set(verified.abilities)
    },
    get all() {
      return fresh().current.map(({ revision }) => revision.agreement)
    },
  }
}

/** Whether a revision counts, or was superseded so recently that what was sent under it is still in hand. */
function isInHand(life: Life, revision: Revision, now: number): boolean {
  const current = currentOf(life, now)
  return current === revision || (current !== undefined && isYoung(current, revision, now))
}

function isYoung(current: Revision, revision: Revision, now: number): boolean {
  return current.agreement.revision > revision.agreement.revision && now < beginsAt(current) + IN_HAND_MS
}

function indexOf(lives: Lives, now: number): Index {
  const current: { life: Life; revision: Revision }[] = []
  const byPair = new Map<string, Agreement>()
  const byDigest = new Map<Digest, { life: Life; revision: Revision }>()
  let until = Number.POSITIVE_INFINITY
  for (const life of lives.values()) {
    for (const revision of life.revisions) {
      if (revision.agreedAt === undefined) continue
      byDigest.set(revision.agreement.digest, { life, revision })
      const begins = beginsAt(revision)
      if (begins > now) until = Math.min(until, begins)
    }
    const revision = currentOf(life, now)
    if (revision === undefined) continue
    current.push({ life, revision })
    const { agreement } = revision
    for (const resource of agreement.resources.keys())
      byPair.set(`${agreement.provider}>${agreement.recipient}>${resource}`, agreement)
  }
  return { of: lives, until, current, byPair, byDigest }
}
