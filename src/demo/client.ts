import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import type { Clock, Json, JsonObject } from '../kit/kit.ts'
import { makeSigner, mintToken, readPrivateKey, thumbprint } from '../seal/seal.ts'
import { type AgencyId, agencyUri } from '../terms/terms.ts'
import { parseJson } from './practice-field.ts'

/** For whom a system asks, and why. */
export interface Acting {
  readonly person: string
  readonly role: string
  readonly purpose: string
}

export interface Answer {
  readonly status: number
  readonly body: Json
}

/** An agency's own program at the inner door of its gateway: a client certificate, and a token for each person it acts for. */
export interface SystemClient extends Disposable {
  call(
    acting: Acting,
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: JsonObject,
    headers?: Record<string, string>,
  ): Promise<Answer>
  /** The data of server-sent events, as they come, until the signal is aborted. */
  follow(acting: Acting, path: string, signal: AbortSignal): AsyncGenerator<Json, void, void>
}

export interface SystemFacts {
  readonly agency: AgencyId
  readonly system: string
  /** The agency's folder of the example PKI. */
  readonly certificates: string
  /** The inner door: `https://host:port`. */
  readonly url: string
}

/** @throws Error where the example certificates cannot be read */
export async function makeSystemClient(facts: SystemFacts, clock: Clock): Promise<SystemClient> {
  const read = (name: string) => readFileSync(join(facts.certificates, name), 'utf8')
  const cert = read(`${facts.system}.pem`)
  const agent = new Agent({
    cert,
    key: read(`${facts.system}.key.pem`),
    ca: read('ca.pem'),
    minVersion: 'TLSv1.3',
    keepAlive: true,
    maxSockets: 32,
  })
  const { key } = await readPrivateKey(join(facts.certificates, 'token.key.pem'))
  if (key === undefined) throw new Error('the example token key cannot be read')
  const issuer = {
    signer: makeSigner(key),
    clock,
    issuer: `urn:concordat:issuer:${facts.agency}`,
    audience: agencyUri(facts.agency),
  }
  const bound = thumbprint(new X509Certificate(cert))
  const tokens = new Map<string, { readonly token: string; readonly until: number }>()
  const tokenFor = ({ person, role, purpose }: Acting): string => {
    const name = `${person} ${role} ${purpose}`
    const known = tokens.get(name)
    if (known !== undefined && known.until > clock.now()) return known.token
    const grant = {
      person,
      role,
      purposes: [purpose],
      system: facts.system,
      thumbprint: bound,
      ttlSeconds: 900,
    }
    const token = mintToken(issuer, grant)
    tokens.set(name, { token, until: clock.now() + 600_000 })
    return token
  }
  const open = (
    acting: Acting,
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
  ) =>
    new Promise<IncomingMessage>((done, fail) => {
      const authorization = `Bearer ${tokenFor(acting)}`
      const sent = request(
        new URL(path, facts.url),
        { agent, method, headers: { ...headers, authorization } },
        done,
      )
      sent.once('error', fail)
      sent.end(body)
    })
  return {
    async call(acting, method, path, body, headers = {}) {
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const text = body === undefined ? undefined : JSON.stringify(body)
      const answer = await open(acting, method, path, { ...type, ...headers }, text)
      const read = await textOf(answer)
      return { status: answer.statusCode ?? 0, body: read === '' ? null : parseJson(read) }
    },
    async *follow(acting, path, signal) {
      const answer = await open(acting, 'GET', path, { accept: 'text/event-stream' }, undefined)
      signal.addEventListener('abort', () => answer.destroy(), { once: true })
      if (answer.statusCode !== 200) throw new Error(`the stream was refused: ${await textOf(answer)}`)
      let rest = ''
      try {
        for await (const chunk of answer.setEncoding('utf8')) {
          const parts = (rest + String(chunk)).split('\n\n')
          rest = parts.pop() ?? ''
          for (const event of parts) yield* dataOf(event)
        }
      } catch (fault) {
        if (!signal.aborted) throw fault
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk)
  return text
}

/** The data of one event; comments (heartbeats) have none. */
function dataOf(event: string): Json[] {
  const data = event
    .split('\n')
    .flatMap(line => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []))
  return data.length === 0 ? [] : [parseJson(data.join('\n'))]
}
