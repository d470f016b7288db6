import type { Place } from '../findings.ts'
import type { Cell, Gate, Inclusion, NamedCondition, Resolved, ResolvedResource } from '../resolved.ts'
import { runsOf } from './runs.ts'
import { cellsOf, type Found, placeAt, type Subject } from './subject.ts'

/** Something that decides, and the ways in which it came out while worked examples ran. */
interface Point {
  readonly says: string
  readonly place: Place
  readonly row: string | undefined
  readonly seen: Set<boolean | undefined>
}

/** Notes what conditions come out as, under the name of what they decide. */
interface Watch {
  readonly points: Map<string, Point>
  readonly subject: Subject
}

/** What never came out true, or never false, in any worked example (check 43). */
export function unexercised(subject: Subject): readonly Found[] {
  const watch: Watch = { points: new Map(), subject }
  const resolved = watched(watch, subject.resolved)
  runsOf({ resolved, engine: subject.engineOf(resolved) })
  return [...watch.points.values()].flatMap(({ says, place, row, seen }) => {
    return [true, false].flatMap((truth): readonly Found[] => {
      if (seen.has(truth)) return []
      const found = {
        place,
        says: `${says} never comes out ${truth} in a worked example`,
        fix: `add an example in which it is ${truth}`,
      }
      return [row === undefined ? found : { ...found, row }]
    })
  })
}

/** The same agreement, whose conditions tell what they come out as. */
function watched(watch: Watch, { draft, resources }: Resolved): Resolved {
  return {
    draft,
    resources: new Map([...resources].map(([name, one]) => [name, watchedResource(watch, name, one)])),
  }
}

function watchedResource(watch: Watch, name: string, resource: ResolvedResource): ResolvedResource {
  const { tree } = watch.subject
  const whilst = [...resource.whilst].map(([purpose, condition]): [string, NamedCondition | undefined] => {
    const place = placeAt(tree, 'purposes', purpose, 'whilst')
    const says = `\`whilst\` of \`${purpose}\` (\`${condition?.name ?? ''}\`)`
    return [purpose, condition && watchedCondition(watch, condition, { place, says, row: undefined })]
  })
  const drops = [...resource.drops].map(([list, all]) => {
    return [list, all.map(drop => ({ ...drop, condition: watchedGuard(watch, drop, name) }))] as const
  })
  const include = [...resource.include].map(([list, byPurpose]) => {
    const place = placeAt(tree, 'resources', name, 'include', list)
    const row = [...byPurpose].map(([purpose, inclusion]): [string, Inclusion] => {
      if (inclusion.kind !== 'condition') return [purpose, inclusion]
      const says = `\`include\` of \`${list}\` for \`${purpose}\` (\`${inclusion.condition.name}\`)`
      const condition = watchedCondition(watch, inclusion.condition, { place, says, row: undefined })
      return [purpose, { ...inclusion, condition }]
    })
    return [list, new Map(row)] as const
  })
  return {
    ...resource,
    whilst: new Map(whilst),
    gates: resource.gates.map(gate => ({ ...gate, condition: watchedGuard(watch, gate, name) })),
    drops: new Map(drops),
    include: new Map(include),
    items: watchedItems(watch, name, resource),
  }
}

function watchedGuard(
  watch: Watch,
  { id, condition }: Pick<Gate, 'id' | 'condition'>,
  resource: string,
): NamedCondition {
  const { draft } = watch.subject.resolved
  const written = [...draft.gates, ...(draft.resources.get(resource)?.redLines ?? [])].find(
    one => one.id === id,
  )
  const says = `\`${id}\` (\`${condition.name}\`)`
  return watchedCondition(watch, condition, {
    place: written?.place ?? { line: 1, column: 1 },
    says,
    row: undefined,
  })
}

function watchedItems(watch: Watch, name: string, { items }: ResolvedResource): ResolvedResource['items'] {
  const places = new Map(
    cellsOf(watch.subject.resolved)
      .filter(({ resource }) => resource.catalogue.resource === name)
      .map(({ item, purpose, place }) => [`${item.leaf.path} ${purpose}`, place] as const),
  )
  return items.map(item => {
    const cells = [...item.cells].map(([purpose, cell]): [string, Cell] => {
      const place = places.get(`${item.leaf.path} ${purpose}`) ?? { line: 1, column: 1 }
      const row = item.row ?? item.leaf.path
      const branches = cell.map(branch => {
        if (!branch.condition) return branch
        const says = `\`${row}\` for \`${purpose}\`, branch \`${branch.condition.name}\`,`
        return { ...branch, condition: watchedCondition(watch, branch.condition, { place, says, row }) }
      })
      return [purpose, branches]
    })
    return { ...item, cells: new Map(cells) }
  })
}

function watchedCondition(
  { points }: Watch,
  condition: NamedCondition,
  about: Omit<Point, 'seen'>,
): NamedCondition {
  const point = points.get(about.says) ?? { ...about, seen: new Set() }
  points.set(about.says, point)
  return {
    ...condition,
    test: scene => {
      const truth = condition.test(scene)
      point.seen.add(truth)
      return truth
    },
  }
}
