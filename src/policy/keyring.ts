import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { sha256 } from '../kit/kit.ts'
import type { Scene } from './condition.ts'
import type { Literal } from './expression.ts'
import type { PseudonymScope, Workshop } from './treatments/treatment.ts'

/** Reads the value of a scope such as `operation.id` from a document; undefined where it is absent. */
export type ScopeReader = (scene: Scene) => Literal | undefined

/** How many derived keys of one scope are remembered; the one that was not used for longest is forgotten first. */
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
    const valuesOf = makeValues(parts, scope)
    const derived = new Map<string, KeyObject>()
    let last: { readonly values: Values; readonly key: KeyObject } | undefined
    return scene => {
      const values = valuesOf(scene)
      if (!values) return undefined
      // Within one document every item asks for the same key.
      if (last && isSame(last.values, values)) return last.key
      const base = parts.baseKey(reference)
      if (!base) return undefined
      const key = recall(derived, JSON.stringify(['concordat-pseudonym/1', scope, values]), base)
      last = { values, key }
      return key
    }
  }
}

type Values = readonly Literal[]

/** The values of a scope, one for each of its names; undefined where one of them is absent from the document. */
function makeValues(parts: KeyringParts, scope: readonly string[]): (scene: Scene) => Values | undefined {
  const readers = scope.map((name): ScopeReader => {
    if (name === 'agreement' || name === 'purpose') return () => parts[name]
    return parts.readers.get(name) ?? (() => undefined)
  })
  return scene => {
    const values: Literal[] = []
    for (const read of readers) {
      const value = read(scene)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }
}

function isSame(one: Values, other: Values): boolean {
  return one.every((value, index) => value === other[index])
}

/** The key derived for a label, remembered as the one that was used last. */
function recall(derived: Map<string, KeyObject>, label: string, base: KeyObject): KeyObject {
  const key = derived.get(label) ?? createSecretKey(createHmac('sha256', base).update(label).digest())
  derived.delete(label)
  if (derived.size >= MOST_KEYS) derived.delete(derived.keys().next().value ?? '')
  derived.set(label, key)
  return key
}

/** The base keys of worked examples: known to everybody, so that both gateways come to the same outcomes. */
export function practiceKey(reference: string): KeyObject {
  return createSecretKey(sha256(`concordat practice key ${reference}`))
}
