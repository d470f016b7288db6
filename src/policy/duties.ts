import { isJsonObject, type Json, type JsonObject, unreachable } from '../kit/kit.ts'
import { type Ability, abilityFor } from './abilities.ts'
import type { Draft } from './draft.ts'
import { addPeriod, type DutyDraft } from './draft-duties.ts'
import { didYouMean, type Findings } from './findings.ts'
import { missing, shortName } from './paths.ts'
import { parseInstant } from './read.ts'
import type { Resolved, ResolvedResource } from './resolved.ts'

/** What the recipient has to do with what it got for one purpose. */
export interface Obligations {
  readonly must: readonly JsonObject[]
  readonly should: readonly JsonObject[]
  /** Shown to people at the point of use. */
  readonly caveats: readonly string[]
  /** Every term of deletion; the earliest holds. */
  readonly deleteAfter: readonly { readonly from: string; readonly period: string }[]
}

export interface Duties {
  /** As obligations on one resource; undefined for a purpose or resource that the agreement does not have. */
  readonly of: (resource: string, purpose: string) => Obligations | undefined
  /** Milliseconds at which the released document has to be gone; undefined where no term is set. */
  readonly deleteAt: (about: DeletionCase) => number | undefined
  /** What the recipient has to be able to do for one purpose: all that its `must` take; nothing for a purpose that there is not. */
  readonly requires: (resource: string, purpose: string) => readonly Ability[]
  /** Milliseconds until which a record of somebody's reading at `now` has to be kept; undefined where no duty says so. */
  readonly keepLogUntil: (purpose: string, now: number) => number | undefined
  /** The duties of a purpose as they are signed. */
  readonly signed: (purpose: string) => JsonObject
}

