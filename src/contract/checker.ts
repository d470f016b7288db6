import type { ErrorObject } from 'ajv'
import type { JsonObject } from '../kit/kit.ts'
import type { Violation } from '../terms/terms.ts'
import { makeAjv, violationOf } from './ajv.ts'

/** Finds every violation of one value against one schema; for files that people write, where all problems are told at once. */
export type Checker = (value: unknown) => readonly Misfit[]

/** A violation in a file, with the name of the member that may not be there, so that its line can be shown. */
export interface Misfit extends Violation {
  readonly member: string | undefined
}

/**
 * @param schema a JSON Schema 2020-12
 * @throws Error where the schema itself is not one, which is a fault of ours
 */
export function makeChecker(schema: JsonObject): Checker {
  const ajv = makeAjv('as-is')
  ajv.opts.allErrors = true
  const validate = ajv.compile(schema)
  return value => (validate(value) ? [] : (validate.errors ?? []).map(misfitOf))
}

function misfitOf(error: ErrorObject): Misfit {
  const member: unknown = error.params['additionalProperty']
  return { ...violationOf(error), member: typeof member === 'string' ? member : undefined }
}
