import type { LossError, LossOutcome, Manner } from './mapping.ts'

/** The outcomes from the best to the worst; of two, the worse one is told. */
const SEVERITY = {
  EXACT: 0,
  APPROXIMATED: 1,
  WIDENED: 2,
  NARROWED: 3,
  DEFAULTED: 4,
  UNMAPPED: 5,
  BLOCKED: 6,
} as const satisfies Record<LossOutcome, number>

/** Many entries of a list may say as many things of one value; a line tells the first ones. */
const MOST_NOTES = 3

/**
 * What became of a value in two steps, one after the other: the worse outcome, both rules (`first+second`), all notes, and no way
 * back where either has none. Errors in one unit add up; an error in another unit is told in words.
 */
export function joinLosses(first: Manner, second: Manner): Manner {
  const [mine, theirs] = [second.error, first.error]
  const error = mine && theirs && mine.unit === theirs.unit ? sumOf(theirs, mine) : (mine ?? theirs)
  const aside = mine && theirs && mine.unit !== theirs.unit ? [aboutError(theirs)] : []
  return {
    outcome: worseOf(first.outcome, second.outcome),
    rule: `${first.rule}+${second.rule}`,
    ...wordsOf([first, second], { error, aside }),
  }
}

/**
 * What became of several values that are read as one, or of the one among them that is not known: the worst outcome, the rules
 * (`a,b`), the first few notes, the greatest error of the first unit, no way back where one has none. Undefined for none.
 */
export function gatherLosses(manners: readonly Manner[]): Manner | undefined {
  const [only] = manners
  if (only === undefined || manners.every(manner => manner === only)) return only
  const all = [...new Set(manners)]
  const [error, ...others] = greatestErrors(all)
  return {
    outcome: all.map(({ outcome }) => outcome).reduce(worseOf),
    rule: [...new Set(all.map(({ rule }) => rule))].join(','),
    ...wordsOf(all, { error, aside: others.map(aboutError) }),
  }
}

function worseOf(one: LossOutcome, other: LossOutcome): LossOutcome {
  return SEVERITY[one] < SEVERITY[other] ? other : one
}

/** Everything of a manner but outcome and rule. */
function wordsOf(
  manners: readonly Manner[],
  { error, aside }: { error: LossError | undefined; aside: readonly string[] },
): Pick<Manner, 'error' | 'note' | 'reversible'> {
  const notes = [...new Set(manners.flatMap(({ note }) => (note === undefined ? [] : [note])))]
  const told = notes.length > MOST_NOTES ? [...notes.slice(0, MOST_NOTES), 'and others'] : notes
  const note = [...told, ...aside].join('; ')
  return {
    ...(error && { error }),
    ...(note !== '' && { note }),
    ...(manners.some(({ reversible }) => reversible === false) && { reversible: false }),
  }
}

/** One error for each unit, in the order in which the units appear. */
function greatestErrors(manners: readonly Manner[]): readonly LossError[] {
  const byUnit = new Map<string, LossError>()
  for (const { error } of manners) {
    if (error === undefined) continue
    const known = byUnit.get(error.unit)
    if (known === undefined || known.value < error.value) byUnit.set(error.unit, error)
  }
  return [...byUnit.values()]
}

/** Without the last digits, which only binary fractions bring. */
function sumOf(one: LossError, other: LossError): LossError {
  return { value: Number((one.value + other.value).toPrecision(12)), unit: other.unit }
}

function aboutError({ value, unit }: LossError): string {
  return `and off by up to ${value} ${unit}`
}
