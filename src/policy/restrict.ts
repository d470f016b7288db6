import type { Cell, DecidedItem, NamedCondition, Outcome, Resolved, ResolvedResource } from './resolved.ts'
import { compareOutcomes } from './strictness.ts'
import { covers, WITHHOLD } from './table.ts'
import type { PreparedTreatment } from './treatments/treatment.ts'

/** A line of an agency's own document: the most that is done with an item, whatever an agreement says. */
export interface BaselineLine {
  /** `baseline`: of what the agency provides. `acceptance`: of what it is willing to hold as recipient. */
  readonly kind: 'baseline' | 'acceptance'
  readonly id: string
  readonly says: string
  readonly resource: string
  /** An item, or a group such as `people[].*`. */
  readonly path: string
  /** Undefined for every purpose. */
  readonly purposes: ReadonlySet<string> | undefined
  /** Nothing looser than this. */
  readonly most: Outcome
}

/** Whether a line speaks about an item for a purpose. */
export function speaksOf(line: BaselineLine, path: string, purpose: string): boolean {
  return covers(line.path, path) && (line.purposes === undefined || line.purposes.has(purpose))
}

/** As explanations call a line: `baseline B1`. */
export function ruleOf({ kind, id }: BaselineLine): string {
  return `${kind} ${id}`
}

/** Whether a line forbids an outcome: it is looser than the line, or cannot be compared with it. */
export function goesBeyond(outcome: Outcome, { most }: BaselineLine): boolean {
  const order = compareOutcomes(most, outcome)
  return order === 'looser' || order === 'not-comparable'
}

/** The line that is at least as strict as every other one; undefined where there is none, and then nothing may go. */
export function strictestOf(lines: readonly BaselineLine[]): BaselineLine | undefined {
  return lines.find(line => lines.every(other => !goesBeyond(line.most, other)))
}

/**
 * An agreement cut down to what another document of the same agency allows as well: the strictest of all documents wins, branch
 * by branch. Where the two cannot be compared, the item is withheld. What a line makes of a value has to be a value that the
 * agreement allows too, or it is withheld: the recipient checks what it gets against the agreement as it was signed.
 */
export function restrict(resolved: Resolved, lines: readonly BaselineLine[]): Resolved {
  if (lines.length === 0) return resolved
  const resources = new Map(
    [...resolved.resources].map(([name, resource]) => {
      return [
        name,
        restrictResource(
          resource,
          lines.filter(line => line.resource === name),
        ),
      ]
    }),
  )
  return { ...resolved, resources }
}

function restrictResource(resource: ResolvedResource, lines: readonly BaselineLine[]): ResolvedResource {
  if (lines.length === 0) return resource
  const read = pathsRead(resource)
  return { ...resource, items: resource.items.map(item => restrictItem(item, lines, read)) }
}

function restrictItem(
  item: DecidedItem,
  lines: readonly BaselineLine[],
  read: ReadonlySet<string>,
): DecidedItem {
  const { path } = item.leaf
  const cells = [...item.cells].map(([purpose, cell]): [string, Cell] => {
    const about = lines.filter(line => speaksOf(line, path, purpose))
    if (about.length === 0) return [purpose, cell]
    return [
      purpose,
      cell.map(branch => ({ ...branch, outcome: stricter(branch.outcome, about, read.has(path)) })),
    ]
  })
  return { ...item, cells: new Map(cells) }
}

function stricter(outcome: Outcome, lines: readonly BaselineLine[], isRead: boolean): Outcome {
  const beyond = lines.filter(line => goesBeyond(outcome, line))
  const [first] = beyond
  if (!first) return outcome
  const line = strictestOf(lines)
  const limit = { rule: ruleOf(line ?? first), says: (line ?? first).says }
  // Treated as the line says, it would be looser than the agreement in some way: of the two, neither is the stricter.
  const comparable = line && compareOutcomes(outcome, line.most) === 'tighter'
  if (!comparable || isRead) return { ...WITHHOLD, limit }
  return { ...line.most, prepared: within(line.most.prepared, outcome.prepared), limit }
}

/** A treatment whose outcomes another one allows too; whatever else comes out stays at home. */
function within(inner: PreparedTreatment, outer: PreparedTreatment): PreparedTreatment {
  return {
    ...inner,
    forLeaf: (leaf, workshop) => {
      const [strict, signed] = [inner.forLeaf(leaf, workshop), outer.forLeaf(leaf, workshop)]
      return {
        apply: (value, scene) => {
          const treated = strict.apply(value, scene)
          return treated !== undefined && signed.accepts(treated) ? treated : undefined
        },
        accepts: value => strict.accepts(value) && signed.accepts(value),
      }
    },
  }
}

/**
 * The items that conditions read. They go as they are or not at all: a recipient that looked at a condition over a treated
 * value would come to another answer than the provider.
 */
export function pathsRead({ whilst, gates, include, drops, items }: ResolvedResource): ReadonlySet<string> {
  const conditions: NamedCondition[] = [
    ...[...whilst.values()].flatMap(condition => condition ?? []),
    ...gates.map(({ condition }) => condition),
    ...[...drops.values()].flat().map(({ condition }) => condition),
    ...[...include.values()].flatMap(byPurpose => {
      return [...byPurpose.values()].flatMap(one => (one.kind === 'condition' ? [one.condition] : []))
    }),
    ...items.flatMap(({ cells }) => [...cells.values()].flat().flatMap(({ condition }) => condition ?? [])),
  ]
  const inputs = conditions.flatMap(one => one.inputs)
  return new Set(inputs.flatMap(input => (input.kind === 'item' ? [input.path] : [])))
}
