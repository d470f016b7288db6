import { type Clock, type Json, timestamp } from '../kit/kit.ts'
import type { SystemClient } from './client.ts'
import type { Acts } from './conversation.ts'
import { textAt } from './look.ts'
import { actingIn, printed } from './police-system.ts'

/** A small army portal: it reads what the police share, follows it live, and reports where its own transport platoon is. */
export function armyPortal(client: SystemClient, clock: Clock): Acts {
  const seen: Json[] = []
  const leaving = new AbortController()
  return {
    async list(asked) {
      const path = `/v1/shared/${textAt(asked, 'resource')}?purpose=${textAt(asked, 'purpose')}`
      return printed(await client.call(actingIn(asked), 'GET', path))
    },
    async one(asked) {
      const path = `/v1/shared/${textAt(asked, 'resource')}/${textAt(asked, 'exchange')}?purpose=${textAt(asked, 'purpose')}`
      return printed(await client.call(actingIn(asked), 'GET', path))
    },
    /** Begins to follow; what comes is kept for `seen`. */
    async follow(asked) {
      const rows = client.follow(
        actingIn(asked),
        `/v1/shared/stream?purpose=${textAt(asked, 'purpose')}`,
        leaving.signal,
      )
      const keep = async () => {
        for await (const row of rows) seen.push(row)
      }
      keep().catch(() => undefined)
      return null
    },
    async seen() {
      return seen
    },
    async unfollow() {
      leaving.abort()
      return null
    },
    async reportPosition(asked) {
      const document = {
        track: '1EX.TPTPL.1',
        unit: 'TPTPL',
        sidc: '10031000141636000000',
        timestamp: timestamp(clock.now()),
        mgrs: '30UWF8853191994',
        altitudeM: { value: 22, datum: 'HAE' },
        bearingMils: 1600,
        speedKmh: 18,
        statusCode: 'Operational',
        strength: 29,
        alert: false,
        source: 'MACHINE.GPS',
        seq: 1,
      }
      const label = { policy: 'UK-GSC', classification: 'OFFICIAL' }
      const { purpose } = actingIn(asked)
      const body = { to: 'northshire-police', purpose, resource: 'army.positionReport', document, label }
      return printed(await client.call(actingIn(asked), 'POST', '/v1/exchanges', body, { prefer: 'wait=10' }))
    },
  }
}
