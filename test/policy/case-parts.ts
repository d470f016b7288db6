import { createSecretKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadSchemas } from '../../src/contract/contract.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import {
  type Agreement,
  type BaselineLine,
  compileAgreement,
  linesOf,
  type PolicyParts,
  readAgencyRules,
} from '../../src/policy/policy.ts'
import type { Catalogue } from '../../src/terms/terms.ts'
import { ProblemsError } from '../../src/terms/terms.ts'
import { squareOf } from '../../src/translation/translation.ts'
import { here, jsonFile } from './support.ts'

/** The public set of cases; its README says how they are laid out. */
export const casesFolder = join(here, 'cases')

const schemas = loadSchemas(join(casesFolder, 'catalogues'))
const keys = jsonFile(join(casesFolder, 'keys.json'))

/** What cases run with: the schemas beside them, the grid of the ground, and the practice keys that are published with them. */
export const caseParts: PolicyParts = {
  catalogueOf: resource => schemas.get(resource)?.catalogue,
  squareOf,
  pseudonymKey: reference => {
    const key = objectIn(keys, 'pseudonymKeys')[reference]
    return typeof key === 'string' ? createSecretKey(Buffer.from(key, 'hex')) : undefined
  },
}

/** One case: a folder with a `case.json`. */
export interface Case {
  readonly name: string
  readonly about: JsonObject
  text(file: string): string
  json(file: string): Json
  has(file: string): boolean
}

export function caseAt(name: string): Case {
  const at = (file: string) => resolve(casesFolder, name, file)
  return {
    name,
    about: jsonFile(at('case.json')),
    text: file => readFileSync(at(file), 'utf8'),
    json: file => JSON.parse(readFileSync(at(file), 'utf8')) as Json,
    has: file => existsSync(at(file)),
  }
}

export function objectIn(holder: JsonObject, name: string): JsonObject {
  const value = holder[name]
  return isJsonObject(value) ? value : {}
}

export function textIn(holder: JsonObject, name: string, otherwise = ''): string {
  const value = holder[name]
  return typeof value === 'string' ? value : otherwise
}

export function listIn(holder: JsonObject, name: string): readonly Json[] {
  const value = holder[name]
  return Array.isArray(value) ? value : []
}

/** The objects of a list. */
export function objectsIn(holder: JsonObject, name: string): readonly JsonObject[] {
  return listIn(holder, name).filter(isJsonObject)
}

export function catalogueFor(resource: string): Catalogue {
  const catalogue = caseParts.catalogueOf(resource)
  if (!catalogue) throw new Error(`the cases have no catalogue of ${resource}`)
  return catalogue
}

/** The agreement that a case names, under the provider's own rules where it names any. */
export function agreementOf(
  one: Case,
  { policy, baseline }: { policy?: string; baseline?: string },
): Agreement {
  const lines = baseline === undefined ? undefined : linesIn(one, baseline)
  const parts = lines ? { ...caseParts, baselineFor: () => lines } : caseParts
  return compileAgreement(one.text(policy ?? 'policy.yaml'), 'policy.yaml', parts)
}

/** The lines of a rules file, those of either kind. */
export function linesIn(one: Case, file: string): readonly BaselineLine[] {
  const reading = readAgencyRules(one.text(file), file, caseParts)
  if (!reading.ok) throw new ProblemsError(reading.problems)
  const { rules } = reading
  const agency = rules.agency
  if (agency === undefined) return [...rules.baseline, ...rules.acceptance]
  return linesOf(rules, { provider: agency, recipient: agency })
}
