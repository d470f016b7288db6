/** Numbers that look random and follow from their seed alone: the same on every machine, in every run. */
export interface Random {
  /** At least 0 and below 1, with 53 bits. */
  next(): number
  /** A whole number, at least 0 and below `end`. */
  below(end: number): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  pick<Item>(items: readonly [Item, ...Item[]]): Item
  /** True as often as `share` says, from 0 to 1. */
  chance(share: number): boolean
}

/**
 * A stream of its own for each list of words, so that what is drawn for one thing never moves what is drawn for another.
 * Xorshift with 128 bits of state (G. Marsaglia, Xorshift RNGs, Journal of Statistical Software 8(14), 2003), filled from the
 * words by FNV-1a. Fit for making up traffic, and for nothing that has to be secret.
 */
export function seeded(...words: readonly (string | number)[]): Random {
  let [x, y, z, w] = stateOf(words.join('\u0000'))
  const draw = (): number => {
    const t = x ^ (x << 11)
    x = y
    y = z
    z = w
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8)
    return w >>> 0
  }
  for (let warm = 0; warm < 8; warm++) draw()
  const next = () => ((draw() >>> 5) * 67_108_864 + (draw() >>> 6)) / 9_007_199_254_740_992
  const below = (end: number) => Math.floor(next() * end)
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: items => items[below(items.length)] ?? items[0],
    chance: share => next() < share,
  }
}

function stateOf(text: string): [number, number, number, number] {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  const [x, y, z, w] = [1, 2, 3, 4].map(part => spread(hash + Math.imul(part, 0x9e3779b9)))
  // A state of nothing but zeros would stay so.
  return [x ?? 1, y ?? 1, z ?? 1, (w ?? 0) | 1]
}

/** Spreads every bit over all 32. */
function spread(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
