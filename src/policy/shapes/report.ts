/** What another revision would have made of past documents otherwise, for one resource and purpose; counts, no data. */
export interface ReplayedDifference {
  readonly resource: string
  readonly purpose: string
  /** How many were seen, how many surely come out otherwise, and of how many of the others it cannot be told. */
  readonly documents: { readonly seen: number; readonly differing: number; readonly untold: number }
  /** What stopped documents that go now, and what stops documents that went before. */
  readonly released: { readonly newly: readonly Stopped[]; readonly noLonger: readonly Stopped[] }
  readonly items: readonly ReplayedItem[]
  /** What cannot be told, and of how many documents or values. */
  readonly untold: readonly { readonly says: string; readonly count: number }[]
}

export interface Stopped {
  /** `requesters`, `purpose`, `resource`, or the name of a condition, a gate or a red line. */
  readonly by: string
  readonly documents: number
}

/** Values of an item, or entries of a list, that go now and did not, do not any more, go in another form, or may do so. */
export interface ReplayedItem {
  readonly path: string
  readonly more: number
  readonly fewer: number
  readonly changed: number
  readonly untold: number
  /** The documents in which it surely differs. */
  readonly documents: number
}

/** How a value differs. */
export type Kind = 'more' | 'fewer' | 'changed'
/** Counts of one item. */
type ItemTally = Record<Kind | 'untold' | 'documents', number>

/** Everything that is counted while shapes are replayed. */
export interface ReplayTally {
  readonly documents: { seen: number; differing: number; untold: number }
  readonly newly: Map<string, number>
  readonly noLonger: Map<string, number>
  readonly items: Map<string, ItemTally>
  readonly untold: Map<string, number>
}

/** The tally as it is told. */
export function reportOf({ documents, newly, noLonger, items, untold }: ReplayTally) {
  const stopped = (by: ReadonlyMap<string, number>) => [...by].map(([by, documents]) => ({ by, documents }))
  return {
    documents,
    released: { newly: stopped(newly), noLonger: stopped(noLonger) },
    items: [...items].map(([path, counts]) => ({ path, ...counts })),
    untold: [...untold].map(([says, count]) => ({ says, count })),
  }
}

export function startTally(): ReplayTally {
  return {
    documents: { seen: 0, differing: 0, untold: 0 },
    newly: new Map(),
    noLonger: new Map(),
    items: new Map(),
    untold: new Map(),
  }
}

export function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

export function itemOf({ items }: ReplayTally, path: string): ItemTally {
  const item = items.get(path) ?? { more: 0, fewer: 0, changed: 0, untold: 0, documents: 0 }
  items.set(path, item)
  return item
}

const FEWEST_TOLD = 5

/** A count as it may be printed: small ones could point at somebody, so that exact numbers stay in the store. */
export function summaryNumber(count: number): number | string {
  return count === 0 || count >= FEWEST_TOLD ? count : `under ${FEWEST_TOLD}`
}
