import { PERSONAL } from '../resolve.ts'
import type { Check } from './check.ts'
import { countableFigures, smallFigures } from './figures.ts'
import { smallGroups } from './groups.ts'
import { restOfTotals, sameThings, tellingPairs } from './inference.ts'
import { type Found, grouped, listed, openCells, type Subject } from './subject.ts'
import { coarseTreatments, pseudonyms } from './terms.ts'

/** Checks 21 to 26: what items tell about people, alone and together. */
export const PRIVACY = {
  21: {
    title: 'personal items go unchanged only for a reason',
    level: 'ask',
    needs: 'meaning',
    codes: ['never-shared'],
    run: withoutReason,
  },
  22: {
    title: 'what is kept back cannot be worked out from what goes',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: subject => [...tellingPairs(subject), ...restOfTotals(subject), ...countableFigures(subject)],
  },
  23: {
    title: 'nobody stands out by a combination of what goes',
    level: 'ask',
    needs: 'examples',
    codes: [],
    run: smallGroups,
  },
  24: {
    title: 'bands and grids are as coarse as the agency demands',
    level: 'stop',
    needs: 'meaning',
    codes: [
      'band-edges',
      'treatments/not-in-range',
      'resources/not-in-range',
      'treatments/unknown-word',
      'treatment-terms',
    ],
    run: subject => [...coarseTreatments(subject), ...smallFigures(subject)],
  },
  25: {
    title: 'pseudonyms stay inside their scope and cannot be guessed',
    level: 'stop',
    needs: 'meaning',
    codes: ['pseudonym-scope'],
    run: pseudonyms,
  },
  26: {
    title: 'what holds the same thing is treated the same',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: sameThings,
  },
} satisfies Record<number, Check>

/** A reason stands in the branch that shares, or in the row. */
function withoutReason({ resolved }: Subject): readonly Found[] {
  const silent = openCells(resolved).filter(({ draft, item, purpose, row }) => {
    const written = draft.fields.get(row)
    const cell = written?.cells.get(purpose) ?? written?.cells.get('others') ?? written?.cells.get('all')
    const shares = (cell?.cell ?? []).filter(({ outcome }) => outcome.name === 'share')
    const unchanged = PERSONAL.has(item.leaf.sensitivity) && !item.leaf.derived
    return unchanged && !written?.why && shares.some(({ why }) => why === undefined)
  })
  return grouped(silent, ({ resource, item }) => `${resource.catalogue.resource} ${item.leaf.path}`).map(
    group => {
      const { item, place, row } = group[0]
      const purposes = listed(group.map(({ purpose }) => purpose))
      const says = `\`${item.leaf.path}\` is ${item.leaf.sensitivity} and goes unchanged for ${purposes}`
      return { place, row, says, fix: 'say `why` in the row, or treat it' }
    },
  )
}
