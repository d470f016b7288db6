import { type Converter, exactly, type Site, unmapped } from '../converter.ts'
import { makeFit } from '../text-fit.ts'

/** A police unit code: kind, force, number. */
const UNIT_CODE = /^[A-Z]+(?:_[A-Z]+)*-([A-Z]{2,6})-\d{1,6}$/

/** The agency and the dot after it. */
const LONGEST_PREFIX = 65

/**
 * Unit code → track id (FFI): the force code before it, `GMP.PSU-GMP-021`; an alias takes the agency it came from.
 *
 * Slot: `value` (id). Gives: id. Loss: EXACT; UNMAPPED.
 */
export const track: Converter = {
  slots: [{ name: 'value', types: ['id'] }],
  gives: ['id'],
  parameters: [],
  compile(site: Site) {
    const longest = LONGEST_PREFIX + (site.room.reads[0]?.maxLength ?? Number.POSITIVE_INFINITY)
    const fit = makeFit(site, { minLength: 2, maxLength: longest }, exactly(site.rule))
    const no = unmapped(site.rule, 'not an identifier')
    return ([value], { provider }) => {
      if (typeof value !== 'string') return no
      return fit(`${UNIT_CODE.exec(value)?.[1] ?? provider}.${value}`)
    }
  },
}

/**
 * Track id → unit code: the unit where the track is nothing but a prefix before it, else the track, which alone tells two
 * tracks of one unit apart.
 *
 * Slots: `track` (id), `unit` (id, optional). Parameter `longer` as in `text`. Gives: id. Loss: EXACT; UNMAPPED.
 */
export const unitOfTrack: Converter = {
  slots: [
    { name: 'track', types: ['id'] },
    { name: 'unit', types: ['id'], optional: true },
  ],
  gives: ['id'],
  parameters: ['longer'],
  compile(site: Site) {
    const [track = {}] = site.room.reads
    const fit = makeFit(site, track, exactly(site.rule))
    const no = unmapped(site.rule, 'not an identifier')
    return ([value, unit]) => {
      if (value === undefined) return undefined
      if (typeof value !== 'string') return no
      const bare = typeof unit === 'string' && isPrefixed(value, unit)
      return fit(bare ? unit : value)
    }
  },
}

/** True for `GMP.PSU-GMP-021` and `PSU-GMP-021`: one word, a dot, the unit. */
function isPrefixed(track: string, unit: string): boolean {
  const prefix = track.length - unit.length - 1
  return prefix > 0 && track.endsWith(`.${unit}`) && track.indexOf('.') === prefix
}
