import type { Json, JsonObject } from '../../kit/kit.ts'
import type { Sensitivity } from '../../terms/terms.ts'
import type { Draft } from '../draft.ts'
import type { Reference } from '../read.ts'
import { PERSONAL } from '../resolve.ts'
import { looserChanges } from './change.ts'
import type { Check } from './check.ts'
import { type Found, grouped, listed, openCells, placeAt, type Subject } from './subject.ts'

/** Checks 7 to 13: agreement and law. The linter sees that references are there; people see that they are right. */
export const LAW = {
  7: {
    title: 'every purpose has its bases, its sentence, its requesters and its time, also in an emergency',
    level: 'stop',
    needs: 'meaning',
    codes: [
      'purposes-missing',
      'purposes/missing-key',
      'purposes/not-a-text',
      'requesters-missing',
      'unknown-basis',
      'whilst-missing',
      'urgent-form',
      'purposes/not-a-flag',
      'purposes/not-a-period',
      'purposes/not-in-range',
      'purposes/unknown-word',
    ],
    run: urgentPersonal,
  },
  8: {
    title: 'sensitive and criminal items have their condition in law',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: subject => [...missingConditions(subject), ...missingDocument(subject)],
  },
  9: {
    title: 'a law-enforcement agency has the power to pass data on',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: missingPower,
  },
  10: {
    title: 'the signed paper and its impact assessment are current',
    level: 'ask',
    needs: 'meaning',
    codes: ['agreement/missing-key'],
    run: changedPaper,
  },
  11: {
    title: 'it ends, and is reviewed before',
    level: 'stop',
    needs: 'meaning',
    codes: ['dates-order', 'dates/missing-key', 'not-an-instant', 'not-a-day'],
    run: dates,
  },
} satisfies Record<number, Check>

/** Regimes of law enforcement: special conditions are named in their own schedule, and criminal data is their daily work. */
const LAW_ENFORCEMENT: ReadonlySet<unknown> = new Set(['UK-DPA-2018-Part-3', 'EU-LED-2016-680'])

const NEEDS_POLICY_DOCUMENT: ReadonlySet<Sensitivity> = new Set(['sensitive', 'criminal'])

function basisOf(draft: Draft, reference: Reference | undefined): JsonObject {
  return draft.legalBases.get(reference?.name ?? '') ?? {}
}

/** In an emergency nobody looks at who asks and when, so what is then shown of people as it is needs a reason. */
function urgentPersonal({ resolved }: Subject): readonly Found[] {
  const open = openCells(resolved).flatMap(({ item, purpose, cell }) => {
    const urgent = resolved.draft.purposes.get(purpose)?.urgent
    const shown = PERSONAL.has(item.leaf.sensitivity) && cell.some(({ outcome }) => outcome.kind === 'share')
    return urgent && shown ? [{ purpose, path: item.leaf.path, place: urgent.place }] : []
  })
  return grouped(open, ({ purpose }) => purpose).map(group => {
    const [{ purpose, place }] = group
    const paths = listed([...new Set(group.map(({ path }) => path))])
    const says = `urgent use of \`${purpose}\` gives ${paths} unchanged, whoever asks and at any stage`
    return { place, level: 'ask', says, fix: 'say why an emergency needs them, or treat them' }
  })
}

function missingConditions({ tree, resolved }: Subject): readonly Found[] {
  const { draft } = resolved
  const lacking = openCells(resolved).flatMap(({ item, purpose }) => {
    const written = draft.purposes.get(purpose)
    return [written?.providerBasis, written?.recipientBasis].flatMap(reference => {
      const member = conditionFor(item.leaf.sensitivity, basisOf(draft, reference))
      return member && reference ? [{ basis: reference.name, member, purpose, path: item.leaf.path }] : []
    })
  })
  return grouped(lacking, ({ basis, member, purpose }) => `${basis} ${member} ${purpose}`).map(group => {
    const { basis, member, purpose } = group[0]
    const says = `basis \`${basis}\` of \`${purpose}\` names no \`${member}\`, but ${listed(group.map(({ path }) => path))} would go`
    return {
      place: placeAt(tree, 'legalBases', basis),
      says,
      fix: `add \`${member}\` to the basis, or withhold`,
    }
  })
}

