import type { JsonObject } from '../../src/kit/kit.ts'
import { type Random, seeded } from './random.ts'

/**
 * Who and what takes part, all invented: 42 forces of different size, 235 locations, 60 sub-operations, police units and the
 * sub-units of one military force. The same number always names the same one; nothing is kept.
 */
export interface Cast {
  force(random: Random): Force
  donor(random: Random): Force
  venue(number: number): Venue
  unit(number: number): Unit
  person(random: Random): Person
  subUnit(number: number): SubUnit
}

export interface Force {
  /** `eastmarch` */
  readonly id: string
  /** `EAS`, as in unit codes and collar numbers. */
  readonly code: string
}

export interface Venue {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly lon: number
  readonly lat: number
}

export interface Unit {
  /** `PSU-EAS-21` */
  readonly id: string
  readonly type: 'PSU' | 'MOUNTED' | 'DOG' | 'SEARCH' | 'PLT' | 'ROADS' | 'MEDIC'
  readonly force: Force
  readonly callsign: string
  readonly commander: Person
  readonly strength: Strength
}

export type Strength = Readonly<
  Record<'inspectors' | 'sergeants' | 'constables' | 'drivers' | 'staff' | 'total', number>
>

export interface Person {
  readonly name: string
  readonly collar: string
  readonly tel: string
}

export interface SubUnit {
  readonly id: string
  readonly name: string
  readonly sidc: string
}

export const VENUES = 235
export const SUB_OPERATIONS = 60
export const SECTORS = 12
const SUB_UNITS = 25
/** The share of those on duty that the host force provides. */
const HOST_SHARE = 0.45

const HOST: Force = { id: 'northshire', code: 'NOR' }

/** Donors from large to small. A force has about as many officers to give as it has officers. */
const DONORS = [
  'eastmarch southvale westholm highmoor lowdale brackenshire thornwick ashmere oakhurst riverton',
  'stonebridge fairhaven greyfell hartwell ironvale kestrelshire larkmoor marlhaven netherby otterdale',
  'penwick quarrymoor redcliffe silverdale tarnshire umberside vinehill wexcombe yarrowdale zealholm',
  'aldermoor birchshire coldharbour dunmere elmstead foxcombe glenshire heatherton islemarsh jurymoor knollshire',
]
  .join(' ')
  .split(' ')
  .map((id): Force => ({ id, code: id.slice(0, 3).toUpperCase() }))
const SIZES = DONORS.map((_, place) => Math.round(9_000 / (place + 2)) + 400)
const ALL_DONORS = SIZES.reduce((sum, size) => sum + size, 0)

/** How many forces take part, the host among them. */
export const FORCES = DONORS.length + 1

const VENUE_KINDS = [
  'ASSEMBLY',
  'ROUTE',
  'DISPERSAL',
  'PROTECTED_SITE',
  'CUSTODY',
  'FEEDING',
  'RVP',
  'ACCOMMODATION',
] as const
const UNIT_TYPES = ['PSU', 'PSU', 'PSU', 'PSU', 'MOUNTED', 'DOG', 'SEARCH', 'PLT', 'ROADS', 'MEDIC'] as const
const FIRST_NAMES = ['Alex', 'Blair', 'Casey', 'Drew', 'Ellis', 'Finlay', 'Glen', 'Harper'] as const
/** No other word of the traffic is one of these, so that a name can be looked for. */
export const SURNAMES = [
  'Quillfeather',
  'Wintersnow',
  'Oakenmere',
  'Larkspurton',
  'Thistlewain',
  'Brambleforth',
] as const
/** Symbols of MIL-STD-2525D: a friendly land unit of some kind, a platoon or a company. */
const SYMBOLS = ['10031000141636000000', '10031000151211000000', '10031000141412000000'] as const

export function castOf(seed: number): Cast {
  const person = (random: Random): Person => ({
    name: `${random.pick(FIRST_NAMES)} ${random.pick(SURNAMES)}`,
    collar: `${HOST.code}${random.between(1_000, 9_999)}`,
    tel: `+441632960${String(random.below(1_000)).padStart(3, '0')}`,
  })
  return {
    force: random => (random.chance(HOST_SHARE) ? HOST : drawDonor(random)),
    donor: drawDonor,
    venue: number => venueOf(seed, number % VENUES),
    unit: number => unitOf(seed, number, person),
    person,
    subUnit: number => subUnitOf(number % SUB_UNITS),
  }
}

function drawDonor(random: Random): Force {
  let mark = random.below(ALL_DONORS)
  const place = SIZES.findIndex(size => {
    mark -= size
    return mark < 0
  })
  return DONORS[place] ?? HOST
}

function venueOf(seed: number, number: number): Venue {
  const random = seeded(seed, 'venue', number)
  const kind = VENUE_KINDS[number % VENUE_KINDS.length] ?? 'RVP'
  return {
    id: `V-${number + 1}`,
    name: `${kind.toLowerCase().replace('_', ' ')} ${number + 1}`,
    kind,
    lon: rounded(-4.42 + random.next() * 0.3),
    lat: rounded(55.8 + random.next() * 0.12),
  }
}

function unitOf(seed: number, number: number, person: Cast['person']): Unit {
  const random = seeded(seed, 'unit', number)
  const force = random.chance(HOST_SHARE) ? HOST : drawDonor(random)
  const type = random.pick(UNIT_TYPES)
  const constables = type === 'PSU' ? random.between(15, 18) : random.between(3, 8)
  const parts = {
    inspectors: type === 'PSU' ? 1 : 0,
    sergeants: type === 'PSU' ? 3 : 1,
    constables,
    drivers: type === 'PSU' ? 3 : 1,
    staff: 0,
  }
  const { name, tel } = person(random)
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0)
  return {
    id: `${type}-${force.code}-${number + 1}`,
    type,
    force,
    callsign: `${force.code} ${number + 1}`,
    commander: { name, tel, collar: `${force.code}${random.between(1_000, 9_999)}` },
    strength: { ...parts, total },
  }
}

function subUnitOf(number: number): SubUnit {
  const name = `${String.fromCharCode(65 + (number % 5))} COY ${1 + Math.floor(number / 5)} PL`
  return { id: name.replaceAll(' ', ''), name, sidc: SYMBOLS[number % SYMBOLS.length] ?? SYMBOLS[0] }
}

/** Degrees to about a metre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}

export function pointOf({ lon, lat }: Venue): JsonObject {
  return { type: 'Point', coordinates: [lon, lat] }
}

/** A place within some four kilometres of the city centre, to a metre, in the 100 km square 30UVG. */
export function gridReference(random: Random): string {
  return `30UVG${random.between(18_000, 26_000)}${random.between(87_000, 95_000)}`
}

/** `urn:example:<kind>:000017` */
export function urn(kind: string, number: number): string {
  return `urn:example:${kind}:${String(number + 1).padStart(6, '0')}`
}

/** One of the sub-operations, by any number. */
export function operationId(number: number): string {
  return urn('operation', number % SUB_OPERATIONS)
}

export const LABEL = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true } as const
