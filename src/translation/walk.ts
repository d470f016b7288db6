import { isJsonObject, type Json } from '../kit/kit.ts'
import { type Answer, type Builder, type ListParts, leaveOut, type Run, type Source } from './builder.ts'
import type { Saying, Sayings } from './spoken-report.ts'
import { ALONE, type OutlinedGroup, textOf } from './walk-text.ts'

/** Something that steps read of a scope, once for all of them. */
export type Read =
  /** A member of the scope, of the top of the document, or of what the read with this number found. */
  | { readonly kind: 'member'; readonly of: 'scope' | 'root' | number; readonly name: string }
  | { readonly kind: 'asked'; readonly source: Source }

/** Makes one member of an object, called `name`. */
export type Step = { readonly name: string } & (
  | { readonly kind: 'built'; readonly build: Builder }
  /** A value that is always there. */
  | { readonly kind: 'fixed'; readonly value: Json; readonly saying: Saying }
  | (Shortcut & Asking)
)

interface Asking {
  /** The numbers of the reads at the slots, undefined for one that is not filled. Where none finds anything there is nothing to ask. */
  readonly reads: readonly (number | undefined)[]
  readonly answer: Answer
}

/** How a step is spared asking. */
export type Shortcut =
  | { readonly kind: 'asked' }
  /** The same value wherever there is something to read. */
  | { readonly kind: 'always'; readonly value: Json; readonly saying: Saying }
  /** A text of at most `longest` UTF-16 units stays as it is. */
  | { readonly kind: 'same'; readonly longest: number; readonly saying: Saying }
  /** The same of a text that is fit. */
  | {
      readonly kind: 'judged'
      readonly longest: number
      readonly isFit: (text: string) => boolean
      readonly saying: Saying
    }
  /** Answers that are known to words at the first slot, with words at the second one if that is filled. */
  | { readonly kind: 'words'; readonly words: readonly Json[]; readonly others: Others; readonly find: Find }

/** What can stand at the second slot; undefined where that is not filled. */
type Others = readonly (Json | undefined)[] | undefined

/** @returns undefined where the answer is not known */
type Find = (word: Json, other: Json | undefined) => Known | undefined

/** A known answer, which can be that there is nothing to make, or nothing to say. */
export interface Known {
  readonly value: Json | undefined
  readonly saying: Saying | undefined
}

/** What a walk does in one scope. */
interface WalkParts {
  readonly reads: readonly Read[]
  readonly steps: readonly Step[]
  readonly sayings: Sayings
}

/**
 * Builds an object of the members that come about; none where none does. With `list` it builds a list, an object for each entry of
 * another one; an entry that comes to nothing leaves no gap.
 *
 * Every object of a mapping gets a function of its own, although all are made from one pattern: an engine remembers for each place
 * in a program which objects came by, and reads and makes their members there without looking their names up. Closures that all
 * rules share meet all names at the same place, and took five times as long.
 */
export function makeWalk({ reads, sayings, steps }: WalkParts, list?: ListParts): Builder {
  const groups = groupsOf(steps)
  const outline = {
    isList: list !== undefined,
    reads: reads.map(read => (read.kind === 'asked' ? 'asked' : { of: read.of })),
    groups: groups.map(outlined),
  }
  return compile(textOf(outline))({
    reads: reads.map(read => (read.kind === 'asked' ? read.source : memberName(read.name))),
    steps: steps.map(step => ({ ...step, name: memberName(step.name) })),
    says: groups.map(group => (group.kind === 'run' ? sayings.addRun(group.run) : undefined)),
    tables: groups.map(group => (group.kind === 'words' ? tableOf(group.steps, sayings) : undefined)),
    list,
    isObject: isJsonObject,
    leaveOut,
  })
}

/** Neighbours that have something in common. */
type Group =
  /** They say one thing each, if anything. */
  | { readonly kind: 'run'; readonly at: number; readonly steps: Step[]; readonly run: Saying[] }
  /** They are known by the same words. */
  | { readonly kind: 'words'; readonly at: number; readonly steps: WordStep[] }
  /** One by itself. */
  | { readonly kind: 'alone'; readonly at: number; readonly steps: readonly Step[] }

