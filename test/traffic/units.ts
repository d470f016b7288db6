import type { Json } from '../../src/kit/kit.ts'
import { DAY_MS, dayAt, HOUR_MS, localDate, localTime, shiftStart } from './calendar.ts'
import { LABEL, operationId, pointOf, SECTORS, type Unit, urn } from './cast.ts'
import { requestReference } from './mutual-aid.ts'
import { type Author, stepAt } from './subject.ts'

/** Police units: set aside, on duty, deployed, moving; and how strong they are together. */

const SKILL_OF = {
  PSU: 'PSU_L2',
  MOUNTED: 'MOUNTED',
  DOG: 'DOG_GENERAL',
  SEARCH: 'POLSA_SEARCH_TEAM',
  PLT: 'LIAISON_TEAM',
  ROADS: 'ROADS',
  MEDIC: 'MEDIC',
} as const satisfies Record<Unit['type'], string>

const TASKS = [
  'HIGH_VISIBILITY_PATROL',
  'FILTER_CORDON',
  'ABSOLUTE_CORDON',
  'TRAFFIC_MANAGEMENT',
  'ENGAGEMENT',
  'RESERVE',
] as const

export const planningUnit: Author = ({ cast, entity, version, fixed }) => {
  const unit = cast.unit(entity)
  const from = dayAt(fixed.below(10)) + 6 * HOUR_MS
  return {
    id: urn('planning-unit', entity),
    operationId: operationId(entity),
    force: unit.force.id,
    realm: 'REAL',
    version,
    skill: SKILL_OF[unit.type],
    capabilities: unit.type === 'PSU' ? ['SHIELD_L2', 'MEDIC'] : ['MEDIC'],
    size: unit.strength.total,
    window: { from: localTime(from), to: localTime(from + 3 * DAY_MS) },
    nominalRoll: Array.from({ length: unit.strength.total }, () => {
      const { name, collar } = cast.person(fixed)
      return { collar, rank: 'PC', surname: name.split(' ')[1] ?? '', roomSharing: true }
    }),
    requestRef: requestReference(entity),
    line: 1,
    status: stepAt(['PROPOSED', 'OFFERED', 'CONFIRMED', 'DEPLOYED'], version),
    label: LABEL,
  }
}

export const dutyUnit: Author = ({ cast, entity, version, at, fixed }) => {
  const unit = cast.unit(entity)
  const start = shiftStart(at)
  const venue = cast.venue(fixed.below(1_000))
  return {
    id: urn('duty-unit', entity),
    planningUnit: urn('planning-unit', Math.floor(entity * 0.62)),
    operationId: operationId(entity),
    realm: 'REAL',
    version,
    dutyDate: localDate(start),
    shift: {
      code: `S${localTime(start).slice(11, 13)}`,
      start: localTime(start),
      end: localTime(start + 8 * HOUR_MS),
    },
    venueId: venue.id,
    reportTo: venue.name,
    role: unit.type,
    commandedBy: `BRONZE ${1 + (entity % SECTORS)}`,
    strength: unit.strength,
    officers: Array.from({ length: unit.strength.total }, () => cast.person(fixed).collar),
    accommodation: { site: 'V-8', rooms: Math.ceil(unit.strength.total / 2) },
    transport: { kind: 'CARRIER', pickup: localTime(start - HOUR_MS) },
    status: stepAt(['PLANNED', 'PUBLISHED', 'BOOKED_ON', 'BOOKED_OFF'], version),
    label: LABEL,
  }
}

export const unitDeployment: Author = ({ cast, entity, version, at, fixed, fresh }) => {
  const unit = cast.unit(entity)
  const venue = cast.venue(fixed.below(1_000))
  const start = shiftStart(at)
  return {
    id: urn('deployment', entity),
    operationId: operationId(entity),
    unitId: unit.id,
    realm: 'REAL',
    homeForce: unit.force.id,
    unitType: unit.type,
    ...(unit.type === 'PSU' ? { trainingLevel: 'L2' } : {}),
    callsign: unit.callsign,
    commander: { rank: unit.type === 'PSU' ? 'INSP' : 'SGT', ...nameOf(unit) },
    strength: unit.strength,
    serials: serialsOf(unit),
    vehicles: [{ kind: 'CARRIER', vrm: `QQ21 ${unit.force.code}`, callsign: `${unit.callsign}A` }],
    capabilities: ['MEDIC'],
    commandedBy: `BRONZE ${1 + (entity % SECTORS)}`,
    task: fresh.pick(TASKS),
    location: { geometry: pointOf(venue), accuracyM: fresh.between(5, 60) },
    window: { from: localTime(start), to: localTime(start + 8 * HOUR_MS) },
    state: stepAt([5, 6, 2], version),
    deploymentStatus: stepAt(['En-route', 'On Scene', 'Camp'], version),
    welfare: { hoursOnDuty: fresh.below(16) / 2, mealsProvided: fresh.below(3) },
    label: LABEL,
  }
}

function nameOf({ commander }: Unit): { readonly name: string; readonly collar: string } {
  return { name: commander.name, collar: commander.collar }
}

function serialsOf({ type, strength }: Unit): Json {
  if (type !== 'PSU') return []
  const each = Math.floor(strength.constables / 3)
  return ['A', 'B', 'C'].map(serial => ({ serial, constables: each }))
}

export const unitPosition: Author = ({ cast, entity, version, at, fresh }) => {
  const unit = cast.unit(entity)
  const { lon, lat } = cast.venue(entity + Math.floor(version / 40))
  const nudged = (degrees: number) => Math.round((degrees + (fresh.next() - 0.5) * 0.006) * 1e5) / 1e5
  return {
    unitId: unit.id,
    realm: 'REAL',
    callsign: unit.callsign,
    operationId: operationId(entity),
    unitType: unit.type,
    at: localTime(at),
    validTo: localTime(at + 300_000),
    position: { lat: nudged(lat), lon: nudged(lon), accuracyM: fresh.between(3, 40), source: 'MACHINE.GPS' },
    courseDeg: fresh.below(360),
    speedMph: fresh.below(60) / 2,
    state: fresh.pick([5, 6, 6, 6]),
    strength: unit.strength.total,
    seq: version,
    label: { ...LABEL, sensitive: false },
  }
}

const COUNTED = ['PSU', 'MOUNTED', 'DOG', 'SEARCH', 'PLT', 'ROADS', 'MEDIC'] as const

/** One sector, once an hour. Small numbers are kept back. */
export const strengthAggregate: Author = ({ entity, at, fresh }) => {
  const sector = `SECTOR-${1 + (entity % SECTORS)}`
  const rows = COUNTED.map(unitType => {
    const units = fresh.below(30)
    if (units < 5) return { sector, unitType, keptBack: ['units', 'officers', 'available'], k: 5 }
    return { sector, unitType, units, officers: units * 12, available: units * 7 }
  })
  return {
    operationId: operationId(0),
    realm: 'REAL',
    at: localTime(at - (at % HOUR_MS)),
    granularity: 'SECTOR_HOUR',
    rows,
    k: 5,
    suppressedCells: rows.filter(row => 'keptBack' in row).length * 3,
    label: LABEL,
  }
}
