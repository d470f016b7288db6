import type { CellDraft, ResourceDraft, RowDraft } from '../draft-resource.ts'
import { closedList } from '../plan.ts'
import { isWithheld, type Resolved } from '../resolved.ts'
import { covers, isGroup } from '../table.ts'
import type { Check } from './check.ts'
import { type CellAt, cellsOf, type Found, grouped, listed, type Subject } from './subject.ts'

/** Checks 14 to 20: the table. */
export const ROWS = {
  14: {
    title: 'every row names an item or a group of the catalogue',
    level: 'stop',
    needs: 'compiler',
    codes: [
      'unknown-path',
      'not-a-leaf',
      'index-in-path',
      'unknown-list',
      'unknown-purpose',
      'row-all-alone',
      'unknown-treatment',
    ],
  },
  15: {
    title: 'every cell is decided',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: subject => [...undecided(subject), ...decidedCount(subject)],
  },
  16: {
    title: 'a group row shares only what is public',
    level: 'stop',
    needs: 'compiler',
    codes: ['wildcard-shares'],
  },
  17: {
    title: 'exceptions that are looser than their group are wanted',
    level: 'ask',
    needs: 'meaning',
    codes: [],
    run: exceptions,
  },
  18: {
    title: 'every row does something',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: subject => [...shadowedGroups(subject), ...repeatedRows(subject)],
  },
  19: {
    title: 'no row stands against a red line or a closed list',
    level: 'stop',
    needs: 'meaning',
    codes: [],
    run: subject => [...againstRedLines(subject), ...behindClosedLists(subject)],
  },
  20: {
    title: 'every treatment fits its item',
    level: 'stop',
    needs: 'compiler',
    codes: ['treatment-unfit', 'derived-form', 'derived-unsaid'],
    leftOut:
      'whether the outcome meets the schema of the recipient after translation: its mapping is not part of the agreement',
  },
} satisfies Record<number, Check>

type Row = RowDraft<CellDraft>

function writtenCell(row: Row | undefined, purpose: string): CellDraft | undefined {
  const written = row?.cells.get(purpose) ?? row?.cells.get('others') ?? row?.cells.get('all')
  return written?.cell
}

function isDecided({ resource, draft, item, purpose }: CellAt): boolean {
  if (item.redLine !== undefined || closedList(resource, purpose, item.leaf.path) !== undefined) return true
  return writtenCell(draft.fields.get(item.row ?? ''), purpose) !== undefined
}

function undecided({ resolved }: Subject): readonly Found[] {
  const open = cellsOf(resolved).filter(cell => !isDecided(cell))
  return grouped(open, ({ resource, item }) => `${resource.catalogue.resource} ${item.leaf.path}`).map(
    group => {
      const { item, place, row } = group[0]
      const says = `\`${item.leaf.path}\` is undecided for ${listed(group.map(({ purpose }) => purpose))}, and therefore withheld`
      return {
        place,
        row,
        says,
        fix: `add the row \`${item.leaf.path}: { all: withhold }\`, or decide otherwise`,
      }
    },
  )
}

function decidedCount({ resolved }: Subject): readonly Found[] {
  return [...resolved.resources].map(([name]) => {
    const cells = cellsOf(resolved).filter(({ resource }) => resource.catalogue.resource === name)
    const place = resolved.draft.resources.get(name)?.place ?? { line: 1, column: 1 }
    const says = `\`${name}\`: ${cells.filter(isDecided).length} of ${cells.length} cells are decided`
    return { place, says, level: 'note' }
  })
}

/** Share before any treatment before withhold; a cell is as loose as its loosest branch. */
function looseness(cell: CellDraft | undefined): number {
  const ranks = (cell ?? []).map(({ outcome: { name } }) =>
    name === 'share' ? 2 : name === 'withhold' ? 0 : 1,
  )
  return Math.max(0, ...ranks)
}

/** The next longer row that speaks about everything a row speaks about. */
function groupAround(draft: ResourceDraft, path: string): [string, Row] | undefined {
  const around = [...draft.fields].filter(([row]) => row !== path && isGroup(row) && covers(row, path))
  return around.toSorted(([a], [b]) => b.length - a.length)[0]
}

