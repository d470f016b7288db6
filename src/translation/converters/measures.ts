import type { Bounds } from '../../terms/terms.ts'
import { checkRange, checkResults } from '../bounds.ts'
import { blocked, type Converter, choiceOf, made, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'

/** Metres in a second for one unit: the international mile is 1609.344 m exactly. */
const SPEEDS = { kmh: 1 / 3.6, mph: 0.44704, ms: 1 } as const
const SPEED_NAMES = { kmh: 'km/h', mph: 'mph', ms: 'm/s' } as const
type SpeedUnit = keyof typeof SPEEDS

/** What a speed is in where the mapping does not say: police give miles, armies kilometres. */
const OTHER_SPEED = { kmh: 'mph', mph: 'kmh', ms: 'kmh' } as const

/**
 * Speed: miles per hour, kilometres per hour, metres per second, to one decimal.
 *
 * Slot: `value` (number or count). Parameters `to` and, if it is not the other of `kmh` and `mph`, `from`: `kmh`, `mph`, `ms`.
 * Gives: number. Loss: APPROXIMATED by half a tenth; EXACT where both units are one. Refuses: `negative`.
 */
export const speed: Converter = {
  slots: [{ name: 'value', types: ['number', 'count'] }],
  gives: ['number'],
  parameters: ['to', 'from'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['kmh', 'mph', 'ms'])
    const from = speedFrom(site, to)
    const factor = SPEEDS[from] / SPEEDS[to]
    checkRange(site, scaled(site.room.reads[0] ?? {}, factor))
    const error = { value: 0.05, unit: SPEED_NAMES[to] }
    const manner: Manner =
      from === to
        ? { outcome: 'EXACT', rule: site.rule }
        : { outcome: 'APPROXIMATED', rule: site.rule, error }
    const no = unmapped(site.rule, 'not a number')
    const refusal = blocked(`${site.rule}.negative`)
    return ([value]) => {
      if (typeof value !== 'number') return no
      if (!(value >= 0)) return refusal
      return made(from === to ? value : tenths(value * factor), manner)
    }
  },
}

function speedFrom(site: Site, to: SpeedUnit): SpeedUnit {
  return site.parameters.has('from') ? choiceOf(site, 'from', ['kmh', 'mph', 'ms']) : OTHER_SPEED[to]
}

/** What a range becomes; there is no negative speed. */
function scaled({ maximum }: Bounds, factor: number): Bounds {
  return maximum === undefined ? { minimum: 0 } : { minimum: 0, maximum: tenths(maximum * factor) }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

const MILS = 6400

/**
 * Bearing: degrees ⇄ mils, 6400 to the circle. Whole mils; degrees to one decimal. A bearing is never turned from one north to
 * another: where the source names its north (`TRUE`, `GRID`, `MAGNETIC`) and it is not the one of the target, it stays behind.
 *
 * Slots: `value` (number or count), `north` (enum, optional). Parameters `to`: `mils`, `degrees`; `north`: `TRUE` (default),
 * `GRID`, `MAGNETIC`, the north of the target. Gives: number, count. Loss: APPROXIMATED by half the last digit; UNMAPPED for
 * another north. Refuses: `range`.
 */
export const bearing: Converter = {
  slots: [
    { name: 'value', types: ['number', 'count'] },
    { name: 'north', types: ['enum'], optional: true },
  ],
  gives: ['number', 'count'],
  parameters: ['to', 'north'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['mils', 'degrees'])
    const own = site.parameters.has('north') ? choiceOf(site, 'north', ['TRUE', 'GRID', 'MAGNETIC']) : 'TRUE'
    const error = to === 'mils' ? { value: 0.5, unit: 'mil' } : { value: 0.05, unit: 'deg' }
    const manner: Manner = { outcome: 'APPROXIMATED', rule: site.rule, error }
    const no = unmapped(site.rule, 'not a number')
    const other = unmapped(`${site.rule}.north`, 'measured from another north')
    const refusal = blocked(`${site.rule}.range`)
    checkRange(site, { minimum: 0, maximum: to === 'mils' ? MILS - 1 : 359.9 })
    if (to === 'degrees') checkResults(site, [0.1])
    const circle = to === 'mils' ? 360 : MILS
    return ([value, north]) => {
      if (value === undefined) return undefined
      if (typeof value !== 'number') return no
      if (!(value >= 0 && value <= circle)) return refusal
      if (north !== undefined && north !== own) return other
      return made(to === 'mils' ? milsOf(value) : degreesOf(value), manner)
    }
  },
}

function milsOf(degrees: number): number {
  return Math.round((degrees * MILS) / 360) % MILS
}

function degreesOf(mils: number): number {
  return (Math.round((mils * 3600) / MILS) % 3600) / 10
}
