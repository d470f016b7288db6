import { isJsonObject, type Json, type JsonObject } from '../../src/kit/kit.ts'
import { isCell } from '../../src/policy/treatments/place.ts'

/**
 * Whether one outcome of a value tells at most as much of it as another: it is absent, or equal, or the other is the value itself,
 * or both are treated and it is the vaguer one.
 *
 * @param raw the value before anything was done to it
 */
export function tellsNoMore(raw: Json, before: Json | undefined, after: Json | undefined): boolean {
  if (after === undefined || same(before, after)) return true
  if (before === undefined || same(after, raw)) return false
  return same(before, raw) || isVaguer(before, after)
}

function isVaguer(before: Json, after: Json): boolean {
  if (isJsonObject(before) && isJsonObject(after)) return sideOf(after) >= sideOf(before)
  if (typeof before !== 'string' || typeof after !== 'string') return false
  const [bands, kept] = [[before, after].map(bandOf), [before, after].map(keptOf)]
  const [[was, is], [had, has]] = [bands, kept]
  if (was && is) return is[0] <= was[0] && was[1] <= is[1]
  if (had !== undefined && has !== undefined) return had.startsWith(has) || had.endsWith(has)
  if (isCodeName(before) && isCodeName(after)) return true
  return isTime(before) && isTime(after) && (before.startsWith(after) || isEarlier(after, before))
}

const SIDES = { '100m': 100, '1km': 1_000, '10km': 10_000 } as const

/** The side of the square that a place stands for, in metres; one metre for a place as it was. */
function sideOf({ cell }: Readonly<Record<string, Json>>): number {
  return isCell(cell) ? SIDES[cell] : 1
}

/** The sizes that a band stands for. */
function bandOf(text: string): readonly [number, number] | undefined {
  const [, from, to, least, below] = /^(?:(\d+)-(\d+)|(\d+) or more|below (\d+))$/.exec(text) ?? []
  if (below !== undefined) return [0, Number(below) - 1]
  if (least !== undefined) return [Number(least), Number.POSITIVE_INFINITY]
  return from === undefined ? undefined : [Number(from), Number(to)]
}

