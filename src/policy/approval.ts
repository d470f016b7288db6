import {
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  readJsonText,
  timestamp,
} from '../kit/kit.ts'
import type { AgencyId, Problem } from '../terms/terms.ts'
import type { Agreement } from './compile.ts'
import {
  judgeSignature,
  type OfficerSignature,
  readOfficerSignature,
  repeatedSigners,
  type Signatory,
  type SignatureParts,
  type Signed,
  signAs,
} from './officer-signature.ts'

/** The type that is signed with every approval, so that the signature cannot stand for anything else. */
export const APPROVAL_TYPE = 'application/vnd.concordat.sharing-policy-approval+json'

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
): OfficerSignature {
  return signAs(APPROVAL_TYPE, statementOf(agreement), who, sign)
}

/** The signature file with one approval more; an earlier one of the same person in the same role is replaced. */
export function addApproval(
  agreement: Agreement,
  file: Json | undefined,
  approval: OfficerSignature,
): JsonObject {
  const statement = statementOf(agreement)
  const earlier =
    isJsonObject(file) && canonicalJson(file['statement'] ?? null) === canonicalJson(statement)
      ? readApprovals(file)
      : []
  const kept = earlier.filter(({ person, role, party }) => {
    return person !== approval.person || role !== approval.role || party !== approval.party
  })
  return { payloadType: APPROVAL_TYPE, statement, signatures: [...kept, approval].map(one => ({ ...one })) }
}

/** The well-formed approvals of a signature file. */
export function readApprovals(file: Json): readonly OfficerSignature[] {
  const list = isJsonObject(file) ? file['signatures'] : undefined
  return Array.isArray(list) ? list.flatMap(entry => readOfficerSignature(entry) ?? []) : []
}

/**
 * Which approvals an agreement needs. `whole`: an author and another person as approver of the provider, and an approver of
 * the recipient. `tighter-only`, for a revision that is nowhere looser than the one it follows: those of the provider.
 */
export type ApprovalPath = 'whole' | 'tighter-only'

/** What a set of approvals comes to. */
export interface Approvals {
  /** Those that count, in order. */
  readonly signed: readonly Signed[]
  /** Everything wrong with one of them, or between them. */
  readonly faults: readonly { readonly code: string; readonly says: string }[]
  /** Who has still to sign, in words. */
  readonly missing: readonly string[]
}

/** Judges approvals of an agreement: each by itself, as a set of distinct persons and keys, and against what is needed. */
export function judgeApprovals(
  agreement: Agreement,
  approvals: readonly OfficerSignature[],
  path: ApprovalPath,
  parts: SignatureParts,
): Approvals {
  const statement = statementOf(agreement)
  const judged = approvals.map(approval => judgeApproval(statement, approval, parts))
  const signed = judged.flatMap(one => ('officer' in one ? [one] : []))
  const faults = [
    ...judged.flatMap(one => ('officer' in one ? [] : [one])),
    ...repeatedSigners(signed),
    ...strangersIn(agreement, signed),
  ]
  return { signed, faults, missing: missingIn(agreement, signed, path) }
}

function judgeApproval(statement: JsonObject, approval: OfficerSignature, parts: SignatureParts) {
  const { role } = approval
  if (role !== 'author' && role !== 'approver')
    return { code: 'approval-role', says: `\`${role}\` is not a role in approvals` } as const
  return judgeSignature(APPROVAL_TYPE, statement, approval, parts)
}

function strangersIn({ provider, recipient }: Agreement, signed: readonly Signed[]) {
  return signed
    .filter(({ officer: { agency } }) => agency !== provider && agency !== recipient)
    .map(({ officer: { agency } }) => ({
      code: 'approval-stranger',
      says: `\`${agency}\` is no party to this agreement`,
    }))
}

function missingIn(
  { provider, recipient }: Agreement,
  signed: readonly Signed[],
  path: ApprovalPath,
): readonly string[] {
  const has = (agency: AgencyId, role: string) =>
    signed.some(one => one.officer.agency === agency && one.role === role)
  return [
    ...(has(provider, 'author') ? [] : [`an author of \`${provider}\``]),
    ...(has(provider, 'approver') ? [] : [`an approver of \`${provider}\``]),
    ...(path === 'tighter-only' || has(recipient, 'approver') ? [] : [`an approver of \`${recipient}\``]),
  ]
}

/**
 * Whether a signature file approves an agreement: an author and another person as approver of the provider, and an approver
 * of the recipient; distinct persons with distinct keys, each an officer that is configured here; all over the statement that
 * this gateway computes itself. A signature that does not verify is a problem even where enough others do.
 *
 * @param text the signature file, `.sig.json`
 * @param file the name that problems carry
 * @returns every problem; none means approved
 */
export function checkApprovals(
  agreement: Agreement,
  text: string,
  file: string,
  parts: SignatureParts,
): readonly Problem[] {
  const problems: Problem[] = []
  const note = (code: string, says: string) => problems.push({ file, line: 0, column: 0, code, says })
  const reading = readJsonText(text)
  if (!reading.ok || !isJsonObject(reading.value)) {
    note('approval-form', 'the signature file is not one JSON object')
    return problems
  }
  checkStatement(agreement, reading.value, note)
  const list = reading.value['signatures']
  const approvals = readApprovals(reading.value)
  if (Array.isArray(list) && list.length > approvals.length)
    note('approval-form', 'a signature does not have the expected members')
  const { faults, missing } = judgeApprovals(agreement, approvals, 'whole', parts)
  for (const { code, says } of faults) note(code, says)
  for (const who of missing) note('approval-missing', `${who} has not signed`)
  return problems
}

function checkStatement(
  agreement: Agreement,
  file: JsonObject,
  note: (code: string, says: string) => void,
): void {
  if (file['payloadType'] !== APPROVAL_TYPE)
    note('approval-form', `\`payloadType\` has to be \`${APPROVAL_TYPE}\``)
  const stated = file['statement']
  if (!isJsonObject(stated)) return note('approval-form', 'the signature file holds no statement')
  for (const name of differingMembers(statementOf(agreement), stated))
    note('approval-statement', `\`${name}\` in the statement is not what this gateway computes`)
}

/** The members in which two statements differ; none where they say the same. */
export function differingMembers(computed: JsonObject, stated: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(computed), ...Object.keys(stated)])
  return [...names].filter(
    name => canonicalJson(stated[name] ?? null) !== canonicalJson(computed[name] ?? null),
  )
}
