import { IS_FALSE, IS_TRUE, IS_UNTOLD, type Truths } from './truths.ts'

/** Something that decides and that a shape may leave open. */
export interface Question {
  /** The same for what comes out the same. */
  readonly key: string
  readonly possible: Truths
  /** What cannot be told where it is open, and why. */
  readonly says: string
}

/** The answer in the case at hand; undefined where a condition could not be told from the document itself. */
export type Ask = (question: Question) => boolean | undefined

export interface Possible<One> {
  /** What came out in each case. */
  readonly outcomes: readonly One[]
  /** What was open, where anything was. */
  readonly open: readonly string[]
}

/** After so many cases we give up, and say that it cannot be told. */
const MOST_CASES = 64

type Answers = ReadonlyMap<string, boolean | undefined>

/**
 * Runs something for every combination of answers that what it asks may have. A question that is asked again, by this or by the
 * other agreement, gets the same answer.
 *
 * @returns `outcomes` empty where there are too many cases
 */
export function possibilities<One>(run: (ask: Ask) => One): Possible<One> {
  const waiting: Answers[] = [new Map()]
  const outcomes: One[] = []
  const open = new Set<string>()
  for (let answers = waiting.pop(); answers; answers = waiting.pop()) {
    if (outcomes.length >= MOST_CASES) return { outcomes: [], open: [...open] }
    const given = new Map(answers)
    outcomes.push(
      run(({ key, possible, says }) => {
        if (given.has(key)) return given.get(key)
        const [first, ...others] = answersIn(possible)
        if (others.length > 0) open.add(says)
        for (const other of others) waiting.push(new Map(given).set(key, other))
        given.set(key, first)
        return first
      }),
    )
  }
  return { outcomes, open: [...open] }
}

function answersIn(possible: Truths): readonly (boolean | undefined)[] {
  const answers: (boolean | undefined)[] = []
  if (possible & IS_TRUE) answers.push(true)
  if (possible & IS_FALSE) answers.push(false)
  if (possible & IS_UNTOLD) answers.push(undefined)
  return answers
}
