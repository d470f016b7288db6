import { type KeyObject, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GatewayConfig } from '../config.ts'
import { loadSchemas, type SchemaRegistry } from '../contract/contract.ts'
import { type Agreement, checkApprovals, compileAgreement, type Officer } from '../policy/policy.ts'
import { type PublishedKey, readJwks } from '../seal/seal.ts'
import { type AgencyId, type Problem, ProblemsError } from '../terms/terms.ts'
import { compileMapping, type Mapping, squareOf } from '../translation/translation.ts'

/** What a gateway has learned from files before it opens a door: what may be said, shown, and how it is said here. */
export interface Knowledge {
  readonly schemas: SchemaRegistry
  readonly agreements: readonly Agreement[]
  /** By the resource they translate from. */
  readonly mappings: ReadonlyMap<string, Mapping>
}

/**
 * Loads schemas, mappings and agreements. An agreement counts only with the signatures of both parties.
 *
 * @throws ProblemsError with everything that is wrong in any of the files
 */
export function loadKnowledge(config: GatewayConfig, pseudonyms: ReadonlyMap<string, KeyObject>): Knowledge {
  const schemas = loadSchemas(config.schemas)
  const catalogueOf = (resource: string) => schemas.get(resource)?.catalogue
  const parts = { catalogueOf, squareOf, pseudonymKey: (reference: string) => pseudonyms.get(reference) }
  const problems: Problem[] = []
  const officers = config.officers.flatMap(file => readOfficers(file, problems))
  const agreements = config.agreements.flatMap(({ file, signatures }) => {
    const agreement = collect(problems, () => compileAgreement(readFileSync(file, 'utf8'), file, parts))
    if (agreement === undefined) return []
    problems.push(
      ...missingKeys(agreement, file, config.agency, pseudonyms),
      ...checkApprovals(agreement, readText(signatures, problems), signatures, officers, verifyEd25519),
    )
    return [agreement]
  })
  const mappings = new Map<string, Mapping>()
  for (const file of mappingFiles(config.mappings)) {
    const mapping = collect(problems, () => compileMapping(readFileSync(file, 'utf8'), file, { catalogueOf }))
    if (mapping !== undefined) mappings.set(mapping.from.resource, mapping)
  }
  if (problems.length > 0) throw new ProblemsError(problems)
  return { schemas, agreements, mappings }
}

/** The provider needs every key that its agreement makes code names with; without it the items would silently stay at home. */
function missingKeys(
  agreement: Agreement,
  file: string,
  agency: AgencyId,
  held: ReadonlyMap<string, KeyObject>,
): readonly Problem[] {
  if (agreement.provider !== agency) return []
  return agreement.pseudonymKeys
    .filter(name => !held.has(name))
    .map(name => ({
      file,
      line: 0,
      column: 0,
      code: 'pseudonym-key-missing',
      says: `no file is configured for \`${name}\``,
    }))
}

function mappingFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .map(name => join(directory, name))
}

function readOfficers(file: string, problems: Problem[]): Officer[] {
  const reading = readJwks(readFileSync(file), file)
  problems.push(...reading.problems)
  return reading.keys.flatMap(officerOf)
}

function officerOf({ holder, key, kid }: PublishedKey): Officer[] {
  return holder === undefined ? [] : [{ ...holder, key, kid }]
}

function readText(file: string, problems: Problem[]): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const says = 'cannot be read: an agreement without the signatures of both parties is not in force'
    problems.push({ file, line: 0, column: 0, code: 'signatures-missing', says })
    return ''
  }
}

function collect<Product>(problems: Problem[], work: () => Product): Product | undefined {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof ProblemsError)) throw thrown
    problems.push(...thrown.problems)
    return undefined
  }
}

function verifyEd25519(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return key.asymmetricKeyType === 'ed25519' && verify(null, data, key, signature)
}
