import type { LossOutcome, Manner, ReportLine } from './mapping.ts'

/** A report as it is kept beside the document: each manner once, then for each place its pointers with the numbers of their manners. */
export interface KeptReport {
  readonly manners: readonly Manner[]
  /** `[place, pointer, manner, pointer, manner, …]` */
  readonly places: readonly (readonly (string | number)[])[]
}

/** What is said of one value; its path is `place` and `pointer` in one. */
interface Entry {
  /** The entry of a list in which the value stands; empty outside lists. Values of one entry share one text. */
  readonly place: string
  readonly pointer: string
  readonly manner: Manner
}

/** What became of each value of a document, as the translation tells it. A rule says the same manner again and again. */
export class Report {
  #entries: Entry[] = []

  get size(): number {
    return this.#entries.length
  }

  add(place: string, pointer: string, manner: Manner): void {
    this.#entries.push({ place, pointer, manner })
  }

  /** What was said since the report had this size, is said of one place: the value it was said of has not come about. */
  move(since: number, place: string): void {
    for (let index = since; index < this.#entries.length; index++) {
      const entry = this.#entries[index]
      if (entry) this.#entries[index] = { place, pointer: '', manner: entry.manner }
    }
  }

  lines(): readonly ReportLine[] {
    return this.#entries.map(({ place, pointer, manner }) => ({ path: place + pointer, ...manner }))
  }

  /** How many values met each outcome. */
  counts(): Readonly<Partial<Record<LossOutcome, number>>> {
    const counts: Partial<Record<LossOutcome, number>> = {}
    for (const { manner } of this.#entries) counts[manner.outcome] = (counts[manner.outcome] ?? 0) + 1
    return counts
  }

  kept(): KeptReport {
    const numbers = new Map<Manner, number>()
    const places: (string | number)[][] = []
    let open: (string | number)[] = []
    for (const { place, pointer, manner } of this.#entries) {
      const number = numbers.get(manner) ?? numbers.size
      numbers.set(manner, number)
      if (open[0] !== place) {
        open = [place]
        places.push(open)
      }
      open.push(pointer, number)
    }
    return { manners: [...numbers.keys()], places }
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
