import type { Leaf } from '../../terms/terms.ts'
import { CELLS, isCell } from '../treatments/place.ts'
import { type Found, grouped, openCells, type Subject } from './subject.ts'

/** Bands and grids finer than the agency allows (check 24). */
export function coarseTreatments({ resolved, rules }: Subject): readonly Found[] {
  return [...resolved.draft.treatments].flatMap(([name, treatment]): readonly Found[] => {
    if (!treatment) return []
    const { kind, place, prepared } = treatment
    const { hideBelow, grid } = prepared.terms
    if (kind === 'band' && typeof hideBelow === 'number' && hideBelow < rules.smallestBand) {
      const says = `\`${name}\` would tell numbers from ${hideBelow} on; the agency hides what is below ${rules.smallestBand}`
      return [{ place, says, fix: `write \`hideBelow: ${rules.smallestBand}\`` }]
    }
    if (kind !== 'generalisePlace' || !isCell(grid) || CELLS[grid] >= CELLS[rules.finestGrid]) return []
    const says = `\`${name}\` would tell places to ${grid}; the agency allows no finer than ${rules.finestGrid}`
    return [{ place, says, fix: `write \`grid: ${rules.finestGrid}\`` }]
  })
}

/** Words of items that hold one of few values: a code name for them is soon understood. */
const FEW_VALUES = /(?:role|rank|kind|type|level|status|state|sex|gender|grade|colour|unitType|homeForce)$/i

/** Keys that are no longer used, and code names for what can be guessed (check 25). */
export function pseudonyms({ resolved, rules }: Subject): readonly Found[] {
  const retired = [...resolved.draft.treatments].flatMap(([name, treatment]): readonly Found[] => {
    const key = treatment?.prepared.terms['key']
    if (!treatment || typeof key !== 'string' || !rules.retiredKeys.has(key)) return []
    const says = `\`${name}\` would be made with the key \`${key}\`, which is no longer used`
    return [{ place: treatment.place, says, fix: 'name the present key' }]
  })
  const guessed = openCells(resolved).filter(({ cell, item }) => {
    return cell.some(({ outcome }) => outcome.kind === 'pseudonymise') && isGuessed(item.leaf)
  })
  const rows = grouped(guessed, ({ resource, item }) => `${resource.catalogue.resource} ${item.leaf.path}`)
  const asks = rows.map((group): Found => {
    const { item, row, place } = group[0]
    const says = `\`${item.leaf.path}\` holds one of few values, so that a code name for it is soon understood`
    return { place, row, says, level: 'ask', fix: 'withhold it' }
  })
  return [...retired, ...asks]
}

function isGuessed({ path, values }: Leaf): boolean {
  return values !== undefined || FEW_VALUES.test(path.replace('[]', ''))
}
