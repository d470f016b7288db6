import { type buildConnector, errors, Pool } from 'undici'

/**
 * How a link secures itself: our own certificate, the peer's authorities, and a `checkServerIdentity` that knows the peer by
 * its URI SAN and not by a host name.
 */
export type LinkTls = buildConnector.BuildOptions

/** The peer's answer, whatever its status. */
export interface Reply {
  readonly status: number
  readonly body: Buffer
  /** Seconds the peer asks us to wait, from `Retry-After`. */
  readonly retryAfterSeconds: number | undefined
  /** Name of the link that carried it. */
  readonly link: string
}

/** The link did not carry the request to an answer. Whether the peer has acted on it is unknown. */
export class LinkFault extends Error {
  readonly link: string

  constructor(link: string, cause: unknown) {
    super(`link ${link}: ${cause instanceof Error ? cause.message : 'fault'}`, { cause })
    this.name = 'LinkFault'
    this.link = link
  }
}

/** One request beside those that links carry between gateways. */
export interface OneRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
  readonly timeoutMs: number
  /** The largest answer that is read. */
  readonly replyBytes: number
}

const MAX_REPLY_BYTES = 1_048_576

const QUICK_READ: OneRequest = {
  method: 'GET',
  headers: {},
  body: undefined,
  timeoutMs: 2_000,
  replyBytes: MAX_REPLY_BYTES,
}

/** One network path to a peer: a small pool of mutually authenticated connections (TLS 1.3, HTTP/1.1). */
export class Link implements AsyncDisposable {
  readonly name: string
  readonly #open: () => Pool
  #pool: Pool

  constructor(
    name: string,
    url: string,
    localAddress: string | undefined,
    tls: LinkTls,
    limits: PoolLimits = USUAL_LIMITS,
  ) {
    this.name = name
    this.#open = () => openPool(url, localAddress, tls, limits)
    this.#pool = this.#open()
  }

  /** Ends every connection; what comes next makes new ones, and so shows and checks certificates again. */
  async renew(): Promise<void> {
    const old = this.#pool
    this.#pool = this.#open()
    await old.destroy()
  }

  /**
   * Sends one request and reads the whole answer.
   *
   * @throws LinkFault when no whole answer came back
   */
  send(path: string, body: Buffer | undefined, contentType: string, signal: AbortSignal): Promise<Reply> {
    const method = body === undefined ? 'GET' : 'POST'
    const headers = body === undefined ? {} : { 'content-type': contentType }
    return this.ask(path, { method, headers, body }, signal)
  }

  /** As {@link send}, with method and headers as they are given. @throws LinkFault */
  async ask(
    path: string,
    asked: Pick<OneRequest, 'method' | 'headers' | 'body'>,
    signal: AbortSignal,
  ): Promise<Reply> {
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.#pool.request({ ...asked, path, body: asked.body ?? null, signal })
      const retryAfter = Number(headers['retry-after'])
      return {
        status: statusCode,
        body: Buffer.from(await answer.arrayBuffer()),
        retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
        link: this.name,
      }
    } catch (cause) {
      if (cause instanceof errors.ResponseExceededMaxSizeError)
        return { status: 502, body: Buffer.alloc(0), retryAfterSeconds: undefined, link: this.name }
      throw new LinkFault(this.name, cause)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
  }
}

/**
 * One request over a connection of its own; a GET that is answered within two seconds, unless told otherwise.
 *
 * @throws LinkFault
 */
export async function requestOnce(
  url: string,
  path: string,
  tls: LinkTls,
  asked: OneRequest = QUICK_READ,
): Promise<Reply> {
  const limits = { answerMs: asked.timeoutMs, replyBytes: asked.replyBytes }
  await using link = new Link('once', url, undefined, tls, limits)
  return await link.ask(path, asked, AbortSignal.timeout(asked.timeoutMs))
}

interface PoolLimits {
  readonly answerMs: number
  readonly replyBytes: number
}

const USUAL_LIMITS: PoolLimits = { answerMs: 15_000, replyBytes: MAX_REPLY_BYTES }

function openPool(
  url: string,
  localAddress: string | undefined,
  tls: LinkTls,
  { answerMs, replyBytes }: PoolLimits,
): Pool {
  return new Pool(url, {
    connections: 6,
    pipelining: 1,
    allowH2: false,
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    maxHeaderSize: 8_192,
    maxResponseSize: replyBytes,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 30_000,
    connect: {
      ...tls,
      timeout: 2_000,
      ...(localAddress === undefined ? {} : { localAddress }),
    },
  })
}
