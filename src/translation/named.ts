import { readDtg } from './date-time-group.ts'
import type { Point } from './grid.ts'
import { readReference } from './mgrs-reference.ts'
import { readDigits } from './symbol-digits.ts'
import { writeLetters } from './symbol-letters.ts'

/** The square that an MGRS reference names: its centre, and its side in metres. Undefined for what is no reference. */
export function squareNamed(
  reference: string,
): { readonly centre: Point; readonly side: number } | undefined {
  const reading = readReference(reference)
  return reading.kind === 'square' ? reading : undefined
}

/**
 * The moment that a date-time group names, in ms. Undefined for a day or month alone and for what is no group.
 *
 * @param anchor the moment, in ms, from which short groups and two-digit years are understood
 */
export function momentNamed(group: string, anchor: number): number | undefined {
  const reading = readDtg(group, { anchor })
  return reading.kind === 'instant' ? reading.at : undefined
}

/** The 15 characters for a symbol of 20 digits, or for the next more general one. Undefined for what is no symbol, or has none. */
export function lettersNamed(sidc: string): string | undefined {
  const reading = readDigits(sidc)
  const writing = reading.kind === 'symbol' ? writeLetters(reading.fields) : undefined
  return writing?.kind === 'letters' ? writing.sidc15 : undefined
}
