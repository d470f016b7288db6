import type { Digest, JsonObject } from '../kit/kit.ts'
import { type AgencyId, isAgencyId } from '../terms/terms.ts'
import { type DutiesDraft, readDuties } from './draft-duties.ts'
import { type ExampleDraft, readExamples, readSamples, type SampleDraft } from './draft-examples.ts'
import { type ResourceDraft, readResource } from './draft-resource.ts'
import {
  type ConditionDraft,
  type GateDraft,
  type PurposeDraft,
  readCondition,
  readGate,
  readPurpose,
  readTreatment,
  type TreatmentDraft,
} from './draft-terms.ts'
import type { Findings, Place } from './findings.ts'
import { type Marking, readMarking } from './marking.ts'
import { NOTICES, type WithheldNotice } from './notice.ts'
import {
  isCalendarDay,
  readChoice,
  readDictionary,
  readDigest,
  readInstant,
  readInteger,
  readList,
  readRecord,
  readText,
} from './read.ts'
import type { Source } from './source.ts'

/**
 * An agreement as it is written, before its names are resolved.
 *
 * One file for each direction, format `sharing-policy/1`:
 * - `purposes.<name>.whilst` names a condition, or `always`, or maps each resource (and `others`) to one of these, because a
 *   condition over `operation` cannot be told from a position report;
 * - `purposes.<name>.urgent` says `{ allowed, people, lasts, tell }`: how many people may open, for how long, a use that relaxes
 *   who asks and when, and never what goes; without it there is none;
 * - `resources.<resource>` holds `schema`, `redLines`, `include` and the table `fields`; everything else is common to all;
 * - a cell is `share`, `withhold`, the name of a treatment, or a list of `{ if, then }` that ends in `{ else }`;
 * - a red line says `never` with paths, or `drop` with a list (or `document`, for the whole) and `when` or `unless`;
 * - a condition that comes true because an item is absent is refused, unless it says why in `opensWhenAbsent` and stands
 *   before whole documents only: in a gate, a `whilst` or a red line about the `document`;
 * - a row names purposes, or `others` for the remaining ones, or `all` alone; what it does not name is withheld;
 * - a `derived` row says which entries are counted into a figure, `by` which of their items, and how small numbers are hidden; the
 *   figure has a row in the table like any other item, with `share` and `withhold`;
 * - an `include` row says `every`, `none` or a condition;
 * - a sample is `{ resource, label, request, document }`; a test names it, may `change`, `remove`, and overrule `label` and
 *   `request`, may ask `urgent`, and states `exactly`, `shows` and `hides`, or `refused`; `~alias` stands for any pseudonym.
 */
export interface Draft {
  readonly place: Place
  readonly id: string
  readonly revision: number
  readonly replaces: Digest | undefined
  readonly title: string
  /** References to the signed paper. */
  readonly paper: JsonObject
  readonly provider: PartyDraft
  readonly recipient: PartyDraft
  readonly effectiveFrom: number
  readonly expiresAt: number
  readonly reviewBy: string
  readonly reviewOwner: string
  readonly legalBases: ReadonlyMap<string, JsonObject>
  readonly purposes: ReadonlyMap<string, PurposeDraft>
  readonly conditions: ReadonlyMap<string, ConditionDraft>
  readonly treatments: ReadonlyMap<string, TreatmentDraft | undefined>
  readonly gates: readonly GateDraft[]
  readonly resources: ReadonlyMap<string, ResourceDraft>
  readonly duties: DutiesDraft
  readonly withheldNotice: WithheldNotice
  readonly marking: Marking
  readonly samples: ReadonlyMap<string, SampleDraft>
  readonly examples: readonly ExampleDraft[]
}

export interface PartyDraft {
  readonly id: AgencyId
  readonly controller: string
  readonly contact: string
}

const KEYS = {
  format: 'required',
  id: 'required',
  revision: 'required',
  replaces: 'optional',
  title: 'required',
  agreement: 'required',
  parties: 'required',
  dates: 'required',
  legalBases: 'required',
  purposes: 'required',
  conditions: 'optional',
  treatments: 'optional',
  gates: 'optional',
  resources: 'required',
  obligations: 'optional',
  withheldNotice: 'optional',
  marking: 'required',
  samples: 'optional',
  tests: 'required',
} as const

/** Reads the whole file into a draft; what is wrong is noted, and the draft is then not to be used. */
export function readDraft(findings: Findings, source: Source): Draft {
  const file = readRecord(findings, source, { what: 'the agreement', keys: KEYS })
  if (file.format) readChoice(findings, file.format, { what: '`format`', choices: ['sharing-policy/1'] })
  const id = readText(findings, file.id, '`id`')
  if (file.id && !/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(id)) {
    findings.note(file.id.place, 'name-unfit', '`id` has to be lower case words joined by dots and hyphens')
  }
  return {
    place: source.place,
    id,
    revision: readInteger(findings, file.revision, { what: '`revision`', least: 1, most: 1_000_000 }),
    replaces: readDigest(findings, file.replaces, '`replaces`'),
    title: readText(findings, file.title, '`title`'),
    paper: readPaper(findings, file.agreement),
    ...readParties(findings, file.parties),
    ...readDates(findings, file.dates),
    ...readTerms(findings, file),
    resources: readDictionary(findings, file.resources, {
      what: '`resources`',
      each: value => readResource(findings, value),
    }),
    duties: readDuties(findings, file.obligations),
    withheldNotice: readChoice<WithheldNotice>(findings, file.withheldNotice, {
      what: '`withheldNotice`',
      choices: NOTICES,
    }),
    marking: readMarking(findings, file.marking),
    samples: readSamples(findings, file.samples),
    examples: readExamples(findings, file.tests),
  }
}