/** What a mask has left of a text. */
function keptOf(text: string): string | undefined {
  const [, last, first] = /^(?:\*{3}(.*)|(.*)#{3})$/s.exec(text) ?? []
  return last ?? first
}

function isCodeName(text: string): boolean {
  return /^(?:[A-Z]+-)?[0-9a-f]{32}$/.test(text)
}

function isTime(text: string): boolean {
  return /^\d{4}(?:-\d\d){0,2}(?:T|$)/.test(text)
}

function isEarlier(one: string, other: string): boolean {
  return one.length <= other.length && Date.parse(one) <= Date.parse(other)
}

/**
 * As above, for what a mapping made of both: texts of the target may hold a treated value in the middle, times are date-time
 * groups, places are squares of the grid.
 */
export function isVaguerTranslation(before: Json, after: Json): boolean {
  if (typeof before === 'number' && typeof after === 'number')
    return after === before || isNear(before, after)
  if (isJsonObject(before) && isJsonObject(after)) return isWiderPoint(before, after)
  if (typeof after !== 'string') return false
  const [size, band] = [bandOf(String(before)) ?? [Number(before), Number(before)], bandOf(after)]
  if (band) return band[0] <= size[0] && size[1] <= band[1]
  if (typeof before !== 'string') return false
  const wordwise = areCoarser(before.split(SPACES), after.split(SPACES))
  return wordwise || isOneEnd(before, after) || isCovered(before, after) || isWiderNearby(before, after)
}

/** Whether one GeoJSON point stands for a square as wide or wider that the other one lies in, or beside for its zone's sake. */
function isWiderPoint(before: JsonObject, after: JsonObject): boolean {
  const [one, other] = [before, after].map(({ coordinates }) =>
    Array.isArray(coordinates) ? coordinates : [],
  )
  const apart = [0, 1].map(at => Math.abs(Number(one?.[at]) - Number(other?.[at])))
  const degrees = (sideOf(after) + 1) / 50_000
  return sideOf(after) >= sideOf(before) && apart.every(each => each <= degrees)
}

/**
 * Whether one reference of the National Grid names a wider square at most beside the other one: both are read off centres of squares
 * of another grid.
 */
function isWiderNearby(before: string, after: string): boolean {
  const [one, other] = [before, after].map(text => /^([A-Z]{2}) (\d{1,5}) (\d{1,5})$/.exec(text))
  if (!one || !other || one[1] !== other[1]) return false
  const sides = [one, other].map(([, , east = '']) => 10 ** (5 - east.length))
  const [side = 0, wider = 0] = sides
  const apart = [2, 3].map(at => Math.abs((Number(one[at]) + 0.5) * side - (Number(other[at]) + 0.5) * wider))
  return wider >= side && apart.every(metres => metres <= 1.5 * wider)
}

function areCoarser(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && after.every((word, at) => isCoarser(before[at] ?? '', word))
}

/** Whether of a time from one end to another only one is left, and no finer. */
function isOneEnd(before: string, after: string): boolean {
  const [, word, left = ''] = /^(FROM|UNTIL) (.*)$/.exec(after) ?? []
  const [from, until] = before.split('-')
  const end = word === 'FROM' ? from : until
  return word !== undefined && end !== undefined && isCoarser(end, left)
}

/** Between the words of a text, and between the ends of a time. */
const SPACES = / |(?<=[A-Z]{3}\d\d)-/

/** Degrees and metres of a place that moved to the centre of its square, at most ten kilometres wide. */
function isNear(before: number, after: number): boolean {
  return Math.abs(before - after) < 0.2 || (after > before && after <= 7_072)
}

function isCoarser(before: string, after: string): boolean {
  if (
    before === after ||
    (isTime(before) && isTime(after) && (before.startsWith(after) || isEarlier(after, before)))
  )
    return true
  const [group, coarse] = [groupOf(before), groupOf(after)]
  if (group && coarse) {
    const sameDay = group.day === coarse.day && group.time !== undefined
    if (group.month !== coarse.month) return false
    if (coarse.time !== undefined) return sameDay && coarse.time <= (group.time ?? '')
    return coarse.day === undefined || coarse.day === group.day
  }
  if (isPlainerSymbol(before, after)) return true
  const [square, wider] = [squareOf(before), squareOf(after)]
  return !!square && !!wider && wider.every((digits, at) => square[at]?.startsWith(digits))
}

/** Whether a military symbol leaves open what another one says: noughts (APP-6D) or hyphens (APP-6A) in its place. */
function isPlainerSymbol(before: string, after: string): boolean {
  const blank = /^\d{20}$/.test(after) ? '0' : /^S[A-Z-]{14}$/.test(after) ? '-' : undefined
  if (blank === undefined || before.length !== after.length) return false
  return Array.from(after).every((sign, at) => sign === blank || sign === before[at])
}

/** The parts of a date-time group such as `060408ZMAY26`, `06MAY26` or `MAY26`. */
function groupOf(text: string) {
  const [, day, time, month] = /^(?:(\d\d)(?:(\d{4})Z)?)?([A-Z]{3}\d\d)$/.exec(text) ?? []
  return month === undefined ? undefined : { day, time, month }
}

/** Zone and square of an MGRS reference, its easting and its northing; a square may lie in two bands. */
function squareOf(text: string): readonly string[] | undefined {
  const [, zone, square, digits] = /^(\d\d)[A-Z]([A-Z]{2})((?:\d\d)*)$/.exec(text) ?? []
  if (zone === undefined || square === undefined || digits === undefined) return undefined
  return [zone + square, digits.slice(0, digits.length / 2), digits.slice(digits.length / 2)]
}

/** Whether a text is another one in which code names, covers and bands stand for parts of it. */
function isCovered(before: string, after: string): boolean {
  const pieces = after.split(/(?:northshire-police\.)?(?:N-[0-9a-f]{32}|\*{3})|\d+-\d+|\d+ or more|below \d+/)
  const pattern = pieces.map(piece => piece.replace(/[^A-Za-z0-9 ]/g, '\\$&')).join('.*')
  return pieces.length > 1 && new RegExp(`^${pattern}$`, 's').test(before)
}

function same(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
