import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson, digestOf, isJsonObject, type JsonObject, readJson } from '../kit/kit.ts'
import { type Catalogue, type Problem, ProblemsError, type Violation } from '../terms/terms.ts'
import { makeAjv, violationOf } from './ajv.ts'
import { drawCatalogue } from './catalogue.ts'

/** One published document schema, ready to judge documents. */
export interface DocumentSchema {
  readonly resource: string
  readonly version: string
  readonly catalogue: Catalogue
  /** The leaf whose value puts exchanges of this resource into one lane. */
  readonly orderBy: string
  /** The leaf that says what a document is about; the ledger commits to its value. */
  readonly subject: string
  /** The first violation, or undefined for a document that meets the schema. */
  check(document: unknown): Violation | undefined
}

export type SchemaRegistry = ReadonlyMap<string, DocumentSchema>

/**
 * Reads every `<directory>/<vocabulary>/*.json` and compiles it.
 *
 * @throws ProblemsError with everything that is wrong in any of the files
 */
export function loadSchemas(directory: string): SchemaRegistry {
  const problems: Problem[] = []
  const registry = new Map<string, DocumentSchema>()
  const ajv = makeAjv('as-is')
  for (const file of schemaFiles(directory)) {
    const reading = readJson(readFileSync(file))
    if (!reading.ok || !isJsonObject(reading.value)) {
      problems.push({ file, line: 0, column: 0, code: 'schema-unreadable', says: 'is not one JSON object' })
      continue
    }
    const schema = compile(ajv, reading.value, file, problems)
    if (schema === undefined) continue
    if (registry.has(schema.resource))
      problems.push({
        file,
        line: 0,
        column: 0,
        code: 'schema-twice',
        says: `\`${schema.resource}\` has a schema already`,
      })
    registry.set(schema.resource, schema)
  }
  if (problems.length > 0) throw new ProblemsError(problems)
  return registry
}

function schemaFiles(directory: string): string[] {
  const vocabularies = readdirSync(directory, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return vocabularies
    .flatMap(({ name }) => readdirSync(join(directory, name)).map(file => join(directory, name, file)))
    .filter(file => file.endsWith('.json'))
    .sort()
}

function compile(
  ajv: ReturnType<typeof makeAjv>,
  schema: JsonObject,
  file: string,
  problems: Problem[],
): DocumentSchema | undefined {
  const [id, resource, version] = [schema['$id'], schema['x-resource'], schema['x-version']]
  const [orderBy, subject] = [schema['x-order-by'], schema['x-subject']]
  if (!isText(id) || !isText(resource) || !isText(version) || !isText(orderBy) || !isText(subject)) {
    const says = 'lacks one of `$id`, `x-resource`, `x-version`, `x-order-by`, `x-subject`'
    problems.push({ file, line: 0, column: 0, code: 'schema-header', says })
    return undefined
  }
  const validate = validatorOf(ajv, schema)
  if (typeof validate === 'string') {
    problems.push({ file, line: 0, column: 0, code: 'schema-invalid', says: validate })
    return undefined
  }
  const testOf = (fragment: string) =>
    ajv.compile({ $ref: `${id}${fragment}` }) as (value: unknown) => boolean
  const digest = digestOf(canonicalJson(schema))
  const drawn = drawCatalogue(schema, { resource, version, digest, file, testOf })
  problems.push(...drawn.problems)
  for (const named of [orderBy, subject])
    if (!drawn.catalogue.leaves.has(named) || named.includes('.')) {
      const says = `\`${named}\` in \`x-order-by\` or \`x-subject\` is not a leaf at the top of the document`
      problems.push({ file, line: 0, column: 0, code: 'schema-header', says })
    }
  return {
    resource,
    version,
    catalogue: drawn.catalogue,
    orderBy,
    subject,
    check: document => {
      if (validate(document)) return undefined
      const error = validate.errors?.[0]
      return error ? violationOf(error) : { pointer: '', says: 'does not meet the schema' }
    },
  }
}

/** The validator, or why the schema is none: a keyword that is unknown, a reference that leads nowhere, an `$id` used twice. */
function validatorOf(
  ajv: ReturnType<typeof makeAjv>,
  schema: JsonObject,
): ReturnType<typeof ajv.compile> | string {
  try {
    return ajv.compile(schema)
  } catch (error) {
    return error instanceof Error ? error.message.toLowerCase() : 'is no JSON Schema'
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
