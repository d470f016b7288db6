import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ErrorObject } from 'ajv'
import { canonicalJson, digestOf, isJsonObject, type Json, type JsonObject, readJson } from '../kit/kit.ts'
import { type Catalogue, type Problem, ProblemsError, type Violation } from '../terms/terms.ts'
import { makeAjv, violationOf } from './ajv.ts'
import { drawCatalogue } from './catalogue.ts'
import { makeRegistry, type SchemaRegistry } from './registry.ts'

/** What is wrong with a document. */
export interface Breach extends Violation {
  /** The member that the object at the pointer lacks, where that is what is wrong. */
  readonly missing?: string
}

/** One published document schema, ready to judge documents. */
export interface DocumentSchema {
  readonly resource: string
  readonly version: string
  readonly catalogue: Catalogue
  /** The schema as it was published. */
  readonly source: JsonObject
  /** The leaf whose value puts exchanges of this resource into one lane. */
  readonly orderBy: string
  /** The leaf that says what a document is about; the ledger commits to its value. */
  readonly subject: string
  /** The values in a document that `orderBy` and `subject` name; undefined where it holds none. */
  namesIn(document: JsonObject): { readonly orderedBy: Json | undefined; readonly subject: Json | undefined }
  /** The first violation, or undefined for a document that meets the schema. */
  check(document: unknown): Breach | undefined
}

/** Holds the code lists that schemas refer to, and no schema. */
const CODE_LISTS = 'codes'

/**
 * Reads every `<directory>/<vocabulary>/*.json` and compiles it. `operation.json` holds the newest version; older ones that still
 * live stand beside it, as they were published: `operation@1.0.0.json`.
 *
 * @throws ProblemsError with everything that is wrong in any of the files
 */
export function loadSchemas(directory: string): SchemaRegistry {
  const problems: Problem[] = []
  const ajv = makeAjv('as-is')
  const published = schemaFiles(directory).flatMap(file => {
    const reading = readJson(readFileSync(file))
    if (!reading.ok || !isJsonObject(reading.value)) {
      problems.push({ file, line: 0, column: 0, code: 'schema-unreadable', says: 'is not one JSON object' })
      return []
    }
    const schema = compile(ajv, reading.value, file, problems)
    return schema === undefined ? [] : [{ schema, file, filedAs: /@(.*)\.json$/.exec(basename(file))?.[1] }]
  })
  const { registry, problems: misfiled } = makeRegistry(published)
  if (problems.length + misfiled.length > 0) throw new ProblemsError([...problems, ...misfiled])
  return registry
}

function schemaFiles(directory: string): string[] {
  const vocabularies = readdirSync(directory, { withFileTypes: true }).filter(
    entry => entry.isDirectory() && entry.name !== CODE_LISTS,
  )
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
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    const says = '`x-version` is not three numbers with dots between them'
    problems.push({ file, line: 0, column: 0, code: 'schema-header', says })
  }
  const validate = validatorOf(ajv, schema)
  if (typeof validate === 'string') {
    problems.push({ file, line: 0, column: 0, code: 'schema-invalid', says: validate })
    return undefined
  }
  // Compiled when it is first asked: a gateway knows hundreds of items and judges a few by themselves.
  const testOf = (fragment: string) => {
    let test: ((value: unknown) => boolean) | undefined
    return (value: unknown): boolean => {
      test ??= ajv.getSchema(`${id}${fragment}`) as ((value: unknown) => boolean) | undefined
      if (test === undefined) throw new Error(`${id} has nothing at ${fragment}`)
      return test(value)
    }
  }
  const digest = digestOf(canonicalJson(schema))
  const drawn = drawCatalogue(schema, { resource, version, digest, file, testOf })
  problems.push(...drawn.problems)
  for (const named of [orderBy, subject])
    if (!drawn.catalogue.leaves.has(named) || named.includes('[]')) {
      const says = `\`${named}\` in \`x-order-by\` or \`x-subject\` is not a leaf outside lists`
      problems.push({ file, line: 0, column: 0, code: 'schema-header', says })
    }
  return {
    resource,
    version,
    catalogue: drawn.catalogue,
    source: schema,
    orderBy,
    subject,
    namesIn: document => ({ orderedBy: valueAt(document, orderBy), subject: valueAt(document, subject) }),
    check: document => {
      if (validate(document)) return undefined
      const error = validate.errors?.[0]
      return error ? breachOf(error) : { pointer: '', says: 'does not meet the schema' }
    },
  }
}

function breachOf(error: ErrorObject): Breach {
  const missing: unknown = error.params['missingProperty']
  return { ...violationOf(error), ...(typeof missing === 'string' ? { missing } : {}) }
}

function valueAt(document: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = document
  for (const name of path.split('.'))
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
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
