import { canonicalJson } from '../../kit/kit.ts'
import { ABILITIES, abilityFor } from '../abilities.ts'
import { addPeriod, type DutyDraft } from '../draft-duties.ts'
import { plainDuty } from '../duties.ts'
import { PERSONAL } from '../resolve.ts'
import { type Found, grouped, listed, openCells, placeAt, type Subject } from './subject.ts'

/** Obligations that cannot be met, contradict each other, or are missing (check 40). */
export function duties(subject: Subject): readonly Found[] {
  return [
    ...longRetention(subject),
    ...noDeletion(subject),
    ...shortLogs(subject),
    ...conflicts(subject),
    ...twoNotices(subject),
    ...unableTo(subject),
  ]
}

interface PurposeDuty {
  readonly purpose: string
  readonly duty: DutyDraft
}

/** Every `must`, with the purposes it is for. */
function mustsOf({ resolved: { draft } }: Subject): readonly PurposeDuty[] {
  return [...draft.purposes.keys()].flatMap(purpose => {
    return ['all', purpose].flatMap(name =>
      (draft.duties.get(name)?.must ?? []).map(duty => ({ purpose, duty })),
    )
  })
}

function longRetention(subject: Subject): readonly Found[] {
  const { effectiveFrom, expiresAt } = subject.resolved.draft
  const long = mustsOf(subject).flatMap(({ duty }) => {
    return duty.kind === 'deleteAfter' && (addPeriod(effectiveFrom, duty.period) ?? 0) > expiresAt
      ? [duty]
      : []
  })
  return [...new Set(long)].map(({ place, period }) => {
    return {
      place,
      says: `\`${period}\` is longer than the agreement itself`,
      fix: 'have it deleted earlier',
    }
  })
}

function noDeletion(subject: Subject): readonly Found[] {
  const { tree, resolved } = subject
  const ends = new Set(
    mustsOf(subject).flatMap(({ purpose, duty }) => (duty.kind === 'deleteAfter' ? [purpose] : [])),
  )
  const personal = openCells(resolved).filter(
    ({ item, purpose }) => PERSONAL.has(item.leaf.sensitivity) && !ends.has(purpose),
  )
  return grouped(personal, ({ purpose }) => purpose).map(group => {
    const [{ purpose }] = group
    const paths = listed([...new Set(group.map(({ item }) => item.leaf.path))])
    const says = `${paths} would go for \`${purpose}\`, and nothing says when they are deleted`
    return { place: placeAt(tree, 'obligations', purpose), says, fix: 'add `deleteAfter` to its `must`' }
  })
}

/** The record of who read something must not go before the thing itself. */
function shortLogs(subject: Subject): readonly Found[] {
  const { effectiveFrom } = subject.resolved.draft
  const end = (period: string) => addPeriod(effectiveFrom, period) ?? effectiveFrom
  const musts = mustsOf(subject)
  return musts.flatMap(({ purpose, duty }) => {
    if (duty.kind !== 'log') return []
    const longer = musts.find(other => {
      const { kind } = other.duty
      return other.purpose === purpose && kind === 'deleteAfter' && end(other.duty.period) > end(duty.keep)
    })
    if (longer?.duty.kind !== 'deleteAfter') return []
    const says = `for \`${purpose}\` the record of who looked would go after \`${duty.keep}\`, and the data only after \`${longer.duty.period}\``
    return [{ place: duty.place, says, fix: 'keep the log at least as long as the data' }]
  })
}

/** Words of which one purpose can have one meaning only. */
const SINGLE: ReadonlySet<DutyDraft['kind']> = new Set(['deleteAfter', 'correct', 'log', 'onward'])

function conflicts(subject: Subject): readonly Found[] {
  const single = mustsOf(subject).filter(({ duty }) => SINGLE.has(duty.kind))
  return grouped(single, ({ purpose, duty }) => `${purpose} ${startOf(duty)}`).flatMap(group => {
    const [{ purpose, duty }] = group
    const other = group.find(one => termsOf(one.duty) !== termsOf(duty))
    if (!other) return []
    const says = `\`${duty.kind}\` of \`${purpose}\` says two things: ${termsOf(duty)} and ${termsOf(other.duty)}`
    return [{ place: other.duty.place, says, fix: 'keep one of them' }]
  })
}

/** Deletions that count from different moments do not contradict each other: the earliest holds. */
function startOf(duty: DutyDraft): string {
  if (duty.kind !== 'deleteAfter') return duty.kind
  return `deleteAfter ${[...duty.from].map(([resource, { name }]) => `${resource} ${name}`).join(' ')}`
}

function termsOf(duty: DutyDraft): string {
  return duty.kind === 'deleteAfter' ? duty.period : canonicalJson(plainDuty(duty, ''))
}

/** One event that the same party has to be told of within two different times. */
function twoNotices(subject: Subject): readonly Found[] {
  const notices = mustsOf(subject).flatMap(({ purpose, duty }) => {
    if (duty.kind !== 'notify') return []
    const { who, within, place } = duty
    return duty.on.map(event => ({ purpose, who, event, within, place }))
  })
  return grouped(notices, ({ purpose, who, event }) => `${purpose} ${who} ${event}`).flatMap(group => {
    const [{ purpose, who, event, within }] = group
    const other = group.find(one => one.within !== within)
    if (!other) return []
    const says = `for \`${purpose}\` the ${who} is told of \`${event}\` within \`${within}\` and within \`${other.within}\``
    return [{ place: other.place, says, fix: 'keep one of them' }]
  })
}

function unableTo(subject: Subject): readonly Found[] {
  const { abilities } = subject.rules
  const beyond = abilities ? mustsOf(subject).filter(({ duty }) => !abilities.has(abilityFor(duty))) : []
  return grouped(beyond, ({ duty }) => `${duty.place.line} ${duty.place.column}`).map(([{ duty }]) => {
    const ability = abilityFor(duty)
    const says = `the gateway of the recipient has not declared \`${ability}\`, that it ${ABILITIES[ability]}`
    return { place: duty.place, says, fix: 'make it a `should`, or have the recipient declare it' }
  })
}
