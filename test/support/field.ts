import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type GatewayConfig, loadConfig } from '../../src/config.ts'
import { type Child, childOf } from '../../src/demo/child.ts'
import { type FieldAgency, layPracticeField } from '../../src/demo/practice-field.ts'
import { askConsole } from '../../src/gateway/gateway.ts'
import { isJsonObject, type Json, type JsonObject, readJsonText, systemClock } from '../../src/kit/kit.ts'
import { printVkey } from '../../src/ledger/ledger.ts'
import { makeSigner, readPrivateKey } from '../../src/seal/seal.ts'
import { openSqliteLedger } from '../../src/stores/stores.ts'
import type { AgencyId } from '../../src/terms/terms.ts'
import { claimPorts } from './ports.ts'

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
  /** Edits the sharing policies of this field before they are signed. */
  editPolicy?(text: string, name: string): string
  /** Edits the configuration of one side. */
  editConfig?(text: string, agency: AgencyId): string
}

const project = fileURLToPath(new URL('../..', import.meta.url))
const program = join(project, 'src/main.ts')

/** Lays out a field with certificates and signatures of its own. No gateway runs yet. */
export async function layField(wishes: FieldWishes = {}): Promise<Field> {
  const directory = await mkdtemp(join(tmpdir(), 'concordat-field-'))
  const places = {
    project: wishes.editPolicy ? await editedProject(directory, wishes.editPolicy) : project,
    certificates: join(directory, 'certificates'),
    data: join(directory, 'data'),
  }
  await mkdir(places.data)
  if (wishes.like) await cp(wishes.like.certificates, places.certificates, { recursive: true })
  const { police, army } = await layPracticeField(places, systemClock)
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
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  // A test runner hooks itself into every child by NODE_OPTIONS, and would catch its signals.
  const child = spawn('/bin/sh', ['-c', `unset NODE_OPTIONS; ${shell ?? ':'}; exec ${command}`], {
    env,
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

/** What `concordat audit verify` found in one exported ledger. */
export interface Audited {
  readonly directory: string
  readonly report: JsonObject
  readonly exitCode: number
}

/**
 * Exports the ledger of a gateway, once a signed checkpoint covers all that is recorded now, and verifies the export: both as
 * an auditor does, by the command, and with the key that the agency holds rather than the one in the export.
 */
export async function audit(side: Side): Promise<Audited> {
  await untilCovered(side)
  const directory = await mkdtemp(join(side.store, '../ledger-'))
  const made = await run(['audit', 'export', '--store', side.store, '--to', directory, '--json'])
  if (made.exitCode !== 0) throw new Error(`the ledger of ${side.agency} cannot be exported: ${made.text}`)
  const [first] = await side.leaves()
  const vkey = await vkeyOf(side, String(first?.['origin']))
  const { exitCode, text } = await run(['audit', 'verify', '--dir', directory, '--vkey', vkey, '--json'])
  return { directory, report: asObject(parse(text)), exitCode }
}

async function vkeyOf({ certificates }: Side, name: string): Promise<string> {
  const { key } = await readPrivateKey(join(certificates, 'ledger.key.pem'))
  if (key === undefined) throw new Error('the ledger key cannot be read')
  const { x = '' } = makeSigner(key).publicKey.export({ format: 'jwk' })
  return printVkey({ name, publicKey: Buffer.from(x, 'base64url') })
}

/** Checkpoints are made once a second; nobody is told, so the store is asked. */
async function untilCovered({ store }: Side): Promise<void> {
  using ledger = openSqliteLedger(store)
  const size = await ledger.size()
  await until(
    async () => ((await ledger.latestCheckpoint())?.size ?? 0) >= size,
    'a checkpoint over all leaves',
  )
}

/** Runs one command of the program to its end. */
export function run(args: readonly string[]): Promise<{ readonly exitCode: number; readonly text: string }> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  return new Promise(done => {
    const child = execFile(process.execPath, [program, ...args], { env }, (_fault, stdout, stderr) =>
      done({ exitCode: child.exitCode ?? 1, text: stdout === '' ? stderr : stdout }),
    )
  })
}

/** Asks until it holds; for what tells nobody when it comes about. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  what: string,
  seconds = 30,
): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; !(await holds()); await sleep(40))
    if (Date.now() > end) throw new Error(`it took longer than ${seconds} s: ${what}`)
}

export function parse(text: string): Json {
  const reading = readJsonText(text)
  if (!reading.ok) throw new Error(`${reading.fault.says}: ${text.slice(0, 200)}`)
  return reading.value
}

export function asObject(value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`)
  return value
}

/** What lies at a path of member names and list indexes; undefined where there is nothing. */
export function dig(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (Array.isArray(found) && typeof step === 'number') found = found[step]
    else found = isJsonObject(found) && Object.hasOwn(found, String(step)) ? found[String(step)] : undefined
  }
  return found
}