interface Pair {
  readonly path: string
  readonly row: Row
  readonly group: string
  readonly groupRow: Row
}

function pairsOf({ draft }: Resolved): readonly Pair[] {
  return [...draft.resources.values()].flatMap(resource => {
    return [...resource.fields].flatMap(([path, row]): readonly Pair[] => {
      const [group, groupRow] = groupAround(resource, path) ?? []
      return group !== undefined && groupRow ? [{ path, row, group, groupRow }] : []
    })
  })
}

/** A `why` in the row is the reason that is asked for. */
function exceptions({ resolved }: Subject): readonly Found[] {
  return pairsOf(resolved).flatMap(({ path, row, group, groupRow }): readonly Found[] => {
    const looser = [...resolved.draft.purposes.keys()].filter(
      purpose => looseness(writtenCell(row, purpose)) > looseness(writtenCell(groupRow, purpose)),
    )
    if (looser.length === 0) return []
    const says = `\`${path}\` is an exception from \`${group}\` for ${listed(looser)}`
    if (row.why !== undefined)
      return [{ place: row.place, row: path, says: `${says}: ${row.why}`, level: 'note' }]
    return [{ place: row.place, row: path, says, fix: 'say `why` in the row' }]
  })
}

function shadowedGroups({ resolved }: Subject): readonly Found[] {
  return [...resolved.resources].flatMap(([name, { items }]) => {
    const deciding = new Set(items.map(({ row }) => row))
    const rows = [...(resolved.draft.resources.get(name)?.fields ?? [])]
    return rows.flatMap(([row, { place }]) => {
      if (deciding.has(row)) return []
      const says = `\`${row}\` does nothing: longer rows speak about every item in it`
      return [{ place, row, says, fix: 'leave the row out' }]
    })
  })
}

function repeatedRows({ resolved }: Subject): readonly Found[] {
  return pairsOf(resolved).flatMap(({ path, row, group, groupRow }) => {
    const same = [...resolved.draft.purposes.keys()].every(
      purpose => written(row, purpose) === written(groupRow, purpose),
    )
    if (!same) return []
    return [
      {
        place: row.place,
        row: path,
        says: `\`${path}\` says what \`${group}\` says already`,
        fix: 'leave the row out',
      },
    ]
  })
}

function written(row: Row, purpose: string): string {
  const branches = writtenCell(row, purpose) ?? [{ condition: undefined, outcome: { name: 'withhold' } }]
  return JSON.stringify(branches.map(({ condition, outcome }) => [condition?.name ?? 'else', outcome.name]))
}

function againstRedLines({ resolved }: Subject): readonly Found[] {
  const forbidden = cellsOf(resolved).filter(({ draft, item, purpose }) => {
    return item.redLine !== undefined && looseness(writtenCell(draft.fields.get(item.row ?? ''), purpose)) > 0
  })
  return grouped(forbidden, ({ resource, item }) => `${resource.catalogue.resource} ${item.leaf.path}`).map(
    group => {
      const { item, row, place } = group[0]
      const says = `\`${row}\` would share \`${item.leaf.path}\`, which red line \`${item.redLine ?? ''}\` forbids`
      return { place, row, says, fix: 'write `withhold`' }
    },
  )
}

function behindClosedLists({ resolved }: Subject): readonly Found[] {
  const idle = cellsOf(resolved).filter(({ item, purpose, cell, resource }) => {
    return !isWithheld(cell) && closedList(resource, purpose, item.leaf.path) !== undefined
  })
  return grouped(idle, ({ resource, row }) => `${resource.catalogue.resource} ${row}`).map(group => {
    const { resource, item, purpose, row, place } = group[0]
    const list = closedList(resource, purpose, item.leaf.path) ?? ''
    const names = listed([...new Set(group.map(one => one.purpose))])
    const says = `\`${row}\` can never matter for ${names}: no entry of \`${list}\` goes`
    return { place, row, says, level: 'note', fix: 'write `withhold`' }
  })
}
