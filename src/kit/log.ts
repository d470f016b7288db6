/**
 * Where a part says what happened to it. An event is a stable kebab-case name; facts are codes, ids, counts and names of
 * rules. No value of a document, no person and no token is ever a fact.
 */
export interface Log {
  info(event: string, facts?: LogFacts): void
  warn(event: string, facts?: LogFacts): void
  /** `fault` is logged whole: message and stack. */
  error(event: string, fault: unknown, facts?: LogFacts): void
}

export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>
