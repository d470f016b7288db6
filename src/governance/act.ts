import type { components } from '../contract/contract.ts'
import { type Digest, isJsonObject, type JsonObject, readJson } from '../kit/kit.ts'
import { type KeyOf, type Signer, signJws, verifyJws } from '../seal/seal.ts'
import { type AgencyId, Refusal, type Violation } from '../terms/terms.ts'

type Schemas = components['schemas']

/** Whose names the contract has judged. */
type Named<One> = {
  [Member in keyof One]: Member extends 'from' | 'to'
    ? AgencyId
    : Member extends 'digest'
      ? Digest
      : One[Member]
}

/** One step in the life of an agreement, in the words of the contract. */
export type Act = Named<Schemas['AgreementAct']>
export type ActKind = Act['kind']
export type ActOf<Kind extends ActKind> = Extract<Act, { kind: Kind }>

/** An act that is durable here. */
export interface KeptAct {
  readonly act: Act
  /** Milliseconds since 1970, by our clock. */
  readonly recordedAt: number
}

const TYPE = 'concordat-agreement+jws'

/** Judges a value against a named schema of the contract. */
export type Check = (name: string, value: unknown) => Violation | undefined

/** The act as it travels: a compact JWS of the gateway that acts. @throws Refusal act-invalid where it is too long for one */
export function sealAct(signer: Signer, act: Act): string {
  try {
    return signJws(signer, TYPE, JSON.stringify(act))
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new Refusal('act-invalid', { rule: 'size' })
    throw thrown
  }
}

/** A text that acts may carry: it fits, and shows all that it holds. What it quotes may come from a stranger. */
export function legible(text: string): string {
  return text
    .slice(0, 600)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/**
 * Reads an act that travelled.
 *
 * @throws Refusal act-invalid
 */
export function openAct(jws: string, keyOf: KeyOf, check: Check): Act {
  const verified = verifyJws(jws, TYPE, keyOf)
  if (!verified.ok) throw new Refusal('act-invalid', { rule: verified.fault })
  return readAct(verified.payload, check)
}

/** The payload of an act of our own, whose signature needs no proof to us. */
export function openOwnAct(text: string, check: Check): Act {
  if (text.startsWith('{')) return readAct(Buffer.from(text), check)
  return readAct(Buffer.from(text.split('.')[1] ?? '', 'base64url'), check)
}

function readAct(bytes: Uint8Array, check: Check): Act {
  const reading = readJson(bytes)
  if (!reading.ok || !isJsonObject(reading.value)) throw new Refusal('act-invalid', { rule: 'form' })
  const violation = check('AgreementAct', reading.value)
  if (violation) throw new Refusal('act-invalid', { rule: 'form', violations: [violation] })
  return asAct(reading.value)
}

/** The contract has judged it. */
function asAct(value: JsonObject): Act {
  return value as unknown as Act
}
