import { dateTimeGroup, dayAt, HOUR_MS, localTime } from './calendar.ts'
import { gridReference, LABEL, operationId, urn } from './cast.ts'
import { type Author, stepAt } from './subject.ts'

/** Military aid: what the police ask for, what the army answers, orders and reports of one force of 25 sub-units. */

const ACTIVITIES = ['SEARCH', 'TRANSPORT', 'EOD_RESPONSE', 'MEDICAL'] as const

export const macaRequest: Author = ({ entity, version, at, fixed }) => ({
  id: `${urn('maca-request', entity)}:${version}`,
  reference: `MACA-2021-${entity + 1}`,
  operationId: operationId(entity),
  realm: 'REAL',
  requestingAuthority: 'northshire',
  leadDepartment: 'HOME_OFFICE',
  criteria: {
    mutualAidExhausted: true,
    lacksCapability: true,
    justification: 'No force has enough left to give',
  },
  effectRequired: 'Search teams clear the venue before each day begins',
  activity: fixed.pick(ACTIVITIES),
  where: { mgrs: gridReference(fixed) },
  when: { from: localTime(dayAt(0)), to: localTime(dayAt(14)) },
  noticeToMove: 'PT2H',
  armedSupport: false,
  policePrimacy: true,
  costing: { regime: 'MARGINAL', estimateGBP: fixed.between(10, 200) * 1_000 },
  decisions: [{ by: 'REQUESTING_AUTHORITY', at: localTime(at), outcome: 'SUPPORTED' }],
  status: stepAt(['WITH_JRLO', 'WITH_DEPARTMENT', 'WITH_MOD', 'APPROVED'], version),
  label: LABEL,
})

export const macaResponse: Author = ({ entity, version, at, fixed }) => ({
  id: `${urn('maca-response', entity)}:${version}`,
  requestRef: `MACA-2021-${entity + 1}`,
  operationId: operationId(entity),
  realm: 'REAL',
  respondingAuthority: 'army-1div',
  responseType: version === 1 ? 'ACKNOWLEDGE' : 'ACCEPT',
  ...(version === 1 ? {} : { effectAgreed: 'Search teams clear the venue before each day begins' }),
  activity: fixed.pick(ACTIVITIES),
  noticeToMove: 'PT2H',
  armedSupport: false,
  policePrimacy: true,
  liaison: { post: 'Liaison officer', callsign: 'LIMA 1' },
  decisions: [{ by: 'MOD', at: localTime(at), outcome: 'APPROVED' }],
  status: version === 1 ? 'WITH_MOD' : 'APPROVED',
  label: LABEL,
})

export const order: Author = ({ cast, entity, version, at, fixed }) => ({
  id: urn('order', entity),
  messageId: {
    type: stepAt(['WARNO', 'OPORD', 'FRAGO'], version),
    serial: String(version).padStart(3, '0'),
    originator: 'HQ 1 DIV',
    dtg: dateTimeGroup(at),
  },
  exerciseOrOperation: { kind: 'OPERATION', name: 'FERRYLIGHT' },
  timeZone: 'Z',
  p1Situation: {
    ground: 'A city on both banks of a river',
    supportedOperation: {
      kind: 'PUBLIC_EVENT',
      threatArea: 'PUBLIC_DISORDER',
      mobilisationTier: 3,
      phase: at < dayAt(0) ? 'PLANNED' : 'RUNNING',
    },
    friendly: { higherIntent2Up: 'Support the civil authority while police keep primacy' },
  },
  p2Mission: {
    task: 'SUPPORT',
    who: '1 DIV',
    when: `${dateTimeGroup(dayAt(0))}-${dateTimeGroup(dayAt(14))}`,
  },
  p3Execution: {
    commandersIntent: 'Act only when the police commander asks',
    phases: ['1 Move', '2 On call', '3 Recovery'],
    tasks: [0, 1, 2].map(step => ({
      unit: cast.subUnit(entity + step).id,
      task: 'SEARCH',
      purpose: 'make a venue safe',
      mgrs: gridReference(fixed),
      from: dateTimeGroup(at + HOUR_MS),
      to: dateTimeGroup(at + 9 * HOUR_MS),
    })),
    coordinatingInstructions: {
      noticeToMove: '2 h',
      controlMeasures: [
        { id: 'CM-1', name: 'RV BLUE', kind: 'RENDEZVOUS_POINT', form: 'POINT', mgrs: gridReference(fixed) },
      ],
      limitations: ['No stop or search by soldiers'],
    },
  },
  p4AdminLogistics: { transport: '4 troop carriers', accommodation: 'Reserve centre' },
  acknowledge: true,
  label: LABEL,
})

export const taskOrganisation: Author = ({ cast, entity, version, at }) => ({
  id: urn('task-organisation', entity),
  operation: 'FERRYLIGHT',
  effective: dateTimeGroup(at),
  root: cast.subUnit(0).id,
  units: [0, 1, 2, 3, 4].map(step => {
    const { id, name, sidc } = cast.subUnit(entity + step)
    return {
      id,
      name,
      sidc,
      parent: step === 0 ? null : cast.subUnit(entity).id,
      strength: { officers: 1, others: 24 + step },
      relationship: 'TACON',
      activity: version === 1 ? 'READY' : 'COMMITTED',
    }
  }),
  label: LABEL,
})

export const situationReport: Author = ({ cast, entity, at, fresh }) => ({
  messageId: {
    type: 'SITREP',
    serial: String(entity + 1).padStart(3, '0'),
    originator: 'HQ 1 DIV',
    dtg: dateTimeGroup(at),
  },
  exerciseOrOperation: { kind: 'OPERATION', name: 'FERRYLIGHT' },
  operation: 'FERRYLIGHT',
  period: { from: dateTimeGroup(at - 12 * HOUR_MS), to: dateTimeGroup(at) },
  ownForces: {
    summary: 'As planned',
    units: [0, 1, 2].map(step => ({
      unit: cast.subUnit(entity + step).id,
      mgrs: gridReference(fresh),
      effectiveness: 'FO',
      activity: 'COMMITTED',
    })),
  },
  personnel: { killed: 0, wounded: 0, missing: 0, sick: fresh.below(4), strength: 620 },
  logistics: { classI: 3, classIII: 80, vehiclesOffRoad: fresh.below(3) },
  commanderAssessment: 'GREEN',
  label: LABEL,
})

export const positionReport: Author = ({ cast, entity, version, at, fresh }) => {
  const { id, name, sidc } = cast.subUnit(entity)
  return {
    track: `1DIV.${id}.${entity + 1}`,
    unit: id,
    shortName: name,
    operation: 'FERRYLIGHT',
    sidc,
    dtg: dateTimeGroup(at),
    timestamp: localTime(at),
    validTo: localTime(at + 300_000),
    mgrs: gridReference(fresh),
    bearingMils: fresh.below(6_400),
    speedKmh: fresh.below(60),
    statusCode: 'Operational',
    activity: 'MOVING',
    strength: 25,
    alert: false,
    source: 'MACHINE.GPS',
    seq: version,
    label: { ...LABEL, sensitive: false },
  }
}
