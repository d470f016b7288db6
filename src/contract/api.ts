import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import type { Violation } from '../terms/terms.ts'
import { makeAjv, violationOf } from './ajv.ts'

/** The three doors; each operation of the contract carries one of them as its tag. */
export const DOORS = ['inner', 'outer', 'console'] as const
export type DoorName = (typeof DOORS)[number]

/** The interface contract (`openapi.yaml`, OpenAPI 3.1), as the doors use it. */
export interface Api {
  /** The contract with the operations of one door only. */
  contractOf(door: DoorName): JsonObject
  /**
   * A validator for one part of a request. Bodies are judged as they are; query, path and header values are turned from text
   * into the type that is asked for.
   */
  compile(
    schema: unknown,
    part: 'body' | 'params' | 'querystring' | 'headers',
  ): (value: unknown) => Violation | undefined
  /** Judges a value against one of the named schemas of the contract. */
  check(name: string, value: unknown): Violation | undefined
}

/**
 * How long whoever asks the third door as an officer waits for an answer, in milliseconds: a text is examined meanwhile, and those
 * before it.
 */
export const OFFICER_WAITS_MS = 120_000

const contractFile = new URL('../../openapi.yaml', import.meta.url)

/** @param file the contract, by default the one that this program keeps */
export function loadApi(file: string | URL = contractFile): Api {
  const document = parse(readFileSync(file, 'utf8')) as unknown
  if (!isJsonObject(document)) throw new Error('the contract is not a YAML mapping')
  const asIs = makeAjv('as-is')
  const fromText = makeAjv('from-text')
  asIs.addSchema({ $id: 'urn:concordat:contract', components: document['components'] ?? {} })
  const named = new Map<string, (value: unknown) => Violation | undefined>()
  const judge = (ajv: typeof asIs, schema: JsonObject) => {
    const validate = ajv.compile(schema)
    return (value: unknown): Violation | undefined => {
      if (validate(value)) return undefined
      const error = validate.errors?.[0]
      return error ? violationOf(error) : { pointer: '', says: 'does not meet the contract' }
    }
  }
  return {
    contractOf: door => withOperationsOf(document, door),
    compile(schema, part) {
      if (!isJsonObject(schema)) throw new Error('a schema of the contract is not an object')
      return judge(part === 'body' ? asIs : fromText, schema)
    },
    check(name, value) {
      let check = named.get(name)
      if (check === undefined) {
        check = judge(asIs, { $ref: `urn:concordat:contract#/components/schemas/${name}` })
        named.set(name, check)
      }
      return check(value)
    },
  }
}

function withOperationsOf(document: JsonObject, door: DoorName): JsonObject {
  const paths: Record<string, Json> = {}
  for (const [path, item] of Object.entries(isJsonObject(document['paths']) ? document['paths'] : {})) {
    if (!isJsonObject(item)) continue
    const kept = Object.entries(item).filter(([, operation]) => isTagged(operation, door))
    if (kept.length > 0) paths[path] = Object.fromEntries(kept)
  }
  return { ...document, paths }
}

function isTagged(operation: Json, door: DoorName): boolean {
  const tags = isJsonObject(operation) ? operation['tags'] : undefined
  return Array.isArray(tags) && tags.includes(door)
}
