import { blocked, type Converted, type Converter, made, type Site, unmapped } from '../converter.ts'
import { EXACTNESS_NOTE } from '../exactness.ts'
import { type Digits, digitsFor, referenceOf, sideOf } from '../grid.ts'
import type { Manner } from '../mapping.ts'
import { readReference } from '../mgrs-reference.ts'
import { gridReferenceOf, readGridReference, SHIFT_ERROR } from '../national-grid.ts'
import { judged } from '../text-fit.ts'
import { halfDiagonal, onGrid, POINT_SLOTS, placeAt } from './mgrs.ts'

const NOTE = 'datum shift without OSTN15'

/**
 * A place → reference of the British National Grid, cut to the digits that its accuracy supports: `NS 57916 65747`. Good to five
 * metres, because the datum is shifted without the OSTN15 corrections.
 *
 * Slots: `value` (place), `accuracy` (number or band, optional). Parameter `accuracyM` as in `mgrs`. Gives: place, text. Loss:
 * APPROXIMATED with metres; UNMAPPED outside Great Britain, and for a line or an area. Refuses: `form`, what is no place.
 */
export const osgr: Converter = {
  slots: POINT_SLOTS,
  gives: ['place', 'text'],
  parameters: ['accuracyM'],
  compile: (site: Site) =>
    judged(
      site,
      onGrid(site, {
        referenceOf: gridReferenceOf,
        manners: shiftManners(site.rule),
        outside: unmapped(`${site.rule}.outside`, 'not on the National Grid'),
      }),
    ),
}

/** The report line for each number of digits. */
function shiftManners(rule: string): (digits: Digits, said: boolean) => Manner {
  const said = ([0, 1, 2, 3, 4, 5] as const).map(
    (digits): Manner => mannerFor(`${rule}.${digits * 2}`, sideOf(digits)),
  )
  const notSaid = said.map((manner): Manner => ({ ...manner, note: `${NOTE}; ${EXACTNESS_NOTE}` }))
  const finest = mannerFor(rule, 1)
  return (digits, isSaid) => (isSaid ? said : notSaid)[digits] ?? finest
}

/** Half the diagonal of the square, and the error of the shift. */
function mannerFor(rule: string, side: number): Manner {
  const value = Math.round((halfDiagonal(side) + SHIFT_ERROR) * 10) / 10
  return { outcome: 'APPROXIMATED', rule, error: { value, unit: 'm' }, note: NOTE }
}

/**
 * Reference of the British National Grid → the centre of its square on WGS 84, with the accuracy that square and datum shift
 * allow together.
 *
 * Slots: `value` (place or text), `source` (enum, optional: how the place was found). Gives: place. Loss: APPROXIMATED with
 * metres. Refuses: `form`, `bare-digits`, `letter`, `odd-digits`, `too-many-digits`, `no-such-square`.
 */
export const placeOfOsgr: Converter = {
  slots: [
    { name: 'value', types: ['place', 'text'] },
    { name: 'source', types: ['enum'], optional: true },
  ],
  gives: ['place'],
  parameters: [],
  compile(site: Site) {
    return judged(site, ([value, source]): Converted | undefined => {
      if (value === undefined) return undefined
      const square = readGridReference(typeof value === 'string' ? value : '')
      if (square.kind === 'refused') return blocked(`${site.rule}.${square.why}`)
      const place = placeAt(square, { more: SHIFT_ERROR, source })
      return made(place, mannerFor(`${site.rule}.centre`, square.side))
    })
  },
}

/**
 * Reference of the National Grid → MGRS, as many digits as square and datum shift allow: one metre becomes ten.
 *
 * Slot: `value` (place or text). Gives: place, text. Loss: APPROXIMATED with metres. Refuses: as `place-of-osgr`.
 */
export const mgrsOfOsgr: Converter = {
  slots: [{ name: 'value', types: ['place', 'text'] }],
  gives: ['place', 'text'],
  parameters: [],
  compile(site: Site) {
    const { rule } = site
    return judged(site, ([value]) => {
      const square = readGridReference(typeof value === 'string' ? value : '')
      if (square.kind === 'refused') return blocked(`${rule}.${square.why}`)
      const digits = digitsFor(Math.max(square.side, SHIFT_ERROR))
      const reference = digits === undefined ? undefined : referenceOf(square.centre, digits)
      return reference === undefined || digits === undefined
        ? unmapped(rule, 'no such square')
        : made(reference, mannerFor(`${rule}.${digits * 2}`, square.side + sideOf(digits)))
    })
  },
}

/**
 * MGRS → reference of the National Grid, as many digits as square and datum shift allow.
 *
 * Slot: `value` (place or text). Gives: place, text. Loss: APPROXIMATED with metres; UNMAPPED outside Great Britain. Refuses: as
 * `place-of-mgrs`.
 */
export const osgrOfMgrs: Converter = {
  slots: [{ name: 'value', types: ['place', 'text'] }],
  gives: ['place', 'text'],
  parameters: [],
  compile(site: Site) {
    const { rule } = site
    const outside = unmapped(`${rule}.outside`, 'not on the National Grid')
    return judged(site, ([value]) => {
      const square = readReference(typeof value === 'string' ? value : '')
      if (square.kind === 'refused') return blocked(`${rule}.${square.why}`)
      const digits = digitsFor(Math.max(square.side, SHIFT_ERROR))
      const reference = digits === undefined ? undefined : gridReferenceOf(square.centre, digits)
      return reference === undefined || digits === undefined
        ? outside
        : made(reference, mannerFor(`${rule}.${digits * 2}`, square.side + sideOf(digits)))
    })
  },
}
