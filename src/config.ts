import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { type Misfit, makeChecker } from './contract/contract.ts'
import { isJsonObject, readJson } from './kit/kit.ts'
import { type AgencyId, agencyUri, type Problem, ProblemsError } from './terms/terms.ts'

/** Everything a gateway is told, with defaults filled in and paths absolute. It holds no secret, only where secrets lie. */
export interface GatewayConfig {
  readonly file: string
  readonly agency: AgencyId
  readonly practice: boolean
  readonly storeDirectory: string
  readonly ledgerOrigin: string | undefined
  readonly doors: {
    readonly inner: DoorConfig
    readonly outer: OuterDoorConfig
    readonly console: DoorConfig
  }
  readonly keys: {
    readonly batch: string
    readonly ledger: string
    readonly pseudonyms: ReadonlyMap<string, string>
  }
  readonly tokens: { readonly issuer: string; readonly audience: string; readonly keys: string }
  readonly systems: readonly { readonly id: string; readonly uri: string }[]
  readonly peers: readonly PeerConfig[]
  readonly agreements: readonly { readonly file: string; readonly signatures: string }[]
  readonly officers: readonly string[]
  /** The agency's own rules about agreements; undefined for the ordinary ones. */
  readonly rules: string | undefined
  readonly schemas: string
  readonly mappings: string
  readonly limits: {
    readonly documentBytes: number
    readonly batchBytes: number
    readonly timeToLiveSeconds: number
    readonly waiting: number
  }
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

export interface OuterDoorConfig {
  readonly host: string
  readonly port: number
  readonly certificate: string
  readonly key: string
  readonly tlsProfile: 'standard' | 'transition' | 'cnsa2'
}

export interface DoorConfig extends OuterDoorConfig {
  readonly authorities: string
  readonly revocations: string
}

export interface PeerConfig {
  readonly agency: AgencyId
  readonly uri: string
  readonly authorities: string
  readonly revocations: string
  readonly keys: string
  readonly links: readonly LinkConfig[]
}

export interface LinkConfig {
  readonly name: string
  readonly url: string
  readonly localAddress: string | undefined
}

/** The JSON Schema of the configuration file, for editors and for the check at load. */
export const configSchemaFile = fileURLToPath(new URL('../schemas/gateway-config.json', import.meta.url))

const houseSchemas = fileURLToPath(new URL('../schemas', import.meta.url))
const houseMappings = fileURLToPath(new URL('../schemas/mappings', import.meta.url))

/**
 * Reads a gateway's configuration file (YAML 1.2).
 *
 * @param file path of the file; every path in it is relative to its directory
 * @throws ProblemsError with every problem of the file, each with line and column
 */
export function loadConfig(file: string): GatewayConfig {
  return Object.freeze(fill(check(file, readText(file)), file))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const says = 'cannot be read; `concordat init` writes a first one'
    throw new ProblemsError([{ file, line: 0, column: 0, code: 'config-unreadable', says }])
  }
}

function check(file: string, text: string): Written {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', merge: false, uniqueKeys: true })
  const problems: Problem[] = document.errors.map(error => ({
    file,
    line: error.linePos?.[0].line ?? 0,
    column: error.linePos?.[0].col ?? 0,
    code: 'config-syntax',
    says: (error.message.split('\n')[0] ?? '').toLowerCase(),
  }))
  visit(document, {
    Alias(_key, alias) {
      const says = 'an alias stands here; write the value out'
      problems.push({ file, ...placeAt(alias, lines), code: 'config-syntax', says })
    },
  })
  if (problems.length > 0) throw new ProblemsError(problems)
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  for (const violation of configChecker()(value)) {
    const place = placeOf(document.contents, violation, lines)
    const says = `\`${violation.pointer || '/'}\` ${violation.says}`
    problems.push({ file, ...place, code: 'config-invalid', says })
  }
  if (problems.length > 0) throw new ProblemsError(problems)
  return value as Written
}

function configChecker(): ReturnType<typeof makeChecker> {
  const reading = readJson(readFileSync(configSchemaFile))
  if (!reading.ok || !isJsonObject(reading.value)) throw new Error('the configuration schema is not JSON')
  return makeChecker(reading.value)
}

type Place = Pick<Problem, 'line' | 'column'>

