import { addPeriod } from './draft-duties.ts'
import type { Findings, Place } from './findings.ts'
import { readChoice, readFlag, readInteger, readList, readRecord, readText } from './read.ts'
import type { Source } from './source.ts'

/** The data-protection officers that are told of every urgent use. */
const OFFICERS = ['provider-dpo', 'recipient-dpo'] as const

/** Use of a purpose when there is no time for the usual requesters and stage: who and when are relaxed, never the table. */
export interface UrgentDraft {
  readonly place: Place
  /** How many people have to open it together. */
  readonly people: number
  /** As it is written (ISO 8601). */
  readonly lasts: string
  readonly lastsMs: number
  readonly tell: readonly (typeof OFFICERS)[number][]
}

const MINUTE = 60_000
const SHORTEST_MS = 15 * MINUTE
const LONGEST_MS = 24 * 60 * MINUTE

const KEYS = { allowed: 'required', people: 'optional', lasts: 'optional', tell: 'optional' } as const
const TERMS = ['people', 'lasts', 'tell'] as const

/** `{ allowed, people, lasts, tell }`; undefined where urgent use is not allowed, which is so unless the file says otherwise. */
export function readUrgent(findings: Findings, source: Source | undefined): UrgentDraft | undefined {
  if (!source) return undefined
  const urgent = readRecord(findings, source, { what: '`urgent`', keys: KEYS })
  const allowed = readFlag(findings, urgent.allowed, '`allowed`') === true
  for (const term of TERMS) {
    if (allowed && !urgent[term]) findings.note(source.place, 'missing-key', `\`urgent\` lacks \`${term}\``)
  }
  const people = readInteger(findings, urgent.people, { what: '`people`', least: 2, most: 5 })
  const read = { place: source.place, people, ...readLasts(findings, urgent.lasts) }
  const tell = readTell(findings, urgent.tell)
  return allowed ? { ...read, tell } : undefined
}

function readLasts(findings: Findings, source: Source | undefined): Pick<UrgentDraft, 'lasts' | 'lastsMs'> {
  const lasts = readText(findings, source, '`lasts`')
  const lastsMs = addPeriod(0, lasts)
  if (source && lasts !== '') {
    if (lastsMs === undefined)
      findings.note(source.place, 'not-a-period', `\`${lasts}\` is not a period such as \`PT4H\``)
    else if (lastsMs < SHORTEST_MS || lastsMs > LONGEST_MS)
      findings.note(source.place, 'not-in-range', '`lasts` has to be a period from `PT15M` to `PT24H`')
  }
  return { lasts, lastsMs: lastsMs ?? 0 }
}

function readTell(findings: Findings, source: Source | undefined): UrgentDraft['tell'] {
  const each = (one: Source) => readChoice(findings, one, { what: '`tell`', choices: OFFICERS })
  const tell = readList(findings, source, { what: '`tell`', each })
  const both = OFFICERS.every(officer => tell.includes(officer)) && tell.length === OFFICERS.length
  if (source?.kind === 'list' && !both) {
    findings.note(
      source.place,
      'urgent-form',
      '`tell` has to name `provider-dpo` and `recipient-dpo`, each once',
    )
  }
  return OFFICERS.filter(officer => tell.includes(officer))
}
