import type { LossOutcome, Manner, ReportLine } from './mapping.ts'

/** A report as it is kept beside the document: each manner once, then for each place its pointers with the numbers of their manners. */
export interface KeptReport {
  readonly manners: readonly Manner[]
  /** `[place, pointer, manner, pointer, manner, …]` */
  readonly places: readonly (readonly (string | number)[])[]
}

/**
 * Told of one value: its path is `place` and `pointer` in one. The place is the entry of a list in which the value stands, empty
 * outside lists; values of one entry share one text.
 */
export type Tell = (place: string, pointer: string, manner: Manner) => void

/** What became of each value of a document, as the translation tells it. A rule says the same manner again and again. */
export abstract class Report {
  /** Tells everything in the order in which it was said. */
  abstract each(tell: Tell): void

  lines(): readonly ReportLine[] {
    const lines: ReportLine[] = []
    this.each((place, pointer, manner) => lines.push({ path: place + pointer, ...manner }))
    return lines
  }

  /** How many values met each outcome. */
  counts(): Readonly<Partial<Record<LossOutcome, number>>> {
    const counts: Partial<Record<LossOutcome, number>> = {}
    this.each((_, __, { outcome }) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1
    })
    return counts
  }

  kept(): KeptReport {
    const numbers = new Map<Manner, number>()
    const places: (string | number)[][] = []
    let open: (string | number)[] = []
    this.each((place, pointer, manner) => {
      const known = numbers.get(manner)
      const number = known ?? numbers.size
      if (known === undefined) numbers.set(manner, number)
      if (open[0] !== place) {
        open = [place]
        places.push(open)
      }
      open.push(pointer, number)
    })
    return { manners: [...numbers.keys()], places }
  }
}

/** A report that is put together line by line. */
export class ListedReport extends Report {
  readonly #entries: Parameters<Tell>[] = []

  add(place: string, pointer: string, manner: Manner): void {
    this.#entries.push([place, pointer, manner])
  }

  override each(tell: Tell): void {
    for (const entry of this.#entries) tell(...entry)
  }
}

/** The lines of a report that was kept. */
export function readReport({ manners, places }: KeptReport): readonly ReportLine[] {
  return places.flatMap(([place, ...said]) => {
    const lines: ReportLine[] = []
    for (let at = 0; at < said.length; at += 2) {
      const manner = manners[Number(said[at + 1])]
      if (manner) lines.push({ path: `${place}${said[at]}`, ...manner })
    }
    return lines
  })
}
