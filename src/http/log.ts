import { type DestinationStream, pino } from 'pino'
import type { Log } from '../kit/kit.ts'

/**
 * A log of JSON lines (pino). Values of documents never come here, so nothing needs to be struck out; names of hosts and
 * processes are left out too.
 *
 * @param destination where the lines go; standard output where it is undefined
 */
export function makeLog(
  level: 'debug' | 'info' | 'warn' | 'error',
  destination: DestinationStream | undefined,
): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const lines = destination === undefined ? pino(options) : pino(options, destination)
  return {
    info: (event, facts = {}) => lines.info(facts, event),
    warn: (event, facts = {}) => lines.warn(facts, event),
    error: (event, fault, facts = {}) => lines.error({ ...facts, err: fault }, event),
  }
}
