import { isJsonObject, type Json } from '../../kit/kit.ts'

/** The squares of the military grid that places are generalised to, with their sides in metres. */
export const CELLS = { '100m': 100, '1km': 1_000, '10km': 10_000 } as const
export type Cell = keyof typeof CELLS

/** The three ways in which our schemas write a place that is one point. */
export type Place =
  /** A GeoJSON point (RFC 7946). */
  | { readonly form: 'point'; readonly lon: number; readonly lat: number; readonly cell: Cell | undefined }
  /** `lat` and `lon` as members, perhaps with how exact and how found. */
  | { readonly form: 'pair'; readonly lon: number; readonly lat: number; readonly cell: Cell | undefined }
  /** An MGRS reference: the square, then as many digits of easting as of northing. */
  | { readonly form: 'mgrs'; readonly square: string; readonly digits: string }

const MGRS = /^(\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z][A-HJ-NP-V])((?:\d\d){0,5})$/

/** Reads a place in any of its forms; undefined for anything else. */
export function readPlace(value: Json): Place | undefined {
  if (typeof value === 'string') {
    const [, square, digits] = MGRS.exec(value) ?? []
    return square === undefined || digits === undefined ? undefined : { form: 'mgrs', square, digits }
  }
  if (!isJsonObject(value)) return undefined
  const cell = isCell(value['cell']) ? value['cell'] : undefined
  if (value['type'] === undefined) return checked('pair', value['lon'], value['lat'], cell)
  const coordinates = value['coordinates']
  if (value['type'] !== 'Point' || !Array.isArray(coordinates) || coordinates.length !== 2) return undefined
  return checked('point', coordinates[0], coordinates[1], cell)
}

function checked(
  form: 'point' | 'pair',
  lon: Json | undefined,
  lat: Json | undefined,
  cell: Cell | undefined,
): Place | undefined {
  if (typeof lon !== 'number' || typeof lat !== 'number') return undefined
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { form, lon, lat, cell } : undefined
}

export function isCell(value: unknown): value is Cell {
  return typeof value === 'string' && Object.hasOwn(CELLS, value)
}

/**
 * A line or an area (GeoJSON `LineString`, `Polygon`; longitude before latitude) as an object of its own; undefined for anything
 * else. No square tells one, so it is shared as it is or not at all.
 */
export function copyShape(value: Json): Json | undefined {
  if (!isJsonObject(value)) return undefined
  const { type, coordinates } = value
  if (type !== 'LineString' && type !== 'Polygon') return undefined
  const copied = type === 'LineString' ? copyEach(coordinates, copyPosition) : copyEach(coordinates, copyLine)
  return copied && { type, coordinates: copied }
}

function copyLine(value: Json): Json | undefined {
  return copyEach(value, copyPosition)
}

function copyPosition(value: Json): Json | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [lon, lat] = value
  return checked('point', lon, lat, undefined) && [lon ?? null, lat ?? null]
}

/** A list of copies; undefined where one of its entries has none, or where there is none. */
function copyEach(value: Json | undefined, copy: (entry: Json) => Json | undefined): Json | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const copies: Json[] = []
  for (const entry of value) {
    const copied = copy(entry)
    if (copied === undefined) return undefined
    copies.push(copied)
  }
  return copies
}
