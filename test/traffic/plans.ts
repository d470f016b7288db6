import type { JsonObject } from '../../src/kit/kit.ts'
import { DAY_MS, dayAt, HOUR_MS, localTime } from './calendar.ts'
import { LABEL, operationId, pointOf, SECTORS, urn } from './cast.ts'
import { type Author, type Subject, stepAt } from './subject.ts'

/** What commanders write: operations, tactical plans, briefings, incidents, intelligence. */

const OPTIONS = [
  'HIGH_VISIBILITY_PATROL',
  'FILTER_CORDON',
  'LIAISON_TEAM',
  'TRAFFIC_MANAGEMENT',
  'SEGREGATION',
] as const
const MEASURES = ['RVP', 'FORMING_UP_POINT', 'HOLDING_AREA', 'CASUALTY_CLEARING', 'CORDON'] as const
const INCIDENTS = [
  'LAWFUL_PROTEST',
  'OBSTRUCTION',
  'DISORDER',
  'ROAD_COLLISION',
  'FIRE',
  'MISSING_PERSON',
  'MEDICAL',
] as const
const COMMAND = ['GOLD', 'SILVER', 'BRONZE', 'BRONZE', 'LIAISON_OFFICER'] as const
const RANK_OF = { GOLD: 'ACC', SILVER: 'CHSUPT', BRONZE: 'SUPT', LIAISON_OFFICER: 'INSP' } as const

export const operation: Author = subject => {
  const { cast, entity, version, at, fixed } = subject
  return {
    id: operationId(entity),
    realm: 'REAL',
    version,
    operationName: `FERRYLIGHT ${entity + 1}`,
    operationRef: `NS/2021/OPS/${1_000 + entity}`,
    hostForce: 'northshire',
    kind: 'PRE_PLANNED_EVENT',
    sprThreat: 'PUBLIC_DISORDER',
    tier: 3,
    lifecycle: at >= dayAt(0) ? 'LIVE' : version > 2 ? 'APPROVED' : 'DRAFT',
    start: localTime(dayAt(0)),
    end: localTime(dayAt(14)),
    venues: [0, 1, 2, 3].map(step => {
      const venue = cast.venue(entity * 4 + step)
      return { venueId: venue.id, name: venue.name, kind: venue.kind, geometry: pointOf(venue) }
    }),
    strategicIntent: {
      workingStrategy: version < 3,
      approvedBy: 'GOLD',
      approvedAt: localTime(at),
      reviewDue: localTime(at + 7 * DAY_MS),
      aims: [
        { n: 1, text: 'Facilitate peaceful assembly', priority: 1 },
        { n: 2, text: 'Keep delegates, residents and officers safe', priority: 1 },
        { n: 3, text: 'Keep routes open', priority: 2 },
      ],
      tacticalParameters: [{ code: 'TP-1', text: 'No containment without Silver authority' }],
      style: 'Open and friendly',
    },
    command: COMMAND.map((role, place) => post(subject, role, place)),
    riskSummary: { overall: fixed.pick(['LOW', 'MEDIUM']), updated: localTime(at) },
    purpose: ['JOINT_PUBLIC_ORDER_PLANNING'],
    label: LABEL,
  }
}

function post({ cast, entity, fixed }: Subject, role: (typeof COMMAND)[number], place: number): JsonObject {
  const { name, collar, tel } = cast.person(fixed)
  return {
    role,
    callsign: place > 1 ? `${role.slice(0, 6)} ${entity + 1}${place}` : role,
    rank: RANK_OF[role],
    officer: { name, collar },
    contact: { talkgroup: `NS-CMD-0${place + 1}`, tel },
    from: localTime(dayAt(0)),
    to: localTime(dayAt(14)),
  }
}

