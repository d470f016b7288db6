import type { JsonObject } from '../../src/kit/kit.ts'
import { arrivals } from './arrivals.ts'
import { type Cast, castOf } from './cast.ts'
import { BLEMISHES, type Blemish, canHave, drawBlemish, EXPECTED, type Fault, spoil } from './faults.ts'
import type { TrafficWishes, Written } from './message.ts'
import { type Kind, mixOf, type Purpose, type Sender, turnOf } from './mix.ts'
import { type Random, seeded } from './random.ts'

const ROLES = {
  police: { 'joint-planning': 'planner', 'live-coordination': 'ops-room' },
  army: { 'joint-planning': 'planner', 'live-coordination': 'watchkeeper' },
} as const satisfies Record<Sender, Record<Purpose, string>>

const RECIPIENT = { police: 'army-1div', army: 'northshire-police' } as const satisfies Record<Sender, string>

/** One kind of message, as far as it has been written. */
interface Desk {
  readonly kind: Kind
  readonly moments: Iterator<number, void, void>
  place: number
  /** When its next message comes; infinite where there is none. */
  next: number
}

/** All messages in the order in which they are written, each once. What is wrong inside a message is wrong already. */
export function* writtenOf({ seed, scale, positions }: TrafficWishes): Generator<Written, void, void> {
  const cast = castOf(seed)
  const desks = mixOf(scale, positions).map((kind): Desk => {
    const moments = arrivals(seeded(seed, 'arrivals', kind.name), kind)
    return { kind, moments, place: 0, next: moments.next().value ?? Infinity }
  })
  const total = desks.reduce((sum, { kind }) => sum + kind.count, 0)
  const blemish = blemishes(seeded(seed, 'blemishes'), total)
  for (let written = 0; written < total; written++) {
    const desk = desks.reduce((first, other) => (other.next < first.next ? other : first))
    yield write({ seed, cast, blemish: document => blemish(document, written) }, desk)
    desk.place++
    desk.next = desk.moments.next().value ?? Infinity
  }
}

/** Which blemish a message gets: one of each kind falls due on the way, the others are drawn. */
function blemishes(
  random: Random,
  total: number,
): (document: JsonObject, written: number) => Blemish | undefined {
  const due = BLEMISHES.map((fault, place) => ({
    fault,
    from: ((place + 1) * total) / (BLEMISHES.length + 2),
  }))
  return (document, written) => {
    const drawn = drawBlemish(random)
    const place = due.findIndex(({ fault, from }) => from <= written && canHave(fault, document))
    const fault = place === -1 ? drawn : due.splice(place, 1)[0]?.fault
    return fault !== undefined && canHave(fault, document) ? fault : undefined
  }
}

interface Desktop {
  readonly seed: number
  readonly cast: Cast
  blemish(document: JsonObject): Blemish | undefined
}

function write({ seed, cast, blemish }: Desktop, { kind, place, next }: Desk): Written {
  const { name, resource, sender, purpose, author } = kind
  const { entity, version } = turnOf(kind, place)
  const fixed = seeded(seed, name, entity)
  const fresh = seeded(seed, name, entity, version)
  const document = author({ cast, entity, version, at: next, fixed, fresh })
  const fault = blemish(document) ?? 'none'
  const keyOf = (number: number) => `s${seed}-${name}-${entity + 1}-${number}`
  return {
    at: next,
    sender,
    kind: name,
    resource,
    purpose,
    role: ROLES[sender][purpose],
    idempotencyKey: keyOf(version),
    supersedes: version === 1 ? undefined : keyOf(version - 1),
    fault,
    expected: EXPECTED[fault],
    body: print(kind, spoil(document, fault, kind), fault),
  }
}

function print({ sender, purpose, resource }: Kind, document: JsonObject, fault: Fault): string {
  const to = RECIPIENT[sender]
  const label = document['label'] ?? null
  const body = JSON.stringify({ to, purpose, resource, precedence: 'ROUTINE', label, document })
  return fault === 'truncated' ? body.slice(0, Math.floor(body.length * 0.7)) : body
}
