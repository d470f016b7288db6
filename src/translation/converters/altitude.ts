import { isJsonObject, type Json } from '../../kit/kit.ts'
import { checkMember, checkRange } from '../bounds.ts'
import { type Converter, choiceOf, exactly, made, type Site, unmapped } from '../converter.ts'

/**
 * A height with its datum, as it came. Heights above ellipsoid and above sea level differ by some fifty metres over Great
 * Britain, so one without datum stays behind, and none is turned into the other.
 *
 * Slot: `value` (group with `value` and `datum`). Gives: group. Loss: EXACT; UNMAPPED without datum.
 */
export const altitude: Converter = {
  slots: [{ name: 'value', types: ['group'] }],
  gives: ['group'],
  parameters: [],
  compile(site: Site) {
    const { room, rule } = site
    checkRange(site, room.readMember('value'), room.takesMember('value'))
    checkMember(site, 'datum', ['HAE', 'MSL'])
    const exact = exactly(rule)
    const no = unmapped(rule, 'no height with a datum')
    return ([source]) => {
      if (!isJsonObject(source)) return undefined
      const height = heightOf(source)
      return height === undefined ? no : made(height, exact)
    }
  },
}

/**
 * A height with its datum → the bare number that a target with a fixed datum wants (Cursor-on-Target: `HAE`).
 *
 * Slot: `value` (group). Parameter `datum`: `HAE` or `MSL`. Gives: number. Loss: EXACT; UNMAPPED for another datum or none.
 */
export const height: Converter = {
  slots: [{ name: 'value', types: ['group'] }],
  gives: ['number'],
  parameters: ['datum'],
  compile(site: Site) {
    const datum = choiceOf(site, 'datum', ['HAE', 'MSL'])
    checkRange(site, site.room.readMember('value'))
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'no height with a datum')
    const other = unmapped(`${site.rule}.datum`, 'measured from another datum')
    return ([source]) => {
      if (!isJsonObject(source)) return undefined
      const found = heightOf(source)
      if (found === undefined) return no
      return found.datum === datum ? made(found.value, exact) : other
    }
  },
}

/**
 * A bare number whose datum the source vocabulary fixes → a height with that datum.
 *
 * Slot: `value` (number or count). Parameter `datum`: `HAE` or `MSL`. Gives: group. Loss: EXACT.
 */
export const altitudeOfHeight: Converter = {
  slots: [{ name: 'value', types: ['number', 'count'] }],
  gives: ['group'],
  parameters: ['datum'],
  compile(site: Site) {
    const datum = choiceOf(site, 'datum', ['HAE', 'MSL'])
    checkRange(site, site.room.reads[0] ?? {}, site.room.takesMember('value'))
    checkMember(site, 'datum', [datum])
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'not a number')
    return ([value]) => (typeof value === 'number' ? made({ value, datum }, exact) : no)
  },
}

function heightOf(source: { readonly [name: string]: Json }) {
  const { value, datum } = source
  return typeof value === 'number' && (datum === 'HAE' || datum === 'MSL') ? { value, datum } : undefined
}
