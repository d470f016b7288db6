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

const MAX_REPLY_BYTES = 1_048_576

/** One network path to a peer: a small pool of mutually authenticated connections (TLS 1.3, HTTP/1.1). */
export class Link implements AsyncDisposable {
  readonly name: string
  readonly #open: () => Pool
  #pool: Pool

  constructor(name: string, url: string, localAddress: string | undefined, tls: LinkTls) {
    this.name = name
    this.#open = () => openPool(url, localAddress, tls)
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
  async send(
    path: string,
    body: Buffer | undefined,
    contentType: string,
    signal: AbortSignal,
  ): Promise<Reply> {
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.#pool.request({
        method: body === undefined ? 'GET' : 'POST',
        path,
        body: body ?? null,
        headers: body === undefined ? {} : { 'content-type': contentType },
        signal,
      })
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
 * One GET over a connection of its own, answered within two seconds.
 *
 * @throws LinkFault
 */
export async function requestOnce(url: string, path: string, tls: LinkTls): Promise<Reply> {
  await using link = new Link('once', url, undefined, tls)
  return await link.send(path, undefined, '', AbortSignal.timeout(2_000))
}

function openPool(url: string, localAddress: string | undefined, tls: LinkTls): Pool {
  return new Pool(url, {
    connections: 6,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
    maxHeaderSize: 8_192,
    maxResponseSize: MAX_REPLY_BYTES,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 30_000,
    connect: {
      ...tls,
      timeout: 2_000,
      ...(localAddress === undefined ? {} : { localAddress }),
    },
  })
}
