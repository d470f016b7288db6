/**
 * Prints the traffic of an event as NDJSON, one message a line, for whoever wants to send it with other tools:
 * `node test/traffic/print.ts --scale 0.001 --seed 1 --positions 0.01`
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { trafficOf } from './traffic.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '0.001' },
    positions: { type: 'string', default: '0' },
  },
})

function* lines(): Generator<string, void, void> {
  const { seed, scale, positions } = values
  for (const message of trafficOf({ seed: Number(seed), scale: Number(scale), positions: Number(positions) }))
    yield `${JSON.stringify({ ...message, at: new Date(message.at).toISOString() })}\n`
}

// Whoever reads may have seen enough.
process.stdout.once('error', (fault: NodeJS.ErrnoException) => process.exit(fault.code === 'EPIPE' ? 0 : 1))
await pipeline(Readable.from(lines()), process.stdout, { end: false })
