import { canonicalJson, type Digest, digestOf, type Json, type JsonObject } from '../kit/kit.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { Ability } from './abilities.ts'
import type { Draft } from './draft.ts'
import type { UrgentDraft } from './draft-urgent.ts'
import type { DeletionCase, Obligations } from './duties.ts'
import { type Asked, type Decision, type Engine, makeEngine, type Release } from './engine.ts'
import { type ExampleReport, runExamples } from './examples.ts'
import { type Counts, type Explanation, explainTally, summariseTally, unfitItems } from './explain.ts'
import { makeFindings } from './findings.ts'
import type { Marking } from './marking.ts'
import { withheldItems } from './notice.ts'
import type { Projected, Tally } from './projector.ts'
import { type PolicyParts, type Reading, readAgreement, stopOnProblems } from './reading.ts'
import type { Excess } from './rechecker.ts'
import type { Received } from './regater.ts'
import type { Resolved } from './resolved.ts'
import { restrict } from './restrict.ts'
import { signedForm } from './signed-form.ts'

/** Why data is asked for. */
export interface Purpose {
  readonly id: string
  readonly says: string
  readonly dpv: readonly string[]
  readonly requesters: readonly string[]
  readonly basis: { readonly provider: JsonObject; readonly recipient: JsonObject }
  /** How many people open an urgent use, how long it lasts, and who is told; undefined where none is allowed. */
  readonly urgent: Pick<UrgentDraft, 'people' | 'lastsMs' | 'tell'> | undefined
}

/** A compiled agreement: who may see what of which documents, for which purpose, under which duties. */
export interface Agreement {
  readonly id: string
  readonly revision: number
  readonly title: string
  /** Over the canonical JSON of the meaning: group rows expanded, defaults filled in. */
  readonly digest: Digest
  /** Over the bytes of the file that the officers read. */
  readonly sourceDigest: Digest
  /** The digest of the revision that this one follows. */
  readonly replaces: Digest | undefined
  readonly provider: AgencyId
  readonly recipient: AgencyId
  /** Milliseconds since 1970; the agreement holds from this instant on. */
  readonly effectiveFrom: number
  /** Milliseconds since 1970; from this instant on nothing flows. */
  readonly expiresAt: number
  readonly purposes: ReadonlyMap<string, Purpose>
  readonly resources: ReadonlyMap<string, { readonly version: string; readonly digest: Digest }>
  readonly marking: Marking
  /** How many worked examples held; all of them did. */
  readonly examples: number
  readonly examplesDigest: Digest
  /** The base keys for pseudonyms that the provider has to hold. */
  readonly pseudonymKeys: readonly string[]
  /** The compiled form as JSON, which `digest` covers. */
  readonly form: JsonObject
  /** What it was compiled from: for printing and comparing agreements. */
  readonly reading: Reading
  /** Whether a document may go for a purpose. Pure; never throws. */
  decide(asked: Asked): Decision
  /** The document cut down to what may go, and how often each branch was taken. */
  project(release: Release): Projected
  /** What a received document holds beyond the agreement; empty where it holds nothing. */
  recheck(resource: string, purpose: string, document: Json): readonly Excess[]
  /**
   * The gate, red line or stage that a received document certainly does not pass, judged by its label and by the items that
   * arrive unchanged; undefined for none.
   */
  regate(received: Received): string | undefined
  /** How many values were shared, treated and kept back, and entries dropped, from the tally that `project` gave. */
  summary(resource: string, purpose: string, tally: Tally): Readonly<Record<keyof Counts | 'dropped', number>>
  /** The items of which some value did not fit its treatment and stayed, from the tally that `project` gave. */
  unfit(resource: string, purpose: string, tally: Tally): readonly string[]
  /** What happened to each item, from the tally that `project` gave. */
  explain(resource: string, purpose: string, tally: Tally): readonly Explanation[]
  /** What the recipient has to do; undefined for a resource or purpose that the agreement does not have. */
  obligations(resource: string, purpose: string): Obligations | undefined
  /**
   * The paths of the items that a purpose never carries, for the recipient to be told: from the agreement, never from a document.
   * Empty where the agreement gives no such notice, or does not have the resource or purpose.
   */
  withheldNotice(resource: string, purpose: string): readonly string[]
  /** What the recipient has to be able to do for one purpose, by the obligations that are a `must`. */
  requires(resource: string, purpose: string): readonly Ability[]
  /** Milliseconds until which a record of somebody's reading at `now` has to be kept; undefined where no duty says so. */
  keepLogUntil(purpose: string, now: number): number | undefined
  /** Milliseconds at which a received document has to be gone; undefined where no term is set. */
  deleteAt(about: DeletionCase): number | undefined
}

