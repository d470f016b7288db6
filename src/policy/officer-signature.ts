import type { KeyObject } from 'node:crypto'
import { canonicalJson, isJsonObject, type Json, type JsonObject, timestamp } from '../kit/kit.ts'
import type { AgencyId } from '../terms/terms.ts'
import { parseInstant } from './read.ts'

/** Who may speak for an agency about agreements, and with which key; configured at each gateway. */
export interface Officer {
  readonly agency: AgencyId
  readonly person: string
  /** `author`, `approver`, `operator`, `dpo` (data-protection officer), … */
  readonly roles: readonly string[]
  readonly kid: string
  /** Ed25519 public key. */
  readonly key: KeyObject
}

/** Who signs, in which role. It is signed together with the statement, so that an author's signature never becomes an approver's. */
export interface Signatory {
  readonly party: AgencyId
  readonly role: string
  readonly person: string
  readonly kid: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** One officer's signature as it is kept and sent. */
export interface OfficerSignature {
  readonly party: string
  readonly role: string
  readonly person: string
  readonly kid: string
  readonly alg: 'EdDSA'
  /** RFC 3339. */
  readonly at: string
  /** base64url, 64 bytes. */
  readonly sig: string
}

/** What judging signatures needs from outside. */
export interface SignatureParts {
  readonly officers: readonly Officer[]
  /** Ed25519 over the bytes. */
  readonly verify: (key: KeyObject, bytes: Uint8Array, signature: Uint8Array) => boolean
}

/** A signature that is its officer's, in a role that this officer has. */
export interface Signed {
  readonly officer: Officer
  readonly role: string
}

/** Why a signature does not count. */
export interface SignatureFault {
  readonly code: 'approval-form' | 'approval-key-unknown' | 'approval-role' | 'approval-signature'
  readonly says: string
}

/**
 * Signs a statement as an officer.
 *
 * @param payloadType what kind of statement it is; signed too, so that one kind never passes for another
 * @param sign Ed25519 over the bytes, with the key that `kid` names
 */
export function signAs(
  payloadType: string,
  statement: JsonObject,
  { party, role, person, kid, at }: Signatory,
  sign: (bytes: Uint8Array) => Uint8Array,
): OfficerSignature {
  const signed = { party, role, person, kid, alg: 'EdDSA', at: timestamp(at) } as const
  const sig = Buffer.from(sign(signedBytes(payloadType, statement, signed))).toString('base64url')
  return { ...signed, sig }
}

/** The bytes under a signature: DSSE pre-authentication encoding of the type and of the canonical statement with its signatory. */
function signedBytes(
  payloadType: string,
  statement: JsonObject,
  { party, role, person, kid, alg, at }: Omit<OfficerSignature, 'sig'>,
): Buffer {
  const body = canonicalJson({ statement, signatory: { party, role, person, kid, alg, at } })
  const encoded = `DSSEv1 ${payloadType.length} ${payloadType} ${Buffer.byteLength(body)} ${body}`
  return Buffer.from(encoded, 'utf8')
}

/** Reads a signature; undefined where it does not have the expected members. */
export function readOfficerSignature(entry: Json): OfficerSignature | undefined {
  if (!isJsonObject(entry)) return undefined
  const { party, role, person, kid, alg, at, sig } = entry
  if (typeof party !== 'string' || typeof role !== 'string' || typeof person !== 'string') return undefined
  if (typeof kid !== 'string' || alg !== 'EdDSA' || typeof at !== 'string' || typeof sig !== 'string')
    return undefined
  return { party, role, person, kid, alg, at, sig }
}

/** Whose signature it is, where it is genuine over this statement and its officer has the role; or why it does not count. */
export function judgeSignature(
  payloadType: string,
  statement: JsonObject,
  signature: OfficerSignature,
  { officers, verify }: SignatureParts,
): Signed | SignatureFault {
  const { party, role, person, kid, at, sig } = signature
  const officer = officers.find(one => one.kid === kid)
  if (!officer)
    return fault('approval-key-unknown', `the key of \`${person}\` belongs to no officer configured here`)
  if (officer.agency !== party || officer.person !== person)
    return fault(
      'approval-key-unknown',
      `the key of \`${person}\` is not bound to that person of \`${party}\``,
    )
  if (!officer.roles.includes(role))
    return fault('approval-role', `\`${person}\` may not sign as \`${role}\``)
  if (parseInstant(at) === undefined) return fault('approval-form', '`at` has to be an instant')
  const bytes = Buffer.from(sig, 'base64url')
  const genuine =
    bytes.toString('base64url') === sig &&
    verify(officer.key, signedBytes(payloadType, statement, signature), bytes)
  if (!genuine)
    return fault('approval-signature', `the signature of \`${person}\` does not verify over this statement`)
  return { officer, role }
}

function fault(code: SignatureFault['code'], says: string): SignatureFault {
  return { code, says }
}

/** Persons or keys that stand behind more than one of the signatures: one person with two keys, or two with one, is one. */
export function repeatedSigners(signed: readonly Signed[]): readonly RepeatedSigner[] {
  const persons = new Set<string>()
  const keys = new Map<string, string>()
  return signed.flatMap(({ officer: { person, key } }): RepeatedSigner[] => {
    const print = key.export({ format: 'der', type: 'spki' }).toString('base64')
    const other = keys.get(print)
    const twice = persons.has(person)
    persons.add(person)
    keys.set(print, person)
    if (twice) return [{ code: 'approval-person-twice', says: `\`${person}\` signed more than once` }]
    if (other === undefined) return []
    return [{ code: 'approval-key-twice', says: `\`${person}\` and \`${other}\` signed with one key` }]
  })
}

export interface RepeatedSigner {
  readonly code: 'approval-person-twice' | 'approval-key-twice'
  readonly says: string
}
