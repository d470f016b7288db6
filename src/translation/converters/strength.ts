import type { Json } from '../../kit/kit.ts'
import type { Bounds } from '../../terms/terms.ts'
import { checkLength, checkRange, checkResults } from '../bounds.ts'
import { blocked, type Converter, choiceOf, exactly, made, type Site, unmapped } from '../converter.ts'
import type { Manner } from '../mapping.ts'
import { judged } from '../text-fit.ts'
import { bandManner, countOf } from './copy.ts'

const PARTS = ['inspectors', 'sergeants', 'constables', 'drivers', 'staff'] as const

/**
 * Police strength → one number, which is the same on both sides. A police inspector is no commissioned officer, so nothing is
 * split.
 *
 * Slots: `total`, and `inspectors`, `sergeants`, `constables`, `drivers`, `staff` (counts, optional). Parameter `larger: drop`: what
 * is too large for the target, which is a problem of the mapping otherwise. Gives: count. Loss: EXACT; NARROWED where parts stay
 * behind; WIDENED for a band; UNMAPPED. Refuses: `sum`, parts that are all there and do not add up.
 */
export const strengthTotal: Converter = {
  slots: [
    { name: 'total', types: ['count'] },
    ...PARTS.map(name => ({ name, types: ['count'] as const, optional: true })),
  ],
  gives: ['count'],
  parameters: ['larger'],
  compile(site: Site) {
    const { room, rule } = site
    const drops = site.parameters.has('larger') && choiceOf(site, 'larger', ['drop']) === 'drop'
    if (!drops) checkRange(site, room.reads[0] ?? {})
    const large = unmapped(`${rule}.large`, 'more than there is room for')
    const banded = bandManner(site)
    return ([total, ...parts]) => {
      if (total === undefined) return undefined
      const sum = sumOf(parts)
      if (typeof total === 'number' && sum !== undefined && sum !== total) return blocked(`${rule}.sum`)
      if (drops && typeof total === 'number' && !room.accepts(total)) return large
      const exact = parts.some(part => part !== undefined)
        ? ({ outcome: 'NARROWED', rule } as const)
        : exactly(rule)
      return countOf(total, { exact, banded }) ?? unmapped(rule, 'not a number')
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

/**
 * How police break a strength down, inspectors–sergeants–constables: `1-3-18 + 3 drivers`. Only what is known.
 *
 * Slots: `inspectors`, and `sergeants`, `constables`, `drivers`, `staff` (counts, optional). Gives: text. Loss: NARROWED;
 * UNMAPPED where part of it is missing.
 */
export const strengthBreakdown: Converter = {
  slots: PARTS.map((name, index) => ({ name, types: ['count'] as const, optional: index > 0 })),
  gives: ['text'],
  parameters: [],
  compile(site: Site) {
    const { rule } = site
    checkLength(site, LONGEST_BREAKDOWN)
    checkResults(site, ['1-3-18', '1-3-18 + 3 drivers', '1-3-18 + 2 staff', '1-3-18 + 3 drivers + 2 staff'])
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

/** Five numbers with six digits each and the words between. */
const LONGEST_BREAKDOWN = 54

const BREAKDOWN = /^(\d{1,6})-(\d{1,6})-(\d{1,6})(?: \+ (\d{1,6}) drivers)?(?: \+ (\d{1,6}) staff)?$/

/**
 * One part of a breakdown that was kept as text, `1-3-18 + 3 drivers`, as a number again. Nothing is guessed from any other text.
 *
 * Slot: `value` (text). Parameter `part`: `inspectors`, `sergeants`, `constables`, `drivers`, `staff`. Gives: count. Loss:
 * EXACT; UNMAPPED for a text of another form.
 */
export const strengthPart: Converter = {
  slots: [{ name: 'value', types: ['text'] }],
  gives: ['count'],
  parameters: ['part'],
  compile(site: Site) {
    const part = PARTS.indexOf(choiceOf(site, 'part', PARTS))
    const exact = exactly(site.rule)
    const no = unmapped(site.rule, 'not a breakdown')
    return judged(site, ([value]) => {
      const found = typeof value === 'string' ? BREAKDOWN.exec(value) : null
      return found ? made(Number(found[part + 1] ?? 0), exact) : no
    })
  },
}

/**
 * Army strength, officers and others → one number, which is the same on both sides. Ranks are never guessed from it. Officers alone
 * are no strength: how many others there are is not known, and that is not none.
 *
 * Slots: `officers`, `others`, `total` (counts, optional). Gives: count. Loss: EXACT where only one number is there; NARROWED;
 * WIDENED for a band; UNMAPPED where a band cannot be added, and for officers alone. Refuses: `sum`.
 */
export const strengthSum: Converter = {
  slots: [
    { name: 'officers', types: ['count'], optional: true },
    { name: 'others', types: ['count'], optional: true },
    { name: 'total', types: ['count'], optional: true },
  ],
  gives: ['count'],
  parameters: [],
  compile(site: Site) {
    const { rule } = site
    checkRange(site, sumRange(site))
    const exact = exactly(rule)
    const joined: Manner = { outcome: 'NARROWED', rule, note: 'officers and others as one number' }
    const manners = { exact, banded: bandManner(site) }
    const no = unmapped(rule, 'not a number')
    const alone = unmapped(`${rule}.officers`, 'how many others there are is not known')
    const wrong = blocked(`${rule}.sum`)
    return ([officers, others, total]) => {
      const parts = [officers, others].filter(part => part !== undefined)
      const sum = sumOf(parts)
      if (total !== undefined) {
        const whole = parts.length === 2 && sum !== undefined && typeof total === 'number'
        return whole && sum !== total ? wrong : (countOf(total, manners) ?? no)
      }
      if (parts.length === 0) return undefined
      if (others === undefined) return alone
      if (parts.length === 1) return countOf(others, manners) ?? no
      return sum === undefined ? no : made(sum, joined)
    }
  },
}

/** Officers and others together, or the total where that can be more. */
function sumRange({ room }: Site): Bounds {
  const [officers = {}, others = {}, total = {}] = room.reads
  if (officers.maximum === undefined || others.maximum === undefined) return {}
  return { minimum: 0, maximum: Math.max(officers.maximum + others.maximum, total.maximum ?? 0) }
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
