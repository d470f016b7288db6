interface Leaves {
  leaves(from: number, to: number): Promise<readonly string[]>
}

/** How far the time in an id may be from the times of the leaves around it, ms: leaves are written a little later than named. */
const AROUND_MS = 600_000
const PAGE = 1024

/**
 * The number of the leaf with an id (UUID version 7). Leaves stand nearly in the order of time, so the neighbourhood is looked
 * through first, and everything only where it is not there.
 *
 * @param size how many leaves there are
 */
export async function findLeaf(ledger: Leaves, size: number, id: string): Promise<number | undefined> {
  const made = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined
  const near = await firstAt(ledger, size, made - AROUND_MS)
  return (
    (await scan(ledger, near, size, id, made + AROUND_MS)) ??
    scan(ledger, 0, size, id, Number.POSITIVE_INFINITY)
  )
}

/** The first leaf of that time or later, were all in order. */
async function firstAt(ledger: Leaves, size: number, time: number): Promise<number> {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [leaf = ''] = await ledger.leaves(middle, middle + 1)
    if (timeOf(leaf) < time) low = middle + 1
    else high = middle
  }
  return low
}

async function scan(
  ledger: Leaves,
  from: number,
  size: number,
  id: string,
  until: number,
): Promise<number | undefined> {
  const mark = `"id":"${id}"`
  for (let at = from; at < size; at += PAGE) {
    const page = await ledger.leaves(at, Math.min(at + PAGE, size))
    const found = page.findIndex(leaf => leaf.includes(mark))
    if (found >= 0) return at + found
    if (page.length === 0 || timeOf(page.at(-1) ?? '') > until) return undefined
  }
  return undefined
}

/** When a leaf was written, ms; 0 where it does not say. */
function timeOf(leaf: string): number {
  return Date.parse(/"t":"([^"]+)"/.exec(leaf)?.[1] ?? '') || 0
}
