import { isJsonObject, type Json, type JsonObject } from '../../../src/kit/kit.ts'
import { type Agreement, type Finding, type Linted, lintAgreement } from '../../../src/policy/policy.ts'
import { compiled, label, mission, parts } from '../support.ts'

/** A day on which the sound agreement is in force. */
export const now = Date.parse('2026-06-01T00:00:00Z')

const purpose = (says: string, whilst: string, requesters: readonly string[]): JsonObject => {
  return { says, basis: { provider: 'law', recipient: 'law' }, requesters, whilst }
}

const all = (cell: Json): JsonObject => ({ all: cell })
const drillOnly = (cell: Json, review: Json = 'withhold'): JsonObject => ({ drill: cell, review })

/** A cell with one branch, as entries because `then` makes an object look like a promise. */
export const either = (condition: string, then: string, otherwise: string): readonly JsonObject[] => [
  Object.fromEntries([
    ['if', condition],
    ['then', then],
  ]),
  { else: otherwise },
]

const fields: JsonObject = {
  reference: all('share'),
  title: drillOnly('share'),
  phase: all('share'),
  threatLevel: all('share'),
  startsAt: drillOnly('share', 'month-only'),
  endsAt: drillOnly('share', 'month-only'),
  rendezvous: all('grid-1km'),
  crowdEstimate: drillOnly('share', 'size-band'),
  narrative: all('withhold'),
  'weather.*': all('share'),
  'tags[]': drillOnly('share'),
  'sectors[].code': all('share'),
  'sectors[].kind': all('share'),
  'sectors[].centre': {
    drill: either('custody-sector', 'grid-1km', 'share'),
    review: 'grid-1km',
  },
  'sectors[].officersDeployed': all('size-band'),
  'sectors[].commander.shoulderNumber': all('drill-alias'),
  'sectors[].commander.mobile': { drill: 'share', review: 'withhold', why: 'reach the commander' },
  'sectors[].teams[].name': drillOnly('share'),
  'sectors[].teams[].armed': all('withhold'),
  'units[].callSign': drillOnly('share'),
  'units[].covert': all('withhold'),
  'units[].position': drillOnly('share'),
  'units[].positionAt': drillOnly('share'),
  'people[].policeRef': drillOnly('drill-alias'),
  'people[].role': { drill: 'share', review: 'withhold', why: 'the response differs' },
  'people[].ageYears': all('withhold'),
  'people[].name': all('withhold'),
  'people[].dateOfBirth': all('withhold'),
  'people[].ethnicity': all('withhold'),
  'people[].lastSeenAt': drillOnly('quarter-hour'),
  'people[].offenceHistory': all('withhold'),
  'intelligence[].urn': all('share'),
  'intelligence[].handlingCode': all('share'),
  'intelligence[].sourceRef': all('withhold'),
}

const person = (policeRef: string, role: string): JsonObject => ({
  policeRef,
  role,
  ageYears: 41,
  name: 'A. Example',
  dateOfBirth: '1985-02-03',
  ethnicity: 'recorded',
  lastSeenAt: '2026-05-02T11:08:40Z',
  offenceHistory: 'recorded',
})

const sector = (code: string, kind: string): JsonObject => ({
  code,
  kind,
  centre: { lat: 53.4012, lon: -2.3012 },
  officersDeployed: 64,
  commander: { shoulderNumber: 'NS2201', mobile: '07700 900123' },
  teams: [{ name: 'Team one', armed: true }],
})

const unit = (callSign: string, covert: boolean): JsonObject => ({
  callSign,
  covert,
  position: { lat: 53.4012, lon: -2.3012 },
  positionAt: '2026-05-02T11:13:20Z',
})

