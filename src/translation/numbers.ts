/**
 * The whole part of a number of 32 bits, towards zero. An engine knows that nothing is left behind the point, and works with such
 * numbers as machines do: where thousands of places are cut to squares, it shows.
 */
export function whole(number: number): number {
  return number | 0
}

/** The texts of the numbers from 0, so many of them, with leading zeros to so many digits. */
export function numbered(count: number, digits: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => String(at).padStart(digits, '0'))
}
