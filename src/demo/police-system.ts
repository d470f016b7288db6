import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, isJsonObject, type Json, type JsonObject, timestamp } from '../kit/kit.ts'
import type { Acting, Answer, SystemClient } from './client.ts'
import type { Acts } from './conversation.ts'
import { textAt } from './look.ts'
import { parseJson } from './practice-field.ts'

const ARMY = 'army-1div'
const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }

/**
 * A small police public-order system: it holds two operations and a dozen deployments, knows where its units are, and shares
 * them through the gateway of its own agency.
 */
export function policeSystem(client: SystemClient, clock: Clock): Acts {
  const operations = readRecords('operations')
  const deployments = readRecords('deployments')
  const push = (
    acting: Acting,
    resource: string,
    document: JsonObject,
    headers: Record<string, string> = {},
  ) => {
    const body = { to: ARMY, purpose: acting.purpose, resource, document, label: LABEL }
    return client.call(acting, 'POST', '/v1/exchanges', body, headers)
  }
  return {
    /** What this system holds. */
    async records() {
      return { operations, deployments }
    },
    async shareOperation(asked) {
      const found = operations.find(operation => operation['operationName'] === asked['name'])
      if (found === undefined) throw new Error('no such operation')
      return printed(await push(actingIn(asked), 'police.operation', found, { prefer: 'wait=10' }))
    },
    async shareDeployment(asked) {
      const found = deployments.find(deployment => deployment['unitId'] === asked['unit'])
      if (found === undefined) throw new Error('no such unit')
      return printed(await push(actingIn(asked), 'police.unitDeployment', found, { prefer: 'wait=10' }))
    },
    async shareAllDeployments(asked) {
      const answers: Json[] = []
      for (const deployment of deployments)
        answers.push(
          printed(await push(actingIn(asked), 'police.unitDeployment', deployment, { prefer: 'wait=10' })),
        )
      return answers
    },
    /** Sends where every overt unit is, some times, as its radios report it. */
    async reportPositions(asked) {
      const sent: Json[] = []
      for (let round = 0; round < Number(asked['rounds']); round++) {
        for (const [index, deployment] of deployments.slice(0, 4).entries()) {
          const position = positionOf(deployment, index, round, clock)
          const answer = await push(actingIn(asked), 'police.unitPosition', position)
          sent.push({ ...printed(answer), position })
        }
        await sleep(Number(asked['everyMs']))
      }
      return sent
    },
    async standing(asked) {
      return printed(await client.call(actingIn(asked), 'GET', `/v1/exchanges/${textAt(asked, 'exchange')}`))
    },
    async shared(asked) {
      const path = `/v1/shared/police.unitPosition?purpose=${textAt(asked, 'purpose')}`
      return printed(await client.call(actingIn(asked), 'GET', path))
    },
  }
}

function readRecords(name: string): readonly JsonObject[] {
  const records = parseJson(readFileSync(new URL(`./records/${name}.json`, import.meta.url), 'utf8'))
  return Array.isArray(records) ? records.filter(isJsonObject) : []
}

/** A unit that walks east along its street, at five kilometres an hour. */
function positionOf(deployment: JsonObject, index: number, round: number, clock: Clock): JsonObject {
  const location = deployment['location']
  const geometry = isJsonObject(location) ? location['geometry'] : undefined
  const coordinates = isJsonObject(geometry) ? geometry['coordinates'] : undefined
  const [lon, lat] = Array.isArray(coordinates) ? coordinates : [0, 0]
  const { realm } = deployment
  return {
    unitId: deployment['unitId'] ?? '',
    ...(realm === undefined ? {} : { realm }),
    callsign: deployment['callsign'] ?? '',
    at: timestamp(clock.now()),
    position: {
      lat: Number((Number(lat) + index * 0.0002).toFixed(6)),
      lon: Number((Number(lon) + round * 0.0003).toFixed(6)),
      accuracyM: 8,
      source: 'MACHINE.GPS',
    },
    courseDeg: 90,
    speedMph: 3.1,
    state: round === 2 && index === 1 ? 0 : 6,
    seq: round + 1,
    covert: false,
    label: { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true },
  }
}

export function actingIn(asked: JsonObject): Acting {
  return { person: textAt(asked, 'person'), role: textAt(asked, 'role'), purpose: textAt(asked, 'purpose') }
}

export function printed({ status, body }: Answer): { readonly status: number; readonly body: Json } {
  return { status, body }
}