export const tacticalPlan: Author = ({ cast, entity, version, fixed }) => ({
  id: urn('tactical-plan', entity),
  operationId: operationId(entity),
  realm: 'REAL',
  version,
  status: stepAt(['DRAFT', 'SUBMITTED', 'APPROVED'], version),
  author: 'SILVER',
  approvedBy: 'GOLD',
  phases: [1, 2, 3, 4].map(phase => ({
    phase,
    name: `Phase ${phase}`,
    start: localTime(dayAt(phase - 1) + 6 * HOUR_MS),
    end: localTime(dayAt(phase) + 6 * HOUR_MS),
    objective: 'Known groups are met, guided and seen off',
    taskedBronze: [`BRONZE ${1 + (entity % SECTORS)}`],
    options: [fixed.pick(OPTIONS)],
  })),
  tacticalOptions: OPTIONS.map(code => ({
    code,
    intent: 'Give people room, and keep what has to stay open',
    successTest: 'Nobody is hurt and traffic flows',
    trigger: 'The sector commander asks',
    authorisedBy: 'SILVER',
    closesRoutes: code === 'FILTER_CORDON',
    usesForce: false,
    phases: [1, 2],
    notice: 'PT30M',
    resources: [{ skill: 'PSU_L2', quantity: fixed.between(1, 4) }],
    risks: ['Crowd pressure at narrow places'],
  })),
  contingencies: [
    { code: 'C-1', name: 'Road blocked', plan: 'Use the ring road and tell the sector commander' },
  ],
  controlMeasures: {
    type: 'FeatureCollection',
    features: MEASURES.map((kind, place) => ({
      type: 'Feature',
      id: `CM-${entity + 1}-${place + 1}`,
      properties: { kind, name: `${kind} ${place + 1}`, activePhase: [1, 2, 3], shared: true },
      geometry: pointOf(cast.venue(entity * 5 + place)),
    })),
  },
  reserves: [{ unit: cast.unit(entity).id, unitType: cast.unit(entity).type, notice: 'PT20M' }],
  arrestPolicy: 'Arrests are made only where dialogue has failed',
  label: LABEL,
})

export const briefing: Author = ({ cast, entity, version, at, fixed }) => ({
  id: urn('briefing', entity),
  operationId: operationId(entity),
  realm: 'REAL',
  version,
  audience: 'PSU_COMMANDERS',
  issued: localTime(at),
  information: {
    text: 'Several processions are expected, all notified',
    timeline: 'Assembly at noon, moving off at one',
  },
  intent: { text: 'Facilitate and keep safe', aims: [1, 2], endState: 'Everybody is home' },
  method: {
    text: 'Units patrol their sectors and report early',
    command: [
      {
        role: 'BRONZE',
        function: `Sector ${1 + (entity % SECTORS)}`,
        rank: 'SUPT',
        officer: cast.person(fixed).name,
      },
    ],
    tasks: [0, 1, 2].map(step => ({
      unit: cast.unit(entity * 3 + step).id,
      task: 'Patrol and be seen',
      option: 'HIGH_VISIBILITY_PATROL',
      purpose: 'reassure people',
      place: pointOf(cast.venue(entity + step)),
      from: localTime(at + HOUR_MS),
      to: localTime(at + 9 * HOUR_MS),
    })),
    contingencies: [{ code: 'C-1', name: 'Road blocked', plan: 'Use the ring road' }],
  },
  administration: { meals: 'At the feeding point', transport: 'Own carriers', parking: 'North yard' },
  riskAssessment: {
    hazards: [
      { hazard: 'Crowd pressure', likelihood: 2, severity: 3, control: 'Early reports', residual: 'LOW' },
    ],
  },
  communications: {
    talkgroups: [{ name: 'NS-INT-01', use: 'Interoperability', interop: true }],
    fallback: 'Mobile telephone',
  },
  humanitarian: { welfare: 'Water in every carrier' },
  label: LABEL,
})

export const incident: Author = ({ cast, entity, version, at, fixed, fresh }) => {
  const venue = cast.venue(fixed.below(1_000))
  const { name, collar } = cast.person(fixed)
  const code = fixed.pick(INCIDENTS)
  return {
    id: `${urn('incident-report', entity)}:${version}`,
    incidentRef: urn('incident', entity),
    operationId: operationId(entity),
    realm: 'REAL',
    version,
    reportedAt: localTime(at),
    kind: 'METHANE',
    majorIncident: { declared: false, state: 'STANDBY' },
    exactLocation: { text: venue.name, geometry: pointOf(venue), accuracyM: 20 },
    type: { code },
    hazards: [{ code: 'TRAFFIC', state: 'POTENTIAL' }],
    access: {
      routes: ['From the north by the ring road'],
      rvp: { name: venue.name, geometry: pointOf(venue) },
    },
    casualties: { p1: 0, p2: fresh.below(2), p3: fresh.below(4), dead: 0, confidence: 'ESTIMATED' },
    emergencyServices: { present: ['POLICE'], required: ['AMBULANCE'] },
    reportingOfficer: { rank: 'SGT', name, collar },
    label: LABEL,
  }
}

/** Police keep it to themselves: no agreement covers it. */
export const intelligence: Author = ({ cast, entity, at, fixed }) => ({
  id: urn('intelligence', entity),
  operationId: operationId(entity),
  realm: 'REAL',
  created: localTime(at),
  sourceEvaluation: fixed.between(1, 3),
  intelligenceAssessment: fixed.pick(['A', 'B', 'C', 'D', 'E']),
  handling: 'P',
  sanitised: false,
  text: `${cast.person(fixed).name} was seen near the march`,
  subjectIds: [`S-${fixed.between(1, 999)}`],
  label: LABEL,
})
