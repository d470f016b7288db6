import { type Problem, ProblemsError } from '../../terms/terms.ts'
import type { Agreement } from '../compile.ts'
import type { ResourceDraft } from '../draft-resource.ts'
import { type Engine, makeEngine } from '../engine.ts'
import { runExamples } from '../examples.ts'
import { makeFindings, type Place } from '../findings.ts'
import { practiceKey } from '../keyring.ts'
import { closedList } from '../plan.ts'
import { type PolicyParts, type Reading, readAgreement } from '../reading.ts'
import { type Cell, type DecidedItem, isWithheld, type Resolved, type ResolvedResource } from '../resolved.ts'
import type { SeenShape } from '../shapes/replay.ts'
import { readSource, type Source } from '../source.ts'
import type { AgencyRules } from './rules.ts'

/** `stop`: cannot be proposed. `ask`: needs a written reason, shown to the approver. `note`: information. */
export type Level = 'stop' | 'ask' | 'note'

/** What a check found; the level is that of the check unless it says another. */
export interface Found {
  readonly place: Place
  readonly says: string
  readonly level?: Level
  /** The row of the table it is about. */
  readonly row?: string
  readonly fix?: string
}

/** An agreement as text: what the checks of form look at. */
export interface Text {
  readonly source: string
  readonly tree: Source
  readonly problems: readonly Problem[]
}

/** An agreement that means something: what every other check looks at. */
export interface Subject extends Text {
  readonly reading: Reading
  readonly resolved: Resolved
  /** At work with practice keys. */
  readonly engine: Engine
  readonly engineOf: (resolved: Resolved) => Engine
  /** The revision in force; undefined for the first one. */
  readonly previous: Agreement | undefined
  readonly rules: AgencyRules
  /** Shapes of past documents that the revision in force decided about; undefined where none are given. */
  readonly traffic: readonly SeenShape[] | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How far an agreement could be read: as text, to its meaning, or to worked examples that hold. */
export type Look =
  | { readonly kind: 'text'; readonly text: Text }
  | {
      readonly kind: 'meaning' | 'examples'
      readonly text: Text
      readonly reading: Reading
      readonly engineOf: (resolved: Resolved) => Engine
    }

/** Looks at an agreement as the compiler does, and keeps what was understood; no look where there is no YAML at all. */
export function lookAt(
  source: string,
  file: string,
  parts: PolicyParts,
): { readonly problems: readonly Problem[]; readonly look: Look | undefined } {
  const form = makeFindings(file)
  const tree = readSource(source, form)
  if (!tree || form.problems.some(({ code }) => code === 'yaml-syntax'))
    return { problems: form.problems, look: undefined }
  const read = attempt(() => readAgreement(source, file, parts))
  if (!read.ok)
    return {
      problems: read.problems,
      look: { kind: 'text', text: { source, tree, problems: read.problems } },
    }
  const { reading } = read
  const { resolved, scopes, practice } = reading
  const examples = makeFindings(file)
  runExamples(examples, resolved, practice)
  const { problems } = examples
  const squareOf: PolicyParts['squareOf'] = (point, side) => parts.squareOf(point, side)
  const engineOf = (one: Resolved) => makeEngine(one, { squareOf, scopes, baseKey: practiceKey })
  const kind = problems.length > 0 ? 'meaning' : 'examples'
  return { problems, look: { kind, text: { source, tree, problems }, reading, engineOf } }
}

type Attempt =
  | { readonly ok: true; readonly reading: Reading }
  | { readonly ok: false; readonly problems: readonly Problem[] }

function attempt(read: () => Reading): Attempt {
  try {
    return { ok: true, reading: read() }
  } catch (thrown) {
    if (thrown instanceof ProblemsError) return { ok: false, problems: thrown.problems }
    throw thrown
  }
}

/** The place of the innermost named member that is there: `placeAt(tree, 'dates', 'expiresAt')`. */
export function placeAt(tree: Source, ...names: readonly string[]): Place {
  let at = tree
  let place = tree.place
  for (const name of names) {
    const member = at.kind === 'map' ? at.members.get(name) : undefined
    if (!member) return place
    place = member.key
    at = member.value
  }
  return place
}

/** One cell of the table, with where it is written. */
export interface CellAt {
  readonly resource: ResolvedResource
  readonly draft: ResourceDraft
  readonly item: DecidedItem
  readonly purpose: string
  readonly cell: Cell
  /** The row that decides, or the item's path where none does. */
  readonly row: string
  readonly place: Place
}

/** Every cell: each item of each resource for each purpose. */
export function cellsOf({ draft, resources }: Resolved): readonly CellAt[] {
  return [...resources].flatMap(([name, resource]) => {
    const written = draft.resources.get(name)
    if (!written) return []
    return resource.items.flatMap(item => {
      return [...item.cells].map(([purpose, cell]): CellAt => {
        const row = item.row ?? item.leaf.path
        const place = cellPlace(written, item.row, purpose)
        return { resource, draft: written, item, purpose, cell, row, place }
      })
    })
  })
}

/** The cells of which something may leave. */
export function openCells(resolved: Resolved): readonly CellAt[] {
  return cellsOf(resolved).filter(({ resource, item, purpose, cell }) => {
    return !isWithheld(cell) && closedList(resource, purpose, item.leaf.path) === undefined
  })
}

function cellPlace(draft: ResourceDraft, row: string | undefined, purpose: string): Place {
  const written = draft.fields.get(row ?? '')
  const cell = written?.cells.get(purpose) ?? written?.cells.get('others') ?? written?.cells.get('all')
  return cell?.place ?? written?.place ?? draft.place
}

/** Puts what is said of several purposes of one row into one finding: the key says which belong together. */
export function grouped<One>(
  all: readonly One[],
  keyOf: (one: One) => string,
): readonly (readonly [One, ...One[]])[] {
  const groups = new Map<string, [One, ...One[]]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return [...groups.values()]
}

/** `` `a`, `b` and `c` ``; after six, how many more. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).map(name => `\`${name}\``)
  const last = names.length > 6 ? `${names.length - 6} more` : shown.pop()
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last}`
}