const rally: JsonObject = {
  reference: 'PO-1',
  title: 'Harbour rally',
  phase: 'active',
  threatLevel: 'LOW',
  startsAt: '2026-05-02T10:07:00Z',
  endsAt: '2026-05-02T18:00:00Z',
  rendezvous: { lat: 53.4012, lon: -2.3012 },
  crowdEstimate: 4213,
  narrative: 'told in confidence',
  weather: { windKph: 22, summary: 'dry' },
  tags: ['harbour'],
  sectors: [sector('S1', 'route'), sector('S2', 'custody')],
  units: [unit('ALFA-2', false), unit('SHADE-1', true)],
  people: [person('NP-555', 'missing'), person('NP-901', 'suspect')],
  intelligence: [{ urn: 'I-1', handlingCode: 'P', sourceRef: 'SRC-9' }],
}

const square: JsonObject = { lat: 53.404525, lon: -2.300552, cell: '1km' }
const exact: JsonObject = { lat: 53.4012, lon: -2.3012 }

const drillSees: JsonObject = {
  reference: 'PO-1',
  title: 'Harbour rally',
  phase: 'active',
  threatLevel: 'LOW',
  startsAt: '2026-05-02T10:07:00Z',
  endsAt: '2026-05-02T18:00:00Z',
  rendezvous: square,
  crowdEstimate: 4213,
  weather: { windKph: 22, summary: 'dry' },
  tags: ['harbour'],
  sectors: ['S1', 'S2'].map(code => ({
    code,
    kind: code === 'S1' ? 'route' : 'custody',
    centre: code === 'S1' ? exact : square,
    officersDeployed: '50 or more',
    commander: { shoulderNumber: '~alias', mobile: '07700 900123' },
    teams: [{ name: 'Team one' }],
  })),
  units: [{ callSign: 'ALFA-2', position: exact, positionAt: '2026-05-02T11:13:20Z' }],
  people: [{ policeRef: '~alias', role: 'missing', lastSeenAt: '2026-05-02T11:00:00Z' }],
  intelligence: [{ urn: 'I-1', handlingCode: 'P' }],
}

const reviewSees: JsonObject = {
  reference: 'PO-1',
  phase: 'closed',
  threatLevel: 'LOW',
  startsAt: '2026-05',
  endsAt: '2026-05',
  rendezvous: square,
  crowdEstimate: '50 or more',
  weather: { windKph: 22, summary: 'dry' },
  sectors: ['S1', 'S2'].map(code => ({
    code,
    kind: code === 'S1' ? 'route' : 'custody',
    centre: square,
    officersDeployed: '50 or more',
    commander: { shoulderNumber: '~alias' },
  })),
  intelligence: [{ urn: 'I-1', handlingCode: 'P' }],
}

const test = (name: string, about: JsonObject): JsonObject => {
  return { name, purpose: 'drill', as: 'planner', sample: 'rally', ...about }
}

