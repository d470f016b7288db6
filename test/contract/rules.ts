import type { Json } from '../../src/kit/kit.ts'

/** What stands at a place instead; undefined takes it away. */
export type Change = readonly [at: string, put: Json | undefined]

/** Rules between items: the changes to the example, and where it is refused; undefined where it is not. */
export const RULES: readonly (readonly [
  says: string,
  resource: string,
  changes: readonly Change[],
  pointer: string | undefined,
])[] = [
  [
    'ETHANE says that no major incident is declared',
    'police.incident.methane',
    [
      ['kind', 'ETHANE'],
      ['majorIncident/declared', true],
    ],
    '/majorIncident/declared',
  ],
  [
    'ETHANE has no declaration',
    'police.incident.methane',
    [
      ['kind', 'ETHANE'],
      ['majorIncident/state', 'DECLARED'],
    ],
    '/majorIncident/state',
  ],
  ['ETHANE may stand by', 'police.incident.methane', [['kind', 'ETHANE']], undefined],
  [
    'what is not known is null and not zero',
    'police.incident.methane',
    [
      ['casualties/p1', null],
      ['casualties/dead', null],
    ],
    undefined,
  ],
  ['a request asks for something', 'police.mutualAidRequest', [['lines', undefined]], ''],
  ['a request asks for at least one line', 'police.mutualAidRequest', [['lines', []]], '/lines'],
  ['a request says how many', 'police.mutualAidRequest', [['lines/0/quantity', undefined]], '/lines/0'],
  [
    'a release need not say how many',
    'police.mutualAidRequest',
    [
      ['messageType', 'ReleaseResource'],
      ['lines/0/quantity', undefined],
    ],
    undefined,
  ],
  [
    'a request is not what a donor says',
    'police.mutualAidRequest',
    [['messageType', 'CommitResource']],
    '/messageType',
  ],
  [
    'an offer is not what a host says',
    'police.mutualAidOffer',
    [['messageType', 'RequestResource']],
    '/messageType',
  ],
  ['an answer names its request', 'police.mutualAidOffer', [['requestRef', undefined]], ''],
  [
    'what nobody asked for names none',
    'police.mutualAidOffer',
    [
      ['messageType', 'OfferUnsolicitedResource'],
      ['requestRef', undefined],
    ],
    undefined,
  ],
  ['who declines offers nothing', 'police.mutualAidOffer', [['responseType', 'DECLINE']], '/lines/0/offered'],
  [
    'who declines offers zero',
    'police.mutualAidOffer',
    [
      ['responseType', 'DECLINE'],
      ['lines/0/offered', 0],
    ],
    undefined,
  ],
  ['C comes with its conditions', 'police.intelligenceReport', [['handlingConditions', undefined]], ''],
  [
    'C comes with at least one condition',
    'police.intelligenceReport',
    [['handlingConditions', []]],
    '/handlingConditions',
  ],
  [
    'P needs none',
    'police.intelligenceReport',
    [
      ['handling', 'P'],
      ['handlingConditions', undefined],
    ],
    undefined,
  ],
  [
    'what may be shared has been sanitised',
    'police.intelligenceReport',
    [['sanitised', false]],
    '/sanitised',
  ],
  [
    'what was not sanitised is not told',
    'police.intelligenceReport',
    [
      ['sanitised', false],
      ['sanitisedText', undefined],
    ],
    undefined,
  ],
  [
    'a line on the map is no cell',
    'police.tacticalPlan',
    [['controlMeasures/features/0/geometry/cell', '1km']],
    '/controlMeasures/features/0/geometry/cell',
  ],
  [
    'an area has corners',
    'police.tacticalPlan',
    [['controlMeasures/features/1/geometry/coordinates', [[[0, 0]]]]],
    '/controlMeasures/features/1/geometry/coordinates/0',
  ],
  ['a notice is a duration', 'police.tacticalPlan', [['reserves/0/notice', 'PT']], '/reserves/0/notice'],
  ['days are a duration', 'police.tacticalPlan', [['reserves/0/notice', 'P1DT6H']], undefined],
  [
    'the gateway counts the reserves',
    'police.tacticalPlan',
    [['summary', { reservesByType: { PSU: 12 } }]],
    '/summary/reservesByType',
  ],
  ['a realm is one of three', 'police.tacticalPlan', [['realm', 'REALITY']], '/realm'],
  ['an operation may be an exercise', 'police.operation', [['realm', 'EXERCISE']], undefined],
  ['and is real, an exercise or a test', 'police.operation', [['realm', 'OPERATION']], '/realm'],
  ['an exercise is no operation', 'police.dutyUnit', [['realm', 'exercise']], '/realm'],
  [
    'a composition is in numbers',
    'police.mutualAidRequest',
    [['lines/0/composition', '1-3-x']],
    '/lines/0/composition',
  ],
  [
    'a grading is of the three figures',
    'police.briefing.iimarch',
    [['information/intelligence/0/grading', '2B']],
    '/information/intelligence/0/grading',
  ],
  [
    'a duty that ended has its time',
    'police.dutyUnit',
    [
      ['bookOff', '2026-03-14T19:05:00Z'],
      ['status', 'BOOKED_OFF'],
    ],
    undefined,
  ],
  [
    'nobody asks the armed forces before mutual aid is exhausted',
    'joint.macaRequest',
    [['criteria/mutualAidExhausted', false]],
    '/criteria/mutualAidExhausted',
  ],
  [
    'who asks for military aid lacks something',
    'joint.macaRequest',
    [['criteria/lacksCapability', false]],
    '/criteria/lacksCapability',
  ],
  [
    'who asks for military aid says what is lacking',
    'joint.macaRequest',
    [['criteria/lacksCapability', undefined]],
    '/criteria',
  ],
  [
    'urgent need is enough beside it',
    'joint.macaRequest',
    [
      ['criteria/lacksCapability', false],
      ['criteria/urgentLacksCapacity', true],
    ],
    undefined,
  ],
  ['military aid is asked for by its effect', 'joint.macaRequest', [['effectRequired', undefined]], ''],
  [
    'a draft may leave open why and what for',
    'joint.macaRequest',
    [
      ['status', 'DRAFT'],
      ['effectRequired', undefined],
      ['criteria', undefined],
    ],
    undefined,
  ],
  [
    'no draft says that mutual aid is not exhausted',
    'joint.macaRequest',
    [
      ['status', 'DRAFT'],
      ['criteria/mutualAidExhausted', false],
    ],
    '/criteria/mutualAidExhausted',
  ],
  [
    'what is sent to the liaison officer is no draft',
    'joint.macaRequest',
    [
      ['status', 'WITH_JRLO'],
      ['effectRequired', undefined],
    ],
    '',
  ],
  ['who asks for military aid says why', 'joint.macaRequest', [['criteria', undefined]], ''],
  ['an effect is in words', 'joint.macaRequest', [['effectRequired', '']], '/effectRequired'],
  ['the police keep primacy', 'joint.macaRequest', [['policePrimacy', false]], '/policePrimacy'],
  [
    'the police keep primacy in the answer',
    'joint.macaResponse',
    [['policePrimacy', false]],
    '/policePrimacy',
  ],
  ['who accepts says which effect was agreed', 'joint.macaResponse', [['effectAgreed', undefined]], ''],
  [
    'who declines has agreed to no effect',
    'joint.macaResponse',
    [['responseType', 'DECLINE']],
    '/effectAgreed',
  ],
  [
    'who has only read it has agreed to none either',
    'joint.macaResponse',
    [['responseType', 'ACKNOWLEDGE']],
    '/effectAgreed',
  ],
  [
    'a plain answer needs no effect',
    'joint.macaResponse',
    [
      ['responseType', 'DECLINE'],
      ['effectAgreed', undefined],
    ],
    undefined,
  ],
  [
    'a figure is a number or a band',
    'joint.strengthAggregate',
    [['rows/0/units', 'several']],
    '/rows/0/units',
  ],
  ['a figure may be a band', 'joint.strengthAggregate', [['rows/0/officers', '50-99']], undefined],
  [
    'what is kept back is one of the figures',
    'joint.strengthAggregate',
    [['rows/1/keptBack', ['sector']]],
    '/rows/1/keptBack/0',
  ],
  [
    'a count of posts may be kept back',
    'army.opord',
    [['p5CommandSignal/command/policePostCounts/GOLD', 'withheld']],
    undefined,
  ],
  [
    'a strength that is not known is null and not zero',
    'police.deploymentBoard',
    [['units/1/strength/total', null]],
    undefined,
  ],
  ['a strength may be a band', 'police.deploymentBoard', [['units/0/strength/total', '10-49']], undefined],
  [
    'no army unit has a kind that the list does not have',
    'police.deploymentBoard',
    [['units/1/unitType', 'TRANSPORT']],
    '/units/1/unitType',
  ],
  ['a status is one of the listed ones', 'joint.resourceStatus', [['status', 'Lost']], '/status'],
  ['fuel is at most all of it', 'army.sitrep', [['logistics/classIII', 101]], '/logistics/classIII'],
  ['supplies may be given as a band', 'army.sitrep', [['logistics/classIII', 'below 50']], undefined],
  ['an event is one of the listed ones', 'army.sitrep', [['events/0/code', 'PROTST']], '/events/0/code'],
  [
    'whether a unit can be used is no share of anything',
    'police.situationReport',
    [['units/0/availability', '75 %']],
    '/units/0/availability',
  ],
  [
    'a number of people that nobody knows is null and not zero',
    'police.situationReport',
    [
      ['personnel/killed', null],
      ['logistics/vehiclesOffRoad', null],
    ],
    undefined,
  ],
  [
    'a situation report says which of its reporter it is',
    'police.situationReport',
    [['serial', undefined]],
    '',
  ],
  [
    'a count of posts is a number or says why not',
    'army.opord',
    [['p5CommandSignal/command/policePostCounts/GOLD', 'few']],
    '/p5CommandSignal/command/policePostCounts/GOLD',
  ],
]
