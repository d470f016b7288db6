import type { Figure } from '../figure.ts'
import { listAround } from '../resolved.ts'
import { type CellAt, type Found, grouped, listed, openCells, placeAt, type Subject } from './subject.ts'

interface Told {
  readonly cell: CellAt
  readonly figure: Figure
}

/** The cells that share a figure. */
function toldFigures({ resolved }: Subject): readonly Told[] {
  return openCells(resolved).flatMap(cell => {
    const figure = cell.resource.figures.get(cell.item.leaf.path)
    return figure ? [{ cell, figure }] : []
  })
}

/** Figures that tell smaller numbers than the agency allows (check 24). */
export function smallFigures({ tree, resolved, rules }: Subject): readonly Found[] {
  return [...resolved.resources].flatMap(([name, { figures }]) => {
    return [...figures.values()].flatMap(({ path, hideBelow }): readonly Found[] => {
      if (hideBelow >= rules.smallestBand) return []
      const place = placeAt(tree, 'resources', name, 'derived', path, 'hideBelow')
      const says = `\`${path}\` would tell numbers from ${hideBelow} on; the agency hides what is below ${rules.smallestBand}`
      return [{ place, says, fix: `write \`hideBelow: ${rules.smallestBand}\`` }]
    })
  })
}

/** Figures that hide small numbers which the recipient can count: the entries go, with what tells their group (check 22). */
export function countableFigures(subject: Subject): readonly Found[] {
  const open = openCells(subject.resolved)
  const found = toldFigures(subject).filter(({ cell: { resource, purpose }, figure: { list, by } }) => {
    if (resource.include.get(list)?.get(purpose)?.kind !== 'every') return false
    return open.some(other => {
      const here = other.resource === resource && other.purpose === purpose
      const { path } = other.item.leaf
      return here && (by ? path === by.path && isExact(other) : listAround(path) === list)
    })
  })
  return grouped(found, ({ cell, figure }) => `${cell.resource.catalogue.resource} ${figure.path}`).map(
    group => {
      const { cell, figure } = group[0]
      const purposes = listed(group.map(one => one.cell.purpose))
      const says = `\`${figure.path}\` hides small numbers, and the entries of \`${figure.list}\` can be counted for ${purposes}`
      return { place: cell.place, row: cell.row, says, fix: 'withhold the entries, or the figure' }
    },
  )
}

function isExact({ cell }: CellAt): boolean {
  return cell.some(({ outcome }) => outcome.kind === 'share')
}

/** Figures that are worked out for nobody (check 12). */
export function idleFigures(subject: Subject): readonly Found[] {
  const { tree, resolved } = subject
  const told = new Set(toldFigures(subject).map(({ figure }) => figure))
  return [...resolved.resources].flatMap(([name, { figures }]) => {
    const idle = [...figures.values()].filter(figure => !told.has(figure))
    return idle.map(({ path }) => ({
      place: placeAt(tree, 'resources', name, 'derived', path),
      says: `no cell shares the figure \`${path}\``,
      fix: 'use it, or leave it out',
    }))
  })
}
