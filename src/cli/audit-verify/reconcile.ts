import {
  type Account,
  type Day,
  type Entry,
  gather,
  type OpenSide,
  openSide,
  type Sent,
  type Side,
} from './account.ts'
import type { Verdict } from './finding.ts'
import type { VerifyReport } from './verify.ts'

export interface ReconcileRequest {
  readonly ours: Side
  readonly theirs: Side
  /** `YYYY-MM-DD`, UTC. An exchange belongs to the day on which it was released. */
  readonly day: string
  /** How far a leaf's time may lie behind that of an earlier one, and the two clocks apart, ms. */
  readonly toleranceMs: number
}

/** What one ledger says of an exchange; no more than its leaf does. */
export interface Told {
  /** The number of the leaf, counted from 0. */
  readonly leaf: number
  readonly id: string
  /** `decided forward`, `accepted`, `refused recheck-failed`, … */
  readonly says: string
}

/** Where the two ledgers contradict each other. */
export interface Contradiction {
  /**
   * `absent`: one has it and the other has not. `digest`, `agreement`, `purpose`, `resource`: they speak of different things.
   * `decision`: they tell different endings. `head`: one has cosigned a head that the other's log does not have.
   */
  readonly kind: 'absent' | 'digest' | 'agreement' | 'purpose' | 'resource' | 'decision' | 'head'
  /** The exchange; undefined where it is about a head. */
  readonly xid: string | undefined
  readonly from: string
  readonly to: string
  readonly ours: Told | undefined
  readonly theirs: Told | undefined
}

/** An exchange that cannot be judged yet. */
export interface OpenExchange {
  /** `unanswered`: the sender waits for the receipt. `not-covered`: the other ledger does not reach that time. */
  readonly kind: 'unanswered' | 'not-covered'
  readonly xid: string
  readonly from: string
  readonly to: string
  readonly ours: Told | undefined
  readonly theirs: Told | undefined
}

export interface ReconcileReport {
  readonly verdict: Verdict | 'different'
  readonly day: string
  readonly ours: SideReport
  readonly theirs: SideReport
  /** Exchanges of the day that both ledgers tell alike. */
  readonly alike: number
  /** Heads of each other's log that were cosigned on the day, and are in it. */
  readonly heads: number
  readonly differences: readonly Contradiction[]
  readonly open: readonly OpenExchange[]
  /** Why it cannot all be told. */
  readonly missing: readonly string[]
}

export interface SideReport {
  readonly gateway: string
  /** The times of its first and its last leaf, RFC 3339. */
  readonly from: string | undefined
  readonly until: string | undefined
  readonly verified: VerifyReport
}

const DAY_MS = 86_400_000

/**
 * Compares what two agencies have recorded of their exchanges on one day. Both exports are verified first, and nothing is
 * compared where one of them is not what was signed. Never throws for what the exports hold.
 *
 * @throws RangeError where the day is none
 */
