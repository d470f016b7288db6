import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSchemas } from '../../src/contract/contract.ts'
import { isJsonObject, type Json, type JsonObject, readJson } from '../../src/kit/kit.ts'
import { type Agreement, compileAgreement, type PolicyParts } from '../../src/policy/policy.ts'
import { type Catalogue, type Problem, ProblemsError } from '../../src/terms/terms.ts'
import { squareOf as groundSquareOf } from '../../src/translation/translation.ts'

export const here = import.meta.dirname

export function jsonFile(path: string): JsonObject {
  const reading = readJson(readFileSync(path))
  if (!reading.ok || !isJsonObject(reading.value)) throw new Error(`${path} is not one JSON object`)
  return reading.value
}

const schemas = loadSchemas(join(here, 'cases/catalogues'))

/** The catalogue of an invented vocabulary that has one of everything. */
export const mission: Catalogue = catalogueOf('drill.mission')

/** The catalogue of the complete example, which has figures. */
export const example: Catalogue = catalogueOf('police.mission')

function catalogueOf(resource: string): Catalogue {
  const schema = schemas.get(resource)
  if (!schema) throw new Error(`the cases have no schema for ${resource}`)
  return schema.catalogue
}

/** Squares of a plain degree grid: small, deterministic, and a fixed point like the real one. */
export function squareOf(
  { lon, lat }: { lon: number; lat: number },
  side: number,
): { lon: number; lat: number } | undefined {
  const cells = 100_000 / side
  const centre = (degrees: number) => Math.round(((Math.floor(degrees * cells) + 0.5) / cells) * 1e6) / 1e6
  return { lon: centre(lon), lat: centre(lat) }
}

export const parts: PolicyParts = {
  catalogueOf: resource => [mission, example].find(one => one.resource === resource),
  squareOf: groundSquareOf,
  pseudonymKey: reference =>
    reference === 'kms://drill/2026' ? createSecretKey(Buffer.alloc(32, 7)) : undefined,
}

/** The agreement, or every problem of it. */
export function attempt(source: string, file = 'policy.yaml'): Agreement | readonly Problem[] {
  try {
    return compileAgreement(source, file, parts)
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return thrown.problems
    throw thrown
  }
}

/** As {@link attempt}, for a source that has to be good. */
export function compiled(source: string): Agreement {
  return compileAgreement(source, 'policy.yaml', parts)
}

/** A policy as JSON, which is YAML; the parts that a test is about are given. */
export function policyWith(about: {
  readonly resource: JsonObject
  readonly purposes?: readonly string[]
  readonly conditions?: JsonObject
  readonly treatments?: JsonObject
  readonly gates?: readonly Json[]
}): string {
  const basis = { regime: 'none', basis: 'a drill' }
  const purposes = (about.purposes ?? ['drill']).map(name => {
    return [
      name,
      {
        says: 'Practise',
        basis: { provider: 'law', recipient: 'law' },
        requesters: ['planner'],
        whilst: 'always',
      },
    ]
  })
  return JSON.stringify({
    format: 'sharing-policy/1',
    id: 'a.to.b.drill',
    revision: 1,
    title: 'A drill',
    agreement: { reference: 'R', dpia: 'D' },
    parties: {
      provider: { id: 'a', controller: 'A', contact: 'a' },
      recipient: { id: 'b', controller: 'B', contact: 'b' },
    },
    dates: {
      effectiveFrom: '2026-01-01T00:00:00Z',
      expiresAt: '2028-01-01T00:00:00Z',
      reviewBy: '2027-01-01',
      reviewOwner: 'A',
    },
    legalBases: { law: basis },
    purposes: Object.fromEntries(purposes),
    conditions: about.conditions ?? {},
    treatments: about.treatments ?? {},
    gates: about.gates ?? [],
    resources: { 'drill.mission': { schema: { version: '3.2.0' }, ...about.resource } },
    marking: label,
    samples: { one: { resource: 'drill.mission', label, document: { reference: 'M-1' } } },
    tests: [
      {
        name: 'strangers are refused',
        purpose: 'drill',
        as: 'stranger',
        sample: 'one',
        refused: 'role-not-allowed',
      },
    ],
  })
}

export const label = { policy: 'UK-GSC', classification: 'OFFICIAL' } as const

/** What an agreement lets through, or an empty document where it refuses. */
export function released(agreement: Agreement, document: JsonObject, purpose = 'drill'): JsonObject {
  const now = agreement.effectiveFrom
  const asked = { resource: 'drill.mission', purpose, role: 'planner', document, label, request: {}, now }
  const decision = agreement.decide(asked)
  return decision.kind === 'release' ? agreement.project(decision).document : {}
}