/** Where a violation stands; an unknown member is shown itself, not what it stands in. */
function placeOf(contents: Node | null, { pointer, member }: Misfit, lines: LineCounter): Place {
  let node: unknown = contents
  for (const step of pointer.split('/').slice(1)) {
    const below: unknown =
      isMap(node) || isSeq(node) ? node.get(isSeq(node) ? Number(step) : step, true) : undefined
    if (below === undefined) break
    node = below
  }
  const unknown = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && key.value === member)?.key
    : undefined
  return placeAt(unknown ?? node, lines)
}

function placeAt(node: unknown, lines: LineCounter): Place {
  const start = isNode(node) ? node.range?.[0] : undefined
  const place = start === undefined ? undefined : lines.linePos(start)
  return { line: place?.line ?? 0, column: place?.col ?? 0 }
}

type WrittenOuterDoor = Omit<OuterDoorConfig, 'tlsProfile'> & Partial<Pick<OuterDoorConfig, 'tlsProfile'>>
type WrittenDoor = Omit<DoorConfig, 'tlsProfile'> & Partial<Pick<DoorConfig, 'tlsProfile'>>

/** The file as written, once its schema holds. */
interface Written {
  agency: AgencyId
  practice?: boolean
  store: { directory: string }
  ledger?: { origin?: string }
  doors: { inner: WrittenDoor; outer: WrittenOuterDoor; console: WrittenDoor }
  keys: { batch: string; ledger: string; pseudonyms?: Record<string, string> }
  tokens: { issuer: string; audience: string; keys: string }
  systems: { id: string; uri: string }[]
  peers: (Omit<PeerConfig, 'uri' | 'links'> & {
    uri?: string
    links: { name: string; url: string; localAddress?: string }[]
  })[]
  agreements: { file: string; signatures: string }[]
  officers: string[]
  rules?: string
  catalogue?: { schemas?: string; mappings?: string }
  limits?: Partial<GatewayConfig['limits']>
  log?: { level?: GatewayConfig['logLevel'] }
}

function fill(written: Written, file: string): GatewayConfig {
  const at = (path: string) => resolve(dirname(resolve(file)), path)
  const door = (named: WrittenDoor): DoorConfig => ({
    ...outerDoor(named),
    authorities: at(named.authorities),
    revocations: at(named.revocations),
  })
  const outerDoor = ({ host, port, certificate, key, tlsProfile }: WrittenOuterDoor): OuterDoorConfig => ({
    host,
    port,
    certificate: at(certificate),
    key: at(key),
    tlsProfile: tlsProfile ?? 'standard',
  })
  return {
    file: resolve(file),
    agency: written.agency,
    practice: written.practice ?? false,
    storeDirectory: at(written.store.directory),
    ledgerOrigin: written.ledger?.origin,
    doors: {
      inner: door(written.doors.inner),
      outer: outerDoor(written.doors.outer),
      console: door(written.doors.console),
    },
    keys: {
      batch: at(written.keys.batch),
      ledger: at(written.keys.ledger),
      pseudonyms: new Map(
        Object.entries(written.keys.pseudonyms ?? {}).map(([name, path]) => [name, at(path)]),
      ),
    },
    tokens: { ...written.tokens, keys: at(written.tokens.keys) },
    systems: written.systems,
    peers: written.peers.map(peer => fillPeer(peer, at)),
    agreements: written.agreements.map(one => ({ file: at(one.file), signatures: at(one.signatures) })),
    officers: written.officers.map(at),
    rules: written.rules === undefined ? undefined : at(written.rules),
    schemas: written.catalogue?.schemas ? at(written.catalogue.schemas) : houseSchemas,
    mappings: written.catalogue?.mappings ? at(written.catalogue.mappings) : houseMappings,
    limits: {
      documentBytes: written.limits?.documentBytes ?? 262_144,
      batchBytes: written.limits?.batchBytes ?? 8_388_608,
      timeToLiveSeconds: written.limits?.timeToLiveSeconds ?? 86_400,
      waiting: written.limits?.waiting ?? 1_000_000,
    },
    logLevel: written.log?.level ?? 'info',
  }
}

function fillPeer(peer: Written['peers'][number], at: (path: string) => string): PeerConfig {
  return {
    agency: peer.agency,
    uri: peer.uri ?? agencyUri(peer.agency),
    authorities: at(peer.authorities),
    revocations: at(peer.revocations),
    keys: at(peer.keys),
    links: peer.links.map(({ name, url, localAddress }) => ({ name, url, localAddress })),
  }
}