type Written = Readonly<Record<keyof typeof KEYS, Source | undefined>>

function readTerms(
  findings: Findings,
  file: Written,
): Pick<Draft, 'legalBases' | 'purposes' | 'conditions' | 'treatments' | 'gates'> {
  return {
    legalBases: readDictionary(findings, file.legalBases, {
      what: '`legalBases`',
      each: value => readBasis(findings, value),
    }),
    purposes: readDictionary(findings, file.purposes, {
      what: '`purposes`',
      each: (value, name) => readPurpose(findings, value, name),
    }),
    conditions: readDictionary(findings, file.conditions, {
      what: '`conditions`',
      each: (value, name) => readCondition(findings, value, name),
    }),
    treatments: readDictionary(findings, file.treatments, {
      what: '`treatments`',
      each: (value, name) => readTreatment(findings, value, name),
    }),
    gates: readList(findings, file.gates, { what: '`gates`', each: value => readGate(findings, value) }),
  }
}

function readPaper(findings: Findings, source: Source | undefined): JsonObject {
  if (!source) return {}
  const keys = {
    reference: 'required',
    documentDigest: 'optional',
    dpia: 'required',
    appropriatePolicyDocument: 'optional',
    militaryAidRequest: 'optional',
  } as const
  const paper = readRecord(findings, source, { what: '`agreement`', keys })
  readDigest(findings, paper.documentDigest, '`documentDigest`')
  return texts(findings, paper)
}

function readBasis(findings: Findings, source: Source): JsonObject {
  const keys = {
    regime: 'required',
    basis: 'required',
    sensitive: 'optional',
    onwardPower: 'optional',
    criminalOffenceData: 'optional',
  } as const
  return texts(findings, readRecord(findings, source, { what: 'a legal basis', keys }))
}

/** The members that are written, each a text. */
function texts(findings: Findings, record: Readonly<Record<string, Source | undefined>>): JsonObject {
  const written = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(written.map(([name, value]) => [name, readText(findings, value, `\`${name}\``)]))
}

function readParties(findings: Findings, source: Source | undefined): Pick<Draft, 'provider' | 'recipient'> {
  const keys = { provider: 'required', recipient: 'required' } as const
  const parties = source ? readRecord(findings, source, { what: '`parties`', keys }) : undefined
  const provider = readParty(findings, parties?.provider, '`provider`')
  const recipient = readParty(findings, parties?.recipient, '`recipient`')
  if (source && provider.id === recipient.id) {
    findings.note(source.place, 'parties-equal', 'provider and recipient have to be two agencies')
  }
  return { provider, recipient }
}

function readParty(findings: Findings, source: Source | undefined, what: string): PartyDraft {
  const keys = { id: 'required', controller: 'required', contact: 'required' } as const
  const party = source ? readRecord(findings, source, { what, keys }) : undefined
  const id = readText(findings, party?.id, '`id`')
  if (party?.id && !isAgencyId(id))
    findings.note(party.id.place, 'name-unfit', `\`${id}\` is not the id of an agency`)
  return {
    id: id as AgencyId,
    controller: readText(findings, party?.controller, '`controller`'),
    contact: readText(findings, party?.contact, '`contact`'),
  }
}

function readDates(
  findings: Findings,
  source: Source | undefined,
): Pick<Draft, 'effectiveFrom' | 'expiresAt' | 'reviewBy' | 'reviewOwner'> {
  const keys = {
    effectiveFrom: 'required',
    expiresAt: 'required',
    reviewBy: 'required',
    reviewOwner: 'required',
  } as const
  const dates = source ? readRecord(findings, source, { what: '`dates`', keys }) : undefined
  const effectiveFrom = readInstant(findings, dates?.effectiveFrom, '`effectiveFrom`')
  const expiresAt = readInstant(findings, dates?.expiresAt, '`expiresAt`')
  if (dates?.effectiveFrom && dates.expiresAt && expiresAt <= effectiveFrom) {
    findings.note(dates.expiresAt.place, 'dates-order', '`expiresAt` has to come after `effectiveFrom`')
  }
  const reviewBy = readText(findings, dates?.reviewBy, '`reviewBy`')
  if (dates?.reviewBy && !isCalendarDay(reviewBy)) {
    findings.note(dates.reviewBy.place, 'not-a-day', '`reviewBy` has to be a day such as `2026-09-15`')
  }
  return {
    effectiveFrom,
    expiresAt,
    reviewBy,
    reviewOwner: readText(findings, dates?.reviewOwner, '`reviewOwner`'),
  }
}
