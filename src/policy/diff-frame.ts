import { type Change, change, type Direction, directionOf, namesOf } from './diff-change.ts'
import type { Draft } from './draft.ts'
import type { PurposeDraft } from './draft-terms.ts'
import { compareMarkings } from './marking.ts'
import { byAmount, bySet } from './strictness.ts'
import { dayWords, instantWords, joinWords, markingWords, plainValue } from './words.ts'

/** What stands around all resources: names, dates, purposes and their bases, the marking. */
export function diffFrame(before: Draft, after: Draft): readonly Change[] {
  return [
    ...diffParties(before, after),
    ...diffDates(before, after),
    ...diffMarking(before, after),
    ...diffNotice(before, after),
    ...diffPaper(before, after),
    ...namesOf(before.purposes, after.purposes).flatMap(name => diffPurpose(before, after, name)),
  ]
}

/** One change where two texts differ. */
function texts(
  about: { direction: Direction; kind: Change['kind']; subject: string },
  before: string | undefined,
  after: string | undefined,
): readonly Change[] {
  return before === after ? [] : [change({ ...about, before, after })]
}

function diffParties(before: Draft, after: Draft): readonly Change[] {
  const kind = 'parties'
  const sides = (['provider', 'recipient'] as const).flatMap(side => {
    const [old, now] = [before[side], after[side]]
    return [
      ...texts({ direction: 'not-comparable', kind, subject: side }, old.id, now.id),
      ...texts({ direction: 'other', kind, subject: `${side}, controller` }, old.controller, now.controller),
      ...texts({ direction: 'other', kind, subject: `${side}, contact` }, old.contact, now.contact),
    ]
  })
  return [...texts({ direction: 'not-comparable', kind, subject: 'id' }, before.id, after.id), ...sides]
}

function diffDates(before: Draft, after: Draft): readonly Change[] {
  const from = byAmount(before.effectiveFrom, after.effectiveFrom, 'tighter')
  const until = byAmount(before.expiresAt, after.expiresAt, 'looser')
  const kind = 'dates'
  return [
    ...texts(
      { direction: directionOf(from), kind, subject: 'effectiveFrom' },
      instantWords(before.effectiveFrom),
      instantWords(after.effectiveFrom),
    ),
    ...texts(
      { direction: directionOf(until), kind, subject: 'expiresAt' },
      instantWords(before.expiresAt),
      instantWords(after.expiresAt),
    ),
    ...texts(
      { direction: 'other', kind, subject: 'reviewBy' },
      dayWords(before.reviewBy),
      dayWords(after.reviewBy),
    ),
    ...texts({ direction: 'other', kind, subject: 'reviewOwner' }, before.reviewOwner, after.reviewOwner),
  ]
}

function diffMarking({ marking: old }: Draft, { marking: now }: Draft): readonly Change[] {
  const direction = directionOf(compareMarkings(old, now))
  return texts({ direction, kind: 'marking', subject: 'marking' }, markingWords(old), markingWords(now))
}

/** The notice tells nothing that the agreement, which both sides hold, does not tell already. */
function diffNotice(before: Draft, after: Draft): readonly Change[] {
  const about = { direction: 'other', kind: 'notice', subject: 'withheldNotice' } as const
  return texts(about, before.withheldNotice, after.withheldNotice)
}

function diffPaper(before: Draft, after: Draft): readonly Change[] {
  const about = (subject: string) => ({ direction: 'other', kind: 'paper', subject }) as const
  const written = ({ paper }: Draft) =>
    new Map(Object.entries(paper).map(([name, value]) => [name, plainValue(value)]))
  const [old, now] = [written(before), written(after)]
  return [
    ...texts(about('title'), before.title, after.title),
    ...texts(about('revision'), String(before.revision), String(after.revision)),
    ...texts(about('replaces'), before.replaces, after.replaces),
    ...namesOf(old, now).flatMap(name => texts(about(name), old.get(name), now.get(name))),
  ]
}

function diffPurpose(before: Draft, after: Draft, purpose: string): readonly Change[] {
  const [old, now] = [before.purposes.get(purpose), after.purposes.get(purpose)]
  const about = { kind: 'purpose', purpose, subject: purpose } as const
  if (!old) return now ? [change({ ...about, direction: 'looser', before: undefined, after: now.says })] : []
  if (!now) return [change({ ...about, direction: 'tighter', before: old.says, after: undefined })]
  const other = { ...about, direction: 'other' } as const
  return [
    ...texts(other, old.says, now.says),
    ...texts({ ...other, subject: 'dpv' }, joinWords(old.dpv), joinWords(now.dpv)),
    ...diffRequesters(purpose, old, now),
    ...texts(
      { ...other, subject: 'basis of the provider' },
      basisWords(before, old, 'provider'),
      basisWords(after, now, 'provider'),
    ),
    ...texts(
      { ...other, subject: 'basis of the recipient' },
      basisWords(before, old, 'recipient'),
      basisWords(after, now, 'recipient'),
    ),
  ]
}

function diffRequesters(purpose: string, old: PurposeDraft, now: PurposeDraft): readonly Change[] {
  const [before, after] = [old, now].map(({ requesters }) => joinWords(requesters.toSorted()))
  if (before === after) return []
  const added = now.requesters.some(role => !old.requesters.includes(role))
  const direction = added ? 'looser' : directionOf(bySet(old.requesters, now.requesters, 'looser'))
  return [change({ direction, kind: 'requesters', purpose, subject: 'requesters', before, after })]
}

/** A basis is compared by what it says: a new name for the same law is no change. */
function basisWords({ legalBases }: Draft, purpose: PurposeDraft, side: 'provider' | 'recipient'): string {
  const reference = side === 'provider' ? purpose.providerBasis : purpose.recipientBasis
  const basis = legalBases.get(reference?.name ?? '') ?? {}
  return Object.entries(basis)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${plainValue(value)}`)
    .join('; ')
}
