import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { type Clock, type Json, systemClock } from '../../src/kit/kit.ts'
import { makeSigner, mintToken, readPrivateKey, type TokenGrant, thumbprint } from '../../src/seal/seal.ts'
import { agencyUri } from '../../src/terms/terms.ts'
import { parse } from './dig.ts'
import type { Side } from './field.ts'

/** For whom a system asks, and why. */
export interface Acting {
  readonly person?: string
  readonly role: string
  readonly purpose: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON; null where there is none. */
  readonly json: Json
}

/** One request. A body that is text or bytes goes as it is; anything else is printed as JSON. */
export interface Asked {
  /** Undefined to send no token at all. */
  readonly acting?: Acting | undefined
  /** Instead of a token of our own. */
  readonly authorization?: string
  readonly body?: Json | Buffer
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Names and values by turns, after all others; so that a name can come twice. */
  readonly extraHeaders?: readonly string[]
}

/** One event of a stream. */
export interface StreamEvent {
  readonly id: string
  readonly event: string
  readonly data: Json
}

/** A program of an agency at a door of its gateway; its certificate is one of the agency's folder. */
export interface System extends Disposable {
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  /** `POST /v1/exchanges` as JSON. */
  push(acting: Acting, body: Json, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Resolves once a stream stands, with its events until the signal is aborted or the stream ends. */
  follow(
    acting: Acting,
    path: string,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<AsyncGenerator<StreamEvent, void, void>>
  token(acting: Acting, change?: Partial<TokenGrant>): string
  /** Base64url SHA-256 of its certificate. */
  readonly thumbprint: string
}

export interface SystemWishes {
  /** Undefined to show no certificate. */
  readonly name: string | undefined
  readonly door?: 'inner' | 'outer' | 'console'
  /** The side whose certificate is shown, where it is not the side whose door it is. */
  readonly of?: Side
  /** By which its tokens are given, where that is not the usual one. */
  readonly clock?: Clock
}

/** The systems of the example, each at its own gateway. */
export async function openSystem(side: Side, wishes: SystemWishes): Promise<System> {
  const { name, door = 'inner', of = side, clock = systemClock } = wishes
  const read = (file: string) => readFileSync(join(of.certificates, file), 'utf8')
  const own = name === undefined ? {} : { cert: read(`${name}.pem`), key: read(`${name}.key.pem`) }
  const ca = readFileSync(join(side.certificates, 'ca.pem'), 'utf8')
  const agent = new Agent({ ...own, ca, minVersion: 'TLSv1.3', keepAlive: true, maxSockets: 64 })
  const bound = own.cert === undefined ? '' : thumbprint(new X509Certificate(own.cert))
  const { key } = await readPrivateKey(join(of.certificates, 'token.key.pem'))
  if (key === undefined) throw new Error('the token key of the example cannot be read')
  const signer = makeSigner(key)
  const issuer = {
    signer,
    clock,
    issuer: `urn:concordat:issuer:${of.agency}`,
    audience: agencyUri(of.agency),
  }
  const tokens = new Map<string, string>()
  const mint = ({ person = 'p-1', role, purpose }: Acting, change: Partial<TokenGrant> = {}) =>
    mintToken(issuer, {
      person,
      role,
      purposes: [purpose],
      system: name ?? 'nobody',
      thumbprint: bound,
      ttlSeconds: 3_000,
      ...change,
    })
  const token = (acting: Acting, change?: Partial<TokenGrant>): string => {
    if (change !== undefined) return mint(acting, change)
    const known = tokens.get(JSON.stringify(acting)) ?? mint(acting)
    tokens.set(JSON.stringify(acting), known)
    return known
  }
  const open = (method: string, path: string, asked: Asked) => {
    const { acting, authorization = acting && `Bearer ${token(acting)}`, headers = {} } = asked
    const body = bodyOf(asked.body)
    const named = {
      host: new URL(side.url(door)).host,
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': asked.type ?? 'application/json' }),
      ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      ...headers,
    }
    const flat = [...Object.entries(named).flat(), ...(asked.extraHeaders ?? [])]
    return new Promise<IncomingMessage>((done, fail) => {
      const sent = request(new URL(path, side.url(door)), { agent, method, headers: flat }, done)
      sent.once('error', fail)
      sent.end(body)
    })
  }
  const ask = async (method: string, path: string, asked: Asked = {}): Promise<Answer> => {
    const message = await open(method, path, asked)
    const text = await textOf(message)
    return {
      status: message.statusCode ?? 0,
      headers: message.headers,
      text,
      get json() {
        return text === '' ? null : parse(text)
      },
    }
  }
  return {
    ask,
    token,
    thumbprint: bound,
    push: (acting, body, headers = {}) => ask('POST', '/v1/exchanges', { acting, body, headers }),
    async follow(acting, path, signal, headers = {}) {
      const message = await open('GET', path, {
        acting,
        headers: { accept: 'text/event-stream', ...headers },
      })
      if (message.statusCode !== 200) throw new Error(`the stream was refused: ${await textOf(message)}`)
      signal.addEventListener('abort', () => message.destroy(), { once: true })
      return eventsOf(message, signal)
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function bodyOf(body: Asked['body']): Buffer | undefined {
  if (body === undefined) return undefined
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += String(chunk)
  return text
}

async function* eventsOf(
  message: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, void> {
  let rest = ''
  try {
    for await (const chunk of message.setEncoding('utf8')) {
      const events = (rest + String(chunk)).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) yield* readEvent(event)
    }
  } catch (fault) {
    if (!signal.aborted) throw fault
  }
}

/** One event; none where it is a comment, such as a heartbeat. */
function readEvent(text: string): StreamEvent[] {
  const fields = text.split('\n').map(line => /^(\w*): ?(.*)$/.exec(line))
  const of = (name: string) => fields.flatMap(field => (field?.[1] === name ? [field[2] ?? ''] : []))
  const data = of('data')
  return data.length === 0
    ? []
    : [{ id: of('id').join(''), event: of('event').join(''), data: parse(data.join('\n')) }]
}
