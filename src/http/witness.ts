import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256, unreachable } from '../kit/kit.ts'
import { ADD_CHECKPOINT_BYTES, type PeerLog, type WitnessAnswer } from '../ledger/ledger.ts'
import { type AgencyId, Refusal } from '../terms/terms.ts'
import type { Operation } from './door.ts'

/** What peers may ask of this gateway as the witness of their ledgers. */
export interface WitnessDoorParts {
  /** Answers `unknown-log` where this gateway is nobody's witness. */
  readonly addCheckpoint: (peer: AgencyId, body: Uint8Array) => Promise<WitnessAnswer>
  /** The newest heads of a peer's ledgers that were cosigned here. */
  readonly witnessed: (peer: AgencyId) => Promise<readonly PeerLog[]>
  readonly peerOf: (request: FastifyRequest) => AgencyId
}

/** The operations of a witness at the outer door (C2SP tlog-witness). A peer is told of its own ledgers only. */
export function witnessOperations(parts: WitnessDoorParts): Record<string, Operation> {
  return {
    addCheckpoint: {
      bodyLimit: ADD_CHECKPOINT_BYTES,
      async handler(request, reply) {
        const answer = await parts.addCheckpoint(parts.peerOf(request), request.body as Uint8Array)
        return tell(answer, reply)
      },
    },
    listWitnessedLogs: {
      async handler(request) {
        const logs = await parts.witnessed(parts.peerOf(request))
        return { logs: logs.map(({ origin, note }) => ({ origin, checkpoint: note })) }
      },
    },
    readWitnessedCheckpoint: {
      async handler(request, reply) {
        const { log } = request.params as { log: string }
        const logs = await parts.witnessed(parts.peerOf(request))
        const found = logs.find(({ origin }) => sha256(origin).toString('hex') === log)
        if (found === undefined) throw new Refusal('not-found')
        return reply.type('text/plain; charset=utf-8').send(found.note)
      },
    },
  }
}

function tell(answer: WitnessAnswer, reply: FastifyReply): FastifyReply {
  switch (answer.kind) {
    case 'cosigned':
      return reply.type('text/plain; charset=utf-8').send(answer.lines)
    case 'other-size':
      return reply.status(409).type('text/x.tlog.size').send(`${answer.size}\n`)
    case 'malformed':
      throw new Refusal('request-invalid')
    case 'unknown-key':
      throw new Refusal('log-signature-invalid')
    case 'unknown-log':
      throw new Refusal('not-found')
    case 'inconsistent':
      throw new Refusal('log-inconsistent')
    case 'overloaded':
      throw new Refusal('overloaded')
    default:
      return unreachable(answer)
  }
}
