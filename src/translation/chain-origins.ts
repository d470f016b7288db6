import { joinPath, sourcePathOf } from './paths.ts'
import type { StepSource } from './source.ts'

/** Where the value at one path of the target comes from. */
export interface Origin {
  /** As the report tells it, lists marked: `units[].strength.others`. */
  readonly target: string
  /** The paths of the document that the rule reads, from its top; none where it reads only the exchange, or is a fixed value. */
  readonly sources: readonly string[]
  /**
   * For each list on the way to the target the list of the source that gives its entries, from the top of the document; undefined
   * for a list of one entry that is made of the scope itself. Rules of one scope share one array.
   */
  readonly lists: readonly (string | undefined)[]
}

interface Scope {
  readonly source: string
  readonly target: string
  readonly lists: readonly (string | undefined)[]
}

/** The origins of everything that the rules of a mapping write, in their order. */
export function originsOf(
  rules: readonly StepSource[],
  scope: Scope = { source: '', target: '', lists: [] },
): readonly Origin[] {
  return rules.flatMap((step): readonly Origin[] => {
    const target = joinPath(scope.target, step.to.value)
    if (step.kind === 'list') return originsOf(step.rules, enter(scope, { each: step.each.value, target }))
    const from = step.kind === 'fixed' ? [] : [...step.from.values()]
    const sources = from
      .flatMap(({ value }) => value.split(' | '))
      .filter(path => !path.startsWith('$'))
      .map(path => sourcePathOf(scope.source, path).path)
    return [
      { target: step.to.value === '.' ? target : target.replace(/\[\]$/, ''), sources, lists: scope.lists },
    ]
  })
}

function enter(scope: Scope, { each, target }: { each: string; target: string }): Scope {
  if (each === '.') return { source: scope.source, target, lists: [...scope.lists, undefined] }
  const source = joinPath(scope.source, each)
  return { source, target, lists: [...scope.lists, source] }
}
