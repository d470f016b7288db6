import type { LossOutcome, Manner } from './mapping.ts'
import { Report, type Tell } from './report.ts'

/** What a rule says of its value. */
export interface Saying {
  /** Below the entry in which the rule stands. */
  readonly pointer: string
  readonly manner: Manner
}

/** What stands behind a number: a list that begins at a pointer; sayings; or those sayings of a run that bits tell. */
type Entry =
  | { readonly begins: string }
  | { readonly says: readonly Saying[] }
  | { readonly run: readonly Saying[]; readonly bits: number }

/** A saying that has no number of its own. */
const RARE = 0
/** The next entry of the list that was begun last. */
const ENTRY = 1
/** The same of an entry that comes to nothing: what is said of it is said of its list. */
const LEFT_OUT = 2
/** The end of the list that was begun last. */
const END = 3
const FIRST = 4

/** Manners of one rule that have numbers. A few converters make one for each value, and nobody knows how many will come. */
const MOST_OF_RULE = 64

/** What the rules of one mapping say, by number. They say the same few things again and again. */
export class Sayings {
  readonly #entries: Entry[] = []

  /** @returns the number with which a report says it */
  add(pointer: string, manner: Manner): number {
    return this.addAll([{ pointer, manner }])
  }

  /** @returns the number with which a report says all of them */
  addAll(says: readonly Saying[]): number {
    return FIRST - 1 + this.#entries.push({ says })
  }

  /** @returns a number; with bit n of its own added to it, a report says the saying n of the run */
  addRun(run: readonly Saying[]): number {
    const before = FIRST - 1 + this.#entries.length
    for (let bits = 1; bits < 1 << run.length; bits++) this.#entries.push({ run, bits })
    return before
  }

  /** @returns the number with which a report says that a list begins */
  addList(pointer: string): number {
    return FIRST - 1 + this.#entries.push({ begins: pointer })
  }

  /** Where the list begins that the number tells of; undefined where it tells of none. */
  listAt(number: number): string | undefined {
    const entry = this.#entries[number - FIRST]
    return entry && 'begins' in entry ? entry.begins : undefined
  }

  at(number: number): readonly Saying[] {
    const entry = this.#entries[number - FIRST]
    if (entry === undefined || 'begins' in entry) return []
    if ('says' in entry) return entry.says
    const { bits, run } = entry
    const says = run.filter((_, bit) => ((bits >> bit) & 1) === 1)
    // A few of all the choices ever come, and those again and again
    this.#entries[number - FIRST] = { says }
    return says
  }
}

/** Says what one rule says, at its pointer. */
export function makeSay(sayings: Sayings, pointer: string): (report: SpokenReport, manner: Manner) => void {
  const numbers = new Map<Manner, number>()
  let [last, number]: [Manner | undefined, number] = [undefined, RARE]
  return (report, manner) => {
    if (manner !== last) {
      last = manner
      number = numbers.get(manner) ?? RARE
      if (number === RARE && numbers.size < MOST_OF_RULE) {
        number = sayings.add(pointer, manner)
        numbers.set(manner, number)
      }
    }
    if (number === RARE) report.sayRare({ pointer, manner })
    else report.say(number)
  }
}

/** As much paper as is kept, in numbers; a longer report gets more, and gives it back. */
const PAPER = 65_536
/** Reports are written here, one after the other: a translation waits for nothing, so no two are under way. */
const paper: number[] = Array.from({ length: 8_192 }, () => RARE)

/**
 * The report of one translation, as numbers in the order in which rules speak. Translating says thousands of things and stores and
 * shows them much later, if at all: so places and pointers become texts only when they are read.
 */
export class SpokenReport extends Report {
  readonly #sayings: Sayings
  #rare: { readonly at: number; readonly saying: Saying }[] = []
  /** What has been said, and whatever the paper held before beyond it. Written by walks too. */
  words = paper
  /** How much has been said. */
  size = 0

  constructor(sayings: Sayings) {
    super()
    this.#sayings = sayings
  }

  say(number: number): void {
    this.words[this.size++] = number
  }

  sayRare(saying: Saying): void {
    this.#rare.push({ at: this.size, saying })
    this.say(RARE)
  }

  /** @returns a mark by which the entry can be taken back */
  enter(): number {
    this.say(ENTRY)
    return this.size
  }

  end(): void {
    this.say(END)
  }

  /** What was said since the mark is said of the list: its entry has not come about. */
  leaveOut(mark: number): void {
    this.words[mark - 1] = LEFT_OUT
  }

  /** What was said since the mark was not said. */
  takeBack(mark: number): void {
    this.size = mark
    while ((this.#rare.at(-1)?.at ?? -1) >= mark) this.#rare.pop()
  }

  /** Where the rule that speaks next stands. */
  place(): string {
    return this.#follow(() => undefined)
  }

  /** Nothing more is said, and the paper is free for another report. */
  close(): this {
    this.words = this.words.slice(0, this.size)
    if (paper.length > PAPER) paper.length = PAPER
    return this
  }

  override each(tell: Tell): void {
    this.#follow(tell)
  }

  override counts(): Readonly<Partial<Record<LossOutcome, number>>> {
    const counts: Partial<Record<LossOutcome, number>> = {}
    const count = ({ manner: { outcome } }: Saying) => (counts[outcome] = (counts[outcome] ?? 0) + 1)
    for (let at = 0; at < this.size; at++) this.#sayings.at(this.words[at] ?? END).forEach(count)
    for (const { saying } of this.#rare) count(saying)
    return counts
  }

  /** @returns the place in which the last thing was said */
  #follow(tell: Tell): string {
    const lists: { readonly list: string; readonly within: Standing; next: number }[] = []
    const rare = this.#rare.values()
    let standing: Standing = { place: '', left: false }
    const hear = ({ pointer, manner }: Saying) => tell(standing.place, standing.left ? '' : pointer, manner)
    for (let at = 0; at < this.size; at++) {
      const number = this.words[at] ?? END
      const list = lists.at(-1)
      if (number === END) standing = lists.pop()?.within ?? standing
      else if (number === LEFT_OUT) standing = { place: list?.list ?? '', left: true }
      else if (number === ENTRY) {
        if (list?.within.left === false) standing = { place: `${list.list}/${list.next++}`, left: false }
      } else if (number === RARE) {
        const { value } = rare.next()
        if (value) hear(value.saying)
      } else {
        const begins = this.#sayings.listAt(number)
        if (begins === undefined) this.#sayings.at(number).forEach(hear)
        else lists.push({ list: standing.place + (standing.left ? '' : begins), within: standing, next: 0 })
      }
    }
    return standing.place
  }
}

/** The place of what is said, and whether that place comes about. */
interface Standing {
  readonly place: string
  /** In an entry that was left out everything is said of its list. */
  readonly left: boolean
}
