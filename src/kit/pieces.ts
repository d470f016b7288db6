import { setImmediate as breathe } from 'node:timers/promises'

/** How long work goes on in one piece, in milliseconds. */
const PIECE_MS = 10

/**
 * Maps many items, in order and in pieces of ten milliseconds. Between two pieces everybody else in the process has a turn: whoever
 * stops an agreement or sends what is urgent waits for a piece and never for the whole.
 *
 * @throws what `work` throws
 */
export async function mapInPieces<Item, Product>(
  items: readonly Item[],
  work: (item: Item, index: number) => Product,
): Promise<Product[]> {
  const products: Product[] = []
  let begun = performance.now()
  for (const [index, item] of items.entries()) {
    products.push(work(item, index))
    if (index === items.length - 1 || performance.now() - begun < PIECE_MS) continue
    await breathe()
    begun = performance.now()
  }
  return products
}
