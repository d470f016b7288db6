import type { KeyObject } from 'node:crypto'
import type { Json, JsonObject } from '../kit/kit.ts'
import type { Label, RefusalCode } from '../terms/terms.ts'
import type { Scene } from './condition.ts'
import { makeKeyring, type ScopeReader } from './keyring.ts'
import { makePlan, type Plan } from './plan.ts'
import { makeProjector, type Projected, type Projector } from './projector.ts'
import { type Excess, makeRechecker, type Rechecker } from './rechecker.ts'
import { makeRegater, type Received, type Regater } from './regater.ts'
import type { Gate, NamedCondition, Resolved } from './resolved.ts'
import type { LonLat } from './treatments/treatment.ts'

/** What somebody wants to release, and why. */
export interface Asked {
  readonly resource: string
  readonly purpose: string
  readonly role: string
  readonly document: JsonObject
  readonly label: Label
  readonly request: JsonObject
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether an urgent use has been opened: who asks and at which stage is then not looked at, all else is. */
  readonly urgent?: boolean | undefined
}

/** The document may go, cut down as the purpose says. */
export interface Release {
  readonly kind: 'release'
  readonly resource: string
  readonly purpose: string
  readonly document: JsonObject
  readonly label: Label
  readonly request: JsonObject
  /** Whether it goes only because of an urgent use: by who asks or by the stage it would have stayed. */
  readonly urgent: boolean
}

/** The document stays. */
export interface Refused {
  readonly kind: 'refuse'
  readonly code: RefusalCode
  /** The gate, condition or purpose that says no; never a value. */
  readonly rule: string | undefined
}

export type Decision = Release | Refused

/** A resolved agreement at work. */
export interface Engine {
  readonly decide: (asked: Asked) => Decision
  readonly project: (release: Release) => Projected
  readonly recheck: (resource: string, purpose: string, document: Json) => readonly Excess[]
  /** The gate, red line or stage over the whole document that a received one certainly does not pass; undefined for none. */
  readonly regate: (received: Received) => string | undefined
  readonly plan: (resource: string, purpose: string) => Plan | undefined
}

/** What an engine needs from outside. */
export interface EngineParts {
  readonly squareOf: (point: LonLat, sideMetres: number) => LonLat | undefined
  readonly baseKey: (reference: string) => KeyObject | undefined
  /** Readers of pseudonym scopes, by resource and scope. */
  readonly scopes: ReadonlyMap<string, ReadonlyMap<string, ScopeReader>>
}

interface Work {
  readonly whilst: NamedCondition | undefined
  readonly gates: readonly Gate[]
  readonly plan: Plan
  readonly project: Projector
  readonly recheck: Rechecker
  readonly regate: Regater
}

/** Compiles every pair of resource and purpose of an agreement. */
export function makeEngine(resolved: Resolved, parts: EngineParts): Engine {
  const { draft } = resolved
  const works = new Map<string, ReadonlyMap<string, Work>>()
  for (const resource of resolved.resources.keys()) {
    works.set(
      resource,
      new Map(
        [...draft.purposes.keys()].map(purpose => [purpose, makeWork(resolved, parts, resource, purpose)]),
      ),
    )
  }
  const find = (resource: string, purpose: string) => works.get(resource)?.get(purpose)
  return {
    decide: asked => decide(resolved, works, asked),
    project: ({ resource, purpose, ...subject }) => {
      return find(resource, purpose)?.project(subject) ?? { document: {}, tally: [] }
    },
    recheck: (resource, purpose, document) => {
      return find(resource, purpose)?.recheck(document) ?? [{ path: '', code: 'not-covered' }]
    },
    regate: ({ resource, purpose, ...received }) => {
      const work = find(resource, purpose)
      return work ? work.regate(received) : purpose
    },
    plan: (resource, purpose) => find(resource, purpose)?.plan,
  }
}

function makeWork(resolved: Resolved, parts: EngineParts, resource: string, purpose: string): Work {
  const found = resolved.resources.get(resource)
  if (!found) throw new Error(`no resource ${resource}`)
  const pseudonymKey = makeKeyring({
    agreement: resolved.draft.id,
    purpose,
    readers: parts.scopes.get(resource) ?? new Map(),
    baseKey: parts.baseKey,
  })
  const plan = makePlan(found, purpose, { squareOf: parts.squareOf, pseudonymKey })
  return {
    whilst: found.whilst.get(purpose),
    gates: found.gates,
    plan,
    project: makeProjector(plan),
    recheck: makeRechecker(plan, found.catalogue),
    regate: makeRegater(found, plan),
  }
}

/**
 * The order of decision: resource, dates, purpose, urgent use or role and stage, gates. The first that fails is the answer. Urgent
 * use relaxes who and when; gates, red lines and the table hold as ever.
 */
function decide(
  { draft }: Resolved,
  works: ReadonlyMap<string, ReadonlyMap<string, Work>>,
  { resource, purpose, role, document, label, request, now, urgent = false }: Asked,
): Decision {
  const byPurpose = works.get(resource)
  if (!byPurpose) return refuse('resource-unknown')
  if (now < draft.effectiveFrom) return refuse('agreement-not-yet-in-force')
  if (!(now < draft.expiresAt)) return refuse('agreement-expired')
  const work = byPurpose.get(purpose)
  const terms = draft.purposes.get(purpose)
  if (!work || !terms || work.plan.leaves.size === 0)
    return refuse('purpose-unknown', work ? `${resource} for ${purpose}` : undefined)
  const scene: Scene = { document, label, request, entries: [] }
  const { whilst, gates } = work
  if (urgent && !terms.urgent) return refuse('urgent-not-allowed', purpose)
  const asks = terms.requesters.includes(role)
  const applies = !whilst || whilst.test(scene) === true
  if (!urgent && !asks) return refuse('role-not-allowed', purpose)
  if (!urgent && !applies) return refuse('purpose-window', whilst.name)
  for (const { id, condition, passes } of gates) {
    if (condition.test(scene) !== passes) return refuse('gate-failed', id)
  }
  return { kind: 'release', resource, purpose, document, label, request, urgent: !(asks && applies) }
}

function refuse(code: RefusalCode, rule?: string): Refused {
  return { kind: 'refuse', code, rule }
}
