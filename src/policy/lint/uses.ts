import type { Draft } from '../draft.ts'
import type { Place } from '../findings.ts'
import type { NamedCondition, Resolved } from '../resolved.ts'
import { openers } from '../table.ts'
import { cellsOf } from './subject.ts'

/** One place where the truth of a condition decides something. */
export interface Use {
  readonly condition: NamedCondition
  readonly resource: string
  /** What is kept back where it cannot be told, as a clause: `` `x` stays `` . */
  readonly loses: string
  /** The truth values that let more through. */
  readonly opens: readonly boolean[]
}

/** Every use of every condition, group rows counted once for each item they decide. */
export function usesOf(resolved: Resolved): readonly Use[] {
  const whole = [...resolved.resources].flatMap(([resource, { whilst, gates, drops, include }]): Use[] => [
    ...[...whilst].flatMap(([purpose, condition]) => {
      const loses = `no \`${resource}\` goes for \`${purpose}\``
      return condition ? [{ condition, resource, loses, opens: [true] }] : []
    }),
    ...gates.map(({ condition, passes }) => ({
      condition,
      resource,
      loses: `no \`${resource}\` goes`,
      opens: [passes],
    })),
    ...[...drops].flatMap(([list, all]) => {
      return all.map(({ condition, stays }) => ({
        condition,
        resource,
        loses: `the entry of \`${list}\` stays`,
        opens: [stays],
      }))
    }),
    ...[...include].flatMap(([list, byPurpose]) => {
      return [...byPurpose].flatMap(([purpose, inclusion]) => {
        if (inclusion.kind !== 'condition') return []
        const loses = `the entry of \`${list}\` stays for \`${purpose}\``
        return [{ condition: inclusion.condition, resource, loses, opens: [true] }]
      })
    }),
  ])
  return [...whole, ...branchUses(resolved)]
}

function branchUses(resolved: Resolved): readonly Use[] {
  return cellsOf(resolved).flatMap(({ resource, item, purpose, cell }) => {
    const outcomes = cell.map(({ outcome }) => outcome)
    return cell.flatMap(({ condition, outcome }, index): Use[] => {
      if (!condition) return []
      const loses = `\`${item.leaf.path}\` stays for \`${purpose}\``
      const opens = openers(outcome, outcomes.slice(index + 1))
      return [{ condition, resource: resource.catalogue.resource, loses, opens }]
    })
  })
}

/** Every name that the file mentions where a condition or a treatment can stand. */
export function namesUsed({ purposes, gates, resources }: Draft): ReadonlySet<string> {
  const whole = [...purposes.values()].flatMap(({ whilst }) => [...whilst.values()])
  const written = [...resources.values()].flatMap(({ redLines, include, fields }) => [
    ...redLines.flatMap(({ rule }) => (rule?.kind === 'drop' ? [rule.condition] : [])),
    ...[...include.values()].flatMap(({ cells }) => [...cells.values()].map(({ cell }) => cell)),
    ...[...fields.values()]
      .flatMap(({ cells }) => [...cells.values()].flatMap(({ cell }) => cell))
      .flatMap(({ condition, outcome }) => (condition ? [condition, outcome] : [outcome])),
  ])
  const all = [...whole, ...gates.flatMap(({ require }) => require ?? []), ...written]
  return new Set(all.map(({ name }) => name))
}

/** Where the expression of a condition stands. */
export function testPlace({ conditions }: Draft, name: string): Place {
  return conditions.get(name)?.testPlace ?? { line: 1, column: 1 }
}
