import { ProblemsError } from '../../terms/terms.ts'
import type { ExampleDraft } from '../draft-examples.ts'
import type { Engine } from '../engine.ts'
import { runExample } from '../examples.ts'
import { makeFindings } from '../findings.ts'
import { closedList } from '../plan.ts'
import type { PolicyParts } from '../reading.ts'
import type { Cell, Resolved } from '../resolved.ts'
import { NEVER_SHARED, NOTHING, SHARED } from '../table.ts'
import { type CellAt, cellsOf, type Found, grouped, listed, lookAt, type Subject } from './subject.ts'

/** One cell turned round, and what would notice. */
export interface Mutant {
  readonly resource: string
  readonly path: string
  readonly purpose: string
  /** What the cell was made: `share` where it kept something back, `withhold` where it shared. */
  readonly flip: 'share' | 'withhold'
  /** The worked example that fails because of it. */
  readonly caughtBy: string | undefined
  /** What else stands in its way, whatever the examples say. */
  readonly stoppedBy: string | undefined
}

/**
 * Turns every cell round, one at a time, and tells which worked example catches it.
 *
 * @throws ProblemsError where the agreement cannot be used or one of its examples does not hold
 */
export function mutationReport(source: string, file: string, parts: PolicyParts): readonly Mutant[] {
  const { problems, look } = lookAt(source, file, parts)
  if (look?.kind !== 'examples') throw new ProblemsError(problems)
  return mutantsOf(look.reading.resolved, look.engineOf).map(({ mutant }) => mutant)
}

/** Cells that could change without any worked example failing (check 44). */
export function uncaught({ resolved, engineOf }: Subject): readonly Found[] {
  const free = mutantsOf(resolved, engineOf).filter(({ mutant }) => !mutant.caughtBy && !mutant.stoppedBy)
  return grouped(free, ({ mutant: { resource, path, flip } }) => `${resource} ${path} ${flip}`).map(group => {
    const { mutant, cell } = group[0]
    const purposes = listed(group.map(one => one.mutant.purpose))
    const says = `\`${mutant.path}\` of \`${mutant.resource}\` could become \`${mutant.flip}\` for ${purposes}, and no worked example would notice`
    const fix =
      mutant.flip === 'share'
        ? 'add it to a sample that `exactly` or `hides` looks at'
        : 'show it in an example'
    return { place: cell.place, row: cell.row, says, fix, level: mutant.flip === 'share' ? 'stop' : 'ask' }
  })
}

interface Tried {
  readonly mutant: Mutant
  readonly cell: CellAt
}

function mutantsOf(resolved: Resolved, engineOf: (resolved: Resolved) => Engine): readonly Tried[] {
  return cellsOf(resolved).flatMap(cell =>
    flipsOf(cell.cell).map(flip => tryOut(resolved, engineOf, cell, flip)),
  )
}

function flipsOf(cell: Cell): readonly Mutant['flip'][] {
  const kinds = new Set(cell.map(({ outcome }) => outcome.kind))
  const flips: Mutant['flip'][] = []
  const shared = kinds.has('share') || kinds.has('count')
  if (kinds.size > 1 || !shared) flips.push('share')
  if (shared) flips.push('withhold')
  return flips
}

function tryOut(
  resolved: Resolved,
  engineOf: (resolved: Resolved) => Engine,
  cell: CellAt,
  flip: Mutant['flip'],
): Tried {
  const { resource, item, purpose } = cell
  const name = resource.catalogue.resource
  const stoppedBy = barrier(cell, flip)
  const about = { resource: name, path: item.leaf.path, purpose, flip, stoppedBy }
  if (stoppedBy !== undefined) return { mutant: { ...about, caughtBy: undefined }, cell }
  const mutated = withCell(resolved, cell, flip === 'share' ? SHARED : NOTHING)
  const engine = engineOf(mutated)
  const caughtBy = examplesFor(resolved, name, purpose).find(example => !holds(mutated, engine, example))
  return { mutant: { ...about, caughtBy: caughtBy?.name }, cell }
}

function barrier({ resource, item, purpose }: CellAt, flip: Mutant['flip']): string | undefined {
  if (item.redLine !== undefined) return `red line ${item.redLine}`
  const closed = closedList(resource, purpose, item.leaf.path)
  if (closed !== undefined) return `no entry of ${closed} goes`
  if (flip === 'share' && item.leaf.derived && !resource.figures.has(item.leaf.path))
    return 'the compiler: nothing says how it is worked out'
  if (flip === 'share' && NEVER_SHARED.has(item.leaf.sensitivity))
    return `the compiler: it is ${item.leaf.sensitivity}`
  return undefined
}

/** The agreement cut down to one resource and one purpose, with one cell of it replaced: quick to compile. */
function withCell({ draft }: Resolved, { resource, item, purpose }: CellAt, cell: Cell): Resolved {
  const only = draft.purposes.get(purpose)
  const items = resource.items.map(one =>
    one === item ? { ...one, cells: new Map([[purpose, cell]]) } : one,
  )
  return {
    draft: { ...draft, purposes: only ? new Map([[purpose, only]]) : new Map() },
    resources: new Map([[resource.catalogue.resource, { ...resource, items }]]),
  }
}

function examplesFor({ draft }: Resolved, resource: string, purpose: string): readonly ExampleDraft[] {
  return draft.examples.filter(example => {
    return (
      example.purpose === purpose &&
      draft.samples.get(example.sample?.name ?? '')?.resource?.name === resource
    )
  })
}

function holds(resolved: Resolved, engine: Engine, example: ExampleDraft): boolean {
  const findings = makeFindings('')
  runExample(findings, resolved, engine, example)
  return findings.problems.length === 0
}
