/** One hop of the yardstick: mutual TLS in, `@fastify/http-proxy` forwarding blindly, mutual TLS (or nothing) out. */
import proxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { systemClock } from '../../src/kit/kit.ts'
import { serverIdentityCheck, type TlsSettings } from '../../src/seal/seal.ts'

export interface HopOrder {
  readonly port: number
  readonly tls: TlsSettings
  readonly upstream: string
  /** The certificate's URI of what stands behind; undefined where it is spoken to without TLS. */
  readonly next: { readonly uri: string; readonly tls: TlsSettings } | undefined
  readonly connections: number
}

process.once('message', (order: HopOrder) => {
  open(order).then(
    () => process.send?.('open'),
    (fault: unknown) => {
      console.error(fault)
      process.exit(1)
    },
  )
})

async function open({ port, tls, upstream, next, connections }: HopOrder): Promise<void> {
  const app = Fastify({ https: { ...tls }, logger: false })
  await app.register(proxy, {
    upstream,
    undici: { connections, pipelining: 1, keepAliveTimeout: 60_000, ...connectorOf(next) },
  })
  await app.listen({ host: '127.0.0.1', port })
  process.once('SIGTERM', () => void app.close().then(() => process.exit(0)))
}

function connectorOf(next: HopOrder['next']) {
  if (next === undefined) return {}
  const { ALPNProtocols: _ofTheClient, ...tls } = next.tls
  return { connect: { ...tls, checkServerIdentity: serverIdentityCheck(next.uri, systemClock) } }
}
