import { canonicalJson, type JsonObject } from '../kit/kit.ts'
import type { Label } from '../terms/terms.ts'
import type { Agreement } from './compile.ts'
import { askedIn } from './examples.ts'
import type { Reading } from './reading.ts'
import { releasedValues, type TrialValue } from './trial.ts'

/** What another revision makes of the same documents otherwise, for one resource and purpose; counts and names, no values. */
export interface SimulatedDifference {
  readonly resource: string
  readonly purpose: string
  /** The roles for which it comes out alike. */
  readonly roles: readonly string[]
  /** How many documents came out otherwise, of how many. */
  readonly documents: { readonly differing: number; readonly tried: number }
  /** Documents that only the new revision lets go, and that only the old one did. */
  readonly released: { readonly newly: number; readonly noLonger: number }
  /** Items, each with how many values go now and did not, do not any more, or go in another form. */
  readonly items: readonly SimulatedItem[]
}

export interface SimulatedItem {
  readonly path: string
  readonly more: number
  readonly fewer: number
  readonly changed: number
}

interface Subject {
  readonly resource: string
  readonly document: JsonObject
  readonly label: Label
  readonly request: JsonObject
}

/**
 * Runs two revisions over the samples of the newer one, as they are and as its worked examples change them, for every purpose and
 * role of either, each at the beginning of its own term. Code names are made with practice keys.
 *
 * @param names the samples to use
 * @returns only what differs; empty where nothing does
 */
export function simulateAgreements(
  { reading: before }: Pick<Agreement, 'reading'>,
  { reading: after }: Pick<Agreement, 'reading'>,
  names: ReadonlySet<string>,
): readonly SimulatedDifference[] {
  const subjects = subjectsOf(after, names)
  const resources = [...new Set(subjects.map(({ resource }) => resource))]
  const purposes = purposesOf(before, after)
  return resources.flatMap(resource => {
    const fitting = subjects.filter(subject => subject.resource === resource)
    return [...purposes].flatMap(([purpose, roles]) => {
      const found = roles.flatMap(role => {
        const pairs = fitting.map(subject => ({
          old: outcome(before, subject, purpose, role),
          now: outcome(after, subject, purpose, role),
        }))
        const difference = compare(pairs)
        return difference ? [{ resource, purpose, roles: [role], ...difference }] : []
      })
      return joinRoles(found)
    })
  })
}

/** Roles for which the same differs are told together. */
function joinRoles(found: readonly SimulatedDifference[]): readonly SimulatedDifference[] {
  const joined = new Map<string, SimulatedDifference>()
  for (const difference of found) {
    const key = JSON.stringify({ ...difference, roles: [] })
    const roles = [...(joined.get(key)?.roles ?? []), ...difference.roles]
    joined.set(key, { ...difference, roles })
  }
  return [...joined.values()]
}

/** The names of the samples an agreement carries. */
export function sampleNames({ reading }: Pick<Agreement, 'reading'>): ReadonlySet<string> {
  return new Set(reading.resolved.draft.samples.keys())
}

/** The samples, and what the worked examples make of them, each once. */
function subjectsOf({ resolved }: Reading, names: ReadonlySet<string>): readonly Subject[] {
  const { samples, examples } = resolved.draft
  const found = new Map<string, Subject>()
  const add = (subject: Subject) =>
    found.set(canonicalJson({ ...subject, label: { ...subject.label } }), subject)
  for (const [name, { resource, document, label, request }] of samples) {
    if (names.has(name)) add({ resource: resource?.name ?? '', document, label, request })
  }
  for (const example of examples) {
    const asked = names.has(example.sample?.name ?? '')
      ? askedIn(resolved, example, () => undefined)
      : undefined
    if (!asked) continue
    const { resource, document, label, request } = asked
    add({ resource, document, label, request })
  }
  return [...found.values()]
}

/** Every purpose of either revision, each with every role of either. */
function purposesOf(before: Reading, after: Reading): ReadonlyMap<string, readonly string[]> {
  const purposes = [before, after].flatMap(({ resolved }) => [...resolved.draft.purposes])
  const roles = [...new Set(purposes.flatMap(([, { requesters }]) => requesters))]
  return new Map(purposes.map(([purpose]) => [purpose, roles]))
}

/** What one revision gives of a document, by place; undefined where it refuses the whole. */
function outcome(
  { resolved, practice }: Reading,
  subject: Subject,
  purpose: string,
  role: string,
): ReadonlyMap<string, TrialValue> | undefined {
  const decision = practice.decide({ ...subject, purpose, role, now: resolved.draft.effectiveFrom })
  const catalogue = resolved.resources.get(subject.resource)?.catalogue
  if (decision.kind === 'refuse' || !catalogue) return undefined
  return new Map(releasedValues(practice, decision, catalogue).map(value => [value.at, value]))
}

interface Outcomes {
  readonly old: ReadonlyMap<string, TrialValue> | undefined
  readonly now: ReadonlyMap<string, TrialValue> | undefined
}

type Count = { more: number; fewer: number; changed: number }

function compare(
  pairs: readonly Outcomes[],
): Pick<SimulatedDifference, 'documents' | 'released' | 'items'> | undefined {
  const items = new Map<string, Count>()
  const documents = { differing: 0, tried: pairs.length }
  const released = { newly: 0, noLonger: 0 }
  for (const pair of pairs) {
    if (pair.now && !pair.old) released.newly++
    if (pair.old && !pair.now) released.noLonger++
    if (countInto(items, pair) || !pair.old !== !pair.now) documents.differing++
  }
  if (documents.differing === 0) return undefined
  return { documents, released, items: [...items].map(([path, count]) => ({ path, ...count })) }
}

/** Adds up where two outcomes differ; true where they do. */
function countInto(items: Map<string, Count>, { old, now }: Outcomes): boolean {
  let differs = false
  for (const at of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
    const [before, after] = [old?.get(at), now?.get(at)]
    const kind = differenceOf(before?.given, after?.given)
    const path = after?.path ?? before?.path
    if (kind === undefined || path === undefined) continue
    const count = items.get(path) ?? { more: 0, fewer: 0, changed: 0 }
    count[kind]++
    items.set(path, count)
    differs = true
  }
  return differs
}

function differenceOf(old: TrialValue['given'], now: TrialValue['given']): keyof Count | undefined {
  if (old === undefined) return now === undefined ? undefined : 'more'
  if (now === undefined) return 'fewer'
  return canonicalJson(old) === canonicalJson(now) ? undefined : 'changed'
}
