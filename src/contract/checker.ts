import type { JsonObject } from '../kit/kit.ts'
import type { Violation } from '../terms/terms.ts'
import { makeAjv, violationOf } from './ajv.ts'

/** Finds every violation of one value against one schema; for files that people write, where all problems are told at once. */
export type Checker = (value: unknown) => readonly Violation[]

/**
 * @param schema a JSON Schema 2020-12
 * @throws Error where the schema itself is not one, which is a fault of ours
 */
export function makeChecker(schema: JsonObject): Checker {
  const ajv = makeAjv('as-is')
  ajv.opts.allErrors = true
  const validate = ajv.compile(schema)
  return value => (validate(value) ? [] : (validate.errors ?? []).map(violationOf))
}
