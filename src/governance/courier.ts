import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, isJsonObject, type Json, type JsonObject, type Log, readJson } from '../kit/kit.ts'
import type { AgencyId } from '../terms/terms.ts'
import type { Act, Check } from './act.ts'
import { revisionOf } from './lives.ts'
import type { Register, Untold } from './register.ts'
import type { RuleParts } from './rules.ts'
import { isApprovedByProvider } from './state.ts'

/** Carries our acts to one peer, in order, until the peer has them. */
export interface Courier extends AsyncDisposable {
  /** Something may be waiting, or the way may be open again. */
  hurry(): void
}

export interface CourierParts {
  readonly peer: AgencyId
  readonly register: Register
  readonly rules: RuleParts
  readonly log: Log
  readonly clock: Clock
  readonly check: Check
  /** Sends NDJSON to the peer's outer door. @throws where no answer came */
  readonly send: (body: Buffer) => Promise<{ readonly status: number; readonly body: Buffer }>
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** After a no of the peer, twice as long after each further one; a key that it lacks today may be there tomorrow. */
const AFTER_REFUSAL_MS = 60_000
const LONGEST_AFTER_REFUSAL_MS = 3_600_000
const LINES = 20
const BYTES = 1_500_000

/** How often the peer has said no to an act, and when it is asked again, ms. */
type Refused = Map<string, { readonly times: number; readonly until: number }>

/** Nothing is lost: what is untold is in the store, and is told again after a restart. */
export function startCourier(parts: CourierParts): Courier {
  const closing = new AbortController()
  const stopped = new Promise<undefined>(resolve => {
    closing.signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const refused: Refused = new Map()
  let awake = Promise.withResolvers<void>()
  let pause = FIRST_PAUSE_MS

  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      awake = Promise.withResolvers<void>()
      const picked = pick(parts, refused)
      if (picked.length === 0) await wait(LONGEST_PAUSE_MS)
      else if (await carry(parts, picked, refused, stopped)) pause = FIRST_PAUSE_MS
      else {
        await wait(pause)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      }
    }
  }

  async function wait(milliseconds: number): Promise<void> {
    const rested = new AbortController()
    const signal = AbortSignal.any([closing.signal, rested.signal])
    await Promise.race([sleep(milliseconds, undefined, { signal }).catch(() => undefined), awake.promise])
    rested.abort()
  }

  const working = work()
  parts.register.onChange(() => awake.resolve())
  return {
    hurry() {
      pause = FIRST_PAUSE_MS
      awake.resolve()
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await working
    },
  }
}

/** What stops or frees an agreement goes first; a proposal waits until its own agency has approved it. */
function pick(
  { peer, register, rules, clock }: CourierParts,
  refused: ReadonlyMap<string, { readonly until: number }>,
): Untold[] {
  const now = clock.now()
  const ready = register.untold.filter(
    one => one.to === peer && (refused.get(one.id)?.until ?? 0) <= now && mayTravel(register, rules, one),
  )
  const urgent = ready.filter(({ act }) => !('digest' in act))
  const ordered = [...urgent, ...ready.filter(one => !urgent.includes(one))]
  let bytes = 0
  return ordered.slice(0, LINES).filter(({ text }, at) => {
    bytes += text.length + 1
    return at === 0 || bytes <= BYTES
  })
}

/** What leads to an agreement. */
const STEPS: ReadonlySet<string> = new Set(['proposed', 'approved', 'verified'])

function mayTravel(register: Register, { agency, signatures }: RuleParts, { act, again }: Untold): boolean {
  if (!('digest' in act)) return true
  const found = revisionOf(register.lives, act.digest)?.revision
  // Told again, it might be agreed to where it was declined before, and nowhere else.
  if (again && STEPS.has(act.kind) && isPast(register, act)) return false
  if (found === undefined || found.agreement.provider !== agency) return true
  return found.agreedAt !== undefined || isApprovedByProvider(found, signatures)
}

/** Whether the peer has answered, and the answer is kept. A peer that hangs does not keep us from ending. */
async function carry(
  parts: CourierParts,
  picked: readonly Untold[],
  refused: Refused,
  stopped: Promise<undefined>,
): Promise<boolean> {
  const body = Buffer.from(`${picked.map(({ text }) => text).join('\n')}\n`)
  // The road itself tells of links that do not carry.
  const reply = await Promise.race([parts.send(body).catch(() => undefined), stopped])
  if (reply?.status !== 200) return false
  const results = readResults(reply.body, parts.check)
  if (results.length !== picked.length) return false
  const told = toldOf(parts, picked, results, refused)
  try {
    await parts.register.told(told.map(({ id }) => id))
    return true
  } catch (fault) {
    parts.log.error('acts-told-unrecorded', fault, { peer: parts.peer })
    return false
  }
}

/** Those that need not be told again; the others are noted in `refused`. */
function toldOf(
  { peer, register, log, clock }: CourierParts,
  picked: readonly Untold[],
  results: readonly JsonObject[],
  refused: Refused,
): readonly Untold[] {
  const busy = results.some(({ code }) => code === 'overloaded')
  return picked.filter((one, at) => {
    const { outcome, code } = results[at] ?? {}
    if (outcome !== 'refused') return true
    if (!one.again)
      log.warn('act-refused-by-peer', { peer, act: one.act.kind, id: one.id, code: asText(code) })
    // What a busy peer has put off may be what the rest needs.
    if (!busy && (one.again || isFinal(register, one, asText(code)))) return true
    const times = (refused.get(one.id)?.times ?? 0) + 1
    const pause = Math.min(AFTER_REFUSAL_MS * 2 ** (times - 1), LONGEST_AFTER_REFUSAL_MS)
    refused.set(one.id, { times, until: clock.now() + pause })
    return false
  })
}

/** What the peer says to a proposal once it has understood it. */
const VERDICTS: ReadonlySet<string> = new Set(['agreement-unfit', 'agreement-conflict', 'act-out-of-turn'])

/** Whether a no will stay one: the peer has judged the proposal, or has none any more, or it goes no further here either. */
function isFinal(register: Register, { act }: Untold, code: string): boolean {
  if (act.kind === 'proposed' && VERDICTS.has(code)) return true
  return (act.kind === 'declined' && code === 'not-found') || isPast(register, act)
}

/** Whether what an act is about has ended here, or was proposed anew since. */
function isPast({ lives }: Register, act: Act): boolean {
  if (!('digest' in act)) return false
  const found = revisionOf(lives, act.digest)?.revision
  const proposal = 'proposal' in act ? act.proposal : act.act
  return found !== undefined && (found.ended !== undefined || found.proposal !== proposal)
}

function readResults(body: Uint8Array, check: Check): readonly JsonObject[] {
  const reading = readJson(body)
  if (!reading.ok || check('ActResults', reading.value) || !isJsonObject(reading.value)) return []
  const { results } = reading.value
  return Array.isArray(results) ? results.filter(isJsonObject) : []
}

function asText(code: Json | undefined): string {
  return typeof code === 'string' ? code : ''
}
