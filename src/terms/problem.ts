/**
 * One thing wrong in a file that a person wrote: a policy, a mapping, a schema, a configuration. Compilers collect all of
 * them. Wording: lower case, no full stop, the user's words in backticks, never a secret.
 */
export interface Problem {
  readonly file: string
  /** Counted from one; 0 where the file as a whole is meant. */
  readonly line: number
  readonly column: number
  /** Stable and kebab-case, so that nobody compares texts. */
  readonly code: string
  readonly says: string
}

/** The problem as a compiler prints it: `file:line:column code says`. */
export function printProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.code}: ${problem.says}`
}

/** Thrown when a file cannot be used; carries every problem found in it. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(printProblem).join('\n'))
    this.name = 'ProblemsError'
    this.problems = problems
  }
}
