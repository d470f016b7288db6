import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DocumentSchema, loadSchemas } from '../contract/contract.ts'
import { isJsonObject, type JsonObject, readJson } from '../kit/kit.ts'
import {
  type AgencyRules,
  type Agreement,
  compileAgreement,
  type Finding,
  type Linted,
  lintAgreement,
  type Mutant,
  mutationReport,
  type PolicyParts,
  type Reading,
  readAgencyRules,
  readAgreement,
} from '../policy/policy.ts'
import { ProblemsError } from '../terms/terms.ts'
import { squareOf } from '../translation/translation.ts'
import type { Terminal } from './terminal.ts'

/** The document schemas that come with the program. */
export const houseSchemas = fileURLToPath(new URL('../../schemas', import.meta.url))

/** Where the commands read policies and documents: files as the terminal sees them, against one set of schemas. */
export interface Desk {
  /** @throws ProblemsError with every problem of the file, failing worked examples among them */
  compile(file: string): Promise<Agreement>
  /** @throws ProblemsError with every problem of the file; worked examples are not run */
  read(file: string): Promise<Reading>
  /** Everything the linter finds, problems of the file among it; never throws for what stands in it. */
  lint(
    file: string,
    given: Pick<Linted, 'previous' | 'agency' | 'traffic' | 'now'>,
  ): Promise<readonly Finding[]>
  /** @throws ProblemsError with every problem of the file */
  rules(file: string): Promise<AgencyRules>
  /** @throws ProblemsError where the agreement cannot be used or one of its examples does not hold */
  mutate(file: string): Promise<readonly Mutant[]>
  readonly parts: PolicyParts
  schemaOf(resource: string, version?: string): DocumentSchema | undefined
}

/** No key for pseudonyms is needed here: what is tried out uses practice keys, and nothing is released. */
export function openDesk(terminal: Terminal, schemas: string): Desk {
  const registry = loadSchemas(resolve(terminal.cwd, schemas))
  const parts: PolicyParts = {
    catalogueOf: registry.catalogueOf,
    squareOf,
    pseudonymKey: () => undefined,
  }
  const open = (file: string) => readFile(resolve(terminal.cwd, file), 'utf8')
  return {
    compile: async file => compileAgreement(await open(file), file, parts),
    read: async file => readAgreement(await open(file), file, parts),
    lint: async (file, given) => lintAgreement({ source: await open(file), file, parts, ...given }),
    rules: async file => {
      const reading = readAgencyRules(await open(file), file, registry)
      if (reading.ok) return reading.rules
      throw new ProblemsError(reading.problems)
    },
    mutate: async file => mutationReport(await open(file), file, parts),
    parts,
    schemaOf: (resource, version) => registry.get(resource, version),
  }
}

/** Reads a JSON object from a file; undefined where there is another thing in it. */
export async function readObjectFile(terminal: Terminal, file: string): Promise<JsonObject | undefined> {
  const reading = readJson(await readFile(resolve(terminal.cwd, file)))
  return reading.ok && isJsonObject(reading.value) ? reading.value : undefined
}

/** `1 item`, `2 items`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
