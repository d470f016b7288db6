import type { Agreement, ApprovalPath, OfficerSignature } from '../policy/policy.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { ActOf, KeptAct } from './act.ts'

/** One revision of an agreement with everything that has been done about it. */
export interface Revision {
  /** The id of the act that proposed or adopted it; what comes after names it, so that nothing about an earlier proposal counts. */
  readonly proposal: string
  readonly agreement: Agreement
  /** The YAML that the officers read. */
  readonly source: string
  /** Whether it came as a file with all its signatures, or was proposed. */
  readonly origin: 'file' | 'link'
  readonly path: ApprovalPath
  /** The revision that it follows. */
  readonly previous: Agreement | undefined
  /** When it was recorded here, ms. */
  readonly proposedAt: number
  readonly approvals: readonly OfficerSignature[]
  /** What each gateway has verified. */
  readonly verified: ReadonlyMap<AgencyId, ActOf<'verified'>>
  readonly ended: ActOf<'declined' | 'rejected' | 'withdrawn'> | undefined
  /** When the last signature that it needed was recorded here, ms. */
  readonly agreedAt: number | undefined
  readonly acts: readonly KeptAct[]
}

export interface Suspension {
  readonly act: ActOf<'suspended'>
  readonly recordedAt: number
  /** The agencies whose approvers agree that it goes on; lifted once both do. */
  readonly resumedBy: readonly AgencyId[]
}

export interface UrgentUse {
  readonly act: ActOf<'urgent-opened'>
  readonly recordedAt: number
  /** Milliseconds; from then on it is over. */
  readonly until: number
  readonly reviewedBy: readonly AgencyId[]
}

/** Everything that is known here of one agreement. */
export interface Life {
  readonly id: string
  /** In the order in which they were recorded. */
  readonly revisions: readonly Revision[]
  readonly suspensions: readonly Suspension[]
  readonly urgentUses: readonly UrgentUse[]
}

/** The lives of all agreements, by id. Never changed: each act gives new ones. */
export type Lives = ReadonlyMap<string, Life>

export const NO_LIVES: Lives = new Map()

export function revisionOf(lives: Lives, digest: string): { life: Life; revision: Revision } | undefined {
  for (const life of lives.values()) {
    const revision = life.revisions.find(({ agreement }) => agreement.digest === digest)
    if (revision) return { life, revision }
  }
  return undefined
}

/** The agreed revision with the highest number; undefined where none has been agreed. */
export function newestAgreed(life: Life | undefined): Revision | undefined {
  return life?.revisions
    .filter(({ agreedAt }) => agreedAt !== undefined)
    .reduce<Revision | undefined>(
      (newest, one) => (newest && newest.agreement.revision > one.agreement.revision ? newest : one),
      undefined,
    )
}

/** The life of an agreement with one revision put in the place of that with its digest, or added. */
export function withRevision(lives: Lives, revision: Revision): Lives {
  const { id, digest } = revision.agreement
  const life = lives.get(id) ?? newLife(id)
  const at = life.revisions.findIndex(one => one.agreement.digest === digest)
  const revisions = at < 0 ? [...life.revisions, revision] : life.revisions.with(at, revision)
  return withLife(lives, { ...life, revisions })
}

export function newLife(id: string): Life {
  return { id, revisions: [], suspensions: [], urgentUses: [] }
}

export function withLife(lives: Lives, life: Life): Lives {
  return new Map(lives).set(life.id, life)
}
