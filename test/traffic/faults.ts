import { isJsonObject, type Json, type JsonObject, unreachable } from '../../src/kit/kit.ts'
import type { RefusalCode } from '../../src/terms/terms.ts'
import type { Kind } from './mix.ts'
import type { Random } from './random.ts'

/** What is wrong with a message on purpose. */
export type Fault = (typeof FAULTS)[number]

/** What has to become of a message: released, answered as the first time, or refused with a code. */
export type Expected =
  | { readonly kind: 'release' }
  | { readonly kind: 'replay' }
  | { readonly kind: 'refusal'; readonly code: RefusalCode }

export const FAULTS = [
  'none',
  'repeated',
  'key-used-again',
  'truncated',
  'unknown-member',
  'wrong-type',
  'overlong',
  'unknown-word',
  'wrong-realm',
  'above-clearance',
] as const

/** What each fault has to meet. A realm and a label are stopped by a gate of the agreement. */
export const EXPECTED: Readonly<Record<Fault, Expected>> = {
  none: { kind: 'release' },
  repeated: { kind: 'replay' },
  'key-used-again': { kind: 'refusal', code: 'idempotency-mismatch' },
  truncated: { kind: 'refusal', code: 'json-malformed' },
  'unknown-member': { kind: 'refusal', code: 'document-invalid' },
  'wrong-type': { kind: 'refusal', code: 'document-invalid' },
  overlong: { kind: 'refusal', code: 'document-invalid' },
  'unknown-word': { kind: 'refusal', code: 'document-invalid' },
  'wrong-realm': { kind: 'refusal', code: 'gate-failed' },
  'above-clearance': { kind: 'refusal', code: 'gate-failed' },
}

/** A fault in the message itself. */
export type Blemish = Exclude<Fault, 'none' | 'repeated' | 'key-used-again'>

/** Of a thousand messages: five malformed, one of the wrong realm, two with a label above clearance. */
export const SHARES: Readonly<Record<Blemish, number>> = {
  truncated: 0.001,
  'unknown-member': 0.001,
  'wrong-type': 0.001,
  overlong: 0.001,
  'unknown-word': 0.001,
  'wrong-realm': 0.001,
  'above-clearance': 0.002,
}

export const BLEMISHES: readonly Blemish[] = FAULTS.filter(
  fault => fault !== 'none' && fault !== 'repeated' && fault !== 'key-used-again',
)

/** Whether a document can be spoilt so: not every one says of what realm it is. */
export function canHave(fault: Blemish, document: JsonObject): boolean {
  return fault !== 'wrong-realm' || 'realm' in document || 'exerciseOrOperation' in document
}

/** One of the blemishes by its share, or none. */
export function drawBlemish(random: Random): Blemish | undefined {
  let mark = random.next()
  return BLEMISHES.find(fault => {
    mark -= SHARES[fault]
    return mark < 0
  })
}

/** The document with one thing wrong; what is cut off or marked too high is spoilt where the request is printed. */
export function spoil(document: JsonObject, fault: Fault, { text, choice }: Kind): JsonObject {
  switch (fault) {
    case 'none':
    case 'repeated':
    case 'key-used-again':
    case 'truncated':
      return document
    case 'unknown-member':
      return { ...document, addedByTheSupplier: true }
    case 'wrong-type':
      return { ...document, [text]: 20_211_031 }
    case 'overlong':
      return { ...document, [text]: String(document[text]).padEnd(400, 'x') }
    case 'unknown-word':
      return asObject(put(document, choice.split('.'), 'NO_SUCH_WORD'))
    case 'wrong-realm':
      return 'realm' in document
        ? { ...document, realm: 'EXERCISE' }
        : asObject(put(document, ['exerciseOrOperation', 'kind'], 'EXERCISE'))
    case 'above-clearance':
      return { ...document, label: { policy: 'UK-GSC', classification: 'SECRET' } }
    default:
      return unreachable(fault)
  }
}

/** A copy with another value at a path that is there. */
function put(value: Json | undefined, path: readonly string[], word: string): Json {
  const [name, ...rest] = path
  if (name === undefined) return word
  if (Array.isArray(value))
    return value.map((entry, at) => (String(at) === name ? put(entry, rest, word) : entry))
  if (!isJsonObject(value) || !Object.hasOwn(value, name))
    throw new Error(`there is nothing at ${path.join('.')}`)
  return { ...value, [name]: put(value[name], rest, word) }
}

function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new Error('a document is an object')
  return value
}
