import type { Agreement } from '../compile.ts'
import { listAround } from '../resolved.ts'
import { type Asking, MAY_NOT_FIT, makeSide, type Side, type Treated } from './fate.ts'
import { type Ask, possibilities } from './possibilities.ts'
import {
  add,
  itemOf,
  type Kind,
  type ReplayedDifference,
  type ReplayTally,
  reportOf,
  startTally,
} from './report.ts'
import type { Facts, Shape } from './shape.ts'
import { IS_FALSE, IS_TRUE, type Sight } from './truths.ts'

/** A shape, and how many documents had it. */
export interface SeenShape {
  readonly shape: Shape
  readonly count: number
}

/**
 * Decides past documents again, from their shapes, under two revisions, each in its own term.
 *
 * @returns only what differs or cannot be told; empty where nothing does
 */
export function simulateShapes(
  before: Pick<Agreement, 'id' | 'digest' | 'reading'>,
  after: Pick<Agreement, 'id' | 'digest' | 'reading'>,
  shapes: readonly SeenShape[],
): readonly ReplayedDifference[] {
  const groups = Map.groupBy(shapes, ({ shape }) => JSON.stringify([shape.resource, shape.purpose]))
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (!first) return []
    const { resource, purpose } = first.shape
    const sides = { old: makeSide(before, resource, purpose), now: makeSide(after, resource, purpose) }
    const tally = startTally()
    for (const { shape, count } of group) replayShape(sides, shape, count, tally)
    const { differing, untold } = tally.documents
    return differing + untold === 0 ? [] : [{ resource, purpose, ...reportOf(tally) }]
  })
}

interface Sides {
  readonly old: Side
  readonly now: Side
}

/** Whether the document goes, under each of the two; the rule that stops it where it does not. */
interface Going {
  readonly old: string | undefined
  readonly now: string | undefined
}

/** One shape at work. */
interface Replay {
  readonly sides: Sides
  readonly shape: Shape
  readonly going: (asking: Asking) => Going
  /** Whether both let it go or both stop it. */
  readonly together: boolean
  readonly tally: ReplayTally
  /** Items that surely differ. */
  readonly touched: Set<string>
  open: boolean
}

function replayShape(sides: Sides, shape: Shape, count: number, tally: ReplayTally): void {
  const { documents } = tally
  documents.seen += count
  const decide = (asking: Asking): Going => ({ old: sides.old.stop(asking), now: sides.now.stop(asking) })
  const sight = { shape, chain: [shape.whole] }
  const { outcomes, open } = possibilities(ask => decide({ sight, ask }))
  const endings = new Set(outcomes.map(endingOf))
  const together = [...endings].every(ending => ending === 'goes' || ending === 'stays')
  const [first] = outcomes
  if (!first || (endings.size > 1 && !together)) {
    documents.untold += count
    for (const says of open) add(tally.untold, says, count)
    return
  }
  const going = endings.size === 1 ? () => first : decide
  const replay: Replay = { sides, shape, going, together, tally, touched: new Set(), open: false }
  if (endingOf(first) === 'newly') add(tally.newly, first.old ?? '', count)
  if (endingOf(first) === 'no-longer') add(tally.noLonger, first.now ?? '', count)
  replayFacts(replay, [shape.whole], { list: undefined, count })
  if (!together || replay.touched.size > 0) documents.differing += count
  else if (replay.open) documents.untold += count
  for (const path of replay.touched) itemOf(tally, path).documents += count
}

function endingOf({ old, now }: Going): 'goes' | 'stays' | 'newly' | 'no-longer' {
  if (old === undefined) return now === undefined ? 'goes' : 'no-longer'
  return now === undefined ? 'newly' : 'stays'
}

/** The items of a document or of entries that look alike, and then what stands in its lists. */
function replayFacts(
  replay: Replay,
  chain: readonly Facts[],
  { list, count }: { readonly list: string | undefined; readonly count: number },
): void {
  const facts = chain.at(-1)
  if (!facts) return
  const { old, now } = replay.sides
  const paths = [...new Set([...old.paths, ...now.paths])].filter(path => !isSame(replay, path))
  for (const path of paths) {
    const figure = old.figures.has(path) || now.figures.has(path)
    const values = figure || facts.items.has(path) ? 1 : (facts.values.get(path) ?? 0)
    if (values > 0 && listAround(path) === list) replayItem(replay, path, chain, values * count)
  }
  for (const [path, { groups, more }] of facts.lists) {
    for (const group of groups) {
      replayFacts(replay, [...chain, group.facts], { list: path, count: group.count * count })
    }
    if (more > 0 && paths.some(one => one.startsWith(`${path}.`)))
      leaveOpen(replay, path, more * count, ['how entries fare beyond the groups that are kept apart'])
  }
}

/** Whether an item comes out the same whatever stands around it. */
function isSame({ sides: { old, now }, together }: Replay, path: string): boolean {
  return together && old.rule(path) === now.rule(path)
}

function replayItem(replay: Replay, path: string, chain: readonly Facts[], count: number): void {
  const { sides, shape, going } = replay
  const sight: Sight = { shape, chain }
  const { outcomes, open } = possibilities(ask => {
    const asking = { sight, ask }
    const { old, now } = going(asking)
    const before = old === undefined ? sides.old.treat(path, asking) : undefined
    const after = now === undefined ? sides.now.treat(path, asking) : undefined
    return differenceOf({ path, shape, sides, before, after }, ask)
  })
  const kinds = new Set(outcomes)
  const [kind] = kinds
  if (kinds.size !== 1) return leaveOpen(replay, path, count, open)
  if (kind === undefined) return
  itemOf(replay.tally, path)[kind] += count
  replay.touched.add(path)
}

function leaveOpen(replay: Replay, path: string, count: number, open: readonly string[]): void {
  itemOf(replay.tally, path).untold += count
  for (const says of open) add(replay.tally.untold, says, count)
  replay.open = true
}

interface Treatments {
  readonly path: string
  readonly shape: Shape
  readonly sides: Sides
  readonly before: Treated | undefined
  readonly after: Treated | undefined
}

function differenceOf(about: Treatments, ask: Ask): Kind | undefined {
  const { before, after } = about
  const [went, goes] = [fits(before, about, ask), fits(after, about, ask)]
  if (went && goes) return before?.key === after?.key ? undefined : 'changed'
  if (went) return 'fewer'
  return goes ? 'more' : undefined
}

/** Whether a value fits its treatment. It is known where it was recorded under that very treatment. */
function fits(treated: Treated | undefined, about: Treatments, ask: Ask): boolean {
  if (!treated) return false
  const { path, shape, sides, before, after } = about
  const { key, outcome } = treated
  const recorded =
    (sides.old.digest === shape.agreement && before?.key === key) ||
    (sides.now.digest === shape.agreement && after?.key === key)
  const known = recorded && shape.ending === 'released'
  const sure = known || !MAY_NOT_FIT.has(outcome.kind)
  if (sure && !shape.unfit.has(path)) return true
  const says = `whether a value fits \`${outcome.name}\`, because values are not kept`
  return ask({ key: `fit ${path} ${key}`, possible: IS_TRUE | IS_FALSE, says }) === true
}
