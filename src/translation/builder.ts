import type { Json } from '../kit/kit.ts'
import type { Convert, Values } from './converter.ts'
import type { TranslationContext } from './mapping.ts'
import type { Getter } from './paths.ts'
import { makeSay, type Sayings, type SpokenReport } from './spoken-report.ts'

/** One translation under way. */
export interface Run {
  readonly context: TranslationContext
  /** The whole source, for what a rule inside a list reads from its top. */
  readonly root: Json
  readonly report: SpokenReport
  /** The first value that stops the translation. */
  stopped: { readonly rule: string; readonly path: string } | undefined
}

/** Makes one value of the target from a scope of the source; undefined where there is nothing to say. */
export type Builder = (scope: Json, run: Run) => Json | undefined

/** Reads one slot: from the scope, from the top of the document, or from the exchange. */
export type Source = (scope: Json, run: Run) => Json | undefined

/** Makes one value of the target from what stands at the slots, at least one of which is filled. */
export type Answer = (values: Values, run: Run) => Json | undefined

/** Converts, and reports how. */
export function makeAnswer(
  convert: Convert,
  { sayings, pointer }: { sayings: Sayings; pointer: string },
): Answer {
  const say = makeSay(sayings, pointer)
  return (values, run) => {
    const converted = convert(values, run.context)
    if (converted === undefined) return undefined
    if (converted.kind === 'blocked') {
      run.stopped ??= { rule: converted.rule, path: run.report.place() + pointer }
      return undefined
    }
    say(run.report, converted.manner)
    return converted.kind === 'value' ? converted.value : undefined
  }
}

/** One rule whose target is the whole of what is built. Silent where no source is there. */
export function buildRule({ sources, answer }: { sources: readonly Source[]; answer: Answer }): Builder {
  return (scope, run) => {
    const values = sources.map(source => source(scope, run))
    return values.every(value => value === undefined) ? undefined : answer(values, run)
  }
}

/** A value of the mapping itself, always there. */
export function buildFixed(value: Json, number: number): Builder {
  return (_, { report }) => {
    report.say(number)
    return value
  }
}

/** A list of the target, beside its entries. */
export interface ListParts {
  /** Undefined for a list of one entry, the scope itself. */
  readonly get: Getter | undefined
  /** The number with which a report says that the list begins. */
  readonly begins: number
  /** For how many entries there is room, and what is said of others, by number. */
  readonly most: number
  readonly beyond: number
}

/** One target entry for each source entry, in order. An entry that comes to nothing leaves no gap. */
export function buildList(list: ListParts, entry: Builder): Builder {
  const { get, begins, most } = list
  return (scope, run) => {
    const entries = get ? get(scope) : [scope]
    if (!Array.isArray(entries)) return undefined
    const { report } = run
    const built: Json[] = []
    report.say(begins)
    for (const source of entries) {
      const mark = report.enter()
      const value = entry(source, run)
      if (value === undefined || built.length >= most) leaveOut(report, mark, { list, built, value })
      else built.push(value)
    }
    report.end()
    return built.length === 0 ? undefined : built
  }
}

/** Tells of an entry that it is not in the list: it came to nothing, or there is no room for it. */
export function leaveOut(
  report: SpokenReport,
  mark: number,
  entry: { list: ListParts; built: readonly Json[]; value: Json | undefined },
): void {
  const { built, list, value } = entry
  if (built.length >= list.most) {
    report.takeBack(mark)
    if (value !== undefined) report.say(list.beyond)
  }
  report.leaveOut(mark)
}
