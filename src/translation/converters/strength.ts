import type { Json } from '../../kit/kit.ts'
import { blocked, type Converter, exactly, made, type Site, unmapped } from '../converter.ts'
import { bandManner, countOf } from './copy.ts'

const PARTS = ['inspectors', 'sergeants', 'constables', 'drivers', 'staff'] as const

/**
 * Police strength → one number, which is the same on both sides. A police inspector is no commissioned officer, so nothing is
 * split. Blocked where all parts are there and do not add up to the total.
 */
export const strengthTotal: Converter = {
  slots: [
    { name: 'total', types: ['count'] },
    ...PARTS.map(name => ({ name, types: ['count'] as const, optional: true })),
  ],
  gives: ['count'],
  parameters: [],
  compile({ rule }: Site) {
    return ([total, ...parts]) => {
      if (total === undefined) return undefined
      const sum = sumOf(parts)
      if (typeof total === 'number' && sum !== undefined && sum !== total) return blocked(rule)
      const exact = parts.some(part => part !== undefined)
        ? ({ outcome: 'NARROWED', rule } as const)
        : exactly(rule)
      return countOf(total, { exact, banded: bandManner(rule) }) ?? unmapped(rule, 'not a number')
    }
  },
}

/** The sum of the parts where all of them are plain numbers. */
function sumOf(parts: readonly (Json | undefined)[]): number | undefined {
  let sum = 0
  for (const part of parts) {
    if (typeof part !== 'number') return undefined
    sum += part
  }
  return sum
}

/** How police break a strength down, inspectors–sergeants–constables: `1-3-18`, with drivers and staff named. Only what is known. */
export const strengthBreakdown: Converter = {
  slots: PARTS.map((name, index) => ({ name, types: ['count'] as const, optional: index > 0 })),
  gives: ['text'],
  parameters: [],
  compile({ rule }: Site) {
    return parts => {
      const [inspectors, sergeants, constables, drivers, staff] = parts
      const ranks = [inspectors, sergeants, constables]
      if (!ranks.every(isCount))
        return ranks.some(isCount) ? unmapped(rule, 'breakdown not complete') : undefined
      const drove = isCount(drivers) && drivers > 0 ? ` + ${drivers} drivers` : ''
      const helped = isCount(staff) && staff > 0 ? ` + ${staff} staff` : ''
      return made(`${ranks.join('-')}${drove}${helped}`, { outcome: 'NARROWED', rule, note: 'kept as text' })
    }
  },
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
