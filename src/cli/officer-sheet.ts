import type { GatewayConfig } from '../config.ts'
import type { components } from '../contract/contract.ts'
import { loadSchemas } from '../contract/contract.ts'
import { type ChangeView, changesSince } from '../governance/governance.ts'
import { canonicalJson, isJsonObject, type Json } from '../kit/kit.ts'
import {
  type Agreement,
  compileAgreement,
  differingMembers,
  type PolicyParts,
  statementOf,
} from '../policy/policy.ts'
import { squareOf } from '../translation/translation.ts'
import { changeLines } from './agreement-diff.ts'
import { type OfficerSession, Stop } from './officer.ts'

type RevisionView = components['schemas']['AgreementRevision']

/** A revision as it is compiled here, with its changes worked out here. */
export interface Sheet {
  readonly agreement: Agreement
  /** Against the revision that it follows; none for a first one, of which all is new. */
  readonly changes: readonly ChangeView[]
}

/** A session as far as it is needed here. */
export interface Asking extends Pick<OfficerSession, 'read'> {
  readonly config: Pick<GatewayConfig, 'schemas'>
}

/** What the gateway says of a revision. */
export type Reported = Pick<RevisionView, 'source' | 'statement' | 'changes'>

/**
 * Compiles a revision, and the one that it follows, from their texts, and compares everything that an officer signs or
 * acknowledges with what the gateway says. Officers sign what their own program has worked out.
 *
 * @throws ProblemsError where a text does not compile here
 * @throws Stop where the gateway says something else than this program comes to
 */
export async function makeSheet(session: Asking, reported: Reported): Promise<Sheet> {
  const parts = partsFor(session)
  const agreement = compileAgreement(reported.source, 'revision', parts)
  const [differs] = differingMembers(statementOf(agreement), asStatement(reported.statement))
  if (differs !== undefined) throw mismatch(`\`${differs}\` of its statement`)
  const changes = changesSince(await previousOf(session, agreement, parts), agreement)
  if (keysOf(changes) !== keysOf(reported.changes)) throw mismatch('the changes')
  return { agreement, changes }
}

/** @throws Stop where the gateway shows another text than the one that the revision says it follows */
async function previousOf(
  session: Asking,
  { replaces }: Agreement,
  parts: PolicyParts,
): Promise<Agreement | undefined> {
  if (replaces === undefined) return undefined
  const { source } = await session.read('AgreementRevision', `/v1/agreements/${replaces}`)
  const previous = compileAgreement(source, 'the revision before', parts)
  if (previous.digest !== replaces) throw mismatch('the revision before')
  return previous
}

/** No key for pseudonyms is needed: examples are tried out with practice keys. */
export function partsFor({ config }: Pick<Asking, 'config'>): PolicyParts {
  const registry = loadSchemas(config.schemas)
  return {
    catalogueOf: registry.catalogueOf,
    squareOf,
    pseudonymKey: () => undefined,
  }
}

function mismatch(what: string): Stop {
  return new Stop(1, `the gateway says otherwise than this text comes to here: ${what}; nothing was signed`)
}

function keysOf(changes: readonly ChangeView[]): string {
  return canonicalJson(changes.map(({ key, direction }) => `${key} ${direction}`).toSorted())
}

/** The contract has judged it to be an object. */
function asStatement(statement: Readonly<Record<string, unknown>>) {
  const value = statement as Json
  return isJsonObject(value) ? value : {}
}

/** The change sheet: looser first, each change that has to be acknowledged with its key. */
export function sheetLines(changes: readonly ChangeView[]): readonly string[] {
  return changeLines(changes.map(({ key, ...change }) => (hasToBeSeen(change) ? { ...change, key } : change)))
}

/** Whether an approver has to acknowledge a change. */
export function hasToBeSeen({ direction }: Pick<ChangeView, 'direction'>): boolean {
  return direction === 'looser' || direction === 'not-comparable'
}
