import { didYouMean, type Findings, type Place } from './findings.ts'
import {
  checkName,
  type Reference,
  readChoice,
  readDictionary,
  readList,
  readRecord,
  readReference,
  readText,
} from './read.ts'
import type { Source } from './source.ts'

/** What the recipient has to do: for `all` purposes and for single ones. */
export type DutiesDraft = ReadonlyMap<string, PurposeDutiesDraft>

export interface PurposeDutiesDraft {
  readonly place: Place
  readonly must: readonly DutyDraft[]
  readonly should: readonly DutyDraft[]
}

/** One of the two agencies, as duties name them. */
export type Party = 'provider' | 'recipient'

/** One duty, as machines can check it: where it counts from, how long it holds, who is told. */
export type DutyDraft = { readonly place: Place } & (
  | {
      readonly kind: 'deleteAfter'
      readonly from: ReadonlyMap<string, Reference>
      readonly period: string
    }
  | { readonly kind: 'caveat'; readonly text: string }
  | { readonly kind: 'onward'; readonly onward: 'ask-originator' | 'not-allowed' }
  /** Corrections of the provider are applied within this time. */
  | { readonly kind: 'correct'; readonly within: string }
  /** How exactly it is recorded who looks, and how long that is kept. */
  | { readonly kind: 'log'; readonly who: 'person' | 'role' | 'system'; readonly keep: string }
  | { readonly kind: 'feedback'; readonly to: Party; readonly on: readonly string[] }
  | { readonly kind: 'notify'; readonly who: Party; readonly on: readonly string[]; readonly within: string }
)

export function readDuties(findings: Findings, source: Source | undefined): DutiesDraft {
  return readDictionary(findings, source, {
    what: '`obligations`',
    each: (value, { name, place }) => {
      const keys = { must: 'optional', should: 'optional' } as const
      const duties = readRecord(findings, value, { what: `the obligations of \`${name}\``, keys })
      const each = (one: Source) => readDuty(findings, one)
      return {
        place,
        must: readList(findings, duties.must, { what: '`must`', each }).flatMap(one => one ?? []),
        should: readList(findings, duties.should, { what: '`should`', each }).flatMap(one => one ?? []),
      }
    },
  })
}

const READERS: Readonly<Record<string, (findings: Findings, source: Source) => DutyDraft>> = {
  caveat: (findings, source) => ({
    kind: 'caveat',
    place: source.place,
    text: readText(findings, source, '`caveat`'),
  }),
  deleteAfter: readDeletion,
  onward: (findings, source) => {
    const onward = readChoice(findings, source, {
      what: '`onward`',
      choices: ['ask-originator', 'not-allowed'],
    })
    return { kind: 'onward', place: source.place, onward }
  },
  correct: (findings, source) => {
    const { within } = readRecord(findings, source, { what: '`correct`', keys: { within: 'required' } })
    return { kind: 'correct', place: source.place, within: readPeriod(findings, within) }
  },
  log: (findings, source) => {
    const keys = { who: 'required', keep: 'required' } as const
    const { who, keep } = readRecord(findings, source, { what: '`log`', keys })
    return {
      kind: 'log',
      place: source.place,
      who: readChoice(findings, who, { what: '`who`', choices: ['person', 'role', 'system'] }),
      keep: readPeriod(findings, keep),
    }
  },
  feedback: (findings, source) => {
    const keys = { to: 'required', on: 'required' } as const
    const { to, on } = readRecord(findings, source, { what: '`feedback`', keys })
    return {
      kind: 'feedback',
      place: source.place,
      to: readParty(findings, to, '`to`'),
      on: readEvents(findings, on),
    }
  },
  notify: (findings, source) => {
    const keys = { who: 'required', on: 'required', within: 'required' } as const
    const { who, on, within } = readRecord(findings, source, { what: '`notify`', keys })
    return {
      kind: 'notify',
      place: source.place,
      who: readParty(findings, who, '`who`'),
      on: readEvents(findings, on),
      within: readPeriod(findings, within),
    }
  },
}

function readDuty(findings: Findings, source: Source): DutyDraft | undefined {
  if (source.kind !== 'map' || source.members.size !== 1) {
    findings.note(source.place, 'obligation-form', 'an obligation is one word with its terms')
    return undefined
  }
  const [[name, member] = ['', undefined]] = [...source.members]
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  if (reader && member) return reader(findings, member.value)
  const hint = didYouMean(name, Object.keys(READERS))
  findings.note(source.place, 'unknown-obligation', `there is no obligation \`${name}\`${hint}`)
  return undefined
}

function readDeletion(findings: Findings, source: Source): DutyDraft {
  const keys = { from: 'required', period: 'required' } as const
  const { from, period } = readRecord(findings, source, { what: '`deleteAfter`', keys })
  const single = from && from.kind !== 'map'
  const each = (value: Source) => readReference(findings, value, '`from`')
  const starts = single
    ? new Map([['others', readReference(findings, from, '`from`')]])
    : readDictionary(findings, from, { what: '`from`', each })
  return { kind: 'deleteAfter', place: source.place, from: starts, period: readPeriod(findings, period) }
}

function readParty(findings: Findings, source: Source | undefined, what: string): Party {
  return readChoice(findings, source, { what, choices: ['provider', 'recipient'] })
}

/** What has to happen for a duty to fall due: at least one thing, each named once. */
function readEvents(findings: Findings, source: Source | undefined): readonly string[] {
  const each = (one: Source): Reference => {
    const event = readReference(findings, one, 'an event')
    if (event.name !== '') checkName(findings, event, 'an event')
    return event
  }
  const events = readList(findings, source, { what: '`on`', each })
  if (source?.kind === 'list' && events.length === 0)
    findings.note(source.place, 'obligation-form', '`on` names nothing that could happen')
  const names = events.map(({ name }) => name)
  for (const [index, { name, place }] of events.entries()) {
    if (names.indexOf(name) < index) findings.note(place, 'obligation-form', `\`on\` names \`${name}\` twice`)
  }
  return names
}

function readPeriod(findings: Findings, source: Source | undefined): string {
  const period = readText(findings, source, 'a period')
  if (source && period !== '' && !addPeriod(0, period)) {
    findings.note(source.place, 'not-a-period', `\`${period}\` is not a period such as \`P30D\` or \`PT4H\``)
  }
  return period
}

const PERIOD =
  /^P(?=.)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?$/

/**
 * An instant moved forward by a period (ISO 8601, in calendar steps of UTC); undefined where the text is not one or is empty.
 *
 * @param instant milliseconds since 1970
 */
export function addPeriod(instant: number, period: string): number | undefined {
  const match = PERIOD.exec(period)
  if (!match) return undefined
  const [years = 0, months = 0, days = 0, hours = 0, minutes = 0] = match
    .slice(1)
    .map(part => Number(part ?? 0))
  const moved = new Date(instant)
  moved.setUTCFullYear(
    moved.getUTCFullYear() + years,
    moved.getUTCMonth() + months,
    moved.getUTCDate() + days,
  )
  const result = moved.getTime() + (hours * 60 + minutes) * 60_000
  return result > instant ? result : undefined
}
