import { type Json, type JsonObject, timestamp } from '../kit/kit.ts'
import type { Draft } from './draft.ts'
import type { Duties } from './duties.ts'
import type { Branch, Cell, Inclusion, Resolved, ResolvedResource } from './resolved.ts'

/**
 * The meaning of an agreement as one JSON value: group rows expanded, defaults filled in, every item of every catalogue decided
 * for every purpose. Its canonical text is what the digest and the approvals cover. Comments, order and worked examples of the
 * file are not part of it; the digest of the source is kept beside it.
 */
export function signedForm({ draft, resources }: Resolved, duties: Duties): JsonObject {
  return {
    format: 'sharing-policy/1',
    id: draft.id,
    revision: draft.revision,
    replaces: draft.replaces ?? 'none',
    title: draft.title,
    agreement: draft.paper,
    parties: { provider: { ...draft.provider }, recipient: { ...draft.recipient } },
    dates: {
      effectiveFrom: timestamp(draft.effectiveFrom),
      expiresAt: timestamp(draft.expiresAt),
      reviewBy: draft.reviewBy,
      reviewOwner: draft.reviewOwner,
    },
    legalBases: Object.fromEntries(draft.legalBases),
    purposes: mapValues(
      draft.purposes,
      ({ says, dpv, providerBasis, recipientBasis, requesters, urgent }) => ({
        says,
        dpv,
        basis: { provider: providerBasis?.name ?? '', recipient: recipientBasis?.name ?? '' },
        requesters: requesters.toSorted(),
        urgent: urgent ? { people: urgent.people, lasts: urgent.lasts, tell: urgent.tell } : 'none',
      }),
    ),
    conditions: mapValues(draft.conditions, ({ says, written, opensWhenAbsent }) => ({
      says,
      test: written,
      opensWhenAbsent: opensWhenAbsent ?? 'no',
    })),
    treatments: treatmentsOf(draft),
    resources: mapValues(resources, resource => resourceOf(draft, resource)),
    obligations: mapValues(draft.purposes, (_, purpose) => duties.signed(purpose)),
    withheldNotice: draft.withheldNotice,
    marking: markingOf(draft),
  }
}

function markingOf({ marking }: Draft): JsonObject {
  const { policy, classification, sensitive = false, tlp = 'none', stanag4774 } = marking
  return { policy, classification, sensitive, tlp, stanag4774: stanag4774 ? { ...stanag4774 } : 'none' }
}

function mapValues<Value>(
  map: ReadonlyMap<string, Value>,
  each: (value: Value, name: string) => Json,
): { readonly [name: string]: Json } {
  return Object.fromEntries([...map].map(([name, value]) => [name, each(value, name)]))
}

function treatmentsOf(draft: Draft): JsonObject {
  const known = [...draft.treatments].flatMap(([name, treatment]) => {
    if (!treatment) return []
    const { says, kind, prepared } = treatment
    return [[name, { says, [kind]: prepared.terms }] as const]
  })
  return Object.fromEntries(known)
}

function resourceOf(
  draft: Draft,
  { catalogue, whilst, gates, drops, include, figures, items }: ResolvedResource,
): JsonObject {
  const purposes = [...draft.purposes.keys()]
  return {
    schema: { version: catalogue.version, digest: catalogue.digest },
    whilst: Object.fromEntries(purposes.map(purpose => [purpose, whilst.get(purpose)?.name ?? 'always'])),
    gates: gates.map(({ id, says, condition, passes }) => ({ id, says, condition: condition.name, passes })),
    drops: mapValues(drops, list =>
      list.map(({ id, says, condition, stays }) => ({ id, says, condition: condition.name, stays })),
    ),
    include: mapValues(include, row => mapValues(row, inclusionOf)),
    derived: mapValues(figures, ({ says, list, by, hideBelow, roundTo }) => {
      return { says, count: list, by: by?.path ?? 'none', hideBelow, roundTo }
    }),
    items: Object.fromEntries(
      items.map(({ leaf, redLine, cells }) => {
        return [leaf.path, { redLine: redLine ?? 'none', cells: mapValues(cells, cellOf) }]
      }),
    ),
  }
}

function inclusionOf(inclusion: Inclusion): Json {
  return inclusion.kind === 'condition' ? { if: inclusion.condition.name } : inclusion.kind
}

function cellOf(cell: Cell): Json {
  const [only] = cell
  return only && cell.length === 1 ? only.outcome.name : cell.map(branchOf)
}

function branchOf({ condition, outcome }: Branch): Json {
  return condition ? { if: condition.name, cell: outcome.name } : { cell: outcome.name }
}
