import { readItemPath, valuesAt } from '../item-path.ts'
import { listAround, type Resolved, type ResolvedResource } from '../resolved.ts'
import { NEVER_SHARED, SHARED } from '../table.ts'
import { canaries } from './canary.ts'
import type { Check } from './check.ts'
import { uncaught } from './mutation.ts'
import { type Run, runsOf } from './runs.ts'
import { realPeople } from './samples.ts'
import { cellsOf, type Found, grouped, listed, openCells, placeAt, type Subject } from './subject.ts'
import { unexercised } from './watch.ts'

/** Checks 42 to 47: worked examples. */
export const EXERCISE = {
  42: {
    title: 'worked examples hold, and every purpose has one that goes and one that is refused',
    level: 'stop',
    needs: 'meaning',
    codes: [
      'examples-missing',
      'examples-too-many',
      'example-fails',
      'example-idle',
      'example-path',
      'unknown-sample',
      'unknown-refusal',
      'sample-invalid',
      'test-form',
      'samples/unknown-resource',
      'samples/missing-key',
      'tests/missing-key',
      'tests/not-an-instant',
    ],
    run: purposesWithout,
  },
  43: {
    title: 'every red line, gate, list, stage and branch comes out both ways in the worked examples',
    level: 'stop',
    needs: 'examples',
    codes: [],
    run: subject => [...unexercised(subject), ...untriedRedLines(subject)],
  },
  44: {
    title: 'no cell could change without a worked example failing',
    level: 'stop',
    needs: 'examples',
    codes: [],
    run: uncaught,
  },
  45: {
    title: 'the samples hold every item',
    level: 'ask',
    needs: 'examples',
    codes: [],
    run: emptyItems,
  },
  46: {
    title: 'no mark of an item that stays appears anywhere',
    level: 'stop',
    needs: 'examples',
    codes: [],
    leftOut:
      'logs and notices of the gateway; of more than 500 cases for one purpose, 500 that are spread over them',
    run: canaries,
  },
  47: {
    title: 'nobody in the samples is real',
    level: 'stop',
    needs: 'text',
    codes: [],
    leftOut: 'names and places: only the system of record knows who is real',
    run: realPeople,
  },
} satisfies Record<number, Check>

function purposesWithout({ resolved: { draft } }: Subject): readonly Found[] {
  return [...draft.purposes].flatMap(([purpose, { place }]): readonly Found[] => {
    const kinds = draft.examples.flatMap(one =>
      one.purpose === purpose && one.expected ? [one.expected.kind] : [],
    )
    const found: Found[] = []
    if (kinds.every(kind => kind === 'refused'))
      found.push({
        place,
        says: `no worked example shows what goes for \`${purpose}\``,
        fix: 'add one with `exactly`',
      })
    if (!kinds.includes('refused'))
      found.push({
        place,
        says: `no worked example is refused for \`${purpose}\``,
        fix: 'add one with `refused`',
      })
    return found
  })
}

/** A red line that says never is tried where a document holds something of it and is released all the same. */
function untriedRedLines(subject: Subject): readonly Found[] {
  const runs = runsOf(subject)
  return [...subject.resolved.resources].flatMap(([name, { items }]) => {
    const lines = subject.resolved.draft.resources.get(name)?.redLines ?? []
    return lines.flatMap(({ id, rule, place }) => {
      const paths = items.flatMap(({ leaf, redLine }) => (redLine === id ? [leaf.path] : []))
      if (rule?.kind !== 'never' || paths.length === 0 || paths.some(path => isHeld(runs, name, path)))
        return []
      const says = `no released worked example of \`${name}\` holds anything that red line \`${id}\` keeps back`
      return [{ place, says, fix: `put ${listed(paths)} into a sample` }]
    })
  })
}

function isHeld(runs: readonly Run[], resource: string, path: string): boolean {
  const read = readItemPath(path)
  return runs.some(({ asked, projected }) => {
    return read && projected && asked.resource === resource && valuesAt(asked.document, read).length > 0
  })
}

/** A sample in which an item is empty cannot show that it leaks. */
function emptyItems(subject: Subject): readonly Found[] {
  const { resolved } = subject
  const lens = lensOf(resolved)
  const runs = runsOf({ resolved: lens, engine: subject.engineOf(lens) })
  const used = new Set(
    openCells(resolved).map(({ resource, purpose }) => `${resource.catalogue.resource} ${purpose}`),
  )
  const empty = cellsOf(resolved).filter(({ resource, item: { leaf, redLine }, purpose }) => {
    const { catalogue, include } = resource
    if (leaf.sensitivity === 'public' || redLine !== undefined || NEVER_SHARED.has(leaf.sensitivity))
      return false
    if (!used.has(`${catalogue.resource} ${purpose}`)) return false
    if (leaf.derived && !resource.figures.has(leaf.path)) return false
    const list = listAround(leaf.path)
    if (list !== undefined && include.get(list)?.get(purpose)?.kind === 'none') return false
    const path = readItemPath(leaf.path)
    return !runs.some(({ asked, projected }) => {
      const concerns = asked.resource === catalogue.resource && asked.purpose === purpose
      return concerns && path && projected && valuesAt(projected.document, path).length > 0
    })
  })
  return grouped(empty, ({ resource, item }) => `${resource.catalogue.resource} ${item.leaf.path}`).map(
    group => {
      const { resource, item, row } = group[0]
      const purposes = listed(group.map(({ purpose }) => purpose))
      const says = `\`${item.leaf.path}\` of \`${resource.catalogue.resource}\` is empty in every worked example for ${purposes}`
      return { place: placeAt(subject.tree, 'samples'), row, says, fix: 'fill it in a sample' }
    },
  )
}

/** The agreement with every cell open: what it still keeps back, its lists and red lines keep back. */
function lensOf({ draft, resources }: Resolved): Resolved {
  const opened = [...resources].map(([name, resource]): [string, ResolvedResource] => {
    const items = resource.items.map(item => ({
      ...item,
      cells: new Map([...item.cells.keys()].map(purpose => [purpose, SHARED])),
    }))
    return [name, { ...resource, items }]
  })
  return { draft, resources: new Map(opened) }
}
