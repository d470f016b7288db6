import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfigText } from './config-text.ts'
import { type AgencyId, agencyUri } from './terms/terms.ts'

/** Everything a gateway is told, with defaults filled in and paths absolute. It holds no secret, only where secrets lie. */
export interface GatewayConfig {
  readonly file: string
  readonly agency: AgencyId
  readonly practice: boolean
  readonly storeDirectory: string
  readonly ledgerOrigin: string | undefined
  /** Undefined where no authority stamps our checkpoints. */
  readonly timestamps: TimestampsConfig | undefined
  readonly doors: {
    readonly inner: DoorConfig
    readonly outer: OuterDoorConfig
    readonly console: DoorConfig
  }
  readonly keys: {
    readonly batch: string
    readonly ledger: string
    /** The second key of the ledger, of ML-DSA-44; undefined where checkpoints are signed once. */
    readonly ledgerPostQuantum: string | undefined
    /** Undefined where this gateway cosigns nobody's log. */
    readonly witness: string | undefined
    /** The keys of the tags by which the ledger is searched; made where it does not exist. */
    readonly search: string
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
  readonly retention: RetentionConfig
  /** How the agencies watch each other's logs. */
  readonly witness: WitnessConfig
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

export interface TimestampsConfig {
  /** Where the authority takes queries (RFC 3161 §3.4), `http` or `https`. */
  readonly url: string
  /** The certificate that it signs with. */
  readonly certificate: string
  readonly everyMinutes: number
}

/** How long what the ledger commits to can be opened and found, in days, and how long the ledger itself stays. */
export interface RetentionConfig {
  readonly disclosureDays: number
  /** What has been received. */
  readonly collectionDays: number
  readonly refusalDays: number
  readonly consultationDays: number
  /** What officers did, and who has read the ledger. */
  readonly officeDays: number
  /** How many years after its end a log of the ledger may be dropped at the earliest. */
  readonly ledgerYears: number
}

export interface WitnessConfig {
  /** How often a head is shown to a witness at most: on the first link of a peer, and on any other. */
  readonly everySeconds: number
  readonly everySecondsOnSpareLink: number
  /** For how long no witness need have cosigned before we warn, and before we alarm. */
  readonly warnAfterSeconds: number
  readonly alarmAfterSeconds: number
  /** Whether exchanges stop with the alarm, and with a peer whose log contradicts itself. */
  readonly onBehind: 'go-on' | 'stop'
  readonly onConflict: 'go-on' | 'stop'
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
  /** The verifier keys of its log and its witness; undefined where it has given none. */
  readonly ledger: string | undefined
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
  return Object.freeze(fill(readConfigText(file, configSchemaFile) as Written, file))
}

type WrittenOuterDoor = Omit<OuterDoorConfig, 'tlsProfile'> & Partial<Pick<OuterDoorConfig, 'tlsProfile'>>
type WrittenDoor = Omit<DoorConfig, 'tlsProfile'> & Partial<Pick<DoorConfig, 'tlsProfile'>>

/** The file as written, once its schema holds. */
interface Written {
  agency: AgencyId
  practice?: boolean
  store: { directory: string }
  ledger?: {
    origin?: string
    timestamps?: { url: string; certificate: string; everyMinutes?: number }
  }
  doors: { inner: WrittenDoor; outer: WrittenOuterDoor; console: WrittenDoor }
  keys: {
    batch: string
    ledger: string
    ledgerPostQuantum?: string
    witness?: string
    search?: string
    pseudonyms?: Record<string, string>
  }
  tokens: { issuer: string; audience: string; keys: string }
  systems: { id: string; uri: string }[]
  peers: (Omit<PeerConfig, 'uri' | 'ledger' | 'links'> & {
    uri?: string
    ledger?: string
    links: { name: string; url: string; localAddress?: string }[]
  })[]
  agreements: { file: string; signatures: string }[]
  officers: string[]
  rules?: string
  catalogue?: { schemas?: string; mappings?: string }
  limits?: Partial<GatewayConfig['limits']>
  retention?: Partial<RetentionConfig>
  witness?: Partial<WitnessConfig>
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
    timestamps: fillTimestamps(written.ledger?.timestamps, at),
    doors: {
      inner: door(written.doors.inner),
      outer: outerDoor(written.doors.outer),
      console: door(written.doors.console),
    },
    keys: {
      batch: at(written.keys.batch),
      ledger: at(written.keys.ledger),
      ledgerPostQuantum:
        written.keys.ledgerPostQuantum === undefined ? undefined : at(written.keys.ledgerPostQuantum),
      witness: written.keys.witness === undefined ? undefined : at(written.keys.witness),
      search: at(written.keys.search ?? join(written.store.directory, 'search.keys.secret')),
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
    retention: { ...USUAL_RETENTION, ...written.retention },
    witness: { ...USUAL_WITNESSING, ...written.witness },
    logLevel: written.log?.level ?? 'info',
  }
}

/** Five years. */
const USUAL_DAYS = 1_826

const USUAL_RETENTION: RetentionConfig = {
  disclosureDays: USUAL_DAYS,
  collectionDays: USUAL_DAYS,
  refusalDays: USUAL_DAYS,
  consultationDays: USUAL_DAYS,
  officeDays: USUAL_DAYS,
  ledgerYears: 7,
}

const USUAL_WITNESSING: WitnessConfig = {
  everySeconds: 10,
  everySecondsOnSpareLink: 60,
  warnAfterSeconds: 300,
  alarmAfterSeconds: 3_600,
  // An emergency service goes on, marked; its officers may suspend an agreement at any time.
  onBehind: 'go-on',
  onConflict: 'go-on',
}

function fillTimestamps(
  written: NonNullable<Written['ledger']>['timestamps'],
  at: (path: string) => string,
): TimestampsConfig | undefined {
  if (written === undefined) return undefined
  const { url, certificate, everyMinutes = 60 } = written
  return { url, certificate: at(certificate), everyMinutes }
}

function fillPeer(peer: Written['peers'][number], at: (path: string) => string): PeerConfig {
  return {
    agency: peer.agency,
    uri: peer.uri ?? agencyUri(peer.agency),
    authorities: at(peer.authorities),
    revocations: at(peer.revocations),
    keys: at(peer.keys),
    ledger: peer.ledger === undefined ? undefined : at(peer.ledger),
    links: peer.links.map(({ name, url, localAddress }) => ({ name, url, localAddress })),
  }
}
