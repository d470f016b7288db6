import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askConsole } from '../ask.ts'
import type { Clock } from '../kit/kit.ts'
import { type Child, childOf, startChild } from './child.ts'
import { type Told, tell } from './conversation.ts'
import {
  configOf,
  type FieldAgency,
  type FieldPlaces,
  layPracticeField,
  type PracticeField,
} from './practice-field.ts'
import type { SystemName } from './systems.ts'

/** Everything that runs for the demonstration: two gateways, and a system at each, in four processes. */
export interface Stage extends AsyncDisposable {
  readonly places: FieldPlaces
  readonly clock: Clock
  readonly field: PracticeField
  readonly police: Told
  readonly army: Told
  /** Runs `concordat …` to its end. */
  run(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>
  /** Aborted when a gateway ends by itself. */
  readonly broken: AbortSignal
}

export interface StageParts {
  readonly places: FieldPlaces
  readonly clock: Clock
  /** Begin with empty stores. */
  readonly fresh: boolean
  readonly execPath: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** @throws Error where a gateway does not become ready within twenty seconds; its log says why */
export async function setStage(parts: StageParts): Promise<Stage> {
  const { places } = parts
  const main = join(places.project, 'src', 'main.ts')
  await using running = new AsyncDisposableStack()
  const field = await layPracticeField(places, parts.clock)
  const broken = new AbortController()
  for (const side of [field.police, field.army]) {
    await rm(join(side.directory, 'ledger'), { recursive: true, force: true })
    if (parts.fresh) await rm(join(side.directory, 'store'), { recursive: true, force: true })
    const logFile = join(side.directory, 'gateway.log')
    const gateway = await startChild({
      ...parts,
      args: [main, 'serve', '--config', side.configFile],
      logFile,
    })
    running.defer(() => gateway.stop())
    void gateway.ended.then(() => broken.abort())
    await untilReady(side, gateway, logFile)
  }
  const system = (name: SystemName, side: FieldAgency): Told => {
    const url = `https://127.0.0.1:${side.ports.inner}`
    const args = [main, 'demo', 'system', name, '--folder', side.certificates, '--url', url]
    const child = spawn(parts.execPath, args, { env: { ...parts.env }, stdio: ['pipe', 'pipe', 'inherit'] })
    const told = tell(child)
    const { stop } = childOf(child)
    running.defer(async () => {
      child.stdin.end()
      await stop()
    })
    return told
  }
  const police = system('public-order-system', field.police)
  const army = system('army-portal', field.army)
  const kept = running.move()
  return {
    places,
    clock: parts.clock,
    field,
    police,
    army,
    broken: broken.signal,
    run: args => runToEnd(parts, [main, ...args]),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function untilReady(side: FieldAgency, gateway: Child, logFile: string): Promise<void> {
  const config = configOf(side)
  let ended = false
  void gateway.ended.then(() => {
    ended = true
  })
  for (let tries = 0; tries < 200 && !ended; tries++) {
    const answer = await askConsole(config, '/readyz').catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(100)
  }
  throw new Error(`the gateway of ${side.agency} did not become ready; see ${logFile}`)
}

async function runToEnd(
  parts: StageParts,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  const child = spawn(parts.execPath, [...args], { env: { ...parts.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const gather = (chunk: Buffer) => {
    output += chunk.toString('utf8')
  }
  child.stdout.on('data', gather)
  child.stderr.on('data', gather)
  const code = await childOf(child).ended
  return { code: typeof code === 'number' ? code : 1, output: output.trim() }
}
