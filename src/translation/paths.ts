import { isJsonObject, type Json } from '../kit/kit.ts'
import type { Catalogue } from '../terms/terms.ts'
import type { Spot } from './converter.ts'

/** A path below another one: `.` is the other one itself. */
export function joinPath(base: string, path: string): string {
  if (path === '.') return base
  return base === '' ? path : `${base}.${path}`
}

/** Where a source is read: in the scope that its rule stands in, or from the top of the document. */
export interface SourcePath {
  readonly from: 'scope' | 'root'
  /** Below that, as the rule writes it. */
  readonly below: string
  /** From the top of the document, lists marked. */
  readonly path: string
}

/** A source as a rule writes it, `role`, or `/realm` for one from the top of the document, wherever the rule stands. */
export function sourcePathOf(scope: string, written: string): SourcePath {
  if (!written.startsWith('/')) return { from: 'scope', below: written, path: joinPath(scope, written) }
  const below = written.slice(1)
  return { from: 'root', below, path: below }
}

/** What a catalogue knows of a path: a leaf, a list of objects, or an object of leaves. */
export function spotAt(catalogue: Catalogue, path: string): Spot | undefined {
  const leaf = catalogue.leaves.get(path)
  if (leaf) return { path, type: leaf.type, values: leaf.values }
  if (catalogue.items.has(path)) return { path, type: 'list', values: undefined }
  const names = memberNames(catalogue, path)
  return names.length === 0 ? undefined : { path, type: 'group', values: names }
}

function memberNames(catalogue: Catalogue, path: string): readonly string[] {
  const prefix = `${path}.`
  const names = new Set<string>()
  for (const known of catalogue.leaves.keys())
    if (known.startsWith(prefix)) names.add(known.slice(prefix.length).replace(/(?:\[\])?(?:\..*)?$/, ''))
  return [...names]
}

/** The leaves of a catalogue at or below a path. */
export function leavesUnder(catalogue: Catalogue, path: string): readonly string[] {
  const found: string[] = []
  for (const known of catalogue.leaves.keys())
    if (known === path || known.startsWith(`${path}.`) || known.startsWith(`${path}[]`)) found.push(known)
  return found
}

/** Reads one place of a scope; undefined where nothing is there, and null counts as nothing. */
export type Getter = (scope: Json) => Json | undefined

/** The names of a path without lists inside, a mark at its end or not; none for `.`. */
export function namesOf(path: string): readonly string[] {
  return path === '.' ? [] : path.replace(/\[\]$/, '').split('.')
}

/** A getter for a path without lists inside; a mark at its end, `command[]`, gives the list itself. */
export function getterOf(path: string): Getter {
  const names = namesOf(path)
  const [first, second] = names
  if (first === undefined) return scope => scope ?? undefined
  if (second === undefined) return scope => memberOf(scope, first)
  if (names.length === 2) return scope => memberOf(memberOf(scope, first), second)
  return scope => {
    let value: Json | undefined = scope
    for (const name of names) value = memberOf(value, name)
    return value
  }
}

/** The names come from a catalogue, so none of them is inherited by every object. */
function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (value === undefined || !isJsonObject(value)) return undefined
  return value[name] ?? undefined
}

/** True where a document holds something at a path, in any entry of the lists on the way. */
export function makePresence(path: string, matches: (value: Json) => boolean): (scope: Json) => boolean {
  const mark = path.indexOf('[]')
  const get = getterOf(mark < 0 ? path : path.slice(0, mark))
  if (mark < 0) {
    return scope => {
      const value = get(scope)
      return value !== undefined && matches(value)
    }
  }
  const rest = path.slice(mark + 2).replace(/^\./, '')
  const inner = rest === '' ? (entry: Json) => entry !== null && matches(entry) : makePresence(rest, matches)
  return scope => {
    const list = get(scope)
    return Array.isArray(list) && list.some(inner)
  }
}
