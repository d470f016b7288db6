/**
 * The port behind the shapes of past traffic: what is kept of decided documents instead of the documents. Documents of equal
 * shape share one row. Shapes are no audit: they are written in the background, and what waits is lost in a crash.
 */
export interface ShapeStore extends ShapeReader {
  /** Adds to the counts of known shapes and keeps new ones. */
  addShapes(entries: readonly ShapeEntry[]): Promise<void>
}

/** What can be read of them, also while the gateway runs. */
export interface ShapeReader {
  /** Those that were seen last come first. */
  shapes(query: ShapeQuery): Promise<readonly ShapeRow[]>
}

export interface ShapeEntry {
  /** Over `text`. */
  readonly digest: string
  /** The id of the agreement, and the revision of it under which the documents were decided. */
  readonly agreement: string
  readonly revision: number
  readonly resource: string
  readonly purpose: string
  /** The shape as canonical JSON. */
  readonly text: string
  /** How many documents had it. */
  readonly count: number
  /** When they were decided: `2026-05-02`. */
  readonly day: string
}

export interface ShapeRow extends Omit<ShapeEntry, 'day'> {
  readonly firstDay: string
  readonly lastDay: string
}

export interface ShapeQuery {
  readonly agreement: string
  /** Only those that were seen on this day or later. */
  readonly since: string
  readonly limit: number
}

/** How many shapes a store keeps at most; those that were not seen for longest go first. */
export const MOST_SHAPES = 20_000

const KEPT_DAYS = 400
const DAY_MS = 86_400_000

/**
 * The day of an instant in UTC, as shapes know it.
 *
 * @param now milliseconds since 1970
 */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10)
}

/** Shapes that were last seen before this day are erased with the documents whose time is over. */
export function oldestShapeDay(now: number): string {
  return dayOf(now - KEPT_DAYS * DAY_MS)
}
