import { blocked, type Converter, choiceOf, made, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'

/** Kilometres per hour in a mile per hour: the international mile is 1609.344 m exactly. */
const KMH_PER_MPH = 1.609344

/** Speed: miles per hour ⇄ kilometres per hour, to one decimal. Parameter `to`: `kmh` or `mph`. */
export const speed: Converter = {
  slots: [{ name: 'value', types: ['number', 'count'] }],
  gives: ['number'],
  parameters: ['to'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['kmh', 'mph'])
    const factor = to === 'kmh' ? KMH_PER_MPH : 1 / KMH_PER_MPH
    const unit = to === 'kmh' ? 'km/h' : 'mph'
    const manner: Manner = { outcome: 'APPROXIMATED', rule: site.rule, error: { value: 0.05, unit } }
    const no = unmapped(site.rule, 'not a number')
    return ([value]) => {
      if (typeof value !== 'number') return no
      return value >= 0 ? made(Math.round(value * factor * 10) / 10, manner) : blocked(site.rule)
    }
  },
}

const MILS = 6400

/** Bearing: degrees ⇄ mils, 6400 to the circle. Whole mils; degrees to one decimal. Parameter `to`: `mils` or `degrees`. */
export const bearing: Converter = {
  slots: [{ name: 'value', types: ['number', 'count'] }],
  gives: ['number'],
  parameters: ['to'],
  compile(site: Site) {
    const to = choiceOf(site, 'to', ['mils', 'degrees'])
    const error = to === 'mils' ? { value: 0.5, unit: 'mil' } : { value: 0.05, unit: 'deg' }
    const manner: Manner = { outcome: 'APPROXIMATED', rule: site.rule, error }
    const no = unmapped(site.rule, 'not a number')
    const circle = to === 'mils' ? 360 : MILS
    return ([value]) => {
      if (typeof value !== 'number') return no
      if (!(value >= 0 && value <= circle)) return blocked(site.rule)
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
