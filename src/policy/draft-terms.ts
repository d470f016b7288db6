import { readUrgent, type UrgentDraft } from './draft-urgent.ts'
import type { Expression } from './expression.ts'
import { parseCondition } from './expression.ts'
import { didYouMean, type Findings, type Place } from './findings.ts'
import {
  checkName,
  type Reference,
  readDictionary,
  readList,
  readOptionalText,
  readRecord,
  readReference,
  readText,
} from './read.ts'
import type { Source } from './source.ts'
import type { PreparedTreatment } from './treatments/treatment.ts'
import { FAMILIES, isTermedKind, type TreatmentKind } from './treatments/treatments.ts'

export interface PurposeDraft {
  readonly place: Place
  readonly says: string
  /** Purposes in the words of the W3C Data Privacy Vocabulary. */
  readonly dpv: readonly string[]
  readonly providerBasis: Reference | undefined
  readonly recipientBasis: Reference | undefined
  readonly requesters: readonly string[]
  /** Resource, or `others`, to a condition or `always`. */
  readonly whilst: ReadonlyMap<string, Reference>
  /** Undefined where urgent use is not allowed. */
  readonly urgent: UrgentDraft | undefined
}

export interface ConditionDraft {
  readonly place: Place
  readonly says: string
  readonly written: string
  readonly testPlace: Place
  /** Why it may come true although an item is absent; undefined where it may not. Only gates and the like may use that. */
  readonly opensWhenAbsent: string | undefined
  /** Undefined where the text cannot be read, which has been noted. */
  readonly expression: Expression | undefined
}

export interface TreatmentDraft {
  readonly place: Place
  readonly says: string
  readonly kind: TreatmentKind
  readonly prepared: PreparedTreatment
}

export interface GateDraft {
  readonly place: Place
  readonly id: string
  readonly says: string
  readonly require: Reference | undefined
  /** The resources it stands before; undefined for all. */
  readonly resources: readonly Reference[] | undefined
}

/** Words of the table that no condition, treatment or purpose may be called. */
const RESERVED: ReadonlySet<string> = new Set([
  'share',
  'withhold',
  'all',
  'others',
  'always',
  'every',
  'none',
  'if',
  'then',
  'else',
  'why',
])

function checkFreeName(findings: Findings, name: Reference, what: string): void {
  checkName(findings, name, what)
  if (RESERVED.has(name.name))
    findings.note(name.place, 'name-reserved', `${what} may not be called \`${name.name}\``)
}

export function readPurpose(findings: Findings, source: Source, name: Reference): PurposeDraft {
  checkFreeName(findings, name, 'a purpose')
  const keys = {
    says: 'required',
    dpv: 'optional',
    basis: 'required',
    requesters: 'required',
    whilst: 'required',
    urgent: 'optional',
  } as const
  const what = `purpose \`${name.name}\``
  const purpose = readRecord(findings, source, { what, keys })
  const each = (one: Source) => readText(findings, one, 'a requester')
  const requesters = readList(findings, purpose.requesters, { what: '`requesters`', each })
  if (purpose.requesters && requesters.length === 0) {
    findings.note(purpose.requesters.place, 'requesters-missing', `${what} names nobody who may ask`)
  }
  const sides = { provider: 'required', recipient: 'required' } as const
  const basis = purpose.basis
    ? readRecord(findings, purpose.basis, { what: '`basis`', keys: sides })
    : undefined
  const side = (one: Source | undefined) => (one ? readReference(findings, one, 'a basis') : undefined)
  return {
    place: name.place,
    says: readText(findings, purpose.says, '`says`'),
    dpv: readList(findings, purpose.dpv, {
      what: '`dpv`',
      each: one => readText(findings, one, 'a DPV purpose'),
    }),
    providerBasis: side(basis?.provider),
    recipientBasis: side(basis?.recipient),
    requesters,
    whilst: readWhilst(findings, purpose.whilst),
    urgent: readUrgent(findings, purpose.urgent),
  }
}

