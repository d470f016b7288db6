/** The edge of the process as a command sees it. Only `main.ts` makes one, so that nothing else touches `process`. */
export interface Terminal {
  out(line: string): void
  err(line: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** True where the output is a terminal that shows colour and NO_COLOR is not set. */
  readonly colour: boolean
  /** How the command ends, unless it throws: 0 good, 1 finding, 2 usage, 3 unreachable. */
  end(code: ExitCode): void
  /** Aborted on the first SIGINT or SIGTERM. */
  readonly stop: AbortSignal
}

export type ExitCode = 0 | 1 | 2 | 3
