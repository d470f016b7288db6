import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { configSchemaFile, type GatewayConfig, loadConfig } from '../config.ts'
import { configTemplate } from '../config-template.ts'
import { loadSchemas } from '../contract/contract.ts'
import { publishVerifierKeys } from '../gateway/gateway.ts'
import { type Clock, type Json, readJsonText } from '../kit/kit.ts'
import { addApproval, compileAgreement, type PolicyParts, signStatement } from '../policy/policy.ts'
import {
  type ExampleAgency,
  exampleAgencies,
  keyThumbprint,
  makeExamplePki,
  makeSigner,
  readPrivateKey,
  reissueExampleCrl,
} from '../seal/seal.ts'
import type { AgencyId } from '../terms/terms.ts'
import { squareOf } from '../translation/translation.ts'

/** Where the practice field finds things and keeps things. All paths absolute. */
export interface FieldPlaces {
  /** The project: policies and schemas. */
  readonly project: string
  /** Keys and certificates, kept from run to run. */
  readonly certificates: string
  /** Stores, configurations, logs and exported ledgers, a folder for each agency. */
  readonly data: string
}

/** One agency on the practice field. */
export interface FieldAgency {
  readonly agency: AgencyId
  readonly configFile: string
  readonly directory: string
  readonly certificates: string
  readonly ports: Readonly<Record<'inner' | 'outer' | 'console', number>>
}

export interface PracticeField {
  readonly police: FieldAgency
  readonly army: FieldAgency
}

/**
 * Lays out two gateways on this machine: example certificates (made where they are missing), both agreements signed by the
 * example officers, and a configuration for each side on free ports.
 */
export async function layPracticeField(places: FieldPlaces, clock: Clock): Promise<PracticeField> {
  const [police, army] = exampleAgencies()
  if (police === undefined || army === undefined) throw new Error('the example has two agencies')
  await freshenPki(places.certificates, [police, army], clock)
  await publishVerifierKeys(places.certificates, [police.agency, army.agency], clock)
  await signAgreements(places, [police, army], clock)
  const ports = await freePorts(6)
  const portsOf = (first: number) => ({
    inner: ports[first] ?? 0,
    outer: ports[first + 1] ?? 0,
    console: ports[first + 2] ?? 0,
  })
  const sides = [
    { side: police, other: army, ports: portsOf(0), peerPort: portsOf(3).outer },
    { side: army, other: police, ports: portsOf(3), peerPort: portsOf(0).outer },
  ]
  const [first, second] = await Promise.all(sides.map(side => configure(places, side)))
  if (first === undefined || second === undefined) throw new Error('the example has two agencies')
  return { police: first, army: second }
}

/** Makes the example PKI where some of it is missing or has nearly run out, and renews its revocation lists. */
async function freshenPki(
  directory: string,
  agencies: readonly ExampleAgency[],
  clock: Clock,
): Promise<void> {
  const lasting = agencies.every(({ agency, officers }) => {
    const file = join(directory, agency, 'gateway.pem')
    const signing = ['witness', 'ledger-pq'].map(name => join(directory, agency, `${name}.key.pem`))
    const keys = officers.map(({ person }) => join(directory, agency, 'officers', `${person}.key.pem`))
    return (
      [file, ...signing, ...keys].every(path => existsSync(path)) &&
      Date.parse(new X509Certificate(readFileSync(file)).validTo) > clock.now() + DAY_MS
    )
  })
  if (!lasting) return void (await makeExamplePki(directory, clock, { force: true }))
  for (const { agency } of agencies) await reissueExampleCrl(join(directory, agency), [], clock)
}

const DAY_MS = 86_400_000

interface Side {
  readonly side: ExampleAgency
  readonly other: ExampleAgency
  readonly ports: FieldAgency['ports']
  readonly peerPort: number
}

async function configure(places: FieldPlaces, { side, other, ports, peerPort }: Side): Promise<FieldAgency> {
  const directory = join(places.data, side.agency)
  const configFile = join(directory, 'concordat.yaml')
  const certificates = join(places.certificates, side.agency)
  await mkdir(directory, { recursive: true })
  const text = configTemplate({
    agency: side.agency,
    peer: other.agency,
    systems: side.systems,
    practice: true,
    certificates,
    peerCertificates: join(places.certificates, other.agency),
    policies: join(places.project, 'policies'),
    signatures: join(places.certificates, 'agreements'),
    store: 'store',
    schema: configSchemaFile,
    host: '127.0.0.1',
    ports,
    links: [{ name: 'fibre', url: `https://127.0.0.1:${peerPort}` }],
    tlsProfile: 'transition',
  })
  await writeFile(configFile, text)
  return { agency: side.agency, configFile, directory, certificates, ports }
}

/** Ports that are free now; nobody else is expected to take them in the second before the gateways do. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  const ports = servers.map(server => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map(server => new Promise(done => server.close(done))))
  return ports
}

function listenAnywhere(): Promise<ReturnType<typeof createServer>> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => done(server))
  })
}

/** Who signs for each agency: an author and another person as approver for the provider, an approver for the recipient. */
async function signAgreements(
  places: FieldPlaces,
  agencies: readonly ExampleAgency[],
  clock: Clock,
): Promise<void> {
  const directory = join(places.certificates, 'agreements')
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const parts = fieldPolicyParts(places)
  for (const provider of agencies)
    for (const recipient of agencies) {
      if (provider === recipient) continue
      const name = `${provider.agency}.to.${recipient.agency}.public-order`
      const file = join(places.project, 'policies', `${name}.yaml`)
      const agreement = compileAgreement(await readFile(file, 'utf8'), file, parts)
      let signatures: Json | undefined
      for (const { party, role } of [
        { party: provider, role: 'author' as const },
        { party: provider, role: 'approver' as const },
        { party: recipient, role: 'approver' as const },
      ]) {
        const person = party.officers.find(officer => officer.roles.includes(role))?.person ?? ''
        const { key } = await readPrivateKey(
          join(places.certificates, party.agency, 'officers', `${person}.key.pem`),
        )
        if (key === undefined) throw new Error(`the example key of officer ${person} cannot be read`)
        const { sign, publicKey } = makeSigner(key)
        const who = { party: party.agency, role, person, kid: keyThumbprint(publicKey), at: clock.now() }
        signatures = addApproval(agreement, signatures, signStatement(agreement, who, sign))
      }
      await writeFile(join(directory, `${name}.sig.json`), `${JSON.stringify(signatures, null, 2)}\n`)
    }
}

/** What compiling a policy needs away from any gateway: no key for pseudonyms, since nothing is released. */
export function fieldPolicyParts({ project }: Pick<FieldPlaces, 'project'>): PolicyParts {
  const schemas = loadSchemas(join(project, 'schemas'))
  return {
    squareOf,
    catalogueOf: schemas.catalogueOf,
    pseudonymKey: () => undefined,
  }
}

/** The configuration of one side, as its gateway reads it. */
export function configOf(side: FieldAgency): GatewayConfig {
  return loadConfig(side.configFile)
}

export function parseJson(text: string): Json {
  const reading = readJsonText(text)
  if (!reading.ok) throw new Error(reading.fault.says)
  return reading.value
}
