import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { sha256 } from '../kit/kit.ts'
import type { Scene } from './condition.ts'
import type { Literal } from './expression.ts'
import type { PseudonymScope, Workshop } from './treatments/treatment.ts'

/** Reads the value of a scope such as `operation.id` from a document; undefined where it is absent. */
export type ScopeReader = (scene: Scene) => Literal | undefined

/** How many derived keys one keyring remembers; the oldest is forgotten first. */
const MOST_KEYS = 256

/** What a keyring is made for: an agreement and a purpose, how scopes are read, and where base keys come from. */
export interface KeyringParts {
  readonly agreement: string
  readonly purpose: string
  readonly readers: ReadonlyMap<string, ScopeReader>
  readonly baseKey: (reference: string) => KeyObject | undefined
}

/**
 * Derives the key of each pseudonym scope: HMAC-SHA-256 of the base key over the agreement and the values of the scope. Two
 * scopes never share a key, so a code name means nothing outside its own.
 */
export function makeKeyring(parts: KeyringParts): Workshop['pseudonymKey'] {
  return ({ key: reference, scope }: PseudonymScope) => {
    const derived = new Map<string, KeyObject>()
    const labelOf = makeLabel(parts, scope)
    return scene => {
      const label = labelOf(scene)
      if (label === undefined) return undefined
      const known = derived.get(label)
      if (known) return known
      const base = parts.baseKey(reference)
      if (!base) return undefined
      const key = createSecretKey(createHmac('sha256', base).update(label).digest())
      if (derived.size >= MOST_KEYS) derived.delete(derived.keys().next().value ?? '')
      derived.set(label, key)
      return key
    }
  }
}

/** The values of a scope as one text; undefined where one of them is absent from the document. */
function makeLabel(parts: KeyringParts, scope: readonly string[]): (scene: Scene) => string | undefined {
  const readers = scope.map((name): ScopeReader => {
    if (name === 'agreement' || name === 'purpose') return () => parts[name]
    return parts.readers.get(name) ?? (() => undefined)
  })
  const print = (scene: Scene): string | undefined => {
    const values = readers.map(read => read(scene))
    return values.includes(undefined) ? undefined : JSON.stringify(['concordat-pseudonym/1', scope, values])
  }
  if (scope.some(name => parts.readers.has(name))) return print
  let fixed: string | undefined
  return scene => {
    fixed ??= print(scene)
    return fixed
  }
}

/** The base keys of worked examples: known to everybody, so that both gateways come to the same outcomes. */
export function practiceKey(reference: string): KeyObject {
  return createSecretKey(sha256(`concordat practice key ${reference}`))
}
