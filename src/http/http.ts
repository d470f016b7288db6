/** The three doors. Home of fastify, @fastify/jwt, prom-client and pino; the only place that knows HTTP status codes. */
export type { Door } from './door.ts'
export { type DoorsParts, type DoorTrust, makeDoors } from './doors.ts'
export { makeLog } from './log.ts'
export { type Metrics, makeMetrics } from './metrics.ts'
export { STATUS } from './problems.ts'
export { makeTokenVerifier } from './token-verifier.ts'
