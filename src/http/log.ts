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
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: faultOf },
  }
  const lines = destination === undefined ? pino(options) : pino(options, destination)
  return {
    info: (event, facts = {}) => lines.info(facts, event),
    warn: (event, facts = {}) => lines.warn(facts, event),
    error: (event, fault, facts = {}) => lines.error({ ...facts, err: fault }, event),
  }
}

/** What kind of fault it is and where it arose. What a library hangs on its errors beside that may be what somebody sent. */
function faultOf(fault: unknown) {
  if (!(fault instanceof Error)) return { type: typeof fault }
  const { name: type, message, stack } = fault
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined
  return { type, message, stack, code }
}
