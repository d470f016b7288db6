import type { Json } from '../kit/kit.ts'
import type { Convert, Values } from './converter.ts'
import type { Manner, ReportLine, TranslationContext } from './mapping.ts'
import type { Getter } from './paths.ts'

/** One translation under way. */
export interface Run {
  readonly context: TranslationContext
  readonly report: ReportLine[]
  /** The first value that stops the translation. */
  stopped: { readonly rule: string; readonly path: string } | undefined
}

/** Makes one value of the target from a scope of the source; undefined where there is nothing to say. */
export type Builder = (scope: Json, run: Run, prefix: string) => Json | undefined

/** Reads one slot: from the document, or from the exchange. */
export type Source = (scope: Json, context: TranslationContext) => Json | undefined

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
    const values = valuesOf(sources, scope, run.context)
    if (values === undefined) return undefined
    const converted = convert(values, run.context)
    if (converted === undefined) return undefined
    if (converted.kind === 'blocked') {
      run.stopped ??= { rule: converted.rule, path: prefix + pointer }
      return undefined
    }
    run.report.push(lineOf(prefix + pointer, converted.manner))
    return converted.kind === 'value' ? converted.value : undefined
  }
}

function valuesOf(sources: readonly Source[], scope: Json, context: TranslationContext): Values | undefined {
  const [only] = sources
  if (only && sources.length === 1) {
    const value = only(scope, context)
    return value === undefined ? undefined : [value]
  }
  const values: (Json | undefined)[] = []
  let present = false
  for (const source of sources) {
    const value = source(scope, context)
    if (value !== undefined) present = true
    values.push(value)
  }
  return present ? values : undefined
}

/** Most lines have nothing but the outcome; spelling those out costs a fifth of spreading them. */
function lineOf(path: string, manner: Manner): ReportLine {
  if (manner.outcome === 'EXACT') return { path, outcome: manner.outcome, rule: manner.rule }
  return { path, ...manner }
}

/** A value of the mapping itself, always there. */
export function buildFixed(
  value: string | number | boolean,
  about: { pointer: string; id: string },
): Builder {
  return (_, run, prefix) => {
    run.report.push({ path: prefix + about.pointer, outcome: 'DEFAULTED', rule: about.id })
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
      const mark = run.report.length
      const value = entry(source, run, `${prefix}${pointer}/${built.length}`)
      if (value === undefined) moveLines(run.report, mark, prefix + pointer)
      else built.push(value)
    }
    return built.length === 0 ? undefined : built
  }
}

/** What was said of an entry that did not come about is said of its list. */
function moveLines(report: ReportLine[], from: number, path: string): void {
  for (let index = from; index < report.length; index++) {
    const line = report[index]
    if (line) report[index] = { ...line, path }
  }
}
