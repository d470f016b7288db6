import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Exchange } from '../exchange/exchange.ts'
import type { Governance } from '../governance/governance.ts'
import { type Clock, timestamp } from '../kit/kit.ts'
import { type AgencyId, Refusal, type RefusalCode } from '../terms/terms.ts'
import type { Operation } from './door.ts'
import { type WitnessDoorParts, witnessOperations } from './witness.ts'

export interface OuterParts extends WitnessDoorParts {
  readonly agency: AgencyId
  readonly clock: Clock
  readonly exchange: Exchange
  readonly governance: Pick<Governance, 'receive' | 'sealedAbout'>
  /** Why nothing may be exchanged with a peer at present. */
  readonly barrier: (peer: AgencyId) => RefusalCode | undefined
  readonly limits: { readonly batchBytes: number }
  /** Whether the store takes records at present. */
  readonly recording: () => boolean
  /** The newest published checkpoint of the ledger. */
  readonly checkpoint: () => string | undefined
}

/** Room for one sharing policy of the largest size under its signature, and for what goes with it. */
const ACTS_BYTES = 2_097_152

/** The operations of the outer door. */
export function outerOperations(parts: OuterParts): Record<string, Operation> {
  return {
    receiveBatch: {
      bodyLimit: parts.limits.batchBytes,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const peer = parts.peerOf(request)
        const code = parts.barrier(peer)
        if (code !== undefined) throw new Refusal(code)
        const receipts = await parts.exchange.accept(peer, request.body as Uint8Array)
        return reply.type('application/jose').send(receipts)
      },
    },
    receiveActs: {
      bodyLimit: ACTS_BYTES,
      handler: (request: FastifyRequest) =>
        parts.governance.receive(parts.peerOf(request), request.body as Uint8Array),
    },
    readPeerAgreement: {
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const { digest } = request.params as { digest: string }
        const sealed = parts.governance.sealedAbout(parts.peerOf(request), digest)
        return reply.type('application/x-ndjson').send(sealed.map(jws => `${jws}\n`).join(''))
      },
    },
    ...witnessOperations(parts),
    readCanary: {
      handler: async () => {
        if (!parts.recording()) throw new Refusal('store-unavailable')
        return { agency: parts.agency, at: timestamp(parts.clock.now()), recording: true }
      },
    },
    readCheckpoint: {
      handler: async (_request: FastifyRequest, reply: FastifyReply) => {
        const note = parts.checkpoint()
        if (note === undefined) throw new Refusal('not-found')
        return reply.type('text/plain; charset=utf-8').send(note)
      },
    },
  }
}
