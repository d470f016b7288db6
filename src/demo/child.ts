import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'

/** A process of the practice field: a gateway or a system. */
export interface Child {
  readonly process: ChildProcess
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  /** Asks it to stop and waits; after ten seconds it is killed. */
  stop(): Promise<void>
}

export interface ChildParts {
  /** The Node that runs it. */
  readonly execPath: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Its standard output and error go to the end of this file. */
  readonly logFile: string
}

/** Starts a process whose output goes to a file. */
export async function startChild({ execPath, args, env, logFile }: ChildParts): Promise<Child> {
  const log = await open(logFile, 'a')
  try {
    const child = spawn(execPath, [...args], { env: { ...env }, stdio: ['ignore', log.fd, log.fd] })
    return childOf(child)
  } finally {
    await log.close()
  }
}

/** Wraps a process so that it can be waited for and stopped. */
export function childOf(child: ChildProcess): Child {
  const ended = new Promise<number | string>(done => {
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'))
    child.once('error', () => done('unknown'))
  })
  return {
    process: child,
    ended,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
    },
  }
}
