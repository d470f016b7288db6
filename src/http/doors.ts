import type { FastifyRequest } from 'fastify'
import type { Api, SchemaRegistry } from '../contract/contract.ts'
import type { Caller, Exchange, Knock } from '../exchange/exchange.ts'
import type { Governance, Officeholder } from '../governance/governance.ts'
import type { Register } from '../identity/identity.ts'
import type { Clock, Log } from '../kit/kit.ts'
import { type AgencyId, type CertificateFacts, Refusal } from '../terms/terms.ts'
import { consoleOperations } from './console.ts'
import { type Door, type DoorParts, makeDoor } from './door.ts'
import { innerOperations } from './inner.ts'
import type { Metrics } from './metrics.ts'
import { officersOperations } from './officers.ts'
import { type OuterParts, outerOperations } from './outer.ts'
import { recordsOperations } from './records.ts'

/** TLS material of one door and the certificates of its clients' authorities. */
export interface DoorTrust {
  readonly tls: DoorParts['tls']
  readonly authorities: DoorParts['authorities']
}

export interface DoorsParts {
  readonly agency: AgencyId
  readonly api: Api
  readonly schemas: SchemaRegistry
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly exchange: Exchange
  readonly governance: Governance
  /** Who an officer is, by certificate and token; as for the inner door. */
  readonly authenticateOfficer: (knock: Knock) => Promise<Officeholder>
  readonly register: Register
  readonly consoleRegister: Register
  readonly inner: DoorTrust
  readonly outer: DoorTrust
  readonly console: DoorTrust
  readonly limits: { readonly documentBytes: number; readonly batchBytes: number }
  readonly admitTo: (recipients: readonly AgencyId[]) => void
  readonly recording: () => boolean
  readonly checkpoint: () => string | undefined
  readonly barrier: OuterParts['barrier']
  readonly addCheckpoint: OuterParts['addCheckpoint']
  readonly witnessed: OuterParts['witnessed']
  readonly checks: () => Readonly<Record<string, boolean>>
  readonly onHandshakeFailed: (door: string, reason: string) => void
  readonly closing: AbortSignal
}

/** Builds the three doors; nothing listens yet. */
export async function makeDoors(
  parts: DoorsParts,
): Promise<{ readonly inner: Door; readonly outer: Door; readonly console: Door }> {
  return { inner: await makeInner(parts), outer: await makeOuter(parts), console: await makeConsole(parts) }
}

/** What a request has shown of its sender so far, for the request's own time. */
type Shown<Who> = WeakMap<FastifyRequest, Who>

async function makeInner(parts: DoorsParts): Promise<Door> {
  const callers: Shown<Caller> = new WeakMap()
  const callerOf = (request: FastifyRequest) => callers.get(request) ?? lost()
  const bytesOf = (request: FastifyRequest): Uint8Array => door.bytesOf(request)
  const operations = innerOperations({ ...parts, callerOf, bytesOf })
  const door: Door = await makeDoor(
    {
      ...common(parts, 'inner'),
      bodyLimit: parts.limits.documentBytes,
      async admit(request, certificate) {
        const authorization = request.headers.authorization
        callers.set(request, await parts.exchange.authenticate({ certificate, authorization }))
      },
      refuse(request, thrown) {
        const caller = callers.get(request)
        const known = {
          by: caller?.system ?? 'stranger',
          from: parts.agency,
          ...(caller && { role: caller.role }),
        }
        return parts.exchange.refuse(caller ? 'receive' : 'authenticate', known, thrown, caller?.person)
      },
    },
    operations,
  )
  return door
}

async function makeOuter(parts: DoorsParts): Promise<Door> {
  const peers: Shown<AgencyId> = new WeakMap()
  const peerOf = (request: FastifyRequest) => peers.get(request) ?? lost()
  return makeDoor(
    {
      ...common(parts, 'outer'),
      bodyLimit: 16_384,
      async admit(request, certificate) {
        const peer = parts.register.identifyPeer(certificate)
        if (peer instanceof Refusal) throw peer
        peers.set(request, peer.agency)
      },
      refuse(request, thrown) {
        const peer = peers.get(request)
        const known = peer ? { from: peer, to: parts.agency, by: peer } : { to: parts.agency, by: 'stranger' }
        return parts.exchange.refuse(peer ? 'unseal' : 'authenticate', known, thrown)
      },
    },
    outerOperations({ ...parts, peerOf }),
  )
}

async function makeConsole(parts: DoorsParts): Promise<Door> {
  const officers: Shown<Officeholder> = new WeakMap()
  const officerOf = (request: FastifyRequest) => officers.get(request) ?? unshown()
  return makeDoor(
    {
      ...common(parts, 'console'),
      bodyLimit: 1_024,
      async admit(request, certificate: CertificateFacts) {
        const { authorization } = request.headers
        if (authorization !== undefined) {
          officers.set(request, await parts.authenticateOfficer({ certificate, authorization }))
          return
        }
        const system = parts.consoleRegister.identifySystem(certificate)
        if (system instanceof Refusal) throw system
      },
      refuse(request, thrown) {
        const { person, role } = officers.get(request) ?? {}
        const known = { by: 'console', from: parts.agency, ...(role !== undefined && { role }) }
        return parts.exchange.refuse(role === undefined ? 'authenticate' : 'govern', known, thrown, person)
      },
    },
    {
      ...consoleOperations(parts),
      ...officersOperations({ ...parts, officerOf }),
      ...recordsOperations({ records: parts.exchange.records, officerOf }),
    },
  )
}

function common(parts: DoorsParts, name: 'inner' | 'outer' | 'console') {
  const { api, log } = parts
  const onHandshakeFailed = (reason: string) => parts.onHandshakeFailed(name, reason)
  return { name, api, log, ...parts[name], onHandshakeFailed, clock: parts.clock }
}

/** Health is for programs; what officers do and see is for persons with a token. */
function unshown(): never {
  throw new Refusal('token-missing')
}

function lost(): never {
  throw new Error('a request reached its handler without having been admitted')
}
