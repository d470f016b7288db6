/** What stands behind the proxies: reads each request to its end and answers with 202 and what it was told to say. */
import { createServer } from 'node:http'

export interface SinkOrder {
  readonly port: number
  readonly answer: string
}

process.once('message', ({ port, answer }: SinkOrder) => {
  const body = Buffer.from(answer)
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(202, headers).end(body))
  })
  server.listen(port, '127.0.0.1', () => process.send?.('open'))
})
process.once('SIGTERM', () => process.exit(0))
