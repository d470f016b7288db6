import type { components } from '../contract/contract.ts'
import { canonicalJson, digestOf, timestamp } from '../kit/kit.ts'
import {
  type Agreement,
  type Change,
  diffAgreements,
  type Finding,
  type SignatureParts,
  statementOf,
} from '../policy/policy.ts'
import type { KeptAct } from './act.ts'
import type { Life, Revision, Suspension, UrgentUse } from './lives.ts'
import { isReviewed, missingOf, stateOf } from './state.ts'
import { resumptionStatement } from './statements.ts'

type Schemas = components['schemas']
export type AgreementSummary = Schemas['AgreementSummary']
export type RevisionView = Schemas['AgreementRevision']
export type SuspensionView = Schemas['Suspension']
export type UrgentUseView = Schemas['UrgentUse']
export type ChangeView = Schemas['AgreementChange']
export type FindingView = Schemas['AgreementFinding']

/** What officers see of an agreement, by whom it may be shown: it names officers, never a value of a document. */
export function summaryOf(life: Life, now: number, parts: SignatureParts): AgreementSummary | undefined {
  const agreement = life.revisions.at(-1)?.agreement
  if (agreement === undefined) return undefined
  const { title, provider, recipient } = agreement
  const revisions = life.revisions.map(one => revisionSummary(life, one, now, parts))
  const suspensions = life.suspensions.map(suspensionView)
  return { agreement: life.id, title, provider, recipient, revisions, suspensions }
}

function revisionSummary(life: Life, revision: Revision, now: number, parts: SignatureParts) {
  const { digest, revision: number, effectiveFrom, expiresAt } = revision.agreement
  return {
    digest,
    revision: number,
    state: stateOf(life, revision, now, parts),
    origin: revision.origin,
    effectiveFrom: timestamp(effectiveFrom),
    expiresAt: timestamp(expiresAt),
    missing: [...missingOf(revision, parts)],
  }
}

export function revisionView(
  life: Life,
  revision: Revision,
  now: number,
  parts: SignatureParts,
): RevisionView {
  const { agreement, path, source, approvals, verified, previous, ended, acts } = revision
  const { title, provider, recipient } = agreement
  return {
    agreement: life.id,
    title,
    provider,
    recipient,
    summary: revisionSummary(life, revision, now, parts),
    path,
    source,
    statement: statementOf(agreement),
    approvals: [...approvals],
    verifiedBy: [...verified.keys()],
    changes: [...changesSince(previous, agreement)],
    answers: acts.flatMap(({ act }) => (act.kind === 'proposed' ? act.answers : [])),
    ...(ended?.kind === 'declined' ? { problems: ended.problems } : {}),
    acts: acts.map(actView),
  }
}

function actView({ act, recordedAt }: KeptAct): RevisionView['acts'][number] {
  const person = personOf(act)
  return {
    kind: act.kind,
    from: act.from,
    at: timestamp(recordedAt),
    ...(person === undefined ? {} : { person }),
    ...('reason' in act ? { reason: act.reason } : {}),
  }
}

function personOf(act: KeptAct['act']): string | undefined {
  if ('person' in act) return act.person
  return 'approval' in act ? act.approval.person : undefined
}

/** In what a revision differs from the one it follows; nothing for a first one, of which all is new. */
export function changesSince(previous: Agreement | undefined, agreement: Agreement): readonly ChangeView[] {
  return previous === undefined ? [] : diffAgreements(previous, agreement).map(changeView)
}

function changeView(change: Change): ChangeView {
  const { direction, kind, subject, resource, purpose, before, after, because } = change
  const told = { resource, purpose, before, after, because }
  return {
    key: keyOf({
      direction,
      kind,
      subject,
      resource: resource ?? '',
      purpose: purpose ?? '',
      after: after ?? '',
    }),
    direction,
    kind,
    subject,
    ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
  }
}

/** The keys of the changes that somebody has to have looked at: all that is not shown to be tighter or without effect. */
export function toAcknowledge(previous: Agreement | undefined, agreement: Agreement): readonly string[] {
  return changesSince(previous, agreement)
    .filter(({ direction }) => direction === 'looser' || direction === 'not-comparable')
    .map(({ key }) => key)
}

export function findingView(finding: Finding): FindingView {
  const { check, level, line, column, row, says, fix } = finding
  const key = keyOf({ check, row: row ?? '', says })
  return { key, check, level, line, column, says, ...(row && { row }), ...(fix && { fix }) }
}

/** A short name for what officers tick or answer; the same on both sides. */
function keyOf(what: Readonly<Record<string, string | number>>): string {
  return digestOf(canonicalJson(what)).slice('sha256:'.length, 'sha256:'.length + 16)
}

export function suspensionView({ act, recordedAt, resumedBy }: Suspension): SuspensionView {
  const lifted = resumedBy.length === 2
  return {
    id: act.act,
    agreement: act.agreement,
    ...(act.purposes && { purposes: act.purposes }),
    by: act.from,
    at: timestamp(recordedAt),
    reason: act.reason,
    lifted,
    resumedBy: [...resumedBy],
    ...(lifted ? {} : { statement: resumptionStatement(act.agreement, act.act) }),
  }
}

export function urgentUseView(use: UrgentUse, now: number): UrgentUseView {
  const { act, recordedAt, until, reviewedBy } = use
  const { nonce, policy, digest, purpose, reason } = act.statement
  return {
    id: nonce,
    agreement: policy,
    digest,
    purpose,
    reason,
    openedBy: act.from,
    openedAt: timestamp(recordedAt),
    until: timestamp(until),
    state: now < until ? 'open' : isReviewed(use) ? 'reviewed' : 'review-due',
    reviewedBy: [...reviewedBy],
  }
}
