import type { ExitCode, Terminal } from '../../src/cli/terminal.ts'

/** What a command has printed, each line with its end, and how it ended. */
export interface Said {
  out: string
  err: string
  code: ExitCode
}

/** A terminal that writes down what a command says. */
export function terminalAt(
  place: Pick<Terminal, 'cwd'> & Partial<Pick<Terminal, 'env'>>,
  said: Said,
): Terminal {
  return {
    env: {},
    ...place,
    out: line => {
      said.out += `${line}\n`
    },
    err: line => {
      said.err += `${line}\n`
    },
    colour: false,
    end: code => {
      said.code = code
    },
    stop: new AbortController().signal,
    lines: async function* () {},
    machine: { execArgv: [], execPath: '', version: '', uid: undefined },
  }
}

/** The lines of what was printed, without their ends. */
export function linesOf(printed: string): string[] {
  return printed.split('\n').slice(0, -1)
}
