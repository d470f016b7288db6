import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { askConsole } from '../../src/ask.ts'
import { type GatewayConfig, loadConfig } from '../../src/config.ts'
import { type Child, childOf } from '../../src/demo/child.ts'
import { type FieldAgency, layPracticeField } from '../../src/demo/practice-field.ts'
import { type Clock, isJsonObject, type JsonObject, readJsonText, systemClock } from '../../src/kit/kit.ts'
import { openSqliteLedger } from '../../src/stores/stores.ts'
import type { AgencyId } from '../../src/terms/terms.ts'
import { layCertificates } from './certificates.ts'
import { asObject, parse } from './dig.ts'
import { claimPorts } from './ports.ts'
import { plainEnvironment, program } from './program.ts'
import { until } from './until.ts'

/** Two whole gateways, each a process of its own, in a directory that goes when the field is disposed of. */
export interface Field extends AsyncDisposable {
  readonly directory: string
  /** The example PKI, a folder for each agency. */
  readonly certificates: string
  readonly police: Side
  readonly army: Side
}

/** One agency on the field: its files, and its gateway whether it runs or not. */
export interface Side {
  readonly agency: AgencyId
  /** The agency's folder of the example PKI. */
  readonly certificates: string
  readonly store: string
  readonly config: GatewayConfig
  url(door: 'inner' | 'outer' | 'console'): string
  /** Starts the gateway and waits until it says that it is ready. */
  start(launch?: Launch): Promise<void>
  /** Asks it to end and waits; resolves with the exit code. */
  stop(): Promise<number | string>
  /** `kill -9`, and waits until the process is gone. */
  kill(): Promise<void>
  /** Stands still without ending, as a machine that hangs; `false` lets it go on. */
  hang(still: boolean): void
  /** Resolves with the exit code when the gateway ends by itself. */
  ended(): Promise<number | string>
  readonly running: boolean
  /** Everything all its processes have printed so far: logs and what the start-up check says. */
  output(): string
  /** The lines of the log with this event. */
  logged(event: string): JsonObject[]
  /** Asks the third door with the gateway's own certificate. */
  console(path: string): Promise<{ readonly status: number; readonly text: string }>
  /** Every leaf recorded so far. */
  leaves(): Promise<JsonObject[]>
}

/** How a gateway is started; a shell line may stand before the command, to set limits for the process. */
export interface Launch {
  readonly shell?: string
}

export interface FieldWishes {
  /** Another field of the same test, whose certificates are used again: making them takes seconds. */
  readonly like?: Field
  /** When certificates and signatures are made, where that is not now. */
  readonly clock?: Clock
  /** Edits the sharing policies of this field before they are signed. */
  editPolicy?(text: string, name: string): string
  /** Edits the configuration of one side. */
  editConfig?(text: string, agency: AgencyId): string
}

const project = fileURLToPath(new URL('../..', import.meta.url))

