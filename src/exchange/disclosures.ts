import type { ExchangeStore, SentRow } from '../delivery/delivery.ts'
import { isDigest, isJsonObject, type Json, type JsonObject, readJsonText } from '../kit/kit.ts'
import type { Agreement, Explanation, Tally } from '../policy/policy.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { AgreementBook } from './agreement-book.ts'
import type { Direction, FoundLeaf } from './records.ts'

/**
 * What a register of disclosures says of one exchange (LED Art. 25; DPA 2018 s. 62): who disclosed it and for whom, what, to
 * whom, when, why, on which basis, and how it ended. Of what was received the provider keeps who was behind it.
 */
export interface Disclosure {
  /** The leaf that records it, and its number in the ledger. */
  readonly leaf: string
  readonly number: number
  readonly exchange: string
  /** RFC 3339. */
  readonly at: string
  readonly direction: Direction
  /** `refused`: nothing left the provider. `declined`: the recipient’s gateway said no to what it was sent. */
  readonly outcome: 'queued' | 'accepted' | 'declined' | 'expired' | 'refused' | 'failed'
  /** The code of a refusal, on our side or the recipient’s, and the rule behind it. */
  readonly why?: string
  readonly rule?: string
  readonly from: string
  readonly to?: string
  readonly system?: string
  readonly role?: string
  readonly person?: string
  readonly subject?: string
  readonly resource?: string
  readonly purpose?: string
  readonly purposeSays?: string
  readonly agreement?: {
    readonly id: string
    readonly revision: number
    readonly digest: string
    readonly title: string
  }
  readonly legalBasis?: { readonly provider: JsonObject; readonly recipient: JsonObject }
  /** How many items were shared, treated and withheld; of what was received, what became of them in the translation. */
  readonly fields?: Json
  /** What was done with each item, and by which row of the agreement; where one exchange is asked for. */
  readonly items?: readonly Explanation[]
}

export interface DisclosuresParts {
  readonly agency: AgencyId
  readonly store: Pick<ExchangeStore, 'sent'>
  readonly agreements: Pick<AgreementBook, 'byDigest'>
}

const SHARING: ReadonlySet<Json | undefined> = new Set(['decided', 'refused', 'failed'])
const RECEIVING: ReadonlySet<Json | undefined> = new Set(['accepted', 'refused', 'failed'])

/** Which way went what a leaf is about; undefined where it is not about one document on its way. */
export function directionOf({ kind, from, to, xid }: JsonObject, agency: AgencyId): Direction | undefined {
  if (xid === undefined) return undefined
  if (from === agency) return SHARING.has(kind) ? 'shared' : undefined
  return to === agency && RECEIVING.has(kind) ? 'received' : undefined
}

/** @param whole with what was done with each item */
export async function disclosureOf(
  parts: DisclosuresParts,
  { number, leaf, secrets }: FoundLeaf,
  whole: boolean,
): Promise<Disclosure> {
  const exchange = textIn(leaf, 'xid') ?? ''
  const sent = leaf['decision'] === 'forward' ? await parts.store.sent(exchange) : undefined
  const digest = textIn(leaf, 'policy') ?? ''
  const agreement = isDigest(digest) ? parts.agreements.byDigest(digest) : undefined
  const direction = directionOf(leaf, parts.agency) ?? 'shared'
  const system = direction === 'shared' ? (sent?.system ?? textIn(leaf, 'by')) : undefined
  const { actor: person, subject } = secrets
  return {
    leaf: textIn(leaf, 'id') ?? '',
    number,
    exchange,
    at: textIn(leaf, 't') ?? '',
    direction,
    ...outcomeOf(leaf, direction, sent),
    ...present({ rule: textIn(leaf, 'rule') }),
    from: textIn(leaf, 'from') ?? '',
    ...present({ to: textIn(leaf, 'to'), system, role: textIn(leaf, 'role') }),
    ...present({ person, subject: subject || undefined }),
    ...present({ resource: textIn(leaf, 'res'), purpose: textIn(leaf, 'purpose') }),
    ...(agreement && groundsOf(agreement, textIn(leaf, 'purpose') ?? '')),
    ...(leaf['fields'] === undefined ? {} : { fields: leaf['fields'] }),
    ...(whole && agreement && sent ? { items: itemsOf(agreement, sent) } : {}),
  }
}

function outcomeOf(
  leaf: JsonObject,
  direction: Direction,
  sent: SentRow | undefined,
): Pick<Disclosure, 'outcome' | 'why'> {
  if (leaf['kind'] === 'failed') return { outcome: 'failed' }
  if (leaf['kind'] === 'accepted') return { outcome: 'accepted' }
  if (direction === 'received') return { outcome: 'declined', ...present({ why: textIn(leaf, 'why') }) }
  if (leaf['decision'] !== 'forward') return { outcome: 'refused', ...present({ why: textIn(leaf, 'why') }) }
  if (sent?.state !== 'refused') return { outcome: sent?.state ?? 'queued' }
  return { outcome: 'declined', ...present({ why: memberIn(sent.receipt ?? '', 'code') }) }
}

function groundsOf(
  { id, revision, digest, title, purposes }: Agreement,
  purpose: string,
): Pick<Disclosure, 'agreement' | 'legalBasis' | 'purposeSays'> {
  const named = purposes.get(purpose)
  return {
    agreement: { id, revision, digest, title },
    ...(named && { purposeSays: named.says, legalBasis: named.basis }),
  }
}

/** The room *record* has written the trail. */
function itemsOf(agreement: Agreement, { trail }: SentRow): readonly Explanation[] {
  const reading = readJsonText(trail)
  if (!reading.ok) return []
  const { resource, purpose, tally } = reading.value as unknown as {
    readonly resource: string
    readonly purpose: string
    readonly tally: Tally
  }
  return agreement.explain(resource, purpose, tally)
}

function memberIn(text: string, name: string): string | undefined {
  const reading = readJsonText(text)
  return reading.ok && isJsonObject(reading.value) ? textIn(reading.value, name) : undefined
}

function textIn(leaf: JsonObject, name: string): string | undefined {
  const value = leaf[name]
  return typeof value === 'string' ? value : undefined
}

/** Without the members that say nothing. */
function present<Name extends string>(
  members: Readonly<Record<Name, string | undefined>>,
): { readonly [name in Name]?: string } {
  const said = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(said) as { readonly [name in Name]?: string }
}
