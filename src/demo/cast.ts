import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../kit/kit.ts'
import { at } from './look.ts'

/** Who acts in the story, in which role and for which purpose. */
export const PLANNER = { person: 'p-118', role: 'planner', purpose: 'joint-planning' }
export const OPS_ROOM = { person: 'p-204', role: 'ops-room', purpose: 'live-coordination' }
export const ARMY_PLANNER = { person: 'a-017', role: 'planner', purpose: 'joint-planning' }
export const ARMY_OPS = { person: 'a-031', role: 'ops-room', purpose: 'live-coordination' }

/** The exchange of an answer with one recipient. */
export function exchangeOf(answer: Json): Json | undefined {
  return at(answer, 'body.exchanges.0')
}

/** Looks again and again, for ten seconds at most, until what is found is good. */
export async function eventually<Found>(
  look: () => Promise<Found>,
  good: (found: Found) => boolean,
): Promise<Found> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await look()
    if (good(found)) return found
    await sleep(100)
  }
  return look()
}