export function reconcile(request: ReconcileRequest): ReconcileReport {
  const begin = Date.parse(`${request.day}T00:00:00Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(request.day) || Number.isNaN(begin)) throw new RangeError('not a day')
  const day = { begin, end: begin + DAY_MS }
  const ours = openSide(request.ours, day, request.toleranceMs)
  const theirs = openSide(request.theirs, day, request.toleranceMs)
  const told = { day: request.day, ours: sideReport(ours), theirs: sideReport(theirs) }
  const nothing = { alike: 0, heads: 0, differences: [], open: [] }
  const sides = [ours, theirs]
  if (sides.some(({ verified }) => verified.verdict === 'tampered'))
    return { verdict: 'tampered', ...told, ...nothing, missing: [] }
  const missing = missingIn(ours, theirs, day)
  if (sides.some(({ verified }) => verified.verdict !== 'good') || ours.gateway === theirs.gateway)
    return { verdict: 'incomplete', ...told, ...nothing, missing }
  const found = compare(ours, theirs, day, request.toleranceMs)
  const vague = missing.length > 0 || found.open.some(({ kind }) => kind === 'not-covered')
  const verdict = found.differences.length > 0 ? 'different' : vague ? 'incomplete' : 'good'
  return { verdict, ...told, ...found, missing }
}

function sideReport({ gateway, from, until, verified }: OpenSide): SideReport {
  const said = (time: number) => (Number.isNaN(time) ? undefined : new Date(time).toISOString())
  return { gateway, from: said(from), until: said(until), verified }
}

/** Exports that were both made while the day went on are never of one moment; that alone is no lack. */
function missingIn(ours: OpenSide, theirs: OpenSide, day: Day): string[] {
  const missing: string[] = []
  if (ours.gateway === theirs.gateway) missing.push('both exports are of one gateway')
  for (const [side, other] of [
    [ours, theirs],
    [theirs, ours],
  ] as const) {
    if (!(side.until >= day.begin))
      missing.push(`the ledger of ${side.gateway || 'one side'} ends before the day`)
    if (side.continues && side.from >= day.end)
      missing.push(`the ledger of ${side.gateway} begins after the day`)
    const shown = Math.max(0, ...headsOf(other, side).map(({ size }) => size ?? 0))
    if (other.until >= day.end && shown > (side.verified.size ?? 0))
      missing.push(
        `${side.gateway} has shown ${shown} leaves to ${other.gateway} by then; its export holds ${side.verified.size}`,
      )
  }
  return missing
}

/** The heads of a log that the other side has cosigned on the day. */
function headsOf(witness: OpenSide, log: OpenSide): readonly Entry[] {
  return witness.seen.filter(one => one['origin'] === log.verified.origin && one.size !== undefined)
}

type Found = Pick<ReconcileReport, 'alike' | 'heads' | 'differences' | 'open'>

function compare(ours: OpenSide, theirs: OpenSide, day: Day, toleranceMs: number): Found {
  const named = new Set([...ours.named, ...theirs.named])
  const [seenOfOurs, seenOfTheirs] = [headsOf(theirs, ours), headsOf(ours, theirs)]
  const sizesOf = (seen: readonly Entry[]) => seen.map(({ size }) => size ?? 0)
  const ourAccount = gather(ours, theirs.gateway, { named, sizes: sizesOf(seenOfOurs) })
  const theirAccount = gather(theirs, ours.gateway, { named, sizes: sizesOf(seenOfTheirs) })
  const judged = [
    ...judgeDirection({ sender: ours, receiver: theirs }, ourAccount, theirAccount, { day, toleranceMs }),
    ...judgeDirection({ sender: theirs, receiver: ours }, theirAccount, ourAccount, { day, toleranceMs }).map(
      swap,
    ),
  ]
  const heads = [
    ...judgeHeads(seenOfTheirs, theirAccount).map(seen => headOf(seen, ours, theirs, 'ours')),
    ...judgeHeads(seenOfOurs, ourAccount).map(seen => headOf(seen, theirs, ours, 'theirs')),
  ]
  const seen = seenOfOurs.length + seenOfTheirs.length
  return {
    alike: judged.filter(({ kind }) => kind === 'alike').length,
    heads: seen - heads.length,
    differences: [
      ...heads,
      ...judged.filter((one): one is Contradiction & { readonly xid: string } => isContradiction(one)),
    ],
    open: judged.filter(
      (one): one is OpenExchange => one.kind === 'unanswered' || one.kind === 'not-covered',
    ),
  }
}

interface Judged extends Omit<Contradiction, 'kind'> {
  readonly kind: Contradiction['kind'] | OpenExchange['kind'] | 'alike'
  readonly xid: string
}

function isContradiction({ kind }: Judged): boolean {
  return kind !== 'alike' && kind !== 'unanswered' && kind !== 'not-covered'
}

/** What the sender's side says stands under `ours`. */
function swap(one: Judged): Judged {
  return { ...one, ours: one.theirs, theirs: one.ours }
}

interface Direction {
  readonly sender: OpenSide
  readonly receiver: OpenSide
}

function judgeDirection(
  { sender, receiver }: Direction,
  from: Account,
  to: Account,
  { day, toleranceMs }: { readonly day: Day; readonly toleranceMs: number },
): Judged[] {
  const judged: Judged[] = []
  for (const xid of new Set([...from.sent.keys(), ...to.received.keys(), ...to.conflicts.keys()])) {
    const sent = from.sent.get(xid)
    const received = to.received.get(xid)
    const conflict = to.conflicts.get(xid)
    const { time } = sent?.decided ?? received ?? conflict ?? { time: Number.NaN }
    if (!(time >= day.begin && time < day.end)) continue
    const ends = { xid, from: sender.gateway, to: receiver.gateway }
    const tell = (kind: Judged['kind'], ours: Entry | undefined, theirs: Entry | undefined) =>
      judged.push({ kind, ...ends, ours: ours && told(ours), theirs: theirs && told(theirs) })
    if (conflict) tell('digest', sent?.decided, conflict)
    const arrival = received ?? conflict
    if (!sent) tell(mayHaveBegunBefore(sender, time) ? 'not-covered' : 'absent', undefined, arrival)
    else if (received) judgePair(sent, received, tell)
    else if (!conflict)
      tell(withoutArrival(sent, receiver, toleranceMs), sent.ending ?? sent.decided, undefined)
  }
  return judged
}

/** How long after the beginning of a log that goes on from another one an exchange may end that began in that, ms. */
const OVERLAP_MS = 7 * DAY_MS

function mayHaveBegunBefore(sender: OpenSide, time: number): boolean {
  return sender.continues && time < sender.from + OVERLAP_MS
}

/** Only the sender has it. What expired never arrived; what was answered must be there. */
function withoutArrival({ decided, ending }: Sent, receiver: OpenSide, toleranceMs: number): Judged['kind'] {
  if (ending === undefined) return 'unanswered'
  if (ending.kind === 'expired') return 'alike'
  const begunLater = receiver.continues && receiver.from > decided.time - toleranceMs
  return receiver.until < ending.time || begunLater ? 'not-covered' : 'absent'
}

const COMPARED = [
  ['env', 'digest'],
  ['policy', 'agreement'],
  ['purpose', 'purpose'],
  ['res', 'resource'],
] as const

function judgePair(
  { decided, ending }: Sent,
  received: Entry,
  tell: (kind: Judged['kind'], ours: Entry, theirs: Entry) => void,
): void {
  const differing = COMPARED.filter(
    ([member]) => received[member] !== undefined && received[member] !== decided[member],
  )
  for (const [, kind] of differing) tell(kind, decided, received)
  if (ending && answerIn(ending) !== answerOf(received)) tell('decision', ending, received)
  else if (!ending) tell('unanswered', decided, received)
  else if (differing.length === 0) tell('alike', ending, received)
}

/** The answer that the sender has noted; the reason of a refusal is a part of it. */
function answerIn(ending: Entry): string {
  if (ending.kind === 'expired') return 'expired'
  return ending['decision'] === 'accepted' ? 'accepted' : `refused ${ending['why']}`
}

function answerOf(received: Entry): string {
  if (received.kind === 'accepted') return 'accepted'
  return `refused ${received.kind === 'failed' ? 'fault' : received['why']}`
}

function told(entry: Entry): Told {
  const words = [entry.kind, entry['decision'], entry['why']].filter(word => word !== undefined)
  return { leaf: entry.leaf, id: entry.id, says: words.join(' ') }
}

/** Heads that were cosigned and are not those of the log. Larger ones than the export are not judged. */
function judgeHeads(seen: readonly Entry[], account: Account): readonly Entry[] {
  return seen.filter(({ size, root }) => {
    const own = account.roots.get(size ?? -1)
    return own !== undefined && own.toString('base64') !== root
  })
}

function headOf(seen: Entry, witness: OpenSide, log: OpenSide, where: 'ours' | 'theirs'): Contradiction {
  const says = { leaf: seen.leaf, id: seen.id, says: `${seen.kind} ${seen.size}` }
  const both = { ours: undefined, theirs: undefined, [where]: says }
  return { kind: 'head', xid: undefined, from: log.gateway, to: witness.gateway, ...both }
}
