import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSchemas } from '../../src/contract/contract.ts'
import { digestOf, type Json, makeSalt, systemClock, uuidv7 } from '../../src/kit/kit.ts'
import {
  makeSigner,
  openReceipts,
  printLine,
  printManifest,
  type Receipt,
  readJwks,
  readPrivateKey,
  type Signer,
  sealBatch,
  type WaitingExchange,
} from '../../src/seal/seal.ts'
import type { AgencyId, Label } from '../../src/terms/terms.ts'
import type { Side } from './field.ts'
import { type Answer, openSystem, type System } from './system.ts'

/** One exchange as a peer's gateway would put it into a batch; what is not given is as it should be. */
export interface Forged {
  readonly resource: string
  readonly purpose: string
  readonly document: Json
  readonly agreement: `sha256:${string}`
  readonly id?: string
  readonly lane?: string
  readonly seq?: number
  readonly prev?: number
  readonly version?: string
  readonly label?: Label
  readonly expiresAt?: number
  readonly sha256?: `sha256:${string}`
  /** Instead of the line that is made from the document. */
  readonly line?: string
}

export interface ForgedBatch {
  readonly from?: AgencyId
  readonly to?: AgencyId
  readonly issuedAt?: number
  readonly signer?: Signer
}

/** Stands where the gateway of a peer stands: with its certificate and its batch key, and with a mind of its own. */
export interface Counterfeiter extends Disposable {
  /** The bytes of a batch, so that they can be sent more than once. */
  seal(exchanges: readonly Forged[], batch?: ForgedBatch): Buffer
  send(bytes: Buffer): Promise<Answer>
  /** The receipts in an answer, by the receiver's signature. */
  receipts(answer: Answer): readonly Receipt[]
  readonly system: System
}

/** @param peer whose certificate and key are used, at the outer door of the other side */
export async function openCounterfeiter(peer: Side, at: Side): Promise<Counterfeiter> {
  const system = await openSystem(at, { name: 'gateway', of: peer, door: 'outer' })
  const signer = await signerOf(peer, 'batch')
  const published = readJwks(readFileSync(join(at.certificates, 'public/keys.jwks.json')), 'keys').keys
  return {
    system,
    seal(exchanges, batch = {}) {
      const at0 = batch.issuedAt
      const clock = at0 === undefined ? systemClock : { now: () => at0 }
      return sealBatch(
        { signer: batch.signer ?? signer, clock },
        {
          from: batch.from ?? peer.agency,
          to: batch.to ?? at.agency,
          exchanges: exchanges.map(waitingOf),
        },
      ).bytes
    },
    send: body => system.ask('POST', '/peer/v1/batches', { type: 'application/x-ndjson', body }),
    receipts(answer) {
      const keyOf = (kid: string) => published.find(key => key.kid === kid)?.key
      return openReceipts(Buffer.from(answer.text), { keyOf }).receipts
    },
    [Symbol.dispose]: () => system[Symbol.dispose](),
  }
}

export async function signerOf(side: Side, use: 'batch' | 'ledger' | 'token'): Promise<Signer> {
  const { key } = await readPrivateKey(join(side.certificates, `${use}.key.pem`))
  if (key === undefined) throw new Error(`the ${use} key cannot be read`)
  return makeSigner(key)
}

const schemas = loadSchemas(join(import.meta.dirname, '../../schemas'))

/** The version that the gateways have of a schema; a forged resource may have none. */
function versionOf(resource: string): string {
  return schemas.get(resource)?.version ?? '1.0.0'
}

function waitingOf(forged: Forged): WaitingExchange {
  const { resource, purpose, agreement, seq = 1, prev = 0, version = versionOf(resource) } = forged
  const line = forged.line ?? printLine(makeSalt(), JSON.stringify(forged.document))
  const id = forged.id ?? uuidv7(systemClock)
  const manifest = printManifest({
    id,
    lane: forged.lane ?? `lane-${id}`,
    agreement,
    purpose,
    resource,
    version,
    label: forged.label ?? { policy: 'UK-GSC', classification: 'OFFICIAL' },
    precedence: 3,
    bytes: Buffer.byteLength(line),
    sha256: forged.sha256 ?? digestOf(line),
    expiresAt: forged.expiresAt ?? systemClock.now() + 3_600_000,
    inReplyTo: undefined,
  })
  return { manifest, seq, prev, line }
}
