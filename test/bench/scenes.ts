import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { askConsole } from '../../src/ask.ts'
import { configOf, type FieldAgency, layPracticeField } from '../../src/demo/practice-field.ts'
import { systemClock, uuidv7 } from '../../src/kit/kit.ts'
import {
  makeSigner,
  mintToken,
  readPrivateKey,
  type TlsSettings,
  thumbprint,
  tlsOptions,
} from '../../src/seal/seal.ts'
import { openSqliteStore } from '../../src/stores/stores.ts'
import { agencyUri } from '../../src/terms/terms.ts'
import { type Child, cpuOf, meter, startChild } from './child.ts'
import { operation } from './documents.ts'
import type { LoadOrder } from './load.ts'
import type { HopOrder } from './proxy-hop.ts'
import type { SinkOrder } from './sink.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const SYSTEM = 'public-order-system'
const MOST_CONNECTIONS = 64

/** Something that takes pushes at a URL, and what it costs. */
export interface Scene {
  readonly url: string
  /** CPU time used so far by every process that is measured, µs. */
  cpu(): Promise<number>
  /** Resolves when nothing is left to do for so many exchanges that were answered since the start. */
  settled(exchanges: number): Promise<void>
}

/** Both scenes, and what a client of either needs. */
export interface Stage extends AsyncDisposable {
  readonly gateways: Scene
  readonly proxies: Scene
  /** The requests of so many connections, each for an operation of its own. */
  order(scene: Scene, connections: number): LoadOrder
  /** Ends the gateways and looks every exchange up in both stores. Returns those that are not where they must be. */
  missing(ids: readonly string[]): Promise<readonly string[]>
}

