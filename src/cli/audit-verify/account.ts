import { type Files, openFiles, splitBundle, tilePath, WIDTH } from './files.ts'
import { regrow } from './tree.ts'
import { type VerifyReport, verifyExport } from './verify.ts'

/** What is reconciled: an export, and what its verification goes by. */
export interface Side {
  readonly directory: string
  /** The log's verifier keys as the agency gave them, a line each; undefined to believe those in the policy or the export. */
  readonly vkey: string | undefined
  /** A policy file (C2SP tlog-policy); undefined to ask for no witness. */
  readonly policy: Buffer | undefined
}

/** A leaf as far as it matters here. Absent members are undefined. */
export interface Entry {
  /** The number of the leaf, counted from 0. */
  readonly leaf: number
  readonly id: string
  readonly kind: string
  /** ms since 1970. */
  readonly time: number
  readonly size: number | undefined
  readonly [name: string]: string | number | undefined
}

/** An exchange at the agency that released it. */
export interface Sent {
  readonly decided: Entry
  /** `receipted` or `expired`; undefined while it waits for an answer. */
  readonly ending: Entry | undefined
}

/** A verified export, opened for reading. */
export interface OpenSide {
  readonly verified: VerifyReport
  readonly files: Files
  /** The agency whose gateway wrote the log. */
  readonly gateway: string
  /** The times of the first and the last leaf, ms. */
  readonly from: number
  readonly until: number
  /** The log goes on from another one, which may hold the beginning of what ends here. */
  readonly continues: boolean
  /** Exchanges that the day's leaves name. */
  readonly named: ReadonlySet<string>
  /** Heads of other logs that were seen and cosigned on the day. */
  readonly seen: readonly Entry[]
}

/** A day: its first millisecond, and the first of the next one. */
export interface Day {
  readonly begin: number
  readonly end: number
}

/** Verifies an export and finds out what it says of a day. */
export function openSide(side: Side, day: Day, toleranceMs: number): OpenSide {
  const verified = verifyExport({ ...side, toleranceMs })
  const files = openFiles(side.directory)
  const named = new Set<string>()
  const seen: Entry[] = []
  const ends: { first?: Entry; last?: Entry } = {}
  eachEntry(files, verified.size ?? 0, entry => {
    ends.first ??= entry
    ends.last = entry
    if (entry.time < day.begin || entry.time >= day.end) return
    if (typeof entry['xid'] === 'string') named.add(entry['xid'])
    if (entry.kind === 'witness.cosigned') seen.push(entry)
  })
  return {
    verified,
    files,
    gateway: String(ends.first?.['gw'] ?? ''),
    from: ends.first?.time ?? Number.NaN,
    until: ends.last?.time ?? Number.NaN,
    continues: ends.first?.['was'] !== undefined,
    named,
    seen,
  }
}

/** What one agency's ledger says of exchanges with another one. */
export interface Account {
  readonly sent: ReadonlyMap<string, Sent>
  /** `accepted`, or the `refused` or `failed` that ended it. */
  readonly received: ReadonlyMap<string, Entry>
  /** An exchange that came a second time as something else. */
  readonly conflicts: ReadonlyMap<string, Entry>
  /** Its root over as many leaves as the other agency has cosigned. */
  readonly roots: ReadonlyMap<number, Buffer>
}

/**
 * Gathers what one ledger holds of the named exchanges, on whatever day.
 *
 * @param sizes where the root is wanted; larger ones than the ledger are passed over
 */
export function gather(
  side: OpenSide,
  other: string,
  { named, sizes }: { readonly named: ReadonlySet<string>; readonly sizes: readonly number[] },
): Account {
  const size = side.verified.size ?? 0
  const sent = new Map<string, Sent>()
  const received = new Map<string, Entry>()
  const conflicts = new Map<string, Entry>()
  function hear(bytes: Buffer, leaf: number): void {
    const entry = readEntry(bytes, leaf)
    const xid = entry?.['xid']
    if (!entry || typeof xid !== 'string' || !named.has(xid)) return
    if (entry['from'] === side.gateway && entry['to'] === other) noteSent(sent, xid, entry)
    if (entry['from'] !== other || entry['to'] !== side.gateway) return
    if (entry['why'] === 'exchange-conflict') conflicts.set(xid, entry)
    else if (endsArrival(entry, other)) received.set(xid, entry)
  }
  const wanted = new Set([size, ...sizes.filter(one => one <= size)])
  const { roots } = regrow(side.files, wanted, hear, () => {})
  return { sent, received, conflicts, roots }
}

function noteSent(sent: Map<string, Sent>, xid: string, entry: Entry): void {
  const before = sent.get(xid)
  if (entry.kind === 'decided' && entry['decision'] === 'forward')
    sent.set(xid, { decided: entry, ending: undefined })
  else if (before && (entry.kind === 'receipted' || entry.kind === 'expired'))
    sent.set(xid, { ...before, ending: entry })
}

/** What came too early in its lane is asked for again; what a system of one's own asked for never arrived from anywhere. */
function endsArrival(entry: Entry, peer: string): boolean {
  if (entry.kind === 'accepted') return true
  if (entry.kind !== 'refused' && entry.kind !== 'failed') return false
  return entry['by'] === peer && entry['why'] !== 'sequence-gap'
}

function eachEntry(files: Files, size: number, hear: (entry: Entry) => void): void {
  for (let from = 0; from < size; from += WIDTH) {
    const bundle = files.bytes(tilePath('entries', from / WIDTH, Math.min(WIDTH, size - from)))
    for (const [at, bytes] of splitBundle(bundle ?? Buffer.alloc(0)).entries()) {
      const entry = readEntry(bytes, from + at)
      if (entry) hear(entry)
    }
  }
}

function readEntry(bytes: Buffer, leaf: number): Entry | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value !== 'object' || value === null) return undefined
    const members = new Map<string, unknown>(Object.entries(value))
    const [id, kind, t] = ['id', 'kind', 't'].map(name => String(members.get(name)))
    const time = Date.parse(t ?? '')
    if (id === undefined || kind === undefined || Number.isNaN(time)) return undefined
    const texts = [...members].filter((one): one is [string, string] => typeof one[1] === 'string')
    const size = members.get('size')
    return {
      ...Object.fromEntries(texts),
      ...{ leaf, id, kind, time },
      size: typeof size === 'number' ? size : undefined,
    }
  } catch {
    return undefined
  }
}
