import type { Catalogue, LeafType } from '../terms/terms.ts'
import { didYouMean, type Findings, type Place } from './findings.ts'
import { checkName, readList, readRecord, readReference, readText } from './read.ts'
import type { Outcome } from './resolved.ts'
import type { BaselineLine } from './restrict.ts'
import type { Source } from './source.ts'
import { covers, isPathOrGroup, WITHHOLD } from './table.ts'
import { FAMILIES, isTermedKind } from './treatments/treatments.ts'
import { periodWords, plainValue } from './words.ts'

/** What a line is read against. */
export interface LimitParts {
  /** What a resource can hold: the newest version of its schema here, or the one that is named. */
  catalogueOf(resource: string, version?: string): Catalogue | undefined
  /** The versions that live here, newest first; a line may speak of what only an older one has. */
  versionsOf?(resource: string): readonly string[]
}

/** Reads one line `{ id, says, resource, path, purposes, most }`; undefined where nothing can be made of it, which is noted. */
export function readLimit(
  findings: Findings,
  source: Source,
  kind: BaselineLine['kind'],
  parts: LimitParts,
): BaselineLine | undefined {
  const keys = {
    id: 'required',
    says: 'required',
    resource: 'required',
    path: 'required',
    purposes: 'optional',
    most: 'required',
  } as const
  const line = readRecord(findings, source, { what: `a line of \`${kind}\``, keys })
  const id = readText(findings, line.id, '`id`')
  if (id !== '' && !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(id))
    findings.note((line.id ?? source).place, 'name-unfit', `\`id\` has to be letters, digits and hyphens`)
  const says = readText(findings, line.says, '`says`')
  const most = line.most ? readMost(findings, line.most) : undefined
  const about = readSubject(findings, line, parts)
  if (!most || !about) return undefined
  checkFit(findings, (line.most ?? source).place, most, about)
  const purposes = line.purposes ? readPurposes(findings, line.purposes) : undefined
  return { kind, id, says, resource: about.catalogue.resource, path: about.path, purposes, most }
}

interface Subject {
  readonly catalogue: Catalogue
  readonly path: string
}

function readSubject(
  findings: Findings,
  line: Readonly<Record<'resource' | 'path', Source | undefined>>,
  parts: LimitParts,
): Subject | undefined {
  const resource = readText(findings, line.resource, '`resource`')
  const path = readText(findings, line.path, '`path`')
  if (!line.resource || !line.path || resource === '' || path === '') return undefined
  const catalogue = catalogueWith(parts, resource, path)
  if (!catalogue) {
    findings.note(line.resource.place, 'unknown-resource', `there is no schema for \`${resource}\``)
    return undefined
  }
  const resolver = { catalogue, findings, condition: () => undefined }
  return isPathOrGroup(resolver, path, line.path.place) ? { catalogue, path } : undefined
}

/** The newest version that has the item; the newest of all where none has. */
function catalogueWith(parts: LimitParts, resource: string, path: string): Catalogue | undefined {
  for (const version of parts.versionsOf?.(resource) ?? []) {
    const catalogue = parts.catalogueOf(resource, version)
    for (const leaf of catalogue?.leaves.keys() ?? []) if (covers(path, leaf)) return catalogue
  }
  return parts.catalogueOf(resource)
}

function readPurposes(findings: Findings, source: Source): ReadonlySet<string> {
  const names = readList(findings, source, {
    what: '`purposes`',
    each: one => readReference(findings, one, 'a purpose'),
  })
  for (const one of names) if (one.name !== '') checkName(findings, one, 'a purpose')
  if (source.kind === 'list' && names.length === 0)
    findings.note(source.place, 'missing-key', '`purposes` names none; leave it out to mean every purpose')
  return new Set(names.map(({ name }) => name))
}

/** `withhold`, or one treatment with its terms. `share` would say nothing. */
function readMost(findings: Findings, source: Source): Outcome | undefined {
  const offer = ['withhold', ...Object.keys(FAMILIES)]
  if (source.kind !== 'map') {
    const written = readText(findings, source, '`most`')
    if (written === 'withhold') return WITHHOLD
    const says = `\`most\` is \`withhold\` or a treatment with its terms, not \`${written}\`${didYouMean(written, offer)}`
    if (written !== '') findings.note(source.place, 'unknown-word', says)
    return undefined
  }
  const [first, ...more] = source.members
  if (!first || more.length > 0) {
    findings.note(source.place, 'treatment-terms', '`most` has to say one thing that is done')
    return undefined
  }
  const [kind, { key, value }] = first
  if (!isTermedKind(kind)) {
    findings.note(key, 'unknown-treatment', `there is no treatment \`${kind}\`${didYouMean(kind, offer)}`)
    return undefined
  }
  const prepared = FAMILIES[kind].prepare(findings, value)
  if (prepared.reads.length > 0) {
    const says = 'a line holds for every agreement: its `scope` is `agreement`, `purpose` or both'
    findings.note(value.place, 'pseudonym-scope', says)
  }
  const outcome = { name: kind, kind, prepared }
  return { ...outcome, says: wordsOf(outcome) }
}

/** As the sentence of a treatment: what is left of the value. */
function wordsOf({ kind, prepared: { terms } }: Pick<Outcome, 'kind' | 'prepared'>): string {
  switch (kind) {
    case 'share':
      return 'the value as it is'
    case 'withhold':
      return 'nothing'
    case 'count':
      return 'a count'
    case 'mask':
      return 'a few characters of it'
    case 'generalisePlace':
      return `the ${plainValue(terms['grid'])} square it lies in`
    case 'generaliseTime':
      return `the beginning of its step of ${periodWords(plainValue(terms['to']))}`
    case 'band':
      return 'a size band'
    case 'pseudonymise':
      return 'a code name'
  }
}

function checkFit(findings: Findings, place: Place, most: Outcome, { catalogue, path }: Subject): void {
  const types = new Set<LeafType>()
  for (const leaf of catalogue.leaves.values()) if (covers(path, leaf.path)) types.add(leaf.type)
  for (const type of types) {
    if (most.prepared.fits(type)) continue
    const says = `\`${most.kind}\` does not fit all of \`${path}\`, which holds a ${type}`
    findings.note(place, 'treatment-unfit', says)
  }
}