export interface DeletionCase {
  readonly resource: string
  readonly purpose: string
  readonly document: JsonObject
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

type Deletion = Extract<DutyDraft, { kind: 'deleteAfter' }>

const RECEIPT = 'receipt'

/** Resolves the obligations of every purpose; notes a time of deletion that the recipient could not work out. */
export function resolveDuties(findings: Findings, resolved: Resolved): Duties {
  const { draft } = resolved
  checkPurposes(findings, draft)
  const of = (purpose: string, kind: 'must' | 'should') => {
    return ['all', purpose].flatMap(name => draft.duties.get(name)?.[kind] ?? [])
  }
  for (const purpose of draft.purposes.keys()) {
    for (const duty of [...of(purpose, 'must'), ...of(purpose, 'should')]) {
      if (duty.kind === 'deleteAfter') checkDeletion(findings, resolved, purpose, duty)
    }
  }
  const known = (resource: string, purpose: string) =>
    resolved.resources.has(resource) && draft.purposes.has(purpose)
  return {
    of: (resource, purpose) =>
      known(resource, purpose)
        ? obligationsOf(resource, of(purpose, 'must'), of(purpose, 'should'))
        : undefined,
    deleteAt: about =>
      known(about.resource, about.purpose) ? deleteAt(of(about.purpose, 'must'), about) : undefined,
    requires: (resource, purpose) =>
      known(resource, purpose) ? [...new Set(of(purpose, 'must').map(abilityFor))] : [],
    keepLogUntil: (purpose, now) => {
      const ends = (['must', 'should'] as const).flatMap(kind =>
        of(purpose, kind).flatMap(duty => (duty.kind === 'log' ? [addPeriod(now, duty.keep) ?? now] : [])),
      )
      return ends.length === 0 ? undefined : Math.max(...ends)
    },
    signed: purpose => ({
      must: of(purpose, 'must').map(signedDuty),
      should: of(purpose, 'should').map(signedDuty),
    }),
  }
}

function checkPurposes(findings: Findings, draft: Draft): void {
  for (const [name, { place, should }] of draft.duties) {
    for (const duty of should) {
      if (duty.kind === 'deleteAfter')
        findings.note(duty.place, 'obligation-form', '`deleteAfter` is a `must`')
    }
    if (name === 'all' || draft.purposes.has(name)) continue
    const hint = didYouMean(name, [...draft.purposes.keys(), 'all'])
    findings.note(
      place,
      'unknown-purpose',
      `\`obligations\` names the purpose \`${name}\`, which there is not${hint}`,
    )
  }
}

/** The path inside the document from which a deletion counts for a resource, or `receipt`; undefined where none is written. */
function startOf({ from }: Deletion, resource: string): string | undefined {
  return (from.get(resource) ?? from.get('others'))?.name
}

function checkDeletion(
  findings: Findings,
  { draft, resources }: Resolved,
  purpose: string,
  duty: Deletion,
): void {
  for (const [resource, { place }] of duty.from) {
    if (resource === 'others' || draft.resources.has(resource)) continue
    findings.note(
      place,
      'unknown-resource',
      `the agreement does not cover \`${resource}\`${didYouMean(resource, draft.resources.keys())}`,
    )
  }
  for (const [name, resource] of resources) {
    const start = startOf(duty, name)
    if (start === undefined)
      findings.note(duty.place, 'missing-key', `\`deleteAfter\` does not say from when for \`${name}\``)
    else if (start !== RECEIPT) checkStart(findings, resource, { purpose, start, duty })
  }
}

function checkStart(findings: Findings, resource: ResolvedResource, term: DeletionTerm): void {
  const fault = startFault(resource, term)
  if (fault) findings.note(term.duty.place, ...fault)
}

interface DeletionTerm {
  readonly purpose: string
  readonly start: string
  readonly duty: Deletion
}

/** Why the recipient could not count from there. */
function startFault(
  { catalogue, items }: ResolvedResource,
  { purpose, start }: DeletionTerm,
): [code: string, says: string] | undefined {
  const root = `${shortName(catalogue.resource)}.`
  if (!start.startsWith(root)) {
    return [
      'unknown-path',
      `\`${start}\` means nothing in \`${catalogue.resource}\`; \`${RECEIPT}\` always works`,
    ]
  }
  const path = start.slice(root.length)
  const item = items.find(({ leaf }) => leaf.path === path)
  if (!item) return missing(catalogue, path)
  if (item.leaf.type !== 'time' || path.includes('[]')) {
    return ['obligation-form', `\`${path}\` is not one time of the document`]
  }
  const cell = item.cells.get(purpose)
  if (cell?.length === 1 && cell[0]?.outcome.kind === 'share') return undefined
  return [
    'obligation-form',
    `the recipient does not see \`${path}\` as it is for \`${purpose}\`, so it cannot count from it`,
  ]
}

function obligationsOf(
  resource: string,
  must: readonly DutyDraft[],
  should: readonly DutyDraft[],
): Obligations {
  return {
    must: must.map(duty => plainDuty(duty, resource)),
    should: should.map(duty => plainDuty(duty, resource)),
    caveats: [...must, ...should].flatMap(duty => (duty.kind === 'caveat' ? [duty.text] : [])),
    deleteAfter: must.flatMap(duty => {
      return duty.kind === 'deleteAfter'
        ? [{ from: startOf(duty, resource) ?? RECEIPT, period: duty.period }]
        : []
    }),
  }
}

/** A duty in the form it is written in; a deletion as it holds for one resource. */
export function plainDuty(duty: DutyDraft, resource: string): JsonObject {
  switch (duty.kind) {
    case 'deleteAfter':
      return { deleteAfter: { from: startOf(duty, resource) ?? RECEIPT, period: duty.period } }
    case 'caveat':
      return { caveat: duty.text }
    case 'onward':
      return { onward: duty.onward }
    case 'correct':
      return { correct: { within: duty.within } }
    case 'log':
      return { log: { who: duty.who, keep: duty.keep } }
    case 'feedback':
      return { feedback: { to: duty.to, on: duty.on } }
    case 'notify':
      return { notify: { who: duty.who, on: duty.on, within: duty.within } }
    default:
      return unreachable(duty)
  }
}

function signedDuty(duty: DutyDraft): JsonObject {
  if (duty.kind !== 'deleteAfter') return plainDuty(duty, '')
  const from = Object.fromEntries([...duty.from].map(([resource, { name }]) => [resource, name]))
  return { deleteAfter: { from, period: duty.period } }
}

/** The earliest term. Where the document does not show the time it counts from, receipt counts. */
function deleteAt(
  must: readonly DutyDraft[],
  { resource, document, receivedAt }: DeletionCase,
): number | undefined {
  const terms = must.flatMap(duty => {
    if (duty.kind !== 'deleteAfter') return []
    const start = startOf(duty, resource) ?? RECEIPT
    const path = start.slice(shortName(resource).length + 1)
    const from = start === RECEIPT ? receivedAt : (timeAt(document, path) ?? receivedAt)
    return addPeriod(from, duty.period) ?? receivedAt
  })
  return terms.length === 0 ? undefined : Math.min(...terms)
}

function timeAt(document: JsonObject, path: string): number | undefined {
  let value: Json | undefined = document
  for (const step of path.split('.'))
    value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  return typeof value === 'string' ? parseInstant(value) : undefined
}
