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
  readonly machine: Machine
  /** The lines of standard input. */
  lines(): AsyncIterable<string>
}

/** What the start-up check looks at. */
export interface Machine {
  readonly execArgv: readonly string[]
  readonly execPath: string
  /** Of Node. */
  readonly version: string
  /** Undefined where the system has no user ids. */
  readonly uid: number | undefined
}

export type ExitCode = 0 | 1 | 2 | 3
