import { isJsonObject, type Json, type JsonObject } from '../kit/kit.ts'
import { cotTypeOf } from './cot-type.ts'
import { markingsOf } from './marking.ts'
import { decimalsFor, type FindSquare, reachOf } from './place.ts'
import { type Attributes, element, XML_HEAD } from './xml-text.ts'

/** What an event needs beside the report. */
export interface CursorOnTargetOptions {
  readonly squareOf: FindSquare
  /** The moment of a date-time group in ms, for a report without a timestamp; undefined where it names none. */
  readonly momentOf: (dtg: string) => number | undefined
  /** The 15 characters for a symbol of 20 digits, which alone have letters for functions; undefined where there are none. */
  readonly lettersOf: (sidc: string) => string | undefined
  /** The marking under which the report travelled, beside those in it. */
  readonly label?: Json | undefined
  readonly caveats?: readonly string[]
  /** Agencies for whom it is meant. */
  readonly releasableTo?: readonly string[]
}

/** An event, or why there can be none: a place or a time that is made up would be worse than none. */
export type CursorOnTarget =
  | { readonly kind: 'written'; readonly xml: string }
  | { readonly kind: 'unwritable'; readonly lacks: 'track' | 'place' | 'time' }

/** What the schema has for a height or an error that nobody knows, in metres. */
const UNKNOWN = '9999999'

/** How long a position counts that does not say until when. */
const USUAL_LIFE_MS = 120_000

/** The ways of finding a place (NIEM 6 `mo`) in the letters of the schema. */
const WAYS: ReadonlyMap<string, string> = new Map([
  ['HUMAN', 'h'],
  ['HUMAN.CALCULATED', 'h-c'],
  ['HUMAN.CUTANDPASTE', 'h-p'],
  ['HUMAN.ESTIMATED', 'h-e'],
  ['MACHINE', 'm'],
  ['MACHINE.CONFIGURED', 'm-c'],
  ['MACHINE.FUSED', 'm-f'],
  ['MACHINE.GPS', 'm-g'],
  ['MACHINE.MAGNETIC', 'm-m'],
  ['MACHINE.MENSURATED', 'm-i'],
  ['MACHINE.PREDICTED', 'm-p'],
  ['MACHINE.SIMULATED', 'm-s'],
])
/** Machine generated, relayed by a gateway: for a report that does not say how its place was found. */
const RELAYED = 'm-r'

/**
 * One `army.positionReport` as a Cursor on Target event, valid against the public schema (MITRE, version 2.0). The point is the
 * centre of the MGRS square with no more digits than the square supports, `ce` the distance within which the unit surely is.
 * A height above mean sea level is not turned into one above the ellipsoid: they differ by some fifty metres, so it is unknown.
 */
export function toCursorOnTarget(report: JsonObject, options: CursorOnTargetOptions): CursorOnTarget {
  const event = eventOf(report, options)
  return event.kind === 'written' ? { kind: 'written', xml: `${XML_HEAD}${event.xml}\n` } : event
}

/** A list of events as servers of that world hand it out, with the number of reports that could not be written. */
export function toCursorOnTargetList(
  reports: readonly { readonly report: JsonObject; readonly options: CursorOnTargetOptions }[],
): { readonly xml: string; readonly leftOut: number } {
  const events = reports.map(({ report, options }) => eventOf(report, options))
  const written = events.flatMap(event => (event.kind === 'written' ? [`${event.xml}\n`] : []))
  const leftOut = events.length - written.length
  return { xml: `${XML_HEAD}${element('events', {}, '\n', ...written)}\n`, leftOut }
}