type WordStep = Extract<Step, { kind: 'words' }>

/** As many bits as one number of a report has for a run. */
const LONGEST_RUN = 8

function groupsOf(steps: readonly Step[]): readonly Group[] {
  const groups: Group[] = []
  for (const [at, step] of steps.entries()) {
    const last = groups.at(-1)
    if (step.kind === 'words') {
      if (last?.kind === 'words' && isAlike(last.steps, step)) last.steps.push(step)
      else groups.push({ kind: 'words', at, steps: [step] })
    } else if ('saying' in step) {
      if (last?.kind === 'run' && last.run.length < LONGEST_RUN) {
        last.steps.push(step)
        last.run.push(step.saying)
      } else groups.push({ kind: 'run', at, steps: [step], run: [step.saying] })
    } else groups.push({ kind: 'alone', at, steps: [step] })
  }
  return groups
}

/** Whether a step reads the same words as others, and none but theirs beside them. */
function isAlike(steps: readonly WordStep[], { reads: [first, second] }: WordStep): boolean {
  const theirs = steps.map(step => step.reads[1]).find(read => read !== undefined)
  return steps[0]?.reads[0] === first && (second === undefined || theirs === undefined || theirs === second)
}

function outlined({ at, kind, steps }: Group): OutlinedGroup {
  const reads = steps.map(step => ('reads' in step ? step.reads : []))
  return { kind, at, steps: steps.map((step, index) => ({ kind: step.kind, reads: reads[index] ?? [] })) }
}

/** What is known of words: what their steps make of each, and what is said of that, by number. */
interface Row {
  readonly values: readonly (Json | undefined)[]
  readonly says: number | undefined
}

/** The rows of a group by the word at the first slot, then by the number of what stands at the second one; 0 for all that has none. */
interface Table {
  readonly rows: ReadonlyMap<Json, readonly (Row | undefined)[]>
  readonly beside: ReadonlyMap<Json | undefined, number>
}

/** One look at a word, however many steps depend on it. */
function tableOf(steps: readonly WordStep[], sayings: Sayings): Table {
  const [first] = steps
  const others = steps.map(step => step.others).find(list => list !== undefined) ?? [undefined]
  const rowOf = (word: Json, other: Json | undefined): Row | undefined => {
    const found = steps.flatMap(step => step.find(word, step.others && other) ?? [])
    if (found.length < steps.length) return undefined
    const said = found.flatMap(({ saying }) => saying ?? [])
    return {
      values: found.map(({ value }) => value),
      says: said.length === 0 ? undefined : sayings.addAll(said),
    }
  }
  const rowsOf = (word: Json) => [undefined, ...others.map(other => rowOf(word, other))]
  return {
    rows: new Map((first?.words ?? []).map(word => [word, rowsOf(word)])),
    beside: new Map(others.map((other, at) => [other, ALONE + at])),
  }
}

/** What a walk is given: names, words and functions, in the order of its outline. */
interface Given {
  readonly reads: readonly (string | Source)[]
  readonly steps: readonly Step[]
  readonly says: readonly (number | undefined)[]
  readonly tables: readonly (Table | undefined)[]
  readonly list: ListParts | undefined
  readonly isObject: typeof isJsonObject
  readonly leaveOut: typeof leaveOut
}

let walks = 0

/** The number makes every text another one: functions of one text would share what an engine remembers. */
function compile(text: string): (given: Given) => (scope: Json, run: Run) => Json | undefined {
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of an outline, which holds no word from outside
  return new Function('given', `'use strict' // ${++walks}\n${text}`) as ReturnType<typeof compile>
}

/** A name as engines know those of members; one that was read from a file is only as long a text. */
function memberName(name: string): string {
  return Object.keys({ [name]: true })[0] ?? name
}
