import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'

/** A process of the benchmark: it is asked by messages, one at a time, and its output goes to a file. */
export interface Child extends AsyncDisposable {
  /** Sends a message and returns the answer. @throws Error where the process ends instead */
  ask(message: unknown): Promise<unknown>
}

export interface ChildParts {
  readonly name: string
  readonly module: string
  readonly args: readonly string[]
  /** Where its output goes, as `<name>.log`. */
  readonly directory: string
  /** Options for Node itself. */
  readonly node: readonly string[]
}

export function startChild({ name, module, args, directory, node }: ChildParts): Child {
  const log = openSync(join(directory, `${name}.log`), 'a')
  const child = fork(module, [...args], { execArgv: [...node], stdio: ['ignore', log, log, 'ipc'] })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${name} has ended; see ${join(directory, `${name}.log`)}`)
  })
  ended.catch(() => undefined)
  return {
    async ask(message) {
      const answered = once(child, 'message')
      child.send(message as object)
      const [answer] = (await Promise.race([answered, ended])) as [unknown]
      return answer
    },
    [Symbol.asyncDispose]: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  // An open channel would keep alive what has nothing else to do.
  child.disconnect()
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(timer)
}

/** CPU time, user and system, that some processes have used together so far, µs. Each was started with {@link meter}. */
export async function cpuOf(children: readonly Child[]): Promise<number> {
  const used = await Promise.all(children.map(child => child.ask('cpu')))
  return (used as NodeJS.CpuUsage[]).reduce((sum, { user, system }) => sum + user + system, 0)
}

/** What lets a process tell its own CPU time. */
export const meter = ['--import', new URL('./cpu-meter.ts', import.meta.url).href] as const
