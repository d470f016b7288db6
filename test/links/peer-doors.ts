/** Real doors of a peer for the links to reach: HTTPS servers under an example CA, and a cable that can be cut in silence. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttps, type Server } from 'node:https'
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net'
import { systemClock } from '../../src/kit/kit.ts'
import type { LinkTls } from '../../src/links/links.ts'
import {
  type Issued,
  issueExample,
  makeExampleCa,
  makeExampleCrl,
  serverIdentityCheck,
  tlsOptions,
} from '../../src/seal/seal.ts'
import { type AgencyId, agencyUri, isAgencyId } from '../../src/terms/terms.ts'

export const ARMY = agency('army-1div')
export const POLICE = agency('northshire-police')

function agency(text: string): AgencyId {
  if (!isAgencyId(text)) throw new TypeError('not an agency id')
  return text
}

export interface Pki {
  readonly ca: Issued
  readonly crl: string
  readonly police: Issued
  readonly army: Issued
}

/** One CA for both sides is enough here: who is trusted by whom is not what these tests are about. */
export async function makePki(): Promise<Pki> {
  const ca = await makeExampleCa(ARMY, systemClock)
  const issue = (agency: AgencyId) =>
    issueExample(ca, { kind: 'gateway', uri: agencyUri(agency), commonName: agency }, systemClock)
  const [police, army] = await Promise.all([issue(POLICE), issue(ARMY)])
  return { ca, crl: makeExampleCrl(ca, { number: 1n, revoked: [] }, systemClock), police, army }
}

/** Our side of a link, which expects one agency at the other end. */
export function clientTls({ ca, crl, police }: Pki, expected: AgencyId): LinkTls {
  const { certificate: cert, key } = police
  const options = tlsOptions({ ca: [ca.certificate], crl: [crl], cert, key, profile: 'standard' })
  return { ...options, checkServerIdentity: serverIdentityCheck(agencyUri(expected), systemClock) }
}

/** What a door answers. */
export interface Answer {
  readonly status: number
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export class PeerDoor implements AsyncDisposable {
  readonly #server: Server
  readonly #name: string
  readonly received: string[] = []
  /** TLS connections so far. */
  connections = 0
  answer: (path: string) => Answer | Promise<Answer>

  private constructor(pki: Pki, name: string) {
    const { certificate: cert, key } = pki.army
    this.#name = name
    this.answer = () => ({ status: 200, body: this.#name })
    const options = tlsOptions({ ca: [pki.ca.certificate], crl: [pki.crl], cert, key, profile: 'standard' })
    this.#server = createHttps(options, (request, response) => void this.#serve(request, response))
    this.#server.on('secureConnection', () => {
      this.connections++
    })
  }

  /** @param port 0 for any that is free */
  static async open(pki: Pki, name: string, port = 0): Promise<PeerDoor> {
    const door = new PeerDoor(pki, name)
    await new Promise<void>((done, failed) =>
      door.#server.once('error', failed).listen(port, '127.0.0.1', done),
    )
    return door
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let sent = ''
    for await (const chunk of request.setEncoding('utf8')) sent += chunk
    if (request.method === 'POST') this.received.push(sent)
    const { status, headers, body } = await this.answer(request.url ?? '')
    response.writeHead(status, headers ?? {}).end(body)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends every connection and answers no more, as a machine that loses its power. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise(done => this.#server.close(done))
  }
}

/** A cable to a door. Cut, it drops every packet and tells nobody: no reset, no refusal. */
export class Cable implements AsyncDisposable {
  readonly #sockets = new Set<Socket>()
  readonly #server
  #cut = false

  private constructor(target: number) {
    this.#server = createTcp(here => {
      const there = connect(target, '127.0.0.1')
      for (const [socket, other] of [
        [here, there],
        [there, here],
      ] as const) {
        this.#sockets.add(socket)
        socket.on('error', () => other.destroy())
        socket.on('close', () => other.destroy())
        socket.on('data', chunk => {
          if (!this.#cut) other.write(chunk)
        })
      }
    })
  }

  static async to(target: number): Promise<Cable> {
    const cable = new Cable(target)
    await new Promise<void>(done => cable.#server.listen(0, '127.0.0.1', done))
    return cable
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  cut(): void {
    this.#cut = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(done => this.#server.close(done))
  }
}
