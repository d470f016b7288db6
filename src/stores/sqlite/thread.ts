/** Entry of the store's thread: the writer, spoken to by messages. Each request gets one reply; the end is silent. */
import { parentPort, workerData } from 'node:worker_threads'
import { ProblemsError } from '../../terms/terms.ts'
import type { Reply, Request } from './command.ts'
import { openWriter, type Writer } from './writer.ts'

if (parentPort && typeof workerData === 'string') serve(parentPort, workerData)

function serve(port: NonNullable<typeof parentPort>, directory: string): void {
  const writer = open(port, directory)
  if (!writer) return
  port.on('message', (request: Request) => {
    if (request.kind === 'close') {
      writer[Symbol.dispose]()
      port.close()
      return
    }
    reply(port, { kind: 'applied', ...writer.apply(request) })
  })
  reply(port, { kind: 'ready' })
}

function open(port: NonNullable<typeof parentPort>, directory: string): Writer | undefined {
  try {
    return openWriter(directory)
  } catch (fault) {
    const problems = fault instanceof ProblemsError ? fault.problems : undefined
    reply(port, { kind: 'unfit', problems, fault })
    port.close()
    return undefined
  }
}

function reply(port: NonNullable<typeof parentPort>, message: Reply): void {
  port.postMessage(message)
}