/** The member that a basis lacks for an item of this sensitivity. */
function conditionFor(sensitivity: Sensitivity, basis: JsonObject): string | undefined {
  if (sensitivity === 'sensitive' && !basis['sensitive']) return 'sensitive'
  if (sensitivity !== 'criminal' || LAW_ENFORCEMENT.has(basis['regime'])) return undefined
  return basis['criminalOffenceData'] ? undefined : 'criminalOffenceData'
}

function missingDocument({ tree, resolved }: Subject): readonly Found[] {
  if (resolved.draft.paper['appropriatePolicyDocument']) return []
  const paths = openCells(resolved)
    .filter(({ item }) => NEEDS_POLICY_DOCUMENT.has(item.leaf.sensitivity))
    .map(({ item }) => item.leaf.path)
  if (paths.length === 0) return []
  const says = `${listed([...new Set(paths)])} would go without an appropriate policy document`
  return [{ place: placeAt(tree, 'agreement'), says, fix: 'add `appropriatePolicyDocument` to `agreement`' }]
}

function missingPower({ resolved: { draft } }: Subject): readonly Found[] {
  return [...draft.purposes].flatMap(([name, { place, providerBasis, recipientBasis }]) => {
    const [provider, recipient] = [basisOf(draft, providerBasis), basisOf(draft, recipientBasis)]
    if (!LAW_ENFORCEMENT.has(provider['regime']) || LAW_ENFORCEMENT.has(recipient['regime'])) return []
    if (provider['onwardPower']) return []
    const says = `\`${name}\` carries law-enforcement data to another regime, and \`${providerBasis?.name ?? ''}\` names no power for it`
    return [{ place, says, fix: 'add `onwardPower` to the basis of the provider' }]
  })
}

function changedPaper(subject: Subject): readonly Found[] {
  const { tree, previous, resolved } = subject
  if (!previous) return []
  const { paper } = resolved.draft
  const before = previous.reading.resolved.draft.paper
  const changed = ['reference', 'dpia', 'documentDigest', 'appropriatePolicyDocument'].flatMap(
    (member): Found[] => {
      if (paper[member] === before[member]) return []
      const says = `\`${member}\` is no longer ${written(before[member])}`
      return [{ place: placeAt(tree, 'agreement', member), says, fix: 'say what has changed in the paper' }]
    },
  )
  const looser = looserChanges(subject)
  if (looser.length === 0 || paper['dpia'] !== before['dpia']) return changed
  const says = `more would go than before in ${looser.length} places, and the impact assessment is still ${written(paper['dpia'])}`
  const fix = 'name the assessment that covers them, or say why the old one does'
  return [...changed, { place: placeAt(tree, 'agreement', 'dpia'), says, fix }]
}

function written(value: Json | undefined): string {
  return typeof value === 'string' ? `\`${value}\`` : 'absent'
}

const DAY = 86_400_000

function dates({ tree, resolved: { draft }, rules, now }: Subject): readonly Found[] {
  const found: Found[] = []
  const say = (member: string, says: string, level: 'stop' | 'ask', fix: string) =>
    found.push({ place: placeAt(tree, 'dates', member), says, level, fix })
  const days = Math.ceil((draft.expiresAt - draft.effectiveFrom) / DAY)
  if (days > rules.longestDays)
    say(
      'expiresAt',
      `it would hold for ${days} days; the agency allows ${rules.longestDays}`,
      'stop',
      'end it earlier',
    )
  const review = Date.parse(`${draft.reviewBy}T00:00:00Z`)
  if (review >= draft.expiresAt)
    say('reviewBy', 'the review comes only when nothing flows any more', 'ask', 'review it before it ends')
  if (review + DAY <= now)
    say('reviewBy', 'the day of the review has passed', 'ask', 'review it, and set the next day')
  if (rules.reviewers && !rules.reviewers.has(draft.reviewOwner))
    say('reviewOwner', `\`${draft.reviewOwner}\` is no officer of today`, 'ask', 'name who reviews it now')
  return found
}
