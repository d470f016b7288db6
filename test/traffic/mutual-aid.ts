import { DAY_MS, dayAt, HOUR_MS, localTime } from './calendar.ts'
import { LABEL, operationId, pointOf, urn } from './cast.ts'
import { type Author, type Subject, stepAt } from './subject.ts'

/** Police forces lending officers to each other: requests, offers, and how far what was asked for has come. */

const SKILLS = ['PSU_L2', 'PSU_L2', 'PSU_L2', 'MOUNTED', 'DOG_GENERAL', 'POLSA_SEARCH_TEAM', 'MEDIC'] as const
const REQUEST_STATUS = ['OPEN', 'PART_FILLED', 'FILLED'] as const
const ON_THE_WAY = ['Requested', 'Accepted', 'Mobilized', 'En-route', 'Staging', 'On Scene', 'Camp'] as const

/** How mutual-aid requests are referred to. */
export function requestReference(request: number): string {
  return `MA-2021-${String(request + 1).padStart(5, '0')}`
}

/** When what is asked for is needed: some days of the live phase. */
function window({ fixed }: Subject): { readonly from: string; readonly to: string } {
  const from = dayAt(fixed.below(10)) + 6 * HOUR_MS
  return { from: localTime(from), to: localTime(from + fixed.between(2, 8) * DAY_MS) }
}

export const mutualAidRequest: Author = subject => {
  const { cast, entity, version, at, fixed } = subject
  const skill = fixed.pick(SKILLS)
  const venue = cast.venue(fixed.below(1_000))
  const { name, tel } = cast.person(fixed)
  const id = (number: number) => `${urn('aid-request', entity)}:${number}`
  return {
    id: id(version),
    reference: requestReference(entity),
    operationId: operationId(entity),
    hostForce: 'northshire',
    realm: 'REAL',
    messageType: 'RequestResource',
    sentAt: localTime(at),
    originatingMessage: id(1),
    ...(version > 1 ? { precedingMessage: id(version - 1) } : {}),
    tier: fixed.between(1, 3),
    legalBasis: 'POLICE_ACT_1996_S24',
    category: 'PRE_PLANNED',
    priority: 'ROUTINE',
    requestedBy: { role: 'FORCE_MUTUAL_AID_COORDINATOR', name, tel },
    lines: [
      {
        line: 1,
        resourceType: skill === 'PSU_L2' ? 'PSU' : 'SPECIALIST',
        skill,
        quantity: fixed.between(1, 4) + version - 1,
        ...(skill === 'PSU_L2' ? { composition: '1-3-18' } : {}),
        ...window(subject),
        reportTo: { name: venue.name, geometry: pointOf(venue) },
        accommodation: 'PROVIDED',
        transport: 'DONOR_CARRIERS',
        feeding: 'PROVIDED',
        planningUnits: [urn('planning-unit', entity)],
      },
    ],
    costing: { rateTable: 'NPCC-2021', recoverable: true, estimateGBP: fixed.between(5, 90) * 1_000 },
    approval: { by: 'GOLD', at: localTime(at) },
    status: stepAt(REQUEST_STATUS, version),
    label: LABEL,
  }
}

/** Two donors answer each request. */
export const mutualAidOffer: Author = subject => {
  const { cast, entity, at, fixed } = subject
  const request = Math.floor(entity / 2)
  const { name, tel } = cast.person(fixed)
  const declines = fixed.chance(0.15)
  const offered = declines ? 0 : fixed.between(1, 3)
  return {
    id: urn('aid-offer', entity),
    requestRef: requestReference(request),
    operationId: operationId(request),
    donorForce: cast.donor(fixed).id,
    realm: 'REAL',
    messageType: 'ResponseToRequestResource',
    sentAt: localTime(at),
    responseType: declines ? 'DECLINE' : 'ACCEPT',
    lines: [
      {
        line: 1,
        offered,
        ...(declines
          ? { shortfallReason: 'LOCAL_COMMITMENT' }
          : { planningUnits: [urn('planning-unit', request)] }),
        ...window(subject),
      },
    ],
    costing: { rateTable: 'NPCC-2021', estimateGBP: offered * 12_500 },
    contact: { role: 'OPS_PLANNING', name, tel },
    label: LABEL,
  }
}

/** Six times for each request. */
export const statusOfRequest: Author = ({ entity, version, at, fresh }) => ({
  requestRef: requestReference(entity),
  line: 1,
  unitRef: urn('planning-unit', entity),
  realm: 'REAL',
  status: stepAt(ON_THE_WAY, version),
  at: localTime(at),
  eta: version < 6 ? localTime(at + fresh.between(1, 30) * HOUR_MS) : null,
  label: LABEL,
})

/** Three times for each duty unit: under way, there, and gone to its rest. */
export const statusOfDuty: Author = ({ cast, entity, version, at }) => ({
  requestRef: requestReference(entity),
  unitRef: cast.unit(entity).id,
  realm: 'REAL',
  status: stepAt(['En-route', 'On Scene', 'Camp'], version),
  at: localTime(at),
  label: LABEL,
})
