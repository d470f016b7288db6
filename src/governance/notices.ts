import type { components } from '../contract/contract.ts'
import { timestamp } from '../kit/kit.ts'
import type { SignatureParts } from '../policy/policy.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { Life, Lives, Revision } from './lives.ts'
import { currentOf, isReviewed, openSuspensions, stateOf } from './state.ts'

export type Notice = components['schemas']['Notice']

const DAY_MS = 86_400_000

interface Looking {
  readonly agency: AgencyId
  readonly now: number
  readonly signatures: SignatureParts
}

/** What waits for somebody of this agency, most pressing first. */
export function noticesOf(lives: Lives, looking: Looking): readonly Notice[] {
  const found = [...lives.values()].flatMap(life => [
    ...ofUrgentUses(life, looking),
    ...ofSuspensions(life),
    ...ofProposals(life, looking),
    ...ofDates(life, looking),
  ])
  const gravity = (notice: Notice) => NOTICE_KINDS.indexOf(notice.kind)
  return found.toSorted((a, b) => gravity(a) - gravity(b))
}

/** Most pressing first. */
export const NOTICE_KINDS: readonly Notice['kind'][] = [
  'log-conflict',
  'witness-behind',
  'urgent-use',
  'suspended',
  'review-urgent-use',
  'decide-proposal',
  'proposal-declined',
  'agreement-ends',
  'review-agreement',
]

function ofUrgentUses(life: Life, { agency, now }: Looking): Notice[] {
  return life.urgentUses
    .filter(use => !isReviewed(use))
    .map((use): Notice => {
      const about = { role: 'dpo', agreement: life.id, since: timestamp(use.recordedAt) }
      const { purpose } = use.act.statement
      if (now < use.until) {
        const says = `urgent use for ${purpose} is open until ${timestamp(use.until)}`
        return { kind: 'urgent-use', ...about, says }
      }
      const whose = use.reviewedBy.includes(agency) ? 'by the other agency' : 'by this agency'
      const says = `the urgent use for ${purpose} has ended and has to be reviewed ${whose}`
      return { kind: 'review-urgent-use', ...about, says }
    })
}

function ofSuspensions(life: Life): Notice[] {
  return openSuspensions(life).map(({ act, recordedAt }): Notice => {
    const what = act.purposes ? `for ${act.purposes.join(', ')}` : 'as a whole'
    const says = `suspended ${what} by ${act.from}; an approver of each side can let it go on`
    return { kind: 'suspended', role: 'approver', agreement: life.id, since: timestamp(recordedAt), says }
  })
}

function ofProposals(life: Life, looking: Looking): Notice[] {
  return life.revisions.flatMap((revision): Notice[] => {
    const { agreement, proposedAt, ended } = revision
    const { revision: number, digest, provider } = agreement
    const about = { agreement: life.id, digest, since: timestamp(proposedAt) }
    const state = stateOf(life, revision, looking.now, looking.signatures)
    if (ended?.kind === 'declined' && provider === looking.agency) {
      const says = `revision ${number} was declined by the gateway of ${ended.from}`
      return [{ kind: 'proposal-declined', role: 'author', ...about, says }]
    }
    if (!isOurTurn(state, provider === looking.agency)) return []
    const says = `revision ${number} waits for an approver of this agency`
    return [{ kind: 'decide-proposal', role: 'approver', ...about, says }]
  })
}

function isOurTurn(state: ReturnType<typeof stateOf>, providing: boolean): boolean {
  return state === (providing ? 'proposed' : 'approved')
}

function ofDates(life: Life, { agency, now }: Looking): Notice[] {
  const revision: Revision | undefined = currentOf(life, now)
  if (revision === undefined) return []
  const { agreement } = revision
  const about = { role: 'author', agreement: life.id, digest: agreement.digest, since: timestamp(now) }
  const notices: Notice[] = []
  if (agreement.expiresAt - now < 60 * DAY_MS) {
    const says =
      agreement.expiresAt <= now
        ? `ended on ${timestamp(agreement.expiresAt)}; nothing flows`
        : `ends on ${timestamp(agreement.expiresAt)}`
    notices.push({ kind: 'agreement-ends', ...about, says })
  }
  const { reviewBy, reviewOwner } = agreement.reading.resolved.draft
  if (agreement.provider === agency && Date.parse(`${reviewBy}T00:00:00Z`) - now < 30 * DAY_MS)
    notices.push({
      kind: 'review-agreement',
      ...about,
      says: `is due for review by ${reviewBy}: ${reviewOwner}`,
    })
  return notices
}
