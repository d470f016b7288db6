import { join } from 'node:path'
import { isJsonObject, readJsonText } from '../../src/kit/kit.ts'
import { type Child, startChild } from './child.ts'
import type { LoadCommand, LoadReport } from './load.ts'
import { type Scene, type Stage, setStage } from './scenes.ts'
import { median } from './timing.ts'

/** What one round of one scene has shown. Times in µs where not said otherwise. */
export interface Round {
  readonly exchanges: number
  readonly cpuEach: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** The whole path under one number of connections: rounds of both scenes in turn. */
export interface PathFigures {
  readonly connections: number
  readonly gateways: readonly Round[]
  readonly proxies: readonly Round[]
  /** The median of the ratios of neighbouring rounds. */
  readonly ratio: number
}

export interface PathReport {
  readonly figures: readonly PathFigures[]
  readonly exchanges: number
  /** How many that were answered are not in both stores at the end. */
  readonly missing: number
}

export interface PathParts {
  readonly directory: string
  readonly connections: readonly number[]
  readonly milliseconds: number
  readonly rounds: number
  readonly node: readonly string[]
}

/** Drives both scenes in turn, so that what else the machine does falls on both. */
export async function measurePath(parts: PathParts): Promise<PathReport> {
  const { directory } = parts
  await using stage = await setStage(directory, parts.node)
  await using load = startChild({
    name: 'load',
    module: join(import.meta.dirname, 'load.ts'),
    args: [],
    directory,
    node: [],
  })
  const ids: string[] = []
  const one = (scene: Scene, connections: number) =>
    measure({ stage, scene, load, connections, ids }, parts.milliseconds)
  const figures: PathFigures[] = []
  for (const scene of [stage.gateways, stage.proxies]) await warmUp(() => one(scene, 32))
  for (const connections of parts.connections) {
    const gateways: Round[] = []
    const proxies: Round[] = []
    for (let round = 0; round < parts.rounds; round++) {
      gateways.push(await one(stage.gateways, connections))
      proxies.push(await one(stage.proxies, connections))
    }
    const ratios = gateways.map(({ cpuEach }, index) => cpuEach / (proxies[index]?.cpuEach ?? Number.NaN))
    figures.push({ connections, gateways, proxies, ratio: median(ratios) })
  }
  const missing = await stage.missing(ids)
  return { figures, exchanges: ids.length, missing: missing.length }
}

/** Lets the compiler settle before anything is written down: the longer half of its work is done in the first seconds. */
async function warmUp(round: () => Promise<Round>): Promise<void> {
  for (let rounds = 0; rounds < 2; rounds++) await round()
}

interface Measuring {
  readonly stage: Stage
  readonly scene: Scene
  readonly load: Child
  readonly connections: number
  /** Ids of exchanges that a gateway has answered for. */
  readonly ids: string[]
}

async function measure(measuring: Measuring, milliseconds: number): Promise<Round> {
  const { stage, scene, load, connections, ids } = measuring
  const tell = async (command: LoadCommand): Promise<LoadReport> => {
    const report = (await load.ask(command)) as LoadReport
    const others = Object.entries(report.others).map(([status, times]) => `${status} ${times} times`)
    if (others.length > 0) throw new Error(`${scene.url} answered ${others.join(', ')}`)
    if (scene === stage.gateways) for (const answer of report.answers) ids.push(idIn(answer))
    return report
  }
  await tell({ kind: 'open', order: stage.order(scene, connections) })
  await scene.settled(ids.length)
  const before = await scene.cpu()
  const { took, answers, latencies } = await tell({ kind: 'run', milliseconds })
  await scene.settled(ids.length)
  const after = await scene.cpu()
  await tell({ kind: 'close' })
  return {
    exchanges: answers.length,
    cpuEach: (after - before) / answers.length,
    perSecond: (answers.length * 1_000) / took,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  }
}

function idIn(answer: string): string {
  const reading = readJsonText(answer)
  const exchanges = reading.ok && isJsonObject(reading.value) ? reading.value['exchanges'] : undefined
  const [only] = Array.isArray(exchanges) ? (exchanges as readonly unknown[]) : []
  const id = isJsonObject(only) ? only['id'] : undefined
  if (typeof id !== 'string') throw new Error('an answer names no exchange')
  return id
}
