import type { Report } from './finding.ts'

/** What the leaves say, followed in their order. */
export interface Story {
  tell(leaf: Buffer, index: number): void
  /** How many leaves there are of each kind. */
  readonly counts: ReadonlyMap<string, number>
  /** Forwarded exchanges that neither were answered nor expired. */
  open(): number
}

type Fault = readonly [code: string, says: string]

/**
 * Judges what leaves say: ids are given once, time does not run backwards, one gateway writes in one log, an exchange is
 * decided and accepted once, and nothing ends or is read that was not begun. A log that goes on from another one may end
 * what began there.
 *
 * @param origin the name of the log, as its checkpoint has it; undefined where it is not known
 * @param toleranceMs how far a leaf's time may lie behind that of an earlier one
 */
export function makeStory(origin: string | undefined, toleranceMs: number, report: Report): Story {
  const counts = new Map<string, number>()
  const order = makeOrder(origin, toleranceMs)
  const exchanges = makeExchanges(order.continues)
  return {
    counts,
    open: exchanges.open,
    tell(bytes, index) {
      const leaf = readLeaf(bytes)
      if (!leaf) {
        report('tampered', 'leaf-malformed', `leaf ${index} is not a leaf of a known form`, index)
        return
      }
      for (const [code, says] of [...order.faultsOf(leaf, index), ...exchanges.faultsOf(leaf)])
        report('tampered', code, `leaf ${index} ${says}`, index)
      counts.set(leaf.kind, (counts.get(leaf.kind) ?? 0) + 1)
    },
  }
}

/** Ids, time, the writer, and where a log begins and ends. */
function makeOrder(origin: string | undefined, toleranceMs: number) {
  const ids = new Set<string>()
  let latest = Number.NEGATIVE_INFINITY
  let writer: string | undefined
  let continues = false
  let closed = false

  function* faultsOf(leaf: Leaf, index: number): Generator<Fault> {
    if (ids.has(leaf.id)) yield ['id-twice', 'has the id of an earlier one']
    if (leaf.time < latest - toleranceMs) yield ['time-backwards', 'is older than a leaf before it']
    if (writer !== undefined && leaf.gw !== writer)
      yield ['other-gateway', 'is of another gateway than those before it']
    if (closed) yield ['after-the-end', 'stands behind the leaf that closes the log']
    if (leaf.kind === 'log.open' && index > 0) yield ['opened-twice', 'opens a log that has leaves already']
    if (leaf.kind.startsWith('log.') && origin !== undefined && leaf.origin !== origin)
      yield ['other-log', 'names another log than the checkpoint']
  }
  return {
    continues: () => continues,
    faultsOf(leaf: Leaf, index: number): readonly Fault[] {
      const faults = [...faultsOf(leaf, index)]
      ids.add(leaf.id)
      latest = Math.max(latest, leaf.time)
      writer ??= leaf.gw
      if (leaf.kind === 'log.open' && leaf.was !== undefined) continues = true
      if (leaf.kind === 'log.close') closed = true
      return faults
    },
  }
}

/** @param continues whether the log goes on from another one, in which an exchange may have begun */
function makeExchanges(continues: () => boolean) {
  const forwarded = new Map<string, { readonly id: string; ended: boolean }>()
  const accepted = new Map<string, string>()
  let ended = 0

  function decide({ xid, id }: Leaf): Fault | undefined {
    if (xid === undefined) return ['exchange-missing', 'names no exchange']
    if (forwarded.has(xid)) return ['decided-twice', 'decides an exchange a second time']
    forwarded.set(xid, { id, ended: false })
    return undefined
  }
  function accept({ xid, id }: Leaf): Fault | undefined {
    if (xid === undefined) return ['exchange-missing', 'names no exchange']
    if (accepted.has(xid)) return ['accepted-twice', 'accepts an exchange a second time']
    accepted.set(xid, id)
    return undefined
  }
  function end({ xid = '', prev }: Leaf): Fault | undefined {
    const decided = forwarded.get(xid)
    if (!decided && continues()) return undefined
    if (decided?.id !== prev || !decided)
      return ['ending-without-decision', 'ends an exchange that was not forwarded']
    if (decided.ended) return ['ending-twice', 'ends an exchange a second time']
    decided.ended = true
    ended += 1
    return undefined
  }
  function consult({ xid, prev }: Leaf): Fault | undefined {
    if (xid === undefined || accepted.get(xid) === prev) return undefined
    if (!accepted.has(xid) && continues()) return undefined
    return ['reading-without-acceptance', 'reads an exchange that was not accepted']
  }
  function faultOf(leaf: Leaf): Fault | undefined {
    if (leaf.kind === 'decided') return leaf.decision === 'forward' ? decide(leaf) : undefined
    if (leaf.kind === 'accepted') return accept(leaf)
    if (leaf.kind === 'receipted' || leaf.kind === 'expired') return end(leaf)
    return leaf.kind === 'consulted' ? consult(leaf) : undefined
  }
  return {
    open: () => forwarded.size - ended,
    faultsOf(leaf: Leaf): readonly Fault[] {
      const fault = faultOf(leaf)
      return fault ? [fault] : []
    },
  }
}

interface Leaf {
  readonly id: string
  readonly kind: string
  readonly gw: string
  readonly time: number
  readonly xid: string | undefined
  readonly prev: string | undefined
  readonly decision: string | undefined
  readonly origin: string | undefined
  readonly was: string | undefined
}

function readLeaf(bytes: Buffer): Leaf | undefined {
  const { v, id, kind, gw, t, ...rest } = parse(bytes)
  const time = typeof t === 'string' ? Date.parse(t) : Number.NaN
  if (v !== 1 || typeof id !== 'string' || typeof kind !== 'string' || typeof gw !== 'string')
    return undefined
  if (Number.isNaN(time)) return undefined
  const optional = (name: string) => (typeof rest[name] === 'string' ? rest[name] : undefined)
  return {
    id,
    kind,
    gw,
    time,
    xid: optional('xid'),
    prev: optional('prev'),
    decision: optional('decision'),
    origin: optional('origin'),
    was: optional('was'),
  }
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
