import type { Leaf } from '../../terms/terms.ts'
import { closedList } from '../plan.ts'
import { listAround, type Outcome } from '../resolved.ts'
import { type CellAt, cellsOf, type Found, grouped, listed, openCells, type Subject } from './subject.ts'

/** The last word of a path, without list marks: `collar` for `command[].officer.collar`. */
function wordOf({ path }: Leaf): string {
  return (path.split('.').at(-1) ?? path).replace('[]', '')
}

interface Telling {
  readonly known: (leaf: Leaf) => boolean
  readonly tells: (leaf: Leaf) => boolean
  readonly says: string
}

const named = (...words: readonly string[]) => {
  const all = new Set(words.map(word => word.toLowerCase()))
  return (leaf: Leaf) => all.has(wordOf(leaf).toLowerCase())
}

const isPlace = (leaf: Leaf) =>
  leaf.type === 'place' || named('osgr', 'w3w', 'mgrs', 'grid', 'postcode')(leaf)
const isUnitName = named('unitId', 'unit', 'track', 'unitRef')
const isCallsign = named('callsign', 'callSign', 'shortName')

/** Known pairs of items of one entry: whoever sees the first as it is can say much about the second. */
const TELLING: readonly Telling[] = [
  {
    known: named('dateOfBirth', 'dob', 'birthDate'),
    tells: named('age', 'ageYears'),
    says: 'the age follows from the date of birth',
  },
  {
    known: named('age', 'ageYears'),
    tells: named('dateOfBirth', 'dob', 'birthDate'),
    says: 'the year of birth follows from the age',
  },
  { known: isCallsign, tells: isUnitName, says: 'whoever knows the call sign knows the unit' },
  { known: isUnitName, tells: isCallsign, says: 'whoever knows the unit knows its call sign' },
  {
    known: isPlace,
    tells: leaf => leaf.type === 'time' && named('at', 'timestamp', 'positionAt', 'lastSeenAt', 'dtg')(leaf),
    says: 'an exact place tells when a moving thing was there',
  },
  {
    known: named('email', 'mail'),
    tells: named('name', 'surname', 'fullName', 'displayName'),
    says: 'the address is often made of the name',
  },
]

interface Seen {
  readonly cell: CellAt
  readonly kinds: ReadonlySet<Outcome['kind']>
}

/** Every cell with what it can do to the value; a list of which no entry goes withholds. */
function seenOf({ resolved }: Subject): readonly Seen[] {
  return cellsOf(resolved).map(cell => {
    const closed = closedList(cell.resource, cell.purpose, cell.item.leaf.path) !== undefined
    const kinds = cell.cell.map(({ outcome }) => outcome.kind)
    return { cell, kinds: new Set(closed ? ['withhold'] : kinds) }
  })
}

/** The cells of one purpose in one entry, or outside all lists. */
function entriesOf(subject: Subject): readonly (readonly Seen[])[] {
  return grouped(seenOf(subject), ({ cell: { resource, purpose, item } }) => {
    return `${resource.catalogue.resource} ${purpose} ${listAround(item.leaf.path) ?? ''}`
  })
}

/** As {@link entriesOf}, for one group of items such as `location.*`. */
function siblingsOf(subject: Subject): readonly (readonly Seen[])[] {
  return grouped(seenOf(subject), ({ cell: { resource, purpose, item } }) => {
    return `${resource.catalogue.resource} ${purpose} ${item.leaf.path.slice(0, item.leaf.path.lastIndexOf('.') + 1)}`
  })
}

/** In every case the value itself. */
function isExact({ kinds }: Seen): boolean {
  return kinds.size === 1 && kinds.has('share')
}

/** Never the value itself. */
function isKept({ kinds }: Seen): boolean {
  return !kinds.has('share')
}

/** Items that go as they are beside others that are kept back and follow from them (check 22). */
export function tellingPairs(subject: Subject): readonly Found[] {
  const found = entriesOf(subject).flatMap(entry => {
    return entry.filter(isExact).flatMap(exact => {
      return entry.filter(isKept).flatMap(kept => {
        const pair = TELLING.find(
          ({ known, tells }) => known(exact.cell.item.leaf) && tells(kept.cell.item.leaf),
        )
        return pair ? [{ exact: exact.cell, kept: kept.cell, says: pair.says }] : []
      })
    })
  })
  const pairs = grouped(found, ({ exact, kept }) => {
    return `${exact.resource.catalogue.resource} ${exact.item.leaf.path} ${kept.item.leaf.path}`
  })
  return pairs.map(group => {
    const { exact, kept, says } = group[0]
    const purposes = listed(group.map(one => one.exact.purpose))
    const { path } = exact.item.leaf
    return {
      place: exact.place,
      row: exact.row,
      says: `\`${path}\` goes as it is and \`${kept.item.leaf.path}\` does not for ${purposes}: ${says}`,
      fix: `treat \`${path}\` as well`,
    }
  })
}

/** A total and all its parts but one give the one away; so do all parts the total. */
export function restOfTotals({ resolved }: Subject): readonly Found[] {
  const exact = new Set(
    openCells(resolved)
      .filter(({ cell }) => cell.every(({ outcome }) => outcome.kind === 'share'))
      .map(({ resource, purpose, item }) => `${resource.catalogue.resource} ${purpose} ${item.leaf.path}`),
  )
  const totals = cellsOf(resolved).filter(
    ({ item }) => item.leaf.type === 'count' && named('total', 'sum')(item.leaf),
  )
  return totals.flatMap(({ resource, item, purpose, place, row }): readonly Found[] => {
    const group = item.leaf.path.slice(0, item.leaf.path.lastIndexOf('.') + 1)
    const all = [...resource.catalogue.leaves.values()].filter(({ path, type }) => {
      return (
        type === 'count' && group !== '' && path.startsWith(group) && !path.slice(group.length).includes('.')
      )
    })
    const hidden = all.filter(({ path }) => !exact.has(`${resource.catalogue.resource} ${purpose} ${path}`))
    const [only] = hidden
    if (all.length < 3 || hidden.length !== 1 || !only) return []
    const says = `\`${only.path}\` can be worked out for \`${purpose}\`: every other number of \`${group}*\` goes as it is`
    return [{ place, row, says, fix: 'treat a second one' }]
  })
}

/** Words for the same thing in other notation. */
const SAME: readonly ((leaf: Leaf) => boolean)[] = [
  named('name', 'displayName', 'fullName'),
  named('sidc', 'sidc15'),
  named('dtg', 'timestamp'),
  isPlace,
]

/** Two notations of one thing, of which only one goes as it is (check 26). */
export function sameThings(subject: Subject): readonly Found[] {
  const found = siblingsOf(subject).flatMap(entry => {
    return SAME.flatMap(same => {
      const both = entry.filter(({ cell }) => same(cell.item.leaf))
      const exact = both.find(isExact)
      const other = both.find(isKept)
      return exact && other ? [{ exact: exact.cell, other: other.cell }] : []
    })
  })
  return grouped(found, ({ exact, other }) => {
    return `${exact.resource.catalogue.resource} ${exact.item.leaf.path} ${other.item.leaf.path}`
  }).map(group => {
    const { exact, other } = group[0]
    const purposes = listed(group.map(one => one.exact.purpose))
    const says = `\`${exact.item.leaf.path}\` goes as it is and \`${other.item.leaf.path}\` does not for ${purposes}: they tell the same`
    return { place: exact.place, row: exact.row, says, fix: 'treat both the same' }
  })
}
