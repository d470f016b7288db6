import type { Found, Level, Subject, Text } from './subject.ts'

/** The numbers of the checks in the design of the linter; they are never reused. */
export type CheckNumber =
  | 1
  | 2
  | 3
  | 4
  | 5
  | 6
  | 7
  | 8
  | 9
  | 10
  | 11
  | 12
  | 13
  | 14
  | 15
  | 16
  | 17
  | 18
  | 19
  | 20
  | 21
  | 22
  | 23
  | 24
  | 25
  | 26
  | 27
  | 28
  | 29
  | 30
  | 31
  | 32
  | 33
  | 34
  | 35
  | 36
  | 37
  | 38
  | 39
  | 40
  | 41
  | 42
  | 43
  | 44
  | 45
  | 46
  | 47
  | 48
  | 49
  | 50

/** One check: what it is called, how grave it is, and who decides it. */
export type Check = {
  readonly title: string
  readonly level: Level
  /** The compiler's own problems that count as this check: `code`, or `section/code` where the section of the file matters. */
  readonly codes: readonly string[]
  /** What of it cannot be decided from one file, its catalogues and the revision before. */
  readonly leftOut?: string
} & (
  | { readonly needs: 'text'; readonly run: (text: Text) => readonly Found[] }
  /** The second of these also needs worked examples that hold. */
  | { readonly needs: 'meaning' | 'examples'; readonly run: (subject: Subject) => readonly Found[] }
  /** The compiler finds all of it. */
  | { readonly needs: 'compiler' }
  /** It takes the other gateway. */
  | { readonly needs: 'more' }
)
