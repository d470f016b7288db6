import { type KeyObject, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GatewayConfig } from '../config.ts'
import { loadSchemas, type SchemaRegistry } from '../contract/contract.ts'
import { readJsonText } from '../kit/kit.ts'
import {
  type AgencyRules,
  type Agreement,
  checkApprovals,
  compileAgreement,
  type Officer,
  type OfficerSignature,
  ORDINARY_RULES,
  type PolicyParts,
  readAgencyRules,
  readApprovals,
} from '../policy/policy.ts'
import { type PublishedKey, readJwks } from '../seal/seal.ts'
import { type AgencyId, type Problem, ProblemsError } from '../terms/terms.ts'
import { compileMapping, type MappingBook, makeMappingBook, squareOf } from '../translation/translation.ts'

/** A sharing policy in a file, compiled, with the signatures beside it. */
export interface AgreementFile {
  readonly file: string
  readonly source: string
  readonly agreement: Agreement
  readonly approvals: readonly OfficerSignature[]
}

/** What texts of agreements are judged by. */
export interface Ground {
  readonly schemas: SchemaRegistry
  /** What this agency demands of every agreement. */
  readonly rules: AgencyRules
  /** What compiling a sharing policy needs. */
  readonly policyParts: PolicyParts
}

/** What a gateway has learned from files before it opens a door: what may be said, shown, and how it is said here. */
export interface Knowledge extends Ground {
  /** What came as files with the signatures of both parties. */
  readonly files: readonly AgreementFile[]
  /** Whose signatures count. */
  readonly officers: readonly Officer[]
  readonly mappings: MappingBook
}

/**
 * Loads schemas, mappings and agreements. An agreement counts only with the signatures of both parties.
 *
 * @throws ProblemsError with everything that is wrong in any of the files
 */
export function loadKnowledge(config: GatewayConfig, pseudonyms: ReadonlyMap<string, KeyObject>): Knowledge {
  const problems: Problem[] = []
  const ground = loadGround(config, pseudonyms, problems)
  const { schemas, policyParts: parts } = ground
  const officers = config.officers.flatMap(file => readOfficers(file, problems))
  const files = config.agreements.flatMap(({ file, signatures }): AgreementFile[] => {
    const source = readFileSync(file, 'utf8')
    const agreement = collect(problems, () => compileAgreement(source, file, parts))
    if (agreement === undefined) return []
    const text = readText(signatures, problems, UNSIGNED)
    problems.push(
      ...missingKeys(agreement, file, config.agency, pseudonyms),
      ...checkApprovals(agreement, text, signatures, {
        officers,
        verify: verifyEd25519,
      }),
    )
    return [{ file, source, agreement, approvals: approvalsIn(text) }]
  })
  const mappings = makeMappingBook(
    mappingFiles(config.mappings).flatMap(file => {
      const mapping = collect(problems, () => compileMapping(readFileSync(file, 'utf8'), file, schemas))
      return mapping === undefined ? [] : [{ file, mapping }]
    }),
    schemas,
  )
  problems.push(...mappings.problems)
  if (problems.length > 0) throw new ProblemsError(problems)
  return { ...ground, files, officers, mappings: mappings.book }
}

/** @param problems takes what is wrong with the rules of the agency; the ordinary ones stand in for them then */
export function loadGround(
  config: GatewayConfig,
  pseudonyms: ReadonlyMap<string, KeyObject>,
  problems: Problem[] = [],
): Ground {
  const schemas = loadSchemas(config.schemas)
  const rules = readRules(config, schemas, problems)
  const policyParts: PolicyParts = {
    catalogueOf: schemas.catalogueOf,
    squareOf,
    pseudonymKey: (reference: string) => pseudonyms.get(reference),
    baselineFor: provider => (provider === config.agency ? rules.baseline : []),
  }
  return { schemas, rules, policyParts }
}

/** The provider needs every key that its agreement makes code names with; without it the items would silently stay at home. */
export function missingKeys(
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

const UNSIGNED = {
  code: 'signatures-missing',
  says: 'cannot be read: an agreement without the signatures of both parties is not in force',
}

function approvalsIn(text: string): readonly OfficerSignature[] {
  const reading = readJsonText(text)
  return reading.ok ? readApprovals(reading.value) : []
}

function mappingFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .map(name => join(directory, name))
}

function readRules(
  { rules: file }: GatewayConfig,
  schemas: SchemaRegistry,
  problems: Problem[],
): AgencyRules {
  if (file === undefined) return ORDINARY_RULES
  const missing = 'cannot be read; leave the key out for the ordinary rules'
  const source = readText(file, problems, { code: 'rules-missing', says: missing })
  const reading = readAgencyRules(source, file, schemas)
  if (reading.ok) return reading.rules
  if (source !== '') problems.push(...reading.problems)
  return ORDINARY_RULES
}

function readOfficers(file: string, problems: Problem[]): Officer[] {
  const reading = readJwks(readFileSync(file), file)
  problems.push(...reading.problems)
  return reading.keys.flatMap(officerOf)
}

function officerOf({ holder, key, kid }: PublishedKey): Officer[] {
  return holder === undefined ? [] : [{ ...holder, key, kid }]
}

function readText(file: string, problems: Problem[], where: Pick<Problem, 'code' | 'says'>): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    problems.push({ file, line: 0, column: 0, ...where })
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

export function verifyEd25519(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  return key.asymmetricKeyType === 'ed25519' && verify(null, data, key, signature)
}
