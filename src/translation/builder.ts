import type { Json } from '../kit/kit.ts'
import type { Convert, Values } from './converter.ts'
import type { Manner, TranslationContext } from './mapping.ts'
import type { Getter } from './paths.ts'
import type { Report } from './report.ts'

/** One translation under way. */
export interface Run {
  readonly context: TranslationContext
  /** The whole source, for what a rule inside a list reads from its top. */
  readonly root: Json
  readonly report: Report
  /** The first value that stops the translation. */
  stopped: { readonly rule: string; readonly path: string } | undefined
}

/** Makes one value of the target from a scope of the source; undefined where there is nothing to say. */
export type Builder = (scope: Json, run: Run, prefix: string) => Json | undefined

/** Reads one slot: from the scope, from the top of the document, or from the exchange. */
export type Source = (scope: Json, run: Run) => Json | undefined

/** A node of the target while rules are collected: an object, or something that a rule makes. */
export type TargetNode =
  | { readonly kind: 'object'; readonly members: Map<string, TargetNode> }
  | { readonly kind: 'made'; readonly builder: Builder }

/** An object with the members that come about; none where none does. */
export function buildObject(members: ReadonlyMap<string, TargetNode>): Builder {
  const names = [...members.keys()]
  const builders = [...members.values()].map(builderOf)
  return (scope, run, prefix) => {
    let object: Record<string, Json> | undefined
    for (let index = 0; index < builders.length; index++) {
      const value = builders[index]?.(scope, run, prefix)
      const name = names[index]
      if (value === undefined || name === undefined) continue
      object ??= {}
      object[name] = value
    }
    return object
  }
}

function builderOf(node: TargetNode): Builder {
  return node.kind === 'made' ? node.builder : buildObject(node.members)
}

/** One rule: reads its sources, converts, reports. Silent where no source is there. */
export function buildRule(rule: { sources: readonly Source[]; convert: Convert; pointer: string }): Builder {
  const { sources, convert, pointer } = rule
  return (scope, run, prefix) => {
    const values = valuesOf(sources, scope, run)
    if (values === undefined) return undefined
    const converted = convert(values, run.context)
    if (converted === undefined) return undefined
    if (converted.kind === 'blocked') {
      run.stopped ??= { rule: converted.rule, path: prefix + pointer }
      return undefined
    }
    run.report.add(prefix, pointer, converted.manner)
    return converted.kind === 'value' ? converted.value : undefined
  }
}

function valuesOf(sources: readonly Source[], scope: Json, run: Run): Values | undefined {
  const [only] = sources
  if (only && sources.length === 1) {
    const value = only(scope, run)
    return value === undefined ? undefined : [value]
  }
  const values: (Json | undefined)[] = []
  let present = false
  for (const source of sources) {
    const value = source(scope, run)
    if (value !== undefined) present = true
    values.push(value)
  }
  return present ? values : undefined
}

/** A value of the mapping itself, always there. */
export function buildFixed(
  value: string | number | boolean,
  about: { pointer: string; id: string },
): Builder {
  const manner: Manner = { outcome: 'DEFAULTED', rule: about.id }
  return (_, run, prefix) => {
    run.report.add(prefix, about.pointer, manner)
    return value
  }
}

/** One target entry for each source entry, in order. An entry that comes to nothing leaves no gap. */
export function buildList(list: { get: Getter | undefined; entry: Builder; pointer: string }): Builder {
  const { get, entry, pointer } = list
  return (scope, run, prefix) => {
    const entries = get ? get(scope) : [scope]
    if (!Array.isArray(entries)) return undefined
    const built: Json[] = []
    for (const source of entries) {
      const mark = run.report.size
      const value = entry(source, run, `${prefix}${pointer}/${built.length}`)
      // What was said of an entry that did not come about is said of its list.
      if (value === undefined) run.report.move(mark, prefix + pointer)
      else built.push(value)
    }
    return built.length === 0 ? undefined : built
  }
}
