import { isJsonObject, type Json, type JsonObject } from '../../kit/kit.ts'

/** How small numbers are kept back: nothing below `hideBelow` is told, and what is told is a multiple of `roundTo`. */
export interface Smallness {
  readonly hideBelow: number
  readonly roundTo: number
}

/** Stands for a number that is kept back together with a small one. It does not say which of them is the small one. */
const WITHHELD = 'withheld'

/**
 * Numbers as they may be told. One below `hideBelow`, zero among them, becomes `below N`; any other one is rounded to the
 * nearest multiple of `roundTo` (half goes up), and to no less than `hideBelow`.
 *
 * Whoever knows the total could subtract. So the numbers kept back are never just one, and together never less than `hideBelow`:
 * where they would be, the smallest other one is kept back too, and all of them say only `withheld`. That does not depend on
 * what else is shared, since a total may come from another purpose, an earlier document or the newspaper.
 *
 * @param counts whole numbers, in a fixed order; of two equal ones the first is kept back
 */
export function tellCounts(counts: readonly number[], smallness: Smallness): readonly (number | string)[] {
  const { hideBelow } = smallness
  const small = counts.filter(count => count < hideBelow)
  const sum = small.reduce((total, count) => total + count, 0)
  const lone = small.length === 1 || (small.length > 0 && sum < hideBelow)
  const others = counts.filter(count => count >= hideBelow)
  const also = lone && others.length > 0 ? counts.indexOf(Math.min(...others)) : -1
  const hidden = also < 0 ? `below ${hideBelow}` : WITHHELD
  return counts.map((count, index) => {
    return count < hideBelow || index === also ? hidden : rounded(count, smallness)
  })
}

function rounded(count: number, { hideBelow, roundTo }: Smallness): number {
  const least = Math.ceil(hideBelow / roundTo) * roundTo
  return Math.max(least, Math.round(count / roundTo) * roundTo)
}

/** One number as it may be told. */
export function tellTotal(count: number, smallness: Smallness): Json | undefined {
  return tellCounts([count], smallness)[0]
}

/** A table with a number for every value of an enumeration, those that no entry has among them. */
export function tellTable(
  values: readonly string[],
  counts: readonly number[],
  smallness: Smallness,
): JsonObject {
  const told = tellCounts(counts, smallness)
  return Object.fromEntries(values.map((value, index) => [value, told[index] ?? WITHHELD]))
}

/** Whether a value could be what {@link tellTotal} gives. */
export function isTotal(value: Json, smallness: Smallness): boolean {
  return value === `below ${smallness.hideBelow}` || isRounded(value, smallness)
}

/** Whether a value could be what {@link tellTable} gives: every key once, and never just one number kept back. */
export function isTable(value: Json, values: readonly string[], smallness: Smallness): boolean {
  if (!isJsonObject(value) || Object.keys(value).length !== values.length) return false
  const told = values.map(name => (Object.hasOwn(value, name) ? value[name] : undefined))
  const hidden = told.filter(one => !isRounded(one, smallness))
  const [mark] = hidden
  if (mark === undefined) return hidden.length === 0
  if (hidden.some(one => one !== mark)) return false
  if (mark === WITHHELD) return hidden.length > 1
  return mark === `below ${smallness.hideBelow}` && (hidden.length > 1 || values.length === 1)
}

function isRounded(value: Json | undefined, { hideBelow, roundTo }: Smallness): boolean {
  return Number.isSafeInteger(value) && Number(value) >= hideBelow && Number(value) % roundTo === 0
}
