import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { cotTypeOf } from './cot-type.ts'
import { markingsOf } from './marking.ts'
import { decimalsFor, type FindSquare, reachOf, rounded } from './place.ts'

/** A Feature of RFC 7946. One whose place is not known has a null geometry, as §3.2 has it. */
export interface Feature {
  readonly type: 'Feature'
  readonly id?: string
  readonly geometry: Geometry | null
  readonly properties: JsonObject
}

/** Positions are longitude, latitude (RFC 7946 §3.1.1). */
interface Geometry {
  readonly type: string
  readonly coordinates: Json
}

export interface FeatureCollection {
  readonly type: 'FeatureCollection'
  readonly features: readonly Feature[]
}

/** What turns a document into features. */
export interface GeoJsonOptions {
  /** Paths of the leaves of its schema that hold places: `mgrs`, `venues[].geometry`. */
  readonly places: readonly string[]
  readonly squareOf: FindSquare
  /** The marking under which it travelled, beside those in it. */
  readonly label: Json | undefined
  /** What every feature tells beside the document's own values: where it came from. */
  readonly about: JsonObject
}

/** Members that name the thing in which they stand, the first that is there. */
const NAMES: readonly string[] = ['id', 'track', 'unitId', 'venueId', 'unit', 'reference', 'name']

/**
 * The places of a document as features (RFC 7946): each with the plain values that stand beside it as properties, and
 * `accuracyM`, the distance within which the true place lies. Coordinates have no more digits than that accuracy supports; a
 * grid reference becomes the centre of its square, several become a line.
 */
export function toFeatures(document: JsonObject, options: GeoJsonOptions): Feature[] {
  const { places, squareOf, about } = options
  const ofAll = { ...markedBy(document, options.label), ...about }
  return places.flatMap(path => {
    const steps = path.split('.')
    const leaf = steps.pop() ?? ''
    return holdersOf(document, steps)
      .flatMap(holder => placesIn(holder, leaf))
      .map(({ holder, place, key }) => {
        const { geometry, accuracyM } = shapeOf(place, squareOf)
        const id = NAMES.map(name => holder[name]).find(value => typeof value === 'string')
        const properties = {
          ...plainValues(holder, key),
          ...(typeof place === 'string' || Array.isArray(place) ? { [key]: place } : {}),
          ...(accuracyM === undefined ? {} : { accuracyM }),
          ...realmOf(document, holder),
          ...ofAll,
        }
        return { type: 'Feature' as const, ...(typeof id === 'string' ? { id } : {}), geometry, properties }
      })
  })
}

/**
 * Every feature stands alone on a map: that something is no more than an exercise goes with each. An army's track has no other word
 * for it than its symbols.
 */
function realmOf({ realm, exerciseOrOperation }: JsonObject, holder: JsonObject): JsonObject {
  if (typeof realm === 'string' && realm !== 'REAL') return { realm }
  const kind = isJsonObject(exerciseOrOperation) ? exerciseOrOperation['kind'] : undefined
  if (kind === 'EXERCISE' || isPlayed(holder)) return { realm: 'EXERCISE' }
  return typeof realm === 'string' ? { realm } : {}
}

/** Whether either symbol of it is one of an exercise or a simulation. */
function isPlayed({ sidc, sidc15 }: JsonObject): boolean {
  const digits = typeof sidc === 'string' ? sidc : undefined
  const characters = typeof sidc15 === 'string' ? sidc15 : undefined
  const { opex } = cotTypeOf({ digits, characters })
  return opex === 'e' || opex === 's'
}

function markedBy(document: JsonObject, label: Json | undefined): JsonObject {
  const marking = markingsOf(document, label)
  return marking === undefined ? {} : { marking }
}

export function featureCollection(features: readonly Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features }
}

/** The objects in which a leaf stands. */
function holdersOf(document: JsonObject, steps: readonly string[]): readonly JsonObject[] {
  let held: readonly JsonObject[] = [document]
  for (const step of steps) {
    const name = step.replace(/\[\]$/, '')
    held = held.flatMap(one => listed(one[name])).filter(isJsonObject)
  }
  return held
}

/** A path may end in a list of places: `points[]`. */
function placesIn(
  holder: JsonObject,
  leaf: string,
): readonly { readonly holder: JsonObject; readonly place: Json; readonly key: string }[] {
  const key = leaf.replace(/\[\]$/, '')
  const value = holder[key]
  if (value === undefined) return []
  const each = leaf.endsWith('[]') ? listed(value) : [value]
  return each.map(place => ({ holder, place, key }))
}

function listed(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** Values that a map can show in a table; other places and lists stay where they are. */
function plainValues(holder: JsonObject, key: string): JsonObject {
  const plain = Object.entries(holder).filter(
    ([name, value]) => name !== key && (value === null || typeof value !== 'object'),
  )
  return Object.fromEntries(plain)
}

interface Shape {
  readonly geometry: Geometry | null
  readonly accuracyM: number | undefined
}

const NOWHERE: Shape = { geometry: null, accuracyM: undefined }

function shapeOf(place: Json, squareOf: FindSquare): Shape {
  if (typeof place === 'string') return ofReferences([place], squareOf)
  if (Array.isArray(place)) return ofReferences(place, squareOf)
  return isJsonObject(place) ? ofObject(place) : NOWHERE
}

/** One reference is a point, several are a line through the centres of their squares. */
function ofReferences(references: readonly Json[], squareOf: FindSquare): Shape {
  const squares = references.flatMap(one => (typeof one === 'string' ? (squareOf(one) ?? []) : []))
  if (squares.length === 0 || squares.length < references.length) return NOWHERE
  const accuracyM = reachOf(Math.max(...squares.map(({ side }) => side)))
  const decimals = decimalsFor(accuracyM)
  const line = squares.map(({ centre }) => [rounded(centre.lon, decimals), rounded(centre.lat, decimals)])
  const [point, ...more] = line
  if (more.length > 0) return { geometry: { type: 'LineString', coordinates: line }, accuracyM }
  return point === undefined ? NOWHERE : { geometry: { type: 'Point', coordinates: point }, accuracyM }
}

const CELLS: ReadonlyMap<Json | undefined, number> = new Map([
  ['100m', 100],
  ['1km', 1_000],
  ['10km', 10_000],
])

const GEOMETRIES: ReadonlySet<string> = new Set([
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
])

/** Latitude and longitude, or a geometry; where it was generalised, `cell` is the side of its square. */
function ofObject(place: JsonObject): Shape {
  const { lat, lon, type, coordinates, accuracyM, cell } = place
  const side = CELLS.get(cell)
  const reaches = [side === undefined ? 0 : reachOf(side), typeof accuracyM === 'number' ? accuracyM : 0]
  const reach = Math.max(...reaches)
  const known = reach > 0 ? reach : undefined
  if (typeof lat === 'number' && typeof lon === 'number')
    return { geometry: { type: 'Point', coordinates: cut([lon, lat], known) }, accuracyM: known }
  if (typeof type !== 'string' || !GEOMETRIES.has(type) || coordinates === undefined) return NOWHERE
  return { geometry: { type, coordinates: cut(coordinates, known) }, accuracyM: known }
}

/** Every number of a nest of positions, cut to what the accuracy supports; without one, as the source has it. */
function cut(coordinates: Json, accuracyM: number | undefined): Json {
  if (accuracyM === undefined) return coordinates
  if (Array.isArray(coordinates)) return coordinates.map(one => cut(one, accuracyM))
  return typeof coordinates === 'number' ? rounded(coordinates, decimalsFor(accuracyM)) : coordinates
}
