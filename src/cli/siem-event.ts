import { isJsonObject, type Json, type JsonObject, readJsonText } from '../kit/kit.ts'
import { leafHash } from '../ledger/ledger.ts'

/** A leaf on its way to a SIEM: a copy that can be checked against the ledger, never the evidence itself. */
export interface Copy {
  /** The name of the log. */
  readonly origin: string
  /** The number of the leaf, counted from 0. */
  readonly seq: number
  /** SHA-256(00 ‖ leaf), hexadecimal (RFC 6962). */
  readonly hash: string
  /** As it was recorded. */
  readonly text: string
  readonly leaf: JsonObject
}

export function copyOf(origin: string, seq: number, text: string): Copy {
  const reading = readJsonText(text)
  const leaf = reading.ok && isJsonObject(reading.value) ? reading.value : {}
  return { origin, seq, hash: leafHash(text).toString('hex'), text, leaf }
}

/** The version of the schema that {@link ocsfEvent} speaks: released, and not followed further by itself. */
export const OCSF_VERSION = '1.6.0'

const CATEGORY = 6
/** API Activity. */
const CLASS = 6003

/** How leaves are told in the words of the schema: create 1, read 2, update 3, delete 4, other 99. */
const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['decided', 1],
  ['accepted', 1],
  ['refused', 1],
  ['failed', 1],
  ['consulted', 2],
  ['ledger.read', 2],
  ['agreement', 3],
  ['policy.load', 3],
  ['key.load', 3],
  ['peer.change', 3],
  ['admin', 3],
  ['erased', 4],
  ['vault.erased', 4],
])

/** Informational 1, low 2, medium 3, high 4, critical 5. */
const SEVERITIES: ReadonlyMap<string, number> = new Map([
  ['refused', 2],
  ['expired', 2],
  ['handshake.refused', 3],
  ['witness.behind', 3],
  ['failed', 4],
  ['store.degraded', 4],
  ['witness.conflict', 5],
])

export function severityOf({ leaf }: Copy): number {
  const kind = leaf['kind']
  return (typeof kind === 'string' ? SEVERITIES.get(kind) : undefined) ?? 1
}

/**
 * One event of the class API Activity (OCSF 1.6.0, profile security_control). What has no place in the schema stands under
 * `unmapped`; commitments are left out.
 */
export function ocsfEvent(copy: Copy): JsonObject {
  const { origin, seq, leaf } = copy
  const text = (name: string) => (typeof leaf[name] === 'string' ? leaf[name] : undefined)
  const kind = text('kind') ?? 'unknown'
  const activity = ACTIVITIES.get(kind) ?? 99
  const control = controlOf(leaf)
  const agency = text('gw') ?? 'unknown'
  return present({
    activity_id: activity,
    activity_name: activity === 99 ? kind : undefined,
    category_uid: CATEGORY,
    class_uid: CLASS,
    type_uid: CLASS * 100 + activity,
    time: Date.parse(text('t') ?? '') || 0,
    severity_id: severityOf(copy),
    status_id: control?.action === 2 || kind === 'failed' || kind === 'expired' ? 2 : 1,
    status_detail: text('why'),
    message: [kind, text('decision'), text('why'), text('res'), text('purpose')].filter(Boolean).join(' '),
    metadata: present({
      version: OCSF_VERSION,
      product: { name: 'Concordat', vendor_name: 'Concordat' },
      profiles: control ? ['security_control'] : undefined,
      uid: text('id'),
      event_code: text('code'),
      correlation_uid: text('xid'),
      log_name: origin,
      log_provider: agency,
      original_time: text('t'),
      sequence: seq,
    }),
    actor: { app_name: text('by') ?? text('from') ?? agency },
    api: present({
      operation: text('act') ?? kind,
      service: { name: 'concordat' },
      request: text('xid') ? { uid: text('xid') ?? '' } : undefined,
    }),
    src_endpoint: { name: text('from') ?? text('by') ?? text('peer') ?? agency },
    dst_endpoint: text('to') ? { name: text('to') ?? '' } : undefined,
    resources: text('res') ? [{ name: text('res') ?? '', type: 'document' }] : undefined,
    action_id: control?.action,
    disposition_id: control?.disposition,
    policy: text('policy') ? { uid: text('policy') ?? '' } : undefined,
    unmapped: unmappedOf(copy),
  })
}

/** Allowed 1, denied 2, modified 4; dispositions allowed 1, blocked 2, corrected 11. Undefined where nothing was controlled. */
function controlOf(leaf: JsonObject): { readonly action: number; readonly disposition: number } | undefined {
  const kind = leaf['kind']
  const denied = { action: 2, disposition: 2 }
  if (kind === 'refused' || kind === 'failed' || kind === 'handshake.refused') return denied
  if (leaf['decision'] === 'refuse' || leaf['decision'] === 'refused') return denied
  if (kind !== 'decided' && kind !== 'accepted' && kind !== 'consulted' && kind !== 'receipted')
    return undefined
  const modified = kind === 'decided' ? isCut(leaf['fields']) : Number(leaf['cut'] ?? 0) > 0
  return modified ? { action: 4, disposition: 11 } : { action: 1, disposition: 1 }
}

/** Some item was withheld or made coarser. */
function isCut(fields: Json | undefined): boolean {
  if (!isJsonObject(fields)) return false
  return Object.entries(fields).some(([outcome, count]) => outcome !== 'shared' && Number(count) > 0)
}

const MAPPED: ReadonlySet<string> = new Set(['c', 'code', 'gw', 'id', 'kind', 't', 'v', 'xid'])

function unmappedOf({ leaf, hash }: Copy): JsonObject {
  const rest = Object.entries(leaf).filter(([name]) => !MAPPED.has(name))
  return { leaf_hash: hash, ...Object.fromEntries(rest) }
}

/** Without members that are undefined. */
function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const there = Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  return Object.fromEntries(there)
}
