import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from './door.ts'
import type { Metrics } from './metrics.ts'

export interface ConsoleParts {
  readonly metrics: Metrics
  /** What must hold for this gateway to be ready, by name. Peers are not among them: their fault must not take us out. */
  readonly checks: () => Readonly<Record<string, boolean>>
}

/** The operations of the third door. */
export function consoleOperations(parts: ConsoleParts): Record<string, Operation> {
  return {
    readLiveness: { handler: async () => ({ status: 'ok' }) },
    readReadiness: {
      handler: async (_request: FastifyRequest, reply: FastifyReply) => {
        const checks = Object.entries(parts.checks()).map(([name, holds]) => [name, holds ? 'ok' : 'failing'])
        const ready = checks.every(([, state]) => state === 'ok')
        reply.status(ready ? 200 : 503)
        return { status: ready ? 'ok' : 'failing', checks: Object.fromEntries(checks) }
      },
    },
    readMetrics: {
      handler: async (_request: FastifyRequest, reply: FastifyReply) =>
        reply.type('text/plain; version=0.0.4; charset=utf-8').send(await parts.metrics.print()),
    },
  }
}
