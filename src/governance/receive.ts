import { setImmediate as breathe } from 'node:timers/promises'
import type { components } from '../contract/contract.ts'
import { type Clock, digestOf, timestamp, uuidv7 } from '../kit/kit.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import { type Act, type ActOf, legible, openAct } from './act.ts'
import { refuseUnread, unfit } from './begin.ts'
import type { GovernanceParts } from './desk.ts'
import { revisionOf } from './lives.ts'
import { isApprovedByProvider } from './state.ts'

type ActResult = components['schemas']['ActResults']['results'][number]

/** Acts in one request. */
const MAX_LINES = 200

interface Measure {
  readonly atOnce: number
  readonly everyMs: number
}

/** Each is compiled, with its worked examples. */
const PROPOSALS: Measure = { atOnce: 20, everyMs: 300_000 }

/** Each is a leaf for ever. What goes beyond is answered all the same. */
const RECORDED_REFUSALS: Measure = { atOnce: 200, everyMs: 10_000 }

/** What a peer's gateway tells of agreements, and what it may ask. */
export function makeReceiving(parts: GovernanceParts, countersign: (digest: string) => Promise<void>) {
  const { register } = parts
  const mayPropose = makeAllowance(PROPOSALS, parts.clock)
  const mayBeRecorded = makeAllowance(RECORDED_REFUSALS, parts.clock)
  const atWork = new Set<AgencyId>()

  async function one(peer: AgencyId, line: string): Promise<ActResult> {
    try {
      const act = openAct(line, parts.keyOf(peer), parts.check)
      if (act.from !== peer || !('to' in act) || act.to !== parts.agency)
        throw new Refusal('act-invalid', { rule: 'parties' })
      const known = register.knownAs(act.act)
      if (known === digestOf(line)) return { outcome: 'known' }
      if (known !== undefined) throw new Refusal('act-invalid', { rule: 'act' })
      if (act.kind === 'proposed') await study(peer, act)
      await register.exclusively(() => takeIn(act, line))
      return { outcome: 'recorded' }
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown
      await register.exclusively(() => refuse(peer, line, thrown))
      return { outcome: 'refused', code: thrown.code }
    }
  }

  /** Before the turn of the act comes, so that no other act waits for a text that takes long. */
  async function study(peer: AgencyId, act: ActOf<'proposed'>): Promise<void> {
    if (!mayPropose(peer)) throw new Refusal('overloaded')
    refuseUnread(parts, register.lives, act, parts.clock.now())
    const problems = await parts.study(act.source)
    if (problems.length > 0) throw unfit(problems)
  }

  async function takeIn(act: Act, line: string): Promise<void> {
    await register.record(act, line)
    if ('digest' in act) await countersign(act.digest)
  }

  /** A no is on the record; a proposal that cannot become an agreement here is declined, so that its author learns why. */
  async function refuse(peer: AgencyId, line: string, refusal: Refusal): Promise<void> {
    if (mayBeRecorded(peer)) await note(peer, refusal)
    const { code } = refusal
    const act = code === 'agreement-unfit' || code === 'agreement-conflict' ? opened(peer, line) : undefined
    // A digest that has a life here belongs to another text, perhaps to another agency's.
    if (act?.kind !== 'proposed' || revisionOf(register.lives, act.digest)) return
    await register.record(declined(parts, act, refusal))
  }

  async function note(peer: AgencyId, refusal: Refusal): Promise<void> {
    const { code, rule } = refusal
    const leaf = parts.leaves.write('refused', {
      from: peer,
      to: parts.agency,
      by: peer,
      room: 'govern',
      why: code,
      rule,
    })
    await parts.store.note([leaf.text])
    refusal.recordedAs = leaf.id
    parts.log.warn('act-refused', { peer, code, ...(rule === undefined ? {} : { rule }) })
  }

  function opened(peer: AgencyId, line: string): Act | undefined {
    try {
      return openAct(line, parts.keyOf(peer), parts.check)
    } catch {
      return undefined
    }
  }

  return {
    /**
     * Takes in what a peer tells, line by line, in order. Between two lines everybody else has a turn: a line costs a signature, and
     * whatever a peer sends holds up our own officers by one line and never by the whole.
     *
     * @param body NDJSON of compact JWS
     * @throws Refusal act-invalid where it is not even that; overloaded while another request of this peer is at work
     */
    async receive(peer: AgencyId, body: Uint8Array): Promise<{ results: ActResult[] }> {
      const lines = Buffer.from(body).toString('latin1').split('\n')
      if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_LINES)
        throw new Refusal('act-invalid', { rule: 'lines' })
      if (atWork.has(peer)) throw new Refusal('overloaded')
      atWork.add(peer)
      try {
        const results: ActResult[] = []
        for (const line of lines) {
          results.push(await one(peer, line))
          await breathe()
        }
        return { results }
      } finally {
        atWork.delete(peer)
      }
    },

    /** What this gateway has sealed about a revision that the peer is a party to. @throws Refusal not-found */
    sealedAbout(peer: AgencyId, digest: string): readonly string[] {
      const revision = revisionOf(register.lives, digest)?.revision
      const { provider, recipient } = revision?.agreement ?? {}
      const isParty = provider === peer || recipient === peer
      // What our own officers have not approved is nobody else's business yet.
      const ripe = revision && (provider === peer || isApprovedByProvider(revision, parts.signatures))
      if (!isParty || !ripe) throw new Refusal('not-found')
      return register.sealedAbout(digest)
    },
  }
}

/** Lets each peer do something so often at once, and after that once in a while. */
function makeAllowance({ atOnce, everyMs }: Measure, clock: Clock): (peer: AgencyId) => boolean {
  /** When each peer has its whole measure again, ms. */
  const whole = new Map<AgencyId, number>()
  return peer => {
    const now = clock.now()
    const next = Math.max(whole.get(peer) ?? now, now) + everyMs
    if (next - now > atOnce * everyMs) return false
    whole.set(peer, next)
    return true
  }
}

function declined(
  { agency, clock }: GovernanceParts,
  act: ActOf<'proposed'>,
  { code, rule, violations }: Refusal,
): ActOf<'declined'> {
  const problems = violations.slice(0, 100).map(({ pointer, says }) => {
    return { code, line: Number(pointer.split('/')[2] ?? 0), says: legible(says) }
  })
  const bare = { code, line: 0, says: rule ?? 'cannot become an agreement here' }
  return {
    act: uuidv7(clock),
    kind: 'declined',
    from: agency,
    to: act.from,
    agreement: act.agreement,
    at: timestamp(clock.now()),
    proposal: act.act,
    digest: act.digest,
    problems: problems.length > 0 ? problems : [bare],
  }
}