/** @param node options for the measured processes, such as a profiler's */
export async function setStage(directory: string, node: readonly string[]): Promise<Stage> {
  await using parts = new AsyncDisposableStack()
  const certificates = join(directory, 'certificates')
  const field = await layPracticeField({ project, certificates, data: directory }, systemClock)
  const { police, army } = field
  const children: Child[] = []
  for (const side of [army, police]) {
    const args = ['serve', '--config', side.configFile]
    const module = join(project, 'src', 'main.ts')
    const child = startChild({ name: side.agency, module, args, directory, node: [...meter, ...node] })
    children.push(parts.use(child))
    await untilReady(side)
  }
  const stopGateways = async () => {
    for (const child of children) await child[Symbol.asyncDispose]()
  }
  const proxies = await startProxies(parts, directory, police, army)
  const client = await makeClient(police)
  const kept = parts.move()
  return {
    gateways: {
      url: `https://127.0.0.1:${police.ports.inner}`,
      cpu: () => cpuOf(children),
      settled: exchanges => untilSettled(field, exchanges),
    },
    proxies,
    order: (scene, connections) => ({
      url: scene.url,
      uri: agencyUri(police.agency),
      bodies: Array.from({ length: connections }, (_, index) => bodyOf(army, index)),
      ...client,
    }),
    async missing(ids) {
      await stopGateways()
      return lookUp(field, ids)
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function bodyOf(army: FieldAgency, index: number): string {
  const document = {
    ...operation(),
    id: `urn:uuid:0190a1c2-7d11-7a00-8b01-${String(index).padStart(12, '0')}`,
  }
  const label = { policy: 'UK-GSC', classification: 'OFFICIAL', sensitive: true }
  return JSON.stringify({
    to: army.agency,
    purpose: 'joint-planning',
    resource: 'police.operation',
    document,
    label,
  })
}

/** TLS material, path and headers of the police system, acting for a planner. */
async function makeClient({ agency, certificates }: FieldAgency) {
  const tls = tlsOf(certificates, { name: SYSTEM, authority: 'ca.pem', revocations: 'crl.pem' })
  const { key } = await readPrivateKey(join(certificates, 'token.key.pem'))
  if (key === undefined) throw new Error('the example token key cannot be read')
  const issuer = {
    signer: makeSigner(key),
    clock: systemClock,
    issuer: `urn:concordat:issuer:${agency}`,
    audience: agencyUri(agency),
  }
  const grant = {
    person: 'p-204',
    role: 'planner',
    purposes: ['joint-planning'],
    system: SYSTEM,
    thumbprint: thumbprint(new X509Certificate(tls.cert)),
    ttlSeconds: 3_600,
  }
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${mintToken(issuer, grant)}` }
  return { tls, path: '/v1/exchanges', headers }
}

function tlsOf(
  certificates: string,
  files: { readonly name: string; readonly authority: string; readonly revocations: string },
): TlsSettings {
  const read = (name: string) => readFileSync(join(certificates, name), 'utf8')
  return tlsOptions({
    ca: [read(files.authority)],
    crl: [read(files.revocations)],
    cert: read(`${files.name}.pem`),
    key: read(`${files.name}.key.pem`),
    profile: 'transition',
  })
}

/** Two blind hops with the same certificates as the gateways, and a sink behind them. */
async function startProxies(
  parts: AsyncDisposableStack,
  directory: string,
  police: FieldAgency,
  army: FieldAgency,
): Promise<Scene> {
  const start = (name: string, module: string, node: readonly string[]) =>
    parts.use(startChild({ name, module: join(import.meta.dirname, module), args: [], directory, node }))
  const [first = 0, second = 0, last = 0] = await freePorts(3)
  const sink = start('sink', 'sink.ts', [])
  const hops = [start('proxy-b', 'proxy-hop.ts', meter), start('proxy-a', 'proxy-hop.ts', meter)] as const
  const id = uuidv7(systemClock)
  const pushed = { id, to: army.agency, state: 'queued', status: `/v1/exchanges/${id}` }
  await sink.ask({ port: last, answer: JSON.stringify({ exchanges: [pushed] }) } satisfies SinkOrder)
  const gateway = (side: FieldAgency, authority: string, revocations: string) =>
    tlsOf(side.certificates, { name: 'gateway', authority, revocations })
  const ofPeer = (side: FieldAgency, name: string) => join('..', side.agency, 'public', name)
  await hops[0].ask({
    port: second,
    tls: gateway(army, ofPeer(police, 'ca.pem'), ofPeer(police, 'crl.pem')),
    upstream: `http://127.0.0.1:${last}`,
    next: undefined,
    connections: MOST_CONNECTIONS,
  } satisfies HopOrder)
  await hops[1].ask({
    port: first,
    tls: gateway(police, 'ca.pem', 'crl.pem'),
    upstream: `https://127.0.0.1:${second}`,
    next: {
      uri: agencyUri(army.agency),
      tls: gateway(police, ofPeer(army, 'ca.pem'), ofPeer(army, 'crl.pem')),
    },
    connections: MOST_CONNECTIONS,
  } satisfies HopOrder)
  return { url: `https://127.0.0.1:${first}`, cpu: () => cpuOf(hops), settled: async () => undefined }
}

async function untilReady(side: FieldAgency): Promise<void> {
  const config = configOf(side)
  for (let tries = 0; tries < 200; tries++) {
    const answer = await askConsole(config, '/readyz').catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(100)
  }
  throw new Error(`the gateway of ${side.agency} did not become ready; see its log in ${side.directory}/..`)
}

/** Waits until the recipient has delivered and the sender has its receipts, as both count them once they are durable. */
async function untilSettled(
  { police, army }: { readonly police: FieldAgency; readonly army: FieldAgency },
  exchanges: number,
): Promise<void> {
  const counted = async (side: FieldAgency, series: string) => {
    const { text } = await askConsole(configOf(side), '/metrics')
    const line = text.split('\n').find(one => one.startsWith(`${series} `))
    return Number(line?.slice(series.length + 1) ?? 0)
  }
  for (let tries = 0; tries < 150; tries++) {
    const delivered = await counted(army, 'concordat_exchanges_delivered_total')
    const receipted = await counted(police, 'concordat_exchanges_settled_total{state="accepted"}')
    if (delivered >= exchanges && receipted >= exchanges) return
    await sleep(200)
  }
  throw new Error(`after thirty seconds not all of ${exchanges} exchanges are delivered and receipted`)
}

/** Looks into the stores of gateways that have ended. */
async function lookUp(
  { police, army }: { readonly police: FieldAgency; readonly army: FieldAgency },
  ids: readonly string[],
): Promise<readonly string[]> {
  const open = ({ directory }: FieldAgency) =>
    openSqliteStore({
      directory: join(directory, 'store'),
      clock: systemClock,
      onFailure(fault) {
        throw fault
      },
    })
  await using sender = await open(police)
  await using recipient = await open(army)
  const missing: string[] = []
  for (const id of ids) {
    const sent = await sender.sent(id)
    const shared = await recipient.sharedOne(id)
    if (sent?.state !== 'accepted' || shared?.peer !== police.agency) missing.push(id)
  }
  return missing
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(async server => {
      await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
  await Promise.all(servers.map(server => new Promise(done => server.close(done))))
  return ports
}