function readWhilst(findings: Findings, source: Source | undefined): ReadonlyMap<string, Reference> {
  if (source?.kind !== 'map')
    return source ? new Map([['others', readReference(findings, source, '`whilst`')]]) : new Map()
  if (source.members.size === 0)
    findings.note(source.place, 'whilst-missing', '`whilst` says nothing; `always` is an answer')
  const each = (value: Source) => readReference(findings, value, 'a condition')
  return readDictionary(findings, source, { what: '`whilst`', each })
}

export function readCondition(findings: Findings, source: Source, name: Reference): ConditionDraft {
  checkFreeName(findings, name, 'a condition')
  const keys = { says: 'required', test: 'required', opensWhenAbsent: 'optional' } as const
  const { says, test, opensWhenAbsent } = readRecord(findings, source, {
    what: `condition \`${name.name}\``,
    keys,
  })
  const written = readText(findings, test, '`test`')
  const testPlace = (test ?? source).place
  return {
    place: name.place,
    says: readText(findings, says, '`says`'),
    written,
    testPlace,
    opensWhenAbsent: readOptionalText(findings, opensWhenAbsent, '`opensWhenAbsent`'),
    expression: written === '' ? undefined : parseTest(findings, written, testPlace),
  }
}

function parseTest(findings: Findings, written: string, place: Place): Expression | undefined {
  const parsed = parseCondition(written)
  if (parsed.ok) return parsed.expression
  const at = parsed.offset + 1
  const where =
    parsed.code === 'condition-syntax' ? ` from its character ${at} on` : `, at its character ${at}`
  findings.note(place, parsed.code, `${parsed.says}${where}`)
  return undefined
}

export function readTreatment(
  findings: Findings,
  source: Source,
  name: Reference,
): TreatmentDraft | undefined {
  checkFreeName(findings, name, 'a treatment')
  if (source.kind !== 'map') {
    findings.note(source.place, 'not-a-map', `treatment \`${name.name}\` has to be a map`)
    return undefined
  }
  const says = source.members.get('says')
  if (!says) findings.note(source.place, 'missing-key', `treatment \`${name.name}\` lacks \`says\``)
  const terms = [...source.members].filter(([key]) => key !== 'says')
  for (const [key, { key: place }] of terms) {
    if (isTermedKind(key)) continue
    const hint = didYouMean(key, ['says', ...Object.keys(FAMILIES)])
    findings.note(place, 'unknown-treatment', `there is no treatment \`${key}\`${hint}`)
  }
  const known = terms.filter(([key]) => isTermedKind(key))
  if (known.length !== 1 && terms.every(([key]) => isTermedKind(key))) {
    findings.note(
      source.place,
      'treatment-terms',
      `treatment \`${name.name}\` has to say one thing that it does`,
    )
  }
  const [kind = '', member] = known[0] ?? []
  if (!member || !isTermedKind(kind)) return undefined
  const prepared = FAMILIES[kind].prepare(findings, member.value)
  return { place: name.place, says: readText(findings, says?.value, '`says`'), kind, prepared }
}

export function readGate(findings: Findings, source: Source): GateDraft {
  const keys = { id: 'required', says: 'required', require: 'required', for: 'optional' } as const
  const gate = readRecord(findings, source, { what: 'a gate', keys })
  const each = (one: Source) => readReference(findings, one, 'a resource')
  if (gate.for?.kind === 'list' && gate.for.entries.length === 0)
    findings.note(gate.for.place, 'missing-key', '`for` names none; leave it out to mean every resource')
  return {
    place: source.place,
    id: readText(findings, gate.id, '`id`'),
    says: readText(findings, gate.says, '`says`'),
    require: gate.require ? readReference(findings, gate.require, '`require`') : undefined,
    resources: gate.for ? readList(findings, gate.for, { what: '`for`', each }) : undefined,
  }
}