/** Lays out a field with copies of certificates and with signatures of its own. No gateway runs yet. */
export async function layField(wishes: FieldWishes = {}): Promise<Field> {
  const directory = await mkdtemp(join(tmpdir(), 'concordat-field-'))
  const places = {
    project: wishes.editPolicy ? await editedProject(directory, wishes.editPolicy) : project,
    certificates: join(directory, 'certificates'),
    data: join(directory, 'data'),
  }
  await mkdir(places.data)
  if (wishes.like) await cp(wishes.like.certificates, places.certificates, { recursive: true })
  else if (wishes.clock === undefined) await layCertificates(places.certificates)
  const { police, army } = await layPracticeField(places, wishes.clock ?? systemClock)
  const claimed = await claimPorts(6)
  await movePorts([police, army], claimed.ports)
  const sides = await Promise.all([police, army].map(laid => makeSide(laid, wishes)))
  const [first, second] = sides
  if (first === undefined || second === undefined) throw new Error('a field has two sides')
  return {
    directory,
    certificates: places.certificates,
    police: first,
    army: second,
    async [Symbol.asyncDispose]() {
      await Promise.all(sides.map(side => side.kill()))
      await claimed[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Lays out a field and starts both gateways. */
export async function openField(wishes: FieldWishes = {}): Promise<Field> {
  const field = await layField(wishes)
  await Promise.all([field.police.start(), field.army.start()])
  return field
}

async function editedProject(
  directory: string,
  edit: (text: string, name: string) => string,
): Promise<string> {
  const edited = join(directory, 'project')
  await cp(join(project, 'policies'), join(edited, 'policies'), { recursive: true })
  await symlink(join(project, 'schemas'), join(edited, 'schemas'))
  for (const name of await readdir(join(edited, 'policies'))) {
    const file = join(edited, 'policies', name)
    await writeFile(file, edit(await readFile(file, 'utf8'), name))
  }
  return edited
}

/** Writes other ports into the configurations: those the practice field found are only free at this moment. */
async function movePorts(laid: readonly FieldAgency[], fresh: readonly number[]): Promise<void> {
  const old = laid.flatMap(({ ports }) => Object.values(ports))
  const moved = new Map(old.map((port, index) => [String(port), String(fresh[index])]))
  for (const { configFile } of laid) {
    const text = await readFile(configFile, 'utf8')
    await writeFile(
      configFile,
      text.replace(/(?<=port: |127\.0\.0\.1:)\d+/g, port => moved.get(port) ?? port),
    )
  }
}

async function makeSide(laid: FieldAgency, { editConfig }: FieldWishes): Promise<Side> {
  const { agency, configFile, certificates } = laid
  if (editConfig) await writeFile(configFile, editConfig(await readFile(configFile, 'utf8'), agency))
  const config = loadConfig(configFile)
  const output: string[] = []
  let child: Child | undefined
  const isRunning = () => child?.process.exitCode === null && child.process.signalCode === null
  return {
    agency,
    certificates,
    config,
    store: config.storeDirectory,
    url: door => `https://127.0.0.1:${config.doors[door].port}`,
    async start(launch = {}) {
      if (isRunning()) throw new Error(`${agency} runs already`)
      child = startGateway(configFile, output, launch)
      await untilListening(child, output)
      await until(
        async () => (await askConsole(config, '/readyz').catch(() => undefined))?.status === 200,
        'ready',
      )
    },
    async stop() {
      await child?.stop()
      return (await child?.ended) ?? 0
    },
    async kill() {
      child?.process.kill('SIGKILL')
      await child?.ended
    },
    hang(still) {
      child?.process.kill(still ? 'SIGSTOP' : 'SIGCONT')
    },
    ended: async () => (await child?.ended) ?? 0,
    get running() {
      return isRunning()
    },
    output: () => output.join(''),
    logged: event => logLines(output.join('')).filter(line => line['msg'] === event),
    console: path => askConsole(config, path),
    leaves: () => readLeaves(config.storeDirectory),
  }
}

function startGateway(configFile: string, output: string[], { shell }: Launch): Child {
  const args = [program, 'serve', '--config', configFile]
  const command = [process.execPath, ...args].map(word => `'${word}'`).join(' ')
  const child = spawn('/bin/sh', ['-c', `unset NODE_OPTIONS; ${shell ?? ':'}; exec ${command}`], {
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const leaving = () => child.kill('SIGKILL')
  process.once('exit', leaving)
  child.once('exit', () => process.off('exit', leaving))
  return childOf(child)
}

async function untilListening({ process: child, ended }: Child, output: string[]): Promise<void> {
  const from = output.length
  const over = ended.then(code => {
    throw new Error(`the gateway ended with ${code}:\n${output.slice(from).join('')}`)
  })
  over.catch(() => undefined)
  while (!output.slice(from).join('').includes('"msg":"listening"'))
    await Promise.race([over, child.stdout === null ? over : once(child.stdout, 'data')])
}

function logLines(text: string): JsonObject[] {
  return text.split('\n').flatMap(line => {
    const reading = readJsonText(line)
    return reading.ok && isJsonObject(reading.value) ? [reading.value] : []
  })
}

async function readLeaves(directory: string): Promise<JsonObject[]> {
  using ledger = openSqliteLedger(directory)
  const leaves: JsonObject[] = []
  for (let size = await ledger.size(); leaves.length < size; ) {
    const texts = await ledger.leaves(leaves.length, Math.min(leaves.length + 256, size))
    leaves.push(...texts.map(text => asObject(parse(text))))
  }
  return leaves
}
