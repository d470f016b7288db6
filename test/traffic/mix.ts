import type { Stream } from './arrivals.ts'
import * as military from './military.ts'
import * as aid from './mutual-aid.ts'
import * as plans from './plans.ts'
import type { Author } from './subject.ts'
import * as units from './units.ts'

/** Which side's system a message comes from. */
export type Sender = 'police' | 'army'

export type Purpose = 'joint-planning' | 'live-coordination'

/** One kind of message of the event, and how much of it there is at full scale. */
export interface Kind extends Stream {
  readonly name: string
  readonly resource: string
  readonly sender: Sender
  readonly purpose: Purpose
  /** How many things these messages are about; what there is more of are amendments and updates. */
  readonly entities: number
  /** Reports of positions make up all but a hundredth of the whole; they are scaled apart. */
  readonly isPosition: boolean
  readonly author: Author
  /** A member that has to be text. */
  readonly text: string
  /** The path of a member that has to be one of a few words. */
  readonly choice: string
}

const NEW_EACH_TIME = 'each'

type Row = readonly [
  name: string,
  resource: string,
  counts: readonly [messages: number, entities: number | typeof NEW_EACH_TIME],
  when: readonly [fromDay: number, toDay: number, rhythm: Stream['rhythm']],
  author: Author,
  spoilt: readonly [text: string, choice: string],
]

/** The planning traffic of the event at full scale: 229,987 messages. */
const PLANNING: readonly Row[] = [
  [
    'aid-request',
    'police.mutualAidRequest',
    [18_000, 7_200],
    [-56, -7, 'office'],
    aid.mutualAidRequest,
    ['id', 'messageType'],
  ],
  [
    'aid-offer',
    'police.mutualAidOffer',
    [14_400, NEW_EACH_TIME],
    [-54, -5, 'office'],
    aid.mutualAidOffer,
    ['id', 'messageType'],
  ],
  [
    'request-status',
    'joint.resourceStatus',
    [43_200, 7_200],
    [-50, 0, 'office'],
    aid.statusOfRequest,
    ['requestRef', 'status'],
  ],
  [
    'planning-unit',
    'police.planningUnit',
    [28_800, 7_200],
    [-45, -2, 'office'],
    units.planningUnit,
    ['id', 'status'],
  ],
  ['aid-asked', 'joint.macaRequest', [160, 40], [-30, -3, 'office'], military.macaRequest, ['id', 'status']],
  [
    'task-organisation',
    'army.taskOrg',
    [100, 25],
    [-14, 14, 'office'],
    military.taskOrganisation,
    ['id', 'units.0.relationship'],
  ],
  [
    'aid-answered',
    'joint.macaResponse',
    [80, 40],
    [-28, -1, 'office'],
    military.macaResponse,
    ['id', 'responseType'],
  ],
]

const LIVE: readonly Row[] = [
  ['operation', 'police.operation', [480, 60], [-56, 14, 'office'], plans.operation, ['id', 'lifecycle']],
  [
    'tactical-plan',
    'police.tacticalPlan',
    [600, 60],
    [-40, 14, 'office'],
    plans.tacticalPlan,
    ['id', 'status'],
  ],
  ['order', 'army.opord', [75, 25], [-14, 14, 'office'], military.order, ['id', 'messageId.type']],
  ['duty-unit', 'police.dutyUnit', [46_400, 11_600], [-14, 14, 'shifts'], units.dutyUnit, ['id', 'status']],
  [
    'deployment',
    'police.unitDeployment',
    [34_800, 11_600],
    [0, 14, 'shifts'],
    units.unitDeployment,
    ['id', 'deploymentStatus'],
  ],
  [
    'duty-status',
    'joint.resourceStatus',
    [34_800, 11_600],
    [0, 14, 'shifts'],
    aid.statusOfDuty,
    ['requestRef', 'status'],
  ],
  [
    'briefing',
    'police.briefing.iimarch',
    [840, NEW_EACH_TIME],
    [0, 14, 'shifts'],
    plans.briefing,
    ['id', 'audience'],
  ],
  ['incident', 'police.incident.methane', [1_680, 420], [0, 14, 'day'], plans.incident, ['id', 'kind']],
  [
    'intelligence',
    'police.intelligenceReport',
    [840, NEW_EACH_TIME],
    [0, 14, 'day'],
    plans.intelligence,
    ['id', 'handling'],
  ],
  [
    'situation',
    'army.sitrep',
    [700, NEW_EACH_TIME],
    [0, 14, 'shifts'],
    military.situationReport,
    ['operation', 'messageId.type'],
  ],
  [
    'strength',
    'joint.strengthAggregate',
    [4_032, NEW_EACH_TIME],
    [0, 14, 'steady'],
    units.strengthAggregate,
    ['operationId', 'granularity'],
  ],
]

/** Half of 829 police units a day and 120 military tracks, every thirty seconds. */
const POSITIONS: readonly Row[] = [
  [
    'unit-position',
    'police.unitPosition',
    [16_692_480, 414],
    [0, 14, 'steady'],
    units.unitPosition,
    ['unitId', 'unitType'],
  ],
  [
    'track',
    'army.positionReport',
    [4_838_400, 120],
    [0, 14, 'steady'],
    military.positionReport,
    ['track', 'statusCode'],
  ],
]

const FROM_THE_ARMY = new Set(['joint.macaResponse'])

/**
 * The mix of messages at a scale; every kind occurs.
 *
 * @param scale from 1/1000 to 1
 * @param positions the share of position reports that is sent at that scale, from 0 (none) to 1
 */
export function mixOf(scale: number, positions: number): readonly Kind[] {
  return [
    ...PLANNING.map(row => kindOf(row, 'joint-planning', { messages: scale, entities: scale })),
    ...LIVE.map(row => kindOf(row, 'live-coordination', { messages: scale, entities: scale })),
    ...(positions === 0 ? [] : POSITIONS).map(row => ({
      ...kindOf(row, 'live-coordination', { messages: scale * positions, entities: Math.max(scale, 0.02) }),
      isPosition: true,
    })),
  ]
}

function kindOf(
  [name, resource, [messages, entities], [fromDay, toDay, rhythm], author, [text, choice]]: Row,
  purpose: Purpose,
  scale: { readonly messages: number; readonly entities: number },
): Kind {
  const count = Math.max(1, Math.round(messages * scale.messages))
  const sender = resource.startsWith('army.') || FROM_THE_ARMY.has(resource) ? 'army' : 'police'
  return {
    name,
    resource,
    sender,
    purpose,
    count,
    entities:
      entities === NEW_EACH_TIME
        ? count
        : Math.min(count, Math.max(1, Math.round(entities * scale.entities))),
    fromDay,
    toDay,
    rhythm,
    isPosition: false,
    author,
    text,
    choice,
  }
}

/** How many things are worked on at a time. */
const OPEN = 12

/**
 * What the message at a place of its kind is about. A dozen things are worked on in turn, each through all its versions, before the
 * next dozen begins; so nothing has to be remembered.
 *
 * @param place from 0
 */
export function turnOf(
  { count, entities, isPosition }: Kind,
  place: number,
): { entity: number; version: number } {
  const open = isPosition ? entities : OPEN
  const each = (open * count) / entities
  const block = Math.floor((place + 0.5) / each)
  const start = Math.ceil(block * each - 0.5)
  const among = Math.max(1, Math.min(open, entities - block * open))
  const within = place - start
  return { entity: block * open + (within % among), version: 1 + Math.floor(within / among) }
}
