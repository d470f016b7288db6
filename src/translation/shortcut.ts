import type { Json } from '../kit/kit.ts'
import type { Always, Converted, Knows, Spot } from './converter.ts'
import type { Known, Shortcut } from './walk.ts'

/** Where a rule reads and speaks. */
interface Rule {
  /** What its slots read; undefined for one that is not filled. */
  readonly sources: readonly (Spot | undefined)[]
  readonly pointer: string
}

/** As many words, or pairs of words, as are asked about beforehand. */
const MOST_WORDS = 1_000

/** How a rule is spared asking its converter, by what that knows. */
export function shortcutOf(knows: Knows | undefined, rule: Rule): Shortcut {
  const tabled = knows && tabulate(knows, rule)
  if (tabled) return tabled
  return knows?.always ? shortcutAlways(knows.always, rule) : { kind: 'asked' }
}

/** All words that the schema has for the first slot and, if that is filled, for the second one. */
function tabulate({ answer }: Knows, { pointer, sources }: Rule): Shortcut | undefined {
  const [first, second, ...more] = sources
  const words = wordsOf(first)
  const beside = second && wordsOf(second)
  const others = beside && [undefined, ...beside]
  const isSmall = words.length * (others?.length ?? 1) <= MOST_WORDS
  if (words.length === 0 || beside?.length === 0 || !isSmall || more.some(source => source !== undefined))
    return undefined
  return { kind: 'words', words, others, find: (...values) => knownBy(answer(values), pointer) }
}

function wordsOf(source: Spot | undefined): readonly Json[] {
  return (source?.type === 'enum' ? source.values : undefined) ?? []
}

/** A refusal is not known beforehand: it tells where it happened. */
function knownBy(converted: Converted | undefined, pointer: string): Known | undefined {
  if (converted === undefined) return { value: undefined, saying: undefined }
  if (converted.kind === 'blocked') return undefined
  const value = converted.kind === 'value' ? converted.value : undefined
  return { value, saying: { pointer, manner: converted.manner } }
}

function shortcutAlways(always: Always, { pointer }: Rule): Shortcut {
  if (always.kind === 'always')
    return { kind: 'always', value: always.answer.value, saying: { pointer, manner: always.answer.manner } }
  const { isFit, longest, manner } = always
  const same = { longest, saying: { pointer, manner } }
  return isFit ? { kind: 'judged', isFit, ...same } : { kind: 'same', ...same }
}