/**
 * Compiles an agreement from its YAML text.
 *
 * @param source the file as it is
 * @param file the name that problems carry
 * @throws ProblemsError with every problem found, each with line and column
 */
export function compileAgreement(source: string, file: string, parts: PolicyParts): Agreement {
  const reading = readAgreement(source, file, parts)
  const { resolved, scopes, practice } = reading
  const findings = makeFindings(file)
  const report = runExamples(findings, resolved, practice)
  stopOnProblems(findings)
  const engineOf = (one: Resolved) =>
    makeEngine(one, {
      squareOf: (point, side) => parts.squareOf(point, side),
      scopes,
      baseKey: reference => parts.pseudonymKey(reference),
    })
  const lines = parts.baselineFor?.(resolved.draft.provider.id) ?? []
  const released = restrict(resolved, lines)
  const signed = engineOf(resolved)
  const engine =
    released === resolved ? signed : { ...engineOf(released), recheck: signed.recheck, regate: signed.regate }
  return makeAgreement(reading, { engine, released }, report)
}

/** What is released is what was signed, cut down to the provider's own baseline; what is received is held against what was signed. */
interface AtWork {
  readonly engine: Engine
  readonly released: Resolved
}

function makeAgreement(reading: Reading, { engine, released }: AtWork, report: ExampleReport): Agreement {
  const { resolved, duties, sourceDigest } = reading
  const { draft, resources } = resolved
  const { id, revision, title, replaces, effectiveFrom, expiresAt, marking } = draft
  const form = signedForm(resolved, duties)
  return Object.freeze({
    ...{ id, revision, title, replaces, effectiveFrom, expiresAt, marking, sourceDigest, form, reading },
    digest: digestOf(canonicalJson(form)),
    provider: draft.provider.id,
    recipient: draft.recipient.id,
    purposes: new Map([...draft.purposes.keys()].map(name => [name, purposeOf(draft, name)])),
    resources: new Map(
      [...resources].map(
        ([
          name,
          {
            catalogue: { version, digest },
          },
        ]) => [name, { version, digest }],
      ),
    ),
    examples: report.passed,
    examplesDigest: report.digest,
    pseudonymKeys: keysNamed(draft),
    decide: engine.decide,
    project: engine.project,
    recheck: engine.recheck,
    regate: engine.regate,
    explain: (resource: string, purpose: string, tally: Tally) => {
      const [found, plan] = [released.resources.get(resource), engine.plan(resource, purpose)]
      return found && plan ? explainTally(found, plan, tally) : []
    },
    summary: (resource: string, purpose: string, tally: Tally) => {
      const plan = engine.plan(resource, purpose)
      return plan
        ? summariseTally(plan, tally)
        : { shared: 0, treated: 0, withheld: 0, failed: 0, dropped: 0 }
    },
    unfit: (resource: string, purpose: string, tally: Tally) => {
      const plan = engine.plan(resource, purpose)
      return plan ? unfitItems(plan, tally) : []
    },
    obligations: duties.of,
    withheldNotice: (resource: string, purpose: string) => withheldItems(released, resource, purpose),
    requires: duties.requires,
    keepLogUntil: duties.keepLogUntil,
    deleteAt: duties.deleteAt,
  })
}

function purposeOf(draft: Draft, id: string): Purpose {
  const purpose = draft.purposes.get(id)
  if (!purpose) throw new Error(`no purpose ${id}`)
  const { says, dpv, requesters, providerBasis, recipientBasis, urgent } = purpose
  const basis = (name: string | undefined): JsonObject => draft.legalBases.get(name ?? '') ?? {}
  return {
    id,
    says,
    dpv,
    requesters,
    basis: { provider: basis(providerBasis?.name), recipient: basis(recipientBasis?.name) },
    urgent: urgent && { people: urgent.people, lastsMs: urgent.lastsMs, tell: urgent.tell },
  }
}

function keysNamed({ treatments }: Draft): readonly string[] {
  const keys = [...treatments.values()].flatMap(treatment => {
    const key = treatment?.prepared.terms['key']
    return typeof key === 'string' ? [key] : []
  })
  return [...new Set(keys)]
}