/** An agreement in which no check finds anything to stop or to ask; each case below spoils one thing of it. */
export const sound: JsonObject = {
  format: 'sharing-policy/1',
  id: 'a.to.b.drill',
  revision: 1,
  title: 'A drill',
  agreement: { reference: 'DSA-1', dpia: 'DPIA-1' },
  parties: {
    provider: { id: 'a', controller: 'A', contact: 'a' },
    recipient: { id: 'b', controller: 'B', contact: 'b' },
  },
  dates: {
    effectiveFrom: '2026-01-01T00:00:00Z',
    expiresAt: '2027-06-01T00:00:00Z',
    reviewBy: '2027-01-01',
    reviewOwner: 'Head of Governance',
  },
  legalBases: { law: { regime: 'UK-GDPR', basis: 'a drill' } },
  purposes: {
    drill: purpose('Practise together', 'mission-runs', ['planner', 'ops-room']),
    review: purpose('Learn afterwards', 'mission-is-closed', ['lessons-team']),
  },
  conditions: {
    'mission-runs': { says: 'the mission is under way', test: "mission.phase in ['assembly', 'active']" },
    'mission-is-closed': { says: 'the mission has closed', test: "mission.phase == 'closed'" },
    'within-ceiling': { says: 'the label is at most OFFICIAL', test: "label.classification == 'OFFICIAL'" },
    'custody-sector': { says: 'the sector is a custody area', test: "sector.kind == 'custody'" },
    'missing-person': { says: 'the person is missing', test: "person.role == 'missing'" },
    'overt-unit': { says: 'the unit is marked overt', test: 'unit.covert == false' },
  },
  treatments: {
    'grid-1km': { says: 'the 1 km square it lies in', generalisePlace: { grid: '1km' } },
    'month-only': { says: 'the month', generaliseTime: { to: 'P1M' } },
    'quarter-hour': { says: 'the quarter of an hour', generaliseTime: { to: 'PT15M' } },
    'size-band': { says: 'a size band', band: { edges: [10, 50], hideBelow: 10 } },
    'drill-alias': {
      says: 'a code name',
      pseudonymise: { key: 'kms://drill/2026', scope: ['agreement'], prefix: 'N-' },
    },
  },
  gates: [{ id: 'G1', says: 'Within the ceiling', require: 'within-ceiling' }],
  resources: {
    'drill.mission': {
      schema: { version: '3.2.0', digest: mission.digest },
      redLines: [
        { id: 'RL1', says: 'Ethnicity stays', never: ['people[].ethnicity'] },
        { id: 'RL2', says: 'Only overt units go', drop: 'units[]', unless: 'overt-unit' },
      ],
      include: { 'sectors[]': all('every'), 'people[]': { drill: 'missing-person', review: 'none' } },
      fields,
    },
  },
  obligations: { all: { must: [{ deleteAfter: { from: 'receipt', period: 'P30D' } }] } },
  marking: { ...label, sensitive: true },
  samples: { rally: { resource: 'drill.mission', label, document: rally } },
  tests: [
    test('Planners see places roughly', { exactly: drillSees }),
    test('The review sees only what is needed', {
      purpose: 'review',
      as: 'lessons-team',
      change: { phase: 'closed' },
      exactly: reviewSees,
    }),
    test('A SECRET mission stays', { label: { classification: 'SECRET' }, refused: 'G1' }),
    test('A closed mission is no drill', { change: { phase: 'closed' }, refused: 'purpose-window' }),
    test('No review while it runs', { purpose: 'review', as: 'lessons-team', refused: 'purpose-window' }),
  ],
}

/** A place in the agreement, member by member; `-1` stands for the last entry of a list. */
export type Path = readonly (string | number)[]

/** A copy with one value put in, or taken out where it is undefined. */
export function withAt(value: Json, [step, ...rest]: Path, put: Json | undefined): Json {
  if (step === undefined) return put ?? null
  if (Array.isArray(value)) {
    const at = step === -1 ? value.length - 1 : Number(step)
    const next = rest.length === 0 && put === undefined ? [] : [withAt(value[at] ?? {}, rest, put)]
    return [...value.slice(0, at), ...next, ...value.slice(at + 1)]
  }
  const members = isJsonObject(value) ? value : {}
  const name = String(step)
  if (rest.length === 0 && put === undefined)
    return Object.fromEntries(Object.entries(members).filter(([member]) => member !== name))
  return { ...members, [name]: withAt(members[name] ?? {}, rest, put) }
}

/** The sound agreement with some things changed, as text. */
export function spoilt(...changes: readonly (readonly [path: Path, put: Json | undefined])[]): string {
  return JSON.stringify(changes.reduce<Json>((value, [path, put]) => withAt(value, path, put), sound))
}

/** What the linter says of a text. */
export function linted(source: string, given: Partial<Linted> = {}): readonly Finding[] {
  return lintAgreement({ source, file: 'policy.yaml', parts, now, ...given })
}

export const soundText = JSON.stringify(sound)

/** The sound agreement as the revision in force. */
export const inForce: Agreement = compiled(soundText)

/** As {@link spoilt}, as the revision that follows. */
export function next(...changes: readonly (readonly [path: Path, put: Json | undefined])[]): string {
  return spoilt([['revision'], 2], [['replaces'], inForce.digest], ...changes)
}
