import type { NoteKey } from './note.ts'

/** `…/2026`, or `…/2026-2` where the log of that year was opened a second time. */
const YEAR = /\/(\d{4})(?:-\d+)?$/

/** What the logs of one gateway have in common: the name without year and number. */
function lineageOf(origin: string): string {
  return origin.replace(/(?:\/\d{4})?(?:-\d+)?$/, '')
}

/**
 * Whether a name is one that the holder of a log's key may give to a log that goes on from it: the same name with another
 * year or number.
 */
export function isOfLineage(origin: string, known: string): boolean {
  return lineageOf(origin) === lineageOf(known)
}

/** The key of a peer's log under another name of its lineage; undefined where the name belongs to somebody else. */
export function keyUnder(origin: string, known: NoteKey): NoteKey | undefined {
  return isOfLineage(origin, known.name) ? { name: origin, publicKey: known.publicKey } : undefined
}

/** The year in the name of a log, undefined where it names none. */
export function yearOf(origin: string): number | undefined {
  const [, year] = YEAR.exec(origin) ?? []
  return year === undefined ? undefined : Number(year)
}

/** Below zero where a log of the first name comes before one of the second; both are of one lineage. A name without a year is the first. */
export function compareOrigins(one: string, other: string): number {
  return (yearOf(one) ?? 0) - (yearOf(other) ?? 0) || numberOf(one) - numberOf(other)
}

function numberOf(origin: string): number {
  return Number(/-(\d+)$/.exec(origin)?.[1] ?? 1)
}

/** The name under which a log goes on after it was closed; the first that nobody has used. */
export function reopenedOrigin(origin: string, used: readonly string[]): string {
  const name = origin.replace(/-\d+$/, '')
  for (let number = 2; ; number++) {
    const next = `${name}-${number}`
    if (next !== origin && !used.includes(next)) return next
  }
}

/** The name of the log of another year. */
export function originOfYear(origin: string, year: number): string {
  return origin.replace(YEAR, `/${year}`)
}
