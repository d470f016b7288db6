import type { KeyObject } from 'node:crypto'
import {
  canonicalJson,
  digestOf,
  isJsonObject,
  type Json,
  type JsonObject,
  readJsonText,
  timestamp,
} from '../kit/kit.ts'
import type { AgencyId, Problem } from '../terms/terms.ts'
import type { Agreement } from './compile.ts'
import { parseInstant } from './read.ts'

/** The type that is signed with every approval, so that the signature cannot stand for anything else. */
const PAYLOAD_TYPE = 'application/vnd.concordat.sharing-policy-approval+json'

/** Who may speak for an agency about agreements, and with which key; configured at each gateway. */
export interface Officer {
  readonly agency: AgencyId
  readonly person: string
  /** `author`, `approver`. */
  readonly roles: readonly string[]
  readonly kid: string
  /** Ed25519 public key. */
  readonly key: KeyObject
}

/** Who signs, in which role. It is signed together with the statement, so that an author's signature never becomes an approver's. */
export interface Signatory {
  readonly party: AgencyId
  readonly role: 'author' | 'approver'
  readonly person: string
  readonly kid: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** One signature as it is kept beside the agreement, in its `.sig.json`. */
export interface Approval {
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

/** What an approval says: this revision, with this meaning, these catalogues and these outcomes of its examples. */
export function statementOf(agreement: Agreement): JsonObject {
  return {
    type: 'sharing-policy-approval/1',
    policy: agreement.id,
    revision: agreement.revision,
    compiledDigest: agreement.digest,
    sourceDigest: agreement.sourceDigest,
    catalogues: Object.fromEntries(
      [...agreement.resources].map(([resource, { digest }]) => [resource, digest]),
    ),
    replaces: agreement.replaces ?? 'none',
    effectiveFrom: timestamp(agreement.effectiveFrom),
    expiresAt: timestamp(agreement.expiresAt),
    examples: { passed: agreement.examples, digest: agreement.examplesDigest },
  }
}

/** @param sign Ed25519 over the bytes, with the key that `kid` names */
export function signStatement(
  agreement: Agreement,
  who: Signatory,
  sign: (bytes: Uint8Array) => Uint8Array,
): Approval {
  const { party, role, person, kid } = who
  const signed = { party, role, person, kid, alg: 'EdDSA', at: timestamp(who.at) } as const
  return { ...signed, sig: Buffer.from(sign(signedBytes(agreement, signed))).toString('base64url') }
}

/** The bytes under a signature: DSSE pre-authentication encoding of the type and of the canonical statement with its signatory. */
function signedBytes(
  agreement: Agreement,
  { party, role, person, kid, alg, at }: Omit<Approval, 'sig'>,
): Buffer {
  const body = canonicalJson({
    statement: statementOf(agreement),
    signatory: { party, role, person, kid, alg, at },
  })
  const encoded = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${Buffer.byteLength(body)} ${body}`
  return Buffer.from(encoded, 'utf8')
}

/** The signature file with one approval more; an earlier one of the same person in the same role is replaced. */
export function addApproval(agreement: Agreement, file: Json | undefined, approval: Approval): JsonObject {
  const statement = statementOf(agreement)
  const earlier =
    isJsonObject(file) && canonicalJson(file['statement'] ?? null) === canonicalJson(statement)
      ? readApprovals(file)
      : []
  const kept = earlier.filter(({ person, role, party }) => {
    return person !== approval.person || role !== approval.role || party !== approval.party
  })
  return { payloadType: PAYLOAD_TYPE, statement, signatures: [...kept, approval].map(one => ({ ...one })) }
}

/** The well-formed approvals of a signature file. */
export function readApprovals(file: Json): readonly Approval[] {
  const list = isJsonObject(file) ? file['signatures'] : undefined
  return Array.isArray(list) ? list.flatMap(entry => readApproval(entry) ?? []) : []
}

function readApproval(entry: Json): Approval | undefined {
  if (!isJsonObject(entry)) return undefined
  const { party, role, person, kid, alg, at, sig } = entry
  if (typeof party !== 'string' || typeof role !== 'string' || typeof person !== 'string') return undefined
  if (typeof kid !== 'string' || alg !== 'EdDSA' || typeof at !== 'string' || typeof sig !== 'string')
    return undefined
  return { party, role, person, kid, alg, at, sig }
}

/**
 * Whether an agreement is approved: an author and another person as approver of the provider, and an approver of the recipient;
 * distinct persons with distinct keys, each an officer that is configured here; all over the statement that this gateway
 * computes itself. A signature that does not verify is a problem even where enough others do.
 *
 * @param text the signature file, `.sig.json`
 * @param file the name that problems carry
 * @param verify Ed25519 over the bytes
 * @returns every problem; none means approved
 */
export function checkApprovals(
  agreement: Agreement,
  text: string,
  file: string,
  officers: readonly Officer[],
  verify: (key: KeyObject, bytes: Uint8Array, signature: Uint8Array) => boolean,
): readonly Problem[] {
  const problems: Problem[] = []
  const note = (code: string, says: string): undefined => {
    problems.push({ file, line: 0, column: 0, code, says })
    return undefined
  }
  const reading = readJsonText(text)
  if (!reading.ok || !isJsonObject(reading.value)) {
    note('approval-form', 'the signature file is not one JSON object')
    return problems
  }
  checkStatement(agreement, reading.value, note)
  const signatures = reading.value['signatures']
  const entries: readonly Json[] = Array.isArray(signatures) ? signatures : []
  const valid = entries.flatMap(entry => checkSignature(agreement, entry, { officers, verify, note }) ?? [])
  checkDistinct(valid, note)
  checkQuorum(agreement, valid, note)
  return problems
}

type Note = (code: string, says: string) => undefined

interface Signed {
  readonly officer: Officer
  readonly role: string
}

function checkStatement(agreement: Agreement, file: JsonObject, note: Note): void {
  if (file['payloadType'] !== PAYLOAD_TYPE)
    note('approval-form', `\`payloadType\` has to be \`${PAYLOAD_TYPE}\``)
  const computed = statementOf(agreement)
  const stated = file['statement']
  if (!isJsonObject(stated)) {
    note('approval-form', 'the signature file holds no statement')
    return
  }
  for (const name of new Set([...Object.keys(computed), ...Object.keys(stated)])) {
    if (canonicalJson(stated[name] ?? null) !== canonicalJson(computed[name] ?? null)) {
      note('approval-statement', `\`${name}\` in the statement is not what this gateway computes`)
    }
  }
}

function checkSignature(
  agreement: Agreement,
  entry: Json,
  {
    officers,
    verify,
    note,
  }: {
    readonly officers: readonly Officer[]
    readonly verify: (key: KeyObject, bytes: Uint8Array, signature: Uint8Array) => boolean
    readonly note: Note
  },
): Signed | undefined {
  const approval = readApproval(entry)
  if (!approval) return note('approval-form', 'a signature does not have the expected members')
  const { party, role, person, kid, at, sig } = approval
  const officer = officers.find(one => one.kid === kid)
  if (!officer)
    return note('approval-key-unknown', `the key of \`${person}\` belongs to no officer configured here`)
  if (officer.agency !== party || officer.person !== person) {
    return note(
      'approval-key-unknown',
      `the key of \`${person}\` is not bound to that person of \`${party}\``,
    )
  }
  if (role !== 'author' && role !== 'approver')
    return note('approval-role', `\`${role}\` is not a role in approvals`)
  if (!officer.roles.includes(role)) return note('approval-role', `\`${person}\` may not sign as \`${role}\``)
  if (parseInstant(at) === undefined) return note('approval-form', '`at` has to be an instant')
  const signature = Buffer.from(sig, 'base64url')
  const genuine =
    signature.toString('base64url') === sig &&
    verify(officer.key, signedBytes(agreement, approval), signature)
  if (!genuine)
    return note('approval-signature', `the signature of \`${person}\` does not verify over this agreement`)
  return { officer, role }
}

/** One person with two keys, or two persons with one, is one signature. */
function checkDistinct(signed: readonly Signed[], note: Note): void {
  const persons = new Map<string, string>()
  const keys = new Map<string, string>()
  for (const { officer } of signed) {
    const print = digestOf(officer.key.export({ format: 'der', type: 'spki' }))
    const known = persons.get(officer.person)
    if (known !== undefined) note('approval-person-twice', `\`${officer.person}\` signed more than once`)
    else if (keys.has(print))
      note('approval-key-twice', `\`${officer.person}\` and \`${keys.get(print)}\` signed with one key`)
    persons.set(officer.person, print)
    keys.set(print, officer.person)
  }
}

function checkQuorum({ provider, recipient }: Agreement, signed: readonly Signed[], note: Note): void {
  const has = (agency: AgencyId, role: string) =>
    signed.some(one => one.officer.agency === agency && one.role === role)
  for (const { officer } of signed) {
    if (officer.agency === provider || officer.agency === recipient) continue
    note('approval-stranger', `\`${officer.agency}\` is no party to this agreement`)
  }
  if (!has(provider, 'author')) note('approval-missing', `an author of \`${provider}\` has not signed`)
  if (!has(provider, 'approver')) note('approval-missing', `an approver of \`${provider}\` has not signed`)
  if (!has(recipient, 'approver')) note('approval-missing', `an approver of \`${recipient}\` has not signed`)
}
