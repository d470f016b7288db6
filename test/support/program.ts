/** The program as whoever installed it starts it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** How a run of the program ended, and what it printed. */
export interface Run {
  /** -1 where a signal ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * What a process of the program is given of the environment: a test runner hooks itself into every child by NODE_OPTIONS, and
 * would catch its signals. `npm test` lets all processes share what they have compiled.
 */
export function plainEnvironment(): Record<string, string | undefined> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}) }
}

/**
 * Runs one command of the program to its end.
 *
 * @param flags of Node itself
 */
export function runProgram(
  args: readonly string[],
  { cwd, flags = [] }: { readonly cwd?: string; readonly flags?: readonly string[] } = {},
): Promise<Run> {
  const options = { env: plainEnvironment(), ...(cwd === undefined ? {} : { cwd }) }
  return new Promise(done => {
    const child = execFile(
      process.execPath,
      [...flags, program, ...args],
      options,
      (_fault, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}
