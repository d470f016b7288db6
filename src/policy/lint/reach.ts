import type { Cell, NamedCondition } from '../resolved.ts'
import { type Case, casesOf } from '../scenes.ts'
import { cellsOf, type Found, grouped, type Level, listed, type Subject } from './subject.ts'
import { testPlace, type Use, usesOf } from './uses.ts'

/** One condition as it is bound to one resource. */
interface BoundUse {
  readonly condition: NamedCondition
  readonly resource: string
}

/** The cases that one condition can tell apart in one resource; undefined where there are too many. */
export function casesFor(
  { resolved }: Subject,
  { condition, resource }: BoundUse,
): readonly Case[] | undefined {
  const expression = resolved.draft.conditions.get(condition.name)?.expression
  const catalogue = resolved.resources.get(resource)?.catalogue
  return expression && catalogue ? casesOf([{ expression, catalogue }]) : undefined
}

/** The uses of each condition, one for each resource it is bound to. */
export function boundUses({ resolved }: Subject): readonly Use[] {
  return grouped(usesOf(resolved), ({ condition, resource }) => `${resource} ${condition.name}`).map(
    ([use]) => use,
  )
}

interface Fixed {
  readonly name: string
  readonly level: Level
  readonly says: string
}

/** Conditions that come out the same in every case (check 30). */
export function fixedConditions(subject: Subject): readonly Found[] {
  const found = boundUses(subject).flatMap((use): readonly Fixed[] => {
    const { name } = use.condition
    const cases = casesFor(subject, use)
    if (!cases) return [{ name, level: 'note', says: 'cannot be gone through: too many cases' }]
    const truths = new Set(cases.map(({ scene }) => use.condition.test(scene)))
    if (truths.has(true) && truths.has(false)) return []
    return [{ name, level: 'stop', says: truths.has(true) ? 'is never false' : 'is never true' }]
  })
  return grouped(found, ({ name, says }) => `${name} ${says}`).map(([{ name, says, level }]) => {
    const place = testPlace(subject.resolved.draft, name)
    return { place, says: `condition \`${name}\` ${says}`, level }
  })
}

/** Branches that no case reaches: what comes before them decides already (check 30). */
export function deadBranches(subject: Subject): readonly Found[] {
  const dead = cellsOf(subject.resolved).flatMap(({ cell, resource, row, place, purpose }) => {
    if (cell.length < 2) return []
    const { draft } = subject.resolved
    const tested = cell.flatMap(({ condition }) => {
      const expression = draft.conditions.get(condition?.name ?? '')?.expression
      return expression ? [{ expression, catalogue: resource.catalogue }] : []
    })
    const cases = casesOf(tested)
    const reached = new Set(cases?.map(({ scene }) => branchAt(cell, scene)))
    const idle = cell.flatMap(({ condition }, index) =>
      cases && !reached.has(index) ? [condition?.name ?? 'else'] : [],
    )
    return idle.map(name => ({ resource: resource.catalogue.resource, row, place, purpose, name }))
  })
  return grouped(dead, ({ resource, row, name }) => `${resource} ${row} ${name}`).map(group => {
    const { row, place, name } = group[0]
    const purposes = listed([...new Set(group.map(({ purpose }) => purpose))])
    const says = `\`${row}\`: the branch \`${name}\` is never reached for ${purposes}, because those before it decide`
    return { place, row, says, fix: 'leave the branch out, or put it first' }
  })
}

/** The number of the branch that decides; undefined where a condition cannot be told. */
function branchAt(cell: Cell, scene: Case['scene']): number | undefined {
  for (const [index, { condition }] of cell.entries()) {
    const truth = condition ? condition.test(scene) : true
    if (truth === undefined) return undefined
    if (truth) return index
  }
  return undefined
}