function eventOf(report: JsonObject, options: CursorOnTargetOptions): CursorOnTarget {
  const uid = textIn(report, 'track')
  if (uid === undefined) return { kind: 'unwritable', lacks: 'track' }
  const point = pointOf(report, options.squareOf)
  if (point === undefined) return { kind: 'unwritable', lacks: 'place' }
  const times = timesOf(report, options.momentOf)
  if (times === undefined) return { kind: 'unwritable', lacks: 'time' }
  const digits = textIn(report, 'sidc')
  const characters =
    textIn(report, 'sidc15') ?? (digits === undefined ? undefined : options.lettersOf(digits))
  const { type, opex } = cotTypeOf({ digits, characters })
  const attributes = {
    version: '2.0',
    uid,
    type,
    ...times,
    how: WAYS.get(textIn(report, 'source') ?? '') ?? RELAYED,
    // The schema's own examples: a call for help, and a track of one's own.
    qos: report['alert'] === true ? '9-r-g' : '1-r-c',
    opex: realmOf(report, opex),
    access: markingsOf(report, options.label),
  }
  return { kind: 'written', xml: element('event', attributes, point, detailOf(report, options)) }
}

/** A realm that the report names counts beside its symbols; what is not real stays so. */
function realmOf({ realm }: JsonObject, opex: 'o' | 'e' | 's' | undefined): string | undefined {
  if (realm === 'TEST') return 'e-test'
  if (realm === 'EXERCISE') return opex === 's' ? 's' : 'e'
  return realm === 'REAL' ? (opex ?? 'o') : opex
}

function pointOf(report: JsonObject, squareOf: FindSquare): string | undefined {
  const reference = textIn(report, 'mgrs')
  const square = reference === undefined ? undefined : squareOf(reference)
  if (square === undefined) return undefined
  const accuracy = reachOf(square.side)
  const decimals = decimalsFor(accuracy)
  const { lat, lon } = square.centre
  return element('point', {
    lat: lat.toFixed(decimals),
    lon: lon.toFixed(decimals),
    hae: heightOf(report['altitudeM']),
    ce: accuracy,
    le: UNKNOWN,
  })
}

function heightOf(altitude: Json | undefined): string {
  if (!isJsonObject(altitude)) return UNKNOWN
  const { value, datum } = altitude
  return typeof value === 'number' && datum === 'HAE' ? plain(value, 2) : UNKNOWN
}

function timesOf(
  report: JsonObject,
  momentOf: CursorOnTargetOptions['momentOf'],
): { readonly time: string; readonly start: string; readonly stale: string } | undefined {
  const dtg = textIn(report, 'dtg')
  const at = instantIn(report, 'timestamp') ?? (dtg === undefined ? undefined : momentOf(dtg))
  if (at === undefined) return undefined
  const until = instantIn(report, 'validTo') ?? at + USUAL_LIFE_MS
  return { time: printed(at), start: printed(at), stale: printed(Math.max(at, until)) }
}

function detailOf(report: JsonObject, { caveats = [], releasableTo = [] }: CursorOnTargetOptions): string {
  const attributes: Attributes = {
    caveat: caveats.length === 0 ? undefined : caveats.join('; '),
    releaseableTo: releasableTo.length === 0 ? undefined : releasableTo.join(', '),
  }
  const name = textIn(report, 'shortName') ?? textIn(report, 'unit')
  const contact = name === undefined ? [] : [element('contact', { callsign: name })]
  const emergency = report['alert'] === true ? [element('emergency', { type: '911 Alert' })] : []
  return element('detail', attributes, ...contact, ...trackOf(report), ...emergency)
}

/** The schema has a course only with a speed. Course in degrees from true north, speed in metres a second. */
function trackOf({ bearingMils, speedKmh }: JsonObject): readonly string[] {
  if (typeof bearingMils !== 'number' || typeof speedKmh !== 'number') return []
  const course = Number(((bearingMils * 360) / 6_400).toFixed(2)) % 360
  return [element('track', { course: plain(course, 2), speed: plain(speedKmh / 3.6, 2) })]
}

/** A decimal of XML Schema: never an exponent, never minus zero, no zeros at its end. */
function plain(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)) + 0)
}

function printed(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

/** RFC 3339; a leap second is the second before it. */
function instantIn(report: JsonObject, name: string): number | undefined {
  const at = Date.parse((textIn(report, name) ?? '').toUpperCase().replace(/:60(?=[.Z+-])/, ':59'))
  return Number.isNaN(at) ? undefined : at
}

function textIn(report: JsonObject, name: string): string | undefined {
  const value = report[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
