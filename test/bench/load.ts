/**
 * The load generator, in a process of its own: on each message it sends requests over a fixed number of connections, one at a
 * time on each, and answers with what came back. The same requests go to whatever is measured.
 */
import { Client, type Dispatcher } from 'undici'
import { systemClock } from '../../src/kit/kit.ts'
import { serverIdentityCheck, type TlsSettings } from '../../src/seal/seal.ts'

export interface LoadOrder {
  readonly url: string
  /** The URI of the server's certificate. */
  readonly uri: string
  readonly tls: TlsSettings
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Each connection sends one of these, again and again. */
  readonly bodies: readonly string[]
}

export interface LoadReport {
  /** How long it took, ms. */
  readonly took: number
  /** The text of each answer with status 202. */
  readonly answers: readonly string[]
  /** Of each request that was answered with 202, ms, ascending. */
  readonly latencies: readonly number[]
  /** How often something else came back, by status or fault. */
  readonly others: Readonly<Record<string, number>>
}

interface Gathering {
  readonly answers: string[]
  readonly latencies: number[]
  readonly others: Record<string, number>
}

/** `open` connects and sends one request over each connection, `run` repeats it for a time, `close` ends the connections. */
export type LoadCommand =
  | { readonly kind: 'open'; readonly order: LoadOrder }
  | { readonly kind: 'run'; readonly milliseconds: number }
  | { readonly kind: 'close' }

interface Line {
  readonly client: Client
  readonly request: Dispatcher.RequestOptions
}

let lines: readonly Line[] = []

process.on('message', (command: LoadCommand) => {
  obey(command).then(
    report => process.send?.(report),
    (fault: unknown) => {
      console.error(fault)
      process.exit(1)
    },
  )
})
process.once('SIGTERM', () => process.exit(0))

async function obey(command: LoadCommand): Promise<LoadReport> {
  const gathering: Gathering = { answers: [], latencies: [], others: {} }
  const begun = performance.now()
  if (command.kind === 'open') lines = command.order.bodies.map(body => lineOf(command.order, body))
  if (command.kind === 'close') await Promise.all(lines.map(({ client }) => client.close()))
  else {
    const until = command.kind === 'run' ? begun + command.milliseconds : begun
    await Promise.all(lines.map(line => repeat(line, until, gathering)))
  }
  gathering.latencies.sort((one, other) => one - other)
  return { took: performance.now() - begun, ...gathering }
}

function lineOf({ url, uri, tls, path, headers }: LoadOrder, body: string): Line {
  const { ALPNProtocols: _ofTheClient, ...rest } = tls
  const checkServerIdentity = serverIdentityCheck(uri, systemClock)
  return {
    client: new Client(url, { pipelining: 1, connect: { ...rest, allowH2: false, checkServerIdentity } }),
    request: { method: 'POST', path, headers, body: Buffer.from(body) },
  }
}

/** One request at least. */
async function repeat({ client, request }: Line, until: number, gathering: Gathering): Promise<void> {
  let sent = performance.now()
  do {
    const { statusCode, body } = await client.request(request)
    const text = await body.text()
    const now = performance.now()
    if (statusCode === 202) {
      gathering.answers.push(text)
      gathering.latencies.push(now - sent)
    } else gathering.others[statusCode] = (gathering.others[statusCode] ?? 0) + 1
    sent = now
  } while (sent < until)
}
