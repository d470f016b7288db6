import type { KeyObject } from 'node:crypto'
import { type Digest, digestOf } from '../kit/kit.ts'
import { type AgencyId, type Catalogue, ProblemsError } from '../terms/terms.ts'
import { bindScope } from './condition.ts'
import { type Draft, readDraft } from './draft.ts'
import { type Duties, resolveDuties } from './duties.ts'
import { type Engine, type EngineParts, makeEngine } from './engine.ts'
import { type Findings, makeFindings } from './findings.ts'
import { practiceKey, type ScopeReader } from './keyring.ts'
import { resolveDraft } from './resolve.ts'
import type { Resolved, ResolvedResource } from './resolved.ts'
import type { BaselineLine } from './restrict.ts'
import { readSource } from './source.ts'
import type { LonLat } from './treatments/treatment.ts'

/** What the policy craft needs from outside; handed in at assembly. */
export interface PolicyParts {
  /** What a resource can hold: the newest version of its schema here, or the one that is named. */
  catalogueOf(resource: string, version?: string): Catalogue | undefined
  /** Centre of the MGRS square of that side in which the point lies; undefined where there is none. */
  squareOf(point: LonLat, sideMetres: number): LonLat | undefined
  /** The HMAC base key that an agreement names; undefined at a gateway that does not hold it, which then withholds. */
  pseudonymKey(reference: string): KeyObject | undefined
  /** What that agency never lets go beyond, whatever an agreement says; nothing where it has set no baseline. */
  baselineFor?(provider: AgencyId): readonly BaselineLine[]
}

/** An agreement that is understood, before its worked examples have run and before it is put to work. */
export interface Reading {
  readonly resolved: Resolved
  readonly duties: Duties
  /** Readers of pseudonym scopes, by resource and scope. */
  readonly scopes: EngineParts['scopes']
  /** The agreement at work with practice keys, as worked examples run it: for trying out, never for release. */
  readonly practice: Engine
  /** Over the bytes of the file that the officers read. */
  readonly sourceDigest: Digest
}

/**
 * Reads an agreement and gives every name in it its meaning. Its worked examples are not run.
 *
 * @throws ProblemsError with every problem found, each with line and column
 */
export function readAgreement(source: string, file: string, parts: PolicyParts): Reading {
  const findings = makeFindings(file)
  const tree = readSource(source, findings)
  if (!tree) throw new ProblemsError(findings.problems)
  // Of a text that is no YAML the parser guesses the rest; what is found in a guess misleads.
  if (findings.problems.some(({ code }) => code === 'yaml-syntax')) stopOnProblems(findings)
  const resolved = resolveDraft(findings, readDraft(findings, tree), (resource, version) =>
    parts.catalogueOf(resource, version),
  )
  const scopes = resolveScopes(findings, resolved)
  const duties = resolveDuties(findings, resolved)
  stopOnProblems(findings)
  const squareOf = (point: LonLat, side: number) => parts.squareOf(point, side)
  const practice = makeEngine(resolved, { squareOf, scopes, baseKey: practiceKey })
  return { resolved, duties, scopes, practice, sourceDigest: digestOf(source) }
}

/** @throws ProblemsError in the order of the file, where anything was found */
export function stopOnProblems({ problems }: Findings): void {
  if (problems.length > 0)
    throw new ProblemsError(problems.toSorted((a, b) => a.line - b.line || a.column - b.column))
}

/** Readers of the items that pseudonym scopes name, for every resource in which such a treatment is used. */
function resolveScopes(
  findings: Findings,
  { draft, resources }: Resolved,
): ReadonlyMap<string, ReadonlyMap<string, ScopeReader>> {
  const scopes = new Map<string, ReadonlyMap<string, ScopeReader>>()
  for (const [name, resource] of resources) {
    const readers = new Map<string, ScopeReader>()
    for (const { place, written } of scopesUsed(draft, resource)) {
      const reader = bindScope(written, resource.catalogue, ({ code, says }) =>
        findings.note(place, code, `scope: ${says}`),
      )
      if (reader) readers.set(written, reader)
    }
    scopes.set(name, readers)
  }
  return scopes
}

function scopesUsed(
  draft: Draft,
  { items }: ResolvedResource,
): { place: { line: number; column: number }; written: string }[] {
  const outcomes = items.flatMap(({ cells }) => [...cells.values()].flat().map(({ outcome }) => outcome.name))
  return [...new Set(outcomes)].flatMap(name => {
    const treatment = draft.treatments.get(name)
    return treatment ? treatment.prepared.reads.map(written => ({ place: treatment.place, written })) : []
  })
}
