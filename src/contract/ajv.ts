import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Violation } from '../terms/terms.ts'

/** The annotations our schemas carry beside the standard keywords. */
const ANNOTATIONS = [
  'x-resource',
  'x-version',
  'x-order-by',
  'x-subject',
  'x-sensitivity',
  'x-control',
  'x-item',
  'x-type',
  'x-code-list',
  'x-unit',
  'x-accuracy-m',
]

/** How values are judged: as they are for bodies, turned from text for query, path and header parameters. */
export type Reading = 'as-is' | 'from-text'

/**
 * A JSON Schema 2020-12 validator that never changes what it judges: no defaults, no removal, no coercion of bodies. It stops
 * at the first violation unless told otherwise, so that a hostile document costs little.
 */
export function makeAjv(reading: Reading): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: false,
    coerceTypes: reading === 'from-text' ? 'array' : false,
    useDefaults: false,
    removeAdditional: false,
    ownProperties: true,
    validateFormats: true,
    allowUnionTypes: true,
    // Ajv's optimiser makes an object for every name in the code it writes. So many kinds of object fill V8's table of them, and
    // every object literal that first runs afterwards is a slow one: policy decisions cost twice as much.
    code: { optimize: false },
  })
  addFormats.default(ajv)
  ajv.addFormat('int64', true)
  for (const keyword of ANNOTATIONS) ajv.addKeyword({ keyword })
  // The gateway works these out: no document that a system sends holds one. Alone, such a value is judged by its form.
  ajv.addKeyword({
    keyword: 'x-derived',
    schemaType: 'boolean',
    validate: (derived: boolean, _value: unknown, _schema: unknown, at?: { readonly instancePath: string }) =>
      !derived || at?.instancePath === '',
  })
  ajv.addVocabulary(['components', 'example', 'discriminator'])
  return ajv
}

/** Ajv's finding in our words: where and what was expected, never the value that was found. */
export function violationOf(error: ErrorObject): Violation {
  const pointer = error.instancePath
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return { pointer, says: `unknown member \`${nameOf(error.params)}\`` }
    case 'required':
      return { pointer, says: `member \`${nameOf(error.params)}\` is missing` }
    case 'enum':
      return { pointer, says: 'not one of the listed values' }
    case 'x-derived':
      return { pointer, says: 'the gateway works this out; no system sends it' }
    case 'const':
      return { pointer, says: 'not the one value allowed here' }
    case 'false schema':
      return { pointer, says: 'nothing may stand here' }
    default:
      return { pointer, says: (error.message ?? error.keyword).toLowerCase() }
  }
}

function nameOf(params: Record<string, unknown>): string {
  const name = params['additionalProperty'] ?? params['unevaluatedProperty'] ?? params['missingProperty']
  return typeof name === 'string' ? name.slice(0, 64) : '?'
}
