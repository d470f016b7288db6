import type { Problem } from '../terms/terms.ts'

/** Where something stands in a file; both counted from one. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Of more than these nobody reads any: a text that gives more was not written to be an agreement. */
const MOST_PROBLEMS = 1_000

/** Collects the problems of one file, so that an author sees them all at once; the same one is kept once. */
export interface Findings {
  readonly problems: readonly Problem[]
  note(place: Place, code: string, says: string): void
}

/** @param file the name that the problems carry */
export function makeFindings(file: string): Findings {
  const problems: Problem[] = []
  const seen = new Set<string>()
  return {
    problems,
    note: ({ line, column }, code, says) => {
      const key = `${line}:${column} ${code} ${says}`
      if (seen.has(key) || problems.length >= MOST_PROBLEMS) return
      seen.add(key)
      problems.push({ file, line, column, code, says })
    },
  }
}

/** `; did you mean …?` for the known name nearest to what was written, or an empty text where none is near. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const near = nearest(written, known)
  return near === undefined ? '' : `; did you mean \`${near}\`?`
}

/** The known name with the fewest single-letter changes, if these are at most a third of its length. */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const name of known) {
    const changes = distance(written.toLowerCase(), name.toLowerCase())
    if (changes < fewest && changes <= Math.max(1, Math.floor(name.length / 3))) {
      best = name
      fewest = changes
    }
  }
  return best
}

/** Levenshtein distance, row by row. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1
      const least = Math.min(
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + change,
      )
      line.push(least)
    }
    above = line
  }
  return above[b.length] ?? 0
}
