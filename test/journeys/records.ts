import type { Json, JsonObject } from '../../src/kit/kit.ts'
import type { Acting } from '../support/system.ts'

/** Police records for journeys. What a journey asserts on is given; the rest is as in a real record. */

export const OPS_ROOM: Acting = { role: 'ops-room', purpose: 'live-coordination' }
export const PLANNER: Acting = { role: 'planner', purpose: 'joint-planning' }
export const LESSONS: Acting = { role: 'lessons-team', purpose: 'debrief' }

const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL' }

export function position(unitId: string, seq: number, change: JsonObject = {}): JsonObject {
  return {
    unitId,
    callsign: 'NOVEMBER 21',
    at: '2026-05-02T12:04:31Z',
    position: { lat: 55.86394, lon: -4.27187, accuracyM: 12, source: 'MACHINE.GPS' },
    courseDeg: 92,
    speedMph: 2.5,
    state: 6,
    seq,
    label: LABEL,
    ...change,
  }
}

export function operation(id: string, change: JsonObject = {}): JsonObject {
  return {
    id,
    version: 1,
    operationName: 'HARBOUR RALLY',
    operationRef: 'NS/2026/OPS/0118',
    hostForce: 'northshire',
    kind: 'PRE_PLANNED_EVENT',
    sprThreat: 'PUBLIC_DISORDER',
    lifecycle: 'LIVE',
    start: '2026-05-02T10:07:00Z',
    end: '2026-05-02T18:00:00Z',
    venues: [
      {
        venueId: 'V-1',
        name: 'Fish quay',
        kind: 'ASSEMBLY',
        geometry: { type: 'Point', coordinates: [-4.2837, 55.869] },
      },
    ],
    command: [
      {
        role: 'GOLD',
        rank: 'ACC',
        officer: { name: 'Alexandra Vale', collar: 'NS0001' },
        contact: { talkgroup: 'NS-CMD-01', tel: '+447700900123' },
      },
    ],
    label: LABEL,
    ...change,
  }
}

export function deployment(unitId: string, change: JsonObject = {}): JsonObject {
  return {
    id: `urn:example:deployment:${unitId}`,
    operationId: 'urn:example:operation:1',
    unitId,
    homeForce: 'northshire',
    unitType: 'PSU',
    callsign: 'NOVEMBER 21',
    commander: { rank: 'INSP', name: 'Harriet Reed', collar: 'NS2345' },
    strength: { inspectors: 1, sergeants: 3, constables: 18, drivers: 3, staff: 0, total: 25 },
    vehicles: [{ kind: 'CARRIER', vrm: 'EX26 AAA', callsign: 'N21A' }],
    location: { geometry: { type: 'Point', coordinates: [-4.2719, 55.8639] }, accuracyM: 10 },
    state: 6,
    deploymentStatus: 'On Scene',
    label: LABEL,
    ...change,
  }
}

/** The envelope of a push to the army. */
export function pushOf(
  resource: string,
  document: Json,
  purpose: string,
  change: JsonObject = {},
): JsonObject {
  return { to: 'army-1div', purpose, resource, document, label: LABEL, ...change }
}
